/* A fast reader for most JSON rows. Any thread. */
#ifndef SEINE_CLI_ROW_FAST_H
#define SEINE_CLI_ROW_FAST_H

#include "manifest/row.h"

/* Reads a JSON row without escapes, whose keys are in the order of the manifest. Returns false, with the line
 * unchanged, for any other: use row_read. Where it returns true, row_read would return the same. */
bool row_read_fast(char *line, size_t length, struct row_view *view);

#endif
