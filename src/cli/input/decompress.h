/* What a compressed list holds: read from a descriptor and unpacked a piece at a time, so that nothing is ever held
 * whole. */
#ifndef SEINE_CLI_DECOMPRESS_H
#define SEINE_CLI_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum packing {
  PACKING_NONE,
  PACKING_UNKNOWN, /* too few bytes to tell */
  PACKING_GZIP,
  PACKING_ZSTD,
  PACKING_XZ,
  PACKING_BZIP2
};

/* How what begins with these bytes is packed. */
enum packing packing_of(const char *data, size_t length);

/* The length of a file's name without an ending such as ".gz". */
size_t packing_stem(const char *name);

struct decompress;

/* Reads `fd`, which stays the caller's, after the bytes that were read of it already. NULL if the system has no
 * descriptor left (errno says). */
struct decompress *decompress_open(enum packing packing, int fd, const char *head, size_t length);

/* Puts at least one byte into out[0..room), and more as far as that needs no waiting. 0 at the end, -1 where it cannot
 * go on. Blocks, so it is for a worker. */
ssize_t decompress_read(struct decompress *decompress, char *out, size_t room);

/* Why decompress_read gave -1: a part of a sentence. */
const char *decompress_problem(const struct decompress *decompress);

/* From another thread: an decompress_read that waits for input, now or later, gives -1. */
void decompress_interrupt(struct decompress *decompress);

void decompress_close(struct decompress *decompress);

#endif
