/* Starts an attempt of a fetch (robots.txt, proxy, address, transfer), and the next one after a failure. */
#include "fetch/attempt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/url.h"
#include "dns/private_address.h"
#include "fetch/proxy_use.h"
#include "fetch/resume.h"
#include "fetch/robots_check.h"
#include "fetch/transfer_limit.h"
#include "http/content_decoder.h"
#include "http/headers.h"
#include "store/partial_files.h"

#define SHORTAGES_MAX 50 /* of descriptors, after which a fetch fails: a minute or more */

const seine_options_t *attempt_options(const struct seine_fetch *fetch) {
  return fetch->queued.is_internal ? &fetch->engine->internal_options : &fetch->engine->options;
}

/* ---- Ends ---- */

void attempt_drop(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  if (!attempt) return;
  if (attempt->transfer) transfer_abort(attempt->transfer);
  body_drop(attempt->body);
  decoder_free(attempt->decoder);
  response_clear(&attempt->response);
  curl_slist_free_all(attempt->headers);
  rules_release(attempt->rules);
  free(attempt->cookie);
  free(attempt->path);
  free_list_put(&fetch->engine->spare_attempts, attempt);
  fetch->attempt = NULL;
}

void attempt_cancel(struct seine_fetch *fetch) {
  proxy_use_return(fetch);
  switch (fetch->state) {
  case FETCH_STORING:
  case FETCH_DONE: return;
  case FETCH_WAITING: timer_clear(&fetch->timer); break;
  case FETCH_RESOLVING:
    resolver_cancel(fetch->query);
    fetch->query = NULL;
    host_set_resolving(fetch->host, false);
    break;
  case FETCH_TRANSFERRING: host_ended(fetch->host); break;
  default: break;
  }
  partial_save(fetch);
  attempt_drop(fetch);
  fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ECANCELLED, true, NULL);
}

static void on_retry(void *user) {
  struct seine_fetch *fetch = user;
  fetch->queued.at_head = fetch->queued.is_internal;
  fetch_enter(fetch, FETCH_QUEUED);
}

/* Resets a fetch to the URL that was submitted; the next attempt follows redirects again. */
static int return_to_origin(struct seine_fetch *fetch) {
  seine_url_t url;
  if (!fetch->redirect_url) return 0;
  char *full;
  int error = url_origin(&url, &full, fetch->url);
  struct host *host = error ? NULL : host_table_find(&fetch->engine->hosts, &url);
  seine_url_clear(&url);
  free(full);
  if (!host) return error ? error : SEINE_ENOMEM;
  host_release(fetch->host);
  fetch->host = host;
  free(fetch->redirect_url);
  fetch->redirect_url = NULL;
  curl_slist_free_all(fetch->cookies);
  fetch->cookies = NULL;
  fetch->redirects = 0;
  fetch->cross_origin = fetch->began_cross_origin;
  fetch->left_tls = fetch->began_cross_origin && fetch->left_tls;
  return 0;
}

/* Starts the time that retry_max_time_ms limits. */
static void note_first_time(struct seine_fetch *fetch) {
  if (!fetch->first_ms) fetch->first_ms = uv_now(fetch->engine->loop);
}

/* Whether another attempt after delay_ms would begin later than retry_max_time_ms allows. */
static bool is_too_late(const struct seine_fetch *fetch, uint64_t delay_ms) {
  uint64_t limit_ms = attempt_options(fetch)->retry_max_time_ms;
  return limit_ms && fetch->first_ms && uv_now(fetch->engine->loop) - fetch->first_ms + delay_ms > limit_ms;
}

bool attempt_is_last(const struct seine_fetch *fetch) {
  return fetch->attempts > attempt_options(fetch)->retries + fetch->has_extra;
}

static bool may_retry(const struct seine_fetch *fetch, uint64_t delay_ms) {
  if (attempt_is_last(fetch) || fetch->engine->draining || fetch->chunk_delivered) return false;
  return !is_too_late(fetch, delay_ms);
}

void attempt_fail(struct seine_fetch *fetch, int error, bool retryable, uint64_t wait_ms, const char *message) {
  struct seine *engine = fetch->engine;
  const seine_options_t *options = &engine->options;
  uint64_t delay_ms =
      backoff_delay_ms(options->retry_delay_ms, options->retry_max_delay_ms, fetch->attempts, engine_random(engine));
  if (delay_ms < wait_ms) delay_ms = wait_ms;
  partial_keep(fetch); /* while it is known where the bytes came from */
  if (!retryable || !may_retry(fetch, delay_ms) || return_to_origin(fetch)) {
    if (retryable) partial_save(fetch);
    fetch_end(fetch, SEINE_STATUS_FAILED, error, retryable, message);
    return;
  }
  attempt_drop(fetch);
  fetch_enter(fetch, FETCH_WAITING);
  if (timer_set(&engine->timers, &fetch->timer, delay_ms, on_retry, fetch))
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ENOMEM, true, NULL);
}

void attempt_requeue(struct seine_fetch *fetch, int sys) {
  struct seine *engine = fetch->engine;
  if (fetch->attempt && !fetch->redirects) fetch->attempts--;
  transfer_limit_reduce(engine);
  note_first_time(fetch);
  bool hopeless = transfer_limit_exhausted(engine) || fetch->shortages++ >= SHORTAGES_MAX || is_too_late(fetch, 0);
  if (engine->draining) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ECANCELLED, true, NULL);
    return;
  }
  if (fetch->chunk_delivered || hopeless) {
    fetch->sys_errno = sys;
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EIO, true, "too many files are open; raise the limit (ulimit -n)");
    return;
  }
  partial_keep(fetch);
  attempt_drop(fetch);
  fetch->queued.at_head = true;
  fetch_enter(fetch, FETCH_QUEUED);
}

void attempt_restart(struct seine_fetch *fetch) {
  partial_discard(fetch);
  int error = fetch->engine->draining ? SEINE_ECANCELLED : return_to_origin(fetch);
  if (error) {
    fetch_end(fetch, SEINE_STATUS_FAILED, error, true, NULL);
    return;
  }
  attempt_drop(fetch);
  fetch->queued.at_head = true;
  fetch_enter(fetch, FETCH_QUEUED);
}

/* ---- Starting ---- */

static bool make_attempt(struct seine_fetch *fetch) {
  struct timespec now;
  attempt_drop(fetch);
  struct attempt *attempt = free_list_get(&fetch->engine->spare_attempts, sizeof *attempt);
  if (!attempt) return false;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  attempt->started_unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  attempt->started_ms = uv_now(fetch->engine->loop);
  fetch->attempt = attempt;
  return true;
}

static void count_attempt(struct seine_fetch *fetch) {
  if (fetch->redirects) return;
  note_first_time(fetch);
  fetch->attempts++;
}

/* Whether a rule's headers, which may be secret, are sent to a host that a redirect led to: over https, or over http if
 * no earlier hop used https; to the port of the rule's pattern, the scheme's default port, or the submitted URL's. */
static bool rule_follows(const struct seine_fetch *fetch) {
  const struct host *host = fetch->host;
  bool is_tls = strncmp(host->key, "https:", 6) == 0;
  bool usual_port = host->port == (is_tls ? 443 : 80) || host->port == fetch->requested_port;
  return (is_tls || !fetch->left_tls) && (host->rule->has_port || usual_port);
}

/* The lines of the engine, of the request and of the host's rule; those that may be secret only to the first origin. 0
 * or SEINE_ENOMEM: without one of its lines, a request would be another. */
static int headers_of(struct seine_fetch *fetch, struct curl_slist **lines) {
  const struct rule_terms *rule = fetch->host->rule;
  const struct rules *rules = fetch->attempt->rules = rules_retain(fetch->engine->rules);
  bool by_rule = rule && rule->own && (!fetch->cross_origin || rule_follows(fetch));
  if (fetch->cross_origin) {
    *lines = by_rule ? rule->cross_origin_headers : rules->cross_origin_headers;
  } else if (!fetch->headers) {
    *lines = by_rule ? rule->headers : rules->headers;
  } else if (!by_rule) {
    *lines = fetch->headers;
  } else {
    if (headers_copy(&fetch->attempt->headers, fetch->headers) || headers_copy(&fetch->attempt->headers, rule->own))
      return SEINE_ENOMEM;
    *lines = fetch->attempt->headers;
  }
  return 0;
}

/* The value of the last line with this name and colon; NULL: there is none. */
static const char *value_of(const struct curl_slist *lines, const char *name) {
  const char *value = NULL;
  for (size_t size = strlen(name); lines; lines = lines->next)
    if (strncasecmp(lines->data, name, size) == 0) value = lines->data + size + strspn(lines->data + size, " \t");
  return value;
}

/* Makes copies of the lines the attempt's, without those of these names (NULL-terminated). 0 or SEINE_ENOMEM. */
static int drop_lines(struct attempt *attempt, struct curl_slist **lines, const char *const *names) {
  struct curl_slist *others = NULL;
  for (const struct curl_slist *line = *lines; line; line = line->next) {
    const char *const *name = names;
    while (*name && strncasecmp(line->data, *name, strlen(*name)) != 0)
      name++;
    if (*name) continue;
    struct curl_slist *longer = curl_slist_append(others, line->data);
    if (!longer) {
      curl_slist_free_all(others);
      return SEINE_ENOMEM;
    }
    others = longer;
  }
  curl_slist_free_all(attempt->headers);
  *lines = attempt->headers = others;
  return 0;
}

/* Removes conditional and range headers from a request for robots.txt: a 206, a 304 or a 412 would be taken for rules
 * that allow everything. */
static int headers_for_robots(struct seine_fetch *fetch, struct curl_slist **lines) {
  static const char *const names[] = {
      "Range:", "If-Range:", "If-Match:", "If-None-Match:", "If-Modified-Since:", "If-Unmodified-Since:", NULL};
  return fetch->queued.is_internal ? drop_lines(fetch->attempt, lines, names) : 0;
}

/* Adds Range and If-Range to resume an interrupted body, unless the caller's headers have one of them. */
static int headers_for_rest(struct seine_fetch *fetch, struct curl_slist **lines) {
  struct attempt *attempt = fetch->attempt;
  char range[64], condition[32 + PARTIAL_VALIDATOR_MAX];
  const char *own = value_of(*lines, "Range:");
  attempt->range.is_own = own && *own;
  if (own || value_of(*lines, "If-Range:") || !partial_range(fetch, &attempt->range)) return 0;
  snprintf(range, sizeof range, "Range: bytes=%" PRIu64 "-", attempt->range.from_bytes);
  snprintf(condition, sizeof condition, "If-Range: %s", attempt->range.validator);
  struct curl_slist rest[2] = {{range, &rest[1]}, {condition, NULL}};
  if ((!attempt->headers && headers_copy(&attempt->headers, *lines)) || headers_copy(&attempt->headers, rest))
    return SEINE_ENOMEM;
  *lines = attempt->headers;
  return 0;
}

/* A request has one Cookie line: where the chain has cookies, libcurl joins them with the caller's, which it is given
 * apart. 0 or SEINE_ENOMEM. */
static int split_cookie_line(struct seine_fetch *fetch, struct curl_slist **lines) {
  static const char *const names[] = {"Cookie:", NULL};
  const char *value = fetch->cookies ? value_of(*lines, names[0]) : NULL;
  if (!value) return 0;
  fetch->attempt->cookie = strdup(value);
  return fetch->attempt->cookie ? drop_lines(fetch->attempt, lines, names) : SEINE_ENOMEM;
}

/* Adds "name:port:address,address" to the names that libcurl knows. 0 or SEINE_ENOMEM. */
static int add_name(struct curl_slist **names, const char *name, unsigned port, const struct addresses *addresses) {
  char *entry;
  /* A leading "-" would remove the name. Behind a "+" it is part of it. */
  if (asprintf(&entry, "%s%s:%u:%s", *name == '-' ? "+" : "", name, port, addresses->text) < 0) return SEINE_ENOMEM;
  struct curl_slist *longer = curl_slist_append(*names, entry);
  free(entry);
  if (!longer) return SEINE_ENOMEM;
  *names = longer;
  return 0;
}

static int add_proxy_name(struct curl_slist **names, const struct seine_fetch *fetch) {
  const char *name = proxy_host(fetch->proxy);
  struct addresses *addresses = name ? resolver_cached(fetch->engine->resolver, name) : NULL;
  int error = addresses ? add_name(names, name, proxy_port(fetch->proxy), addresses) : 0;
  addresses_unref(addresses);
  return error;
}

/* Whether the target's address has to be known here. */
static bool needs_address(const struct seine_fetch *fetch) {
  return !fetch->proxy || proxy_needs_address(fetch->proxy);
}

/* Copies the public ones; returns how many there are. */
static unsigned public_addresses(const struct addresses *addresses, union address list[ADDRESSES_MAX]) {
  unsigned count = 0;
  for (unsigned i = 0; i < addresses->count; i++)
    if (!address_is_private(&addresses->list[i].any)) list[count++] = addresses->list[i];
  return count;
}

/* A proxy is not given private addresses under --deny-private. Without a proxy, libcurl is not given a socket. */
static int add_host_name(struct curl_slist **names, const struct seine_fetch *fetch) {
  const struct host *host = fetch->host;
  struct addresses *addresses = addresses_ref(host->addresses);
  if (fetch->proxy && fetch->engine->options.deny_private) {
    union address list[ADDRESSES_MAX];
    unsigned count = public_addresses(addresses, list);
    addresses_unref(addresses);
    addresses = addresses_make(list, count, host->addresses->expires_ms);
  }
  int error = addresses ? add_name(names, host->name, host->port, addresses) : SEINE_ENOMEM;
  addresses_unref(addresses);
  return error;
}

/* Names that libcurl will connect to or hand to a proxy as addresses, so that it looks none up itself. *names is the
 * caller's. 0 or SEINE_ENOMEM. */
static int names_of(const struct seine_fetch *fetch, struct curl_slist **names) {
  *names = NULL;
  int error = fetch->proxy ? add_proxy_name(names, fetch) : 0;
  if (!error && needs_address(fetch) && fetch->host->addresses) error = add_host_name(names, fetch);
  if (!error) return 0;
  curl_slist_free_all(*names);
  *names = NULL;
  return error;
}

static int start_attempt(struct seine_fetch *fetch, struct transfer_request *request) {
  struct curl_slist *lines = NULL;
  int error = make_attempt(fetch) ? headers_of(fetch, &lines) : SEINE_ENOMEM;
  if (!error) error = headers_for_robots(fetch, &lines);
  if (!error) error = headers_for_rest(fetch, &lines);
  if (!error) error = split_cookie_line(fetch, &lines);
  if (!error) error = names_of(fetch, &request->names);
  request->headers = lines;
  request->cookies = fetch->cookies;
  request->cookie = error ? NULL : fetch->attempt->cookie;
  if (!error) error = transfer_start(&fetch->engine->transfers, request, fetch, &fetch->attempt->transfer);
  return error;
}

/* A request for an IPv6 address that a proxy hands on; see transfer.h. */
static bool needs_own_connection(const struct seine_fetch *fetch) {
  const struct host *host = fetch->host;
  bool relayed = fetch->proxy && proxy_kind(fetch->proxy) != PROXY_SOCKS && strncmp(host->key, "http:", 5) == 0;
  return relayed && strchr(host->name, ':');
}

static void start_transfer(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  struct host *host = fetch->host;
  char *with_userinfo = NULL;
  const char *asked = fetch->curl_url ? fetch->curl_url : fetch->url;
  int error = 0;
  if (fetch->redirect_url && !fetch->cross_origin)
    error = url_with_userinfo_of(fetch->redirect_url, asked, &with_userinfo);
  const char *target = fetch->redirect_url ? fetch->redirect_url : asked;
  struct transfer_request request = {.url = with_userinfo ? with_userinfo : target,
                                     .proxy = fetch->proxy ? proxy_url(fetch->proxy) : NULL,
                                     .literal = host->literal && !fetch->proxy,
                                     .max_time_ms = attempt_options(fetch)->max_time_ms,
                                     .alone = needs_own_connection(fetch),
                                     .may_resolve = host->literal || (fetch->proxy && !proxy_host(fetch->proxy)),
                                     .keep_connection = attempt_keeps_connection(fetch),
                                     .fresh_connection = fetch->is_fresh};
  if (!error) error = start_attempt(fetch, &request);
  free(with_userinfo);
  if (error) {
    proxy_use_return(fetch);
    fetch_end(fetch, SEINE_STATUS_FAILED, error, true, NULL);
    return;
  }
  count_attempt(fetch);
  engine->attempts++;
  host->known_to_curl = !host->literal;
  host_started(host);
  fetch_enter(fetch, FETCH_TRANSFERRING);
}

/* ---- Proxy and address ---- */

/* The name of the host itself could not be resolved. */
static void on_no_address(struct seine_fetch *fetch, const struct resolver_answer *answer) {
  count_attempt(fetch);
  proxy_use_return(fetch);
  host_unreachable(fetch->host, answer->message);
  host_set_resolving(fetch->host, false);
  attempt_fail(fetch, answer->error, !answer->permanent, 0, answer->message);
}

static void on_answer(void *user, const struct resolver_answer *answer) {
  struct seine_fetch *fetch = user;
  struct host *host = fetch->host;
  fetch->query = NULL;
  engine_wake(fetch->engine);
  if (answer->error == SEINE_EIO) {
    proxy_use_return(fetch);
    host_set_resolving(host, false);
    attempt_requeue(fetch, EMFILE);
    return;
  }
  if (answer->error && fetch->resolves_proxy) {
    count_attempt(fetch);
    proxy_use_report(fetch, FAULT_PROXY);
    host_set_resolving(host, false);
    attempt_fail(fetch, SEINE_EPROXY, true, 0, "the proxy's name could not be resolved");
    return;
  }
  if (answer->error) {
    on_no_address(fetch, answer);
    return;
  }
  if (!fetch->resolves_proxy) {
    addresses_unref(host->addresses);
    host->addresses = addresses_ref(answer->addresses);
  }
  /* Its transfer slot may be in use by now: requeue it at the head of its host. */
  fetch->queued.at_head = true;
  host_set_resolving(host, false);
  fetch_enter(fetch, FETCH_QUEUED);
}

static bool knows_address(struct host *host, struct resolver *resolver) {
  if (host->literal) return true;
  if (host->addresses && host->addresses->expires_ms > uv_now(host->hosts->loop)) return true;
  addresses_unref(host->addresses);
  host->addresses = resolver_cached(resolver, host->name);
  return host->addresses;
}

/* Resolves the name of the host or of its proxy. */
static void look_up(struct seine_fetch *fetch, const char *name, bool is_proxy) {
  struct host *host = fetch->host;
  host_set_resolving(host, true);
  fetch->resolves_proxy = is_proxy;
  fetch_enter(fetch, FETCH_RESOLVING);
  int error = resolver_lookup(fetch->engine->resolver, name, on_answer, fetch, &fetch->query);
  if (!error) return;
  host_set_resolving(host, false);
  proxy_use_return(fetch);
  fetch_end(fetch, SEINE_STATUS_FAILED, error, true, NULL);
}

/* Whether --deny-private refuses what the proxy would be asked for. What other names lead to only the proxy knows. */
static bool is_denied(const struct seine_fetch *fetch) {
  const struct host *host = fetch->host;
  if (!fetch->engine->options.deny_private) return false;
  if (address_text_is_private(host->name) || host_name_is_local(host->name)) return true;
  union address list[ADDRESSES_MAX];
  return needs_address(fetch) && host->addresses && !public_addresses(host->addresses, list);
}

static void start_through_proxy(struct seine_fetch *fetch) {
  struct host *host = fetch->host;
  if (needs_address(fetch) && !knows_address(host, fetch->engine->resolver)) {
    look_up(fetch, host->name, false);
  } else if (is_denied(fetch)) {
    proxy_use_return(fetch);
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EDENIED, false, NULL);
  } else {
    start_transfer(fetch);
  }
}

static void resolve_proxy(struct seine_fetch *fetch) {
  const char *name = proxy_host(fetch->proxy);
  struct addresses *addresses = name ? resolver_cached(fetch->engine->resolver, name) : NULL;
  if (!name || addresses)
    start_through_proxy(fetch);
  else
    look_up(fetch, name, true);
  addresses_unref(addresses);
}

static void start_direct(struct seine_fetch *fetch) {
  if (knows_address(fetch->host, fetch->engine->resolver))
    start_transfer(fetch);
  else
    look_up(fetch, fetch->host->name, false);
}

/* Chooses between a direct connection and the next proxy of the rotation. */
static void choose_route(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  const struct host *host = fetch->host;
  uint64_t now = uv_now(engine->loop), wake_ms = 0;
  bool resting = false;
  if (!fetch->proxy) {
    const char *scheme = strncmp(host->key, "https:", 6) == 0 ? "https" : "http";
    fetch->proxy_ms = now;
    fetch->proxy = proxies_choose(&engine->proxies, scheme, host->name, host->rule ? host->rule->proxy : NULL, now,
                                  &resting, &wake_ms);
  }
  if (fetch->proxy) {
    resolve_proxy(fetch);
  } else if (resting) {
    count_attempt(fetch);
    attempt_fail(fetch, SEINE_EPROXY, true, wake_ms > now ? wake_ms - now : 0, "every proxy rests after failures");
  } else {
    start_direct(fetch);
  }
}

/* The message begins with the cause of the last failure; "not tried" is its consequence. */
static void end_as_down(struct seine_fetch *fetch) {
  const struct host *host = fetch->host;
  char message[256];
  snprintf(message, sizeof message, "%s; not tried now, after %u failures in a row of this host",
           host->cause ? host->cause : "the host did not answer", host->failures);
  fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EHOSTDOWN, true, message);
}

void attempt_begin(struct host *host) {
  struct seine_fetch *fetch = fetch_of(TAILQ_FIRST(&host->queue));
  if (host_refuses(host)) {
    end_as_down(fetch);
    return;
  }
  switch (robots_check(fetch)) {
  case PERMISSION_ALLOWED:
    if (!partial_read_back(fetch)) choose_route(fetch);
    break;
  case PERMISSION_DISALLOWED: fetch_end(fetch, SEINE_STATUS_REJECTED, SEINE_EROBOTS, false, NULL); break;
  case PERMISSION_UNKNOWN:
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EROBOTS, true,
              "robots.txt could not be read, so nothing is allowed for now");
    break;
  case PERMISSION_PENDING: break;
  }
}
