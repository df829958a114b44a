/* Opens, runs and closes an engine. */
#include "fetch/engine_state.h"
#include "fetch/transfer_limit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/free_list.h"
#include "base/url.h"
#include "body/body_check.h"
#include "fetch/attempt.h"
#include "fetch/completion.h"
#include "fetch/liveness.h"
#include "fetch/options.h"
#include "fetch/receive.h"
#include "fetch/result.h"
#include "fetch/resume.h"
#include "http/headers.h"

#define STARTS_A_TURN 256 /* maximum fetches started, or failed, before the loop polls again */
#define ROUNDS_A_TURN 4 /* maximum rounds, when callbacks submit more fetches */
#define BACKLOG_MIN   1024 /* bodies at the workers up to which transfers always start */

/* ---- Turns ---- */

static void cancel_marked(struct seine *engine) {
  struct seine_fetch *fetch;
  while ((fetch = TAILQ_FIRST(&engine->cancelled))) {
    TAILQ_REMOVE(&engine->cancelled, fetch, mark);
    fetch->is_cancelled = false;
    attempt_cancel(fetch);
  }
}

/* No transfer starts while too many bodies, or bytes of bodies, wait for a worker or the disk. */
static bool can_start(struct seine *engine) {
  size_t backlog = engine->count[FETCH_INSPECTING] + engine->count[FETCH_STORING];
  size_t most = 4 * (size_t)engine->options.concurrency;
  if (most < BACKLOG_MIN) most = BACKLOG_MIN;
  return transfer_limit_has_slot(engine) && backlog < most && engine->bodies.held_bytes < engine->bodies.limit_bytes;
}

/* Resolves names before a transfer slot is free, so that a fetch that gets one need not wait. Proxies resolve names
 * themselves. */
static void prefetch_names(struct seine *engine) {
  struct host *host;
  if (engine->options.proxies || engine->options.https_proxies) return;
  while (resolver_available(engine->resolver) > resolver_waiting(engine->resolver) &&
         (host = host_table_next_to_prefetch(&engine->hosts)))
    if (!host->rule || !host->rule->proxy) resolver_prefetch(engine->resolver, host->name);
}

static void start_fetches(struct seine *engine) {
  for (int i = 0; i < STARTS_A_TURN; i++) {
    struct host *host = can_start(engine) ? host_table_next(&engine->hosts) : NULL;
    if (!host) {
      prefetch_names(engine);
      return;
    }
    attempt_begin(host);
  }
  engine->dirty = true;
}

static void fetch_free(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  TAILQ_REMOVE(&engine->lists[FETCH_DONE], fetch, link);
  engine->count[FETCH_DONE]--;
  bool was_last = --engine->fetches == 0;
  if (fetch->is_cancelled) TAILQ_REMOVE(&engine->cancelled, fetch, mark);
  attempt_drop(fetch);
  partial_discard(fetch);
  curl_slist_free_all(fetch->headers);
  curl_slist_free_all(fetch->cookies);
  free(fetch->expected);
  free(fetch->broken);
  free(fetch->path);
  free(fetch->curl_url);
  free(fetch->redirect_url);
  free(fetch->message);
  free(fetch);
  if (!was_last) return;
  bodies_trim(&engine->bodies);
  free_list_clear(&engine->spare_attempts);
  uv_unref((uv_handle_t *)&engine->prepare);
}

/* Delivers the results that exist now; fetches that end during the callbacks wait for the next round. */
static void deliver(struct seine *engine) {
  for (size_t remaining = engine->count[FETCH_DONE]; remaining > 0; remaining--) {
    struct seine_fetch *fetch = TAILQ_FIRST(&engine->lists[FETCH_DONE]);
    seine_result_t result;
    result_fill(fetch, &result);
    fetch->on_result(fetch, &result);
    fetch_free(fetch);
  }
}

static void close_components(struct seine *engine);

static void turn(struct seine *engine) {
  if (engine->turning || (!engine->dirty && !engine->workers.waiting_count)) return;
  engine->turning = true;
  uv_idle_stop(&engine->wake);
  for (int round = 0; round == 0 || (engine->dirty && round < ROUNDS_A_TURN); round++) {
    engine->dirty = false;
    cancel_marked(engine);
    transfers_turn(&engine->transfers);
    start_fetches(engine);
    worker_pool_flush(&engine->workers);
    deliver(engine);
  }
  engine->turning = false;
  if (engine->dirty) engine_wake(engine);
  if (engine->closing && !engine->fetches && !engine->closed) close_components(engine);
}

static void on_wake(uv_idle_t *idle) {
  turn(idle->data);
}

static void on_prepare(uv_prepare_t *prepare) {
  turn(prepare->data);
}

static void on_check(uv_check_t *check) {
  turn(check->data);
}

static void on_hosts_ready(void *user) {
  engine_wake(user);
}

static void on_host_forgotten(void *user, struct host *host) {
  struct seine *engine = user;
  if (engine->last_host == host) engine->last_host = NULL;
  if (host->known_to_curl) transfers_forget(&engine->transfers, host->name, host->port);
}

static void on_host_event(void *user, const struct host *host, seine_event_kind_t kind, uint64_t delay_ms) {
  engine_emit(user, &(seine_event_t){.kind = kind, .host = host->key, .delay_ms = delay_ms, .cap = host->cap});
}

static void seed(struct seine *engine) {
  ssize_t size = getrandom(engine->random, sizeof engine->random, GRND_NONBLOCK);
  if (size < (ssize_t)sizeof engine->random) engine->random[0] ^= uv_hrtime();
  engine->random[1] |= 1;
}

/* ---- Opening ---- */

static int init_without_loop(struct seine *engine, const seine_options_t *options) {
  int error = seine_options_check(options, NULL, 0);
  if (!error) error = options_copy(&engine->options, options);
  if (!error) error = statuses_parse(&engine->retry_on, engine->options.retry_on, NULL, 0);
  if (!error && !(engine->rules = rules_new(&engine->options))) error = SEINE_ENOMEM;
  if (!error) error = proxies_open(&engine->proxies, &engine->options);
  if (!error && engine->options.directory) error = store_open(&engine->store, engine->options.directory);
  return error;
}

static void free_without_loop(struct seine *engine) {
  partials_close(engine);
  bodies_trim(&engine->bodies);
  free_list_clear(&engine->spare_attempts);
  proxies_close(&engine->proxies);
  rules_release(engine->rules);
  store_close(engine->store);
  options_clear(&engine->options);
  free(engine);
}

static void on_open_failed(void *user) {
  free_without_loop(user);
}

static void on_transfers_closed(void *user);

/* Requests for robots.txt accept any type, follow five redirects (RFC 9309 section 2.3.1.2), and are retried twice at
 * most. */
static void set_internal_options(struct seine *engine) {
  engine->internal_options = engine->options;
  engine->internal_options.accept = engine->internal_options.opt_out = NULL;
  engine->internal_options.min_size_bytes = engine->internal_options.max_size_bytes = 0;
  engine->internal_options.min_image_size = 0;
  engine->internal_options.max_image_area = 0;
  engine->internal_options.max_aspect_ratio = 0;
  /* A response that never ends would block its host for ever. */
  uint64_t own_ms = engine->options.connect_timeout_ms + engine->options.stall_timeout_ms;
  if (!engine->options.max_time_ms || own_ms < engine->options.max_time_ms)
    engine->internal_options.max_time_ms = own_ms;
  engine->internal_options.max_redirects = ROBOTS_REDIRECTS_MAX;
  if (engine->internal_options.retries > 2) engine->internal_options.retries = 2;
}

static void init_components(struct seine *engine) {
  static const job_run_cb run[JOB_KINDS] = {[JOB_INSPECT] = body_run_inspect,
                                            [JOB_STREAM] = body_run_stream,
                                            [JOB_STORE] = body_run_store,
                                            [JOB_KEEP_PARTIAL] = body_run_keep_partial};
  worker_pool_init(&engine->workers, engine->loop, run, engine->options.worker_nice);
  engine->workers.open_context = body_open_context;
  engine->workers.close_context = body_close_context;
  bodies_init(&engine->bodies, &engine->workers, engine->store, engine->options.memory_threshold_bytes,
              engine->options.max_memory_bytes);
  host_table_init(&engine->hosts, engine->loop, &engine->timers, &engine->options, engine->rules);
  engine->hosts.on_ready = on_hosts_ready;
  engine->hosts.on_forget = on_host_forgotten;
  engine->hosts.on_event = on_host_event;
  engine->hosts.user = engine;
  for (int state = 0; state < FETCH_STATES; state++)
    TAILQ_INIT(&engine->lists[state]);
  TAILQ_INIT(&engine->cancelled);
  partials_open(engine);
  seed(engine);
  transfer_limit_open(engine);
  set_internal_options(engine);
}

/* A turn runs before and after each poll of the loop. The prepare handle keeps the loop alive while there are
 * fetches. */
static void open_handles(struct seine *engine) {
  uv_prepare_init(engine->loop, &engine->prepare);
  uv_check_init(engine->loop, &engine->check);
  uv_idle_init(engine->loop, &engine->wake);
  engine->on_wake = on_wake;
  engine->prepare.data = engine->check.data = engine->wake.data = engine;
  uv_prepare_start(&engine->prepare, on_prepare);
  uv_check_start(&engine->check, on_check);
  uv_unref((uv_handle_t *)&engine->prepare);
  uv_unref((uv_handle_t *)&engine->check);
  engine->open_handles = 3;
#ifdef SEINE_LIVENESS
  liveness_open(engine);
  engine->open_handles++;
#endif
}

/* For the resolver 0 stands for its default. */
static int open_resolver(struct seine *engine) {
  const seine_options_t *options = &engine->options;
  struct resolver_options from = {.min_ttl_ms = options->dns_min_ttl_ms ? options->dns_min_ttl_ms : 1,
                                  .max_ttl_ms = options->dns_max_ttl_ms,
                                  .outstanding = options->dns_concurrency,
                                  .family = resolver_family(),
                                  .servers = options->dns_servers};
  return resolver_open(&engine->resolver, engine->loop, &from);
}

int seine_open(seine_t **result, uv_loop_t *loop, const seine_options_t *options) {
  *result = NULL;
  struct seine *engine = calloc(1, sizeof *engine);
  if (!engine) return SEINE_ENOMEM;
  engine->loop = loop;
  int error = init_without_loop(engine, options);
  if (!error) error = open_resolver(engine);
  if (error) {
    free_without_loop(engine);
    return error;
  }
  timer_pool_init(&engine->timers, loop);
  init_components(engine);
  static const struct transfer_events events = {receive_headers, receive_data, completion_done};
  error =
      transfers_open(&engine->transfers, loop, &engine->timers, &engine->options, &events, on_transfers_closed, engine);
  if (error) {
    resolver_close(engine->resolver, on_open_failed, engine);
    return error;
  }
  open_handles(engine);
  *result = engine;
  return 0;
}

/* ---- Closing: one component after the other, each when the handles of the previous one are closed ---- */

static void on_handle_closed(uv_handle_t *handle) {
  struct seine *engine = handle->data;
  if (--engine->open_handles) return;
  if (engine->on_close) engine->on_close(engine, engine->close_user);
  free_without_loop(engine);
}

static void on_timers_closed(void *user) {
  struct seine *engine = user;
  uv_close((uv_handle_t *)&engine->prepare, on_handle_closed);
  uv_close((uv_handle_t *)&engine->check, on_handle_closed);
  uv_close((uv_handle_t *)&engine->wake, on_handle_closed);
#ifdef SEINE_LIVENESS
  uv_close((uv_handle_t *)&engine->liveness, on_handle_closed);
#endif
}

static void on_transfers_closed(void *user) {
  struct seine *engine = user;
  timer_pool_close(&engine->timers, on_timers_closed, engine);
}

static void on_resolver_closed(void *user) {
  struct seine *engine = user;
  host_table_close(&engine->hosts);
  transfer_limit_close(engine);
  transfers_close(&engine->transfers);
}

static void on_workers_closed(void *user) {
  struct seine *engine = user;
  resolver_close(engine->resolver, on_resolver_closed, engine);
}

static void close_components(struct seine *engine) {
  engine->closed = true;
  worker_pool_close(&engine->workers, on_workers_closed, engine);
}

static void cancel_list(struct fetch_list *list) {
  struct seine_fetch *fetch;
  TAILQ_FOREACH (fetch, list, link)
    seine_cancel(fetch);
}

static void cancel_queued(struct seine *engine) {
  struct host *host, *next;
  struct queue_entry *entry;
  HASH_ITER (hh, engine->hosts.by_key, host, next)
    TAILQ_FOREACH (entry, &host->queue, link)
      seine_cancel(fetch_of(entry));
}

void seine_drain(seine_t *engine) {
  engine->draining = true;
  cancel_queued(engine);
  cancel_list(&engine->lists[FETCH_WAITING]);
  cancel_list(&engine->lists[FETCH_RESOLVING]);
  engine_wake(engine);
}

void seine_close(seine_t *engine, seine_close_cb on_close, void *user) {
  engine->on_close = on_close;
  engine->close_user = user;
  engine->closing = true;
  seine_drain(engine);
  cancel_list(&engine->lists[FETCH_TRANSFERRING]);
  cancel_list(&engine->lists[FETCH_INSPECTING]);
}

/* ---- Figures ---- */

static int check_rules(const seine_t *engine, const seine_options_t *options, char *cause, size_t size) {
  int error = seine_options_check(options, cause, size);
  for (size_t i = 0; i < options->rule_count && !error; i++) {
    const seine_rule_t *rule = &options->rules[i];
    if (!rule->proxy || proxies_knows(&engine->proxies, rule->proxy)) continue;
    if (cause) snprintf(cause, size, "the rule for %s has a proxy that the engine was not opened with", rule->pattern);
    error = SEINE_EINVAL;
  }
  return error;
}

int seine_set_rules(seine_t *engine, const char *const *headers, const seine_rule_t *rules, size_t rule_count,
                    char *cause, size_t size) {
  seine_options_t options = engine->options;
  options.headers = headers;
  options.rules = rules;
  options.rule_count = rule_count;
  int error = check_rules(engine, &options, cause, size);
  if (error) return error;
  struct rules *next = rules_new(&options), *old = engine->rules;
  if (!next) return SEINE_ENOMEM;
  engine->rules = next;
  host_table_set_rules(&engine->hosts, next);
  rules_release(old);
  engine_wake(engine);
  return 0;
}

void seine_get_stats(const seine_t *engine, seine_stats_t *stats) {
  *stats = (seine_stats_t){.queued = engine->count[FETCH_QUEUED],
                           .waiting = engine->count[FETCH_WAITING],
                           .resolving = engine->count[FETCH_RESOLVING],
                           .transferring = engine->count[FETCH_TRANSFERRING],
                           .inspecting = engine->count[FETCH_INSPECTING],
                           .storing = engine->count[FETCH_STORING],
                           .ready = engine->hosts.ready,
                           .hosts = engine->hosts.count,
                           .hosts_throttled = engine->hosts.throttled,
                           .hosts_down = engine->hosts.down,
                           .proxies_down = proxies_down(&engine->proxies),
                           .held_bytes = engine->bodies.held_bytes,
                           .received_bytes = engine->transfers.received_bytes,
                           .attempts = engine->attempts,
                           .connections = engine->connections};
}

/* A quarter more than the slots, so that none is empty while the caller reads on; and where there are names to look up,
 * as many as are asked for in the meantime. What waits for its host's cap does not count: in a list that is sorted by
 * host, others are only found by reading on, up to what the caller will hold. */
size_t seine_free_slots(const seine_t *engine) {
  size_t transfer_limit = engine->transfer_limit.limit, wanted = transfer_limit + transfer_limit / 4 + 8;
  size_t have = engine->count[FETCH_TRANSFERRING] + engine->hosts.ready;
  size_t window = resolver_window(engine->resolver), unresolved = engine->hosts.unresolved;
  if (unresolved) wanted += unresolved < window ? unresolved : window;
  if (engine->draining || engine->bodies.held_bytes >= engine->bodies.limit_bytes) return 0;
  return have < wanted ? wanted - have : 0;
}
