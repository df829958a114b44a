/* Reads a manifest in blocks and splits it into lines. */
#include "manifest/row_lines.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)256 << 10) /* the lines of a block are read while it is in the processor's cache */

void row_lines_open(struct row_lines *lines, int fd, uint64_t end) {
  *lines = (struct row_lines){.fd = fd, .end = end, .room = BLOCK_BYTES};
  lines->data = xmalloc(lines->room);
}

void row_lines_close(struct row_lines *lines) {
  free(lines->data);
  lines->data = NULL;
}

/* Moves the beginning of a line to the front, and makes room for more of it. Of a line that is too long, what was read
 * is dropped. */
static void make_room(struct row_lines *lines) {
  size_t left = lines->used - lines->first;
  lines->offset += lines->first;
  memmove(lines->data, lines->data + lines->first, left);
  lines->first = 0;
  lines->used = left;
  if (left < lines->room) return;
  if (lines->room < ROW_LINES_MOST) {
    lines->data = xrealloc(lines->data, lines->room *= 4);
    return;
  }
  lines->offset += left;
  lines->used = 0;
  lines->skips = true;
}

/* Reads a block; false at the end. */
static bool read_more(struct row_lines *lines) {
  make_room(lines);
  uint64_t at = lines->offset + lines->used, left = at < lines->end ? lines->end - at : 0;
  size_t size = lines->room - lines->used < left ? lines->room - lines->used : (size_t)left;
  if (size == 0) return false;
  ssize_t n;
  do
    n = pread(lines->fd, lines->data + lines->used, size, (off_t)at);
  while (n < 0 && errno == EINTR);
  if (n <= 0) {
    lines->error = n < 0 ? errno : EIO;
    return false;
  }
  lines->used += (size_t)n;
  return true;
}

bool row_lines_next(struct row_lines *lines, char **line, size_t *length, uint64_t *offset) {
  size_t seen = 0;
  char *newline;
  while (!(newline = memchr(lines->data + lines->first + seen, '\n', lines->used - lines->first - seen))) {
    seen = lines->skips ? 0 : lines->used - lines->first;
    if (lines->skips) lines->first = lines->used;
    if (!read_more(lines)) return false;
    if (lines->skips) seen = 0;
  }
  *line = lines->data + lines->first;
  *length = lines->skips ? 0 : (size_t)(newline - *line);
  *offset = lines->offset + lines->first;
  lines->first = (size_t)(newline + 1 - lines->data);
  lines->skips = false;
  return true;
}
