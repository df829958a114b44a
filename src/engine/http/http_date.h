/* Parses dates of HTTP, and variants that servers send. Pure. */
#ifndef SEINE_ENGINE_HTTP_DATE_H
#define SEINE_ENGINE_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a date with a time of day from the beginning of *text and moves *text behind it: the three forms of RFC 9110,
 * ISO 8601, and what lies between them (other capitals, no day of the week, zone names, offsets). No zone is UTC; a
 * fraction of a second is rounded up. False, and *text unchanged, for anything else. */
bool http_date_parse(const char **text, int64_t now_unix_s, int64_t *unix_s);

/* Reads the whole of the text, white space around it aside; false if it is no date. */
bool http_date_read(const char *text, int64_t now_unix_s, int64_t *unix_s);

#endif
