/* The quick way to read a row. */
#ifndef SEINE_CLI_ROW_FAST_H
#define SEINE_CLI_ROW_FAST_H

#include "manifest/row.h"

/* Reads a JSON row as nearly all are: no escapes in it, its URL graphic ASCII without userinfo or fragment. False, and
 * the line as it was, for any other, which is row_read's to judge. Where it gives true, row_read would give the
 * same. */
bool row_read_fast(char *line, size_t length, struct row_view *view);

#endif
