/* What messages are made of: texts made safe for a terminal, cut between characters, and codes in words. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <uv.h>

#include "base/message.h"
#include "base/text_escape.h"
#include "base/utf8.h"
#include "fixtures/suite.h"

static const struct {
  const char *text, *shown;
} escapes[] = {
    {"", ""},
    {"plain \u00e9 \u732b \\", "plain \u00e9 \u732b \\"},
    {"\x1b[31m", "\\x1B[31m"},
    {"a\nb\tc\rd", "a\\x0Ab\\x09c\\x0Dd"},
    {"\x7f", "\\x7F"},
    {"\xc2\x9b", "\\xC2\\x9B"},
    {"a\xe2\x80\xae"
     "b",
     "a\\xE2\\x80\\xAEb"},
    {"\xe2\x81\xa6\xe2\x80\x8f", "\\xE2\\x81\\xA6\\xE2\\x80\\x8F"},
    {"\xff\xc3", "\\xFF\\xC3"},
    {"\xc0\xaf", "\\xC0\\xAF"},
    {"\xed\xa0\x80", "\\xED\\xA0\\x80"},
    {"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
    {"\xf0\x9f\x90", "\\xF0\\x9F\\x90"},
    {"\xef\xbb\xbf", "\\xEF\\xBB\\xBF"},
};

START_TEST(what_is_shown_is_escaped) {
  char out[128];
  size_t whole = strlen(escapes[_i].shown);
  ck_assert_uint_eq(escape_for_terminal(escapes[_i].text, strlen(escapes[_i].text), out, sizeof out), whole);
  ck_assert_str_eq(out, escapes[_i].shown);
  for (size_t size = 0; size <= whole; size++) {
    ck_assert_uint_eq(escape_for_terminal(escapes[_i].text, strlen(escapes[_i].text), out, size), whole);
    if (size == 0) continue;
    ck_assert_uint_lt(strlen(out), size);
    ck_assert_int_eq(strncmp(out, escapes[_i].shown, strlen(out)), 0);
    ck_assert(utf8_is_valid(out, strlen(out)));
  }
}
END_TEST

START_TEST(codes_have_sentences) {
  ck_assert_str_eq(reason_of(-ENOENT), "no such file or directory");
  ck_assert_str_eq(reason_of(UV_EOF), "end of file");
  ck_assert_str_eq(reason_of(-EDQUOT), "Disk quota exceeded"); /* which libuv does not know */
}
END_TEST

START_TEST(text_is_cut_between_characters) {
  ck_assert_uint_eq(utf8_cut("abc", 3, 5), 3);
  ck_assert_uint_eq(utf8_cut("abc", 3, 2), 2);
  ck_assert_uint_eq(utf8_cut("a\u732b", 4, 3), 1);
  ck_assert_uint_eq(utf8_cut("a\u732b", 4, 1), 1);
  ck_assert_uint_eq(utf8_cut("\u732b", 3, 2), 0);
  ck_assert_uint_eq(utf8_cut("\x80\x80\x80\x80\x80\x80\x80\x80", 8, 6), 6);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("messages");
  TCase *tcase = tcase_create("messages");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, what_is_shown_is_escaped, 0, sizeof escapes / sizeof escapes[0]);
  tcase_add_test(tcase, codes_have_sentences);
  tcase_add_test(tcase, text_is_cut_between_characters);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
