/* One example of a URL for each class of error, and what may help against it. */
#ifndef SEINE_CLI_REASONS_H
#define SEINE_CLI_REASONS_H

#include "report/run_stats.h"
#include "manifest/row.h"
#include "base/text.h"

/* The first row of each class, ready to be shown. All zero is none. */
struct reasons {
  struct {
    char *url, *message; /* owned; escaped for a terminal */
    int http;
  } first[FIGURES_ERRORS]; /* by error, negated */
};

void reasons_note(struct reasons *reasons, const struct row *row);
void reasons_clear(struct reasons *reasons);

/* Adds an example for each class that occurred, and a hint where there is one. */
void reasons_text(const struct reasons *reasons, struct text *text);

/* What may help against an error; NULL if nothing is known. Static. */
const char *reasons_hint(int error, int http, const char *message);

#endif
