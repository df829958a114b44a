/* Deadlines on the loop: uv timers, pooled, so that waiting costs no allocation and closing is done once. */
#include "base/timer_pool.h"

#include <stdlib.h>

#include "seine.h"

struct alarm {
  uv_timer_t timer;
  struct alarms *alarms;
  struct alarm *next_spare;
  struct alarm **slot;
  alarm_cb on_ring;
  void *user;
};

void alarms_init(struct alarms *alarms, uv_loop_t *loop) {
  *alarms = (struct alarms){.loop = loop};
}

static struct alarm *alarm_take(struct alarms *alarms) {
  struct alarm *alarm = alarms->spare;
  if (alarm) {
    alarms->spare = alarm->next_spare;
    return alarm;
  }
  alarm = calloc(1, sizeof *alarm);
  if (!alarm) return NULL;
  uv_timer_init(alarms->loop, &alarm->timer);
  alarm->timer.data = alarm;
  alarm->alarms = alarms;
  alarms->open++;
  return alarm;
}

static void alarm_give(struct alarm *alarm) {
  alarm->slot = NULL;
  alarm->next_spare = alarm->alarms->spare;
  alarm->alarms->spare = alarm;
}

static void on_timer(uv_timer_t *timer) {
  struct alarm *alarm = timer->data;
  alarm_cb on_ring = alarm->on_ring;
  void *user = alarm->user;
  *alarm->slot = NULL;
  alarm_give(alarm);
  on_ring(user);
}

int alarm_set(struct alarms *alarms, struct alarm **slot, uint64_t delay_ms, alarm_cb on_ring, void *user) {
  struct alarm *alarm = *slot;
  if (!alarm) alarm = alarm_take(alarms);
  if (!alarm) return SEINE_ENOMEM;
  alarm->slot = slot;
  alarm->on_ring = on_ring;
  alarm->user = user;
  *slot = alarm;
  uv_timer_start(&alarm->timer, on_timer, delay_ms, 0);
  return 0;
}

void alarm_clear(struct alarm **slot) {
  struct alarm *alarm = *slot;
  if (!alarm) return;
  *slot = NULL;
  uv_timer_stop(&alarm->timer);
  alarm_give(alarm);
}

static void on_timer_closed(uv_handle_t *handle) {
  struct alarm *alarm = handle->data;
  struct alarms *alarms = alarm->alarms;
  free(alarm);
  if (--alarms->open == 0) alarms->on_closed(alarms->user);
}

void alarms_close(struct alarms *alarms, alarms_closed_cb on_closed, void *user) {
  alarms->on_closed = on_closed;
  alarms->user = user;
  if (alarms->open == 0) {
    on_closed(user);
    return;
  }
  for (struct alarm *alarm = alarms->spare; alarm; alarm = alarm->next_spare)
    uv_close((uv_handle_t *)&alarm->timer, on_timer_closed);
  alarms->spare = NULL;
}
