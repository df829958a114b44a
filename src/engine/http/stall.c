/* Three timers for all transfers: the one that was silent longest, the speed of each, and the body that is being
 * discarded longest. */
#include "http/stall.h"

#include <stddef.h>

#define SPEED_LOOKS 4 /* in one limit_ms */

void stalls_open(struct stalls *stalls) {
  TAILQ_INIT(&stalls->watched);
  TAILQ_INIT(&stalls->discarding);
}

void stalls_close(struct stalls *stalls) {
  timer_clear(&stalls->silence_timer);
  timer_clear(&stalls->speed_timer);
  timer_clear(&stalls->discard_timer);
}

/* ---- Silence ---- */

/* Ends the items that have stood on a list for so long. Those that are left wait so many more milliseconds; 0: none. */
static uint64_t end_oldest(struct stalls *stalls, struct stall_list *list, uint64_t limit_ms, enum stall_reason why) {
  uint64_t now = uv_now(stalls->loop);
  struct stall_item *item;
  while ((item = TAILQ_FIRST(list)) && now - item->since_ms >= limit_ms)
    stalls->on_stalled(item, why);
  return item ? item->since_ms + limit_ms - now : 0;
}

static void on_silence(void *user) {
  struct stalls *stalls = user;
  uint64_t wait_ms = end_oldest(stalls, &stalls->watched, stalls->limit_ms, STALL_SILENT);
  if (wait_ms) timer_set(stalls->timers, &stalls->silence_timer, wait_ms, on_silence, stalls);
}

static void on_discarded(void *user) {
  struct stalls *stalls = user;
  uint64_t wait_ms = end_oldest(stalls, &stalls->discarding, STALL_DISCARD_MS, STALL_DISCARD);
  if (wait_ms) timer_set(stalls->timers, &stalls->discard_timer, wait_ms, on_discarded, stalls);
}

/* ---- Speed: every so often, each watched item is looked at ---- */

/* Adds the time since the last look to the window. */
static void end_slice(const struct stalls *stalls, struct stall_item *item) {
  uint64_t now = uv_now(stalls->loop);
  if (!item->window_start_ms) return;
  item->window_ms += now - item->window_start_ms;
  item->window_start_ms = now;
}

static bool is_slow(const struct stalls *stalls, struct stall_item *item) {
  end_slice(stalls, item);
  if (item->window_ms < stalls->limit_ms) return false;
  double due = (double)stalls->min_speed_bytes * (double)item->window_ms / 1000;
  bool slow = (double)item->window_bytes < due;
  item->window_ms = item->window_bytes = 0;
  return slow;
}

static void watch_speed(struct stalls *stalls);

static void on_speed(void *user) {
  struct stalls *stalls = user;
  struct stall_item *next;
  for (struct stall_item *item = TAILQ_FIRST(&stalls->watched); item; item = next) {
    next = TAILQ_NEXT(item, link);
    if (is_slow(stalls, item)) stalls->on_stalled(item, STALL_SLOW);
  }
  watch_speed(stalls);
}

static void watch_speed(struct stalls *stalls) {
  if (!stalls->min_speed_bytes || stalls->speed_timer || TAILQ_EMPTY(&stalls->watched)) return;
  timer_set(stalls->timers, &stalls->speed_timer, stalls->limit_ms / SPEED_LOOKS + 1, on_speed, stalls);
}

/* ---- Items ---- */

void stall_watch(struct stalls *stalls, struct stall_item *item) {
  item->since_ms = uv_now(stalls->loop);
  if (item->window_start_ms) item->window_start_ms = item->since_ms;
  item->is_watched = true;
  TAILQ_INSERT_TAIL(&stalls->watched, item, link);
  if (stalls->limit_ms && !stalls->silence_timer)
    timer_set(stalls->timers, &stalls->silence_timer, stalls->limit_ms, on_silence, stalls);
  watch_speed(stalls);
}

void stall_discard(struct stalls *stalls, struct stall_item *item) {
  stall_forget(stalls, item);
  item->since_ms = uv_now(stalls->loop);
  item->is_discarding = true;
  TAILQ_INSERT_TAIL(&stalls->discarding, item, link);
  if (!stalls->discard_timer) timer_set(stalls->timers, &stalls->discard_timer, STALL_DISCARD_MS, on_discarded, stalls);
}

void stall_forget(struct stalls *stalls, struct stall_item *item) {
  if (item->is_watched) {
    end_slice(stalls, item);
    TAILQ_REMOVE(&stalls->watched, item, link);
  }
  if (item->is_discarding) TAILQ_REMOVE(&stalls->discarding, item, link);
  item->is_watched = item->is_discarding = false;
  /* A timer with nothing to watch would keep the loop alive. */
  if (TAILQ_EMPTY(&stalls->watched)) {
    timer_clear(&stalls->silence_timer);
    timer_clear(&stalls->speed_timer);
  }
  if (TAILQ_EMPTY(&stalls->discarding)) timer_clear(&stalls->discard_timer);
}

void stall_arrived(struct stalls *stalls, struct stall_item *item) {
  uint64_t now = uv_now(stalls->loop);
  if (!item->is_watched || item->since_ms == now) return; /* a header line, most often */
  item->since_ms = now;
  TAILQ_REMOVE(&stalls->watched, item, link);
  TAILQ_INSERT_TAIL(&stalls->watched, item, link);
}

void stall_count(struct stall_item *item, size_t bytes) {
  if (!item->window_start_ms) item->window_start_ms = item->since_ms;
  item->window_bytes += bytes;
}
