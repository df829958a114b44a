/* Checks the width and height of an image, and checksums. */
#include "body/body_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int body_check_sides(const seine_options_t *options, const struct inspection *seen, char *text) {
  uint64_t width = seen->width, height = seen->height;
  uint64_t shorter = width < height ? width : height, longer = width < height ? height : width;
  if (!options->min_image_size && !options->max_image_area && options->max_aspect_ratio <= 0) return 0;
  if (strncmp(seen->type, "image/", 6) != 0) return 0;
  if (!shorter) {
    snprintf(text, BODY_CHECK_TEXT_MAX, "the image's width and height could not be read (%s)", seen->type);
  } else if (shorter < options->min_image_size) {
    snprintf(text, BODY_CHECK_TEXT_MAX, "the image is %" PRIu64 "x%" PRIu64 ", its smaller side under the %u accepted",
             width, height, options->min_image_size);
  } else if (options->max_image_area && width * height > options->max_image_area) {
    snprintf(text, BODY_CHECK_TEXT_MAX,
             "the image is %" PRIu64 "x%" PRIu64 ", more than the %" PRIu64 " pixels accepted", width, height,
             options->max_image_area);
  } else if (options->max_aspect_ratio > 0 && (double)longer > (double)shorter * options->max_aspect_ratio) {
    snprintf(text, BODY_CHECK_TEXT_MAX, "the image is %" PRIu64 "x%" PRIu64 ", longer than %g times its shorter side",
             width, height, options->max_aspect_ratio);
  } else {
    return 0;
  }
  return SEINE_EDIMENSIONS;
}

static int mismatch(const char *name, const uint8_t *found, const uint8_t *wanted, size_t size, char *text) {
  if (memcmp(found, wanted, size) == 0) return 0;
  size_t used = (size_t)snprintf(text, BODY_CHECK_TEXT_MAX, "the %s of the bytes is ", name);
  for (size_t i = 0; i < size; i++)
    used += (size_t)snprintf(text + used, BODY_CHECK_TEXT_MAX - used, "%02x", found[i]);
  snprintf(text + used, BODY_CHECK_TEXT_MAX - used, ", not as expected");
  return SEINE_ECHECKSUM;
}

int body_check_checksum(const struct expected *expected, const struct inspection *seen, char *text) {
  int error = 0;
  if (!expected) return 0;
  if (expected->has_sha256) error = mismatch("SHA-256", seen->sha256, expected->sha256, 32, text);
  if (!error && expected->has_md5) error = mismatch("MD5", seen->md5, expected->md5, 16, text);
  return error;
}
