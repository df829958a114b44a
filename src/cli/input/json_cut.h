/* The text of a JSON list cut into values: one a line, elements of arrays, or one behind the other. Pure. */
#ifndef SEINE_CLI_JSON_CUT_H
#define SEINE_CLI_JSON_CUT_H

#include "input/line_cut.h"
#include "input/record_cut.h"

/* Where the text stands in a value, between two pieces of it. */
struct json_scan {
  size_t depth; /* brackets that are open */
  bool in_string, escaped, after_string;
};

enum json_layout {
  JSON_UNDECIDED,
  JSON_BY_LINE, /* a value is a line, whatever is wrong with it */
  JSON_BY_VALUE /* values end where their brackets do; brackets of arrays around them, and commas, are skipped */
};

struct json_cutter {
  size_t record_max; /* bytes of a value; a longer one has a problem */
  enum json_layout layout;
  struct line_cutter lines;
  bool passes; /* the rest of a value that is too long is skipped, by `scan` */
  struct json_scan scan;
  bool searches; /* behind a broken value: the next object is searched for */
  char before; /* while searching, the byte before the text that is no blank */
};

/* Whether the text is JSON rather than lines. by_name: its name says JSON, so that a string is enough. False in *known
 * if more text must come first. */
bool json_begins(const char *text, size_t length, bool by_name, bool *known);

/* Finds the next value. last: no more text will come. False if more text must come first. */
bool json_cut(struct json_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut);

#endif
