/* Records out of lists, one at a time, without ever blocking the loop. */
#ifndef SEINE_CLI_LIST_H
#define SEINE_CLI_LIST_H

#include "input/csv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define LIST_LINE_MAX  65536 /* bytes of a line; a longer one is a record with a problem */
#define LIST_SHOWN_MAX 256 /* bytes kept of a line with a problem */

struct list;

enum input_format {
  INPUT_AUTO, /* by the ending of the name, before that of a compressed file; by the content where it is JSON */
  INPUT_LINES,
  INPUT_CSV,
  INPUT_TSV,
  INPUT_JSONL, /* an older name of INPUT_JSON */
  INPUT_JSON
};

struct list_options {
  char *const *sources; /* in order: a file, "-" for standard input, or a URL, which is a record itself */
  size_t count;
  enum input_format format; /* of all files and of standard input */
  const char *url_column; /* a name, or a number from 1; NULL: the usual ones */
  const char *encoding; /* NULL: UTF-8, or what a byte order mark names */
  const char *separator; /* as separator_named takes it; NULL: found out */
  enum quote_style quotes;
  bool checksums; /* records have one */
  const char *checksum_column; /* a name, or a number from 1; NULL: the usual ones */
  bool mixed; /* these are some of more sources: options of formats need not fit them */
};

struct record {
  uint64_t id; /* number of the record over all lists, from 0; comments, blanks and headers do not count */
  /* All strings are valid until the next call. */
  const char
      *text; /* trimmed, NUL-terminated. With a problem: the beginning of the line, NUL bytes written as %00; of a
                       list with columns, whose line may hold anything, "FILE:LINE" */
  size_t length; /* strlen(text) */
  const char *problem; /* NULL, or why this cannot be a URL: a sentence */
  const char *rest; /* what else stands in the record, as a JSON object in one line; NULL: the list has only lines */
  size_t rest_length;
  const char *checksum; /* text of it, as it stands in the list; NULL: none is wanted, or the record has none */
};

enum list_event {
  LIST_RECORD,
  LIST_AGAIN, /* nothing yet; on_ready will be called */
  LIST_END /* and again LIST_END for every later call */
};

/* Called from the loop, once for each LIST_AGAIN, when list_next is worth another call. It may call list_close. */
typedef void (*list_ready_cb)(struct list *list, void *user);

/* Whether a source is a URL itself rather than a file: it begins as "scheme://". */
bool list_is_url(const char *source);

/* Says what is wrong with the sources before anything starts, among it what is an archive or an image, and a header
 * without the column that is wanted: 0, or -1 with a sentence in cause[0..size). Blocks. */
int list_check(const struct list_options *options, char *cause, size_t size);

/* Reads the sources. What is given is copied. Returns 0, or a negative libuv code with *list NULL. */
int list_open(struct list **list, uv_loop_t *loop, const struct list_options *options, list_ready_cb on_ready,
              void *user);
enum list_event list_next(struct list *list, struct record *record);

/* A source that could not be opened or read to its end: a sentence about the first such, valid until list_close; NULL
 * if there is none. The other sources are read all the same. */
const char *list_problem(const struct list *list);
/* Whether a source is plainly no list, or its header has no column for the URL: nothing of that source is read. */
bool list_refused(const struct list *list);
/* A sentence for people about the source that is read, such as an option that reads it better. Each is given once, valid
 * until the next call of a function of the list; NULL: there is none now. */
const char *list_notice(struct list *list);

/* The format of a source by its name: never INPUT_AUTO or INPUT_JSONL. *by_name: nobody said it. */
enum input_format list_format(enum input_format asked, const char *source, bool *by_name);
/* The format of the source that is read, or was last, by its content; INPUT_AUTO: none was read so far. */
enum input_format list_format_found(const struct list *list);
/* The length of a list's name without the endings that tell its format. */
size_t list_stem(const char *source);

/* Ends reading; on_ready is not called any more. The memory goes once the loop has run. */
void list_close(struct list *list);

#endif
