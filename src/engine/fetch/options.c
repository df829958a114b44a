/* Options of an engine: defaults, checks, and the copy that the engine owns. */
#include "fetch/options.h"

#include <curl/curl.h>
#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns/addresses.h"
#include "host/backoff.h"
#include "host/host_rules.h"
#include "http/headers.h"

#define DAY_MS UINT64_C(86400000)

void seine_options_init(seine_options_t *options) {
  *options = (seine_options_t){
      .min_size_bytes = 1,
      .concurrency = 256,
      .per_host = 8,
      .max_memory_bytes = UINT64_C(512) << 20,
      .memory_threshold_bytes = UINT64_C(1) << 20,
      .retries = 5,
      .retry_delay_ms = 1000,
      .retry_max_delay_ms = 60000,
      .connect_timeout_ms = 10000,
      .stall_timeout_ms = 60000,
      .max_redirects = 10,
      .max_crawl_delay_ms = 30000,
      .idle_timeout_ms = 30000,
      .dns_min_ttl_ms = 60000,
      .dns_max_ttl_ms = 3600000,
      .dns_concurrency = 512,
      .user_agent = "seine/" SEINE_VERSION,
  };
}

/* Where an explanation of what is wrong goes. */
struct cause {
  char *text;
  size_t size;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct cause cause, const char *format, ...) {
  if (!cause.text || !cause.size) return SEINE_EINVAL;
  va_list args;
  va_start(args, format);
  vsnprintf(cause.text, cause.size, format, args);
  va_end(args);
  return SEINE_EINVAL;
}

static int no_memory(struct cause cause) {
  refuse(cause, "%s", seine_strerror(SEINE_ENOMEM));
  return SEINE_ENOMEM;
}

static int check_numbers(const seine_options_t *options, struct cause cause) {
  const struct {
    const char *name;
    uint64_t value, min, max;
  } ranges[] = {
      {"concurrency", options->concurrency, 1, 100000},
      {"per_host", options->per_host, 1, 100000},
      {"memory_threshold_bytes", options->memory_threshold_bytes, 4096, UINT64_C(1) << 30},
      {"max_memory_bytes", options->max_memory_bytes, 65536, UINT64_MAX},
      {"retries", options->retries, 0, 1000},
      {"retry_delay_ms", options->retry_delay_ms, 0, 365 * DAY_MS},
      {"retry_max_time_ms", options->retry_max_time_ms, 0, 365 * DAY_MS},
      {"retry_max_delay_ms", options->retry_max_delay_ms, 0, 365 * DAY_MS},
      {"connect_timeout_ms", options->connect_timeout_ms, 1, DAY_MS},
      {"stall_timeout_ms", options->stall_timeout_ms, 1, DAY_MS},
      {"max_time_ms", options->max_time_ms, 0, 20 * DAY_MS}, /* curl counts in a long, of 32 bits here and there */
      {"tls_min", (uint64_t)options->tls_min, SEINE_TLS_1_2, SEINE_TLS_1_3},
      {"idle_timeout_ms", options->idle_timeout_ms, 0, DAY_MS},
      {"dns_min_ttl_ms", options->dns_min_ttl_ms, 0, 365 * DAY_MS},
      {"dns_max_ttl_ms", options->dns_max_ttl_ms, 1, 365 * DAY_MS},
      {"dns_concurrency", options->dns_concurrency, 1, 10000},
      {"worker_nice", options->worker_nice, 0, 19},
      {"max_redirects", options->max_redirects, 0, 1000},
      {"max_crawl_delay_ms", options->max_crawl_delay_ms, 0, DAY_MS},
      {"min_size_bytes", options->min_size_bytes, 0, INT64_MAX},
      {"max_size_bytes", options->max_size_bytes, 0, INT64_MAX},
      {"min_image_size", options->min_image_size, 0, UINT32_MAX},
      {"max_image_area", options->max_image_area, 0, INT64_MAX},
      {"limit_rate_bytes", options->limit_rate_bytes, 0, INT64_MAX},
      {"min_speed_bytes", options->min_speed_bytes, 0, INT64_MAX},
  };
  for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
    if (ranges[i].value < ranges[i].min || ranges[i].value > ranges[i].max)
      return refuse(cause, "%s is %llu; it can be %llu to %llu", ranges[i].name, (unsigned long long)ranges[i].value,
                    (unsigned long long)ranges[i].min, (unsigned long long)ranges[i].max);
  if (!(options->rate_per_host >= 0 && options->rate_per_host <= 1e6))
    return refuse(cause, "rate_per_host is %g; it can be 0 (no limit) to 1000000 requests a second",
                  options->rate_per_host);
  if (options->max_aspect_ratio != 0 && !(options->max_aspect_ratio >= 1 && options->max_aspect_ratio <= 1e6))
    return refuse(cause, "max_aspect_ratio is %g; it can be 1 (squares only) to 1000000, or 0 (no limit)",
                  options->max_aspect_ratio);
  if (options->max_image_area &&
      (double)options->min_image_size * options->min_image_size > (double)options->max_image_area)
    return refuse(cause, "max_image_area (%llu) is less than a square of min_image_size (%llu) has",
                  (unsigned long long)options->max_image_area, (unsigned long long)options->min_image_size);
  if (options->max_size_bytes && options->max_size_bytes < options->min_size_bytes)
    return refuse(cause, "max_size_bytes (%llu) is smaller than min_size_bytes (%llu)",
                  (unsigned long long)options->max_size_bytes, (unsigned long long)options->min_size_bytes);
  return 0;
}

static int check_dns(const seine_options_t *options, struct cause cause) {
  if (options->dns_max_ttl_ms < options->dns_min_ttl_ms)
    return refuse(cause, "dns_max_ttl_ms (%llu) is smaller than dns_min_ttl_ms (%llu)",
                  (unsigned long long)options->dns_max_ttl_ms, (unsigned long long)options->dns_min_ttl_ms);
  if (options->dns_servers && !name_servers_valid(options->dns_servers))
    return refuse(cause,
                  "dns_servers: \"%s\" is no list of addresses; it needs to be like 192.0.2.1,[2001:db8::1]:5353",
                  options->dns_servers);
  return 0;
}

/* The proxy's URL is not shown in a refusal: it often holds a password. */
static int check_proxy(const char *proxy, size_t number, struct cause cause) {
  static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  if (header_has_control(proxy)) return refuse(cause, "proxy %zu contains a control character", number);
  CURLU *handle = curl_url();
  if (!handle) return no_memory(cause);
  char *scheme = NULL;
  bool known = false;
  CURLUcode code = curl_url_set(handle, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME);
  if (!code) code = curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0);
  for (size_t i = 0; !code && i < sizeof(schemes) / sizeof(schemes[0]); i++)
    known = known || strcasecmp(scheme, schemes[i]) == 0;
  curl_free(scheme);
  curl_url_cleanup(handle);
  if (code == CURLUE_OUT_OF_MEMORY) return no_memory(cause);
  if (code)
    return refuse(cause, "proxy %zu is no URL; it needs to be like http://host:3128 or socks5h://host:1080", number);
  if (!known)
    return refuse(cause, "proxy %zu is of none of the kinds http, https, socks4, socks4a, socks5, socks5h", number);
  return 0;
}

/* Parameters, as in "image/png;q=1", are no part of a type: none would ever match. */
static bool is_media_type(const char *item, size_t length) {
  while (length > 0 && (item[length - 1] == ' ' || item[length - 1] == '\t'))
    length--;
  for (size_t i = 0; i < length; i++)
    if (strchr(";,= \t\"", item[i])) return false;
  return memchr(item, '/', length) || memchr(item, '*', length);
}

/* Every item between commas must be there: "image/png," is more likely a slip than a wish. */
static int check_list(const char *name, const char *list, struct cause cause) {
  if (!list || !*list) return 0;
  if (header_has_control(list)) return refuse(cause, "%s contains a control character", name);
  for (const char *at = list;; at++) {
    at += strspn(at, " \t");
    size_t item = strcspn(at, ",");
    if (!item) return refuse(cause, "%s \"%s\" has an empty item", name, list);
    at += item;
    if (!*at) return 0;
  }
}

static int check_accept(const char *accept, struct cause cause) {
  int error = check_list("accept", accept, cause);
  for (const char *at = accept; !error && at && *at; at += *at == ',') {
    at += strspn(at, " \t");
    size_t item = strcspn(at, ",");
    if (!is_media_type(at, item))
      error = refuse(cause, "accept: \"%.*s\" is no media type; they are like image/jpeg or image/*", (int)item, at);
    at += item;
  }
  return error;
}

/* A value or an agent's name, behind or before a colon, never comes into the comparison. */
static int check_opt_out(const char *opt_out, struct cause cause) {
  int error = check_list("opt_out", opt_out, cause);
  for (const char *at = opt_out; !error && at && *at; at += *at == ',') {
    at += strspn(at, " \t");
    size_t item = strcspn(at, ","), word = strspn(at, TOKEN_BYTES);
    if (word + strspn(at + word, " \t") != item)
      error =
          refuse(cause, "opt_out: \"%.*s\" is no directive; they are single words, like noai,noimageai", (int)item, at);
    at += item;
  }
  return error;
}

static int check_headers(const char *const *headers, struct cause cause) {
  int error = 0;
  for (size_t i = 0; !error && headers && headers[i]; i++)
    error = header_check(headers[i], cause.text, cause.size);
  return error;
}

static int check_proxies(const char *const *proxies, struct cause cause) {
  int error = 0;
  for (size_t i = 0; !error && proxies && proxies[i]; i++)
    error = check_proxy(proxies[i], i + 1, cause);
  return error;
}

static int check_rules(const seine_options_t *options, struct cause cause) {
  int error = 0;
  for (size_t i = 0; !error && i < options->rule_count; i++) {
    const seine_rule_t *rule = &options->rules[i];
    error = rules_check(rule, cause.text, cause.size);
    if (!error) error = check_headers(rule->headers, cause);
    if (!error && rule->proxy && strcmp(rule->proxy, "none") != 0) error = check_proxy(rule->proxy, i + 1, cause);
  }
  return error;
}

int seine_options_check(const seine_options_t *options, char *text, size_t size) {
  struct cause cause = {text, size};
  struct statuses statuses;
  int error = check_numbers(options, cause);
  if (!error) error = check_dns(options, cause);
  if (!error) error = check_accept(options->accept, cause);
  if (!error) error = check_opt_out(options->opt_out, cause);
  if (!error) error = statuses_parse(&statuses, options->retry_on, text, size);
  if (!error) error = check_headers(options->headers, cause);
  if (!error) error = check_proxies(options->proxies, cause);
  if (!error) error = check_proxies(options->https_proxies, cause);
  if (!error) error = check_rules(options, cause);
  if (!error && options->user_agent && header_has_control(options->user_agent))
    error = refuse(cause, "user_agent contains a control character");
  if (!error && options->no_proxy && header_has_control(options->no_proxy))
    error = refuse(cause, "no_proxy contains a control character");
  if (!error && options->directory && !*options->directory) error = refuse(cause, "directory is empty");
  if (!error && options->ca_file && !*options->ca_file) error = refuse(cause, "ca_file is empty");
  return error;
}

static bool copy_text(const char **text, bool empty_is_none) {
  if (*text && empty_is_none && !**text) *text = NULL;
  if (!*text) return true;
  *text = strdup(*text);
  return *text != NULL;
}

static void free_list(const char *const *list) {
  for (size_t i = 0; list && list[i]; i++)
    free((char *)list[i]);
  free((void *)list);
}

/* keep_empty: an empty list says something else than none. */
static bool copy_list(const char *const **list, bool keep_empty) {
  const char *const *from = *list;
  size_t count = 0;
  *list = NULL;
  while (from && from[count])
    count++;
  if (!from || (!count && !keep_empty)) return true;
  const char **made = calloc(count + 1, sizeof(*made));
  if (!made) return false;
  *list = made;
  for (size_t i = 0; i < count; i++)
    if (!(made[i] = strdup(from[i]))) return false;
  return true;
}

static void free_rules(const seine_rule_t *rules, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free((char *)rules[i].pattern);
    free((char *)rules[i].proxy);
    free_list(rules[i].headers);
  }
  free((void *)rules);
}

/* Every rule is either copied whole or left without anything of the caller's. */
static bool copy_rules(seine_options_t *to) {
  const seine_rule_t *from = to->rules;
  size_t count = to->rule_count;
  seine_rule_t *rules = count ? calloc(count, sizeof(*rules)) : NULL;
  bool whole = rules || !count;
  to->rules = rules;
  to->rule_count = rules ? count : 0;
  for (size_t i = 0; rules && i < count; i++) {
    rules[i] = from[i];
    whole &= copy_text(&rules[i].pattern, false);
    whole &= copy_text(&rules[i].proxy, true);
    whole &= copy_list(&rules[i].headers, false);
  }
  return whole;
}

int options_copy(seine_options_t *to, const seine_options_t *from) {
  *to = *from;
  bool whole = copy_text(&to->directory, false);
  whole &= copy_text(&to->accept, true);
  whole &= copy_text(&to->opt_out, true);
  whole &= copy_text(&to->retry_on, true);
  whole &= copy_text(&to->user_agent, false);
  whole &= copy_text(&to->no_proxy, true);
  whole &= copy_text(&to->ca_file, false);
  whole &= copy_text(&to->dns_servers, false);
  whole &= copy_list(&to->headers, false);
  whole &= copy_list(&to->proxies, false);
  whole &= copy_list(&to->https_proxies, true);
  whole &= copy_rules(to);
  if (whole) return 0;
  options_clear(to);
  return SEINE_ENOMEM;
}

void options_clear(seine_options_t *options) {
  free((char *)options->directory);
  free((char *)options->accept);
  free((char *)options->opt_out);
  free((char *)options->retry_on);
  free((char *)options->user_agent);
  free((char *)options->no_proxy);
  free((char *)options->ca_file);
  free((char *)options->dns_servers);
  free_list(options->headers);
  free_list(options->proxies);
  free_list(options->https_proxies);
  free_rules(options->rules, options->rule_count);
  memset(options, 0, sizeof(*options));
}
