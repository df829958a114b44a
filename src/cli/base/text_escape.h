/* Text made safe to show or to embed: escapes for a terminal, for JSON and for URLs. Any thread. */
#ifndef SEINE_CLI_TEXT_ESCAPE_H
#define SEINE_CLI_TEXT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the bytes that text_escape_json needs at most. */
size_t text_escape_bound(const char *text);

/* Writes one string as JSON with its quotes, or null for NULL; returns the end. Control and invisible characters are
 * \u escapes, bytes that are not UTF-8 are percent-encoded. */
char *text_escape_json(char *out, const char *text);

/* Writes the character at `text`: escaped for JSON, or else percent-encoded, unless it stands for itself. Returns its
 * length in bytes. */
size_t text_escape_character(char **out, const unsigned char *text, bool json);

/* Copies text so that a terminal shows it and obeys none of it: C0, C1, DEL, bidirectional and other invisible
 * characters, and bytes that are not UTF-8, become \xNN, a byte each. Returns the length of the whole, as snprintf
 * does; out is NUL-terminated if size > 0, and never ends inside a character or an escape. */
size_t escape_for_terminal(const char *text, size_t length, char *out, size_t size);

/* Replaces %XX in place, also where the result is a NUL. Returns the new length; no NUL is added. */
size_t percent_decode(char *text, size_t length);

#endif
