/* Dates as HTTP writes them. Pure. */
#ifndef ENGINE_HTTP_DATE_H
#define ENGINE_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the whole of the text, white space after it aside; false if it is no date. */
bool http_date_read(const char *text, int64_t now_unix_s, int64_t *unix_s);

#endif
