/* Keeps the state of each host, and chooses hosts in round-robin order. */
#include "host/host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAUSE_BYTES      160 /* of the cause of a failure that is kept */
#define CIRCUIT_FAILURES 5 /* in a row, that open the circuit */
#define PROBE_FACTOR     8 /* the first probe comes after so many retry delays; each further one after twice as long */
#define IDLE_MAX         32768 /* hosts remembered for what they did, without a fetch */
#define RETRY_AFTER_MAX  10 /* times retry_max_delay_ms */
#define NS_PER_MS        UINT64_C(1000000)

void host_table_init(struct host_table *hosts, uv_loop_t *loop, struct timers *timers, const seine_options_t *options,
                     struct rules *rules) {
  *hosts = (struct host_table){.loop = loop, .timers = timers, .options = options, .rules = rules};
  TAILQ_INIT(&hosts->ring);
  TAILQ_INIT(&hosts->idle);
  TAILQ_INIT(&hosts->to_prefetch);
}

/* ---- The place of a host ---- */

static bool is_throttled(const struct host *host) {
  return host->throttled_until_ms > uv_now(host->hosts->loop);
}

static bool probe_is_due(const struct host *host) {
  return !host->probing && uv_now(host->hosts->loop) >= host->probe_ms;
}

bool host_refuses(const struct host *host) {
  return host->down && !host->probing && !probe_is_due(host);
}

static uint64_t wait_ms(const struct host *host) {
  uint64_t now = uv_now(host->hosts->loop), wait = 0;
  if (host->throttled_until_ms > now) wait = host->throttled_until_ms - now;
  uint64_t now_ns = host->next_ns ? uv_hrtime() : 0; /* the clock is not read for nothing, for every URL */
  if (host->next_ns > now_ns) {
    uint64_t rate_ms = (host->next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    if (rate_ms > wait) wait = rate_ms;
  }
  return wait;
}

/* Worth remembering when no fetch is left. */
static bool is_notable(const struct host *host) {
  return host->down || host->failures || host->robots_until_ms || host->throttles_in_row ||
         host->cap < host->full_cap || wait_ms(host);
}

static enum host_place place_of(const struct host *host) {
  if (!host->fetches) return HOST_IDLE;
  if (!host->queued || host->resolving) return HOST_BUSY;
  if (host->robots_pending && !TAILQ_FIRST(&host->queue)->is_internal) return HOST_BUSY;
  if (host_refuses(host)) return HOST_READY;
  if (host->in_flight >= host->cap || (host->down && host->probing)) return HOST_BUSY;
  return wait_ms(host) ? HOST_TIMED : HOST_READY;
}

static size_t ready_of(const struct host *host) {
  if (host->place != HOST_READY || host->in_flight >= host->cap || host_refuses(host)) return 0;
  if (host->interval_ns || host->robots_pending || (!host->literal && !host->addresses)) return 1;
  size_t transfer_limit = host->cap - host->in_flight;
  return host->queued < transfer_limit ? host->queued : transfer_limit;
}

/* A ready host without an address. A look-up that is not needed in the end, since a proxy will do it, does no harm. */
static void update_prefetch(struct host *host) {
  struct host_table *hosts = host->hosts;
  bool unresolved = host->place == HOST_READY && !host->literal && !host->addresses;
  bool to_prefetch = unresolved && !host->prefetched;
  hosts->unresolved += (size_t)unresolved - (size_t)host->unresolved;
  host->unresolved = unresolved;
  if (to_prefetch == host->is_to_prefetch) return;
  if (to_prefetch)
    TAILQ_INSERT_TAIL(&hosts->to_prefetch, host, to_prefetch);
  else
    TAILQ_REMOVE(&hosts->to_prefetch, host, to_prefetch);
  host->is_to_prefetch = to_prefetch;
}

static void host_update(struct host *host);

static void on_host_timer(void *user) {
  struct host *host = user;
  if (!is_throttled(host)) host->throttled_until_ms = 0;
  host_update(host);
}

static void host_free(struct host *host) {
  struct host_table *hosts = host->hosts;
  hosts->on_forget(hosts->user, host);
  timer_clear(&host->timer);
  HASH_DEL(hosts->by_key, host);
  hosts->count--;
  if (host->is_counted_throttled) hosts->throttled--;
  if (host->unresolved) hosts->unresolved--;
  if (host->is_to_prefetch) TAILQ_REMOVE(&hosts->to_prefetch, host, to_prefetch);
  if (host->down) hosts->down--;
  addresses_unref(host->addresses);
  robots_unref(host->robots);
  free(host->cause);
  free(host);
}

static void exit_place(struct host *host) {
  struct host_table *hosts = host->hosts;
  if (host->place == HOST_READY) TAILQ_REMOVE(&hosts->ring, host, link);
  if (host->place == HOST_IDLE) {
    TAILQ_REMOVE(&hosts->idle, host, link);
    hosts->idle_count--;
  }
}

static void enter_place(struct host *host, enum host_place place) {
  struct host_table *hosts = host->hosts;
  host->place = place;
  if (place == HOST_READY) {
    TAILQ_INSERT_TAIL(&hosts->ring, host, link);
    hosts->on_ready(hosts->user);
  }
  if (place == HOST_IDLE) {
    TAILQ_INSERT_TAIL(&hosts->idle, host, link);
    hosts->idle_count++;
  }
}

/* Puts a host where it belongs after anything about it changed. Its position in the ring is kept. */
static void host_update(struct host *host) {
  struct host_table *hosts = host->hosts;
  enum host_place place = place_of(host);
  if (place != host->place) {
    exit_place(host);
    enter_place(host, place);
  }
  update_prefetch(host);
  hosts->ready -= host->ready;
  host->ready = ready_of(host);
  hosts->ready += host->ready;
  /* An idle host has no timer, which would keep the loop alive, and does not count as throttled. */
  bool throttled = host->throttled_until_ms && place != HOST_IDLE;
  hosts->throttled += (size_t)throttled - (size_t)host->is_counted_throttled;
  host->is_counted_throttled = throttled;
  if (place == HOST_TIMED || throttled)
    timer_set(hosts->timers, &host->timer, wait_ms(host), on_host_timer, host);
  else
    timer_clear(&host->timer);
}

/* ---- Finding, counting and freeing hosts ---- */

uint64_t host_crawl_delay_ms(const struct host *host) {
  uint64_t delay_ms = host->robots ? robots_crawl_delay_ms(host->robots) : 0;
  uint64_t most_ms = host->hosts->options->max_crawl_delay_ms;
  return delay_ms < most_ms ? delay_ms : most_ms;
}

static void set_interval(struct host *host) {
  const struct rule_terms *rule = host->rule;
  double rate = rule && rule->rate > 0 ? rule->rate : host->hosts->options->rate_per_host;
  uint64_t delay_ms = rule ? rule->delay_ms : 0;
  uint64_t crawl_ms = host_crawl_delay_ms(host);
  if (crawl_ms > delay_ms) delay_ms = crawl_ms;
  host->interval_ns = rate > 0 ? (uint64_t)(1e9 / rate) : 0;
  if (delay_ms * NS_PER_MS > host->interval_ns) host->interval_ns = delay_ms * NS_PER_MS;
}

static void set_terms(struct host *host, const char *scheme) {
  const seine_options_t *options = host->hosts->options;
  const struct rule_terms *rule = host->rule = rules_find(host->hosts->rules, scheme, host->name, host->port);
  host->full_cap = rule && rule->concurrency ? rule->concurrency : options->per_host;
  host->cap = host->full_cap;
  set_interval(host);
}

static void change_terms(struct host *host) {
  unsigned cap = host->cap, old_full = host->full_cap;
  set_terms(host, strncmp(host->key, "https:", 6) == 0 ? "https" : "http");
  if (cap < old_full && cap < host->full_cap) host->cap = cap;
  host_update(host);
}

void host_table_set_rules(struct host_table *hosts, struct rules *rules) {
  struct host *host, *next;
  hosts->rules = rules;
  HASH_ITER (hh, hosts->by_key, host, next)
    change_terms(host);
}

static struct host *host_new(struct host_table *hosts, const char *key, const seine_url_t *url) {
  size_t key_size = strlen(key) + 1, name_size = strlen(url->host) + 1;
  struct host *host = calloc(1, sizeof *host + key_size + name_size);
  if (!host) return NULL;
  memcpy(host->key, key, key_size);
  host->name = host->key + key_size;
  memcpy(host->name, url->host, name_size);
  host->hosts = hosts;
  host->port = url->port;
  set_terms(host, url->scheme);
  TAILQ_INIT(&host->queue);
  struct in6_addr unused;
  host->literal = inet_pton(AF_INET, host->name, &unused) == 1 || inet_pton(AF_INET6, host->name, &unused) == 1;
  HASH_ADD_STR(hosts->by_key, key, host);
  if (!host->hh.tbl) {
    free(host);
    return NULL;
  }
  hosts->count++;
  return host;
}

struct host *host_table_find(struct host_table *hosts, const seine_url_t *url) {
  char key[320];
  struct host *host;
  snprintf(key, sizeof key, "%s://%s:%u", url->scheme, url->host, url->port);
  HASH_FIND_STR(hosts->by_key, key, host);
  if (!host) host = host_new(hosts, key, url);
  if (!host) return NULL;
  host->fetches++;
  host_update(host);
  return host;
}

void host_retain(struct host *host) {
  host->fetches++;
  if (host->place == HOST_IDLE) host_update(host);
}

void host_release(struct host *host) {
  struct host_table *hosts = host->hosts;
  host->fetches--;
  host_update(host);
  if (host->place != HOST_IDLE) return;
  bool notable = is_notable(host);
  if (notable && hosts->idle_count <= IDLE_MAX) return;
  struct host *gone = notable ? TAILQ_FIRST(&hosts->idle) : host;
  exit_place(gone);
  host_free(gone);
}

void host_table_close(struct host_table *hosts) {
  struct host *host, *next;
  HASH_ITER (hh, hosts->by_key, host, next)
    host_free(host);
}

/* ---- The queue and the ring ---- */

void host_push(struct host *host, struct queue_entry *entry) {
  if (entry->at_head)
    TAILQ_INSERT_HEAD(&host->queue, entry, link);
  else
    TAILQ_INSERT_TAIL(&host->queue, entry, link);
  host->queued++;
  host_update(host);
}

void host_remove(struct host *host, struct queue_entry *entry) {
  TAILQ_REMOVE(&host->queue, entry, link);
  host->queued--;
  host_update(host);
}

struct host *host_table_next(struct host_table *hosts) {
  struct host *host = TAILQ_FIRST(&hosts->ring);
  if (!host) return NULL;
  TAILQ_REMOVE(&hosts->ring, host, link);
  TAILQ_INSERT_TAIL(&hosts->ring, host, link);
  return host;
}

struct host *host_table_next_to_prefetch(struct host_table *hosts) {
  struct host *host = TAILQ_FIRST(&hosts->to_prefetch);
  if (!host) return NULL;
  host->prefetched = true;
  update_prefetch(host);
  return host;
}

void host_set_resolving(struct host *host, bool resolving) {
  host->resolving = resolving;
  if (host->down) host->probing = resolving; /* a look-up can be the probe */
  host_update(host);
}

void host_set_robots_pending(struct host *host) {
  host->robots_pending = true;
  host_update(host);
}

void host_robots(struct host *host, struct robots *robots, bool unknown, uint64_t until_ms) {
  robots_unref(host->robots);
  host->robots = robots;
  host->robots_unknown = unknown;
  host->robots_until_ms = until_ms;
  host->robots_pending = false;
  set_interval(host);
  if (host->interval_ns) host->next_ns = uv_hrtime() + host->interval_ns; /* robots.txt was a request, too */
  host_update(host);
}

void host_started(struct host *host) {
  if (host->interval_ns) host->next_ns = uv_hrtime() + host->interval_ns;
  if (host->down) host->probing = true;
  host->in_flight++;
  host_update(host);
}

void host_ended(struct host *host) {
  host->in_flight--;
  if (!host->in_flight) host->probing = false;
  host_update(host);
}

/* ---- Reports of transfers ---- */

static void emit_event(struct host *host, seine_event_kind_t kind, uint64_t delay_ms) {
  host->hosts->on_event(host->hosts->user, host, kind, delay_ms);
}

/* Closes the circuit: the host answered, with whatever status. Returns whether it was open. */
static bool mark_reachable(struct host *host) {
  bool was_down = host->down;
  if (was_down) host->hosts->down--;
  host->down = host->probing = false;
  host->failures = host->probes = 0;
  return was_down;
}

/* Transfers that were in flight when the host was last throttled say nothing about the time since. */
static bool is_current(const struct host *host, uint64_t started_ms) {
  return !host->throttled_at_ms || started_ms > host->throttled_at_ms;
}

void host_reached(struct host *host) {
  bool was_down = mark_reachable(host);
  host_update(host);
  if (was_down) emit_event(host, SEINE_EVENT_UP, 0);
}

void host_responded(struct host *host, uint64_t started_ms) {
  bool was_down = mark_reachable(host), recovered = false;
  if (is_current(host, started_ms)) {
    host->throttles_in_row = 0;
    if (host->cap < host->full_cap && ++host->successes >= host->cap) {
      host->cap++;
      host->successes = 0;
      recovered = host->cap == host->full_cap;
    }
  }
  host_update(host);
  if (was_down) emit_event(host, SEINE_EVENT_UP, 0);
  if (recovered) emit_event(host, SEINE_EVENT_HOST_RECOVERED, 0);
}

static uint64_t doubled(uint64_t base_ms, unsigned times, uint64_t max_ms) {
  while (times-- && base_ms < max_ms)
    base_ms *= 2;
  return base_ms < max_ms ? base_ms : max_ms;
}

void host_unreachable(struct host *host, const char *cause) {
  const seine_options_t *options = host->hosts->options;
  free(host->cause);
  host->cause = cause ? strndup(cause, CAUSE_BYTES) : NULL; /* without memory, no cause is named */
  if (++host->failures < CIRCUIT_FAILURES && !host->down) {
    host_update(host);
    return;
  }
  /* A transfer that was in flight when the circuit opened is not a failed probe. */
  if (host->down && !host->probing) return;
  bool opens = !host->down;
  uint64_t delay_ms = doubled(options->retry_delay_ms * PROBE_FACTOR, host->probes++, options->retry_max_delay_ms);
  if (opens) host->hosts->down++;
  host->down = true;
  host->probing = false;
  host->probe_ms = uv_now(host->hosts->loop) + delay_ms;
  host_update(host);
  if (opens) emit_event(host, SEINE_EVENT_DOWN, delay_ms);
}

uint64_t host_throttle(struct host *host, uint64_t started_ms, bool asked, uint64_t delay_ms) {
  const seine_options_t *options = host->hosts->options;
  uint64_t now = uv_now(host->hosts->loop), max_ms = options->retry_max_delay_ms * RETRY_AFTER_MAX;
  bool current = is_current(host, started_ms), was_down = mark_reachable(host);
  if (current) {
    host->cap = host->cap < host->full_cap && host->cap > 1 ? host->cap / 2 : 1;
    host->successes = 0;
    host->throttles_in_row++;
    host->throttled_at_ms = now;
  }
  if (!asked) delay_ms = doubled(options->retry_delay_ms, host->throttles_in_row - 1, options->retry_max_delay_ms);
  if (delay_ms > max_ms) delay_ms = max_ms;
  if (now + delay_ms > host->throttled_until_ms) host->throttled_until_ms = now + delay_ms;
  uint64_t wait = host->throttled_until_ms - now;
  host_update(host);
  if (was_down) emit_event(host, SEINE_EVENT_UP, 0);
  if (current) emit_event(host, SEINE_EVENT_HOST_THROTTLED, wait);
  return wait;
}
