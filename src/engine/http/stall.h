/* Timeouts of transfers that receive nothing, or too few bytes a second. Paused time does not count. Loop thread only.
 */
#ifndef SEINE_ENGINE_STALL_H
#define SEINE_ENGINE_STALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/timer_pool.h"

enum stall_reason {
  STALL_SILENT, /* nothing arrived for limit_ms */
  STALL_SLOW, /* fewer than min_speed_bytes a second arrived for limit_ms */
  STALL_DISCARD /* a body that nobody wants took STALL_DISCARD_MS */
};

#define STALL_DISCARD_MS 1000 /* past that, a new connection is sooner made */

/* Embedded in a transfer. Zeroed before its first stall_watch. */
struct stall_item {
  TAILQ_ENTRY(stall_item) link; /* in stalls.watched or stalls.discarding */
  bool is_watched, is_discarding; /* on which of them; neither: it receives nothing for now */
  uint64_t since_ms; /* uv_now when something arrived last, or, if it is discarding, when that began */
  uint64_t window_start_ms; /* uv_now when the time that is not in window_ms yet began; 0: nothing arrived so far */
  uint64_t window_ms, window_bytes; /* of receiving, since the speed was judged last */
};

TAILQ_HEAD(stall_list, stall_item);

struct stalls {
  uv_loop_t *loop;
  struct timers *timers;
  uint64_t limit_ms; /* 0: none */
  uint64_t min_speed_bytes; /* a second; 0: none */
  struct stall_list watched, discarding; /* the one that was silent, or discarded, longest first */
  struct timer *silence_timer, *speed_timer, *discard_timer;
  /* Must call stall_forget for the item. */
  void (*on_stalled)(struct stall_item *item, enum stall_reason reason);
};

void stalls_open(struct stalls *stalls);
void stalls_close(struct stalls *stalls);

/* Starts the timeouts of the item. */
void stall_watch(struct stalls *stalls, struct stall_item *item);

/* Limits the rest of an unwanted body to STALL_DISCARD_MS. */
void stall_discard(struct stalls *stalls, struct stall_item *item);

/* Stops the timeouts of the item: it is paused, or has ended. */
void stall_forget(struct stalls *stalls, struct stall_item *item);

/* Restarts the timeout: something arrived. */
void stall_arrived(struct stalls *stalls, struct stall_item *item);

/* Counts received bytes towards the speed. */
void stall_count(struct stall_item *item, size_t bytes);

#endif
