/* Counts of a run so far. Loop thread only. */
#ifndef SEINE_CLI_RUN_STATS_H
#define SEINE_CLI_RUN_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_STATS_ERRORS   64 /* above the largest seine error code, negated */
#define RUN_STATS_STATUSES 1000 /* HTTP statuses */

struct run_stats {
  uint64_t records; /* read from the lists */
  uint64_t other_partitions; /* not in `records`: of other partitions */
  uint64_t repeated; /* of `records`: URLs that were in the lists before */
  uint64_t done_before; /* of `records`: ended by an earlier run, whatever their status */
  uint64_t done_before_bad; /* of `done_before`: rejected or failed */
  uint64_t without_checksum; /* records to be fetched in this run, with --checksum, for which their list gave none */
  uint64_t by_status[4]; /* ended in this run, by seine_status_t */
  uint64_t retryable; /* of those rejected or failed: fetched again by the next run */
  uint64_t unfinished; /* cancelled: no row was written */
  uint64_t by_error[RUN_STATS_ERRORS];
  uint64_t rejected_by_error[RUN_STATS_ERRORS]; /* of by_error */
  uint64_t by_http[RUN_STATS_STATUSES]; /* failed for their HTTP status */
  uint64_t received_bytes, stored_bytes;
  uint64_t elapsed_ms;
  bool list_ended;

  /* Progress of the start-up scan of the manifest; of_bytes is 0 when none is running. */
  struct {
    uint64_t rows, bytes, of_bytes;
  } replay;

  /* At present. */
  size_t in_flight, waiting /* for another attempt */, queued;
  size_t hosts, hosts_throttled, hosts_down /* of all */, proxies_down;
};

/* URLs that have ended, in this run or before it. */
static inline uint64_t run_stats_ended(const struct run_stats *run_stats) {
  return run_stats->by_status[0] + run_stats->by_status[1] + run_stats->by_status[2] + run_stats->by_status[3] +
         run_stats->done_before;
}

/* Hosts that are neither throttled nor down. */
static inline size_t run_stats_active(const struct run_stats *run_stats) {
  size_t inactive = run_stats->hosts_throttled + run_stats->hosts_down;
  return run_stats->hosts > inactive ? run_stats->hosts - inactive : 0;
}

/* Distinct URLs read so far. */
static inline uint64_t run_stats_distinct(const struct run_stats *run_stats) {
  return run_stats->records - run_stats->repeated;
}

#endif
