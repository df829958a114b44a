/* The columns of a CSV or TSV list: which one holds the URL, what the others are called. Pure. */
#ifndef SEINE_CLI_COLUMNS_H
#define SEINE_CLI_COLUMNS_H

#include "base/text.h"
#include "input/csv.h"

#include <stdint.h>

#define COLUMN_NONE SIZE_MAX

struct columns {
  char **names; /* owned, and so is each: as JSON, in quotes, no two the same */
  size_t count;
  size_t url; /* index of the column */
  size_t checksum; /* index, or COLUMN_NONE */
  bool bare; /* there is no header: the first record is data */
};

struct columns_wanted {
  const char *url; /* a name, or a number from 1; NULL: "url" in any case */
  bool has_checksum; /* a column of checksums is needed, too */
  const char *checksum; /* a name or a number; NULL: "sha256" or "md5" in any case */
};

/* The field with this text, blanks around it ignored: its index, or COLUMN_NONE. */
size_t columns_find(const struct fields *first, const char *name, bool any_case);
/* The number of a column, from 1; 0 for what is no number, and for NULL. */
size_t columns_number(const char *wanted);

/* Reads the first record. 0, or -1 with a part of a sentence in cause[0..size); columns_clear is needed after either.
 */
int columns_read(struct columns *columns, const struct fields *first, const struct columns_wanted *wanted, char *cause,
                 size_t size);

/* Adds all fields but the URL as a JSON object of strings. Fields beyond the header are called by their numbers. */
void columns_rest(const struct columns *columns, const struct fields *fields, struct text *rest);

void columns_clear(struct columns *columns);

#endif
