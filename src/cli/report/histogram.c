/* A log-linear histogram of durations. */
#include "report/histogram.h"

#include <stddef.h>

#define STEPS_LOG 5 /* 2^5 is HISTOGRAM_STEPS */

_Static_assert(1 << STEPS_LOG == HISTOGRAM_STEPS, "the logarithm of HISTOGRAM_STEPS");

/* The highest STEPS_LOG + 1 bits of a number choose its bucket; how far they were shifted is its power of two. */
static size_t bucket_of(uint64_t ms) {
  unsigned shift = 0;
  while (ms >> shift >= 2 * HISTOGRAM_STEPS)
    shift++;
  return (size_t)shift * HISTOGRAM_STEPS + (size_t)(ms >> shift);
}

static uint64_t middle_of(size_t bucket) {
  if (bucket < 2 * HISTOGRAM_STEPS) return bucket;
  size_t shift = bucket / HISTOGRAM_STEPS - 1;
  return ((uint64_t)(bucket - shift * HISTOGRAM_STEPS) << shift) + (UINT64_C(1) << shift) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t ms) {
  if (histogram->count == 0 || ms < histogram->least) histogram->least = ms;
  if (ms > histogram->most) histogram->most = ms;
  histogram->buckets[bucket_of(ms)]++;
  histogram->count++;
}

uint64_t histogram_at(const struct histogram *histogram, unsigned per_thousand) {
  uint64_t thousands = histogram->count / 1000, rest = histogram->count % 1000, seen = 0;
  uint64_t rank = thousands * per_thousand + (rest * per_thousand + 999) / 1000;
  if (histogram->count == 0) return 0;
  for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    seen += histogram->buckets[bucket];
    if (seen < rank || seen == 0) continue;
    uint64_t middle = middle_of(bucket);
    return middle < histogram->least ? histogram->least : middle > histogram->most ? histogram->most : middle;
  }
  return histogram->most;
}
