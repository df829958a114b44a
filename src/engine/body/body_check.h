/* Checks a body beyond its type and size: width and height of an image, checksums. Pure. */
#ifndef SEINE_ENGINE_BODY_CHECK_H
#define SEINE_ENGINE_BODY_CHECK_H

#include "body/inspect.h"
#include "seine.h"

/* Checksums that a body must have. */
struct expected {
  bool has_sha256, has_md5;
  uint8_t sha256[32], md5[16];
};

#define BODY_CHECK_TEXT_MAX 192

/* 0 or SEINE_EDIMENSIONS, with a sentence in text[0..BODY_CHECK_TEXT_MAX). Bytes that are no image by their type have no
 * width and height, and pass. */
int body_check_sides(const seine_options_t *options, const struct inspection *seen, char *text);

/* 0 or SEINE_ECHECKSUM, likewise. `expected` may be NULL. */
int body_check_checksum(const struct expected *expected, const struct inspection *seen, char *text);

#endif
