/* How the value of an option is checked and stored: the same for the command line, config files and files of
 * host rules. */
#ifndef SEINE_CLI_OPTION_VALUE_H
#define SEINE_CLI_OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "options/option_origin.h"
#include "options/option_row.h"
#include "options/settings.h"

/* The row of a long name or an unambiguous beginning of one; NULL, and said so on stderr. */
const struct option_row *option_find(const char *name, size_t length, const struct option_origin *origin);

/* Stores a value (NULL for a flag without one). 0, or -1 and said so on stderr. */
int option_set(struct settings *settings, const struct option_row *row, const char *value,
               const struct option_origin *origin);

/* The same, into a field of any struct. */
int option_store(void *field, const struct option_row *row, const char *value, const struct option_origin *origin);

/* Says what is wrong with an option: "--name: ...; try ..." or "file:line: name: ...". Returns -1. */
int option_refuse(const struct option_row *row, const struct option_origin *origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
