/* Adapts the number of transfers in flight to the available file descriptors: an eighth fewer at each shortage, then
 * back up step by step. */
#include "fetch/transfer_limit.h"

#include "fetch/engine_state.h"

#define IDLE_CONNECTIONS 128 /* kept for hosts with nothing queued, in case somebody comes back to them */
#define PAUSE_MS         50 /* doubled with each shortage that follows another */
#define PAUSE_MOST_MS    1600
#define SHORTAGES_MAX    50 /* without a response in between; with the pauses they take a minute or more */
#define PART             8 /* steps are an eighth of what there is */

/* As long as this without a shortage, and the limit grows by a step: what holds the descriptors seldom changes soon. */
static uint64_t calm_ms(const struct seine *engine) {
  return engine->options.retry_max_delay_ms / 4;
}

void transfer_limit_open(struct seine *engine) {
  engine->transfer_limit = (struct transfer_limit){.limit = engine->options.concurrency};
}

void transfer_limit_close(struct seine *engine) {
  timer_clear(&engine->transfer_limit.pause);
}

/* Grows only when a slot is requested: a timer would keep the loop alive with nothing to do. */
static void grow(struct seine *engine) {
  struct transfer_limit *transfer_limit = &engine->transfer_limit;
  unsigned full = engine->options.concurrency, step = transfer_limit->limit / PART + 1;
  if (transfer_limit->limit == full || uv_now(engine->loop) < transfer_limit->grow_ms) return;
  transfer_limit->limit = full - transfer_limit->limit > step ? transfer_limit->limit + step : full;
  transfer_limit->shortages = 0;
  transfer_limit->grow_ms = uv_now(engine->loop) + calm_ms(engine);
  bool is_full = transfer_limit->limit == full;
  if (is_full) transfer_limit->last_reported = 0;
  curl_loop_limit(&engine->transfers.curl_loop, is_full ? 0 : (long)transfer_limit->limit);
}

bool transfer_limit_has_slot(struct seine *engine) {
  grow(engine);
  return !engine->transfer_limit.pause && engine->count[FETCH_TRANSFERRING] < engine->transfer_limit.limit;
}

static void on_pause_over(void *user) {
  engine_wake(user);
}

static void shrink(struct seine *engine) {
  struct transfer_limit *transfer_limit = &engine->transfer_limit;
  size_t had = engine->transfers.curl_loop.connections; /* many a transfer in flight has none yet */
  if (had > transfer_limit->limit) had = transfer_limit->limit;
  size_t fewer = had / PART + 1;
  transfer_limit->limit = had > fewer ? (unsigned)(had - fewer) : 1;
  curl_loop_limit(&engine->transfers.curl_loop, (long)transfer_limit->limit);
  if (transfer_limit->last_reported && transfer_limit->limit >= transfer_limit->last_reported) return;
  transfer_limit->last_reported = transfer_limit->limit;
  engine_emit(engine, &(seine_event_t){.kind = SEINE_EVENT_CONCURRENCY_REDUCED, .cap = transfer_limit->limit});
}

void transfer_limit_reduce(struct seine *engine) {
  struct transfer_limit *transfer_limit = &engine->transfer_limit;
  transfer_limit->grow_ms = uv_now(engine->loop) + calm_ms(engine);
  if (transfer_limit->pause) return; /* one of many that were under way when it was noticed */
  uint64_t pause_ms = PAUSE_MS << (transfer_limit->shortages < 5 ? transfer_limit->shortages : 5);
  transfer_limit->shortages++;
  transfer_limit->without_response++;
  /* Without memory for a timer those in flight bring the next turn; where there are none, the shortage itself does. */
  timer_set(&engine->timers, &transfer_limit->pause, pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS, on_pause_over,
            engine);
  shrink(engine);
}

void transfer_limit_responded(struct seine *engine) {
  engine->transfer_limit.without_response = 0;
}

bool transfer_limit_exhausted(const struct seine *engine) {
  return engine->transfer_limit.without_response >= SHORTAGES_MAX;
}

bool attempt_keeps_connection(const struct seine_fetch *fetch) {
  const struct seine *engine = fetch->engine;
  const struct transfers *transfers = &engine->transfers;
  size_t idle = transfers->curl_loop.idle_count;
  if (engine->transfer_limit.limit < engine->options.concurrency)
    return transfers->curl_loop.connections <= engine->transfer_limit.limit;
  if (fetch->host->queued) return idle < engine->options.concurrency + IDLE_CONNECTIONS;
  return engine->options.idle_timeout_ms && idle + transfers->keeping < IDLE_CONNECTIONS;
}
