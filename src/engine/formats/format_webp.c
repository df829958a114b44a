/* WebP: the size stands in front, and decoders insist on it. */
#include <string.h>

#include "formats/image_format.h"

enum { HEADER, CHUNK };

enum { HEADER_SHORT = 25, HEADER_LONG = 30 }; /* how far the picture's size reaches in lossless files, and in others */
enum { FIRST_CHUNK = 12, CHUNK_HEADER = 8 };

static uint32_t le24(const uint8_t *p) {
  return le16(p) | (uint32_t)p[2] << 16;
}

static void read_sides(struct image_scan *s) {
  const uint8_t *chunk = s->head + FIRST_CHUNK, *data = chunk + CHUNK_HEADER;
  if (memcmp(chunk, "VP8L", 4) == 0 && data[0] == 0x2f) {
    uint32_t bits = le32(data + 1);
    s->width = (bits & 0x3fff) + 1;
    s->height = (bits >> 14 & 0x3fff) + 1;
  } else if (memcmp(chunk, "VP8X", 4) == 0) {
    s->width = le24(data + 4) + 1;
    s->height = le24(data + 7) + 1;
  } else if (memcmp(chunk, "VP8 ", 4) == 0 && memcmp(data + 3, "\x9d\x01\x2a", 3) == 0) {
    s->width = le16(data + 6) & 0x3fff;
    s->height = le16(data + 8) & 0x3fff;
  }
}

static bool is_picture(const uint8_t *chunk) {
  return memcmp(chunk, "VP8 ", 4) == 0 || memcmp(chunk, "VP8L", 4) == 0 || memcmp(chunk, "ANMF", 4) == 0;
}

/* Finds the chunk that holds the picture, or its first frame; `start` is where the current one stands. */
static void chunk(struct image_scan *s, const uint8_t *header, uint64_t start) {
  uint64_t size = le32(header + 4), next = start + CHUNK_HEADER + size + size % 2;
  if (is_picture(header))
    image_scan_skip_to_end(s, s->webp.whole - s->at);
  else if (next < s->at || next + CHUNK_HEADER > s->webp.whole)
    image_scan_stop(s, IMAGE_DAMAGED); /* no picture in it */
  else
    image_scan_next(s, next - s->at, CHUNK, CHUNK_HEADER);
}

static void parse(struct image_scan *s) {
  if (s->step == CHUNK) {
    chunk(s, s->head, s->at - CHUNK_HEADER);
    return;
  }
  if (s->have < HEADER_LONG && memcmp(s->head + FIRST_CHUNK, "VP8L", 4) != 0) {
    image_scan_more(s, HEADER_LONG);
    return;
  }
  read_sides(s);
  s->webp.whole = (uint64_t)le32(s->head + 4) + 8;
  if (s->webp.whole < s->at || s->webp.whole > UINT32_MAX) /* zero or all ones: its writer could not go back to it */
    image_scan_stop(s, IMAGE_UNKNOWN);
  else
    chunk(s, s->head + FIRST_CHUNK, FIRST_CHUNK);
}

const struct image_format structure_webp = {.first = HEADER_SHORT, .parse = parse};
