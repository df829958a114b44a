/* Limits the bandwidth of all transfers together. */
#include "http/rate_limit.h"

void rate_limit_open(struct rate_limit *limit) {
  limit->credited_ns = uv_hrtime();
}

void rate_limit_close(struct rate_limit *limit) {
  timer_clear(&limit->timer);
}

/* Fills the bucket up to a tenth of a second's worth. */
bool rate_limit_has_credit(struct rate_limit *limit) {
  if (!limit->bytes) return true;
  double rate = (double)limit->bytes;
  uint64_t now = uv_hrtime();
  limit->credit_bytes += rate * (double)(now - limit->credited_ns) / 1e9;
  limit->credited_ns = now;
  if (limit->credit_bytes > rate / 10) limit->credit_bytes = rate / 10;
  if (limit->credit_bytes > 0) return true;
  if (!limit->timer) {
    uint64_t wait_ms = (uint64_t)(-limit->credit_bytes / rate * 1000) + 1;
    timer_set(limit->timers, &limit->timer, wait_ms, limit->on_credit, limit->user);
  }
  return false;
}

void rate_limit_count(struct rate_limit *limit, size_t bytes) {
  if (limit->bytes) limit->credit_bytes -= (double)bytes;
}
