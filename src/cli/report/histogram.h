/* How long things took, as percentiles, in memory of a fixed size. Pure. */
#ifndef SEINE_CLI_HISTOGRAM_H
#define SEINE_CLI_HISTOGRAM_H

#include <stdint.h>

/* Each power of two is divided into so many steps of equal width; smaller numbers are kept as they are. What comes out
 * is the middle of a step, and so within 1 in 2 * LATENCY_STEPS of the truth: 1.6%. */
#define LATENCY_STEPS   32
#define LATENCY_BUCKETS (LATENCY_STEPS * 60) /* up to 2^64 */

struct histogram { /* all zero: empty */
  uint64_t count, least, most;
  uint64_t buckets[LATENCY_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t ms);

/* The time that `per_thousand` of a thousand did not exceed: 500 is the median. 0 if there is none. */
uint64_t histogram_at(const struct histogram *histogram, unsigned per_thousand);

#endif
