/* Records out of lists, one at a time, without ever blocking the loop. */
#ifndef SEINE_CLI_LIST_H
#define SEINE_CLI_LIST_H

#include "input/list_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct list;

enum list_event {
  LIST_RECORD,
  LIST_AGAIN, /* nothing yet; on_ready will be called */
  LIST_END /* and again LIST_END for every later call */
};

/* Called from the loop, once for each LIST_AGAIN, when list_next is worth another call. It may call list_close. */
typedef void (*list_ready_cb)(struct list *list, void *user);

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
/* A sentence for people about the source that is read, such as an option that reads it better. Each is given once,
 * valid until the next call of a function of the list; NULL: there is none now. */
const char *list_notice(struct list *list);

/* The format of the source that is read, or was last, by its content; INPUT_AUTO: none was read so far. */
enum input_format list_format_found(const struct list *list);
/* Ends reading; on_ready is not called any more. The memory goes once the loop has run. */
void list_close(struct list *list);

#endif
