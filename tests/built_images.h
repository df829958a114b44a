/* Images of kinds that few encoders write, built in memory, and what they are built of. */
#ifndef SEINE_TESTS_BUILT_IMAGES_H
#define SEINE_TESTS_BUILT_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
  uint8_t data[4096];
  size_t size;
  bool big_endian, is_big; /* is_big: BigTIFF */
};

#define PUT(image, text) put(image, text, sizeof(text) - 1)

#define FILE_HEADER "BM\0\0\0\0\0\0\0\0"

#define JPEG_FRAME "\xff\xc0\0\x0b\x08\0\x0c\0\x10\1\1\x11\0"
#define JPEG_SCAN  "\xff\xda\0\x08\1\1\0\0\x3f\0data\xff\xd9"

struct entry {
  unsigned tag, type;
  uint64_t count, value; /* value: of one that fits, or where the values stand */
};

#define DIRECTORY(image, next, ...)                                                                                    \
  tiff_directory(image, (const struct entry[]){__VA_ARGS__},                                                           \
                 sizeof((const struct entry[]){__VA_ARGS__}) / sizeof(struct entry), next)
#define SIDES(width, height)                                                                                           \
  {256, 3, 1, width}, {                                                                                                \
    257, 3, 1, height                                                                                                  \
  }

#define CHUNK(image, name, text) chunk(image, name, text, sizeof(text) - 1)

void put(struct image *image, const void *bytes, size_t size);
void put_zeros(struct image *image, size_t count);
void set_number(struct image *image, size_t at, uint64_t value, int width);
void tiff_header(struct image *image, bool big_endian, bool is_big, uint64_t directory);
size_t tiff_directory(struct image *image, const struct entry *entries, size_t count, int64_t next);
void bmp_header(struct image *image, unsigned header, int width, int height, unsigned depth, unsigned compression,
                size_t size, unsigned colours);
void two_pictures_with_a_gap(struct image *image);
void chunk(struct image *image, const char *name, const void *bytes, size_t size);
void png_header(struct image *image, uint32_t width, uint32_t height, uint8_t depth, uint8_t colours);
void animated_png(struct image *image);

/* Whole images. */
struct built_kind {
  const char *name, *type;
  void (*build)(struct image *image);
  uint32_t width, height;
  size_t harmless; /* cuts that nobody misses */
};

extern const struct built_kind kinds[];
extern const int kinds_count;

#endif
