/* Iterates over the lines of a manifest, in bounded memory. Worker thread. */
#ifndef SEINE_CLI_ROW_LINES_H
#define SEINE_CLI_ROW_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_LINES_MOST ((size_t)16 << 20) /* bytes of a line; no row is longer */

struct row_lines {
  int fd; /* borrowed */
  uint64_t end; /* offset at which reading ends */
  char *data;
  size_t first, used, room; /* data[first..used) is read and not yet returned */
  uint64_t offset; /* of data[0] in the file */
  bool skips; /* dropping the rest of a line that was too long */
  int error; /* errno; set once reading failed */
};

void row_lines_open(struct row_lines *lines, int fd, uint64_t end);
void row_lines_close(struct row_lines *lines);

/* Sets the next complete line, without its line end, and its offset; false at the end, or if reading failed. The caller
 * may change the line, including line[length], until the next call. A line that is too long has length 0. */
bool row_lines_next(struct row_lines *lines, char **line, size_t *length, uint64_t *offset);

#endif
