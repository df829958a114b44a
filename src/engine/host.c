/* Keeps what is owed to each host, and serves hosts in turn. */
#include "host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CIRCUIT_FAILURES 5     /* in a row, that open the circuit */
#define PROBE_FACTOR     8     /* the first probe comes after so many retry delays; each further one after twice as long */
#define IDLE_MAX         32768 /* hosts remembered for what they did, without a fetch */
#define RETRY_AFTER_MAX  10    /* times retry_max_delay_ms */
#define NS_PER_MS        UINT64_C(1000000)

void hosts_init(struct host_table *hosts, uv_loop_t *loop, struct alarms *alarms, const seine_options_t *options) {
  *hosts = (struct host_table){.loop = loop, .alarms = alarms, .options = options};
  TAILQ_INIT(&hosts->ring);
  TAILQ_INIT(&hosts->idle);
}

/* ---- Where a host stands ---- */

static bool is_frozen(const struct host *host) {
  return host->frozen_until_ms > uv_now(host->hosts->loop);
}

static bool probe_is_due(const struct host *host) {
  return !host->probing && uv_now(host->hosts->loop) >= host->probe_ms;
}

bool host_refuses(const struct host *host) {
  return host->down && !host->probing && !probe_is_due(host);
}

static uint64_t wait_ms(const struct host *host) {
  uint64_t now = uv_now(host->hosts->loop), now_ns = uv_hrtime(), wait = 0;
  if (host->frozen_until_ms > now) wait = host->frozen_until_ms - now;
  if (host->next_ns > now_ns) {
    uint64_t rate_ms = (host->next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    if (rate_ms > wait) wait = rate_ms;
  }
  return wait;
}

/* Worth remembering when no fetch is left. */
static bool is_notable(const struct host *host) {
  return host->down || host->failures || host->freezes || host->cap < host->hosts->options->per_host || wait_ms(host);
}

static enum host_place place_of(const struct host *host) {
  if (!host->fetches) return HOST_IDLE;
  if (!host->queued || host->looking) return HOST_BUSY;
  if (host_refuses(host)) return HOST_READY;
  if (host->in_flight >= host->cap || (host->down && host->probing)) return HOST_BUSY;
  return wait_ms(host) ? HOST_TIMED : HOST_READY;
}

static size_t startable_of(const struct host *host) {
  if (host->place != HOST_READY || host->in_flight >= host->cap || host_refuses(host)) return 0;
  if (host->hosts->options->rate_per_host > 0 || (!host->literal && !host->addresses)) return 1;
  size_t slots = host->cap - host->in_flight;
  return host->queued < slots ? host->queued : slots;
}

static void host_settle(struct host *host);

static void on_alarm(void *user) {
  struct host *host = user;
  if (host->frozen_until_ms && !is_frozen(host)) {
    host->frozen_until_ms = 0;
    host->hosts->frozen--;
  }
  host_settle(host);
}

static void host_free(struct host *host) {
  struct host_table *hosts = host->hosts;
  hosts->on_forget(hosts->user, host);
  alarm_clear(&host->alarm);
  HASH_DEL(hosts->by_key, host);
  hosts->count--;
  if (host->frozen_until_ms) hosts->frozen--;
  if (host->down) hosts->down--;
  addresses_unref(host->addresses);
  free(host);
}

static void leave_place(struct host *host) {
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
static void host_settle(struct host *host) {
  struct host_table *hosts = host->hosts;
  enum host_place place = place_of(host);
  if (place != host->place) {
    leave_place(host);
    enter_place(host, place);
  }
  hosts->startable -= host->startable;
  host->startable = startable_of(host);
  hosts->startable += host->startable;
  uint64_t wait = place == HOST_TIMED || host->frozen_until_ms ? wait_ms(host) : 0;
  if (place == HOST_TIMED || (host->frozen_until_ms && place != HOST_IDLE))
    alarm_set(hosts->alarms, &host->alarm, wait, on_alarm, host);
  else
    alarm_clear(&host->alarm);
}

/* ---- Finding, holding, forgetting ---- */

static struct host *host_new(struct host_table *hosts, const char *key, const seine_url_t *url) {
  size_t key_size = strlen(key) + 1, name_size = strlen(url->host) + 1;
  struct host *host = calloc(1, sizeof *host + key_size + name_size);
  if (!host) return NULL;
  memcpy(host->key, key, key_size);
  host->name = host->key + key_size;
  memcpy(host->name, url->host, name_size);
  host->hosts = hosts;
  host->port = url->port;
  host->cap = hosts->options->per_host;
  TAILQ_INIT(&host->queue);
  struct in6_addr unused;
  host->literal =
      inet_pton(AF_INET, host->name, &unused) == 1 || inet_pton(AF_INET6, host->name, &unused) == 1;
  HASH_ADD_STR(hosts->by_key, key, host);
  if (!host->hh.tbl) {
    free(host);
    return NULL;
  }
  hosts->count++;
  return host;
}

struct host *hosts_hold(struct host_table *hosts, const seine_url_t *url) {
  char key[320];
  struct host *host;
  snprintf(key, sizeof key, "%s://%s:%u", url->scheme, url->host, url->port);
  HASH_FIND_STR(hosts->by_key, key, host);
  if (!host) host = host_new(hosts, key, url);
  if (!host) return NULL;
  host->fetches++;
  host_settle(host);
  return host;
}

void host_let_go(struct host *host) {
  struct host_table *hosts = host->hosts;
  host->fetches--;
  host_settle(host);
  if (host->place != HOST_IDLE) return;
  struct host *oldest = is_notable(host) ? TAILQ_FIRST(&hosts->idle) : host;
  if (oldest != host && hosts->idle_count <= IDLE_MAX) return;
  leave_place(oldest);
  host_free(oldest);
}

void hosts_close(struct host_table *hosts) {
  struct host *host, *next;
  HASH_ITER(hh, hosts->by_key, host, next)
    host_free(host);
}

/* ---- The queue and the ring ---- */

void host_push(struct host *host, struct seine_fetch *fetch) {
  if (fetch->is_urgent)
    TAILQ_INSERT_HEAD(&host->queue, fetch, link);
  else
    TAILQ_INSERT_TAIL(&host->queue, fetch, link);
  host->queued++;
  host_settle(host);
}

void host_remove(struct host *host, struct seine_fetch *fetch) {
  TAILQ_REMOVE(&host->queue, fetch, link);
  host->queued--;
  host_settle(host);
}

struct host *hosts_next(struct host_table *hosts) {
  struct host *host = TAILQ_FIRST(&hosts->ring);
  if (!host) return NULL;
  TAILQ_REMOVE(&hosts->ring, host, link);
  TAILQ_INSERT_TAIL(&hosts->ring, host, link);
  return host;
}

void host_looking(struct host *host, bool looking) {
  host->looking = looking;
  if (host->down) host->probing = looking; /* a look-up can be the probe */
  host_settle(host);
}

void host_started(struct host *host) {
  double rate = host->hosts->options->rate_per_host;
  if (rate > 0) host->next_ns = uv_hrtime() + (uint64_t)(1e9 / rate);
  if (host->down) host->probing = true;
  host->in_flight++;
  host_settle(host);
}

void host_ended(struct host *host) {
  host->in_flight--;
  if (!host->in_flight) host->probing = false;
  host_settle(host);
}

/* ---- What transfers say of a host ---- */

void host_answered(struct host *host) {
  if (host->down) host->hosts->down--;
  host->down = host->probing = false;
  host->failures = host->probes = host->freezes = 0;
  if (host->cap < host->hosts->options->per_host && ++host->successes >= host->cap) {
    host->cap++;
    host->successes = 0;
  }
  host_settle(host);
}

static uint64_t doubled(uint64_t base_ms, unsigned times, uint64_t max_ms) {
  while (times-- && base_ms < max_ms)
    base_ms *= 2;
  return base_ms < max_ms ? base_ms : max_ms;
}

void host_unreachable(struct host *host) {
  const seine_options_t *options = host->hosts->options;
  if (++host->failures < CIRCUIT_FAILURES && !host->down) {
    host_settle(host);
    return;
  }
  /* What was in flight when the circuit opened, and fails after it, is not a probe that failed. */
  if (host->down && !host->probing) return;
  if (!host->down) host->hosts->down++;
  host->down = true;
  host->probing = false;
  host->probe_ms = uv_now(host->hosts->loop) +
                   doubled(options->retry_delay_ms * PROBE_FACTOR, host->probes++, options->retry_max_delay_ms);
  host_settle(host);
}

uint64_t host_freeze(struct host *host, uint64_t started_ms, bool asked, uint64_t delay_ms) {
  const seine_options_t *options = host->hosts->options;
  uint64_t now = uv_now(host->hosts->loop), max_ms = options->retry_max_delay_ms * RETRY_AFTER_MAX;
  bool news = !host->frozen_at_ms || started_ms >= host->frozen_at_ms;
  if (news) {
    host->cap = host->cap < options->per_host && host->cap > 1 ? host->cap / 2 : 1;
    host->successes = 0;
    host->freezes++;
    host->frozen_at_ms = now;
  }
  if (!asked) delay_ms = doubled(options->retry_delay_ms, host->freezes - 1, options->retry_max_delay_ms);
  if (delay_ms > max_ms) delay_ms = max_ms;
  if (!host->frozen_until_ms) host->hosts->frozen++;
  if (now + delay_ms > host->frozen_until_ms) host->frozen_until_ms = now + delay_ms;
  host_settle(host);
  return host->frozen_until_ms - now;
}
