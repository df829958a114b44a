/* Numbers as people read them. */
#ifndef SEINE_CLI_HUMAN_FORMAT_H
#define SEINE_CLI_HUMAN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define AMOUNT_ROOM 32

/* Each writes into out[0..AMOUNT_ROOM) and gives it. */
char *format_count(uint64_t count, char *out); /* "1,234,567" */
char *format_bytes(double bytes, char *out); /* "18.3 MB", by thousands */
char *format_rate(double rate, char *out); /* "1,204", "12.5" or "0.25": a second's worth */
char *format_seconds(uint64_t seconds, char *out); /* "0:31", "1:02:03", "2d 03:04" */
char *format_wait(uint64_t ms, char *out); /* "41 ms", "2.0 s", "45 s", "12 min" or "3.5 h" */

#endif
