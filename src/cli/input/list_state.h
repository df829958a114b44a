/* The state of a list: list.c cuts the text of sources into raw records, list_record.c makes records of these. */
#ifndef SEINE_CLI_LIST_STATE_H
#define SEINE_CLI_LIST_STATE_H

#include "base/text.h"
#include "input/columns.h"
#include "input/csv_cut.h"
#include "input/json_cut.h"
#include "input/json_line.h"
#include "input/line_cut.h"
#include "input/list.h"
#include "input/utf8_source.h"

struct list {
  uv_loop_t *loop;
  char **sources;
  size_t source_count;
  size_t next; /* the source to open after this one */
  enum input_format format_asked;
  char *url_column, *encoding, *checksum_column; /* NULL: not said */
  char separator; /* 0: not said */
  enum quote_style quotes;
  bool checksums;
  bool mixed; /* options of formats need not fit every source */
  uint64_t next_id;
  list_ready_cb on_ready;
  void *user;
  bool starved; /* LIST_AGAIN was answered and on_ready is owed */
  bool refused;
  char *problem;
  struct text notice; /* to be given; empty: none */
  bool said_odd, said_inner, said_table; /* each is said once */

  /* Of the source that is read; NULL between two, and for URLs. */
  struct input *input;
  const char *name;
  enum input_format format;
  bool format_by_name; /* nobody said it */
  char *data; /* the text that was read last, looked at up to `at` */
  size_t length, at;
  bool begun; /* the first lines were looked at */
  bool passing; /* the rest of a line that is too long */
  bool last; /* no text comes behind this one */
  bool gone; /* nothing more of it is read */
  uint64_t line; /* at `at`, from 1; not counted in plain lists */
  struct line_cutter lines;
  struct csv_cutter csv;
  struct json_cutter json;
  struct columns columns;
  bool has_columns; /* the header, or the first JSON value, was looked at */

  /* Of the record that was given last. */
  struct fields fields;
  struct json_taken json_taken;
  size_t next_url; /* of json_taken.urls, not given yet */
  uint64_t raw_line; /* where their raw record begins */
  struct text raw, rest, shown, why;
};

/* A record before it is understood. */
struct raw_record {
  char *text; /* text[length] may be overwritten */
  size_t length;
  uint64_t line; /* where it begins */
  const char *problem; /* NULL, or what is wrong with it: a part of a sentence */
};

/* Ends reading the source; `why` is a part of a sentence. */
void list_refuse(struct list *list, const char *why);

/* Makes a record of a raw one. False if it is none, like an empty line. */
bool list_give_record(struct list *list, struct raw_record *raw, struct record *record);
/* Returns the next URL of the last raw record; false if there is none. */
bool list_give_further(struct list *list, struct record *record);
/* A line of a plain list, or a source that is a URL; false if it is empty or a comment. */
bool list_give_line(struct list *list, char *text, size_t length, const char *problem, struct record *record);

#endif
