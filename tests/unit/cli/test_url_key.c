/* What a URL is known by, and what is taken for a URL: pure functions of the lists. */
#include <check.h>
#include <string.h>

#include "base/url_key.h"
#include "base/utf8.h"
#include "fixtures/suite.h"
#include "input/list.h"

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

/* ---- What a row shows ---- */

static const struct {
  const char *text, *shown;
} rows[] = {
    {"http://h/a", "http://h/a"},
    {"http://h/a b|c\\d#e f", "http://h/a b|c\\d#e f"},
    {"http://user:pass@h/a", "http://h/a"},
    {"http://user@h", "http://h"},
    {"http://u:p@h/a@b?c@d#e@f", "http://h/a@b?c@d#e@f"},
    {"http://u@v:p@h/a", "http://h/a"},
    {"http://h?u@v", "http://h?u@v"},
    {"http://h#u@v", "http://h#u@v"},
    {"http:/u:p@h/a", "http:/h/a"},
    {"http:u:p@h/a", "http:h/a"},
    {"http:///u:p@h/a", "http:///h/a"},
    {"http:\\\\u:p@h\\a", "http:\\\\h\\a"},
    {"ht\ttp:/\n/u:p@h/a", "ht\ttp:/\n/h/a"},
    {"http:/\t/u:p@h/a", "http:/\t/h/a"},
    {"\x01http://u:p@h/a", "\x01http://h/a"},
    {"http://@h", "http://h"},
    /* no URLs: a password may hold what ends it elsewhere */
    {"http://u:p/w@h/a", "http://h/a"},
    {"http://u:p?w@h/a", "http://h/a"},
    {"http://u:p#w@h/a@b", "http://b"},
    {"http://u:p\\w@h/a", "http://h/a"},
    {"u:p@h/a", "h/a"},
    {"x@http://u:p@h/a", "h/a"},
    {"http:/@/u:p@h/a", "http:/h/a"},
    {"http://u:p@", "http://"},
    {"ftp://u:p@h/a", "ftp://h/a"},
    {"ftp://u:p/w@h/a", "ftp://h/a"},
    {"mailto:u@h", "h"},
    {"", ""},
    {"#", "#"},
    {"nonsense", "nonsense"},
    {"http://h/\xff", "http://h/%FF"},
    {"http://h/\xc3\xa9\xc3#\xe9", "http://h/\xc3\xa9%C3#%E9"},
    {"http://u:\xff@h/\xff", "http://h/%FF"},
    {"http://h/%FF", "http://h/%FF"},
    {"http://[::1]:80/a", "http://[::1]:80/a"},
};

START_TEST(rows_show_urls_as_in_the_table) {
  char out[256], again[256];
  ck_assert_uint_eq(url_shown(rows[_i].text, out, sizeof out), strlen(rows[_i].shown));
  ck_assert_str_eq(out, rows[_i].shown);
  url_shown(out, again, sizeof again);
  ck_assert_str_eq(again, out);
  /* Cut to fit, and never inside a character. */
  for (size_t size = 1; size < sizeof out; size++) {
    size_t length = url_shown(rows[_i].text, again, size);
    ck_assert_uint_lt(length, size);
    ck_assert_uint_eq(length, strlen(again));
    ck_assert(utf8_is_valid(again, strlen(again)));
    ck_assert_int_eq(strncmp(again, out, strlen(again)), 0);
  }
}
END_TEST

/* ---- Keys ---- */

static uint64_t key_of(const struct fingerprint_key *key, const char *text) {
  char shown[256];
  url_shown(text, shown, sizeof shown);
  return url_key(key, text, shown);
}

static const struct {
  const char *one, *other;
  bool same;
} pairs[] = {
    {"http://h/a", "http://h/a", true},
    {"http://h/a", "http://h/b", false},
    {"http://h/a", "http://h/a/", false},
    {"http://h/a", "https://h/a", false},
    {"http://h/a", "http://h/a?", false},
    {"http://h/a", "http://h/A", false},
    {"http://h", "http://h/", true},
    {"http://h/v/q", "HTTP://h/v/q", true},
    {"http://h/v/q", "http://H/v/q", true},
    {"http://h/v/q", "http://h/v/./q", true},
    {"http://h/v/q", "http://h/v/x/../q", true},
    {"http://h/v/q", "http://h/v/%2e%2E/v/q", true},
    {"http://h/v/q", "http://h:80/v/q", true},
    {"http://h/v/q", "http://h:080/v/q", true},
    {"http://h/v/q", "http:///h/v/q", true},
    {"http://h/v/q", "http:\\\\h\\v\\q", true},
    {"http://h/v/q", "http://u:p@h/v/q", true},
    {"http://h/v/q", "http://h/v/q#f", true},
    {"http://h/v/q", "http://h/v\t/q\n", true},
    {"http://h/v/q", "http://h./v/q", false},
    {"http://127.0.0.1/", "http://0x7f.1/", true},
    {"http://xn--bcher-kva.h/",
     "http://B\xc3\xbc"
     "cher.h/",
     true},
    {"http://h/\xc3\xa9", "http://h/%C3%A9", true},
    {"http://h/\xc3\xa9", "http://h/%c3%a9", false},
    {"http://h/\xff", "http://h/%FF", true},
    {"http://h/a\x7f", "http://h/a%7F", true},
    {"http://h/a b", "http://h/a%20b", true},
    {"http://h/?a|b", "http://h/?a%7Cb", true},
    {"nonsense", "nonsense", true},
    {"nonsense\xff", "nonsense%FF", true},
    {"non\tsense\x01", "nonsense%01", true},
    {"http://u:p/w@h/", "http://h/", false},
    {"http://u:p/w@h/", "http://v:q/x@h/", true},
};

START_TEST(keys_are_the_same_as_in_the_table) {
  struct fingerprint_key key;
  fingerprint_key_draw(&key);
  ck_assert_int_eq(key_of(&key, pairs[_i].one) == key_of(&key, pairs[_i].other), pairs[_i].same);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("identity");
  TCase *tcase = tcase_create("identity");
  tcase_add_test(tcase, urls_are_known);
  tcase_add_loop_test(tcase, rows_show_urls_as_in_the_table, 0, sizeof rows / sizeof rows[0]);
  tcase_add_loop_test(tcase, keys_are_the_same_as_in_the_table, 0, sizeof pairs / sizeof pairs[0]);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
