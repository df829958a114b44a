/* Reads the sources of a list one after the other and cuts their text into raw records. */
#include "base/text.h"
#include "base/xalloc.h"
#include "input/list_state.h"
#include "input/separator.h"
#include "input/table_hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The life of a list ---- */

static void on_input_ready(void *user) {
  struct list *list = user;
  if (!list->starved) return;
  list->starved = false;
  list->on_ready(list, list->user); /* the list may be gone now */
}

static char *copy_option(const char *text) {
  return text != NULL ? xstrdup(text) : NULL;
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
  list->url_column = copy_option(options->url_column);
  list->encoding = copy_option(options->encoding);
  list->checksum_column = copy_option(options->checksum_column);
  list->separator = options->separator != NULL ? separator_named(options->separator) : 0;
  list->quotes = options->quotes;
  list->checksums = options->checksums;
  list->mixed = options->mixed || options->count > 1;
  list->on_ready = on_ready;
  list->user = user;
  *out = list;
  return 0;
}

static void begin_source(struct list *list, const char *name) {
  list->name = name;
  list->format = list_format(list->format_asked, name, &list->format_by_name);
  list->data = NULL;
  list->length = list->at = 0;
  list->begun = list->passing = list->last = list->gone = false;
  list->line = 1;
  list->next_url = list->json_taken.urls.count = 0;
  list->lines = (struct line_cutter){.line_max = LIST_LINE_MAX, .cr_ends = true, .trims = true};
  list->csv = (struct csv_cutter){.record_max = LIST_LINE_MAX};
  list->json = (struct json_cutter){.record_max = LIST_LINE_MAX};
  list->input = input_open(list->loop, name, list->encoding, on_input_ready, list);
}

static void end_source(struct list *list) {
  input_close(list->input);
  list->input = NULL;
  columns_clear(&list->columns);
  list->has_columns = false;
}

void list_close(struct list *list) {
  if (list->input != NULL) end_source(list);
  for (size_t i = 0; i < list->source_count; i++)
    free(list->sources[i]);
  free(list->sources);
  free(list->url_column);
  free(list->encoding);
  free(list->checksum_column);
  free(list->problem);
  fields_clear(&list->fields);
  json_taken_clear(&list->json_taken);
  text_clear(&list->notice);
  text_clear(&list->raw);
  text_clear(&list->rest);
  text_clear(&list->shown);
  text_clear(&list->why);
  free(list);
}

/* ---- Problems and notices ---- */

const char *list_problem(const struct list *list) {
  return list->problem;
}

bool list_refused(const struct list *list) {
  return list->refused;
}

enum input_format list_format_found(const struct list *list) {
  return list->name != NULL && list->begun ? list->format : INPUT_AUTO;
}

const char *list_notice(struct list *list) {
  if (list->notice.length == 0) return NULL;
  list->notice.length = 0;
  return list->notice.data;
}

static char *sentence(const struct list *list, const char *what, const char *why) {
  if (strcmp(list->name, "-") == 0) return xasprintf("standard input %s%s", what, why);
  return xasprintf("the list \"%s\" %s%s", list->name, what, why);
}

/* Only the first problem is kept. */
static void note_problem(struct list *list, const char *what, const char *why) {
  if (list->problem == NULL) list->problem = sentence(list, what, why);
}

void list_refuse(struct list *list, const char *why) {
  note_problem(list, why, "");
  list->refused = list->gone = true;
}

/* One notice waits at a time; the others are found again. */
static void add_notice(struct list *list, bool *said, const char *what) {
  if (*said || list->notice.length > 0) return;
  *said = true;
  char *text = sentence(list, what, "");
  text_add(&list->notice, text, strlen(text));
  free(text);
}

static void look_for_notices(struct list *list) {
  if (input_is_odd(list->input))
    add_notice(list, &list->said_odd,
               "holds bytes that are not UTF-8; --encoding says what they are, such as windows-1252 or latin1");
  if (list->csv.has_inner_urls)
    add_notice(list, &list->said_inner,
               "has URLs inside of quotes that hold several lines, and they are not read; where such a quote is meant "
               "as a character, --quote-style none reads it");
}

/* ---- How a source begins ---- */

static void hint_at_table(struct list *list, const char *text, size_t length) {
  struct table_hint hint;
  table_hint(&hint, text, length);
  if (hint.what == NULL || list->checksums) return;
  char *what = xasprintf("has lines that hold %s; %s --url-column %zu reads them as a table", hint.what, hint.options,
                         hint.column);
  add_notice(list, &list->said_table, what);
  free(what);
}

/* Recognises JSON by its first byte, whatever the name. False if that byte has not been read yet. */
static bool settle_format(struct list *list, const char *text, size_t length) {
  bool known, named_json = list->format == INPUT_JSON;
  if (!list->format_by_name || (!named_json && list->format != INPUT_LINES)) return true;
  bool json = json_begins(text, length, named_json, &known);
  if (!known && !list->last && length <= LIST_LINE_MAX) return false;
  list->format = json ? INPUT_JSON : INPUT_LINES;
  return true;
}

static bool is_table(const struct list *list) {
  return list->format == INPUT_CSV || list->format == INPUT_TSV;
}

/* An option without effect on the only list is a mistake that would go unseen. */
static const char *unfit_option(const struct list *list) {
  if (list->mixed) return NULL;
  if (list->format == INPUT_LINES && list->url_column != NULL)
    return "has no columns, which --url-column is for; --input-format says what it is";
  if (list->format == INPUT_LINES && list->checksum_column != NULL)
    return "has no columns, which --checksum-column is for; --input-format says what it is";
  if (!is_table(list) && list->separator != 0)
    return "is no table, which --separator is for; --input-format says what it is";
  if (!is_table(list) && list->quotes != QUOTES_AUTO)
    return "is no table, which --quote-style is for; --input-format says what it is";
  return NULL;
}

static bool begin_table(struct list *list, const char *text, size_t length) {
  struct dialect *dialect = &list->csv.dialect;
  size_t skip;
  bool tsv = list->format == INPUT_TSV;
  dialect->separator = list->separator;
  dialect->quotes = list->quotes != QUOTES_AUTO ? list->quotes : tsv ? QUOTES_NONE : QUOTES_DOUBLE;
  if (!separator_detect(dialect, tsv ? '\t' : ',', list->url_column, text, length, list->last, &skip)) return false;
  list->line += csv_count_ends(dialect, text, skip);
  list->at += skip;
  return true;
}

/* False if more text must come before it is known how the source begins, or if nothing of it is read. */
static bool begin_text(struct list *list) {
  const char *text = list->data + list->at;
  size_t length = list->length - list->at;
  if (!settle_format(list, text, length)) return false;
  const char *unfit = unfit_option(list);
  if (unfit != NULL) {
    list_refuse(list, unfit);
    return false;
  }
  if (is_table(list) && !begin_table(list, text, length)) return false;
  if (list->format == INPUT_LINES) hint_at_table(list, text, length);
  list->begun = true;
  return true;
}

/* ---- Text to raw records ---- */

static uint64_t count_lines(const struct list *list, size_t length) {
  const char *text = list->data + list->at;
  uint64_t count = 0;
  if (list->format == INPUT_LINES) return 0;
  if (is_table(list)) return csv_count_ends(&list->csv.dialect, text, length);
  for (const char *end = text + length; (text = memchr(text, '\n', (size_t)(end - text))) != NULL; text++)
    count++;
  return count;
}

static void skip_text(struct list *list, size_t length) {
  list->line += count_lines(list, length);
  list->at += length;
}

/* Skips the rest of a line that is too long. */
static bool pass_rest(struct list *list) {
  bool back = list->format == INPUT_LINES || list->csv.dialect.cr_ends;
  struct dialect ends = {.cr_ends = back};
  const char *text = list->data + list->at;
  const char *end = csv_line_end(&ends, text, list->length - list->at);
  list->passing = end == NULL;
  skip_text(list, end != NULL ? (size_t)(end + 1 - text) : list->length - list->at);
  return end != NULL;
}

static bool cut(struct list *list, struct cut *cut) {
  const char *text = list->data + list->at;
  size_t length = list->length - list->at;
  if (list->format == INPUT_LINES) return line_cut(&list->lines, text, length, list->last, cut);
  if (list->format == INPUT_JSON) return json_cut(&list->json, text, length, list->last, cut);
  return csv_cut(&list->csv, text, length, list->last, cut);
}

static bool take_raw_record(struct list *list, struct raw_record *raw) {
  struct cut found;
  if (list->data == NULL || list->gone || (!list->begun && !begin_text(list))) return false;
  if (list->passing && !pass_rest(list)) return false;
  bool whole = cut(list, &found);
  skip_text(list, found.skip);
  if (!whole) return false;
  *raw = (struct raw_record){
      .text = list->data + list->at, .length = found.length, .line = list->line, .problem = found.problem};
  list->passing = found.unended;
  skip_text(list, found.next - found.skip);
  return true;
}

/* ---- Sources to records ---- */

/* Goes to the next source; true if it is a record itself. */
static bool next_source(struct list *list, struct record *record) {
  char *name = list->sources[list->next++];
  size_t length = strlen(name);
  if (list_is_url(name)) return list_give_line(list, name, length, length > LIST_LINE_MAX ? "is longer" : NULL, record);
  begin_source(list, name);
  return false;
}

/* More text, or the end of it. False if it is to be waited for. */
static bool read_on(struct list *list) {
  switch (input_read(list->input, list->length - list->at, &list->data, &list->length)) {
  case SOURCE_BYTES: list->at = 0; return true;
  case SOURCE_AGAIN: list->starved = true; return false;
  default: break;
  }
  const char *why = input_problem(list->input), *refusal = input_refusal(list->input);
  if (refusal != NULL) list_refuse(list, refusal);
  if (why != NULL) note_problem(list, "could not be read to its end: ", why);
  /* Where reading broke off, the last line is not whole. */
  if (why != NULL || refusal != NULL || list->last)
    end_source(list);
  else
    list->last = true;
  return true;
}

enum list_event list_next(struct list *list, struct record *record) {
  struct raw_record raw;
  for (;;) {
    if (list->input == NULL) {
      if (list->next == list->source_count) return LIST_END;
      if (next_source(list, record)) return LIST_RECORD;
      continue;
    }
    if (list_give_further(list, record)) return LIST_RECORD;
    while (take_raw_record(list, &raw))
      if (list_give_record(list, &raw, record)) return LIST_RECORD;
    if (list->gone) {
      end_source(list);
      continue;
    }
    if (!read_on(list)) return LIST_AGAIN;
    if (list->input != NULL) look_for_notices(list);
  }
}
