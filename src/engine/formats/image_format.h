/* The interface between image_scan.c and the readers of the formats. */
#ifndef SEINE_ENGINE_IMAGE_FORMAT_H
#define SEINE_ENGINE_IMAGE_FORMAT_H

#include "formats/image_scan.h"

struct image_format {
  uint8_t first; /* bytes wanted first, as step 0 */
  void (*parse)(struct image_scan *s); /* head is full */
  void (*pass)(struct image_scan *s, const uint8_t *data, size_t size); /* sees what is skipped; may be NULL */
  enum image_end (*stop)(const struct image_scan *s, uint64_t *trailing); /* nothing more comes; NULL: truncated */
  bool goes_on; /* what is behind the end belongs to the file */
};

extern const struct image_format structure_jpeg, structure_png, structure_gif, structure_webp, structure_heif,
    structure_bmp, structure_tiff;

/* After `skip` bytes, `want` bytes are wanted, as `step`. */
void image_scan_next(struct image_scan *s, uint64_t skip, uint8_t step, uint8_t want);

/* The head is kept and grows to `want` bytes. */
void image_scan_more(struct image_scan *s, uint8_t want);

/* The image ends after `skip` more bytes, whole. */
void image_scan_skip_to_end(struct image_scan *s, uint64_t skip);

/* It ends here; what follows trails. */
void image_scan_stop(struct image_scan *s, enum image_end end);

static inline uint32_t be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t be32(const uint8_t *p) {
  return be16(p) << 16 | be16(p + 2);
}

static inline uint64_t be64(const uint8_t *p) {
  return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint32_t le16(const uint8_t *p) {
  return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t le32(const uint8_t *p) {
  return le16(p + 2) << 16 | le16(p);
}

static inline uint64_t le64(const uint8_t *p) {
  return (uint64_t)le32(p + 4) << 32 | le32(p);
}

#endif
