/* Images of kinds that few encoders write, built here: each is whole, has its sides and its type, and each cut is seen,
 * however the bytes come; and files that no decoder opens. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"
#include "structure.h"
#include "suite.h"

struct image {
  uint8_t data[4096];
  size_t size;
  bool big_endian, is_big; /* is_big: BigTIFF */
};

/* ---- Bytes ---- */

static void put(struct image *image, const void *bytes, size_t size) {
  ck_assert_uint_le(image->size + size, sizeof image->data);
  memcpy(image->data + image->size, bytes, size);
  image->size += size;
}

#define PUT(image, text) put(image, text, sizeof(text) - 1)

static void put_number(struct image *image, uint64_t value, int width) {
  for (int i = 0; i < width; i++)
    put(image, &(uint8_t){(uint8_t)(value >> 8 * (image->big_endian ? width - 1 - i : i))}, 1);
}

static void put_zeros(struct image *image, size_t count) {
  while (count--)
    put(image, "", 1);
}

static void set_number(struct image *image, size_t at, uint64_t value, int width) {
  size_t size = image->size;
  image->size = at;
  put_number(image, value, width);
  image->size = size;
}

/* ---- TIFF ---- */

static void tiff_header(struct image *image, bool big_endian, bool is_big, uint64_t directory) {
  image->big_endian = big_endian;
  image->is_big = is_big;
  put(image, big_endian ? "MM" : "II", 2);
  put_number(image, is_big ? 43 : 42, 2);
  if (is_big) put_number(image, 8, 4);
  if (is_big && big_endian) memcpy(image->data + 4, "\0\x08\0\0", 4);
  put_number(image, directory, is_big ? 8 : 4);
}

struct entry {
  unsigned tag, type;
  uint64_t count, value; /* value: of one that fits, or where the values stand */
};

/* Returns where the directory ends. */
static size_t tiff_directory(struct image *image, const struct entry *entries, size_t count, int64_t next) {
  int wide = image->is_big ? 8 : 4;
  put_number(image, count, image->is_big ? 8 : 2);
  for (size_t i = 0; i < count; i++) {
    static const int widths[] = {[1] = 1, [3] = 2, [4] = 4, [13] = 4, [16] = 8, [18] = 8};
    int width = entries[i].count > 1 ? wide : widths[entries[i].type];
    put_number(image, entries[i].tag, 2);
    put_number(image, entries[i].type, 2);
    put_number(image, entries[i].count, wide);
    put_number(image, entries[i].value, width);
    put_zeros(image, (size_t)(wide - width));
  }
  if (next >= 0) put_number(image, (uint64_t)next, wide);
  return image->size;
}

#define DIRECTORY(image, next, ...)                                                                                    \
  tiff_directory(image, (const struct entry[]){__VA_ARGS__},                                                           \
                 sizeof((const struct entry[]){__VA_ARGS__}) / sizeof(struct entry), next)
#define SIDES(width, height)                                                                                           \
  {256, 3, 1, width}, {                                                                                                \
    257, 3, 1, height                                                                                                  \
  }

static void big_tiff(struct image *image) {
  tiff_header(image, false, true, 40);
  put_zeros(image, 24);
  DIRECTORY(image, 0, SIDES(6, 4), {258, 3, 1, 8}, {273, 16, 1, 16}, {279, 16, 1, 24});
}

static void big_tiff_of_strips(struct image *image) {
  tiff_header(image, true, true, 16);
  DIRECTORY(image, 0, SIDES(6, 4), {258, 3, 1, 8}, {259, 3, 1, 5}, {273, 16, 2, 172}, {278, 3, 1, 2},
            {279, 16, 2, 188});
  for (int i = 0; i < 4; i++)
    put_number(image, (uint64_t[]){204, 216, 12, 12}[i], 8);
  put_zeros(image, 24);
}

static void big_tiff_of_pages(struct image *image) {
  tiff_header(image, false, true, 16);
  size_t end = 16 + 8 + 4 * 20 + 8;
  DIRECTORY(image, (int64_t)end, SIDES(6, 4), {273, 4, 1, 8}, {279, 4, 1, 8});
  DIRECTORY(image, 0, SIDES(9, 9), {273, 4, 1, 300}, {279, 4, 1, 8});
  put_zeros(image, 308 - image->size);
}

static void tiff_without_next(struct image *image) {
  tiff_header(image, true, false, 32);
  put_zeros(image, 24);
  DIRECTORY(image, -1, SIDES(6, 4), {258, 3, 1, 8}, {273, 4, 1, 8}, {279, 4, 1, 24});
}

static void tiff_of_too_large_a_strip(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, SIDES(5, 4), {258, 3, 1, 8}, {259, 3, 1, 1}, {273, 4, 1, 98}, {277, 3, 1, 4},
            {279, 4, 1, 35711440});
  put_zeros(image, 98 + 80 - image->size);
}

/* The bits of each sample stand behind the directory. */
static void tiff_of_too_large_a_strip_of_rgb(struct image *image) {
  tiff_header(image, true, false, 8);
  DIRECTORY(image, 0, SIDES(5, 4), {258, 3, 3, 98}, {259, 3, 1, 1}, {273, 4, 1, 104}, {277, 3, 1, 3},
            {279, 4, 1, 99999});
  for (int i = 0; i < 3; i++)
    put_number(image, 16, 2);
  put_zeros(image, 104 + 120 - image->size);
}

static void tiff_of_too_large_a_last_strip(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, SIDES(8, 5), {258, 3, 1, 1}, {273, 4, 3, 88}, {278, 3, 1, 2}, {279, 4, 3, 100});
  put_zeros(image, 88 - image->size);
  for (int i = 0; i < 6; i++)
    put_number(image, (uint64_t[]){112, 114, 116, 2, 2, 500}[i], 4);
  put_zeros(image, 5);
}

/* A thumbnail, with the image in a directory below it, and a preview. */
static void raw_file(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, {254, 4, 1, 1}, SIDES(8, 8), {273, 4, 1, 100}, {279, 4, 1, 64}, {330, 4, 2, 164});
  put_zeros(image, 164 - image->size);
  put_number(image, 172, 4);
  put_number(image, 250, 4);
  DIRECTORY(image, 0, {254, 4, 1, 0}, SIDES(3516, 2328), {324, 4, 1, 340}, {325, 4, 1, 22});
  put_zeros(image, 250 - image->size);
  DIRECTORY(image, 0, {254, 4, 1, 1}, SIDES(1024, 683), {273, 4, 1, 370}, {279, 4, 1, 26});
  put_zeros(image, 396 - image->size);
}

/* The first directory has a preview and no sides. */
static void raw_file_with_preview(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, {254, 4, 1, 1}, {330, 13, 1, 64}, {513, 4, 1, 150}, {514, 4, 1, 40});
  put_zeros(image, 64 - image->size);
  DIRECTORY(image, 0, {254, 4, 1, 0}, SIDES(4288, 2856), {273, 4, 1, 140}, {279, 4, 1, 10});
  put_zeros(image, 190 - image->size);
}

static void raw_file_of_unknown_sides(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, {254, 4, 1, 1}, SIDES(160, 120), {273, 4, 1, 80}, {279, 4, 1, 10});
  put_zeros(image, 90 - image->size);
}

/* ---- BMP ---- */

static void bmp_header(struct image *image, unsigned header, int width, int height, unsigned depth,
                       unsigned compression, size_t size, unsigned colours) {
  if (image->size) put_number(image, 14 + header + 4 * colours, 4);
  put_number(image, header, 4);
  put_number(image, (uint32_t)width, 4);
  put_number(image, (uint32_t)height, 4);
  put_number(image, 1, 2);
  put_number(image, depth, 2);
  put_number(image, compression, 4);
  put_number(image, size, 4);
  put_zeros(image, 8);
  put_number(image, colours, 4);
  put_zeros(image, header - 36 + (size_t)4 * colours);
}

#define FILE_HEADER "BM\0\0\0\0\0\0\0\0"

static void bmp_of_runs(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 6, 3, 8, 1, 0, 2);
  PUT(image, "\6\1\0\0"
             "\0\3\1\1\1\0\3\2\0\0"
             "\0\2\1\0\5\1\0\1");
}

static void bmp_of_runs_of_half_bytes(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 6, 2, 4, 2, 999, 2);
  PUT(image, "\6\x12\0\0"
             "\0\5\x12\x12\x10\0\1\x10\0\1");
}

static void bmp_of_runs_without_end(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 6, 2, 8, 1, 0, 2);
  PUT(image, "\6\1\0\0\6\2");
}

static void bmp_of_os2_runs(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 64, 4, 2, 24, 4, 0, 0);
  PUT(image, "\4\1\2\3\0\0"
             "\0\3\1\1\1\2\2\2\3\3\3\0\1\4\4\4\0\1");
}

static void bmp_of_os2_huffman(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 64, 100, 100, 1, 3, 30, 2);
  put_zeros(image, 30);
}

static void bmp_of_jpeg(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 100, 100, 0, 4, 50, 0);
  put_zeros(image, 50);
}

static void bare_dib(struct image *image) {
  bmp_header(image, 40, 4, 3, 24, 0, 0, 0);
  put_zeros(image, 36);
}

static void bare_dib_of_palette(struct image *image) {
  bmp_header(image, 40, 8, 3, 8, 0, 0, 5);
  put_zeros(image, 24);
}

static void bmp_of_offset_before_palette(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 4, 3, 8, 0, 0, 7);
  set_number(image, 10, 54, 4);
  put_zeros(image, 12);
}

/* ---- HEIF ---- */

static size_t box_open(struct image *image, const char *name) {
  image->big_endian = true;
  put_zeros(image, 4);
  put(image, name, 4);
  return image->size - 8;
}

static void box_close(struct image *image, size_t start) {
  set_number(image, start, image->size - start, 4);
}

static void put_box(struct image *image, const char *name, const void *content, size_t size) {
  size_t start = box_open(image, name);
  put(image, content, size);
  box_close(image, start);
}

#define BOX(image, name, content) put_box(image, name, content, sizeof(content) - 1)

static void file_type(struct image *image, const char *brand) {
  size_t box = box_open(image, "ftyp");
  put(image, brand, 4);
  put_zeros(image, 4);
  PUT(image, "mif1");
  box_close(image, box);
}

/* One item of 10 bytes, with sides and a crop. */
static void heif_index(struct image *image, uint32_t data_at, const char *crop, size_t crop_size) {
  BOX(image, "pitm", "\0\0\0\0\0\1");
  size_t box = box_open(image, "iloc");
  PUT(image, "\0\0\0\0\x44\0\0\1\0\1\0\0\0\1");
  put_number(image, data_at, 4);
  put_number(image, 10, 4);
  box_close(image, box);
  size_t properties = box_open(image, "iprp"), list = box_open(image, "ipco");
  BOX(image, "ispe", "\0\0\0\0\0\0\0\x40\0\0\0\x64");
  BOX(image, "pixi", "\0\0\0\0\3\x08\x08\x08");
  box = box_open(image, "clap");
  put(image, crop, crop_size);
  put_zeros(image, 16);
  box_close(image, box);
  BOX(image, "ispe", "\0\0\0\0\0\0\2\0\0\0\2\0");
  box_close(image, list);
  BOX(image, "ipma", "\0\0\0\0\0\0\0\2\0\1\3\x83\2\1\0\2\1\4");
  box_close(image, properties);
}

#define CROP_29X100 "\0\0\0\x1d\0\0\0\1\0\0\0\x64\0\0\0\1"

static void cropped(struct image *image, const char *crop, size_t crop_size) {
  file_type(image, "heic");
  size_t meta = box_open(image, "meta");
  put_zeros(image, 4);
  heif_index(image, 0, crop, crop_size);
  box_close(image, meta);
  BOX(image, "mdat", "0123456789");
}

static void heic_with_crop(struct image *image) {
  cropped(image, CROP_29X100, 16);
}

/* Of 57 halves, that is 28.5, and 99. */
static void heic_with_crop_of_halves(struct image *image) {
  cropped(image, "\0\0\0\x39\0\0\0\2\0\0\0\x63\0\0\0\1", 16);
}

static void heic_with_crop_that_is_too_large(struct image *image) {
  cropped(image, "\0\0\1\0\0\0\0\1\0\0\0\x63\0\0\0\1", 16);
}

/* The index has no size, and the data in it. */
static void endless_index(struct image *image) {
  file_type(image, "avif");
  box_open(image, "meta");
  put_zeros(image, 4);
  heif_index(image, 0, CROP_29X100, 16);
  BOX(image, "idat", "0123456789");
}

static void endless_index_behind_data(struct image *image) {
  file_type(image, "avif");
  BOX(image, "mdat", "0123456789");
  box_open(image, "meta");
  put_zeros(image, 4);
  heif_index(image, 28, CROP_29X100, 16);
}

static void minimized(struct image *image) {
  file_type(image, "mif3");
  BOX(image, "mini", "\x08\x08\x3f\x7e\x20\x6e and data");
}

static void track(struct image *image, int version, uint32_t width, uint32_t height) {
  size_t outer = box_open(image, "trak"), box = box_open(image, "tkhd");
  put(image, &(uint8_t){(uint8_t)version}, 1);
  put_zeros(image, version ? 87 : 75);
  put_number(image, width << 16, 4);
  put_number(image, height << 16, 4);
  box_close(image, box);
  BOX(image, "mdia", "whatever");
  box_close(image, outer);
}

static void sequence(struct image *image, int version) {
  file_type(image, "msf1");
  size_t box = box_open(image, "moov");
  BOX(image, "mvhd", "times");
  track(image, version, 0, 0); /* of sound */
  track(image, version, 30, 20);
  track(image, version, 300, 200);
  box_close(image, box);
  BOX(image, "mdat", "0123456789");
}

static void sequence_of_short_times(struct image *image) {
  sequence(image, 0);
}

static void sequence_of_long_times(struct image *image) {
  sequence(image, 1);
}

static void sequence_with_image(struct image *image) {
  sequence(image, 0);
  size_t meta = box_open(image, "meta");
  put_zeros(image, 4);
  heif_index(image, 0, CROP_29X100, 16);
  box_close(image, meta);
}

/* ---- JPEG ---- */

#define JPEG_FRAME "\xff\xc0\0\x0b\x08\0\x0c\0\x10\1\1\x11\0"
#define JPEG_SCAN  "\xff\xda\0\x08\1\1\0\0\x3f\0data\xff\xd9"

/* `gap` bytes stand between the two pictures. */
static void several(struct image *image, bool big_endian, size_t gap) {
  PUT(image, "\xff\xd8\xff\xe2\0\x58MPF");
  put_zeros(image, 1);
  size_t base = image->size;
  tiff_header(image, big_endian, false, 8);
  put_number(image, 3, 2);
  for (int i = 0; i < 3; i++) {
    put_number(image, (uint64_t[]){0xb000, 0xb001, 0xb002}[i], 2);
    put_number(image, (uint64_t[]){7, 4, 7}[i], 2);
    put_number(image, (uint64_t[]){4, 1, 32}[i], 4);
    put_number(image, (uint64_t[]){0x30303130, 2, 50}[i], 4);
  }
  put_zeros(image, 4);
  size_t list = image->size;
  put_zeros(image, 32);
  PUT(image, JPEG_FRAME JPEG_SCAN);
  set_number(image, list + 4, image->size, 4);
  put_zeros(image, gap);
  set_number(image, list + 16 + 8, image->size - base, 4);
  size_t second = image->size;
  PUT(image, "\xff\xd8" JPEG_FRAME JPEG_SCAN);
  set_number(image, list + 16 + 4, image->size - second, 4);
}

static void two_pictures(struct image *image) {
  several(image, false, 0);
}

static void two_pictures_with_a_gap(struct image *image) {
  several(image, true, 9);
}

static void jpeg_ls(struct image *image) {
  PUT(image, "\xff\xd8\xff\xf7\0\x0b\x08\0\x20\0\x1f\1\1\x11\0\xff\xda\0\x08\1\1\0\0\0\0da\xff\x7fta\xff\xd9");
}

/* ---- GIF, PNG, WebP ---- */

static void gif_of_larger_frame(struct image *image) {
  PUT(image, "GIF89a\x0a\0\x0a\0\0\0\0,\4\0\2\0\x0c\0\6\0\0\2\2\x44\1\0,\0\0\0\0\x20\0\x20\0\0\2\2\x44\1\0;");
}

static uint32_t crc(const uint8_t *bytes, size_t size) {
  uint32_t value = ~0u;
  for (size_t i = 0; i < size; i++) {
    value ^= bytes[i];
    for (int bit = 0; bit < 8; bit++)
      value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
  }
  return ~value;
}

static void chunk(struct image *image, const char *name, const void *bytes, size_t size) {
  image->big_endian = true;
  put_number(image, size, 4);
  size_t start = image->size;
  put(image, name, 4);
  put(image, bytes, size);
  put_number(image, crc(image->data + start, size + 4), 4);
}

static void png_header(struct image *image, uint32_t width, uint32_t height, uint8_t depth, uint8_t colours) {
  uint8_t header[13] = {
      0, 0, (uint8_t)(width >> 8), (uint8_t)width, 0, 0, (uint8_t)(height >> 8), (uint8_t)height, depth, colours};
  PUT(image, "\x89PNG\r\n\x1a\n");
  chunk(image, "IHDR", header, sizeof header);
}

#define CHUNK(image, name, text) chunk(image, name, text, sizeof(text) - 1)

static void animated_png(struct image *image) {
  png_header(image, 64, 48, 8, 2);
  CHUNK(image, "acTL", "\0\0\0\2\0\0\0\0");
  CHUNK(image, "fcTL", "numbers");
  CHUNK(image, "IDAT", "pixels");
  CHUNK(image, "fcTL", "numbers");
  CHUNK(image, "fdAT", "\0\0\0\2pixels");
  CHUNK(image, "IEND", "");
}

static void extended_webp(struct image *image) {
  PUT(image, "RIFF\x3e\0\0\0WEBPVP8X\x0a\0\0\0\x20\0\0\0\x3f\0\0\x2f\0\0"
             "ICCP\3\0\0\0abc\0"
             "VP8 \x0c\0\0\0\x30\1\0\x9d\1\x2a\x40\0\x30\0\1\2"
             "EXIF\2\0\0\0ab");
  set_number(image, 4, image->size - 8, 4);
}

/* ---- Whole ones ---- */

static const struct {
  const char *name, *type;
  void (*build)(struct image *image);
  uint32_t width, height;
  size_t harmless; /* cuts that nobody misses */
} kinds[] = {
    /* 1: nothing of the next directory's offset is there, and all that the first one points to is. */
    {"BigTIFF", "image/tiff", big_tiff, 6, 4, 1},
    {"BigTIFF of strips", "image/tiff", big_tiff_of_strips, 6, 4, 0},
    {"BigTIFF of pages", "image/tiff", big_tiff_of_pages, 6, 4, 1},
    {"TIFF without the offset of a next directory", "image/tiff", tiff_without_next, 6, 4, 0},
    {"TIFF of too large a strip", "image/tiff", tiff_of_too_large_a_strip, 5, 4, 0},
    {"TIFF of too large a strip of RGB", "image/tiff", tiff_of_too_large_a_strip_of_rgb, 5, 4, 0},
    {"TIFF of too large a last strip", "image/tiff", tiff_of_too_large_a_last_strip, 8, 5, 0},
    {"raw file", "image/tiff", raw_file, 3516, 2328, 0},
    {"raw file with a preview", "image/tiff", raw_file_with_preview, 4288, 2856, 0},
    {"raw file of unknown sides", "image/tiff", raw_file_of_unknown_sides, 0, 0, 0},
    /* 1: the end mark, where all rows are there. */
    {"BMP of runs", "image/bmp", bmp_of_runs, 6, 3, 1},
    {"BMP of runs of half bytes", "image/bmp", bmp_of_runs_of_half_bytes, 6, 2, 1},
    {"BMP of runs without an end mark", "image/bmp", bmp_of_runs_without_end, 6, 2, 0},
    {"BMP of OS/2's runs", "image/bmp", bmp_of_os2_runs, 4, 2, 1},
    {"BMP of OS/2's Huffman codes", "image/bmp", bmp_of_os2_huffman, 100, 100, 0},
    {"BMP of a JPEG", "image/bmp", bmp_of_jpeg, 100, 100, 0},
    {"DIB", "image/bmp", bare_dib, 4, 3, 0},
    {"DIB of a palette", "image/bmp", bare_dib_of_palette, 8, 3, 0},
    {"BMP of an offset before its palette", "image/bmp", bmp_of_offset_before_palette, 4, 3, 0},
    {"HEIC with a crop", "image/heic", heic_with_crop, 29, 100, 0},
    {"HEIC with a crop of halves", "image/heic", heic_with_crop_of_halves, 29, 99, 0},
    {"HEIC with a crop that is too large", "image/heic", heic_with_crop_that_is_too_large, 64, 100, 0},
    {"AVIF of an endless index", "image/avif", endless_index, 29, 100, 0},
    {"AVIF of an endless index behind its data", "image/avif", endless_index_behind_data, 29, 100, 0},
    {"minimized HEIF", "image/heif", minimized, 0, 0, 0},
    {"HEIF sequence", "image/heif-sequence", sequence_of_short_times, 30, 20, 0},
    {"HEIF sequence of long times", "image/heif-sequence", sequence_of_long_times, 30, 20, 0},
    /* 4: before the image; zeros alone are padding. */
    {"HEIF sequence with an image", "image/heif-sequence", sequence_with_image, 29, 100, 4},
    {"JPEG of two pictures", "image/jpeg", two_pictures, 16, 12, 0},
    {"JPEG of two pictures with a gap", "image/jpeg", two_pictures_with_a_gap, 16, 12, 0},
    {"JPEG-LS", "image/jls", jpeg_ls, 31, 32, 0},
    /* The first frame is 12 x 6 at 4, 2. Of an animation each image may be the last but for the trailer. */
    {"GIF of a frame larger than its screen", "image/gif", gif_of_larger_frame, 16, 10, 1},
    {"animated PNG", "image/png", animated_png, 64, 48, 0},
    {"extended WebP", "image/webp", extended_webp, 64, 48, 0},
};
#define KINDS ((int)(sizeof kinds / sizeof kinds[0]))

struct answer {
  enum structure_end end;
  struct structure_report report;
};

/* In pieces of `most` bytes, each in memory of its own, so that a read too far is seen. */
static struct answer look(const char *type, const uint8_t *data, size_t size, size_t most) {
  struct structure structure;
  struct answer answer;
  structure_start(&structure, type);
  for (size_t at = 0; at < size; at += most) {
    size_t part = most < size - at ? most : size - at;
    uint8_t *piece = malloc(part);
    memcpy(piece, data + at, part);
    structure_feed(&structure, piece, part);
    free(piece);
  }
  answer.end = structure_end(&structure, &answer.report);
  return answer;
}

static bool same(const struct answer *a, const struct answer *b) {
  return a->end == b->end && a->report.trailing_bytes == b->report.trailing_bytes &&
         a->report.width == b->report.width && a->report.height == b->report.height;
}

START_TEST(each_is_whole) {
  struct image image = {.size = 0};
  kinds[_i].build(&image);
  struct answer answer = look(kinds[_i].type, image.data, image.size, image.size);
  ck_assert_msg(answer.end == STRUCTURE_WHOLE, "%s: %d", kinds[_i].name, answer.end);
  ck_assert_msg(answer.report.width == kinds[_i].width && answer.report.height == kinds[_i].height, "%s: %u x %u",
                kinds[_i].name, answer.report.width, answer.report.height);
  ck_assert_msg(answer.report.trailing_bytes == 0, "%s: %d trail", kinds[_i].name, (int)answer.report.trailing_bytes);
}
END_TEST

START_TEST(each_cut_is_seen) {
  struct image image = {.size = 0};
  size_t harmless = 0;
  kinds[_i].build(&image);
  for (size_t size = 0; size < image.size; size++) {
    struct answer whole = look(kinds[_i].type, image.data, size, size + 1);
    for (size_t most = 1; most < 20; most += 6) {
      struct answer pieces = look(kinds[_i].type, image.data, size, most);
      ck_assert_msg(same(&whole, &pieces), "%s, %zu bytes in pieces of %zu", kinds[_i].name, size, most);
    }
    harmless += whole.end == STRUCTURE_WHOLE;
    ck_assert_msg(whole.end == STRUCTURE_TRUNCATED || harmless <= kinds[_i].harmless, "%s, %zu of %zu bytes: %d",
                  kinds[_i].name, size, image.size, whole.end);
  }
  ck_assert_msg(harmless == kinds[_i].harmless, "%s: %zu", kinds[_i].name, harmless);
}
END_TEST

/* Any bytes get an answer, and the same one in pieces. */
START_TEST(damage_does_no_harm) {
  struct image image = {.size = 0};
  kinds[_i].build(&image);
  srandom((unsigned)_i);
  for (int round = 0; round < 2000; round++) {
    struct image damaged = image;
    for (int change = 1 + (int)(random() % 6); change > 0; change--)
      damaged.data[(size_t)random() % image.size] = (uint8_t)(random() % 4 ? random() : -1);
    struct answer whole = look(kinds[_i].type, damaged.data, damaged.size, damaged.size);
    struct answer pieces = look(kinds[_i].type, damaged.data, damaged.size, 1 + (size_t)random() % 30);
    ck_assert_msg(same(&whole, &pieces), "%s, round %d", kinds[_i].name, round);
  }
}
END_TEST

START_TEST(each_has_its_type) {
  struct inspector *inspector;
  char type[INSPECT_TYPE_MAX];
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int i = 0; i < KINDS; i++) {
    struct image image = {.size = 0};
    kinds[i].build(&image);
    ck_assert_int_eq(inspector_type(inspector, image.data, image.size, type), 0);
    ck_assert_msg(strcmp(type, kinds[i].type) == 0, "%s: %s", kinds[i].name, type);
  }
  inspector_close(inspector);
}
END_TEST

/* ---- Those that no decoder opens ---- */

static void png_without_pixels(struct image *image) {
  png_header(image, 1, 1, 8, 0);
  CHUNK(image, "IEND", "");
}

static void png_of_empty_pixels(struct image *image) {
  png_header(image, 1, 1, 8, 0);
  CHUNK(image, "IDAT", "");
  CHUNK(image, "IEND", "");
}

static void png_with(struct image *image, uint32_t width, uint32_t height, uint8_t depth, uint8_t colours) {
  png_header(image, width, height, depth, colours);
  CHUNK(image, "IDAT", "pixels");
  CHUNK(image, "IEND", "");
}

static void png_of_no_width(struct image *image) {
  png_with(image, 0, 1, 8, 0);
}

static void png_of_no_height(struct image *image) {
  png_with(image, 1, 0, 8, 0);
}

static void png_of_three_bits(struct image *image) {
  png_with(image, 1, 1, 3, 0);
}

static void png_of_colour_type_9(struct image *image) {
  png_with(image, 1, 1, 8, 9);
}

static void png_without_palette(struct image *image) {
  png_with(image, 1, 1, 8, 3);
}

static void png_without_header(struct image *image) {
  PUT(image, "\x89PNG\r\n\x1a\n");
  CHUNK(image, "IDAT", "pixels");
  CHUNK(image, "IEND", "");
}

static void jpeg_of_nothing(struct image *image) {
  PUT(image, "\xff\xd8\xff\xd9 and more");
}

static void jpeg_of_tables(struct image *image) {
  PUT(image, "\xff\xd8\xff\xdb\0\4ab\xff\xd9");
}

static void jpeg_without_scan(struct image *image) {
  PUT(image, "\xff\xd8" JPEG_FRAME "\xff\xd9");
}

static void gif_without_image(struct image *image) {
  PUT(image, "GIF89a\1\0\1\0\0\0\0!\xfe\1a\0;");
}

static void webp_without_picture(struct image *image) {
  PUT(image, "RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x20\0\0\0\x3f\0\0\x2f\0\0"
             "EXIF\4\0\0\0abcd");
  set_number(image, 4, image->size - 8, 4);
}

static void bmp_of_no_width(struct image *image) {
  PUT(image, FILE_HEADER);
  bmp_header(image, 40, 0, 3, 24, 0, 0, 0);
  put_zeros(image, 36);
}

static void tiff_without_sides(struct image *image) {
  tiff_header(image, false, false, 8);
  DIRECTORY(image, 0, {273, 4, 1, 8}, {279, 4, 1, 8});
}

static void tiff_of_no_entries(struct image *image) {
  tiff_header(image, true, true, 16);
  put_zeros(image, 16);
}

static void tiff_of_entries_without_type(struct image *image) {
  tiff_header(image, false, false, 8);
  PUT(image, "\3\0\0\1\3\0\1\0\0\0\5\0\0\0\1\1\0\0\1\0\0\0\5\0\0\0");
}

static void tiff_of_a_directory_in_its_header(struct image *image) {
  tiff_header(image, false, false, 4);
  put_zeros(image, 40);
}

static const struct {
  const char *type;
  void (*build)(struct image *image);
} broken[] = {
    {"image/png", png_without_pixels},
    {"image/png", png_of_empty_pixels},
    {"image/png", png_of_no_width},
    {"image/png", png_of_no_height},
    {"image/png", png_of_three_bits},
    {"image/png", png_of_colour_type_9},
    {"image/png", png_without_palette},
    {"image/png", png_without_header},
    {"image/jpeg", jpeg_of_nothing},
    {"image/jpeg", jpeg_of_tables},
    {"image/jpeg", jpeg_without_scan},
    {"image/gif", gif_without_image},
    {"image/webp", webp_without_picture},
    {"image/bmp", bmp_of_no_width},
    {"image/tiff", tiff_without_sides},
    {"image/tiff", tiff_of_no_entries},
    {"image/tiff", tiff_of_entries_without_type},
    {"image/tiff", tiff_of_a_directory_in_its_header},
};

START_TEST(what_has_no_picture_is_damaged) {
  struct image image = {.size = 0};
  broken[_i].build(&image);
  for (size_t most = 1; most < 100; most += 33)
    ck_assert_int_eq(look(broken[_i].type, image.data, image.size, most).end, STRUCTURE_DAMAGED);
}
END_TEST

/* Each byte of an animation's frames counts. */
START_TEST(frames_agree_with_their_crc) {
  struct image image = {.size = 0};
  animated_png(&image);
  for (size_t at = 8, length; at < image.size; at += 12 + length) {
    length = image.data[at + 3];
    bool is_frame = memcmp(image.data + at + 4, "fcTL", 4) == 0 || memcmp(image.data + at + 4, "fdAT", 4) == 0;
    for (size_t byte = at + 8; is_frame && byte < at + 12 + length; byte++) {
      struct image flipped = image;
      flipped.data[byte] ^= 1;
      ck_assert_int_eq(look("image/png", flipped.data, flipped.size, 7).end, STRUCTURE_DAMAGED);
    }
  }
}
END_TEST

/* An index that editors left when they changed the first picture, or moved or dropped the others, says nothing; what
 * follows trails. */
START_TEST(an_index_that_is_wrong_says_nothing) {
  static const size_t first_size_at = 10 + 50 + 4;
  struct image image = {.size = 0};
  two_pictures_with_a_gap(&image);
  size_t second = image.size - 31, first_end = second - 9;
  struct image changed = image, moved = image;
  changed.data[first_size_at + 3] ^= 1;
  moved.data[second] = 'x';
  for (size_t size = first_end; size < second + 2; size++) {
    struct answer answer = look("image/jpeg", changed.data, size, 5);
    ck_assert_int_eq(answer.end, STRUCTURE_WHOLE);
    ck_assert_uint_eq(answer.report.trailing_bytes, size - first_end);
  }
  ck_assert_int_eq(look("image/jpeg", changed.data, image.size - 1, 5).end, STRUCTURE_TRUNCATED);
  ck_assert_int_eq(look("image/jpeg", changed.data, image.size, 5).end, STRUCTURE_WHOLE);
  struct answer answer = look("image/jpeg", moved.data, image.size, 5);
  ck_assert_int_eq(answer.end, STRUCTURE_WHOLE);
  ck_assert_uint_eq(answer.report.trailing_bytes, image.size - first_end);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("structure: built");
  TCase *tests = tcase_create("built");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, each_is_whole, 0, KINDS);
  tcase_add_loop_test(tests, each_cut_is_seen, 0, KINDS);
  tcase_add_loop_test(tests, damage_does_no_harm, 0, KINDS);
  tcase_add_test(tests, each_has_its_type);
  tcase_add_loop_test(tests, what_has_no_picture_is_damaged, 0, (int)(sizeof broken / sizeof broken[0]));
  tcase_add_test(tests, frames_agree_with_their_crc);
  tcase_add_test(tests, an_index_that_is_wrong_says_nothing);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
