/* JPEG: segments with lengths, scans in which 0xff is followed by a zero or a restart, EOI. Where an index of the
 * Multi-Picture Format (CIPA DC-007) names further pictures, as stereo cameras and HDR gain maps have them, those must
 * be there as well. JPEG-LS has the same segments. */
#include <string.h>

#include "formats/image_format.h"

enum { START, MARKER, LENGTH, INDEX, INDEX_COUNT, INDEX_ENTRY, INDEX_PICTURE, SECOND };

enum { SOF_LS = 0xf7, EOI = 0xd9, SOS = 0xda, APP2 = 0xe2 };

enum { TAG_PICTURES = 0xb002, PICTURE_SIZE = 16, INDEX_HEADER = 12 }; /* INDEX_HEADER: name and a header as TIFF's */

/* Skips to the next 0xff. In a scan no other byte matters; elsewhere there is nothing between two markers, or bytes
 * that decoders skip as well. */
static void find_marker(struct image_scan *s, uint64_t skip) {
  image_scan_next(s, skip, MARKER, 1);
  s->scanning = true;
}

static void end_segment(struct image_scan *s) {
  find_marker(s, s->jpeg.segment_end > s->at ? s->jpeg.segment_end - s->at : 0);
}

static bool is_frame(uint8_t marker) {
  return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) || marker == SOF_LS;
}

/* Markers below 0xc0 stand in no image of today: in a broken scan they are data. RST and SOI have no length. */
static bool is_segment(uint8_t marker) {
  return marker >= 0xc0 && marker != 0xff && !(marker >= 0xd0 && marker <= 0xd8);
}

/* ---- The index of further pictures: a TIFF directory in APP2; its offsets count from its byte order mark ---- */

static uint32_t number(const struct image_scan *s, const uint8_t *p, unsigned width) {
  if (s->jpeg.big_endian) return width == 2 ? be16(p) : be32(p);
  return width == 2 ? le16(p) : le32(p);
}

/* Reads `want` bytes at `place` if they lie ahead in this segment; otherwise the segment is skipped. */
static void read_index(struct image_scan *s, uint64_t place, uint8_t step, uint8_t want) {
  if (place >= s->at && place + want <= s->jpeg.segment_end)
    image_scan_next(s, place - s->at, step, want);
  else
    end_segment(s);
}

static void index_header(struct image_scan *s) {
  const uint8_t *mark = s->head + 4;
  s->jpeg.big_endian = *mark == 'M';
  if (memcmp(s->head, "MPF", 4) != 0 || (memcmp(mark, "II*", 4) != 0 && memcmp(mark, "MM\0*", 4) != 0)) {
    end_segment(s);
    return;
  }
  s->jpeg.base = s->at - 8;
  read_index(s, s->jpeg.base + number(s, s->head + 8, 4), INDEX_COUNT, 2);
}

static void index_entry(struct image_scan *s) {
  s->jpeg.entries--;
  if (number(s, s->head, 2) == TAG_PICTURES) {
    s->jpeg.pictures = number(s, s->head + 4, 4) / PICTURE_SIZE;
    read_index(s, s->jpeg.base + number(s, s->head + 8, 4), INDEX_PICTURE, PICTURE_SIZE);
  } else if (s->jpeg.entries) {
    image_scan_next(s, 0, INDEX_ENTRY, 12);
  } else {
    end_segment(s);
  }
}

/* The first picture has offset 0: it is the one that the index is in. */
static void index_picture(struct image_scan *s) {
  uint32_t size = number(s, s->head + 4, 4), offset = number(s, s->head + 8, 4);
  uint64_t start = s->jpeg.base + offset;
  if (!offset && !s->jpeg.first_size) s->jpeg.first_size = size;
  if (offset && start + size > s->jpeg.need) s->jpeg.need = start + size;
  if (offset && (!s->jpeg.second || start < s->jpeg.second)) s->jpeg.second = start;
  if (s->jpeg.pictures-- > 1)
    read_index(s, s->at, INDEX_PICTURE, PICTURE_SIZE);
  else
    end_segment(s);
}

/* Programs that edit a JPEG often keep the index and drop the further pictures, or move them. An index that is up to
 * date has the first picture's size, padded or not, or has the next one begin where it ends. */
static bool is_index_right(const struct image_scan *s) {
  uint64_t end = s->jpeg.first_end, size = s->jpeg.first_size, second = s->jpeg.second;
  return second == end || size == end || size == second;
}

/* Whatever else it has, the index counts if a picture begins where it says. */
static void second_picture(struct image_scan *s) {
  if (memcmp(s->head, "\xff\xd8", 2) == 0) {
    image_scan_skip_to_end(s, s->jpeg.need > s->at ? s->jpeg.need - s->at : 0);
  } else {
    image_scan_stop(s, IMAGE_WHOLE);
    s->trailing = s->at - s->jpeg.first_end;
  }
}

/* ---- Segments ---- */

/* A file without a frame or without a scan has no picture: no decoder opens it. */
static void end_of_image(struct image_scan *s) {
  s->jpeg.first_end = s->at;
  if (!s->width || !s->jpeg.has_scan)
    image_scan_stop(s, IMAGE_DAMAGED);
  else if (s->jpeg.second >= s->at)
    image_scan_next(s, s->jpeg.second - s->at, SECOND, 2);
  else
    image_scan_stop(s, IMAGE_WHOLE);
}

static void marker(struct image_scan *s) {
  uint8_t code = s->jpeg.marker = s->head[0];
  if (code == 0xff) /* fill */
    image_scan_next(s, 0, MARKER, 1);
  else if (code == EOI)
    end_of_image(s);
  else if (is_segment(code))
    image_scan_next(s, 0, LENGTH, is_frame(code) ? 7 : 2);
  else
    find_marker(s, 0);
}

static void segment(struct image_scan *s) {
  s->jpeg.segment_end = s->at - s->want + be16(s->head);
  if (s->jpeg.marker == SOS) s->jpeg.has_scan = true;
  if (is_frame(s->jpeg.marker) && !s->width) {
    s->height = be16(s->head + 3);
    s->width = be16(s->head + 5);
  }
  if (s->jpeg.marker == APP2)
    read_index(s, s->at, INDEX, INDEX_HEADER);
  else
    end_segment(s);
}

static void parse(struct image_scan *s) {
  switch (s->step) {
  case START: find_marker(s, 0); break;
  case MARKER: marker(s); break;
  case LENGTH: segment(s); break;
  case INDEX: index_header(s); break;
  case INDEX_COUNT:
    s->jpeg.entries = (uint16_t)number(s, s->head, 2);
    read_index(s, s->at, INDEX_ENTRY, 12);
    break;
  case INDEX_ENTRY: index_entry(s); break;
  case INDEX_PICTURE: index_picture(s); break;
  case SECOND: second_picture(s); break;
  }
}

static enum image_end stop(const struct image_scan *s, uint64_t *trailing) {
  if (s->step != SECOND || !s->want || is_index_right(s)) return IMAGE_TRUNCATED;
  *trailing = s->at - s->jpeg.first_end;
  return IMAGE_WHOLE;
}

const struct image_format structure_jpeg = {.first = 2, .parse = parse, .stop = stop};
