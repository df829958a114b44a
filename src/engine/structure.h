/* Whether an image ends: its container's own lengths and end marks are followed, nothing is decoded. Pure. */
#ifndef SEINE_STRUCTURE_H
#define SEINE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum structure_end {
  STRUCTURE_WHOLE,
  STRUCTURE_TRUNCATED, /* the bytes stop before the image does */
  STRUCTURE_DAMAGED, /* the bytes contradict themselves in what the image cannot do without */
  STRUCTURE_UNKNOWN /* not a type that is checked, or one that does not say where it ends */
};

struct structure_report {
  uint64_t trailing_bytes; /* behind the end of a whole image; cameras and editors put things there. 0 for TIFF */
  uint32_t width, height; /* as stored, before any rotation that metadata asks for; 0 unknown */
};

struct structure_format;

/* Bytes come in pieces of any size: a reader first passes over `skip` bytes, then gathers `want` into `head`, then
 * takes them and says what is next. All members are private. */
struct structure {
  const struct structure_format *format; /* NULL: a type that is not checked */
  uint64_t at; /* bytes read so far: skipped, gathered or trailing */
  uint64_t skip;
  uint64_t trailing;
  uint32_t width, height;
  uint8_t head[40];
  uint8_t have, want; /* of `head`; nothing wanted: the image ends where the skipped bytes end */
  uint8_t step; /* what head will hold; each format has its own */
  bool ended, scanning;
  enum structure_end end; /* once ended */
  union {
    struct {
      uint8_t marker;
    } jpeg;
    struct {
      uint32_t crc;
      bool checked, last; /* this chunk */
    } png;
    struct {
      bool in_image, has_image, announced; /* announced: a control block asks for one more image */
      bool is_animated;
    } gif;
    struct {
      uint64_t start, end; /* of the box that is being read */
      uint64_t need; /* the end of all boxes, and of all data that the index points to */
      uint64_t container_end, properties_end;
      uint32_t type, count, primary, property; /* count: entries left of a table */
      uint16_t parts; /* left of an entry */
      uint8_t version, flags, offset_width, size_width, base_width, index_width;
      uint64_t base;
      bool has_index, has_data, endless, is_sized, counts; /* counts: the entry's parts are of use */
      uint8_t extent_count;
      struct {
        uint32_t property, width, height;
      } extents[8];
    } iso;
    struct {
      uint64_t slack; /* bytes at the end that nobody misses */
    } bmp;
    struct {
      uint64_t need, offset_at, size_at; /* where the last piece's offset and size stand; 0: known, or never to be */
      uint32_t offset, size;
      uint16_t entries, size_width, offset_width;
      uint64_t next; /* where one more directory stands; 0: nowhere */
      bool big_endian, is_further; /* is_further: this directory is not the first */
    } tiff;
  };
};

/* `type` is an essence by its usual name. */
void structure_start(struct structure *structure, const char *type);
void structure_feed(struct structure *structure, const uint8_t *data, size_t size);

/* The answer if nothing more comes. May be asked at any time, and again. */
enum structure_end structure_end(const struct structure *structure, struct structure_report *report);

#endif
