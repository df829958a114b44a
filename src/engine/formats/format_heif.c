/* AVIF, HEIC and HEIF: boxes with sizes, of which one must hold the index and one the data; and the index says how far
 * the data reach. Sides are the primary image's; of a sequence without images, its first visual track's. */
#include <string.h>

#include "formats/image_format.h"

enum { BOX, EXTENT, CROP, PRIMARY, LOCATIONS, LOCATION, PIECE, OWNERS, OWNER, PROPERTY, TRACK, TRACK_SIDES };

#define NAME(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* The next box begins at `start`. What is left of a container that has no room for one is passed over. */
static void box_at(struct image_scan *s, uint64_t start) {
  uint64_t end = s->heif.container_end;
  if (start < end && end - start < 8) start = end;
  image_scan_next(s, start - s->at, BOX, 8);
}

/* The next bytes of this box; if it has none left, the next box. */
static void in_box(struct image_scan *s, uint8_t step, unsigned want) {
  if (want && s->heif.end - s->at >= want)
    image_scan_next(s, 0, step, (uint8_t)want);
  else
    box_at(s, s->heif.end);
}

static uint64_t number(const uint8_t *p, unsigned width) {
  uint64_t value = 0;
  while (width--)
    value = value << 8 | *p++;
  return value;
}

/* ---- Where the data are: iloc ---- */

static void next_location(struct image_scan *s) {
  unsigned id = s->heif.version < 2 ? 2 : 4, method = s->heif.version ? 2 : 0;
  if (!s->heif.count)
    box_at(s, s->heif.end);
  else
    in_box(s, LOCATION, id + method + 2 + s->heif.base_width + 2);
}

static void locations(struct image_scan *s) {
  const uint8_t *head = s->head;
  s->heif.version = head[0];
  if (s->heif.version == 2 && s->have < 10 && s->heif.end - s->at >= 2) {
    image_scan_more(s, 10);
    return;
  }
  s->heif.offset_width = head[4] >> 4;
  s->heif.size_width = head[4] & 15;
  s->heif.base_width = head[5] >> 4;
  s->heif.index_width = s->heif.version ? head[5] & 15 : 0;
  s->heif.count = (uint32_t)number(head + 6, s->have - 6u);
  unsigned widths = s->heif.offset_width | s->heif.size_width | s->heif.base_width | s->heif.index_width;
  if (s->heif.version > 2 || (widths & 3) || widths > 8) s->heif.count = 0;
  next_location(s);
}

static void next_piece(struct image_scan *s) {
  if (s->heif.parts)
    in_box(s, PIECE, s->heif.index_width + s->heif.offset_width + s->heif.size_width);
  else
    next_location(s);
}

static void location(struct image_scan *s) {
  const uint8_t *at = s->head + (s->heif.version < 2 ? 2 : 4);
  unsigned method = s->heif.version ? be16(at) & 15 : 0;
  if (s->heif.version) at += 2;
  s->heif.counts = method == 0 && be16(at) == 0; /* in this file, and counted from its start */
  s->heif.base = number(at + 2, s->heif.base_width);
  s->heif.parts = (uint16_t)be16(at + 2 + s->heif.base_width);
  s->heif.count--;
  next_piece(s);
}

static void piece(struct image_scan *s) {
  const uint8_t *at = s->head + s->heif.index_width;
  uint64_t offset = number(at, s->heif.offset_width), size = number(at + s->heif.offset_width, s->heif.size_width), end;
  bool sane = !__builtin_add_overflow(s->heif.base, offset, &end) && !__builtin_add_overflow(end, size, &end);
  if (s->heif.counts && sane && end > s->heif.need) s->heif.need = end;
  s->heif.parts--;
  next_piece(s);
}

/* ---- How large the picture is: ispe and clap among the properties, ipma says whose, pitm which one is the picture
 * ---- */

static void set_size(struct image_scan *s, uint32_t width, uint32_t height) {
  s->width = width;
  s->height = height;
}

/* Notes the sides that the property being read has; further ones than there is room for are not known. */
static void note_sides(struct image_scan *s, uint32_t width, uint32_t height, bool is_crop) {
  unsigned count = s->heif.noted_count;
  if (count == sizeof s->heif.noted / sizeof s->heif.noted[0]) return;
  s->heif.noted[count].property = s->heif.property;
  s->heif.noted[count].is_crop = is_crop;
  s->heif.noted[count].width = width;
  s->heif.noted[count].height = height;
  s->heif.noted_count++;
}

/* Until the right one is known the largest will do: the others are of thumbnails and tiles. */
static void extent(struct image_scan *s) {
  uint32_t width = be32(s->head + 4), height = be32(s->head + 8);
  if (s->heif.is_track) set_size(s, 0, 0);
  s->heif.is_track = false;
  if (!s->heif.is_sized && (uint64_t)width * height > (uint64_t)s->width * s->height) set_size(s, width, height);
  note_sides(s, width, height, false);
  box_at(s, s->heif.end);
}

/* A fraction, rounded; 0 if it is none. */
static uint32_t rounded(const uint8_t *p) {
  uint64_t numerator = be32(p), denominator = be32(p + 4);
  return denominator ? (uint32_t)((numerator + denominator / 2) / denominator) : 0;
}

/* Encoders round sides up to what the codec can do, and have clap take off what is too much. */
static void crop(struct image_scan *s) {
  uint32_t width = rounded(s->head), height = rounded(s->head + 8);
  if (width && height) note_sides(s, width, height, true);
  box_at(s, s->heif.end);
}

/* The picture has this property. A crop counts unless it is larger than what it is cut from. */
static void use_property(struct image_scan *s, uint32_t index) {
  struct structure_heif *heif = &s->heif;
  for (unsigned i = 0; i < heif->noted_count; i++) {
    if (heif->noted[i].property != index) continue;
    if (heif->noted[i].is_crop)
      heif->crop = i + 1;
    else
      heif->extent = i + 1;
  }
  if (!heif->extent) return;
  uint32_t width = heif->noted[heif->extent - 1].width, height = heif->noted[heif->extent - 1].height;
  heif->is_sized = true;
  set_size(s, width, height);
  if (!heif->crop || heif->noted[heif->crop - 1].width > width || heif->noted[heif->crop - 1].height > height) return;
  set_size(s, heif->noted[heif->crop - 1].width, heif->noted[heif->crop - 1].height);
}

static void primary(struct image_scan *s) {
  if (s->head[0] && s->have < 8 && s->heif.end - s->at >= 2) {
    image_scan_more(s, 8);
    return;
  }
  s->heif.primary = (uint32_t)number(s->head + 4, s->have - 4u);
  box_at(s, s->heif.end);
}

static void next_owner(struct image_scan *s) {
  if (s->heif.count)
    in_box(s, OWNER, s->heif.version ? 5 : 3);
  else
    box_at(s, s->heif.end);
}

static void next_property(struct image_scan *s) {
  if (s->heif.parts)
    in_box(s, PROPERTY, s->heif.flags & 1 ? 2 : 1);
  else
    next_owner(s);
}

static void owners(struct image_scan *s) {
  s->heif.version = s->head[0];
  s->heif.flags = s->head[3];
  s->heif.count = be32(s->head + 4);
  next_owner(s);
}

static void owner(struct image_scan *s) {
  s->heif.counts = number(s->head, s->have - 1u) == s->heif.primary;
  s->heif.parts = s->head[s->have - 1];
  s->heif.count--;
  next_property(s);
}

static void property(struct image_scan *s) {
  uint32_t index = s->have == 2 ? be16(s->head) & 0x7fff : s->head[0] & 0x7f;
  if (s->heif.counts) use_property(s, index);
  s->heif.parts--;
  next_property(s);
}

/* ---- How large a sequence is: tkhd of its tracks ---- */

/* The sides stand behind times, which have 64 bits in version 1, and a matrix; the sound's are 0. */
static void track(struct image_scan *s) {
  uint64_t skip = s->head[0] == 1 ? 87 : 75;
  if (s->heif.end - s->at >= skip + 8)
    image_scan_next(s, skip, TRACK_SIDES, 8);
  else
    box_at(s, s->heif.end);
}

static void track_sides(struct image_scan *s) {
  uint32_t width = be32(s->head) >> 16, height = be32(s->head + 4) >> 16; /* 16.16 */
  if (!s->width && width && height) {
    set_size(s, width, height);
    s->heif.is_track = true;
  }
  box_at(s, s->heif.end);
}

/* ---- Boxes ---- */

static bool is_complete(const struct image_scan *s) {
  return s->heif.has_index && s->heif.has_data;
}

static bool is_name(const uint8_t *name) {
  for (int i = 0; i < 4; i++)
    if (name[i] < ' ' || name[i] > '~') return false;
  return true;
}

/* Boxes inside the index. A container's boxes are read as if they stood side by side: the last one's end is its
 * own. */
static void enter_index(struct image_scan *s) {
  switch (s->heif.type) {
  case NAME('i', 'p', 'c', 'o'):
    s->heif.properties_end = s->heif.end;
    s->heif.property = 0;
    box_at(s, s->at);
    break;
  case NAME('i', 'p', 'r', 'p'):
  case NAME('t', 'r', 'a', 'k'): box_at(s, s->at); break;
  case NAME('i', 's', 'p', 'e'): in_box(s, EXTENT, 12); break;
  case NAME('c', 'l', 'a', 'p'): in_box(s, CROP, 32); break;
  case NAME('t', 'k', 'h', 'd'): in_box(s, TRACK, 1); break;
  case NAME('p', 'i', 't', 'm'): in_box(s, PRIMARY, 6); break;
  case NAME('i', 'l', 'o', 'c'):
    s->heif.has_locations = true;
    in_box(s, LOCATIONS, 8);
    break;
  case NAME('i', 'p', 'm', 'a'): in_box(s, OWNERS, 8); break;
  case NAME('i', 'd', 'a', 't'): s->heif.has_data = true; /* fall through */
  default: box_at(s, s->heif.end);
  }
}

static void enter(struct image_scan *s) {
  switch (s->heif.type) {
  case NAME('m', 'e', 't', 'a'):
    s->heif.has_index = true;
    s->heif.container_end = s->heif.end;
    box_at(s, s->heif.end - s->at >= 4 ? s->at + 4 : s->heif.end); /* 4: version and flags */
    return;
  case NAME('m', 'o', 'o', 'v'):
    s->heif.has_index = true;
    s->heif.container_end = s->heif.end;
    box_at(s, s->at);
    return;
  case NAME('m', 'i', 'n', 'i'): /* index and data of a small image; its bits are not read */
    s->heif.has_index = s->heif.has_data = true;
    break;
  case NAME('m', 'd', 'a', 't'): s->heif.has_data = true; break;
  default: break;
  }
  box_at(s, s->heif.end);
}

/* Bytes that are no box. Behind all that an image needs, they trail; inside the index, the rest of it is skipped. */
static void no_box(struct image_scan *s, bool inside) {
  if (inside && s->at <= s->heif.container_end) {
    box_at(s, s->heif.container_end);
  } else if (is_complete(s) && s->at < s->heif.need) {
    box_at(s, s->heif.need);
  } else if (is_complete(s)) {
    s->trailing = s->at - s->heif.start;
    image_scan_stop(s, IMAGE_WHOLE);
  } else {
    image_scan_stop(s, IMAGE_DAMAGED);
  }
}

/* Sets where the box in `head` ends; false if that is nowhere. A box of size 0 goes on to the end of the file, unless
 * the box that it is in has an end. */
static bool find_end(struct image_scan *s, uint64_t size, bool inside) {
  bool is_last = !inside || s->heif.container_end == UINT64_MAX;
  if (size == 0 && is_last) {
    s->heif.end = UINT64_MAX;
    s->heif.endless = true;
    return true;
  }
  if (size < s->have || __builtin_add_overflow(s->heif.start, size, &s->heif.end)) return false;
  if (inside && s->heif.end > s->heif.container_end) return false;
  if (s->heif.end > s->heif.need) s->heif.need = s->heif.end;
  return true;
}

static void box(struct image_scan *s) {
  uint64_t size = be32(s->head);
  bool inside = s->at - s->have < s->heif.container_end;
  if (size == 1 && s->have == 8) {
    image_scan_more(s, 16);
    return;
  }
  s->heif.start = s->at - s->have;
  s->heif.type = be32(s->head + 4);
  if (s->have == 16) size = number(s->head + 8, 8);
  bool strange = !is_name(s->head + 4) || (!inside && is_complete(s) && s->head[0]); /* 16 MiB more? Rather letters */
  if (s->heif.start < s->heif.properties_end) s->heif.property++;
  if (strange || !find_end(s, size, inside))
    no_box(s, inside);
  else if (inside)
    enter_index(s);
  else
    enter(s);
}

static void parse(struct image_scan *s) {
  static void (*const takes[])(struct image_scan *) = {
      [BOX] = box,           [EXTENT] = extent,       [CROP] = crop,
      [PRIMARY] = primary,   [LOCATIONS] = locations, [LOCATION] = location,
      [PIECE] = piece,       [OWNERS] = owners,       [OWNER] = owner,
      [PROPERTY] = property, [TRACK] = track,         [TRACK_SIDES] = track_sides,
  };
  takes[s->step](s);
}

/* A box's first byte is zero, unless it is of 16 MiB or more; zeros alone are padding. */
static bool may_be_box(const struct image_scan *s) {
  static const uint8_t zeros[16];
  return s->head[0] == 0 && memcmp(s->head, zeros, s->have) != 0;
}

/* An index of no size may be cut between its boxes: those that every image needs must have come. */
static bool has_all(const struct image_scan *s) {
  bool has_boxes =
      s->heif.container_end != UINT64_MAX || (s->heif.has_locations && s->heif.is_sized) || s->heif.is_track;
  return is_complete(s) && has_boxes && s->at - (s->step == BOX ? s->have : 0u) >= s->heif.need;
}

static enum image_end stop(const struct image_scan *s, uint64_t *trailing) {
  if (!has_all(s) || s->step != BOX || (s->have && may_be_box(s))) return IMAGE_TRUNCATED;
  if (s->skip && !s->heif.endless) return IMAGE_TRUNCATED;
  *trailing = s->heif.endless ? 0 : s->have;
  return IMAGE_WHOLE;
}

const struct image_format structure_heif = {.first = 8, .parse = parse, .stop = stop};
