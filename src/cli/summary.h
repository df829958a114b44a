/* The end of a run in figures: for people on stderr, for machines as a JSON object. */
#ifndef SEINE_CLI_SUMMARY_H
#define SEINE_CLI_SUMMARY_H

#include "figures.h"
#include "util.h"

struct summary {
  const struct figures *figures;
  const char *output; /* folder; NULL if no files were stored */
  const char *manifest; /* file; "-" is standard output */
  int exit_status;
  bool interrupted;
};

/* A few aligned lines. Pure. */
void summary_text(const struct summary *summary, struct text *text);

/* One JSON object and a line end, keys always in this order: version, exit_status, interrupted, records, repeated,
 * done_before, done_before_not_ok, ok, duplicate, rejected, failed, transient (of failed), unfinished, errors (an object:
 * class to count, those above 0), http_errors (status to count), received_bytes, stored_bytes, elapsed_ms, output,
 * manifest. Pure. */
void summary_json(const struct summary *summary, struct text *text);

/* Writes the JSON to a file that appears whole: 0, or an errno with a sentence in cause[0..size). */
int summary_write(const struct summary *summary, const char *path, char *cause, size_t size);

#endif
