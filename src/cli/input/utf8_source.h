/* The text of one list in UTF-8, whatever it is encoded in. */
#ifndef SEINE_CLI_UTF8_SOURCE_H
#define SEINE_CLI_UTF8_SOURCE_H

#include "input/source.h"

#include <stdbool.h>

struct input;

/* A file, or "-" for standard input. encoding: NULL if nobody said one; a byte order mark is believed before it. */
struct input *input_open(uv_loop_t *loop, const char *name, const char *encoding, source_ready_cb on_ready, void *user);

/* Gives the next text, behind the last `left` bytes of that which was given before (SOURCE_LEFT_MAX at most). It may be
 * changed, and so may one byte behind it; it is valid until the next call. A byte order mark is not part of it. */
enum source_event input_read(struct input *input, size_t left, char **text, size_t *length);

/* Why the list could not be opened or read to its end: a part of a sentence; NULL if nothing is wrong. */
const char *input_problem(const struct input *input);
/* Why this cannot be a list, by its first bytes: a part of a sentence; NULL if it may be one. */
const char *input_refusal(const struct input *input);
/* Whether nobody named an encoding and the text is not UTF-8. */
bool input_is_odd(const struct input *input);

/* Ends reading; on_ready is not called any more. The memory goes once the loop has run. */
void input_close(struct input *input);

#endif
