/* Kinds of lists: formats, the options of reading them, and a record of any of them. */
#ifndef SEINE_CLI_LIST_KIND_H
#define SEINE_CLI_LIST_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/csv.h"

#define LIST_LINE_MAX  65536 /* bytes of a line; a longer one is a record with a problem */
#define LIST_SHOWN_MAX 256 /* bytes kept of a line with a problem */

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

/* Whether a source is a URL itself rather than a file: it begins as "scheme://". */
bool list_is_url(const char *source);

/* The format of a source by its name: never INPUT_AUTO or INPUT_JSONL. *by_name: nobody said it. */
enum input_format list_format(enum input_format asked, const char *source, bool *by_name);

/* The length of a list's name without the endings that tell its format. */
size_t list_stem(const char *source);

#endif
