/* A pool of uv timers, so that a deadline needs no allocation and no uv_close of its own. Loop thread only. */
#ifndef SEINE_ENGINE_TIMER_POOL_H
#define SEINE_ENGINE_TIMER_POOL_H

#include <uv.h>

struct timer;

typedef void (*timer_cb)(void *user);
typedef void (*timer_pool_closed_cb)(void *user);

struct timers {
  uv_loop_t *loop;
  struct timer *spare; /* stopped timers, linked */
  size_t open; /* timers that uv still knows */
  timer_pool_closed_cb on_closed;
  void *user;
};

void timer_pool_init(struct timers *timers, uv_loop_t *loop);

/* Starts a timer that calls on_expire once, in delay_ms, and stores it in *slot; a timer that is already there is
 * restarted. *slot is set to NULL before on_expire runs. Returns 0 or SEINE_ENOMEM. */
int timer_set(struct timers *timers, struct timer **slot, uint64_t delay_ms, timer_cb on_expire, void *user);

/* Stops *slot, if it is set, and makes it NULL. */
void timer_clear(struct timer **slot);

/* Closes all timers, which must have been cleared or have expired. on_closed is called from the loop later. */
void timer_pool_close(struct timers *timers, timer_pool_closed_cb on_closed, void *user);

#endif
