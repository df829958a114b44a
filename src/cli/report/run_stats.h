/* What a run has come to so far, as counts. */
#ifndef SEINE_CLI_RUN_STATS_H
#define SEINE_CLI_RUN_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIGURES_ERRORS   64   /* above the largest seine error code, negated */
#define FIGURES_STATUSES 1000 /* HTTP */

struct run_stats {
  uint64_t records;     /* read from the lists */
  uint64_t other_partitions; /* not counted above: passed over, because other machines fetch them */
  uint64_t repeated;    /* of which were in the lists before, in this run */
  uint64_t done_before; /* of which an earlier run had ended, well or not */
  uint64_t done_before_bad;
  uint64_t without_checksum; /* records to be fetched in this run, with --checksum, for which their list gave none */
  uint64_t by_status[4]; /* ended in this run, by seine_status_t */
  uint64_t retryable; /* of those rejected or failed, which another run tries again */
  uint64_t unfinished;   /* cancelled: no row was written */
  uint64_t by_error[FIGURES_ERRORS];
  uint64_t rejected_by_error[FIGURES_ERRORS]; /* of these */
  uint64_t by_http[FIGURES_STATUSES]; /* of those that failed for their HTTP status */
  uint64_t received_bytes, stored_bytes;
  uint64_t elapsed_ms;
  bool list_ended;

  /* Of the manifest of earlier runs, while it is read before all else; of_bytes is 0 at any other time. */
  struct {
    uint64_t rows, bytes, of_bytes;
  } replay;

  /* now */
  size_t in_flight, waiting /* for another attempt */, queued;
  size_t hosts, hosts_throttled, hosts_down /* of all */, proxies_down;
};

/* URLs that have ended, in this run or before it. */
static inline uint64_t figures_ended(const struct run_stats *run_stats) {
  return run_stats->by_status[0] + run_stats->by_status[1] + run_stats->by_status[2] + run_stats->by_status[3] +
         run_stats->done_before;
}

/* Hosts that are neither frozen nor down. */
static inline size_t figures_active(const struct run_stats *run_stats) {
  size_t resting = run_stats->hosts_throttled + run_stats->hosts_down;
  return run_stats->hosts > resting ? run_stats->hosts - resting : 0;
}

/* Different URLs met so far. */
static inline uint64_t figures_distinct(const struct run_stats *run_stats) {
  return run_stats->records - run_stats->repeated;
}

#endif
