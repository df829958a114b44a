/* Records of CSV (RFC 4180) and TSV (IANA's text/tab-separated-values) taken apart in place. Pure. */
#ifndef SEINE_CLI_CSV_H
#define SEINE_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct field {
  char *text; /* NUL-terminated */
  size_t length;
};

/* The fields of the record that was split last. All zero is an empty one. */
struct fields {
  struct field *fields; /* owned */
  size_t count, room;
};

/* The length of the CSV record that data begins with, up to its line feed, which is not in it; false if it does not end
 * in there. A line feed in quotes does not end it. `open` says whether it broke off inside of quotes. */
bool csv_record(const char *data, size_t length, size_t *record, bool *open);

/* Splits a record without its line feed; text[length] may be overwritten, and so may the rest. NULL, or what is wrong
 * with the quoting: a part of a sentence. A quote that does not begin a field is a character like any other. */
const char *csv_split(char *text, size_t length, struct fields *fields);

/* The same at tabs, where nothing is ever quoted. */
void tsv_split(char *text, size_t length, struct fields *fields);

void fields_clear(struct fields *fields);

#endif
