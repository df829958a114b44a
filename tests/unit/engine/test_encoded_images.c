/* Images that encoders made when these tests were built: each is whole, and cut at any byte it is seen to be cut, or
 * nothing of the picture is missing. tests/fixtures/encode_images makes them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body/inspect.h"
#include "fixtures/suite.h"
#include "fixtures/support.h"
#include "formats/image_scan.h"

#define SKIPPED 77

static const struct {
  const char *file, *type;
  uint32_t width, height;
} images[] = {
    {"baseline.jpg", "image/jpeg", 24, 17},  {"progressive.jpg", "image/jpeg", 24, 17},
    {"grey.jpg", "image/jpeg", 24, 17},      {"cmyk.jpg", "image/jpeg", 24, 17},
    {"wide.jpg", "image/jpeg", 200, 9},      {"true.png", "image/png", 24, 17},
    {"interlaced.png", "image/png", 24, 17}, {"palette.png", "image/png", 24, 17},
    {"alpha.png", "image/png", 24, 17},      {"deep.png", "image/png", 24, 17},
    {"still.gif", "image/gif", 24, 17},      {"interlaced.gif", "image/gif", 24, 17},
    {"animated.gif", "image/gif", 24, 17},   {"lossy.webp", "image/webp", 24, 17},
    {"lossless.webp", "image/webp", 24, 17}, {"alpha.webp", "image/webp", 24, 17},
    {"animated.webp", "image/webp", 24, 17}, {"still.avif", "image/avif", 24, 17},
    {"still.heic", "image/heic", 24, 17},    {"true.bmp", "image/bmp", 24, 17},
    {"palette.bmp", "image/bmp", 24, 17},    {"alpha.bmp", "image/bmp", 24, 17},
    {"old.bmp", "image/bmp", 24, 17},        {"runs.bmp", "image/bmp", 24, 17},
    {"little.tif", "image/tiff", 24, 17},    {"big.tif", "image/tiff", 24, 17},
    {"deflated.tif", "image/tiff", 24, 17},  {"paged.tif", "image/tiff", 24, 17},
    {"big64.tif", "image/tiff", 24, 17},     {"paged64.tif", "image/tiff", 24, 17},
};

#define IMAGES ((int)(sizeof images / sizeof images[0]))

static uint8_t *contents[IMAGES]; /* NULL: the encoder was not there */
static size_t sizes[IMAGES];

/* What is missing is said; how many those are. */
static int load(void) {
  const char *folder = getenv("builddir");
  int missing = 0;
  for (int i = 0; i < IMAGES; i++) {
    char *path = print("%s/tests/fixtures/encoded/%s", folder ? folder : ".", images[i].file);
    contents[i] = (uint8_t *)file_read(path, &sizes[i]);
    if (!contents[i]) printf("skipped: %s was not made, see tests/fixtures/encode_images\n", path);
    missing += !contents[i];
    free(path);
  }
  return missing;
}

static enum image_end end_of(int i, size_t size, struct image_report *report) {
  uint8_t *cut = malloc(size + 1); /* so that a read too far is seen */
  struct image_scan image_scan;
  memcpy(cut, contents[i], size);
  image_scan_start(&image_scan, images[i].type);
  image_scan_feed(&image_scan, cut, size);
  free(cut);
  return image_end(&image_scan, report);
}

START_TEST(an_image_is_whole) {
  struct image_report report;
  if (!contents[_i]) return;
  ck_assert_int_eq(end_of(_i, sizes[_i], &report), IMAGE_WHOLE);
  ck_assert_uint_eq(report.trailing_bytes, 0);
  ck_assert_uint_eq(report.width, images[_i].width);
  ck_assert_uint_eq(report.height, images[_i].height);
}
END_TEST

/* The trailer of a still GIF, what pads the last row of a BMP to four bytes, and what ends its last run and the image.
 */
static size_t nobody_misses(int i) {
  if (strcmp(images[i].file, "still.gif") == 0 || strcmp(images[i].file, "interlaced.gif") == 0) return 1;
  if (strcmp(images[i].file, "runs.bmp") == 0) return 4;
  return strcmp(images[i].type, "image/bmp") == 0 ? 3 : 0;
}

START_TEST(every_cut_is_seen_or_harmless) {
  struct image_report report;
  if (!contents[_i]) return;
  for (size_t size = 0; size < sizes[_i]; size++) {
    enum image_end end = end_of(_i, size, &report);
    bool harmless = end == IMAGE_WHOLE && size + nobody_misses(_i) >= sizes[_i];
    ck_assert_msg(end == IMAGE_TRUNCATED || harmless, "%s, %zu of %zu bytes: %d", images[_i].file, size, sizes[_i],
                  end);
  }
}
END_TEST

/* As a body is looked at: whole, and without its last quarter. */
START_TEST(the_type_is_seen_too) {
  struct inspector *inspector;
  if (!contents[_i]) return;
  ck_assert_int_eq(inspector_open(&inspector), 0);
  for (size_t cut = 0; cut <= sizes[_i] / 4; cut += sizes[_i] / 4) {
    struct inspection seen = {.wants_md5 = false};
    ck_assert_int_eq(inspector_run(inspector, contents[_i], sizes[_i] - cut, &seen), 0);
    ck_assert_str_eq(seen.type, images[_i].type);
    ck_assert_int_eq(seen.truncated, cut > 0);
  }
  inspector_close(inspector);
}
END_TEST

int main(void) {
  int missing = load();
  Suite *suite = suite_create("encoded");
  TCase *tests = tcase_create("encoded");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, an_image_is_whole, 0, IMAGES);
  tcase_add_loop_test(tests, every_cut_is_seen_or_harmless, 0, IMAGES);
  tcase_add_loop_test(tests, the_type_is_seen_too, 0, IMAGES);
  suite_add_tcase(suite, tests);
  int failed = suite_run(suite);
  for (int i = 0; i < IMAGES; i++)
    free(contents[i]);
  if (failed) return EXIT_FAILURE;
  if (!missing) return EXIT_SUCCESS;
  bool must = getenv("SEINE_ALL_ENCODED") != NULL;
  printf("%d of %d images were not made%s\n", missing, IMAGES,
         must ? ", and $SEINE_ALL_ENCODED says that all must" : "");
  return must ? EXIT_FAILURE : SKIPPED;
}
