/* Many deadlines, each a uv timer from a pool: a timer is closed once, at the end, however often it was used. */
#ifndef SEINE_ENGINE_TIMER_POOL_H
#define SEINE_ENGINE_TIMER_POOL_H

#include <uv.h>

struct alarm;

typedef void (*alarm_cb)(void *user);
typedef void (*alarms_closed_cb)(void *user);

struct alarms {
  uv_loop_t *loop;
  struct alarm *spare; /* stopped timers, linked */
  size_t open;         /* timers that uv still knows */
  alarms_closed_cb on_closed;
  void *user;
};

void alarms_init(struct alarms *alarms, uv_loop_t *loop);

/* Sets *slot to ring once, in delay_ms; an alarm that stands in *slot already is moved. *slot is NULL again before
 * on_ring runs. SEINE_ENOMEM. */
int alarm_set(struct alarms *alarms, struct alarm **slot, uint64_t delay_ms, alarm_cb on_ring, void *user);

/* Stops *slot, if it is set, and makes it NULL. */
void alarm_clear(struct alarm **slot);

/* Every alarm must have been cleared. on_closed comes later, when uv has let go of all timers. */
void alarms_close(struct alarms *alarms, alarms_closed_cb on_closed, void *user);

#endif
