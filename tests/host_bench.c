/* A table of hosts by a clock and alarms of its own: uv_now, uv_hrtime, alarm_set and alarm_clear are defined here, and
 * those of the libraries stay unused. */
#include "host_bench.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define ALARMS    64

/* ---- The clock ---- */

struct alarm {
  struct alarm **slot;
  uint64_t due_ms;
  alarm_cb on_ring;
  void *user;
};

uint64_t now_ms;
static struct alarm alarms_made[ALARMS];

uint64_t uv_now(const uv_loop_t *loop) {
  (void)loop;
  return now_ms;
}

uint64_t uv_hrtime(void) {
  return now_ms * NS_PER_MS;
}

int alarm_set(struct alarms *alarms, struct alarm **slot, uint64_t delay_ms, alarm_cb on_ring, void *user) {
  struct alarm *alarm = *slot;
  (void)alarms;
  for (size_t i = 0; !alarm && i < ALARMS; i++)
    if (!alarms_made[i].slot) alarm = &alarms_made[i];
  ck_assert_ptr_nonnull(alarm);
  *alarm = (struct alarm){slot, now_ms + delay_ms, on_ring, user};
  *slot = alarm;
  return 0;
}

void alarm_clear(struct alarm **slot) {
  if (*slot) (*slot)->slot = NULL;
  *slot = NULL;
}

static struct alarm *first_due(uint64_t until_ms) {
  struct alarm *first = NULL;
  for (size_t i = 0; i < ALARMS; i++)
    if (alarms_made[i].slot && alarms_made[i].due_ms <= until_ms && (!first || alarms_made[i].due_ms < first->due_ms))
      first = &alarms_made[i];
  return first;
}

/* Rings what is due on the way. */
void pass_ms(uint64_t ms) {
  uint64_t until_ms = now_ms + ms;
  for (struct alarm *alarm; (alarm = first_due(until_ms));) {
    if (alarm->due_ms > now_ms) now_ms = alarm->due_ms;
    *alarm->slot = NULL;
    alarm->slot = NULL;
    alarm->on_ring(alarm->user);
  }
  now_ms = until_ms;
}

/* ---- The table ---- */

seine_options_t options;
static struct rules rules;
struct host_table hosts;
static struct seine_fetch fetches[256];
static size_t fetch_count;
size_t forgotten, event_count;
seine_event_kind_t events[64];
uint64_t event_delays[64];

static void on_ready(void *user) {
  (void)user;
}

static void on_forget(void *user, struct host *host) {
  (void)user, (void)host;
  forgotten++;
}

static void on_event(void *user, const struct host *host, seine_event_kind_t kind, uint64_t delay_ms) {
  (void)user, (void)host;
  event_delays[event_count] = delay_ms;
  events[event_count++] = kind;
}

void open_table(void) {
  now_ms = 1000000;
  fetch_count = forgotten = event_count = 0;
  seine_options_init(&options);
  hosts_init(&hosts, NULL, NULL, &options, &rules);
  hosts.on_ready = on_ready;
  hosts.on_forget = on_forget;
  hosts.on_event = on_event;
}

void close_table(void) {
  hosts_close(&hosts);
}

struct host *hold(const char *name) {
  char text[16] = "http";
  char host[64];
  snprintf(host, sizeof host, "%s", name);
  return hosts_hold(&hosts, &(seine_url_t){.scheme = text, .host = host, .port = 80});
}

/* Queues one more fetch of a host. */
struct seine_fetch *queue(struct host *host, bool urgent) {
  struct seine_fetch *fetch = &fetches[fetch_count++];
  *fetch = (struct seine_fetch){.host = host, .is_urgent = urgent};
  host_push(host, fetch);
  return fetch;
}

struct host *with_queue(const char *name, size_t count) {
  struct host *host = NULL;
  while (count--)
    queue(host = hold(name), false);
  return host;
}

/* What the engine does with the host whose turn it is. */
struct seine_fetch *start_next(void) {
  struct host *host = hosts_next(&hosts);
  if (!host) return NULL;
  struct seine_fetch *fetch = TAILQ_FIRST(&host->queue);
  ck_assert_ptr_nonnull(fetch);
  ck_assert(!host_refuses(host));
  host_started(host);
  host_remove(host, fetch);
  return fetch;
}

size_t start_all(void) {
  size_t count = 0;
  while (start_next())
    count++;
  return count;
}

/* The end of a fetch that was in flight. */
void end(struct host *host) {
  host_ended(host);
  host_let_go(host);
}

/* A transfer that began at started_ms got its answer. */
void answer(struct host *host, uint64_t started_ms) {
  host_answered(host, started_ms);
}

void end_well(struct host *host) {
  answer(host, now_ms);
  end(host);
}

void end_unreachable(struct host *host) {
  host_unreachable(host, NULL);
  end(host);
}

void drop_queue(struct host *host) {
  for (size_t left = host->queued; left > 0; left--) {
    host_remove(host, TAILQ_FIRST(&host->queue));
    host_let_go(host);
  }
}
