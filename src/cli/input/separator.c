/* The dialect of a table, found out from its first lines: Excel writes semicolons where the comma is the decimal mark,
 * old ones end lines by a carriage return alone, and databases write tabs and bars. */
#include "input/separator.h"
#include "base/xalloc.h"
#include "input/columns.h"
#include "input/list_kind.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char separator_named(const char *name) {
  static const struct {
    const char *name;
    char separator;
  } names[] = {{"tab", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"bar", '|'}, {"space", ' '}, {"\\t", '\t'}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(name, names[i].name) == 0) return names[i].separator;
  bool good = name[0] > 0 && name[1] == '\0' && strchr("\"\r\n\\", name[0]) == NULL;
  return good ? name[0] : 0;
}

/* The end of the first line, outside of quotes, and whether it is a carriage return alone. NULL: none in the text. */
static const char *header_end(const struct dialect *dialect, const char *text, const char *end, bool last, bool *cr) {
  bool open = false;
  for (const char *at = text; at < end; at++) {
    if (*at == '"' && dialect->quotes != QUOTES_NONE) open = !open;
    if (open || (*at != '\n' && *at != '\r')) continue;
    if (*at == '\r' && at + 1 == end && !last) return NULL;
    *cr = *at == '\r' && (at + 1 == end || at[1] != '\n');
    return at;
  }
  return NULL;
}

/* "sep=;", in quotes or not; 0 if the line says something else. */
static char said_separator(const char *line, size_t length) {
  bool quoted = length > 0 && *line == '"';
  if (quoted) line++;
  if (quoted) length = length > 1 && line[length - 2] == '"' ? length - 2 : 0;
  return length == 5 && strncasecmp(line, "sep=", 4) == 0 && line[4] != '\0' ? line[4] : 0;
}

struct candidate {
  size_t fields; /* of the header */
  bool has_name, has_url; /* one is called as the column that is wanted is; the one with its number is a URL */
  bool begins_with_url;
};

static void try_separator(struct candidate *candidate, const struct dialect *dialect, const char *wanted,
                          const char *header, size_t length) {
  struct fields fields = {0};
  char *copy = xstrndup(header, length);
  csv_split(dialect, copy, strlen(copy), &fields);
  size_t number = columns_number(wanted);
  candidate->fields = fields.count;
  candidate->has_name = columns_find(&fields, wanted != NULL ? wanted : "url", wanted == NULL) < fields.count;
  candidate->has_url = number >= 1 && number <= fields.count && list_is_url(fields.fields[number - 1].text);
  candidate->begins_with_url = list_is_url(fields.fields[0].text);
  fields_clear(&fields);
  free(copy);
}

/* The separator by which the header has the column that is wanted; else the usual one; and where that divides nothing,
 * the one that gives the most fields. A URL at the beginning may hold any of them but the tab. */
static char choose(struct dialect dialect, char usual, const char *wanted, const char *header, size_t length) {
  const char separators[] = {usual, usual == ',' ? ';' : ',', usual == '\t' ? ';' : '\t', '|'};
  size_t most = 1;
  char best = usual;
  for (size_t i = 0; i < sizeof separators; i++) {
    struct candidate candidate;
    dialect.separator = separators[i];
    try_separator(&candidate, &dialect, wanted, header, length);
    if (candidate.fields > 1 && (candidate.has_name || candidate.has_url)) return separators[i];
    bool may_divide = i == 0 || separators[i] == '\t' || !candidate.begins_with_url;
    if (!may_divide || candidate.fields <= most) continue;
    most = i == 0 ? SIZE_MAX : candidate.fields;
    best = separators[i];
  }
  return best;
}

bool separator_detect(struct dialect *dialect, char usual, const char *wanted, const char *text, size_t length,
                      bool last, size_t *skip) {
  const char *at = text, *end = text + length;
  while (at < end && (*at == '\n' || *at == '\r'))
    at++;
  bool cr = at > text && at[-1] == '\r';
  const char *stop = header_end(dialect, at, end, last, &cr);
  if (stop == NULL && !last && length <= LIST_LINE_MAX) return false;
  if (stop == NULL) stop = end;
  dialect->cr_ends = cr;
  *skip = (size_t)(at - text);
  char said = said_separator(at, (size_t)(stop - at));
  if (said != 0) *skip = (size_t)((stop < end ? csv_past_end(stop, end) : end) - text);
  if (dialect->separator != 0) return true;
  dialect->separator = said != 0 ? said : choose(*dialect, usual, wanted, at, (size_t)(stop - at));
  return true;
}
