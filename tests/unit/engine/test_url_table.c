/* URLs and references read as browsers read them: one row, one rule. */
#include <check.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "fixtures/suite.h"

#define BASE   "http://h.test/dir/sub/a.jpg?q=1"
#define SECURE "https://h.test:8443/dir/a"

/* ---- Texts of their own ---- */

static const struct {
  const char *text, *canonical; /* with userinfo; NULL: it is refused */
} rows[] = {
    /* the scheme and its slashes */
    {"http://h.test/", "http://h.test/"},
    {"https://h.test/", "https://h.test/"},
    {"HTTP://h.test/", "http://h.test/"},
    {"hTTpS://h.test/", "https://h.test/"},
    {"http:/h.test/a", "http://h.test/a"},
    {"http:h.test/a", "http://h.test/a"},
    {"http:///h.test/a", "http://h.test/a"},
    {"http://///h.test/a", "http://h.test/a"},
    {"http:\\\\h.test\\a", "http://h.test/a"},
    {"http:\\h.test/a", "http://h.test/a"},
    {"http:/\\/h.test/a", "http://h.test/a"},
    {"httpx://h.test/", NULL},
    {"ftp://h.test/", NULL},
    {"h.test/a", NULL},
    {"h.test:80/a", NULL},
    {"//h.test/a", NULL},
    {"/a", NULL},
    {"http", NULL},
    {"http:", NULL},
    {"http:/", NULL},
    {"http://", NULL},
    {"http:///", NULL},
    {"https:?q", NULL},
    {"http:#x", NULL},
    {"1http://h.test/", NULL},
    {":http://h.test/", NULL},
    /* blanks and marks around, tabs and line ends within */
    {" http://h.test/a ", "http://h.test/a"},
    {"\x01\x1fhttp://h.test/a\x02 \n", "http://h.test/a"},
    {"\xef\xbb\xbfhttp://h.test/a", "http://h.test/a"},
    {"http://h.test/a\xef\xbb\xbf", "http://h.test/a"},
    {"\xe2\x80\x8bhttp://h.test/a\xe2\x80\x8b\xe2\x80\x8b", "http://h.test/a"},
    {"\xe2\x80\xaahttp://h.test/a\xe2\x80\xac", "http://h.test/a"},
    {"\xe2\x80\x8e \xe2\x81\xa6http://h.test/a\xe2\x81\xa9 \xe2\x80\x8f", "http://h.test/a"},
    {"\xc2\xadhttp://h.test/a\xd8\x9c", "http://h.test/a"},
    {"\xe2\x81\xa0http://h.test/a", "http://h.test/a"},
    {"ht\ttp://h\n.te\rst/a\tb?c\nd", "http://h.test/ab?cd"},
    {"http://h.test/a\r\n", "http://h.test/a"},
    {"http://h.test:8\t0/", "http://h.test/"},
    {"http:\n//h.test/.\t./a", "http://h.test/a"},
    {"\xef\xbb\xbf", NULL},
    {" \t ", NULL},
    /* userinfo */
    {"http://u:p@h.test/", "http://u:p@h.test/"},
    {"http://u@h.test/", "http://u@h.test/"},
    {"http://u:@h.test/", "http://u@h.test/"},
    {"http://:p@h.test/", "http://:p@h.test/"},
    {"http://@h.test/", "http://h.test/"},
    {"http://:@h.test/", "http://h.test/"},
    {"http://@@h.test/", "http://%40@h.test/"},
    {"http://u@v:p@h.test/", "http://u%40v:p@h.test/"},
    {"http://u:p:q@h.test/", "http://u:p%3Aq@h.test/"},
    {"http://u;=[]^|:p w\"<>`{}@h.test/", "http://u%3B%3D%5B%5D%5E%7C:p%20w%22%3C%3E%60%7B%7D@h.test/"},
    {"http://u:%41%zz@h.test/", "http://u:%41%zz@h.test/"},
    {"http://\xc3\xa4:\xff@h.test/", "http://%C3%A4:%FF@h.test/"},
    {"http://u:p'@h.test/", "http://u:p'@h.test/"},
    {"http://u:p@", NULL},
    {"http://u:p@/a", NULL},
    {"http://u:p/w@h.test/", NULL},
    {"http://u:p#w@h.test/", NULL},
    {"http://u:p?w@h.test/", NULL},
    {"http://u:80/w@h.test/", "http://u/w@h.test/"},
    /* a backslash before an @ */
    {"http://good.test\\@evil.test/", NULL},
    {"http://good.test\\a@evil.test/", NULL},
    {"http:\\\\good.test\\@evil.test", NULL},
    {"http://u:p\\@h.test/", NULL},
    {"http://h.test\\a/b@c", "http://h.test/a/b@c"},
    {"http://h.test\\a?b@c", "http://h.test/a?b@c"},
    {"http://h.test/a\\b@c", "http://h.test/a/b@c"},
    {"http://h.test?\\@evil.test/", "http://h.test/?%5C@evil.test/"},
    {"http://h.test#\\@evil.test/", "http://h.test/"},
    /* names */
    {"http://H.TEST/", "http://h.test/"},
    {"http://h.test./", "http://h.test./"},
    {"http://a_b.h-.test/", "http://a_b.h-.test/"},
    {"http://-a.test/", "http://-a.test/"},
    {"http://4.h.test/", "http://4.h.test/"},
    {"http://1a.test/", "http://1a.test/"},
    {"http://xn--bcher-kva.test/", "http://xn--bcher-kva.test/"},
    {"http://b\xc3\xbc"
     "cher.test/",
     "http://xn--bcher-kva.test/"},
    {"http://B%C3%9Ccher.test/", "http://xn--bcher-kva.test/"},
    {"http://%68.%74est/", "http://h.test/"},
    {"http://\xef\xbd\x88.\xef\xbc\xb4"
     "est/",
     "http://h.test/"}, /* letters of full width */
    {"http://h\xe3\x80\x82test/", "http://h.test/"}, /* an ideographic full stop */
    {"http://h\xc2\xad.test/", "http://h.test/"}, /* a soft hyphen */
    {"http://stra\xc3\x9f"
     "e.test/",
     "http://xn--strae-oqa.test/"},
    {"http://i\xe2\x9d\xa4.test/", "http://xn--i-7iq.test/"},
    {"http://\xf0\x9f\x92\xa9.test/", "http://xn--ls8h.test/"},
    /* refused by the rules of today; the older ones would make another name: iss.test, ab.test */
    {"http://i\xc3\x9f\xe2\x9d\xa4.test/", NULL},
    {"http://a\xe2\x80\x8d"
     "b.test/",
     NULL},
    {"http://\xe2\x9d\xa4\xcf\x82.test/", NULL},
    {"http://\xc2\xad/", NULL},
    {"http://h.te\xff/", NULL},
    {"http://%ff.test/", NULL},
    {"http://%zz.test/", NULL},
    {"http://h%/", NULL},
    {"http://h%00.test/", NULL},
    {"http://h%0a.test/", NULL},
    {"http://h%20.test/", NULL},
    {"http://h%25.test/", NULL},
    {"http://h%2f.test/", NULL},
    {"http://h%3a80/", NULL},
    {"http://h%40evil.test/", NULL},
    {"http://\xef\xbc\x85\xef\xbc\x94\xef\xbc\x91.test/", NULL}, /* "%41" of full width */
    {"http://good.test\xef\xbc\x8f"
     "evil.test/",
     NULL}, /* a slash of full width */
    {"http://h .test/", NULL},
    {"http://h\x01.test/", NULL},
    {"http://h\x7f.test/", NULL},
    {"http://h<.test/", NULL},
    {"http://h|h.test/", NULL},
    {"http://h^h.test/", NULL},
    {"http://h`h.test/", NULL},
    {"http://h{h}.test/", NULL},
    {"http://h\"h.test/", NULL},
    {"http://h,h.test/", NULL},
    {"http://h*h.test/", NULL},
    {"http://h\xe2\x80\xae.test/", NULL},
    /* IPv4 */
    {"http://127.0.0.1/", "http://127.0.0.1/"},
    {"http://127.0.0.1./", "http://127.0.0.1/"},
    {"http://127.1/", "http://127.0.0.1/"},
    {"http://127.65535/", "http://127.0.255.255/"},
    {"http://127.0.1/", "http://127.0.0.1/"},
    {"http://2130706433/", "http://127.0.0.1/"},
    {"http://0x7f.1/", "http://127.0.0.1/"},
    {"http://0X7F000001/", "http://127.0.0.1/"},
    {"http://0177.0.0.01/", "http://127.0.0.1/"},
    {"http://017700000001/", "http://127.0.0.1/"},
    {"http://0x/", "http://0.0.0.0/"},
    {"http://0/", "http://0.0.0.0/"},
    {"http://%30x7f.1/", "http://127.0.0.1/"},
    {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "http://127.0.0.1/"},
    {"http://127\xe3\x80\x82"
     "1/",
     "http://127.0.0.1/"},
    {"http://4294967295/", "http://255.255.255.255/"},
    {"http://4294967296/", NULL},
    {"http://99999999999999999999999/", NULL},
    {"http://256.0.0.1/", NULL},
    {"http://1.2.3.256/", NULL},
    {"http://1.16777216/", NULL},
    {"http://1.2.3.4.5/", NULL},
    {"http://1.2.3.08/", NULL},
    {"http://1.2.3.4../", "http://1.2.3.4../"},
    {"http://h.1/", NULL},
    {"http://h.0x1/", NULL},
    {"http://h.0xg/", "http://h.0xg/"},
    {"http://1.2.3.4a/", "http://1.2.3.4a/"},
    {"http://0x7f.1.h/", "http://0x7f.1.h/"},
    {"http://09/", NULL},
    /* IPv6 */
    {"http://[::1]/", "http://[::1]/"},
    {"http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"},
    {"http://[2001:DB8::A]:8080/", "http://[2001:db8::a]:8080/"},
    {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]/"},
    {"http://[::ffff:7f00:1]/", "http://[::ffff:127.0.0.1]/"},
    {"http://u:p@[::1]:80/", "http://u:p@[::1]/"},
    {"http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"},
    {"http://[fe80::1%eth0]/", NULL},
    {"http://[::%31]/", NULL},
    {"http://[::1%25]/", NULL},
    {"http://[::1%25a/b]/", NULL},
    {"http://[::1/", NULL},
    {"http://[::1]a/", NULL},
    {"http://[::1]]/", NULL},
    {"http://[]/", NULL},
    {"http://[1::2::3]/", NULL},
    {"http://[::g]/", NULL},
    {"http://[::127.0.0.01]/", NULL},
    {"http://::1/", NULL},
    {"http://a[::1]/", NULL},
    {"http://[www.h.test]/", NULL},
    /* ports */
    {"http://h.test:80/", "http://h.test/"},
    {"https://h.test:443/", "https://h.test/"},
    {"http://h.test:443/", "http://h.test:443/"},
    {"http://h.test:/", "http://h.test/"},
    {"http://h.test:008080/", "http://h.test:8080/"},
    {"http://h.test:0000000000000000000080/", "http://h.test/"},
    {"http://h.test:65535/", "http://h.test:65535/"},
    {"http://h.test:65536/", NULL},
    {"http://h.test:99999999999999999999/", NULL},
    {"http://h.test:0/", NULL},
    {"http://h.test:+80/", NULL},
    {"http://h.test: 80/", NULL},
    {"http://h.test:80:80/", NULL},
    {"http://h.test:0x50/", NULL},
    {"http://h.test:%38/", NULL},
    {"http://:80/", NULL},
    /* paths */
    {"http://h.test", "http://h.test/"},
    {"http://h.test/my cat.jpg", "http://h.test/my%20cat.jpg"},
    {"http://h.test/a%20b c.jpg", "http://h.test/a%20b%20c.jpg"},
    {"http://h.test/\"<>`{}", "http://h.test/%22%3C%3E%60%7B%7D"},
    {"http://h.test/|[]^", "http://h.test/%7C%5B%5D%5E"},
    {"http://h.test/!$&'()*+,;=:@-._~", "http://h.test/!$&'()*+,;=:@-._~"},
    {"http://h.test/\xc3\xa4.txt", "http://h.test/%C3%A4.txt"},
    {"http://h.test/\xe4.txt", "http://h.test/%E4.txt"},
    {"http://h.test/%c3%a4%C3%A4", "http://h.test/%c3%a4%C3%A4"},
    {"http://h.test/100%.jpg", "http://h.test/100%.jpg"},
    {"http://h.test/%zz%", "http://h.test/%zz%"},
    {"http://h.test/a%2Fb%2fc%5c", "http://h.test/a%2Fb%2fc%5c"},
    {"http://h.test/a\x01"
     "b\x7f",
     "http://h.test/a%01b%7F"},
    {"http://h.test/\xe2\x80\xae", "http://h.test/"}, /* a mark at the end */
    {"http://h.test/\xe2\x80\xae"
     "a",
     "http://h.test/%E2%80%AEa"},
    {"http://h.test/a\\b\\c", "http://h.test/a/b/c"},
    {"http://h.test\\a\\..\\b", "http://h.test/b"},
    {"http://h.test//a//b", "http://h.test//a//b"},
    {"http://h.test/a//../b", "http://h.test/a/b"},
    {"http://h.test/.", "http://h.test/"},
    {"http://h.test/..", "http://h.test/"},
    {"http://h.test/./a/.", "http://h.test/a/"},
    {"http://h.test/a/..", "http://h.test/"},
    {"http://h.test/a/b/..", "http://h.test/a/"},
    {"http://h.test/../../a", "http://h.test/a"},
    {"http://h.test/a/./b/../c", "http://h.test/a/c"},
    {"http://h.test/%2e", "http://h.test/"},
    {"http://h.test/a/%2E%2e/b", "http://h.test/b"},
    {"http://h.test/a/.%2e", "http://h.test/"},
    {"http://h.test/a/%2e./b", "http://h.test/b"},
    {"http://h.test/...", "http://h.test/..."},
    {"http://h.test/%2e%2e%2e", "http://h.test/%2e%2e%2e"},
    {"http://h.test/.a/..a/a.", "http://h.test/.a/..a/a."},
    {"http://h.test/%2ea", "http://h.test/%2ea"},
    {"http://h.test/%2", "http://h.test/%2"},
    {"http://h.test/.?a", "http://h.test/?a"},
    {"http://h.test/a;b/../c", "http://h.test/c"},
    /* queries and fragments */
    {"http://h.test?a", "http://h.test/?a"},
    {"http://h.test/?", "http://h.test/?"},
    {"http://h.test/a?b?c/../d:@", "http://h.test/a?b?c/../d:@"},
    {"http://h.test/?q=d e", "http://h.test/?q=d%20e"},
    {"http://h.test/?x=a|b&y[]=1&z={y}", "http://h.test/?x=a%7Cb&y%5B%5D=1&z=%7By%7D"},
    {"http://h.test/?\"<>'`^\\", "http://h.test/?%22%3C%3E%27%60%5E%5C"},
    {"http://h.test/?\xc3\xa9%e9", "http://h.test/?%C3%A9%e9"},
    {"http://h.test/?a\x1f"
     "b",
     "http://h.test/?a%1Fb"},
    {"http://h.test/a#b c", "http://h.test/a"},
    {"http://h.test/a?b#c?d#e", "http://h.test/a?b"},
    {"http://h.test#", "http://h.test/"},
    {"http://h.test/?#", "http://h.test/?"},
};

/* What libcurl makes of a canonical URL: the same host, and the same text. */
static void check_libcurl(const char *canonical, const char *host) {
  CURLU *handle = curl_url();
  char *read = NULL;
  ck_assert_msg(curl_url_set(handle, CURLUPART_URL, canonical, 0) == CURLUE_OK, "%s", canonical);
  ck_assert_int_eq(curl_url_get(handle, CURLUPART_HOST, &read, 0), CURLUE_OK);
  size_t length = strlen(host);
  const char *name = *read == '[' ? read + 1 : read;
  ck_assert_msg(strncmp(name, host, length) == 0 && strchr("]%", name[length]), "%s: %s, not %s", canonical, read,
                host);
  curl_free(read);
  curl_url_cleanup(handle);
}

START_TEST(a_text_is_read_as_in_the_table) {
  seine_url_t url, again;
  char cause[200] = "", *full, *twice;
  int error = url_parse(&url, &full, rows[_i].text, cause, sizeof cause);
  if (!rows[_i].canonical) {
    ck_assert_msg(error == SEINE_EURL && *cause, "%s: %s", rows[_i].text, full);
    ck_assert_uint_eq(seine_url_canonical_length(rows[_i].text), 0);
    return;
  }
  ck_assert_msg(error == 0, "%s: %s", rows[_i].text, cause);
  ck_assert_str_eq(full, rows[_i].canonical);
  check_libcurl(full, url.host);
  bool is_settled = seine_url_canonical_length(rows[_i].text) > 0;
  ck_assert(!is_settled || strcmp(rows[_i].text, url.public_url) == 0);
  /* A second reading changes nothing. */
  ck_assert_int_eq(url_parse(&again, &twice, full, NULL, 0), 0);
  ck_assert_str_eq(twice, full);
  ck_assert_str_eq(again.public_url, url.public_url);
  ck_assert_str_eq(again.host, url.host);
  free(twice);
  seine_url_clear(&again);
  ck_assert_int_eq(url_origin(&again, &twice, rows[_i].text), 0);
  ck_assert_str_eq(again.host, url.host);
  ck_assert_uint_eq(again.port, url.port);
  ck_assert_str_eq(twice ? twice : rows[_i].text, full);
  free(twice);
  seine_url_clear(&again);
  free(full);
  seine_url_clear(&url);
}
END_TEST

/* ---- References ---- */

static const struct {
  const char *reference, *base, *canonical;
} references[] = {
    {"", BASE, BASE},
    {"#x", BASE, BASE},
    {" \t#x", BASE, BASE},
    {"?", BASE, "http://h.test/dir/sub/a.jpg?"},
    {"?r=2", BASE, "http://h.test/dir/sub/a.jpg?r=2"},
    {"?r=2/../x#y", BASE, "http://h.test/dir/sub/a.jpg?r=2/../x"},
    {"b.jpg", BASE, "http://h.test/dir/sub/b.jpg"},
    {"./b.jpg", BASE, "http://h.test/dir/sub/b.jpg"},
    {".", BASE, "http://h.test/dir/sub/"},
    {"..", BASE, "http://h.test/dir/"},
    {"../b.jpg?r", BASE, "http://h.test/dir/b.jpg?r"},
    {"../../../../b.jpg", BASE, "http://h.test/b.jpg"},
    {"%2e%2E/b.jpg", BASE, "http://h.test/dir/b.jpg"},
    {"..\\b.jpg", BASE, "http://h.test/dir/b.jpg"},
    {"/b.jpg", BASE, "http://h.test/b.jpg"},
    {"/", BASE, "http://h.test/"},
    {"\\b.jpg", BASE, "http://h.test/b.jpg"},
    {"/my pictures/cat 2.jpg", BASE, "http://h.test/my%20pictures/cat%202.jpg"},
    {"my cat.jpg", BASE, "http://h.test/dir/sub/my%20cat.jpg"},
    {"\xc3\xa4.jpg", BASE, "http://h.test/dir/sub/%C3%A4.jpg"},
    {"\xe4.jpg", BASE, "http://h.test/dir/sub/%E4.jpg"},
    {"//g.test", BASE, "http://g.test/"},
    {"//g.test/x?y", BASE, "http://g.test/x?y"},
    {"//u:p@g.test/x", BASE, "http://g.test/x"},
    {"///g.test/x", BASE, "http://g.test/x"},
    {"\\\\g.test\\x", BASE, "http://g.test/x"},
    {"/\\g.test/x", BASE, "http://g.test/x"},
    {"\\/g.test/x", BASE, "http://g.test/x"},
    {"//", BASE, NULL},
    {"//:80/", BASE, NULL},
    {"\\\\good.test\\@evil.test/", BASE, NULL},
    {"http://g.test/my pictures/cat 1.jpg", BASE, "http://g.test/my%20pictures/cat%201.jpg"},
    {"HTTPS://G.test:443", BASE, "https://g.test/"},
    {"http:b.jpg", BASE, "http://h.test/dir/sub/b.jpg"},
    {"http:/b.jpg", BASE, "http://h.test/b.jpg"},
    {"HTTP:?r", BASE, "http://h.test/dir/sub/a.jpg?r"},
    {"http:", BASE, BASE},
    {"http:#x", BASE, BASE},
    {"http:\\\\g.test\\x", BASE, "http://g.test/x"},
    {"http:c:d", BASE, "http://h.test/dir/sub/c:d"},
    {"https:g.test/x", BASE, "https://g.test/x"},
    {"https:/g.test/x", BASE, "https://g.test/x"},
    {"//g.test/x", SECURE, "https://g.test/x"},
    {"x", SECURE, "https://h.test:8443/dir/x"},
    {"/x", SECURE, "https://h.test:8443/x"},
    {"#x", SECURE, SECURE},
    {"https:x", SECURE, "https://h.test:8443/dir/x"},
    {"http:x", SECURE, "http://x/"},
    {":80", BASE, "http://h.test/dir/sub/:80"},
    {"::", BASE, "http://h.test/dir/sub/::"},
    {"1a:b", BASE, "http://h.test/dir/sub/1a:b"},
    {"./a:b", BASE, "http://h.test/dir/sub/a:b"},
    {"a:b", BASE, NULL},
    {"mailto:u@h.test", BASE, NULL},
    {"ftp://h.test/", BASE, NULL},
    {"javascript:alert(1)", BASE, NULL},
    {"data:,x", BASE, NULL},
    {"x@y", BASE, "http://h.test/dir/sub/x@y"},
    {"x", "http://h.test/?a/b", "http://h.test/x"},
    {"?x", "http://h.test/", "http://h.test/?x"},
    {"x", "http://u:p@h.test/a", "http://h.test/x"},
    {"", "http://u:p@h.test/a?b", "http://h.test/a?b"},
    {"x", "http://[::1]:81/a/", "http://[::1]:81/a/x"},
    {" \xef\xbb\xbf//g.test/x\xe2\x80\x8b\r\n", BASE, "http://g.test/x"},
    {"/x\ty\n", BASE, "http://h.test/xy"},
};

START_TEST(a_reference_is_resolved_as_in_the_table) {
  seine_url_t url;
  char cause[200] = "";
  int error = url_resolve(&url, references[_i].base, references[_i].reference, cause, sizeof cause);
  if (!references[_i].canonical) {
    ck_assert_msg(error == SEINE_EURL && *cause, "%s: %s", references[_i].reference, url.public_url);
    return;
  }
  ck_assert_msg(error == 0, "%s: %s", references[_i].reference, cause);
  ck_assert_str_eq(url.public_url, references[_i].canonical);
  check_libcurl(url.public_url, url.host);
  seine_url_clear(&url);
}
END_TEST

START_TEST(userinfo_goes_to_another_url_of_the_host) {
  static const struct {
    const char *target, *origin, *url;
  } lent[] = {
      {"http://h.test/b", "http://u:p@h.test/a", "http://u:p@h.test/b"},
      {"http://h.test:81/b?c@d", "http://:p%40@h.test:81/", "http://:p%40@h.test:81/b?c@d"},
      {"http://[::1]/b", "http://u@[::1]/", "http://u@[::1]/b"},
      {"http://h.test/b", "http://h.test/a@b", NULL},
  };
  for (size_t i = 0; i < sizeof lent / sizeof *lent; i++) {
    char *url;
    ck_assert_int_eq(url_with_userinfo_of(lent[i].target, lent[i].origin, &url), 0);
    ck_assert_pstr_eq(url, lent[i].url);
    free(url);
  }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("url_table");
  TCase *tests = tcase_create("url_table");
  tcase_add_loop_test(tests, a_text_is_read_as_in_the_table, 0, COUNT(rows));
  tcase_add_loop_test(tests, a_reference_is_resolved_as_in_the_table, 0, COUNT(references));
  tcase_add_test(tests, userinfo_goes_to_another_url_of_the_host);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
