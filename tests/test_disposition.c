/* Content-Disposition: the file name in both forms of RFC 6266, and what servers really send. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "disposition.h"

static const struct {
  const char *header, *expected;
} rows[] = {
    {NULL, ""},
    {"", ""},
    {";", ""},
    {"attachment", ""},
    {"inline", ""},
    {"attachment;", ""},
    {"attachment; filename", ""},
    {"attachment; filename=", ""},
    {"attachment; filename=\"\"", ""},
    {"attachment; filename=cat.jpg", "cat.jpg"},
    {"attachment; filename=\"cat.jpg\"", "cat.jpg"},
    {"Attachment; FileName=\"cat.jpg\"", "cat.jpg"},
    {"attachment;filename=cat.jpg;size=3", "cat.jpg"},
    {"attachment ; filename = cat.jpg ", "cat.jpg"},
    {"inline; filename=\"cat dog.jpg\"", "cat dog.jpg"},
    {"attachment; filename=cat dog.jpg", "cat dog.jpg"},
    {"filename=cat.jpg", "cat.jpg"},
    {"filename=\"cat.jpg\"; attachment", "cat.jpg"},
    {"attachment; name=x; filename=y", "y"},
    {"attachment; xfilename=x", ""},
    {"attachment; filenamex=x", ""},
    {"attachment; filename=a; filename=b", "a"},

    /* Quoted strings. */
    {"attachment; filename=\"a;b.jpg\"", "a;b.jpg"},
    {"attachment; filename=\"a=b.jpg\"", "a=b.jpg"},
    {"attachment; filename=\"a\\\"b.jpg\"", "a\"b.jpg"},
    {"attachment; filename=\"cat.jpg", "cat.jpg"},
    {"attachment; filename=\"cat.jpg\"x; filename=z", "cat.jpg"},
    {"attachment; x=\"filename=evil\"; filename=cat.jpg", "cat.jpg"},
    {"attachment; filename=\"a\\", ""},

    /* Folders are left out. */
    {"attachment; filename=\"/etc/passwd\"", "passwd"},
    {"attachment; filename=\"../../etc/passwd\"", "passwd"},
    {"attachment; filename=\"C:\\dir\\cat.jpg\"", "cat.jpg"},
    {"attachment; filename=\"C:\\\\dir\\\\cat.jpg\"", "cat.jpg"},
    {"attachment; filename=\"dir/\"", ""},
    {"attachment; filename*=UTF-8''..%2f..%2fx.jpg", "x.jpg"},
    {"attachment; filename*=UTF-8''..%5cx.jpg", "x.jpg"},
    {"attachment; filename=\"..%2fx.jpg\"", "x.jpg"},

    /* filename*. */
    {"attachment; filename*=UTF-8''%e2%82%ac%20rates.txt", "\u20ac rates.txt"},
    {"attachment; filename*=utf-8'en'cat.jpg", "cat.jpg"},
    {"attachment; filename*=UTF-8''cat.jpg; filename=dog.jpg", "cat.jpg"},
    {"attachment; filename=dog.jpg; filename*=UTF-8''cat.jpg", "cat.jpg"},
    {"attachment; filename*=\"UTF-8''cat.jpg\"", "cat.jpg"},
    {"attachment; filename*=iso-8859-1''%a3%20rates", "\u00a3 rates"},
    {"attachment; filename*=ISO-8859-15''%a4; filename=x", "x"},
    {"attachment; filename=x; filename*=UTF-8''", "x"}, /* an empty name is none */
    {"attachment; filename*=UTF-8''%ff%fe; filename=x", "x"},
    {"attachment; filename*=UTF-8''; filename=x", "x"},
    {"attachment; filename*=cat.jpg", ""},
    {"attachment; filename*=UTF-8'cat.jpg; filename=x", "x"},
    {"attachment; filename*=UTF-8''100%", "100%"},
    {"attachment; filename*=UTF-8''a%2", "a%2"},
    {"attachment; filename*=UTF-8''a%00b", "a"},

    /* Bytes that no standard foresees. */
    {"attachment; filename=\"\u732b.jpg\"", "\u732b.jpg"},
    {"attachment; filename=\"\xe9t\xe9.jpg\"", "\u00e9t\u00e9.jpg"},
    {"attachment; filename=\"%E7%8C%AB.jpg\"", "\u732b.jpg"},
    {"attachment; filename=\"%ff.jpg\"", "%ff.jpg"},
    {"attachment; filename=\"a%0d%0ab\"", "a\r\nb"},
    {";;;;filename=x", "x"},
    {"=;=;filename=x", "x"},
    {"attachment; =x; filename=y", "y"},
};

START_TEST(names_are_as_in_the_table) {
  char name[256];
  size_t length = disposition_filename(rows[_i].header, name, sizeof name);
  ck_assert_msg(strcmp(name, rows[_i].expected) == 0, "%s: \"%s\", not \"%s\"", rows[_i].header, name,
                rows[_i].expected);
  ck_assert_uint_eq(length, strlen(name));
}
END_TEST

START_TEST(long_values_are_cut) {
  static char header[70000];
  char name[8];
  int prefix = snprintf(header, sizeof header, "attachment; filename=\"");
  memset(header + prefix, 'a', sizeof header - (size_t)prefix - 1);
  ck_assert_uint_eq(disposition_filename(header, name, sizeof name), 7);
  ck_assert_str_eq(name, "aaaaaaa");
  ck_assert_uint_eq(disposition_filename("x; filename=\u732b\u732b\u732b", name, sizeof name), 6);
  ck_assert_uint_eq(disposition_filename("x; filename=a", name, 1), 0);
  ck_assert_uint_eq(disposition_filename("x; filename=a", name, 0), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("disposition");
  TCase *tcase = tcase_create("disposition");
  tcase_add_loop_test(tcase, names_are_as_in_the_table, 0, sizeof rows / sizeof rows[0]);
  tcase_add_test(tcase, long_values_are_cut);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
