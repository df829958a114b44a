/* The dialect of a table, found out from its first lines. Pure. */
#ifndef SEINE_CLI_SEPARATOR_H
#define SEINE_CLI_SEPARATOR_H

#include "input/csv.h"

/* The separator that people name: one ASCII character, or tab, comma, semicolon, bar or space. 0 for anything else. */
char separator_named(const char *name);

/* Finds how lines end and, where dialect->separator is 0, which byte separates fields; `usual` is the one that the
 * format has. `wanted` is the column of the URL, by name or number; NULL: the usual name. *skip becomes the bytes
 * before the header: empty lines, and Excel's "sep=;". False if more text must come first. */
bool separator_detect(struct dialect *dialect, char usual, const char *wanted, const char *text, size_t length,
                      bool last, size_t *skip);

#endif
