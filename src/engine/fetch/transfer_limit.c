/* Fits the transfers in flight to the descriptors that there are: an eighth fewer at each shortage, and back step by
 * step. */
#include "fetch/transfer_limit.h"

#include "fetch/engine.h"

#define PAUSE_MS      50 /* doubled with each shortage that follows another */
#define PAUSE_MOST_MS 1600
#define SHORTAGES_MAX 50 /* without a response in between; with the pauses they take a minute or more */
#define PART          8 /* steps are an eighth of what there is */

/* As long as this without a shortage, and the limit grows by a step: what holds the descriptors seldom changes soon. */
static uint64_t calm_ms(const struct seine *engine) {
  return engine->options.retry_max_delay_ms / 4;
}

void slots_open(struct seine *engine) {
  engine->slots = (struct slots){.limit = engine->options.concurrency};
}

void slots_close(struct seine *engine) {
  alarm_clear(&engine->slots.pause);
}

/* Grows only when it is asked for: an alarm for that would keep the loop alive with nothing to do. */
static void grow(struct seine *engine) {
  struct slots *slots = &engine->slots;
  unsigned full = engine->options.concurrency, step = slots->limit / PART + 1;
  if (slots->limit == full || uv_now(engine->loop) < slots->grow_ms) return;
  slots->limit = full - slots->limit > step ? slots->limit + step : full;
  slots->shortages = 0;
  slots->grow_ms = uv_now(engine->loop) + calm_ms(engine);
  bool is_full = slots->limit == full;
  if (is_full) slots->said = 0;
  curl_loop_limit(&engine->transfers.curl_loop, is_full ? 0 : (long)slots->limit);
}

bool slots_free(struct seine *engine) {
  grow(engine);
  return !engine->slots.pause && engine->count[FETCH_TRANSFERRING] < engine->slots.limit;
}

static void on_pause_over(void *user) {
  engine_wake(user);
}

static void shrink(struct seine *engine) {
  struct slots *slots = &engine->slots;
  size_t had = engine->transfers.curl_loop.connections; /* many a transfer in flight has none yet */
  if (had > slots->limit) had = slots->limit;
  size_t fewer = had / PART + 1;
  slots->limit = had > fewer ? (unsigned)(had - fewer) : 1;
  curl_loop_limit(&engine->transfers.curl_loop, (long)slots->limit);
  if (slots->said && slots->limit >= slots->said) return;
  slots->said = slots->limit;
  engine_tell(engine, &(seine_event_t){.kind = SEINE_EVENT_SHRUNK, .cap = slots->limit});
}

void slots_short(struct seine *engine) {
  struct slots *slots = &engine->slots;
  slots->grow_ms = uv_now(engine->loop) + calm_ms(engine);
  if (slots->pause) return; /* one of many that were under way when it was noticed */
  uint64_t pause_ms = PAUSE_MS << (slots->shortages < 5 ? slots->shortages : 5);
  slots->shortages++;
  slots->without_response++;
  /* Without memory for an alarm those in flight bring the next turn; where there are none, the shortage itself does. */
  alarm_set(&engine->alarms, &slots->pause, pause_ms < PAUSE_MOST_MS ? pause_ms : PAUSE_MOST_MS, on_pause_over, engine);
  shrink(engine);
}

void slots_responded(struct seine *engine) {
  engine->slots.without_response = 0;
}

bool slots_exhausted(const struct seine *engine) {
  return engine->slots.without_response >= SHORTAGES_MAX;
}
