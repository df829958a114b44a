/* Keeps one example of a URL for each class of error, with a hint. Loop thread only. */
#ifndef SEINE_CLI_REASONS_H
#define SEINE_CLI_REASONS_H

#include "base/text.h"
#include "manifest/row.h"
#include "report/run_stats.h"

/* The first row of each class of error. All zero: empty. */
struct reasons {
  struct {
    char *url, *message; /* owned; escaped for a terminal */
    int http_status;
  } first[RUN_STATS_ERRORS]; /* by error, negated */
};

void reasons_note(struct reasons *reasons, const struct row *row);
void reasons_clear(struct reasons *reasons);

/* Adds an example for each class that occurred, and a hint where there is one. */
void reasons_text(const struct reasons *reasons, struct text *text);

/* Returns a hint on an error, a static string; NULL if there is none. */
const char *reasons_hint(int error, int http_status, const char *message);

#endif
