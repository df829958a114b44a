/* AVIF, HEIC and HEIF: boxes with sizes, of which one must hold the index and one the data; and the index says how far
 * the data reach. */
#include <string.h>

#include "structure_format.h"

enum { BOX, EXTENT, PRIMARY, LOCATIONS, LOCATION, PIECE, OWNERS, OWNER, PROPERTY };

#define NAME(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* The next box begins at `start`. What is left of a container that has no room for one is passed over. */
static void box_at(struct structure *s, uint64_t start) {
  uint64_t end = s->iso.container_end;
  if (start < end && end - start < 8) start = end;
  structure_next(s, start - s->at, BOX, 8);
}

/* The next bytes of this box; if it has none left, the next box. */
static void in_box(struct structure *s, uint8_t step, unsigned want) {
  if (want && s->iso.end - s->at >= want)
    structure_next(s, 0, step, (uint8_t)want);
  else
    box_at(s, s->iso.end);
}

static uint64_t number(const uint8_t *p, unsigned width) {
  uint64_t value = 0;
  while (width--)
    value = value << 8 | *p++;
  return value;
}

/* ---- Where the data are: iloc ---- */

static void next_location(struct structure *s) {
  unsigned id = s->iso.version < 2 ? 2 : 4, method = s->iso.version ? 2 : 0;
  if (!s->iso.count)
    box_at(s, s->iso.end);
  else
    in_box(s, LOCATION, id + method + 2 + s->iso.base_width + 2);
}

static void locations(struct structure *s) {
  const uint8_t *head = s->head;
  s->iso.version = head[0];
  if (s->iso.version == 2 && s->have < 10 && s->iso.end - s->at >= 2) {
    structure_more(s, 10);
    return;
  }
  s->iso.offset_width = head[4] >> 4;
  s->iso.size_width = head[4] & 15;
  s->iso.base_width = head[5] >> 4;
  s->iso.index_width = s->iso.version ? head[5] & 15 : 0;
  s->iso.count = (uint32_t)number(head + 6, s->have - 6u);
  unsigned widths = s->iso.offset_width | s->iso.size_width | s->iso.base_width | s->iso.index_width;
  if (s->iso.version > 2 || (widths & 3) || widths > 8) s->iso.count = 0;
  next_location(s);
}

static void next_piece(struct structure *s) {
  if (s->iso.parts)
    in_box(s, PIECE, s->iso.index_width + s->iso.offset_width + s->iso.size_width);
  else
    next_location(s);
}

static void location(struct structure *s) {
  const uint8_t *at = s->head + (s->iso.version < 2 ? 2 : 4);
  unsigned method = s->iso.version ? be16(at) & 15 : 0;
  if (s->iso.version) at += 2;
  s->iso.counts = method == 0 && be16(at) == 0; /* in this file, and counted from its start */
  s->iso.base = number(at + 2, s->iso.base_width);
  s->iso.parts = (uint16_t)be16(at + 2 + s->iso.base_width);
  s->iso.count--;
  next_piece(s);
}

static void piece(struct structure *s) {
  const uint8_t *at = s->head + s->iso.index_width;
  uint64_t offset = number(at, s->iso.offset_width), size = number(at + s->iso.offset_width, s->iso.size_width), end;
  bool sane = !__builtin_add_overflow(s->iso.base, offset, &end) && !__builtin_add_overflow(end, size, &end);
  if (s->iso.counts && sane && end > s->iso.need) s->iso.need = end;
  s->iso.parts--;
  next_piece(s);
}

/* ---- How large the picture is: ispe among the properties, ipma says whose, pitm which one is the picture ---- */

static void set_size(struct structure *s, uint32_t width, uint32_t height) {
  s->width = width;
  s->height = height;
}

/* Until the right one is known the largest will do: the others are of thumbnails and tiles. */
static void extent(struct structure *s) {
  uint32_t width = be32(s->head + 4), height = be32(s->head + 8);
  unsigned count = s->iso.extent_count;
  if (!s->iso.is_sized && (uint64_t)width * height > (uint64_t)s->width * s->height) set_size(s, width, height);
  if (count < sizeof s->iso.extents / sizeof s->iso.extents[0]) {
    s->iso.extents[count].property = s->iso.property;
    s->iso.extents[count].width = width;
    s->iso.extents[count].height = height;
    s->iso.extent_count++;
  }
  box_at(s, s->iso.end);
}

static void primary(struct structure *s) {
  if (s->head[0] && s->have < 8 && s->iso.end - s->at >= 2) {
    structure_more(s, 8);
    return;
  }
  s->iso.primary = (uint32_t)number(s->head + 4, s->have - 4u);
  box_at(s, s->iso.end);
}

static void next_owner(struct structure *s) {
  if (s->iso.count)
    in_box(s, OWNER, s->iso.version ? 5 : 3);
  else
    box_at(s, s->iso.end);
}

static void next_property(struct structure *s) {
  if (s->iso.parts)
    in_box(s, PROPERTY, s->iso.flags & 1 ? 2 : 1);
  else
    next_owner(s);
}

static void owners(struct structure *s) {
  s->iso.version = s->head[0];
  s->iso.flags = s->head[3];
  s->iso.count = be32(s->head + 4);
  next_owner(s);
}

static void owner(struct structure *s) {
  s->iso.counts = number(s->head, s->have - 1u) == s->iso.primary;
  s->iso.parts = s->head[s->have - 1];
  s->iso.count--;
  next_property(s);
}

static void property(struct structure *s) {
  uint32_t index = s->have == 2 ? be16(s->head) & 0x7fff : s->head[0] & 0x7f;
  for (unsigned i = 0; s->iso.counts && i < s->iso.extent_count; i++) {
    if (s->iso.extents[i].property != index) continue;
    set_size(s, s->iso.extents[i].width, s->iso.extents[i].height);
    s->iso.is_sized = true;
  }
  s->iso.parts--;
  next_property(s);
}

/* ---- Boxes ---- */

static bool is_complete(const struct structure *s) {
  return s->iso.has_index && s->iso.has_data;
}

static bool is_name(const uint8_t *name) {
  for (int i = 0; i < 4; i++)
    if (name[i] < ' ' || name[i] > '~') return false;
  return true;
}

/* What is inside the index. A container's boxes are read as if they stood side by side: the last one's end is its
 * own. */
static void enter_index(struct structure *s) {
  switch (s->iso.type) {
  case NAME('i', 'p', 'c', 'o'):
    s->iso.properties_end = s->iso.end;
    s->iso.property = 0;
    box_at(s, s->at);
    break;
  case NAME('i', 'p', 'r', 'p'):
    box_at(s, s->at);
    break;
  case NAME('i', 's', 'p', 'e'):
    in_box(s, EXTENT, 12);
    break;
  case NAME('p', 'i', 't', 'm'):
    in_box(s, PRIMARY, 6);
    break;
  case NAME('i', 'l', 'o', 'c'):
    in_box(s, LOCATIONS, 8);
    break;
  case NAME('i', 'p', 'm', 'a'):
    in_box(s, OWNERS, 8);
    break;
  case NAME('i', 'd', 'a', 't'):
    s->iso.has_data = true; /* fall through */
  default:
    box_at(s, s->iso.end);
  }
}

static void enter(struct structure *s) {
  switch (s->iso.type) {
  case NAME('m', 'e', 't', 'a'):
    s->iso.has_index = true;
    s->iso.container_end = s->iso.end;
    box_at(s, s->iso.end - s->at >= 4 ? s->at + 4 : s->iso.end); /* 4: version and flags */
    return;
  case NAME('m', 'o', 'o', 'v'):
    s->iso.has_index = true;
    break;
  case NAME('m', 'd', 'a', 't'):
    s->iso.has_data = true;
    break;
  default:
    break;
  }
  box_at(s, s->iso.end);
}

/* Bytes that are no box. Behind all that an image needs, they trail; inside the index, the rest of it is left alone. */
static void no_box(struct structure *s, bool inside) {
  if (inside && s->at <= s->iso.container_end) {
    box_at(s, s->iso.container_end);
  } else if (is_complete(s) && s->at < s->iso.need) {
    box_at(s, s->iso.need);
  } else if (is_complete(s)) {
    s->trailing = s->at - s->iso.start;
    structure_stop(s, STRUCTURE_WHOLE);
  } else {
    structure_stop(s, STRUCTURE_DAMAGED);
  }
}

/* A box of size 0 goes on to the end of the file, wherever that is. */
static void enter_endless(struct structure *s) {
  s->iso.endless = true;
  if (s->iso.type == NAME('m', 'd', 'a', 't')) s->iso.has_data = true;
  if (s->iso.type == NAME('m', 'e', 't', 'a')) s->iso.has_index = true;
  structure_next(s, UINT64_MAX - s->at, BOX, 8);
}

static void box(struct structure *s) {
  uint64_t size = be32(s->head);
  bool inside = s->at - s->have < s->iso.container_end;
  if (size == 1 && s->have == 8) {
    structure_more(s, 16);
    return;
  }
  s->iso.start = s->at - s->have;
  s->iso.type = be32(s->head + 4);
  if (s->have == 16) size = number(s->head + 8, 8);
  bool strange = !is_name(s->head + 4) || (!inside && is_complete(s) && s->head[0]); /* 16 MiB more? Rather letters */
  if (s->iso.start < s->iso.properties_end) s->iso.property++;
  if (size == 0 && !inside && !strange) {
    enter_endless(s);
  } else if (strange || size < s->have || __builtin_add_overflow(s->iso.start, size, &s->iso.end) ||
             (inside && s->iso.end > s->iso.container_end)) {
    no_box(s, inside);
  } else {
    if (s->iso.end > s->iso.need) s->iso.need = s->iso.end;
    if (inside)
      enter_index(s);
    else
      enter(s);
  }
}

static void take(struct structure *s) {
  switch (s->step) {
  case BOX:
    box(s);
    break;
  case EXTENT:
    extent(s);
    break;
  case PRIMARY:
    primary(s);
    break;
  case LOCATIONS:
    locations(s);
    break;
  case LOCATION:
    location(s);
    break;
  case PIECE:
    piece(s);
    break;
  case OWNERS:
    owners(s);
    break;
  case OWNER:
    owner(s);
    break;
  case PROPERTY:
    property(s);
    break;
  }
}

/* A box's first byte is zero, unless it is of 16 MiB or more; zeros alone are padding. */
static bool may_be_box(const struct structure *s) {
  static const uint8_t zeros[16];
  return s->head[0] == 0 && memcmp(s->head, zeros, s->have) != 0;
}

static enum structure_end stop(const struct structure *s, uint64_t *trailing) {
  if (!is_complete(s)) return STRUCTURE_TRUNCATED;
  if (s->iso.endless) return s->at >= s->iso.need ? STRUCTURE_WHOLE : STRUCTURE_TRUNCATED;
  if (s->step != BOX || s->skip || s->at - s->have < s->iso.need || (s->have && may_be_box(s)))
    return STRUCTURE_TRUNCATED;
  *trailing = s->have;
  return STRUCTURE_WHOLE;
}

const struct structure_format structure_iso = {.first = 8, .take = take, .stop = stop};
