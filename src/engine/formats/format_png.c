/* PNG: chunks up to IEND. Those without which nothing can be shown, and an animation's frames, must agree with their
 * CRC; decoders let the others pass, and so does this. */
#include <string.h>

#include "formats/image_format.h"

/* ---- CRC-32, eight bytes a step ---- */

/* The CRC is linear: each entry of the tables is the sum of those of its bits. */
#define BIT(n, bit, entry) ((n) >> (bit)&1 ? (entry) : 0u)
#define ENTRY(n, a, b, c, d, e, f, g, h)                                                                               \
  (BIT(n, 0, a) ^ BIT(n, 1, b) ^ BIT(n, 2, c) ^ BIT(n, 3, d) ^ BIT(n, 4, e) ^ BIT(n, 5, f) ^ BIT(n, 6, g) ^            \
   BIT(n, 7, h))
#define FOUR(n, ...)                                                                                                   \
  ENTRY(n, __VA_ARGS__), ENTRY(n + 1, __VA_ARGS__), ENTRY(n + 2, __VA_ARGS__), ENTRY(n + 3, __VA_ARGS__)
#define SIXTEEN(n, ...)                                                                                                \
  FOUR(n, __VA_ARGS__), FOUR(n + 4, __VA_ARGS__), FOUR(n + 8, __VA_ARGS__), FOUR(n + 12, __VA_ARGS__)
#define QUARTER(n, ...)                                                                                                \
  SIXTEEN(n, __VA_ARGS__), SIXTEEN(n + 16, __VA_ARGS__), SIXTEEN(n + 32, __VA_ARGS__), SIXTEEN(n + 48, __VA_ARGS__)
#define TABLE(...)                                                                                                     \
  { QUARTER(0, __VA_ARGS__), QUARTER(64, __VA_ARGS__), QUARTER(128, __VA_ARGS__), QUARTER(192, __VA_ARGS__) }

/* [k][n]: what byte n adds to the CRC when k bytes follow it. */
static const uint32_t tables[8][256] = {
    TABLE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832, 0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320),
    TABLE(0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08, 0x4ac21251, 0x958424a2, 0xf0794f05, 0x3b83984b),
    TABLE(0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8, 0x1c26a370, 0x384d46e0, 0x709a8dc0, 0xe1351b80),
    TABLE(0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef, 0x5019579f, 0xa032af3e, 0x9b14583d, 0xed59b63b),
    TABLE(0x3d6029b0, 0x7ac05360, 0xf580a6c0, 0x30704bc1, 0x60e09782, 0xc1c12f04, 0x58f35849, 0xb1e6b092),
    TABLE(0xcb5cd3a5, 0x4dc8a10b, 0x9b914216, 0xec53826d, 0x03d6029b, 0x07ac0536, 0x0f580a6c, 0x1eb014d8),
    TABLE(0xa6770bb4, 0x979f1129, 0xf44f2413, 0x33ef4e67, 0x67de9cce, 0xcfbd399c, 0x440b7579, 0x8816eaf2),
    TABLE(0xccaa009e, 0x4225077d, 0x844a0efa, 0xd3e51bb5, 0x7cbb312b, 0xf9766256, 0x299dc2ed, 0x533b85da),
};

static uint32_t crc_add(uint32_t crc, const uint8_t *data, size_t size) {
  for (; size >= 8; data += 8, size -= 8) {
    uint32_t low = le32(data) ^ crc, high = le32(data + 4);
    crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
          tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^ tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
  }
  for (; size; data++, size--)
    crc = tables[0][(crc ^ *data) & 255] ^ crc >> 8;
  return crc;
}

/* ---- Chunks ---- */

enum { SIGNATURE, CHUNK, HEADER, CRC };

enum { INDEXED = 3 }; /* the colour type that needs a palette */

static bool is_letter(uint8_t byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* The frames of an animation stand in chunks that other readers may skip. */
static bool is_frame(const uint8_t *name) {
  return memcmp(name, "fdAT", 4) == 0 || memcmp(name, "fcTL", 4) == 0;
}

/* Whether what a chunk cannot do without was there before it. */
static bool is_in_order(const struct image_scan *s, const uint8_t *name) {
  if (memcmp(name, "IEND", 4) == 0) return s->png.has_data;
  if (memcmp(name, "IDAT", 4) == 0) return s->png.has_header && (!s->png.is_indexed || s->png.has_palette);
  return true;
}

static void chunk(struct image_scan *s) {
  const uint8_t *name = s->head + 4;
  uint32_t length = be32(s->head);
  if (length > 0x7fffffff || !is_letter(name[0]) || !is_letter(name[1]) || !is_letter(name[2]) || !is_letter(name[3]) ||
      !is_in_order(s, name)) {
    image_scan_stop(s, IMAGE_DAMAGED);
    return;
  }
  s->png.last = memcmp(name, "IEND", 4) == 0;
  s->png.checked = (name[0] < 'a' && !s->png.last) || is_frame(name);
  s->png.has_palette |= memcmp(name, "PLTE", 4) == 0;
  s->png.has_data |= length && memcmp(name, "IDAT", 4) == 0;
  s->png.crc = crc_add(0xffffffff, name, 4);
  if (length == 13 && memcmp(name, "IHDR", 4) == 0)
    image_scan_next(s, 0, HEADER, 13);
  else
    image_scan_next(s, length, CRC, 4);
}

/* The combinations of PNG (ISO/IEC 15948) table 11.1, and the methods that exist: no decoder opens others. */
static bool is_header(const uint8_t *head) {
  static const uint32_t depths[] = {[0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
                                    [2] = 1 << 8 | 1 << 16,
                                    [3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
                                    [4] = 1 << 8 | 1 << 16,
                                    [6] = 1 << 8 | 1 << 16};
  uint32_t width = be32(head), height = be32(head + 4);
  uint8_t depth = head[8], colours = head[9];
  if (!width || !height || width > 0x7fffffff || height > 0x7fffffff) return false;
  if (colours >= sizeof depths / sizeof depths[0] || depth > 16 || !(depths[colours] >> depth & 1)) return false;
  return head[10] == 0 && head[11] == 0 && head[12] <= 1;
}

static void read_header(struct image_scan *s) {
  s->width = be32(s->head);
  s->height = be32(s->head + 4);
  s->png.has_header = true;
  s->png.is_indexed = s->head[9] == INDEXED;
  s->png.crc = crc_add(s->png.crc, s->head, 13);
  if (is_header(s->head))
    image_scan_next(s, 0, CRC, 4);
  else
    image_scan_stop(s, IMAGE_DAMAGED);
}

static void check(struct image_scan *s) {
  if (s->png.last)
    image_scan_stop(s, IMAGE_WHOLE);
  else if (s->png.checked && (s->png.crc ^ 0xffffffff) != be32(s->head))
    image_scan_stop(s, IMAGE_DAMAGED);
  else
    image_scan_next(s, 0, CHUNK, 8);
}

static void parse(struct image_scan *s) {
  switch (s->step) {
  case SIGNATURE: image_scan_next(s, 0, CHUNK, 8); break;
  case CHUNK: chunk(s); break;
  case HEADER: read_header(s); break;
  case CRC: check(s); break;
  }
}

static void pass(struct image_scan *s, const uint8_t *data, size_t size) {
  if (s->png.checked) s->png.crc = crc_add(s->png.crc, data, size);
}

const struct image_format structure_png = {.first = 8, .parse = parse, .pass = pass};
