/* One file held against what a row says of it. Blocking; for workers. */
#ifndef SEINE_CLI_VERIFY_FILE_H
#define SEINE_CLI_VERIFY_FILE_H

#include <stdbool.h>
#include <stdint.h>

enum verify_end {
  VERIFY_SAME,
  VERIFY_MISSING,
  VERIFY_KIND,
  VERIFY_SIZE,
  VERIFY_SHA256,
  VERIFY_UNREADABLE,
  VERIFY_ENDS
};

struct verify_file {
  /* Given. */
  int folder;
  char *path; /* below it; owned by whoever made this */
  uint64_t bytes;
  bool has_sha256;
  uint8_t sha256[32];
  /* Found. */
  enum verify_end end;
  uint64_t found_bytes;
  int error; /* errno, where it is VERIFY_UNREADABLE */
};

void verify_file_read(struct verify_file *file);

#endif
