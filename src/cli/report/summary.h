/* The summary at the end of a run: text for people on stderr, JSON for machines. Loop thread only. */
#ifndef SEINE_CLI_SUMMARY_H
#define SEINE_CLI_SUMMARY_H

#include "base/text.h"
#include "report/histogram.h"
#include "report/reasons.h"
#include "report/run_stats.h"
#include "report/top_hosts.h"

#define SUMMARY_HOSTS  10
#define SUMMARY_SHARED 5
#define SHARED_LEAST   3 /* duplicates; bytes with fewer are not shown */

struct summary {
  const struct run_stats *run_stats;
  const struct histogram *ttfb; /* time to the first byte of a response; NULL: not measured */
  const struct histogram *total; /* time to the end of a body, of URLs that ended ok or duplicate; NULL: not measured */
  const struct top_host *top_hosts; /* hosts with most failed URLs, most failures first */
  size_t top_host_count;
  const struct top_host *shared; /* bytes that many URLs of one host have: "HOST SHA-256", most duplicates first */
  size_t shared_count;
  const struct reasons *reasons; /* shown if nothing ended well; NULL: not shown */
  const char *output; /* folder; NULL if no files were stored */
  const char *manifest; /* file; "-" is standard output */
  int exit_status;
  bool interrupted;
};

/* Adds aligned lines. `output` and `manifest` are added unescaped, hosts escaped for a terminal. Pure. */
void summary_text(const struct summary *summary, struct text *text);

/* Adds one JSON object and a line end. Keys are always in this order, as in the manual: version, exit_status,
 * interrupted, records, repeated, other_partitions, done_before, done_before_not_ok, ok, duplicate, rejected, failed,
 * retryable, unfinished, errors, http_errors, ttfb_ms, total_ms, top_failing_hosts, shared_bytes, received_bytes,
 * stored_bytes, elapsed_ms, output, manifest. Pure. */
void summary_json(const struct summary *summary, struct text *text);

/* Returns "no URLs in cats.txt" or the like, to be freed by the caller. */
char *summary_of_nothing(char *const *lists, size_t count);

/* Writes the JSON to standard output ("-"), or to a file that is replaced atomically. 0, or an errno with a sentence
 * in cause[0..size). */
int summary_write(const struct summary *summary, const char *path, char *cause, size_t size);

#endif
