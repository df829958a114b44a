/* Characters of UTF-8. Any thread. */
#ifndef SEINE_CLI_UTF8_H
#define SEINE_CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the first character of a text. Returns its length in bytes (1 to 4), or 0 if it is not well-formed UTF-8. */
size_t utf8_decode(const char *text, size_t length, uint32_t *code);
bool utf8_is_valid(const char *text, size_t length);
/* Returns the length of the text when cut to at most `limit` bytes, at the end of a character. */
size_t utf8_cut(const char *text, size_t length, size_t limit);

/* C0, DEL and C1. */
bool code_is_control(uint32_t code);
/* Characters without a glyph that change how others are shown or compared: bidirectional controls, joiners, separators,
 * tags, private use and noncharacters. */
bool code_is_invisible(uint32_t code);

#endif
