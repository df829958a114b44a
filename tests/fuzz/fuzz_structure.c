/* Whether images end: the verdict must not depend on how the bytes were cut. The first byte selects the format, the
 * second begins the numbers that cut the rest. */
#include "formats/image_scan.h"
#include "fuzz.h"

static const char *const types[] = {"image/jpeg", "image/png", "image/gif",  "image/webp", "image/avif",
                                    "image/heic", "image/bmp", "image/tiff", "text/plain"};

struct finding {
  enum image_end end;
  struct image_report report;
};

/* Pieces of 1 to `most` bytes; 0: all at once. */
static struct finding look(const char *type, const uint8_t *data, size_t size, size_t most, uint32_t seed) {
  struct image_scan image_scan;
  struct finding finding;
  image_scan_start(&image_scan, type);
  for (size_t at = 0, part; at < size; at += part) {
    seed = seed * 1103515245u + 12345u;
    part = most > 0 ? 1 + (seed >> 16) % most : size;
    if (part > size - at) part = size - at;
    uint8_t *piece = malloc(part); /* of just this size, so that a read past the end is seen */
    if (!piece) abort();
    memcpy(piece, data + at, part);
    image_scan_feed(&image_scan, piece, part);
    free(piece);
  }
  finding.end = image_end(&image_scan, &finding.report);
  return finding;
}

static void must_equal(struct finding a, struct finding b) {
  MUST(a.end == b.end);
  MUST(a.report.trailing_bytes == b.report.trailing_bytes);
  MUST(a.report.width == b.report.width && a.report.height == b.report.height);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  const char *type = types[data[0] % (sizeof types / sizeof types[0])];
  uint32_t seed = data[1];
  data += 2;
  size -= 2;
  struct finding whole = look(type, data, size, 0, 0);
  must_equal(whole, look(type, data, size, 1, seed));
  must_equal(whole, look(type, data, size, 7, seed));
  must_equal(whole, look(type, data, size, 100, seed));
  MUST(whole.report.trailing_bytes <= size);
  MUST(whole.end == IMAGE_WHOLE || whole.report.trailing_bytes == 0);
  MUST(strcmp(type, "text/plain") != 0 || whole.end == IMAGE_UNKNOWN);
  return 0;
}
