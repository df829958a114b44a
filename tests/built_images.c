/* Builds images, piece by piece. */
#include "built_images.h"

#include <check.h>
#include <string.h>

/* ---- Bytes ---- */

void put(struct image *image, const void *bytes, size_t size) {
  ck_assert_uint_le(image->size + size, sizeof image->data);
  memcpy(image->data + image->size, bytes, size);
  image->size += size;
}

static void put_number(struct image *image, uint64_t value, int width) {
  for (int i = 0; i < width; i++)
    put(image, &(uint8_t){(uint8_t)(value >> 8 * (image->big_endian ? width - 1 - i : i))}, 1);
}

void put_zeros(struct image *image, size_t count) {
  while (count--)
    put(image, "", 1);
}

void set_number(struct image *image, size_t at, uint64_t value, int width) {
  size_t size = image->size;
  image->size = at;
  put_number(image, value, width);
  image->size = size;
}

/* ---- TIFF ---- */

void tiff_header(struct image *image, bool big_endian, bool is_big, uint64_t directory) {
  image->big_endian = big_endian;
  image->is_big = is_big;
  put(image, big_endian ? "MM" : "II", 2);
  put_number(image, is_big ? 43 : 42, 2);
  if (is_big) put_number(image, 8, 4);
  if (is_big && big_endian) memcpy(image->data + 4, "\0\x08\0\0", 4);
  put_number(image, directory, is_big ? 8 : 4);
}

/* Returns where the directory ends. */
size_t tiff_directory(struct image *image, const struct entry *entries, size_t count, int64_t next) {
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

void bmp_header(struct image *image, unsigned header, int width, int height, unsigned depth, unsigned compression,
                size_t size, unsigned colours) {
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

void two_pictures_with_a_gap(struct image *image) {
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

void chunk(struct image *image, const char *name, const void *bytes, size_t size) {
  image->big_endian = true;
  put_number(image, size, 4);
  size_t start = image->size;
  put(image, name, 4);
  put(image, bytes, size);
  put_number(image, crc(image->data + start, size + 4), 4);
}

void png_header(struct image *image, uint32_t width, uint32_t height, uint8_t depth, uint8_t colours) {
  uint8_t header[13] = {
      0, 0, (uint8_t)(width >> 8), (uint8_t)width, 0, 0, (uint8_t)(height >> 8), (uint8_t)height, depth, colours};
  PUT(image, "\x89PNG\r\n\x1a\n");
  chunk(image, "IHDR", header, sizeof header);
}

void animated_png(struct image *image) {
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

/* ---- All of them ---- */

const struct built_kind kinds[] = {
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

const int kinds_count = (int)(sizeof kinds / sizeof kinds[0]);
