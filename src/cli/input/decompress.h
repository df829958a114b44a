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

struct unpack;

/* Reads `fd`, which stays the caller's, after the bytes that were read of it already. NULL if the system has no
 * descriptor left (errno says). */
struct unpack *unpack_open(enum packing packing, int fd, const char *head, size_t length);

/* Puts at least one byte into out[0..room), and more as far as that needs no waiting. 0 at the end, -1 where it cannot
 * go on. Blocks, so it is for a worker. */
ssize_t unpack_read(struct unpack *unpack, char *out, size_t room);

/* Why unpack_read gave -1: a part of a sentence. */
const char *unpack_problem(const struct unpack *unpack);

/* From another thread: an unpack_read that waits for input, now or later, gives -1. */
void unpack_interrupt(struct unpack *unpack);

void unpack_close(struct unpack *unpack);

#endif
