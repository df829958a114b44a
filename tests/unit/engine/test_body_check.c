/* The sides of images and checksums, judged by tables. */
#include <check.h>
#include <string.h>

#include "body/body_check.h"
#include "fixtures/suite.h"

static const struct {
  const char *type;
  uint32_t width, height;
  uint32_t min_image_size;
  uint64_t max_image_area;
  double max_aspect_ratio;
  bool good;
} sides[] = {
    {"image/jpeg", 0, 0, 0, 0, 0, true},
    {"image/jpeg", 10, 20, 0, 0, 0, true},
    {"image/jpeg", 10, 20, 10, 0, 0, true},
    {"image/jpeg", 20, 10, 10, 0, 0, true},
    {"image/jpeg", 10, 20, 11, 0, 0, false},
    {"image/jpeg", 20, 10, 11, 0, 0, false},
    {"image/jpeg", 0, 0, 1, 0, 0, false},
    {"image/jpeg", 0, 20, 1, 0, 0, false},
    {"image/jpeg", 20, 0, 1, 0, 0, false},
    {"image/jpeg", 0, 0, 0, 100, 0, false},
    {"image/jpeg", 0, 0, 0, 0, 2, false},
    {"text/html", 0, 0, 1, 1, 1, true},
    {"video/mp4", 0, 0, 1, 1, 1, true},
    {"image/svg+xml", 0, 0, 1, 0, 0, false},
    {"image/png", 10, 20, 0, 200, 0, true},
    {"image/png", 10, 20, 0, 199, 0, false},
    {"image/png", 4294967295, 4294967295, 0, 1000, 0, false},
    {"image/png", 4294967295, 4294967295, 0, INT64_MAX, 0, false},
    {"image/png", 65536, 65536, 0, UINT64_C(1) << 32, 0, true},
    {"image/png", 65536, 65537, 0, UINT64_C(1) << 32, 0, false},
    {"image/gif", 10, 10, 0, 0, 1, true},
    {"image/gif", 10, 11, 0, 0, 1, false},
    {"image/gif", 11, 10, 0, 0, 1, false},
    {"image/gif", 10, 15, 0, 0, 1.5, true},
    {"image/gif", 15, 10, 0, 0, 1.5, true},
    {"image/gif", 10, 16, 0, 0, 1.5, false},
    {"image/gif", 1, 4294967295, 0, 0, 1e6, false},
    {"image/gif", 200, 300, 200, 60000, 1.5, true},
};

START_TEST(sides_are_judged) {
  seine_options_t options;
  struct inspection seen = {.width = sides[_i].width, .height = sides[_i].height};
  char text[BODY_CHECK_TEXT_MAX] = "";
  seine_options_init(&options);
  strcpy(seen.type, sides[_i].type);
  options.min_image_size = sides[_i].min_image_size;
  options.max_image_area = sides[_i].max_image_area;
  options.max_aspect_ratio = sides[_i].max_aspect_ratio;
  ck_assert_int_eq(seine_options_check(&options, NULL, 0), 0);
  ck_assert_int_eq(body_check_sides(&options, &seen, text), sides[_i].good ? 0 : SEINE_EDIMENSIONS);
  ck_assert_int_eq(text[0] == '\0', sides[_i].good);
}
END_TEST

static const struct {
  uint32_t min_image_size;
  uint64_t max_image_area;
  double max_aspect_ratio;
} senseless[] = {{0, 0, 0.5}, {0, 0, -1}, {0, 0, 2e6}, {0, (uint64_t)1 << 63, 0}, {101, 10000, 0}};

START_TEST(senseless_limits_are_refused) {
  seine_options_t options;
  char cause[256] = "";
  seine_options_init(&options);
  options.min_image_size = senseless[_i].min_image_size;
  options.max_image_area = senseless[_i].max_image_area;
  options.max_aspect_ratio = senseless[_i].max_aspect_ratio;
  ck_assert_int_eq(seine_options_check(&options, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_ptr_nonnull(strstr(cause, "max_"));
}
END_TEST

START_TEST(checksums_are_compared) {
  struct inspection seen = {.sha256 = {1, 2}, .md5 = {3, 4}};
  struct expected expected = {.has_sha256 = true, .has_md5 = true, .sha256 = {1, 2}, .md5 = {3, 4}};
  char text[BODY_CHECK_TEXT_MAX] = "";
  ck_assert_int_eq(body_check_checksum(NULL, &seen, text), 0);
  ck_assert_int_eq(body_check_checksum(&expected, &seen, text), 0);
  expected.md5[15] = 1;
  ck_assert_int_eq(body_check_checksum(&expected, &seen, text), SEINE_ECHECKSUM);
  ck_assert_str_eq(text, "the MD5 of the bytes is 03040000000000000000000000000000, not as expected");
  expected.has_md5 = false;
  ck_assert_int_eq(body_check_checksum(&expected, &seen, text), 0);
  expected.sha256[31] = 1;
  ck_assert_int_eq(body_check_checksum(&expected, &seen, text), SEINE_ECHECKSUM);
  ck_assert_ptr_nonnull(strstr(text, "SHA-256 of the bytes is 0102"));
  expected.has_sha256 = false;
  ck_assert_int_eq(body_check_checksum(&expected, &seen, text), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("expected");
  TCase *tcase = tcase_create("expected");
  tcase_add_loop_test(tcase, sides_are_judged, 0, sizeof sides / sizeof sides[0]);
  tcase_add_loop_test(tcase, senseless_limits_are_refused, 0, sizeof senseless / sizeof senseless[0]);
  tcase_add_test(tcase, checksums_are_compared);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
