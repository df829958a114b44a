/* Texts of JSON: strings unescaped, and written so that every reader takes them. Pure. */
#ifndef SEINE_CLI_JSON_TEXT_H
#define SEINE_CLI_JSON_TEXT_H

#include "base/text.h"

#include <stddef.h>

/* Adds a string that stands escaped in a JSON text, without its quotes, to `out`, in quotes and strict. */
void json_text_put(struct text *out, const char *text, size_t length);
/* Adds any text as a string. */
void json_text_put_raw(struct text *out, const char *text, size_t length);
/* Adds a value without quotes: true, false, null or a number as it is, NaN and Infinity as null, another as a string.
 */
void json_text_put_word(struct text *out, const char *word, size_t length);

/* Undoes the escapes of text[0..length) in place. Half of a pair becomes U+FFFD, an escape that JSON does not know
 * stays. Returns the new length, which is never longer. */
size_t json_text_unescape(char *text, size_t length);

#endif
