/* Walks over all fetches and hosts: each must have a timer, a DNS query, a transfer or a job that ends its wait. */
#include "fetch/liveness.h"

#include "fetch/resume.h"

#include <stdio.h>
#include <stdlib.h>

#include "fetch/engine_state.h"

#define CHECK_MS     1000
#define FAILURES_MAX 3 /* in a row: one check may run between an event and its turn */

static bool turn_is_due(const struct seine *engine) {
  return engine->dirty || uv_is_active((const uv_handle_t *)&engine->wake);
}

/* A body that accepts no bytes now must have a job, or wait for memory, that ends that. */
static bool body_moves(const struct seine_fetch *fetch) {
  const struct body *body = fetch->attempt->body;
  return !body || fetch->is_paused || body->at_work || body->waiting_for_memory || !body->full;
}

static bool fetch_moves(const struct seine_fetch *fetch) {
  const struct attempt *attempt = fetch->attempt;
  if (fetch->is_cancelled) return turn_is_due(fetch->engine);
  switch (fetch->state) {
  case FETCH_WAITING: return fetch->timer || partial_is_being_read(fetch);
  case FETCH_RESOLVING: return fetch->query && fetch->host->resolving;
  case FETCH_TRANSFERRING: return attempt && attempt->transfer && fetch->host->in_flight && body_moves(fetch);
  case FETCH_INSPECTING:
  case FETCH_STORING: return attempt && attempt->body && attempt->body->at_work;
  case FETCH_DONE: return turn_is_due(fetch->engine);
  default: return false;
  }
}

/* Whether something will start the fetches that a host has queued. */
static bool host_moves(const struct host *host) {
  switch (host->place) {
  case HOST_IDLE: return !host->fetches;
  case HOST_TIMED: return host->timer;
  case HOST_READY: return host->queued;
  case HOST_BUSY: return !host->queued || host->resolving || host->robots_pending || host->in_flight;
  }
  return false;
}

/* A host is ready and nothing prevents a start, but no turn is due. */
static bool ring_is_stuck(const struct seine *engine) {
  size_t busy = engine->count[FETCH_TRANSFERRING] + engine->count[FETCH_INSPECTING] + engine->count[FETCH_STORING];
  return !TAILQ_EMPTY(&engine->hosts.ring) && !busy && !engine->transfer_limit.pause && !turn_is_due(engine) &&
         engine->bodies.held_bytes < engine->bodies.limit_bytes;
}

const char *liveness_check(const struct seine *engine) {
  static const char *const names[FETCH_STATES] = {
      [FETCH_WAITING] = "a waiting fetch without a timer",
      [FETCH_RESOLVING] = "a resolving fetch without a query",
      [FETCH_TRANSFERRING] = "a transferring fetch without a transfer, or one that nobody makes room for",
      [FETCH_INSPECTING] = "an inspecting fetch without a worker",
      [FETCH_STORING] = "a storing fetch without a worker",
      [FETCH_DONE] = "a fetch that is done, and nothing that would say so"};
  const struct seine_fetch *fetch;
  const struct host *host;
  for (int state = FETCH_WAITING; state < FETCH_STATES; state++)
    TAILQ_FOREACH (fetch, &engine->lists[state], link)
      if (!fetch_moves(fetch)) return names[state];
  for (host = engine->hosts.by_key; host; host = host->hh.next)
    if (!host_moves(host)) return "a host with fetches and nothing to start them";
  if (ring_is_stuck(engine)) return "a host that is ready, and no turn for it";
  if (engine->workers.waiting_count && !engine->workers.busy && !turn_is_due(engine)) return "a job without a worker";
  const struct stalls *stalls = &engine->transfers.stalls;
  bool watches = !TAILQ_EMPTY(&stalls->watched) && stalls->limit_ms;
  if (watches && !stalls->silence_timer) return "transfers without a deadline";
  return NULL;
}

#ifdef SEINE_LIVENESS
static void on_check_timer(uv_timer_t *timer) {
  struct seine *engine = timer->data;
  const char *wrong = liveness_check(engine);
  engine->failures_in_row = wrong ? engine->failures_in_row + 1 : 0;
  if (engine->failures_in_row < FAILURES_MAX) return;
  fprintf(stderr, "liveness: %s\n", wrong);
  abort();
}

void liveness_open(struct seine *engine) {
  uv_timer_init(engine->loop, &engine->liveness);
  engine->liveness.data = engine;
  uv_timer_start(&engine->liveness, on_check_timer, CHECK_MS, CHECK_MS);
  uv_unref((uv_handle_t *)&engine->liveness);
}
#endif
