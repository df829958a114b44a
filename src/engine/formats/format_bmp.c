/* BMP: the pixels' place follows from the header, as its own figure for the file's size is often wrong; run lengths are
 * followed to their end mark. */
#include <string.h>

#include "formats/image_format.h"

enum { HEADER, CODE, DELTA };

enum { FILE_HEADER = 14, HEADER_OLD = 12, HEADER_MIN = 16, HEADER_WINDOWS = 40, HEADER_OS2 = 64, HEADER_READ = 36 };

enum { PLAIN = 0, RLE8 = 1, RLE4 = 2, MASKS = 3, RLE24_OS2 = 4, MASKS_ALPHA = 6 }; /* 3: Huffman in OS/2's */

struct bitmap {
  uint32_t base; /* where the header stands */
  uint32_t header, depth, compression, size, colours;
};

static uint32_t magnitude(uint32_t number) {
  return number > 0x7fffffff ? 0 - number : number;
}

/* A number of the header, 0 where the header is shorter. */
static uint32_t field(const struct image_scan *s, const struct bitmap *map, uint32_t at) {
  return at + 4 <= map->header ? le32(s->head + map->base + at) : 0;
}

static bool is_os2(const struct bitmap *map) {
  return map->header < HEADER_WINDOWS || map->header == HEADER_OS2;
}

/* Bits of a pixel whose run lengths are followed, or 0. */
static uint8_t unit_of(const struct bitmap *map) {
  if (map->compression == RLE8 && map->depth == 8) return 8;
  if (map->compression == RLE4 && map->depth == 4) return 4;
  if (map->compression == RLE24_OS2 && map->depth == 24 && is_os2(map)) return 24;
  return 0;
}

static bool is_plain(const struct bitmap *map) {
  return map->compression == PLAIN || (!is_os2(map) && (map->compression == MASKS || map->compression == MASKS_ALPHA));
}

static bool needs_palette(const struct bitmap *map) {
  return map->depth && map->depth <= 8;
}

static uint32_t palette_bytes(const struct bitmap *map) {
  uint32_t most = needs_palette(map) ? 1u << map->depth : 256, count = map->colours;
  if (count > most || (!count && needs_palette(map))) count = most;
  return count * (map->header == HEADER_OLD ? 3 : 4);
}

static uint32_t mask_bytes(const struct bitmap *map) {
  if (map->header != HEADER_WINDOWS) return 0;
  return map->compression == MASKS ? 12 : map->compression == MASKS_ALPHA ? 16 : 0;
}

/* Without a file header the pixels follow the palette; so they do where the offset leaves no room for a palette that
 * must be there. */
static uint64_t pixels_at(const struct image_scan *s, const struct bitmap *map) {
  uint64_t end = map->base + (uint64_t)map->header, offset = map->base ? le32(s->head + 10) : 0;
  if (!map->base) return end + mask_bytes(map) + palette_bytes(map);
  if (offset > end) return offset;
  return end + (needs_palette(map) ? palette_bytes(map) : 0);
}

static void pixels(struct image_scan *s, const struct bitmap *map) {
  uint64_t offset = pixels_at(s, map), row = ((uint64_t)s->width * map->depth + 31) / 32 * 4, bytes;
  s->bmp.end = map->size ? offset + map->size : 0;
  s->bmp.unit = unit_of(map);
  if (!s->width || !s->height) {
    image_scan_stop(s, IMAGE_DAMAGED);
  } else if (s->bmp.unit && offset >= s->at) {
    image_scan_next(s, offset - s->at, CODE, 2);
  } else if (is_plain(map) && map->depth && map->depth <= 64 &&
             !__builtin_mul_overflow(row, (uint64_t)s->height, &bytes) && bytes <= INT64_MAX) {
    s->bmp.slack = row - ((uint64_t)s->width * map->depth + 7) / 8;
    image_scan_skip_to_end(s, offset + bytes > s->at ? offset + bytes - s->at : 0);
  } else if (!is_plain(map) && s->bmp.end > s->at) { /* JPEG or PNG inside, Huffman codes: the header has their size */
    image_scan_skip_to_end(s, s->bmp.end - s->at);
  } else {
    image_scan_stop(s, IMAGE_UNKNOWN);
  }
}

/* Whether a header is one that may stand without a file header before it. */
static bool is_bare(const uint8_t *head) {
  uint32_t header = le32(head), planes = header == HEADER_OLD ? le16(head + 8) : le16(head + 12);
  return planes == 1 && (header == HEADER_OLD || header == HEADER_WINDOWS || header == 52 || header == 56 ||
                         header == HEADER_OS2 || header == 108 || header == 124);
}

static void header(struct image_scan *s) {
  struct bitmap map = {.base = memcmp(s->head, "BM", 2) == 0 ? FILE_HEADER : 0};
  const uint8_t *head = s->head + map.base;
  map.header = le32(head);
  if ((!map.base && !is_bare(head)) || (map.header != HEADER_OLD && map.header < HEADER_MIN)) {
    image_scan_stop(s, IMAGE_UNKNOWN);
    return;
  }
  uint32_t want = map.base + (map.header < HEADER_READ ? map.header : HEADER_READ);
  if (s->have < want) {
    image_scan_more(s, (uint8_t)want);
    return;
  }
  if (map.header == HEADER_OLD) {
    s->width = le16(head + 4);
    s->height = le16(head + 6);
    map.depth = le16(head + 10);
  } else {
    s->width = magnitude(le32(head + 4));
    s->height = magnitude(le32(head + 8)); /* below zero: from the top down */
    map.depth = le16(head + 14);
    map.compression = field(s, &map, 16);
    map.size = field(s, &map, 20);
    map.colours = field(s, &map, 32);
  }
  pixels(s, &map);
}

/* ---- Run lengths: codes of two bytes, with more behind some ---- */

static bool is_filled(const struct image_scan *s) {
  return s->bmp.y >= s->height || (s->bmp.y + 1 == s->height && s->bmp.x >= s->width);
}

/* Padding up to the size that the header has does not trail; it need not be there either. */
static void end_runs(struct image_scan *s) {
  s->bmp.slack = UINT64_MAX;
  image_scan_skip_to_end(s, s->bmp.end > s->at ? s->bmp.end - s->at : 0);
}

static void code(struct image_scan *s) {
  uint8_t count = s->head[0], value = s->head[1];
  if (is_filled(s) && (count || value > 1)) { /* the end mark is missing */
    image_scan_stop(s, IMAGE_WHOLE);
    s->trailing = 2;
  } else if (count) {
    s->bmp.x += count;
    image_scan_next(s, s->bmp.unit == 24 ? 2 : 0, CODE, 2);
  } else if (value == 0) {
    s->bmp.x = 0;
    s->bmp.y++;
    image_scan_next(s, 0, CODE, 2);
  } else if (value == 1) {
    end_runs(s);
  } else if (value == 2) {
    image_scan_next(s, 0, DELTA, 2);
  } else {
    s->bmp.x += value;
    image_scan_next(s, (value * s->bmp.unit + 15u) / 16 * 2, CODE, 2);
  }
}

static void parse(struct image_scan *s) {
  switch (s->step) {
  case HEADER: header(s); break;
  case CODE: code(s); break;
  case DELTA:
    s->bmp.x += s->head[0];
    s->bmp.y += s->head[1];
    image_scan_next(s, 0, CODE, 2);
    break;
  }
}

static enum image_end stop(const struct image_scan *s, uint64_t *trailing) {
  (void)trailing;
  bool whole = !s->want && s->skip <= s->bmp.slack;
  if (s->want && s->step != HEADER && !s->skip)
    whole = (s->bmp.end && s->at >= s->bmp.end) || (s->step == CODE && !s->have && is_filled(s));
  return whole ? IMAGE_WHOLE : IMAGE_TRUNCATED;
}

const struct image_format structure_bmp = {.first = 26, .parse = parse, .stop = stop};
