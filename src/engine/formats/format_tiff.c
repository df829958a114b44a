/* TIFF and BigTIFF, and the raw files of cameras that are such: whether the directories, and what each says of its
 * image's place, lie inside the file. Values stand anywhere in it: those behind what was read already are not known,
 * and nothing is made of them. Sides are those of the first directory; where it holds a thumbnail, those of the largest
 * directory ahead that does not. */
#include <string.h>

#include "formats/image_format.h"

enum { HEADER, COUNT, ENTRY, NEXT, OFFSET, SIZE, BITS, DIRECTORY };

enum {
  TAG_SUBFILE = 254,
  TAG_SUBFILE_OLD = 255,
  TAG_WIDTH = 256,
  TAG_HEIGHT = 257,
  TAG_BITS = 258,
  TAG_COMPRESSION = 259,
  TAG_STRIP_OFFSETS = 273,
  TAG_SAMPLES = 277,
  TAG_ROWS_PER_STRIP = 278,
  TAG_STRIP_SIZES = 279,
  TAG_PLANES = 284,
  TAG_TILE_OFFSETS = 324,
  TAG_TILE_SIZES = 325,
  TAG_DIRECTORIES = 330,
  TAG_JPEG_OFFSET = 513,
  TAG_JPEG_SIZE = 514,
  TAG_LAST_COMMON = 532 /* above it are private ones, in which offsets are sometimes wrong for good */
};

enum { PLACES = sizeof((struct structure_tiff){0}.places) / sizeof(struct tiff_place) };
enum { PIECES = sizeof((struct structure_tiff){0}.pieces) / sizeof(struct tiff_piece) };

static uint64_t number(const struct image_scan *s, const uint8_t *p, uint32_t width) {
  bool big = s->tiff.big_endian;
  switch (width) {
  case 2: return big ? be16(p) : le16(p);
  case 4: return big ? be32(p) : le32(p);
  case 8: return big ? be64(p) : le64(p);
  default: return *p;
  }
}

/* Of offsets and counts. */
static uint8_t wide(const struct image_scan *s) {
  return s->tiff.is_big ? 8 : 4;
}

static void must_reach(struct image_scan *s, uint64_t start, uint64_t size) {
  uint64_t end;
  if (__builtin_add_overflow(start, size, &end)) end = UINT64_MAX;
  if (end > s->tiff.need) s->tiff.need = end;
}

/* ---- Places ahead ---- */

/* Where there is no room for one more, what is there stays unknown. */
static bool add_place(struct image_scan *s, struct tiff_place place) {
  if (place.at < s->at) return false;
  for (int i = 0; i < PLACES; i++) {
    if (s->tiff.places[i].at) continue;
    s->tiff.places[i] = place;
    return true;
  }
  return false;
}

static void add_directory(struct image_scan *s, uint64_t at) {
  add_place(s, (struct tiff_place){.at = at, .step = COUNT, .width = s->tiff.is_big ? 8 : 2});
}

/* Once a piece's numbers are read or known to lie behind, it must be there. Zero and all ones as its size are written
 * by those who do not know; too large a size is cut to what the rows need, as decoders do. */
static void settle(struct image_scan *s, struct tiff_piece *piece) {
  if (piece->pending || !piece->used) return;
  uint64_t size = piece->size == (s->tiff.is_big ? UINT64_MAX : UINT32_MAX) ? 0 : piece->size;
  if (piece->offset) must_reach(s, piece->offset, size < piece->most ? size : piece->most);
  *piece = (struct tiff_piece){0};
}

static void end_place(struct image_scan *s, const struct tiff_place *place) {
  if (place->step != OFFSET && place->step != SIZE && place->step != BITS) return;
  struct tiff_piece *piece = &s->tiff.pieces[place->piece];
  piece->pending--;
  settle(s, piece);
}

/* Goes on with the nearest place. */
static void next_place(struct image_scan *s) {
  struct tiff_place *nearest = NULL;
  for (struct tiff_place *place = s->tiff.places; place < s->tiff.places + PLACES; place++) {
    if (!place->at) continue;
    if (place->at < s->at) {
      end_place(s, place);
      place->at = 0;
    } else if (!nearest || place->at < nearest->at) {
      nearest = place;
    }
  }
  if (nearest) {
    s->tiff.place = *nearest;
    nearest->at = 0;
    image_scan_next(s, s->tiff.place.at - s->at, s->tiff.place.step, s->tiff.place.width);
  } else {
    image_scan_skip_to_end(s, s->tiff.need > s->at ? s->tiff.need - s->at : 0);
  }
}

/* ---- A directory's entries ---- */

static uint8_t width_of(uint64_t type) {
  static const uint8_t widths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < sizeof widths ? widths[type] : 0;
}

/* One tag with its values: in the entry itself, or elsewhere. */
struct entry {
  uint64_t count, at; /* at: where the values stand; 0: at `inside` */
  uint32_t tag;
  uint8_t width;
  const uint8_t *inside;
};

static bool is_inside(const struct entry *entry) {
  return entry->at == 0;
}

/* The first value; 0 if it stands elsewhere. */
static uint64_t first_value(const struct image_scan *s, const struct entry *entry) {
  return is_inside(entry) ? number(s, entry->inside, entry->width) : 0;
}

static uint32_t small_value(const struct image_scan *s, const struct entry *entry) {
  uint64_t value = first_value(s, entry);
  return value > UINT32_MAX ? 0 : (uint32_t)value;
}

/* The directory's piece, whose numbers may come in any order. */
static struct tiff_piece *piece_of(struct image_scan *s) {
  if (s->tiff.directory.piece) return &s->tiff.pieces[s->tiff.directory.piece - 1];
  for (uint8_t i = 0; i < PIECES; i++) {
    if (s->tiff.pieces[i].used) continue;
    s->tiff.pieces[i] = (struct tiff_piece){.used = true, .most = UINT64_MAX};
    s->tiff.directory.piece = (uint8_t)(i + 1);
    return &s->tiff.pieces[i];
  }
  return NULL;
}

static void await(struct image_scan *s, struct tiff_piece *piece, uint64_t at, uint8_t step, uint8_t width) {
  struct tiff_place place = {.at = at, .step = step, .width = width, .piece = (uint8_t)(piece - s->tiff.pieces)};
  if (add_place(s, place)) piece->pending++;
}

/* Of all strips or tiles the last one's numbers are of use: what is before it is there if it is. */
static void piece_number(struct image_scan *s, const struct entry *entry, uint8_t step) {
  struct tiff_piece *piece = piece_of(s);
  uint64_t before, at;
  if (!piece || __builtin_mul_overflow(entry->count - 1, (uint64_t)entry->width, &before)) return;
  if (step == OFFSET) s->tiff.directory.strips = entry->tag == TAG_STRIP_OFFSETS ? entry->count : 0;
  if (is_inside(entry)) {
    uint64_t value = number(s, entry->inside + before, entry->width);
    if (step == OFFSET)
      piece->offset = value;
    else
      piece->size = value;
  } else if (!__builtin_add_overflow(entry->at, before, &at)) {
    await(s, piece, at, step, entry->width);
  }
}

static void directories(struct image_scan *s, const struct entry *entry) {
  s->tiff.directory.has_directories = true;
  if (!is_inside(entry)) {
    uint16_t left = entry->count > PLACES ? PLACES : (uint16_t)(entry->count - 1);
    add_place(s, (struct tiff_place){.at = entry->at, .step = DIRECTORY, .width = entry->width, .left = left});
    return;
  }
  for (uint64_t i = 0; i < entry->count; i++)
    add_directory(s, number(s, entry->inside + i * entry->width, entry->width));
}

/* Bits of the first sample: the others have as many. */
static void bits(struct image_scan *s, const struct entry *entry) {
  s->tiff.directory.bits = small_value(s, entry);
  s->tiff.directory.bits_at = entry->at;
  s->tiff.directory.bits_width = entry->width;
}

static void note(struct image_scan *s, const struct entry *entry) {
  struct tiff_directory *directory = &s->tiff.directory;
  switch (entry->tag) {
  case TAG_SUBFILE: directory->is_reduced |= first_value(s, entry) & 1; break;
  case TAG_SUBFILE_OLD: directory->is_reduced |= first_value(s, entry) == 2; break;
  case TAG_WIDTH: directory->width = small_value(s, entry); break;
  case TAG_HEIGHT: directory->height = small_value(s, entry); break;
  case TAG_BITS: bits(s, entry); break;
  case TAG_COMPRESSION: directory->compression = (uint16_t)first_value(s, entry); break;
  case TAG_SAMPLES: directory->samples = small_value(s, entry); break;
  case TAG_ROWS_PER_STRIP: directory->rows_per_strip = first_value(s, entry); break;
  case TAG_PLANES: directory->planes = (uint16_t)first_value(s, entry); break;
  case TAG_STRIP_OFFSETS:
  case TAG_TILE_OFFSETS: piece_number(s, entry, OFFSET); break;
  case TAG_STRIP_SIZES:
  case TAG_TILE_SIZES: piece_number(s, entry, SIZE); break;
  case TAG_DIRECTORIES: directories(s, entry); break;
  case TAG_JPEG_OFFSET: directory->jpeg_offset = first_value(s, entry); break;
  case TAG_JPEG_SIZE: directory->jpeg_size = first_value(s, entry); break;
  }
}

/* Adds what an entry points at to what must be there, and notes what the image's place depends on. False if its type
 * is none. */
static bool read_entry(struct image_scan *s) {
  uint64_t type = number(s, s->head + 2, 2), bytes;
  struct entry entry = {.tag = (uint32_t)number(s, s->head, 2), .count = number(s, s->head + 4, wide(s))};
  entry.width = width_of(type);
  entry.inside = s->head + 4 + wide(s);
  if (!entry.width) return false;
  if (__builtin_mul_overflow(entry.count, (uint64_t)entry.width, &bytes)) bytes = UINT64_MAX;
  if (bytes > wide(s)) {
    entry.at = number(s, entry.inside, wide(s));
    if (entry.tag <= TAG_LAST_COMMON) must_reach(s, entry.at, bytes);
    if (!entry.at) return true;
  }
  bool is_number = type == 3 || type == 4 || type == 13 || type == 16 || type == 18;
  if (is_number && entry.count) note(s, &entry);
  return true;
}

/* ---- A directory's end ---- */

/* How many bytes the last strip of an uncompressed image has; not known while the bits of a sample are not. */
static void limit_piece(struct image_scan *s, struct tiff_piece *piece) {
  const struct tiff_directory *directory = &s->tiff.directory;
  uint64_t height = directory->height, rows = directory->rows_per_strip;
  if (directory->compression > 1 || !directory->strips || !height || directory->samples > UINT16_MAX) return;
  if (!rows || rows > height) rows = height;
  uint64_t strips = (height + rows - 1) / rows, samples = directory->samples ? directory->samples : 1;
  bool is_planar = directory->planes == 2;
  if (directory->strips != strips * (is_planar ? samples : 1)) return;
  piece->rows = height - (strips - 1) * rows;
  piece->samples = is_planar ? directory->width : directory->width * samples;
  if (directory->bits_at) await(s, piece, directory->bits_at, BITS, directory->bits_width);
}

static void set_most(struct tiff_piece *piece, uint64_t bits_of_sample) {
  uint64_t row;
  if (!piece->rows || !bits_of_sample || bits_of_sample > 64) return;
  row = (piece->samples * bits_of_sample + 7) / 8;
  if (__builtin_mul_overflow(row, piece->rows, &piece->most)) piece->most = UINT64_MAX;
}

static uint64_t area(uint32_t width, uint32_t height) {
  return (uint64_t)width * height;
}

/* Takes the sides of a directory that is no thumbnail, or those of the first one where that claims to be a thumbnail
 * and yet is larger. Where there is a thumbnail only, the image's sides are not known. */
static void set_sides(struct image_scan *s) {
  const struct tiff_directory *directory = &s->tiff.directory;
  uint32_t width = directory->width, height = directory->height;
  if (!directory->is_further && directory->is_reduced) {
    s->tiff.reduced_width = width;
    s->tiff.reduced_height = height;
  } else if (!directory->is_further) {
    s->tiff.has_sides = width && height;
    s->width = width;
    s->height = height;
  } else if (!directory->is_reduced && !s->tiff.has_sides && area(width, height) > area(s->width, s->height)) {
    bool larger = area(width, height) >= area(s->tiff.reduced_width, s->tiff.reduced_height);
    s->width = larger ? width : s->tiff.reduced_width;
    s->height = larger ? height : s->tiff.reduced_height;
  }
}

/* Settles what a directory's entries say. Further directories may be none: some programs write anything in the place
 * of the next one's offset. */
static void end_entries(struct image_scan *s) {
  struct tiff_directory *directory = &s->tiff.directory;
  set_sides(s);
  if (directory->jpeg_offset && directory->jpeg_size != UINT32_MAX)
    must_reach(s, directory->jpeg_offset, directory->jpeg_size);
  if (!directory->piece) return;
  struct tiff_piece *piece = &s->tiff.pieces[directory->piece - 1];
  limit_piece(s, piece);
  if (!directory->bits_at) set_most(piece, directory->bits ? directory->bits : 1);
  settle(s, piece);
}

/* The first directory must describe an image, or where one is. What is not so has lost bytes before it. */
static bool is_image(const struct tiff_directory *directory) {
  return directory->is_further || directory->width || directory->has_directories || directory->jpeg_offset;
}

static void next_entry(struct image_scan *s) {
  if (s->tiff.directory.entries) {
    s->tiff.directory.entries--;
    image_scan_next(s, 0, ENTRY, s->tiff.is_big ? 20 : 12);
    return;
  }
  end_entries(s);
  if (is_image(&s->tiff.directory))
    image_scan_next(s, 0, NEXT, wide(s));
  else
    image_scan_stop(s, IMAGE_DAMAGED);
}

static void parse_entry(struct image_scan *s) {
  if (read_entry(s)) {
    next_entry(s);
  } else if (s->tiff.directory.is_further) {
    end_entries(s);
    next_place(s);
  } else {
    image_scan_stop(s, IMAGE_DAMAGED);
  }
}

/* ---- */

static void header(struct image_scan *s) {
  s->tiff.big_endian = s->head[0] == 'M';
  uint64_t version = number(s, s->head + 2, 2);
  s->tiff.is_big = version == 43;
  if (s->tiff.is_big && s->have < 16) {
    image_scan_more(s, 16);
    return;
  }
  uint64_t offset = number(s, s->head + s->have - wide(s), wide(s));
  if (version != 42 && version != 43)
    image_scan_stop(s, IMAGE_UNKNOWN);
  else if (offset < s->at || (s->tiff.is_big && number(s, s->head + 4, 2) != 8))
    image_scan_stop(s, IMAGE_DAMAGED);
  else
    image_scan_next(s, offset - s->at, COUNT, s->tiff.is_big ? 8 : 2);
}

static void begin_directory(struct image_scan *s) {
  s->tiff.directory = (struct tiff_directory){
      .entries = number(s, s->head, s->have),
      .is_further = s->tiff.directory.is_further,
  };
  next_entry(s);
}

/* A number that stood elsewhere. */
static void parse_number(struct image_scan *s) {
  struct tiff_place place = s->tiff.place;
  struct tiff_piece *piece = &s->tiff.pieces[place.piece];
  uint64_t value = number(s, s->head, place.width);
  if (s->step == OFFSET) {
    piece->offset = value;
  } else if (s->step == SIZE) {
    piece->size = value;
  } else if (s->step == BITS) {
    set_most(piece, value);
  } else {
    if (place.left--) add_place(s, (struct tiff_place){s->at, place.left, DIRECTORY, place.width, 0});
    add_directory(s, value);
  }
  end_place(s, &place);
  next_place(s);
}

static void parse(struct image_scan *s) {
  switch (s->step) {
  case HEADER: header(s); break;
  case COUNT: begin_directory(s); break;
  case ENTRY: parse_entry(s); break;
  case NEXT:
    s->tiff.directory.is_further = true;
    add_directory(s, number(s, s->head, s->have));
    next_place(s);
    break;
  default: parse_number(s); break;
  }
}

/* Some files end with the last entry, without the offset of the next directory: decoders read them. */
static enum image_end stop(const struct image_scan *s, uint64_t *trailing) {
  (void)trailing;
  if (s->step != NEXT || s->skip || s->have || s->tiff.need > s->at) return IMAGE_TRUNCATED;
  for (int i = 0; i < PLACES; i++)
    if (s->tiff.places[i].at >= s->at) return IMAGE_TRUNCATED;
  return IMAGE_WHOLE;
}

/* What stands behind all that was pointed at does not trail: those values that were not known may point there. */
const struct image_format structure_tiff = {.first = 8, .parse = parse, .stop = stop, .goes_on = true};
