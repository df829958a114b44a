/* The bytes of one list, whatever it is: a file, a pipe, a terminal, compressed or not. They are read ahead, and
 * unpacked, without blocking the loop. */
#ifndef SEINE_CLI_SOURCE_H
#define SEINE_CLI_SOURCE_H

#include <stddef.h>
#include <uv.h>

#define SOURCE_LEFT_MAX                                                                                                \
  (65536 + 2) /* bytes that can be kept for the next call: a line of the longest kind and its end */

struct source;

enum source_event {
  SOURCE_BYTES,
  SOURCE_AGAIN, /* nothing yet; on_ready will be called */
  SOURCE_END /* and again SOURCE_END for every later call */
};

/* Called from the loop, once for each SOURCE_AGAIN, when source_read is worth another call. It may call
 * source_close. */
typedef void (*source_ready_cb)(void *user);

/* A file, or "-" for standard input. */
struct source *source_open(uv_loop_t *loop, const char *name, source_ready_cb on_ready, void *user);

/* Gives the next bytes, behind the last `left` of those that were given before. They may be changed, and so may one
 * byte behind them; they are valid until the next call. */
enum source_event source_read(struct source *source, size_t left, char **data, size_t *length);

/* Why it could not be opened or read to its end: a part of a sentence; NULL if nothing is wrong. */
const char *source_problem(const struct source *source);

/* Ends reading; on_ready is not called any more. The memory goes once the loop has run. */
void source_close(struct source *source);

#endif
