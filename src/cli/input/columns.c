/* The columns of a CSV or TSV list, as its header tells of them. */
#include "input/columns.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/xalloc.h"
#include "input/list_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COLUMNS_MOST 4096
#define BLANKS       " \t\r\n\v\f"

/* The text without blanks around it. */
static const char *trim(const char *text, size_t *length) {
  text += strspn(text, BLANKS);
  for (*length = strlen(text); *length > 0 && strchr(BLANKS, text[*length - 1]) != NULL;)
    --*length;
  return text;
}

static bool is_same(const struct field *field, const char *name, bool any_case) {
  size_t length;
  const char *text = trim(field->text, &length);
  return length == strlen(name) && (any_case ? strncasecmp(text, name, length) : strncmp(text, name, length)) == 0;
}

size_t columns_find(const struct fields *first, const char *name, bool any_case) {
  for (size_t i = 0; i < first->count; i++)
    if (is_same(&first->fields[i], name, any_case)) return i;
  return COLUMN_NONE;
}

size_t columns_number(const char *wanted) {
  if (wanted == NULL || *wanted == '\0' || wanted[strspn(wanted, "0123456789")] != '\0') return 0;
  unsigned long long number = strtoull(wanted, NULL, 10);
  return number <= COLUMNS_MOST ? (size_t)number : 0;
}

/* A name comes before a number: a column may be called 2. */
static size_t find_wanted(const struct fields *first, const char *wanted) {
  size_t named = columns_find(first, wanted, false), number = columns_number(wanted);
  if (named != COLUMN_NONE) return named;
  return number >= 1 && number <= first->count ? number - 1 : COLUMN_NONE;
}

static size_t find_url(const struct fields *first, const char *wanted) {
  if (wanted != NULL) return find_wanted(first, wanted);
  size_t usual = columns_find(first, "url", true);
  return usual != COLUMN_NONE || first->count > 1 ? usual : 0;
}

static size_t find_checksum(const struct fields *first, const char *wanted) {
  if (wanted != NULL) return find_wanted(first, wanted);
  size_t usual = columns_find(first, "sha256", true);
  return usual != COLUMN_NONE ? usual : columns_find(first, "md5", true);
}

/* "has no column ...", with what helps and the names that there are. */
static int refuse(const struct fields *first, const char *wanted, const char *usual, const char *option, char *cause,
                  size_t size) {
  struct text names = {0};
  for (size_t i = 0; i < first->count && names.length < size; i++)
    text_printf(&names, "%s%s", i > 0 ? ", " : "", first->fields[i].text);
  if (wanted == NULL)
    snprintf(cause, size, "has no column %s; %s: %s", usual, option, names.data);
  else
    snprintf(cause, size, "has no column \"%s\"; its columns are: %s", wanted, names.data);
  text_clear(&names);
  return -1;
}

static bool is_taken(const struct columns *columns, const char *quoted) {
  for (size_t i = 0; i < columns->count; i++)
    if (strcmp(columns->names[i], quoted) == 0) return true;
  return false;
}

/* The name as JSON; the caller's. */
static char *quote(const char *text) {
  size_t length;
  const char *name = trim(text, &length);
  char *copy = xstrndup(name, length), *quoted = xmalloc(text_escape_bound(copy) + 1);
  *text_escape_json(quoted, copy) = '\0';
  free(copy);
  return quoted;
}

/* The name of a column that has none, as JSON: its number, with a plus behind it for each other column called so. */
static void put_number(const struct columns *columns, size_t number, char *out, size_t size) {
  size_t length = (size_t)snprintf(out, size, "\"%zu\"", number);
  while (is_taken(columns, out) && length + 1 < size) {
    memcpy(out + length - 1, "+\"", 3);
    length++;
  }
}

/* A column without a name, or with one that is taken, is called by its number. */
static void add_name(struct columns *columns, const char *name) {
  char number[64];
  size_t length;
  bool has_name = !columns->bare && (trim(name, &length), length > 0);
  char *quoted = has_name ? quote(name) : NULL;
  if (quoted == NULL || is_taken(columns, quoted)) {
    free(quoted);
    put_number(columns, columns->count + 1, number, sizeof number);
    quoted = xstrdup(number);
  }
  columns->names[columns->count++] = quoted;
}

int columns_read(struct columns *columns, const struct fields *first, const struct columns_wanted *wanted, char *cause,
                 size_t size) {
  *columns = (struct columns){.checksum = COLUMN_NONE};
  if (first->count > COLUMNS_MOST) {
    snprintf(cause, size, "has more than %d columns", COLUMNS_MOST);
    return -1;
  }
  columns->url = find_url(first, wanted->url);
  if (columns->url == COLUMN_NONE)
    return refuse(first, wanted->url, "\"url\"", "--url-column says which of its columns holds the URLs", cause, size);
  if (wanted->has_checksum) columns->checksum = find_checksum(first, wanted->checksum);
  if (wanted->has_checksum && columns->checksum == COLUMN_NONE)
    return refuse(first, wanted->checksum, "\"sha256\" or \"md5\"",
                  "--checksum-column says which of its columns holds the checksums", cause, size);
  columns->bare = list_is_url(first->fields[columns->url].text);
  columns->names = xcalloc(first->count, sizeof *columns->names);
  for (size_t i = 0; i < first->count; i++)
    add_name(columns, first->fields[i].text);
  return 0;
}

static void add_key(struct text *rest, const char *quoted) {
  if (rest->data[rest->length - 1] != '{') text_add(rest, ",", 1);
  text_add(rest, quoted, strlen(quoted));
  text_add(rest, ":", 1);
}

void columns_rest(const struct columns *columns, const struct fields *fields, struct text *rest) {
  text_add(rest, "{", 1);
  for (size_t i = 0; i < fields->count; i++) {
    char number[64];
    if (i == columns->url) continue;
    if (i >= columns->count) put_number(columns, i + 1, number, sizeof number);
    add_key(rest, i < columns->count ? columns->names[i] : number);
    const char *value = fields->fields[i].text;
    char *end = text_escape_json(text_room(rest, text_escape_bound(value)), value);
    text_add_room(rest, end);
  }
  text_add(rest, "}", 1);
}

void columns_clear(struct columns *columns) {
  for (size_t i = 0; i < columns->count; i++)
    free(columns->names[i]);
  free(columns->names);
  *columns = (struct columns){0};
}
