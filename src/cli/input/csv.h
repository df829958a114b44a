/* Records of CSV (RFC 4180) and its dialects: where they end, and the fields in them. Pure. */
#ifndef SEINE_CLI_CSV_H
#define SEINE_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum quote_style {
  QUOTES_AUTO, /* QUOTES_DOUBLE for CSV, QUOTES_NONE for TSV */
  QUOTES_DOUBLE, /* a field may stand in quotes; a quote in it is doubled */
  QUOTES_BACKSLASH, /* also, a backslash takes the meaning from the quote, separator, line end or backslash after it */
  QUOTES_NONE
};

struct dialect {
  char separator;
  enum quote_style quotes;
  bool cr_ends; /* a carriage return alone ends a line, and so does a line feed; else only a line feed does */
};

struct field {
  char *text; /* NUL-terminated */
  size_t length;
};

/* The fields of the record that was split last. All zero is an empty one. */
struct fields {
  struct field *fields; /* owned */
  size_t count, room;
};

enum csv_end {
  CSV_WHOLE, /* the record ends at a line end */
  CSV_CUT, /* the text ends first, outside of quotes */
  CSV_OPEN, /* the text ends first, inside of quotes */
  CSV_BROKEN /* something stands between a closing quote and the next separator */
};

struct csv_span {
  enum csv_end end;
  size_t length; /* of the record without its line end; if broken, up to the fault; else the whole text */
  size_t fields;
  bool multiline; /* a quoted field holds a line end */
  bool backslash; /* a quote that closes a field stands behind a backslash */
};

/* Finds the end of the record that the text begins with. */
void csv_scan(const struct dialect *dialect, const char *text, size_t length, struct csv_span *span);

/* The first line end, or NULL. */
const char *csv_line_end(const struct dialect *dialect, const char *text, size_t length);
/* The byte behind a line end: CR LF is one. */
const char *csv_past_end(const char *line_end, const char *text_end);
size_t csv_count_ends(const struct dialect *dialect, const char *text, size_t length);

/* Splits a record without its line end that csv_scan calls whole or cut; text[length] may be overwritten, and so may
 * the rest. A quote that does not begin a field is a character like any other. */
void csv_split(const struct dialect *dialect, char *text, size_t length, struct fields *fields);

/* Adds text[0..length), and writes a NUL behind it. */
struct field *fields_add(struct fields *fields, char *text, size_t length);
void fields_clear(struct fields *fields);

#endif
