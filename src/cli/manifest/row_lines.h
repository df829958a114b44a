/* The lines of a manifest, one after the other, in memory of a fixed size. Blocking. */
#ifndef SEINE_CLI_ROW_LINES_H
#define SEINE_CLI_ROW_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_LINES_MOST ((size_t)16 << 20) /* bytes of a line; no row is longer */

struct row_lines {
  int fd; /* borrowed */
  uint64_t end; /* of what is read, in bytes from the beginning */
  char *data;
  size_t first, used, room; /* of data: [first, used) is read and not yet given out */
  uint64_t offset; /* of data[0] in the file */
  bool skips; /* the rest of a line that was too long */
  int error; /* errno; set once reading failed */
};

void row_lines_open(struct row_lines *lines, int fd, uint64_t end);
void row_lines_close(struct row_lines *lines);

/* Gives the next line that has a line end, without it, and its offset; false at the end, or where reading failed. It
 * may be changed, also at line[length], and is valid until the next call. A line that is too long has length 0. */
bool row_lines_next(struct row_lines *lines, char **line, size_t *length, uint64_t *offset);

#endif
