/* The columns of a CSV or TSV list, as its header tells of them. */
#include "columns.h"
#include "list.h"
#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOT_THERE    SIZE_MAX
#define COLUMNS_MOST 4096

static bool is_digits(const char *text) {
  return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static size_t find_name(const struct fields *first, const char *name, int (*compare)(const char *, const char *)) {
  for (size_t i = 0; i < first->count; i++)
    if (compare(first->fields[i].text, name) == 0) return i;
  return NOT_THERE;
}

static size_t find_wanted(const struct fields *first, const char *wanted) {
  if (wanted == NULL) {
    size_t usual = find_name(first, "url", strcasecmp);
    return usual != NOT_THERE || first->count > 1 ? usual : 0;
  }
  if (!is_digits(wanted)) return find_name(first, wanted, strcmp);
  unsigned long long number = strtoull(wanted, NULL, 10);
  return number >= 1 && number <= first->count ? (size_t)number - 1 : NOT_THERE;
}

static void tell_names(const struct fields *first, const char *wanted, char *cause, size_t size) {
  struct text names = {0};
  for (size_t i = 0; i < first->count && names.length < size; i++)
    text_printf(&names, "%s%s", i > 0 ? ", " : "", first->fields[i].text);
  if (wanted == NULL)
    snprintf(cause, size, "has no column \"url\"; --url-column says which of its columns holds the URLs: %s",
             names.data);
  else
    snprintf(cause, size, "has no column \"%s\"; its columns are: %s", wanted, names.data);
  text_clear(&names);
}

static char *quote(const char *name) {
  char *quoted = xmalloc(row_text_bound(name) + 1);
  *row_put_text(quoted, name) = '\0';
  return quoted;
}

static bool is_taken(const struct columns *columns, const char *quoted) {
  for (size_t i = 0; i < columns->count; i++)
    if (strcmp(columns->names[i], quoted) == 0) return true;
  return false;
}

/* A column without a name, or with one that is taken, is known by its number. */
static void add_name(struct columns *columns, const char *name) {
  char number[32];
  char *quoted = NULL;
  if (!columns->bare && *name != '\0') quoted = quote(name);
  if (quoted == NULL || is_taken(columns, quoted)) {
    free(quoted);
    snprintf(number, sizeof number, "%zu", columns->count + 1);
    quoted = quote(number);
  }
  columns->names[columns->count++] = quoted;
}

int columns_read(struct columns *columns, const struct fields *first, const char *wanted, char *cause, size_t size) {
  *columns = (struct columns){0};
  if (first->count > COLUMNS_MOST) {
    snprintf(cause, size, "has more than %d columns", COLUMNS_MOST);
    return -1;
  }
  columns->url = find_wanted(first, wanted);
  if (columns->url == NOT_THERE) {
    tell_names(first, wanted, cause, size);
    return -1;
  }
  columns->bare = list_is_url(first->fields[columns->url].text);
  columns->names = xcalloc(first->count, sizeof *columns->names);
  for (size_t i = 0; i < first->count; i++)
    add_name(columns, first->fields[i].text);
  return 0;
}

void columns_rest(const struct columns *columns, const struct fields *fields, struct text *rest) {
  text_add(rest, "{", 1);
  for (size_t i = 0; i < columns->count; i++) {
    if (i == columns->url) continue;
    if (rest->data[rest->length - 1] != '{') text_add(rest, ",", 1);
    text_add(rest, columns->names[i], strlen(columns->names[i]));
    text_add(rest, ":", 1);
    const char *value = fields->fields[i].text;
    char *end = row_put_text(text_room(rest, row_text_bound(value)), value);
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
