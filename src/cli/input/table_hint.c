/* Lines of a plain list that are rows of a table: a URL stands in them between tabs, semicolons, commas, bars or
 * spaces. */
#include "input/table_hint.h"
#include "base/xalloc.h"
#include "input/csv.h"
#include "input/list_kind.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MOST 10 /* that are looked at */

static const struct {
  char separator;
  const char *what, *options;
} tables[] = {
    {'\t', "tabs", "--input-format tsv"},
    {';', "semicolons", "--input-format csv"},
    {'|', "bars", "--input-format csv"},
    {',', "commas", "--input-format csv"},
    {' ', "spaces", "--input-format csv --separator space"},
};

/* The field that is a URL, from 1; 0: none is, or there is only one field. */
static size_t url_column(const struct fields *fields) {
  for (size_t i = 0; fields->count > 1 && i < fields->count; i++)
    if (strncmp(fields->fields[i].text, "http", 4) == 0 && list_is_url(fields->fields[i].text)) return i + 1;
  return 0;
}

/* A URL at the beginning of a line may hold any separator but the tab. */
static void look_at_line(struct table_hint *hint, const char *line, size_t length) {
  struct fields fields = {0};
  for (size_t i = 0; hint->what == NULL && i < sizeof tables / sizeof *tables; i++) {
    struct dialect dialect = {.separator = tables[i].separator,
                              .quotes = tables[i].separator == '\t' ? QUOTES_NONE : QUOTES_DOUBLE};
    struct csv_span span;
    if (memchr(line, tables[i].separator, length) == NULL) continue;
    if (strncmp(line, "http", length < 4 ? length : 4) == 0 && tables[i].separator != '\t') break;
    csv_scan(&dialect, line, length, &span);
    if (span.end != CSV_CUT) continue;
    char *copy = xstrndup(line, length);
    csv_split(&dialect, copy, strlen(copy), &fields);
    hint->column = url_column(&fields);
    if (hint->column > 0) {
      hint->what = tables[i].what;
      hint->options = tables[i].options;
    }
    free(copy);
  }
  fields_clear(&fields);
}

void table_hint(struct table_hint *hint, const char *text, size_t length) {
  *hint = (struct table_hint){0};
  for (int i = 0; i < LINES_MOST && hint->what == NULL; i++) {
    const char *end = memchr(text, '\n', length);
    if (end == NULL) return;
    if (*text != '#') look_at_line(hint, text, (size_t)(end - text));
    length -= (size_t)(end + 1 - text);
    text = end + 1;
  }
}
