/* Text of other encodings made UTF-8, a piece at a time. Pure, but for the tables that iconv loads. */
#ifndef SEINE_CLI_ENCODING_H
#define SEINE_CLI_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

struct encoding; /* NULL where a function takes one: UTF-8 */

/* The encoding that a byte order mark names, and how long the mark is; NULL if the text begins with none. `more`:
 * further bytes may complete one. */
const char *encoding_of_mark(const char *text, size_t length, size_t *mark, bool *more);

/* The encoding that the zero bytes at the beginning of text without a mark give away; NULL: it may be UTF-8. */
#define ENCODING_GUESS_BYTES 64 /* that are looked at */
const char *encoding_guess(const char *text, size_t length);

bool encoding_is_utf8(const char *name);
/* Whether the system can convert from it. */
bool encoding_is_known(const char *name);

/* NULL if it is not known. */
struct encoding *encoding_open(const char *name);

/* Converts text[0..*length) into out, which has room for ENCODING_GROWTH bytes a byte. *length becomes the number of
 * bytes that were converted: all but the beginning of a character that goes on behind them. What is wrong becomes
 * U+FFFD. Returns the bytes written. */
#define ENCODING_GROWTH 4
size_t encoding_convert(struct encoding *encoding, const char *text, size_t *length, char *out);

void encoding_close(struct encoding *encoding);

#endif
