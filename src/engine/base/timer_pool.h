/* Many deadlines, each a uv timer from a pool: a timer is closed once, at the end, however often it was used. */
#ifndef SEINE_ENGINE_TIMER_POOL_H
#define SEINE_ENGINE_TIMER_POOL_H

#include <uv.h>

struct timer;

typedef void (*timer_cb)(void *user);
typedef void (*timer_pool_closed_cb)(void *user);

struct timers {
  uv_loop_t *loop;
  struct timer *spare; /* stopped timers, linked */
  size_t open;         /* timers that uv still knows */
  timer_pool_closed_cb on_closed;
  void *user;
};

void timer_pool_init(struct timers *timers, uv_loop_t *loop);

/* Sets *slot to ring once, in delay_ms; an alarm that stands in *slot already is moved. *slot is NULL again before
 * on_expire runs. SEINE_ENOMEM. */
int timer_set(struct timers *timers, struct timer **slot, uint64_t delay_ms, timer_cb on_expire, void *user);

/* Stops *slot, if it is set, and makes it NULL. */
void timer_clear(struct timer **slot);

/* Every alarm must have been cleared. on_closed comes later, when uv has let go of all timers. */
void timer_pool_close(struct timers *timers, timer_pool_closed_cb on_closed, void *user);

#endif
