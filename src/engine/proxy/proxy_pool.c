/* Rotates proxies, with a circuit for each that opens when the proxy fails and closes when it works. */
#include "proxy/proxy_pool.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proxy/no_proxy.h"

#define FAILURES_MAX  3 /* in a row, after which a proxy rests */
#define DOUBTS_MAX    8 /* in a row: see is_outdone */
#define REST_FACTOR   8 /* of options.retry_delay_ms */
#define REST_MIN_MS   UINT64_C(100) /* what began before a rest is told from a try by the time */
#define LOOK_AGAIN_MS UINT64_C(1000) /* while one is being tried */

struct proxy {
  const char *url; /* of the options */
  char *public;
  char *host; /* NULL: nothing to resolve */
  unsigned port;
  enum proxy_kind kind;
  bool takes_address;
  struct proxy_pool *pool; /* whose others it is compared with; NULL: only rules name it */

  unsigned failures; /* in a row */
  unsigned doubts; /* in a row: transfers that may have failed for the proxy or for the target */
  uint64_t others_served; /* pool->served when the row of doubts began */
  unsigned rests; /* in a row */
  uint64_t wake_ms; /* resting: when a try is due; 0: in use */
  bool trying; /* one transfer is to show whether it is back */
  uint64_t tried_ms; /* when that began */
};

const char *proxy_url(const struct proxy *proxy) {
  return proxy->url;
}

const char *proxy_public(const struct proxy *proxy) {
  return proxy->public;
}

const char *proxy_host(const struct proxy *proxy) {
  return proxy->host;
}

unsigned proxy_port(const struct proxy *proxy) {
  return proxy->port;
}

bool proxy_needs_address(const struct proxy *proxy) {
  return proxy->takes_address;
}

enum proxy_kind proxy_kind(const struct proxy *proxy) {
  return proxy->kind;
}

uint64_t proxy_wake_ms(const struct proxy *proxy) {
  return proxy->wake_ms;
}

size_t proxies_down(const struct proxies *proxies) {
  return proxies->resting;
}

/* ---- Reading a proxy's URL ---- */

static bool read_kind(const char *scheme, enum proxy_kind *kind) {
  *kind = PROXY_SOCKS;
  if (strcasecmp(scheme, "http") == 0) *kind = PROXY_HTTP;
  if (strcasecmp(scheme, "https") == 0) *kind = PROXY_HTTPS;
  if (*kind != PROXY_SOCKS) return true;
  return strcasecmp(scheme, "socks4") == 0 || strcasecmp(scheme, "socks4a") == 0 || strcasecmp(scheme, "socks5") == 0 ||
         strcasecmp(scheme, "socks5h") == 0;
}

/* libcurl converts a name that is not ASCII by the locale, and resolves that. */
static bool is_resolvable(const char *host) {
  struct in_addr v4;
  if (*host == '[' || inet_pton(AF_INET, host, &v4) == 1) return false;
  for (; *host; host++)
    if ((unsigned char)*host >= 0x80) return false;
  return true;
}

/* The ports are those that libcurl takes where none is given. */
static int fill(struct proxy *proxy, const char *scheme, const char *host, const char *port) {
  if (!read_kind(scheme, &proxy->kind)) return SEINE_EINVAL;
  proxy->takes_address = strcasecmp(scheme, "socks4") == 0 || strcasecmp(scheme, "socks5") == 0;
  proxy->port = proxy->kind == PROXY_HTTPS ? 443 : 1080;
  if (port) proxy->port = (unsigned)strtoul(port, NULL, 10);
  if (asprintf(&proxy->public, "%s://%s:%u", scheme, host, proxy->port) < 0) {
    proxy->public = NULL;
    return SEINE_ENOMEM;
  }
  if (!is_resolvable(host)) return 0;
  proxy->host = strdup(host);
  return proxy->host ? 0 : SEINE_ENOMEM;
}

static int proxy_read(struct proxy *proxy) {
  CURLU *handle = curl_url();
  if (!handle) return SEINE_ENOMEM;
  char *scheme = NULL, *host = NULL, *port = NULL;
  CURLUcode code = curl_url_set(handle, CURLUPART_URL, proxy->url, CURLU_NON_SUPPORT_SCHEME);
  if (!code) code = curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0);
  if (!code) code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
  if (!code) code = curl_url_get(handle, CURLUPART_PORT, &port, 0);
  if (code == CURLUE_NO_PORT) code = CURLUE_OK;
  int error = code == CURLUE_OUT_OF_MEMORY ? SEINE_ENOMEM : code ? SEINE_EINVAL : fill(proxy, scheme, host, port);
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(handle);
  return error;
}

/* ---- Opening ---- */

static size_t length_of(const char *const *list) {
  size_t length = 0;
  while (list && list[length])
    length++;
  return length;
}

static int by_url(const void *left, const void *right) {
  return strcmp(((const struct proxy *)left)->url, ((const struct proxy *)right)->url);
}

static struct proxy *find(const struct proxies *proxies, const char *url) {
  const struct proxy key = {.url = url};
  if (!proxies->count) return NULL;
  return bsearch(&key, proxies->all, proxies->count, sizeof key, by_url);
}

bool proxies_knows(const struct proxies *proxies, const char *rule_proxy) {
  return strcmp(rule_proxy, "none") == 0 || find(proxies, rule_proxy);
}

static bool names_proxy(const seine_rule_t *rule) {
  return rule->proxy && strcmp(rule->proxy, "none") != 0;
}

static void add_list(struct proxies *proxies, const char *const *list) {
  for (size_t i = 0; list && list[i]; i++)
    proxies->all[proxies->count++].url = list[i];
}

/* All of them, each once. */
static int collect(struct proxies *proxies, const seine_options_t *options) {
  size_t most = length_of(options->proxies) + length_of(options->https_proxies) + options->rule_count;
  proxies->all = calloc(most ? most : 1, sizeof *proxies->all);
  if (!proxies->all) return SEINE_ENOMEM;
  add_list(proxies, options->proxies);
  add_list(proxies, options->https_proxies);
  for (size_t i = 0; i < options->rule_count; i++)
    if (names_proxy(&options->rules[i])) proxies->all[proxies->count++].url = options->rules[i].proxy;
  if (proxies->count) qsort(proxies->all, proxies->count, sizeof *proxies->all, by_url);
  size_t kept = 0;
  for (size_t i = 0; i < proxies->count; i++)
    if (!kept || by_url(&proxies->all[kept - 1], &proxies->all[i]) != 0) proxies->all[kept++] = proxies->all[i];
  proxies->count = kept;
  int error = 0;
  for (size_t i = 0; !error && i < kept; i++)
    error = proxy_read(&proxies->all[i]);
  return error;
}

static int pool_open(struct proxy_pool *pool, const struct proxies *proxies, const char *const *list) {
  pool->count = length_of(list);
  if (!pool->count) return 0;
  pool->turns = calloc(pool->count, sizeof *pool->turns);
  if (!pool->turns) return SEINE_ENOMEM;
  for (size_t i = 0; i < pool->count; i++) {
    pool->turns[i] = find(proxies, list[i]);
    if (!pool->turns[i]->pool) pool->turns[i]->pool = pool;
  }
  return 0;
}

int proxies_open(struct proxies *proxies, const seine_options_t *options) {
  *proxies = (struct proxies){.no_proxy = options->no_proxy, .https_as_http = !options->https_proxies};
  proxies->rest_ms = options->retry_delay_ms * REST_FACTOR;
  proxies->rest_max_ms = options->retry_max_delay_ms > REST_MIN_MS ? options->retry_max_delay_ms : REST_MIN_MS;
  int error = collect(proxies, options);
  if (!error) error = pool_open(&proxies->http, proxies, options->proxies);
  if (!error) error = pool_open(&proxies->https, proxies, options->https_proxies);
  if (error) proxies_close(proxies);
  return error;
}

void proxies_close(struct proxies *proxies) {
  for (size_t i = 0; i < proxies->count; i++) {
    free(proxies->all[i].public);
    free(proxies->all[i].host);
  }
  free(proxies->all);
  free(proxies->http.turns);
  free(proxies->https.turns);
  *proxies = (struct proxies){0};
}

/* ---- Turns ---- */

/* Takes a proxy that is in use, or due for a try, which then begins. */
static bool take(struct proxy *proxy, uint64_t now_ms) {
  if (!proxy->wake_ms) return true;
  if (proxy->trying || now_ms < proxy->wake_ms) return false;
  proxy->trying = true;
  proxy->tried_ms = now_ms;
  return true;
}

static struct proxy *next_in_rotation(struct proxy_pool *pool, uint64_t now_ms, uint64_t *wake_ms) {
  for (size_t i = 0; i < pool->count; i++) {
    size_t turn = (pool->next + i) % pool->count;
    struct proxy *proxy = pool->turns[turn];
    if (take(proxy, now_ms)) {
      pool->next = (turn + 1) % pool->count;
      return proxy;
    }
    uint64_t due_ms = proxy->trying ? now_ms + LOOK_AGAIN_MS : proxy->wake_ms;
    if (due_ms < *wake_ms) *wake_ms = due_ms;
  }
  return NULL;
}

struct proxy *proxies_choose(struct proxies *proxies, const char *scheme, const char *host, const char *rule_proxy,
                             uint64_t now_ms, bool *resting, uint64_t *wake_ms) {
  *resting = false;
  *wake_ms = UINT64_MAX;
  struct proxy *one;
  struct proxy_pool single = {.turns = &one, .count = 1}, *pool = &single;
  if (rule_proxy) {
    if (strcmp(rule_proxy, "none") == 0) return NULL;
    one = find(proxies, rule_proxy);
    if (!one) single.count = 0; /* a rule that came later: never directly what was to go by a proxy */
  } else {
    pool = proxies->https_as_http || strcmp(scheme, "https") != 0 ? &proxies->http : &proxies->https;
    if (!pool->count || no_proxy_covers(proxies->no_proxy, host)) return NULL;
  }
  struct proxy *proxy = next_in_rotation(pool, now_ms, wake_ms);
  *resting = !proxy;
  return proxy;
}

/* ---- What became of it ---- */

/* While a proxy rests, only a try says something of it: what began before is news from then. */
static bool is_try(const struct proxy *proxy, uint64_t started_ms) {
  return proxy->trying && started_ms >= proxy->tried_ms;
}

/* Whether the other proxies of its pool served so many requests that its failures cannot all be the targets' fault: a
 * list full of dead hosts gives each proxy the same share of failures. */
static bool is_outdone(const struct proxy *proxy) {
  const struct proxy_pool *pool = proxy->pool;
  return pool && pool->served - proxy->others_served >= DOUBTS_MAX * (uint64_t)pool->count;
}

static enum proxy_change rest(struct proxies *proxies, struct proxy *proxy, uint64_t now_ms) {
  uint64_t rest_ms = proxies->rest_ms > REST_MIN_MS ? proxies->rest_ms : REST_MIN_MS;
  for (unsigned i = 0; i < proxy->rests && rest_ms < proxies->rest_max_ms; i++)
    rest_ms *= 2;
  if (rest_ms > proxies->rest_max_ms) rest_ms = proxies->rest_max_ms;
  bool again = proxy->wake_ms;
  if (!again) proxies->resting++;
  proxy->rests++;
  proxy->wake_ms = now_ms + rest_ms;
  proxy->trying = false;
  return again ? PROXY_STILL_DOWN : PROXY_DOWN;
}

static enum proxy_change use_again(struct proxies *proxies, struct proxy *proxy) {
  proxy->failures = proxy->doubts = 0;
  if (!proxy->wake_ms) return PROXY_UNCHANGED;
  proxy->wake_ms = 0;
  proxy->trying = false;
  proxies->resting--;
  return PROXY_UP;
}

static enum proxy_change serve(struct proxies *proxies, struct proxy *proxy) {
  if (proxy->pool) proxy->pool->served++;
  proxy->rests = 0;
  return use_again(proxies, proxy);
}

static enum proxy_change doubt(struct proxies *proxies, struct proxy *proxy, uint64_t now_ms) {
  if (!proxy->wake_ms) {
    if (!proxy->doubts && proxy->pool) proxy->others_served = proxy->pool->served;
    proxy->doubts++;
  }
  if (proxy->doubts >= DOUBTS_MAX && is_outdone(proxy)) return rest(proxies, proxy, now_ms);
  /* One that could not be reached, and rested for that, was reached now. */
  return proxy->wake_ms ? use_again(proxies, proxy) : PROXY_UNCHANGED;
}

enum proxy_change proxy_return(struct proxy *proxy, uint64_t started_ms) {
  if (!is_try(proxy, started_ms)) return PROXY_UNCHANGED;
  proxy->trying = false;
  return PROXY_STILL_DOWN;
}

enum proxy_change proxy_report(struct proxies *proxies, struct proxy *proxy, enum proxy_fault fault,
                               uint64_t started_ms, uint64_t now_ms) {
  if (proxy->wake_ms && !is_try(proxy, started_ms)) return PROXY_UNCHANGED;
  switch (fault) {
  case FAULT_NONE: return serve(proxies, proxy);
  case FAULT_UNRESOLVED: return proxy_return(proxy, started_ms);
  case FAULT_UNCLEAR:
  case FAULT_UNREACHED:
  case FAULT_REFUSED: return doubt(proxies, proxy, now_ms);
  case FAULT_PROXY: break;
  }
  if (!proxy->wake_ms && ++proxy->failures < FAILURES_MAX) return PROXY_UNCHANGED;
  return rest(proxies, proxy, now_ms);
}
