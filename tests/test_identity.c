/* What a URL is known by, and what is taken for a URL: pure functions of the lists. */
#include <check.h>
#include <string.h>

#include "list.h"
#include "suite.h"
#include "util.h"

START_TEST(urls_are_known) {
  static const char *const urls[] = {"http://h", "HTTPS://h", "ftp://h", "a+b-c.1://"};
  static const char *const files[] = {
      "", "-", "a", "http", "http:", "http:/h", "://h", "1a://h", "a b://h", "./http://h"};
  for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
    ck_assert_msg(list_is_url(urls[i]), "%s", urls[i]);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    ck_assert_msg(!list_is_url(files[i]), "%s", files[i]);
}
END_TEST

/* ---- What a URL is known by ---- */

static const struct {
  const char *text, *shown;
  size_t length; /* of what identifies it; 0: all */
} identities[] = {
    {"http://h/a", "http://h/a", 0},
    {"http://h/a#b", "http://h/a#b", 10},
    {"http://h/a#b#c", "http://h/a#b#c", 10},
    {"http://user:pass@h/a", "http://h/a", 0},
    {"http://user@h", "http://h", 0},
    {"http://u:p@h/a@b?c@d#e@f", "http://h/a@b?c@d#e@f", 16},
    {"http://u@v:p@h/a", "http://h/a", 0},
    {"http://h?u@v", "http://h?u@v", 0},
    {"http://h#u@v", "http://h#u@v", 8},
    {"http:/u:p@h/a", "http:/h/a", 0},
    {"http:///u:p@h/a", "http:///h/a", 0},
    {"u:p@h/a", "h/a", 0},
    {"x@http://u:p@h/a", "http://h/a", 0}, /* malformed, and still no password gets through */
    {"http:/@/u:p@h/a", "http://h/a", 0},
    {"http://u:p@", "http://", 0},
    {"http://@h", "http://h", 0},
    {"", "", 0},
    {"#", "#", 0},
    {"nonsense", "nonsense", 0},
    {"http://h/\xff", "http://h/%FF", 0},
    {"http://h/\xc3\xa9\xc3#\xe9", "http://h/\xc3\xa9%C3#%E9", 14},
    {"http://h/%FF", "http://h/%FF", 0},
    {"http://[::1]:80/a", "http://[::1]:80/a", 0},
};

START_TEST(identities_are_as_in_the_table) {
  char out[256], again[256];
  size_t length = url_identity(identities[_i].text, out, sizeof out);
  size_t expected = identities[_i].length > 0 ? identities[_i].length : strlen(identities[_i].shown);
  if (identities[_i].text[0] == '#') expected = 0;
  ck_assert_str_eq(out, identities[_i].shown);
  ck_assert_uint_eq(length, expected);
  ck_assert_uint_eq(url_identity(out, again, sizeof again), expected);
  ck_assert_str_eq(again, out);
  /* Cut to fit, and never inside a character. */
  for (size_t size = 1; size < sizeof out; size++) {
    length = url_identity(identities[_i].text, again, size);
    ck_assert_uint_lt(strlen(again), size);
    ck_assert_uint_le(length, strlen(again));
    ck_assert(utf8_is_valid(again, strlen(again)));
    ck_assert_int_eq(strncmp(again, out, strlen(again)), 0);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("identity");
  TCase *tcase = tcase_create("identity");
  tcase_add_test(tcase, urls_are_known);
  tcase_add_loop_test(tcase, identities_are_as_in_the_table, 0, sizeof identities / sizeof identities[0]);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
