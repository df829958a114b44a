/* URLs taken apart. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/url.h"
#include "fixtures/suite.h"

static const struct {
  const char *text, *scheme, *host;
  unsigned port;
  const char *path, *query, *public_url, *full;
} good[] = {
    {"http://example.com", "http", "example.com", 80, "/", NULL, "http://example.com/", "http://example.com/"},
    {"https://Example.COM/a/b.jpg", "https", "example.com", 443, "/a/b.jpg", NULL, NULL, NULL},
    {"HTTP://example.com:8080/x?y=1&z", "http", "example.com", 8080, "/x", "y=1&z", "http://example.com:8080/x?y=1&z",
     "http://example.com:8080/x?y=1&z"},
    {"http://user:pa%40ss@example.com/x#frag", "http", "example.com", 80, "/x", NULL, "http://example.com/x",
     "http://user:pa%40ss@example.com/x"},
    {"http://user@example.com/", "http", "example.com", 80, "/", NULL, "http://example.com/",
     "http://user@example.com/"},
    {"http://example.com/a/../b/./c", "http", "example.com", 80, "/b/c", NULL, "http://example.com/b/c",
     "http://example.com/b/c"},
    {"http://example.com/../../etc/passwd", "http", "example.com", 80, "/etc/passwd", NULL,
     "http://example.com/etc/passwd", "http://example.com/etc/passwd"},
    {"http://example.com/a%20b%2Fc", "http", "example.com", 80, "/a%20b%2Fc", NULL, "http://example.com/a%20b%2Fc",
     "http://example.com/a%20b%2Fc"},
    {"http://[::1]:81/x", "http", "::1", 81, "/x", NULL, "http://[::1]:81/x", "http://[::1]:81/x"},
    {"http://127.0.0.1/x", "http", "127.0.0.1", 80, "/x", NULL, "http://127.0.0.1/x", "http://127.0.0.1/x"},
    {"http://0x7f.1/x", "http", "127.0.0.1", 80, "/x", NULL, "http://127.0.0.1/x", "http://127.0.0.1/x"},
    {"http://2130706433/x", "http", "127.0.0.1", 80, "/x", NULL, "http://127.0.0.1/x", "http://127.0.0.1/x"},
    {"http://example.com/caf\xc3\xa9.jpg", "http", "example.com", 80, "/caf%C3%A9.jpg", NULL,
     "http://example.com/caf%C3%A9.jpg", "http://example.com/caf%C3%A9.jpg"},
    {"http://example.com/?q=\xc3\xa9", "http", "example.com", 80, "/", "q=%C3%A9", "http://example.com/?q=%C3%A9",
     "http://example.com/?q=%C3%A9"},
    {"http://example.com?x", "http", "example.com", 80, "/", "x", "http://example.com/?x", "http://example.com/?x"},
    {"http://example.com#x", "http", "example.com", 80, "/", NULL, "http://example.com/", "http://example.com/"},
    {"http://a.example.com:1/", "http", "a.example.com", 1, "/", NULL, NULL, NULL},
    {"http://a.example.com:65535/", "http", "a.example.com", 65535, "/", NULL, NULL, NULL},
    {"http:///x", "http", "x", 80, "/", NULL, "http://x/", "http://x/"},
    {"http://sub_domain.example.com/", "http", "sub_domain.example.com", 80, "/", NULL, NULL, NULL},
    {"http://b\xc3\xbc"
     "cher.example/x",
     "http", "xn--bcher-kva.example", 80, "/x", NULL, "http://xn--bcher-kva.example/x",
     "http://xn--bcher-kva.example/x"},
    {"http://me:pa%40ss@B\xc3\x9c"
     "cher.Example:81/x?y#z",
     "http", "xn--bcher-kva.example", 81, "/x", "y", "http://xn--bcher-kva.example:81/x?y",
     "http://me:pa%40ss@xn--bcher-kva.example:81/x?y"},
    {"http://b%c3%bccher.example/x", "http", "xn--bcher-kva.example", 80, "/x", NULL, "http://xn--bcher-kva.example/x",
     "http://xn--bcher-kva.example/x"},
    {"http://%30/x", "http", "0.0.0.0", 80, "/x", NULL, "http://0.0.0.0/x", "http://0.0.0.0/x"},
    {"http://a:b%40c@%30x7f.1:8/x?y", "http", "127.0.0.1", 8, "/x", "y", "http://127.0.0.1:8/x?y",
     "http://a:b%40c@127.0.0.1:8/x?y"},
    /* Decomposed: u and a diaeresis. */
    {"http://bu\xcc\x88"
     "cher.example/",
     "http", "xn--bcher-kva.example", 80, "/", NULL, NULL, NULL},
    /* By today's rules, not "strasse.example". */
    {"http://stra\xc3\x9f"
     "e.example/",
     "http", "xn--strae-oqa.example", 80, "/", NULL, "http://xn--strae-oqa.example/", NULL},
    {"http://xn--bcher-kva.example/", "http", "xn--bcher-kva.example", 80, "/", NULL, NULL, NULL},
    {"http://\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88/", "http", "xn--r8jz45g.xn--zckzah", 80, "/",
     NULL, NULL, NULL},
    {"http://\xe4\xbe\x8b\xe3\x80\x82test/", "http", "xn--fsq.test", 80, "/", NULL, NULL, NULL},
    /* Digits of full width are an address all the same, and must not pass for a name. */
    {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", "http", "127.0.0.1", 80, "/", NULL, "http://127.0.0.1/",
     NULL},
    {"http://\xef\xbc\x90x7f.1/", "http", "127.0.0.1", 80, "/", NULL, "http://127.0.0.1/", "http://127.0.0.1/"},
};

START_TEST(good_urls_are_taken_apart) {
  seine_url_t url;
  char cause[200] = "", *full = NULL;
  ck_assert_msg(url_parse(&url, &full, good[_i].text, cause, sizeof(cause)) == 0, "%s: %s", good[_i].text, cause);
  ck_assert_str_eq(url.scheme, good[_i].scheme);
  ck_assert_str_eq(url.host, good[_i].host);
  ck_assert_uint_eq(url.port, good[_i].port);
  ck_assert_str_eq(url.path, good[_i].path);
  ck_assert_pstr_eq(url.query, good[_i].query);
  if (good[_i].public_url) ck_assert_str_eq(url.public_url, good[_i].public_url);
  if (good[_i].full) ck_assert_str_eq(full, good[_i].full);
  seine_url_clear(&url);
  ck_assert_ptr_null(url.host);
  free(full);
}
END_TEST

#define LETTERS_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
  const char *text, *cause; /* part of it */
} bad[] = {
    {NULL, "no URL"},
    {"", "empty"},
    {"example.com", "does not begin with http:// or https://"},
    {"example.com:80", "does not begin with http:// or https://"},
    {"//example.com/x", "does not begin with http:// or https://"},
    {"mailto:x@example.com", "does not begin with http:// or https://"},
    {"file:///etc/passwd", "neither http nor https"},
    {"ftp://example.com/", "neither http nor https"},
    {"gopher://example.com/", "neither http nor https"},
    {"javascript://alert(1)", "neither http nor https"},
    {"nosuch://example.com/", "neither http nor https"},
    {"http://", ""},
    {"http://b%fccher.example/", "host"},
    {"http://b\xfc"
     "cher.example/",
     "host"},
    {"http://:80/", ""},
    {"http://user@/", ""},
    {"http://example.com:0/", "port"},
    {"http://example.com:65536/", "port"},
    {"http://example.com:8a/", "port"},
    {"http://example.com:-1/", "port"},
    {"http://exa mple.com/", "space"},
    {"\"http://example.com/\"", "does not begin with http:// or https://"},
    {"[cat](http://example.com/)", "does not begin with http:// or https://"},
    {"javascript:alert(1)", "does not begin with http:// or https://"},
    {"://example.com/", ""},
    {"http://[::1", "host"},
    {"http://[::g]/", "host"},
    {"http://[fe80::1%\xc3"
     "25]/",
     "host"},
    {"http://exa<mple.com/", "host"},
    {"http://example.com%2f@evil.example%00/", ""},
    {"http://example%0d%0a.com/", ""},
    {"http://b\xfc"
     "cher.example/",
     "host"}, /* not UTF-8 */
    {"http://b%fccher.example/", "host"},
    {"http://\xe2\x80\xae.example/", "host"}, /* turns the direction of writing */
    {"http://-\xc3\xbc.example/", "host"},
    {"http://xn--\xc3\xbc.example/", "host"},
    {"http://\xcc\x88.example/", "host"}, /* begins with what combines */
    {"http://\xe4\xbe\x8b\xef\xbc\x8f.test/", "host"}, /* a slash of full width */
    {"http://\xe4\xbe\x8b\xef\xbc\xa0.test/", "host"}, /* an @ */
    {"http://\xef\xbc\x9a\xef\xbc\x97.1/x", "host"}, /* a colon */
    {"http://\xe4\xbe\x8b\xef\xbc\x85"
     "41.test/",
     "host"}, /* a % */
    {"http://\xc3\xbc" LETTERS_64 ".example/", "host"},
    {"http://example%2fevil.com/", ""},
    {"http://a%2541b.com/", "host"}, /* would be another one, read again */
    {"http://a%2", "host"},
    {"http://%2530/", "host"},
};

START_TEST(bad_urls_are_refused_with_a_cause) {
  seine_url_t url;
  char cause[200] = "", *full = (char *)"x";
  ck_assert_msg(url_parse(&url, &full, bad[_i].text, cause, sizeof(cause)) == SEINE_EURL, "%s", bad[_i].text);
  ck_assert_msg(strlen(cause) > 0 && strstr(cause, bad[_i].cause), "%s: %s", bad[_i].text, cause);
  ck_assert_ptr_null(full);
  ck_assert_ptr_null(url.host);
  ck_assert_ptr_null(url.public_url);
  ck_assert_int_eq(seine_url_parse(&url, bad[_i].text, NULL, 0), SEINE_EURL);
  seine_url_clear(&url);
}
END_TEST

START_TEST(a_url_can_be_long_but_not_endless) {
  static char text[70000];
  seine_url_t url;
  memset(text, 'a', sizeof(text) - 1);
  memcpy(text, "http://example.com/", 19);
  ck_assert_int_eq(seine_url_parse(&url, text, NULL, 0), SEINE_EURL);
  text[65536] = 0;
  ck_assert_int_eq(seine_url_parse(&url, text, NULL, 0), 0);
  ck_assert_uint_eq(strlen(url.public_url), 65536);
  seine_url_clear(&url);
}
END_TEST

/* What came out must go in again and stay the same: there is one opinion of a URL, not one a round. */
START_TEST(a_public_url_is_its_own) {
  seine_url_t first, second;
  ck_assert_int_eq(seine_url_parse(&first, good[_i].text, NULL, 0), 0);
  ck_assert_int_eq(seine_url_parse(&second, first.public_url, NULL, 0), 0);
  ck_assert_str_eq(first.public_url, second.public_url);
  ck_assert_str_eq(first.host, second.host);
  ck_assert_str_eq(first.path, second.path);
  seine_url_clear(&first);
  seine_url_clear(&second);
}
END_TEST

/* What the engine's memory of the last host rests on: the bytes up to the path alone say scheme, host and port, and any
 * plain path behind them is accepted. */
START_TEST(the_origin_is_said_by_what_stands_before_the_path) {
  seine_url_t whole, origin;
  char text[512], *full;
  size_t size = url_origin_length(good[_i].text);
  if (!size) return; /* "http:///x" */
  ck_assert_int_eq(seine_url_parse(&whole, good[_i].text, NULL, 0), 0);
  snprintf(text, sizeof(text), "%.*s/..a//a@b:c;d?f=http://g/", (int)size, good[_i].text);
  ck_assert(url_is_canonical_path(text + size));
  ck_assert_int_eq(url_origin(&origin, &full, text), 0);
  ck_assert_str_eq(origin.scheme, whole.scheme);
  ck_assert_str_eq(origin.host, whole.host);
  ck_assert_uint_eq(origin.port, whole.port);
  free(full);
  seine_url_clear(&origin);
  seine_url_clear(&whole);
}
END_TEST

/* A canonical URL is taken apart without a copy: with the same outcome as by the whole parser. */
START_TEST(an_origin_is_read_alike_by_the_short_way) {
  static const char *const free_list[] = {
      "a",    "z9",  ".", "..", "-",   "_", "0",     "1.", "127.0.0.1", "255", "256",       "0x7f",        "010",
      "xn--", ":80", ":", "@",  "%30", "A", "[::1]", "/",  ":65536",    ":08", "1.2.3.4.5", "example.com", "#"};
  unsigned seed = (unsigned)time(NULL), plain = 0;
  printf("url: seed %u\n", seed);
  srand(seed);
  for (int i = 0; i < 20000; i++) {
    char text[256], *full = NULL;
    size_t length = (size_t)sprintf(text, "%s", rand() % 2 ? "http://" : "https://");
    for (int n = rand() % 5; n >= 0; n--)
      length +=
          (size_t)sprintf(text + length, "%s", free_list[(size_t)rand() % (sizeof(free_list) / sizeof(free_list[0]))]);
    strcpy(text + length, rand() % 8 ? "/x?y" : "");
    seine_url_t whole, origin;
    int error = seine_url_parse(&whole, text, NULL, 0);
    ck_assert_msg(url_origin(&origin, &full, text) == error, "%s", text);
    if (!error) {
      plain += !full;
      ck_assert_msg(strcmp(origin.scheme, whole.scheme) == 0 && strcmp(origin.host, whole.host) == 0, "%s", text);
      ck_assert_msg(origin.port == whole.port, "%s", text);
    }
    free(full);
    seine_url_clear(&origin);
    seine_url_clear(&whole);
  }
  ck_assert_uint_gt(plain, 1000);
}
END_TEST

START_TEST(a_settled_path_is_as_it_is_sent) {
  static const char *const not_settled[] = {"",      "a",         "?a",  "#a",   "@host/", "/a b",   "/a\t",
                                            "/\x7f", "/\xc3\xa9", "/\n", "/.",   "/a/..",  "/%2e/a", "/a/.%2E",
                                            "/a|b",  "/a\\b",     "/?'", "/a#b", "/?|"};
  for (size_t i = 0; i < sizeof(not_settled) / sizeof(not_settled[0]); i++)
    ck_assert_msg(!url_is_canonical_path(not_settled[i]), "%s", not_settled[i]);
  static const char *const settled[] = {"/", "/?", "/a//b", "/..a/.b", "/%2f?/../.", "/'?a;b=c", "/100%"};
  for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++)
    ck_assert_msg(url_is_canonical_path(settled[i]), "%s", settled[i]);
  ck_assert_uint_eq(url_origin_length("http://a:80?x/y"), 11);
  ck_assert_uint_eq(url_origin_length("nothing"), 0);
  ck_assert_uint_eq(url_origin_length("http:///x"), 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("url");
  TCase *tests = tcase_create("url");
  tcase_add_loop_test(tests, good_urls_are_taken_apart, 0, COUNT(good));
  tcase_add_loop_test(tests, bad_urls_are_refused_with_a_cause, 0, COUNT(bad));
  tcase_add_test(tests, a_url_can_be_long_but_not_endless);
  tcase_add_loop_test(tests, a_public_url_is_its_own, 0, COUNT(good));
  tcase_add_loop_test(tests, the_origin_is_said_by_what_stands_before_the_path, 0, COUNT(good));
  tcase_add_test(tests, an_origin_is_read_alike_by_the_short_way);
  tcase_add_test(tests, a_settled_path_is_as_it_is_sent);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
