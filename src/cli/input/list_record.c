/* Makes records of raw records. */
#include "base/text.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "input/list_state.h"

#include <seine_tools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAUSE_SIZE 1024

static void give_id(struct list *list, struct record *record) {
  *record = (struct record){.id = list->next_id++};
}

static void trim(char **text, size_t *length) {
  *text += seine_url_trim(*text, length);
}

/* ---- Lines ---- */

/* The beginning of a line that cannot be a URL, with its NUL bytes made visible. */
static bool give_bad_line(struct list *list, const char *text, size_t length, const char *problem,
                          struct record *record) {
  give_id(list, record);
  record->problem = problem;
  list->shown.length = 0;
  length = utf8_cut(text, length, LIST_SHOWN_MAX);
  for (size_t i = 0; i < length; i++)
    text_add(&list->shown, text[i] == '\0' ? "%00" : text + i, text[i] == '\0' ? 3 : 1);
  record->text = list->shown.data;
  record->length = list->shown.length;
  return true;
}

/* Takes the checksum, which stands behind a tab, off the line. */
static const char *take_checksum(char *text, size_t *length) {
  char *tab = memchr(text, '\t', *length);
  if (tab == NULL) return NULL;
  text[*length] = '\0';
  *length = (size_t)(tab - text);
  seine_url_trim(text, length);
  return tab + 1;
}

/* Whether a text has control characters other than blanks and line ends. */
static bool has_control(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < ' ' && !is_blank(text[i])) return true;
  return false;
}

bool list_give_line(struct list *list, char *text, size_t length, const char *problem, struct record *record) {
  const char *checksum = NULL;
  char *line = text;
  size_t line_length = length;
  trim(&text, &length);
  if (length == 0 && has_control(line, line_length)) text = line, length = line_length; /* binary data gets a row */
  if (length == 0 || *text == '#') return false;
  if (problem != NULL) return give_bad_line(list, text, length, "the line is longer than 64 KiB", record);
  if (memchr(text, '\0', length) != NULL)
    return give_bad_line(list, text, length, "the line contains a NUL byte; a list is plain text, in UTF-8", record);
  if (list->checksums) checksum = take_checksum(text, &length);
  text[length] = '\0';
  give_id(list, record);
  record->text = text;
  record->length = length;
  record->checksum = checksum;
  return true;
}

/* ---- Records ---- */

/* The text of the raw record is not shown: a password may stand anywhere in it. */
static bool give_bad_record(struct list *list, const struct raw_record *raw, const char *problem,
                            struct record *record) {
  const char *name = strcmp(list->name, "-") == 0 ? "standard input" : list->name;
  give_id(list, record);
  list->shown.length = list->why.length = 0;
  text_printf(&list->shown, "%s:%llu", list->name, (unsigned long long)raw->line);
  text_printf(&list->why, "line %llu of %s %s", (unsigned long long)raw->line, name, problem);
  record->text = list->shown.data;
  record->length = list->shown.length;
  record->problem = list->why.data;
  return true;
}

static bool give_url(struct list *list, const struct raw_record *raw, const struct field *field,
                     const struct text *rest, const char *checksum, struct record *record) {
  char *url = field->text;
  size_t length = field->length;
  trim(&url, &length);
  if (length == 0) return give_bad_record(list, raw, "has no URL", record);
  if (memchr(url, '\0', length) != NULL) return give_bad_record(list, raw, "has a URL with a NUL byte", record);
  url[length] = '\0';
  give_id(list, record);
  record->text = url;
  record->length = length;
  record->rest = rest->data;
  record->rest_length = rest->length;
  record->checksum = checksum != NULL && checksum[strspn(checksum, " \t")] != '\0' ? checksum : NULL;
  return true;
}

/* ---- JSON ---- */

bool list_give_further(struct list *list, struct record *record) {
  struct json_taken *taken = &list->json_taken;
  if (list->input == NULL || list->next_url >= taken->urls.count) return false;
  struct raw_record raw = {.line = list->raw_line};
  const char *checksum = taken->checksum.length > 0 ? taken->checksum.data : NULL;
  return give_url(list, &raw, &taken->urls.fields[list->next_url++], &taken->rest, checksum, record);
}

/* The first object must have the checksum, as a table's header must: else nothing may ever be compared, unseen. */
static bool check_member(struct list *list) {
  if (list->has_columns || list->json_taken.has_checksum) {
    list->has_columns = true;
    return true;
  }
  char *why = list->checksum_column != NULL
                  ? xasprintf("has no member \"%s\" in its first record, for --checksum", list->checksum_column)
                  : xstrdup("has no member \"sha256\" or \"md5\" in its first record, for --checksum; "
                            "--checksum-column names it");
  list->next_url = list->json_taken.urls.count;
  list_refuse(list, why);
  free(why);
  return false;
}

static bool give_json(struct list *list, const struct raw_record *raw, struct record *record) {
  struct json_wanted wanted = {
      .url = list->url_column, .has_checksum = list->checksums, .checksum = list->checksum_column};
  char *text = raw->text;
  if (list->json.layout == JSON_BY_LINE) {
    text[raw->length] = '\0';
  } else { /* the next value may begin where there must be a NUL */
    list->raw.length = 0;
    text_add(&list->raw, text, raw->length);
    text = list->raw.data;
  }
  const char *problem = json_line_take(text, raw->length, &wanted, &list->json_taken);
  list->next_url = problem == NULL ? 0 : list->json_taken.urls.count;
  if (problem == NULL && list->checksums && !check_member(list)) return false;
  if (problem != NULL) return give_bad_record(list, raw, problem, record);
  list->raw_line = raw->line;
  return list_give_further(list, record);
}

/* ---- Tables ---- */

/* The header; false if the source cannot be used. */
static bool take_header(struct list *list) {
  char cause[CAUSE_SIZE];
  struct columns_wanted wanted = {
      .url = list->url_column, .has_checksum = list->checksums, .checksum = list->checksum_column};
  list->has_columns = true;
  if (columns_read(&list->columns, &list->fields, &wanted, cause, sizeof cause) < 0) {
    list_refuse(list, cause);
    return false;
  }
  list->csv.columns = list->columns.count;
  return true;
}

/* A row with more or fewer fields than the header is whole if a URL stands where it should. */
static const char *check_count(struct list *list, const struct field *url, char *out, size_t size) {
  size_t count = list->fields.count, columns = list->columns.count;
  if (count == columns || (url != NULL && list_is_url(url->text + strspn(url->text, " \t")))) return NULL;
  snprintf(out, size, "has %zu field%s instead of %zu", count, count == 1 ? "" : "s", columns);
  return out;
}

static bool give_fields(struct list *list, struct raw_record *raw, struct record *record) {
  char counts[96];
  csv_split(&list->csv.dialect, raw->text, raw->length, &list->fields);
  if (!list->has_columns && (!take_header(list) || !list->columns.bare)) return false;
  const struct columns *columns = &list->columns;
  const struct fields *fields = &list->fields;
  const struct field *url = columns->url < fields->count ? &fields->fields[columns->url] : NULL;
  const char *problem = check_count(list, url, counts, sizeof counts);
  if (problem != NULL) return give_bad_record(list, raw, problem, record);
  list->rest.length = 0;
  columns_rest(columns, fields, &list->rest);
  const char *checksum = columns->checksum < fields->count ? fields->fields[columns->checksum].text : NULL;
  return give_url(list, raw, url, &list->rest, checksum, record);
}

bool list_give_record(struct list *list, struct raw_record *raw, struct record *record) {
  if (list->format == INPUT_LINES) return list_give_line(list, raw->text, raw->length, raw->problem, record);
  if (raw->length == 0 || (raw->length == 1 && *raw->text == '\r')) return false;
  if (raw->problem != NULL) return give_bad_record(list, raw, raw->problem, record);
  if (list->format == INPUT_JSON) return give_json(list, raw, record);
  if (memchr(raw->text, '\0', raw->length) != NULL) return give_bad_record(list, raw, "contains a NUL byte", record);
  return give_fields(list, raw, record);
}
