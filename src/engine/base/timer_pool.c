/* Reuses uv timers, which are closed only with the pool. */
#include "base/timer_pool.h"

#include <stdlib.h>

#include "seine.h"

struct timer {
  uv_timer_t timer;
  struct timers *timers;
  struct timer *next_spare;
  struct timer **slot;
  timer_cb on_expire;
  void *user;
};

void timer_pool_init(struct timers *timers, uv_loop_t *loop) {
  *timers = (struct timers){.loop = loop};
}

static struct timer *timer_take(struct timers *timers) {
  struct timer *timer = timers->spare;
  if (timer) {
    timers->spare = timer->next_spare;
    return timer;
  }
  timer = calloc(1, sizeof *timer);
  if (!timer) return NULL;
  uv_timer_init(timers->loop, &timer->timer);
  timer->timer.data = timer;
  timer->timers = timers;
  timers->open++;
  return timer;
}

static void timer_give(struct timer *timer) {
  timer->slot = NULL;
  timer->next_spare = timer->timers->spare;
  timer->timers->spare = timer;
}

static void on_timer(uv_timer_t *uv_timer) {
  struct timer *timer = uv_timer->data;
  timer_cb on_expire = timer->on_expire;
  void *user = timer->user;
  *timer->slot = NULL;
  timer_give(timer);
  on_expire(user);
}

int timer_set(struct timers *timers, struct timer **slot, uint64_t delay_ms, timer_cb on_expire, void *user) {
  struct timer *timer = *slot;
  if (!timer) timer = timer_take(timers);
  if (!timer) return SEINE_ENOMEM;
  timer->slot = slot;
  timer->on_expire = on_expire;
  timer->user = user;
  *slot = timer;
  uv_timer_start(&timer->timer, on_timer, delay_ms, 0);
  return 0;
}

void timer_clear(struct timer **slot) {
  struct timer *timer = *slot;
  if (!timer) return;
  *slot = NULL;
  uv_timer_stop(&timer->timer);
  timer_give(timer);
}

static void on_timer_closed(uv_handle_t *handle) {
  struct timer *timer = handle->data;
  struct timers *timers = timer->timers;
  free(timer);
  if (--timers->open == 0) timers->on_closed(timers->user);
}

void timer_pool_close(struct timers *timers, timer_pool_closed_cb on_closed, void *user) {
  timers->on_closed = on_closed;
  timers->user = user;
  if (timers->open == 0) {
    on_closed(user);
    return;
  }
  for (struct timer *timer = timers->spare; timer; timer = timer->next_spare)
    uv_close((uv_handle_t *)&timer->timer, on_timer_closed);
  timers->spare = NULL;
}
