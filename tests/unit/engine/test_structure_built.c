/* Images of kinds that few encoders write, built here: each is whole, has its sides and its type, and each cut is seen,
 * however the bytes come; and files that no decoder opens. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body/inspect.h"
#include "fixtures/built_images.h"
#include "fixtures/suite.h"
#include "formats/image_scan.h"

struct answer {
  enum image_end end;
  struct image_report report;
};

/* In pieces of `most` bytes, each in memory of its own, so that a read too far is seen. */
static struct answer look(const char *type, const uint8_t *data, size_t size, size_t most) {
  struct image_scan image_scan;
  struct answer answer;
  image_scan_start(&image_scan, type);
  for (size_t at = 0; at < size; at += most) {
    size_t part = most < size - at ? most : size - at;
    uint8_t *piece = malloc(part);
    memcpy(piece, data + at, part);
    image_scan_feed(&image_scan, piece, part);
    free(piece);
  }
  answer.end = image_end(&image_scan, &answer.report);
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
  ck_assert_msg(answer.end == IMAGE_WHOLE, "%s: %d", kinds[_i].name, answer.end);
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
      struct answer free_list = look(kinds[_i].type, image.data, size, most);
      ck_assert_msg(same(&whole, &free_list), "%s, %zu bytes in pieces of %zu", kinds[_i].name, size, most);
    }
    harmless += whole.end == IMAGE_WHOLE;
    ck_assert_msg(whole.end == IMAGE_TRUNCATED || harmless <= kinds[_i].harmless, "%s, %zu of %zu bytes: %d",
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
    struct answer free_list = look(kinds[_i].type, damaged.data, damaged.size, 1 + (size_t)random() % 30);
    ck_assert_msg(same(&whole, &free_list), "%s, round %d", kinds[_i].name, round);
  }
}
END_TEST

START_TEST(each_has_its_type) {
  struct inspector *inspector;
  char type[INSPECT_TYPE_MAX];
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (int i = 0; i < kinds_count; i++) {
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
    ck_assert_int_eq(look(broken[_i].type, image.data, image.size, most).end, IMAGE_DAMAGED);
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
      ck_assert_int_eq(look("image/png", flipped.data, flipped.size, 7).end, IMAGE_DAMAGED);
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
    ck_assert_int_eq(answer.end, IMAGE_WHOLE);
    ck_assert_uint_eq(answer.report.trailing_bytes, size - first_end);
  }
  ck_assert_int_eq(look("image/jpeg", changed.data, image.size - 1, 5).end, IMAGE_TRUNCATED);
  ck_assert_int_eq(look("image/jpeg", changed.data, image.size, 5).end, IMAGE_WHOLE);
  struct answer answer = look("image/jpeg", moved.data, image.size, 5);
  ck_assert_int_eq(answer.end, IMAGE_WHOLE);
  ck_assert_uint_eq(answer.report.trailing_bytes, image.size - first_end);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("structure: built");
  TCase *tests = tcase_create("built");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, each_is_whole, 0, kinds_count);
  tcase_add_loop_test(tests, each_cut_is_seen, 0, kinds_count);
  tcase_add_loop_test(tests, damage_does_no_harm, 0, kinds_count);
  tcase_add_test(tests, each_has_its_type);
  tcase_add_loop_test(tests, what_has_no_picture_is_damaged, 0, (int)(sizeof broken / sizeof broken[0]));
  tcase_add_test(tests, frames_agree_with_their_crc);
  tcase_add_test(tests, an_index_that_is_wrong_says_nothing);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
