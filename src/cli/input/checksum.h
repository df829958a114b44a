/* The checksum that a list may give for a URL. Pure. */
#ifndef SEINE_CLI_CHECKSUM_H
#define SEINE_CLI_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

struct checksum {
  size_t size; /* 32: SHA-256; 16: MD5 */
  uint8_t bytes[32];
};

#define CHECKSUM_PROBLEM "the checksum of the URL is neither sha256= with 64 hexadecimal digits nor md5= with 32"

/* Reads "sha256=..." or "md5=...", or the digits alone, in capitals or not, with blanks around it. 0, or -1 for
 * anything else. */
int checksum_read(struct checksum *checksum, const char *text);

#endif
