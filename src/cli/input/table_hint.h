/* Lines of a plain list that are rows of a table. Pure. */
#ifndef SEINE_CLI_TABLE_HINT_H
#define SEINE_CLI_TABLE_HINT_H

#include <stddef.h>

struct table_hint {
  const char *what; /* stands between the fields: "tabs"; static */
  const char *options; /* that read the lines as a table: "--input-format tsv"; static */
  size_t column; /* of the URL, from 1 */
};

/* Looks at the first whole lines of the text. what is NULL where none is a row of a table. */
void table_hint(struct table_hint *hint, const char *text, size_t length);

#endif
