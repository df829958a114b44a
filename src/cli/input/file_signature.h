/* Files that are given as lists by mistake. */
#ifndef SEINE_CLI_FILE_SIGNATURE_H
#define SEINE_CLI_FILE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

/* What a file is that begins with these bytes, and what to do about it: a part of a sentence; NULL if it may be a list.
 * more: further bytes may show it to be something else. */
const char *file_signature_kind(const char *data, size_t length, bool *more);

#endif
