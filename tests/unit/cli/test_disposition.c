/* Content-Disposition: the file name in both forms of RFC 6266, and what servers really send. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "fixtures/suite.h"
#include "output/disposition.h"

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
    {"attachment; filename=\"f\\oo.jpg\"", "foo.jpg"},
    {"attachment; filename=\"\\f\\o\\o\\;\\.jpg\"", "foo;.jpg"},
    {"attachment; filename=\"a\\\\b.jpg\"", "b.jpg"},
    {"attachment; filename=\"c:d\\ir.jpg\"", "c:dir.jpg"},
    {"attachment; filename=\"..\\/x.jpg\"", "x.jpg"},

    /* Folders are left out. */
    {"attachment; filename=\"/etc/passwd\"", "passwd"},
    {"attachment; filename=\"../../etc/passwd\"", "passwd"},
    {"attachment; filename=\"C:\\dir\\cat.jpg\"", "cat.jpg"},
    {"attachment; filename=\"C:\\\\dir\\\\cat.jpg\"", "cat.jpg"},
    {"attachment; filename=\"\\\\server\\share\\cat.jpg\"", "cat.jpg"},
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

    {"attachment; filename*=UTF8''cat.jpg", "cat.jpg"},
    {"attachment; filename*=us-ascii''cat.jpg", "cat.jpg"},

    /* Encoded words of RFC 2047, which mail has and HTTP has not. */
    {"attachment; filename=\"=?UTF-8?B?54yrLmpwZw==?=\"", "\u732b.jpg"},
    {"attachment; filename==?UTF-8?B?54yrLmpwZw==?=", "\u732b.jpg"},
    {"attachment; filename=\"=?utf-8?b?54yrLmpwZw?=\"", "\u732b.jpg"}, /* no padding */
    {"attachment; filename=\"=?UTF-8?Q?a_=E7=8C=AB.jpg?=\"", "a \u732b.jpg"},
    {"attachment; filename=\"=?UTF-8?q?a b=5f%41.jpg?=\"", "a b_%41.jpg"},
    {"attachment; filename=\"=?ISO-8859-1?Q?caf=E9.jpg?=\"", "caf\u00e9.jpg"},
    {"attachment; filename=\"=?UTF-8*ja?B?54yrLmpwZw==?=\"", "\u732b.jpg"},
    {"attachment; filename=\"=?UTF-8?B?54yr?= =?UTF-8?B?LmpwZw==?=\"", "\u732b.jpg"},
    {"attachment; filename=\"=?UTF-8?B?54yr?==?UTF-8?Q?.jpg?=\"", "\u732b.jpg"},
    {"attachment; filename=\"=?UTF-8?B?5w==?= =?UTF-8?B?jKsuanBn?=\"", "\u732b.jpg"}, /* a character in two words */
    {"attachment; filename=\"=?ISO-8859-1?Q?=E9?= =?UTF-8?Q?=C3=A9?=\"", "\u00e9\u00e9"},
    {"attachment; filename=\"=?UTF-8?Q?=41=?=\"", "A="},
    {"attachment; filename=\"=?UTF-8?Q?..=2F..=2Fx.jpg?=\"", "x.jpg"},
    {"attachment; filename=\"=?UTF-8?Q?a=00b?=\"", "a"},
    {"attachment; filename=\"=?UTF-8?Q?"
     "?=\"",
     ""},
    {"attachment; filename=\"=?UTF-8?B?54yrLmpwZw==?=\"; filename*=UTF-8''cat.jpg", "cat.jpg"},
    /* Words that nothing can be made of are no name, */
    {"attachment; filename=\"=?windows-1251?B?6vL9?=\"", ""},
    {"attachment; filename=\"=?UTF-8?B?!!!!?=\"", ""},
    {"attachment; filename=\"=?UTF-8?X?cat?=\"", ""},
    {"attachment; filename=\"=?UTF-8?Q?=FF.jpg?=\"", ""},
    {"attachment; filename=\"=?UTF-8?B?54yr?= =?KOI8-R?B?LmpwZw==?=\"", ""},
    {"attachment; filename=\"=?KOI8-R?B?68/U?=\"; filename=cat.jpg", "cat.jpg"},
    /* and what is more or less than words is a name as it is. */
    {"attachment; filename=\"=?UTF-8?B?54yr?=.jpg\"", "=?UTF-8?B?54yr?=.jpg"},
    {"attachment; filename=\"my =?UTF-8?B?54yr?=\"", "my =?UTF-8?B?54yr?="},
    {"attachment; filename=\"=?UTF-8?B?54yr\"", "=?UTF-8?B?54yr"},
    {"attachment; filename=\"=?UTF-8?B\"", "=?UTF-8?B"},
    {"attachment; filename=\"=?UTF-8\"", "=?UTF-8"},
    {"attachment; filename=\"=?\"", "=?"},
    {"attachment; filename=\"?=\"", "?="},

    /* Pieces of RFC 2231, which HTTP does not have either. */
    {"attachment; filename*0=\"cat\"; filename*1=\".jpg\"", "cat.jpg"},
    {"attachment; filename*1=\".jpg\"; filename*0=\"cat\"", "cat.jpg"},
    {"attachment; FILENAME*0=cat; filename*1=.jpg; filename*3=x", "cat.jpg"},
    {"attachment; filename*0*=UTF-8''%e7%8c; filename*1*=%ab; filename*2=%2ejpg", "\u732b%2ejpg"},
    {"attachment; filename*0*=iso-8859-1'en'caf; filename*1*=%e9.jpg", "caf\u00e9.jpg"},
    {"attachment; filename*0=\"caf\xe9\"; filename*1=.jpg", "caf\u00e9.jpg"},
    {"attachment; filename*0=a; filename*1=b; filename*2=c; filename*3=d; filename*4=e; filename*5=f; filename*6=g; "
     "filename*7=h; filename*8=i; filename*9=j; filename*10=k; filename*11=l",
     "abcdefghijkl"},
    {"attachment; filename=x; filename*0=cat.jpg", "cat.jpg"},
    {"attachment; filename*0=x; filename*=UTF-8''cat.jpg", "cat.jpg"},
    {"attachment; filename*0=\"../\"; filename*1=\"../cat.jpg\"", "cat.jpg"},
    {"attachment; filename*0*=UTF-8''%2e%2e%2; filename*1*=fx.jpg", "..%2fx.jpg"}, /* an escape is not cut in two */
    {"attachment; filename*1=cat.jpg", ""},
    {"attachment; filename*1=x; filename=cat.jpg", "cat.jpg"},
    {"attachment; filename*00=x; filename=cat.jpg", "cat.jpg"},
    {"attachment; filename*0*=KOI8-R''%eb; filename=cat.jpg", "cat.jpg"},
    {"attachment; filename*0*=cat.jpg; filename=x", "x"},
    {"attachment; filename*0*=UTF-8''%ff; filename=x", "x"},
    {"attachment; filename*0=; filename=x", "x"},
    {"attachment; filename*0=a; filename*0=b", "a"},
    {"attachment; filename*=0; filename=x", "x"},

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

/* Each CJK character takes nine bytes there. */
START_TEST(long_names_are_whole) {
  char header[4000] = "attachment; filename*=UTF-8''", name[256];
  for (int i = 0; i < 300; i++)
    strcat(header, "%e7%8c%ab");
  ck_assert_uint_eq(disposition_filename(header, name, sizeof name), 255);
  ck_assert_str_eq(name + 252, "\u732b");
}
END_TEST

START_TEST(pieces_have_an_end) {
  static char header[80000];
  char name[256];
  size_t length = (size_t)sprintf(header, "attachment");
  for (int i = 0; i < 4000; i++)
    length += (size_t)sprintf(header + length, "; filename*%d=x", i);
  ck_assert_uint_eq(disposition_filename(header, name, sizeof name), 32);
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
  tcase_add_test(tcase, long_names_are_whole);
  tcase_add_test(tcase, pieces_have_an_end);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
