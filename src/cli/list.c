/* Records out of lists: lines, CSV, TSV and JSON lines out of one source after the other. */
#include "list.h"
#include "columns.h"
#include "foreign.h"
#include "json_line.h"
#include "source.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK       "\xef\xbb\xbf" /* the byte order mark of UTF-8 */
#define MARK_BYTES 3
#define CAUSE_SIZE 1024

struct list {
  uv_loop_t *loop;
  char **sources;
  size_t source_count;
  size_t next; /* the source to open after this one */
  enum input_format format_asked;
  char *url_column;
  uint64_t next_id;
  list_ready_cb on_ready;
  void *user;
  bool starved; /* LIST_AGAIN was answered and on_ready is owed */
  bool refused;
  char *problem;

  /* Of the source that is read; NULL between two, and for URLs. */
  struct source *source;
  const char *name;
  enum input_format format;
  char *data; /* the bytes that were read last, looked at up to `at` */
  size_t length, at;
  size_t seen; /* from `at` on, where no line ends */
  bool begun; /* the first bytes were looked at */
  bool passing; /* the rest of a line that is too long */
  bool last; /* nothing comes behind these bytes */
  uint64_t line; /* at `at`, from 1; not counted in plain lists */
  struct columns columns;
  bool has_columns;

  struct fields fields;
  struct text rest, shown, why; /* of the record that was given last */
};

/* A record before it is understood: the bytes between two ends. */
struct piece {
  char *text; /* text[length] may be overwritten */
  size_t length;
  uint64_t line; /* where it begins */
  const char *problem; /* NULL, or what is wrong with it: a part of a sentence */
};

/* ---- The life of a list ---- */

static void on_source_ready(void *user) {
  struct list *list = user;
  if (!list->starved) return;
  list->starved = false;
  list->on_ready(list, list->user); /* the list may be gone now */
}

int list_open(struct list **out, uv_loop_t *loop, const struct list_options *options, list_ready_cb on_ready,
              void *user) {
  struct list *list = xcalloc(1, sizeof *list);
  list->loop = loop;
  list->sources = xcalloc(options->count + 1, sizeof *list->sources);
  for (size_t i = 0; i < options->count; i++)
    list->sources[i] = xstrdup(options->sources[i]);
  list->source_count = options->count;
  list->format_asked = options->format;
  list->url_column = options->url_column != NULL ? xstrdup(options->url_column) : NULL;
  list->on_ready = on_ready;
  list->user = user;
  *out = list;
  return 0;
}

static void begin_source(struct list *list, const char *name) {
  list->name = name;
  list->format = list_format(&(struct list_options){.format = list->format_asked}, name);
  list->data = NULL;
  list->length = list->at = list->seen = 0;
  list->begun = list->passing = list->last = false;
  list->line = 1;
  list->source = source_open(list->loop, name, on_source_ready, list);
}

static void end_source(struct list *list) {
  source_close(list->source);
  list->source = NULL;
  columns_clear(&list->columns);
  list->has_columns = false;
}

void list_close(struct list *list) {
  if (list->source != NULL) end_source(list);
  for (size_t i = 0; i < list->source_count; i++)
    free(list->sources[i]);
  free(list->sources);
  free(list->url_column);
  free(list->problem);
  fields_clear(&list->fields);
  text_clear(&list->rest);
  text_clear(&list->shown);
  text_clear(&list->why);
  free(list);
}

const char *list_problem(const struct list *list) {
  return list->problem;
}

bool list_refused(const struct list *list) {
  return list->refused;
}

static bool is_input(const struct list *list) {
  return strcmp(list->name, "-") == 0;
}

/* The first problem is the one that is told. */
static void note_problem(struct list *list, const char *what, const char *why) {
  if (list->problem != NULL) return;
  if (is_input(list))
    list->problem = xasprintf("standard input %s%s", what, why);
  else
    list->problem = xasprintf("the list \"%s\" %s%s", list->name, what, why);
}

/* ---- Bytes to pieces ---- */

static bool is_blank(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static uint64_t count_lines(const char *text, size_t length) {
  uint64_t count = 0;
  for (const char *end = text + length; (text = memchr(text, '\n', (size_t)(end - text))) != NULL; text++)
    count++;
  return count;
}

static void refuse_source(struct list *list, const char *why) {
  note_problem(list, why, "");
  list->refused = true;
}

/* False if more bytes must come before it is known how the source begins, and if that is as no list does. */
static bool begin_text(struct list *list) {
  const char *data = list->data + list->at;
  size_t left = list->length - list->at;
  bool more;
  const char *kind = foreign_kind(data, left, &more);
  if (kind != NULL) {
    refuse_source(list, kind);
    end_source(list);
    return false;
  }
  more |= left < MARK_BYTES && memcmp(data, MARK, left) == 0;
  if (more && !list->last) return false;
  if (left >= MARK_BYTES && memcmp(data, MARK, MARK_BYTES) == 0) list->at += MARK_BYTES;
  list->begun = true;
  return true;
}

/* Goes on behind `length` bytes and their line feed. */
static void go_past(struct list *list, size_t length) {
  size_t left = list->length - list->at;
  list->at += length < left ? length + 1 : left;
  list->seen = 0;
}

static void fill_piece(struct list *list, struct piece *piece, size_t length) {
  piece->text = list->data + list->at;
  piece->length = length;
  piece->line = list->line;
  piece->problem = length > LIST_LINE_MAX ? "is longer than 64 KiB" : NULL;
  go_past(list, length);
}

/* What is too long is not waited for: its end is passed over as it comes. */
static bool cut_piece(struct list *list, struct piece *piece) {
  size_t left = list->length - list->at;
  if (list->last && left > 0) {
    fill_piece(list, piece, left);
    return true;
  }
  if (left <= LIST_LINE_MAX) return false;
  fill_piece(list, piece, left);
  list->passing = true;
  return true;
}

static bool take_line(struct list *list, struct piece *piece) {
  /* Blanks in front of a line do not make it longer. */
  while (list->format == INPUT_LINES && list->seen == 0 && list->at < list->length && is_blank(list->data[list->at]))
    list->at++;
  char *begin = list->data + list->at;
  size_t left = list->length - list->at;
  char *end = memchr(begin + list->seen, '\n', left - list->seen);
  if (end == NULL) {
    list->seen = left;
    return cut_piece(list, piece);
  }
  fill_piece(list, piece, (size_t)(end - begin));
  list->line++;
  return true;
}

/* Where a quote is not closed, only the line that it stands in is lost, and not all that follows. */
static bool take_open_line(struct list *list, struct piece *piece) {
  char *begin = list->data + list->at;
  char *end = memchr(begin, '\n', list->length - list->at);
  if (end == NULL) return false;
  fill_piece(list, piece, (size_t)(end - begin));
  if (piece->problem == NULL) piece->problem = "opens a quote that is not closed within 64 KiB";
  list->line++;
  return true;
}

static bool take_csv(struct list *list, struct piece *piece) {
  size_t left = list->length - list->at, length;
  bool open, whole = csv_record(list->data + list->at, left, &length, &open);
  bool too_long = (whole ? length : left) > LIST_LINE_MAX;
  if (whole && !too_long) {
    fill_piece(list, piece, length);
    list->line += count_lines(piece->text, length) + 1;
    return true;
  }
  if ((too_long || (list->last && open)) && take_open_line(list, piece)) return true;
  if (!cut_piece(list, piece)) return false;
  if (open && piece->problem == NULL) piece->problem = "opens a quote that is not closed";
  return true;
}

static bool pass_rest(struct list *list) {
  char *end = memchr(list->data + list->at, '\n', list->length - list->at);
  list->passing = end == NULL;
  list->at = end != NULL ? (size_t)(end + 1 - list->data) : list->length;
  if (end != NULL) list->line++;
  return end != NULL;
}

static bool take_piece(struct list *list, struct piece *piece) {
  if (list->data == NULL || (!list->begun && !begin_text(list))) return false;
  if (list->passing && !pass_rest(list)) return false;
  return list->format == INPUT_CSV ? take_csv(list, piece) : take_line(list, piece);
}

/* ---- Pieces to records ---- */

static void give_id(struct list *list, struct record *record) {
  *record = (struct record){.id = list->next_id++};
}

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

static void trim(char **text, size_t *length) {
  while (*length > 0 && is_blank(**text)) {
    ++*text;
    --*length;
  }
  while (*length > 0 && is_blank((*text)[*length - 1]))
    --*length;
}

/* A record of a plain list; false for what is none. */
static bool give_line(struct list *list, char *text, size_t length, const char *problem, struct record *record) {
  trim(&text, &length);
  if (length == 0 || *text == '#') return false;
  if (problem != NULL) return give_bad_line(list, text, length, "the line is longer than 64 KiB", record);
  if (memchr(text, '\0', length) != NULL)
    return give_bad_line(list, text, length, "the line contains a NUL byte; a list is plain text, in UTF-8", record);
  text[length] = '\0';
  give_id(list, record);
  record->text = text;
  record->length = length;
  return true;
}

/* The text of the piece is not shown: nobody knows where in it a password stands. */
static bool give_bad_piece(struct list *list, const struct piece *piece, const char *problem, struct record *record) {
  const char *name = is_input(list) ? "standard input" : list->name;
  give_id(list, record);
  list->shown.length = list->why.length = 0;
  text_printf(&list->shown, "%s:%llu", list->name, (unsigned long long)piece->line);
  text_printf(&list->why, "line %llu of %s %s", (unsigned long long)piece->line, name, problem);
  record->text = list->shown.data;
  record->length = list->shown.length;
  record->problem = list->why.data;
  return true;
}

static bool give_url(struct list *list, const struct piece *piece, char *url, size_t length, struct record *record) {
  trim(&url, &length);
  if (length == 0) return give_bad_piece(list, piece, "has no URL", record);
  if (memchr(url, '\0', length) != NULL) return give_bad_piece(list, piece, "has a URL with a NUL byte", record);
  url[length] = '\0';
  give_id(list, record);
  record->text = url;
  record->length = length;
  record->rest = list->rest.data;
  record->rest_length = list->rest.length;
  return true;
}

static bool give_json(struct list *list, struct piece *piece, struct record *record) {
  char *url;
  size_t length;
  list->rest.length = 0;
  piece->text[piece->length] = '\0';
  const char *problem = json_line_take(piece->text, piece->length, list->url_column, &url, &length, &list->rest);
  if (problem != NULL) return give_bad_piece(list, piece, problem, record);
  return give_url(list, piece, url, length, record);
}

/* The header; false if the source cannot be used. */
static bool take_header(struct list *list) {
  char cause[CAUSE_SIZE];
  list->has_columns = true;
  if (columns_read(&list->columns, &list->fields, list->url_column, cause, sizeof cause) == 0) return true;
  refuse_source(list, cause);
  return false;
}

static bool give_fields(struct list *list, struct piece *piece, struct record *record) {
  char counts[96];
  const char *problem = NULL;
  if (list->format == INPUT_CSV)
    problem = csv_split(piece->text, piece->length, &list->fields);
  else
    tsv_split(piece->text, piece->length, &list->fields);
  if (problem != NULL) return give_bad_piece(list, piece, problem, record);
  if (!list->has_columns && (!take_header(list) || !list->columns.bare)) return false;
  if (list->fields.count != list->columns.count) {
    snprintf(counts, sizeof counts, "has %zu field%s instead of %zu", list->fields.count,
             list->fields.count == 1 ? "" : "s", list->columns.count);
    return give_bad_piece(list, piece, counts, record);
  }
  list->rest.length = 0;
  columns_rest(&list->columns, &list->fields, &list->rest);
  const struct field *url = &list->fields.fields[list->columns.url];
  return give_url(list, piece, url->text, url->length, record);
}

static bool give_record(struct list *list, struct piece *piece, struct record *record) {
  if (list->format == INPUT_LINES) return give_line(list, piece->text, piece->length, piece->problem, record);
  if (piece->length == 0 || (piece->length == 1 && *piece->text == '\r')) return false;
  if (piece->problem != NULL) return give_bad_piece(list, piece, piece->problem, record);
  if (memchr(piece->text, '\0', piece->length) != NULL)
    return give_bad_piece(list, piece, "contains a NUL byte", record);
  return list->format == INPUT_JSONL ? give_json(list, piece, record) : give_fields(list, piece, record);
}

/* ---- Sources to records ---- */

/* Goes to the next source; true if it is a record itself. */
static bool next_source(struct list *list, struct record *record) {
  char *name = list->sources[list->next++];
  size_t length = strlen(name);
  if (list_is_url(name)) return give_line(list, name, length, length > LIST_LINE_MAX ? "is longer" : NULL, record);
  begin_source(list, name);
  return false;
}

/* More bytes, or the end of them. False if they are to be waited for. */
static bool read_on(struct list *list) {
  switch (source_read(list->source, list->length - list->at, &list->data, &list->length)) {
  case SOURCE_BYTES:
    list->at = 0;
    return true;
  case SOURCE_AGAIN:
    list->starved = true;
    return false;
  default:
    break;
  }
  const char *why = source_problem(list->source);
  if (why != NULL) note_problem(list, "could not be read to its end: ", why);
  /* Where reading broke off, the last line is not whole. */
  if (why != NULL || list->last)
    end_source(list);
  else
    list->last = true;
  return true;
}

enum list_event list_next(struct list *list, struct record *record) {
  struct piece piece;
  for (;;) {
    if (list->source == NULL) {
      if (list->next == list->source_count) return LIST_END;
      if (next_source(list, record)) return LIST_RECORD;
      continue;
    }
    while (list->source != NULL && take_piece(list, &piece)) {
      if (give_record(list, &piece, record)) return LIST_RECORD;
      if (list->has_columns && list->columns.count == 0) end_source(list);
    }
    if (list->source != NULL && !read_on(list)) return LIST_AGAIN;
  }
}
