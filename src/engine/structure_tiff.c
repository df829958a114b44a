/* TIFF: whether the directories, and what each says of its image's place, lie inside the file. Values stand anywhere in
 * it: those behind what was read already are not known, and nothing is made of them. */
#include <string.h>

#include "structure_format.h"

enum { HEADER, COUNT, ENTRY, NEXT, OFFSET, SIZE };

enum {
  TAG_WIDTH = 256,
  TAG_HEIGHT = 257,
  TAG_STRIP_OFFSETS = 273,
  TAG_STRIP_SIZES = 279,
  TAG_TILE_OFFSETS = 324,
  TAG_TILE_SIZES = 325,
  TAG_LAST_COMMON = 532 /* above it are private ones, in which offsets are sometimes wrong for good */
};

static uint32_t number(const struct structure *s, const uint8_t *p, uint32_t width) {
  if (s->tiff.big_endian) return width == 2 ? be16(p) : be32(p);
  return width == 2 ? le16(p) : le32(p);
}

static void finish(struct structure *s) {
  structure_rest(s, s->tiff.need > s->at ? s->tiff.need - s->at : 0);
}

/* Everything that was pointed at must be there. Zero and all ones as a piece's size are written by those who do not
 * know. */
static void end_directory(struct structure *s) {
  uint64_t end = s->tiff.offset;
  if (s->tiff.size != UINT32_MAX) end += s->tiff.size;
  if (s->tiff.offset && end > s->tiff.need) s->tiff.need = end;
  s->tiff.offset = s->tiff.size = 0;
  if (s->tiff.next < s->at) {
    finish(s);
    return;
  }
  s->tiff.is_further = true;
  structure_next(s, s->tiff.next - s->at, COUNT, 2);
}

/* The nearer of the two numbers that are still to be read; both may be known already. */
static void read_on(struct structure *s) {
  uint64_t *offset_at = &s->tiff.offset_at, *size_at = &s->tiff.size_at;
  if (*offset_at < s->at) *offset_at = 0;
  if (*size_at < s->at) *size_at = 0;
  if (*offset_at && (!*size_at || *offset_at < *size_at))
    structure_next(s, *offset_at - s->at, OFFSET, (uint8_t)s->tiff.offset_width);
  else if (*size_at)
    structure_next(s, *size_at - s->at, SIZE, (uint8_t)s->tiff.size_width);
  else
    end_directory(s);
}

/* Notes where the last of an array's numbers stands, or that number if it stands in the entry itself. */
static void last_number(const struct structure *s, uint32_t width, uint32_t count, uint32_t *value, uint64_t *at) {
  *value = 0;
  *at = 0;
  if (count * (uint64_t)width <= 4)
    *value = number(s, s->head + 8 + (count - 1) * width, width);
  else
    *at = number(s, s->head + 8, 4) + (uint64_t)(count - 1) * width;
}

static uint32_t width_of(uint32_t type) {
  static const uint8_t widths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
  return type < sizeof widths ? widths[type] : 0;
}

/* Adds what an entry points at to what must be there, and notes what the image's place depends on. */
static void entry(struct structure *s) {
  uint32_t tag = number(s, s->head, 2), type = number(s, s->head + 2, 2), count = number(s, s->head + 4, 4);
  uint32_t width = width_of(type);
  bool is_number = (type == 3 || type == 4) && count;
  uint64_t bytes = (uint64_t)count * width;
  if (tag <= TAG_LAST_COMMON && bytes > 4 && number(s, s->head + 8, 4) + bytes > s->tiff.need)
    s->tiff.need = number(s, s->head + 8, 4) + bytes;
  if (!is_number) return;
  switch (tag) {
  case TAG_WIDTH:
    if (!s->tiff.is_further) s->width = number(s, s->head + 8, width);
    break;
  case TAG_HEIGHT:
    if (!s->tiff.is_further) s->height = number(s, s->head + 8, width);
    break;
  case TAG_STRIP_OFFSETS:
  case TAG_TILE_OFFSETS:
    last_number(s, width, count, &s->tiff.offset, &s->tiff.offset_at);
    s->tiff.offset_width = (uint16_t)width;
    break;
  case TAG_STRIP_SIZES:
  case TAG_TILE_SIZES:
    last_number(s, width, count, &s->tiff.size, &s->tiff.size_at);
    s->tiff.size_width = (uint16_t)width;
    break;
  default:
    break;
  }
}

static void header(struct structure *s) {
  s->tiff.big_endian = s->head[0] == 'M';
  uint32_t offset = number(s, s->head + 4, 4);
  if (number(s, s->head + 2, 2) != 42 || offset < 8) /* 43: BigTIFF */
    structure_stop(s, STRUCTURE_UNKNOWN);
  else
    structure_next(s, offset - 8, COUNT, 2);
}

static void next_entry(struct structure *s) {
  if (s->tiff.entries) {
    s->tiff.entries--;
    structure_next(s, 0, ENTRY, 12);
  } else {
    structure_next(s, 0, NEXT, 4);
  }
}

/* Some leave anything in the place of the next directory's offset: what is there is none, then. */
static bool is_entry(const struct structure *s) {
  return !s->tiff.is_further || width_of(number(s, s->head + 2, 2));
}

static void take(struct structure *s) {
  switch (s->step) {
  case HEADER:
    header(s);
    break;
  case COUNT:
    s->tiff.entries = (uint16_t)number(s, s->head, 2);
    next_entry(s);
    break;
  case ENTRY:
    if (is_entry(s)) {
      entry(s);
      next_entry(s);
    } else {
      finish(s);
    }
    break;
  case NEXT:
    s->tiff.next = number(s, s->head, 4);
    read_on(s);
    break;
  case OFFSET:
    s->tiff.offset = number(s, s->head, s->tiff.offset_width);
    s->tiff.offset_at = 0;
    read_on(s);
    break;
  case SIZE:
    s->tiff.size = number(s, s->head, s->tiff.size_width);
    s->tiff.size_at = 0;
    read_on(s);
    break;
  }
}

/* What stands behind all that was pointed at does not trail: those values that were not known may point there. */
const struct structure_format structure_tiff = {.first = 8, .take = take, .goes_on = true};
