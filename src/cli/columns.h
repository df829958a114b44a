/* The columns of a CSV or TSV list: which one holds the URL, what the others are called. Pure. */
#ifndef SEINE_CLI_COLUMNS_H
#define SEINE_CLI_COLUMNS_H

#include "csv.h"
#include "util.h"

struct columns {
  char **names; /* owned, and so is each: as JSON, in quotes, no two the same */
  size_t count;
  size_t url; /* which of them */
  bool bare; /* there is no header: the first record is data */
};

/* Reads the first record. `wanted` is a name, a number from 1, or NULL for the usual ones. 0, or -1 with a part of a
 * sentence in cause[0..size); columns_clear is needed after either. */
int columns_read(struct columns *columns, const struct fields *first, const char *wanted, char *cause, size_t size);

/* Adds all fields but the URL as a JSON object of strings. There are as many as columns. */
void columns_rest(const struct columns *columns, const struct fields *fields, struct text *rest);

void columns_clear(struct columns *columns);

#endif
