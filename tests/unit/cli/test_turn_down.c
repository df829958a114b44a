/* Sets of digests and patterns of URLs. */
#include "fixtures/suite.h"
#include "fixtures/support.h"
#include "options/reject_list.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *pattern, *url;
  bool matches;
} patterns[] = {
    {"h/gone.png", "http://h/gone.png", true},
    {"h/gone.png", "https://h/gone.png?x=1", true},
    {"h/gone.png?x=1", "https://h/gone.png?x=1", true},
    {"h/gone.png?x=2", "https://h/gone.png?x=1", false},
    {"h/gone.png", "http://h:8080/gone.png", false},
    {"*/gone.png", "http://h:8080/a/b/gone.png", true},
    {"*gone*", "http://h/x/gone/y", true},
    {"*", "http://h/", true},
    {"https://*", "http://h/", false},
    {"https://*/gone.png", "https://h/gone.png?x=1", false},
    {"https://*/gone.png*", "https://h/gone.png?x=1", true},
    {"h/gone.???", "http://h/gone.png", true},
    {"h/gone.???", "http://h/gone.jpeg", false},
    {"h/*a*b", "http://h/aab", true},
    {"h/*a*b", "http://h/aba", false},
    {"h/[ab]", "http://h/a", false},
    {"h/[ab]", "http://h/[ab]", true},
    {"h/***", "http://h/", true},
};

START_TEST(patterns_are_as_in_the_table) {
  const char *list[] = {"nothing/like/it", patterns[_i].pattern, NULL};
  ck_assert_int_eq(url_matches(list, patterns[_i].url), patterns[_i].matches);
}
END_TEST

/* A matcher that tries every way would not come to an end here. */
START_TEST(stars_cost_little) {
  static char url[200000] = "http://h/";
  const char *list[] = {"h/*a*a*a*a*a*a*a*a*a*a*b", NULL};
  memset(url + 9, 'a', sizeof url - 10);
  ck_assert(!url_matches(list, url));
  ck_assert(!url_matches(NULL, url));
}
END_TEST

START_TEST(digests_are_found) {
  struct digest_set set = {0};
  uint8_t digest[32] = {0};
  char path[] = "/tmp/digests-XXXXXX";
  int fd = mkstemp(path);
  FILE *file = fdopen(fd, "w");
  for (int i = 200; i > 0; i--) {
    for (int byte = 0; byte < 32; byte++)
      fprintf(file, i % 2 ? "%02x" : "%02X", (unsigned)(uint8_t)(i * 3 + byte));
    fprintf(file, i % 3 ? "\n" : "  name of it\n\n# a comment\n");
  }
  fclose(file);
  ck_assert(!digest_set_has(&set, digest));
  ck_assert_int_eq(digest_set_read(&set, path), 0);
  ck_assert_uint_eq(set.count, 200);
  for (int i = 1; i < 256; i++) {
    for (int byte = 0; byte < 32; byte++)
      digest[byte] = (uint8_t)(i * 3 + byte);
    ck_assert_int_eq(digest_set_has(&set, digest), i <= 200);
  }
  digest_set_clear(&set);
  unlink(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("turn_down");
  TCase *tcase = tcase_create("turn_down");
  tcase_add_loop_test(tcase, patterns_are_as_in_the_table, 0, sizeof patterns / sizeof *patterns);
  tcase_add_test(tcase, stars_cost_little);
  tcase_add_test(tcase, digests_are_found);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
