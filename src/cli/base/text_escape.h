/* Strings as JSON or percent-encoded, so that no byte moves or hides what stands around it. Any thread. */
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

#endif
