/* Limits the bandwidth of all transfers together (token bucket). Loop thread only. */
#ifndef SEINE_ENGINE_RATE_LIMIT_H
#define SEINE_ENGINE_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/timer_pool.h"

struct rate_limit {
  struct timers *timers;
  uint64_t bytes; /* a second; 0: no limit */
  void (*on_credit)(void *user); /* there may be credit again */
  void *user;
  double credit_bytes; /* negative after more bytes arrived than there was credit */
  uint64_t credited_ns;
  struct timer *timer;
};

void rate_limit_open(struct rate_limit *limit);
void rate_limit_close(struct rate_limit *limit);

/* Whether something may be received now; if not, on_credit will be called. */
bool rate_limit_has_credit(struct rate_limit *limit);

void rate_limit_count(struct rate_limit *limit, size_t bytes);

#endif
