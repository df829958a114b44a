/* Checks whether an image is complete, by the lengths and end marks of its container; decodes nothing. Pure. */
#ifndef SEINE_ENGINE_IMAGE_SCAN_H
#define SEINE_ENGINE_IMAGE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum image_end {
  IMAGE_WHOLE,
  IMAGE_TRUNCATED, /* the bytes stop before the image does */
  IMAGE_DAMAGED, /* the bytes contradict themselves in what the image cannot do without */
  IMAGE_UNKNOWN /* not a type that is checked, or one that does not say where it ends */
};

struct image_report {
  uint64_t trailing_bytes; /* behind the end of a whole image; cameras and editors put things there. 0 for TIFF */
  uint32_t width, height; /* as stored, before any rotation that metadata asks for; 0 unknown */
};

struct image_format;

struct structure_jpeg {
  uint64_t segment_end;
  uint64_t first_end; /* of the first picture */
  uint64_t first_size; /* the same, as the index of pictures has it */
  uint64_t base; /* what the offsets of the index of pictures count from */
  uint64_t second, need; /* where the next picture begins, and the last one ends, as the index has it; 0: no index */
  uint32_t pictures; /* entries left of the list of pictures */
  uint16_t entries; /* entries left of the index */
  uint8_t marker;
  bool has_scan, big_endian;
};

struct structure_png {
  uint32_t crc;
  bool checked, last; /* this chunk */
  bool is_indexed, has_header, has_palette, has_data;
};

struct structure_gif {
  bool in_image, has_image, announced; /* announced: a control block asks for one more image */
  bool is_animated;
};

struct structure_webp {
  uint64_t whole; /* the size that stands in front */
};

struct structure_heif {
  uint64_t start, end; /* of the box that is being read */
  uint64_t need; /* the end of all boxes, and of all data that the index points to */
  uint64_t container_end, properties_end;
  uint32_t type, count, primary, property; /* count: entries left of a table */
  uint16_t parts; /* left of an entry */
  uint8_t version, flags, offset_width, size_width, base_width, index_width;
  uint64_t base;
  bool has_index, has_locations, has_data, endless;
  bool counts; /* the entry's parts are of use */
  bool is_sized, is_track; /* whose the sides are: the primary image's, a track's */
  uint8_t noted_count;
  uint8_t extent, crop; /* the primary image's: 1 + the index in `noted`; 0: not known */
  struct {
    uint32_t property, width, height;
    bool is_crop;
  } noted[12]; /* sides among the properties */
};

struct structure_bmp {
  uint64_t slack; /* bytes at the end that nobody misses */
  uint64_t end; /* of the pixels, by the size that the header has; 0: it has none */
  uint64_t x, y; /* of the next pixel in run lengths */
  uint8_t unit; /* bits of a pixel in run lengths */
};

/* A TIFF is read in the order of its bytes. `places` lie ahead, in no order; places that lie behind are not read. */
struct structure_tiff {
  uint64_t need; /* the end of all that was pointed at */
  struct tiff_place {
    uint64_t at;
    uint16_t left; /* further numbers behind this one */
    uint8_t step, width, piece;
  } places[16], place; /* place: the one that is being read */
  struct tiff_piece {
    uint64_t offset, size;
    uint64_t most; /* bytes that the rows need; UINT64_MAX: not known */
    uint64_t samples, rows; /* in a row, and rows, while the bits of a sample are not known */
    uint8_t pending; /* places ahead that have a number for it */
    bool used;
  } pieces[6]; /* the last strip or tile of each directory whose numbers are not all known yet */
  struct tiff_directory {
    uint64_t entries; /* left of it */
    uint64_t jpeg_offset, jpeg_size;
    uint64_t strips, rows_per_strip;
    uint64_t bits_at; /* where the bits of a sample stand; 0: `bits` are known */
    uint32_t width, height, bits, samples;
    uint16_t compression, planes;
    uint8_t bits_width; /* bytes of that number */
    uint8_t piece; /* 1 + its index in pieces; 0: none */
    bool is_further; /* not the first */
    bool is_reduced, has_directories;
  } directory;
  bool big_endian, is_big; /* is_big: BigTIFF, with numbers of 64 bits */
  bool has_sides; /* the first directory has them, and is no thumbnail */
  uint32_t reduced_width, reduced_height; /* of the first directory if it is a thumbnail */
};

/* Bytes come in pieces of any size: a reader first passes over `skip` bytes, then gathers `want` into `head`, then
 * takes them and says what is next. All members are private. */
struct image_scan {
  const struct image_format *format; /* NULL: a type that is not checked */
  uint64_t at; /* bytes read so far: skipped, gathered or trailing */
  uint64_t skip;
  uint64_t trailing;
  uint32_t width, height;
  uint8_t head[64];
  uint8_t have, want; /* of `head`; nothing wanted: the image ends where the skipped bytes end */
  uint8_t step; /* what head will hold; each format has its own */
  bool ended, scanning;
  enum image_end end; /* once ended */
  union {
    struct structure_jpeg jpeg;
    struct structure_png png;
    struct structure_gif gif;
    struct structure_webp webp;
    struct structure_heif heif;
    struct structure_bmp bmp;
    struct structure_tiff tiff;
  };
};

/* `type` is an essence by its usual name. */
void image_scan_start(struct image_scan *image_scan, const char *type);
void image_scan_feed(struct image_scan *image_scan, const uint8_t *data, size_t size);

/* The answer if nothing more comes. May be asked at any time, and again. */
enum image_end image_end(const struct image_scan *image_scan, struct image_report *report);

#endif
