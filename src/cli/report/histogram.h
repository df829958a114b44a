/* A histogram of durations that gives percentiles, in memory of a fixed size. Loop thread only. */
#ifndef SEINE_CLI_HISTOGRAM_H
#define SEINE_CLI_HISTOGRAM_H

#include <stdint.h>

/* Buckets for each power of two; smaller numbers have a bucket each. A percentile is the middle of a bucket, within
 * 1 / (2 * HISTOGRAM_STEPS) of the true value: 1.6%. */
#define HISTOGRAM_STEPS   32
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 60) /* up to 2^64 */

struct histogram { /* all zero: empty */
  uint64_t count, least, most;
  uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t ms);

/* Returns the duration that `per_thousand` of a thousand did not exceed: 500 is the median. 0 if empty. */
uint64_t histogram_at(const struct histogram *histogram, unsigned per_thousand);

#endif
