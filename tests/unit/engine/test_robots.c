/* robots.txt: the examples of RFC 9309, and the cases that its authors' own parser is tested with. */
#include <check.h>
#include <stdint.h>
#include <string.h>

#include "fixtures/suite.h"
#include "host/robots.h"

/* ---- Which URLs are allowed ---- */

struct row {
  const char *text, *token, *path;
  bool allowed;
};

/* RFC 9309, 2.2.1: groups and tokens. */
#define MERGED    "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\n\nuser-agent: ExampleBot\ndisallow: /baz\n"
#define FALLBACK  "user-agent: *\ndisallow: /foo\ndisallow: /bar\n\nuser-agent: BazBot\ndisallow: /baz\n"
#define TWO_NAMES "User-agent: a\nUser-agent: b\nDisallow: /x\nUser-agent: c\nDisallow: /y\n"

static const struct row groups[] = {
    {MERGED, "ExampleBot", "/foo", false},
    {MERGED, "ExampleBot", "/bar", false},
    {MERGED, "ExampleBot", "/baz", false},
    {MERGED, "examplebot", "/baz", false},
    {MERGED, "EXAMPLEBOT", "/foo/1", false},
    {MERGED, "ExampleBot", "/qux", true},
    {MERGED, "OtherBot", "/foo", true}, /* no group, and none for all */
    {FALLBACK, "ExampleBot", "/foo", false},
    {FALLBACK, "ExampleBot", "/baz", true},
    {FALLBACK, "BazBot", "/foo", true},
    {FALLBACK, "BazBot", "/baz", false},
    {TWO_NAMES, "a", "/x", false},
    {TWO_NAMES, "b", "/x", false},
    {TWO_NAMES, "b", "/y", true},
    {TWO_NAMES, "c", "/x", true},
    {TWO_NAMES, "c", "/y", false},
    {"", "seine", "/", true},
    {"Disallow: /\n", "seine", "/x", true}, /* before any group */
    {"Disallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/x", true},
    {"Disallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/y", false},
    {"User-agent: *\nDisallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/x", false},
    {"User-agent: *\nDisallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/y", false},
    {"User-agent: *\nUser-agent: seine\nDisallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/x", false},
    {"User-agent: *\nUser-agent: seine\nDisallow: /x\nUser-agent: *\nDisallow: /y\n", "seine", "/y", true},
    {"User-agent: seine\n\nUser-agent: *\nDisallow: /\n", "seine", "/x", false}, /* one group of two names */
    {"User-agent: *\nDisallow: /\nUser-agent: seine\n", "seine", "/x", true}, /* an empty group at the end */
    {"User-agent: *\nDisallow: /\nUser-agent: seine\nDisallow:\n", "seine", "/x", true},
    {"User-agent: *\nCrawl-delay: 3\nUser-agent: bad\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: seine\nSitemap: http://h/s.xml\nUser-agent: bad\nDisallow: /\n", "seine", "/x", false},
    {"User-agent: seine\nDisallow: /x\nSitemap: http://h/s.xml\nDisallow: /y\n", "seine", "/y", false},
    {"User-agent: seine\nNonsense: 1\nDisallow: /y\n", "seine", "/y", false},
    /* Names with more around them. */
    {"User-agent: seine/1.0\nDisallow: /\n", "seine", "/x", false},
    {"User-agent: seine 1.0 (x)\nDisallow: /\n", "seine", "/x", false},
    {"User-agent: seiner\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: sein\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: my-seine\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: se_i-ne\nDisallow: /\n", "se_i-ne", "/x", false},
    {"User-agent: * # all\nDisallow: /\n", "seine", "/x", false},
    {"User-agent: * and more\nDisallow: /\n", "seine", "/x", false},
    {"User-agent: *bot\nDisallow: /\n", "seine", "/x", true},
    {"User-agent:\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: 007\nDisallow: /\n", "seine", "/x", true},
    {"User-agent: *\nDisallow: /\nUser-agent: Foo Bar\nAllow: /x/\nDisallow: /\n", "Foo", "/x/y", true},
    {"User-agent: *\nDisallow: /\nUser-agent: Foo Bar\nAllow: /x/\nDisallow: /\n", "Foo", "/z", false},
};

/* RFC 9309, 2.2.2 and 2.2.3, and percent-encoding beyond the examples. */
#define ONLY(path)   "User-agent: *\nDisallow: /\nAllow: " path "\n"
#define FORBID(path) "User-agent: *\nDisallow: " path "\n"

static const struct row encodings[] = {
    {ONLY("/foo/bar?baz=quz"), "seine", "/foo/bar?baz=quz", true},
    {ONLY("/foo/bar?baz=quz"), "seine", "/foo/bar?baz=other", false},
    {ONLY("/foo/bar?baz=https://foo.bar"), "seine", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", true},
    {ONLY("/foo/bar?baz=https%3A%2F%2Ffoo.bar"), "seine", "/foo/bar?baz=https://foo.bar", true},
    {ONLY("/foo/bar?baz=https://foo.bar"), "seine", "/foo/bar?baz=https://foo.bar", true},
    {ONLY("/foo/bar?qux=taz&baz=http://foo.bar?tar&par"), "seine", "/foo/bar?qux=taz&baz=http://foo.bar?tar&par", true},
    {ONLY("/foo/bar/\xe3\x83\x84"), "seine", "/foo/bar/%E3%83%84", true},
    {ONLY("/foo/bar/\xe3\x83\x84"), "seine", "/foo/bar/%e3%83%84", true},
    {ONLY("/foo/bar/%E3%83%84"), "seine", "/foo/bar/%E3%83%84", true},
    {ONLY("/foo/bar/%e3%83%84"), "seine", "/foo/bar/\xe3\x83\x84", true},
    {ONLY("/foo/bar/%E3%83%84"), "seine", "/foo/bar/%E3%83%85", false},
    {ONLY("/foo/bar/%62%61%7A"), "seine", "/foo/bar/baz", true},
    {ONLY("/foo/bar/baz"), "seine", "/foo/bar/%62%61%7a", true},
    {ONLY("/foo/bar/%62%61%7A"), "seine", "/foo/bar/%62%61%7A", true},
    {FORBID("/path/file-with-a-%2A.html"), "seine", "/path/file-with-a-*.html", false},
    {FORBID("/path/file-with-a-%2A.html"), "seine", "/path/file-with-a-%2a.html", false},
    {FORBID("/path/file-with-a-%2A.html"), "seine", "/path/file-with-a-x.html", true},
    {FORBID("/path/foo-%24"), "seine", "/path/foo-$", false},
    {FORBID("/path/foo-%24"), "seine", "/path/foo-%24more", false},
    {FORBID("/path/foo-%24"), "seine", "/path/foo-", true},
    {FORBID("/a%2Fb"), "seine", "/a/b", true}, /* a slash that is data is no separator */
    {FORBID("/a/b"), "seine", "/a%2Fb", true},
    {FORBID("/a%2fb"), "seine", "/a%2Fb", false},
    {FORBID("/a%3Fb"), "seine", "/a?b", true},
    {FORBID("/a?b=c%26d"), "seine", "/a?b=c&d", true},
    {FORBID("/*/feed/"), "seine", "/x?u=/feed/", false}, /* a wildcard reaches into the query */
    {FORBID("/*/feed/"), "seine", "/x?u=%2Ffeed%2F", false},
    {FORBID("/~joe/"), "seine", "/%7Ejoe/x", false},
    {FORBID("/%7ejoe/"), "seine", "/~joe/x", false},
    {FORBID("/a b"), "seine", "/a%20b", false},
    {FORBID("/100%"), "seine", "/100%25", false}, /* a percent sign that begins no escape */
    {FORBID("/100%25"), "seine", "/100%", false},
    {FORBID("/a%zz"), "seine", "/a%zz", false},
    {FORBID("/a%"), "seine", "/a", true},
    {FORBID("/%"), "seine", "/%2", false},
    {FORBID("/\xff\xfe"), "seine", "/%FF%fe", false},
    {FORBID("/a;b"), "seine", "/a%3Bb", false},
    {FORBID("/a$b"), "seine", "/a$b", false}, /* "$" is special at the end only */
    {FORBID("/a$b"), "seine", "/a", true},
    {"User-agent: foobot\nAllow: / # comment in line\nDisallow: /x # /y\n", "foobot", "/y", true},
    {"User-agent: foobot\nAllow: / # comment in line\nDisallow: /x # /y\n", "foobot", "/x", false},
    {"# comment on its own line\nUser-agent: *\n# Disallow: /\nDisallow: /z#/more\n", "seine", "/a", true},
    {"# comment on its own line\nUser-agent: *\n# Disallow: /\nDisallow: /z#/more\n", "seine", "/z", false},
    {FORBID("/this/path/exactly$"), "seine", "/this/path/exactly", false},
    {FORBID("/this/path/exactly$"), "seine", "/this/path/exactly/", true},
    {FORBID("/this/*/exactly"), "seine", "/this/and/that/exactly/so", false},
    {FORBID("/this/*/exactly"), "seine", "/this//exactly", false},
    {FORBID("/this/*/exactly"), "seine", "/this/exactly", true},
};

/* RFC 9309, 5.1 and 5.2. */
#define SIMPLE                                                                                                         \
  "            User-Agent: *\n            Disallow: *.gif$\n            Disallow: /example/\n"                         \
  "            Allow: /publications/\n\n            User-Agent: foobot\n            Disallow:/\n"                      \
  "            Allow:/example/page.html\n            Allow:/example/allowed.gif\n\n"                                   \
  "            User-Agent: barbot\n            User-Agent: bazbot\n            Disallow: /example/page.html\n\n"       \
  "            User-Agent: quxbot\n\n            EOF\n"
#define LONGEST "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"

static const struct row examples[] = {
    {SIMPLE, "anybot", "/publications/1.html", true},
    {SIMPLE, "anybot", "/publications/1.gif", true}, /* longer than the suffix */
    {SIMPLE, "anybot", "/x.gif", false},
    {SIMPLE, "anybot", "/x.gif?y", true},
    {SIMPLE, "anybot", "/example/", false},
    {SIMPLE, "anybot", "/example/publications/", false},
    {SIMPLE, "anybot", "/", true},
    {SIMPLE, "foobot", "/", false},
    {SIMPLE, "foobot", "/publications/", false},
    {SIMPLE, "foobot", "/example/page.html", true},
    {SIMPLE, "foobot", "/example/allowed.gif", true},
    {SIMPLE, "foobot", "/example/other.gif", false},
    {SIMPLE, "barbot", "/example/page.html", false},
    {SIMPLE, "barbot", "/example/page.htm", true},
    {SIMPLE, "bazbot", "/example/page.html?x", false},
    {SIMPLE, "bazbot", "/x.gif", true},
    {SIMPLE, "quxbot", "/example/page.html", true},
    {SIMPLE, "quxbot", "/x.gif", true},
    {LONGEST, "foobot", "/example/page/disallowed.gif", false},
    {LONGEST, "foobot", "/example/page/allowed.gif", true},
};

/* What the parser of RFC 9309's authors is tested with, and where this one differs from it. */
#define SCATTERED                                                                                                      \
  "allow: /foo/bar/\n\nuser-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\n" \
  "allow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n"
#define RULES(rules) "user-agent: *\n" rules

static const struct row known[] = {
    {"user-agent FooBot\ndisallow /\n", "FooBot", "/x/y", false}, /* the colon forgotten */
    {"user-agent FooBot\ndisallow / x\n", "FooBot", "/x/y", true},
    {"foo: FooBot\nbar: /\n", "FooBot", "/x/y", true},
    {"user-agent: FooBot\ndisallow\n", "FooBot", "/x/y", true},
    {SCATTERED, "FooBot", "/x/b", true},
    {SCATTERED, "FooBot", "/z/d", true},
    {SCATTERED, "FooBot", "/y/c", false},
    {SCATTERED, "FooBot", "/foo/bar/", false},
    {SCATTERED, "BarBot", "/y/c", true},
    {SCATTERED, "BarBot", "/w/a", true},
    {SCATTERED, "BarBot", "/z/d", false},
    {SCATTERED, "BarBot", "/foo/bar/", false},
    {SCATTERED, "BazBot", "/z/d", true},
    {SCATTERED, "BazBot", "/foo/bar/", false},
    {"USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n", "FooBot", "/x/y", true},
    {"USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n", "FooBot", "/a/b", false},
    {"uSeR-aGeNt: FooBot\nAlLoW: /x/\ndIsAlLoW: /\n", "foobot", "/x/y", true},
    {"uSeR-aGeNt: FooBot\nAlLoW: /x/\ndIsAlLoW: /\n", "foobot", "/a/b", false},
    {"useragent: *\ndisalow: /a\ndissallow: /b\ndiasllow: /c\n", "seine", "/a", false},
    {"user agent: *\ndisalow: /a\ndissallow: /b\ndiasllow: /c\n", "seine", "/b", false},
    {"user-agents : *\ndisallowed : /c\n", "seine", "/c", false},
    {RULES("disallow: /x/\n"), "seine", "/x/y", false},
    {RULES("disallow: /X/\n"), "seine", "/x/y", true},
    {RULES("disallow: /x/page.html\nallow: /x/\n"), "seine", "/x/page.html", false},
    {RULES("allow: /x/page.html\ndisallow: /x/\n"), "seine", "/x/page.html", true},
    {RULES("allow: /x/page.html\ndisallow: /x/\n"), "seine", "/x/", false},
    {RULES("disallow: \nallow: \n"), "seine", "/x/page.html", true},
    {RULES("disallow: /\nallow: /\n"), "seine", "/x/page.html", true},
    {RULES("allow: /\ndisallow: /\n"), "seine", "/x/page.html", true},
    {RULES("disallow: /\nallow:\n"), "seine", "/x/page.html", false}, /* an empty rule is no rule */
    {RULES("allow: /\ndisallow:\n"), "seine", "/x/page.html", true},
    {RULES("disallow: /x\nallow: /x/\n"), "seine", "/x", false},
    {RULES("disallow: /x\nallow: /x/\n"), "seine", "/x/", true},
    {RULES("disallow: /x/page.html\nallow: /x/page.html\n"), "seine", "/x/page.html", true},
    {RULES("allow: /page\ndisallow: /*.html\n"), "seine", "/page.html", false},
    {RULES("allow: /page\ndisallow: /*.html\n"), "seine", "/page", true},
    {RULES("allow: /x/page.\ndisallow: /*.html\n"), "seine", "/x/page.html", true},
    {RULES("allow: /x/page.\ndisallow: /*.html\n"), "seine", "/x/y.html", false},
    {RULES("disallow: /foo/bar/quz\nallow: /foo/*/qux\n"), "seine", "/foo/bar/quz", false},
    {RULES("disallow: /foo/bar/quz\nallow: /foo/*/qux\n"), "seine", "/foo//quz", true},
    {RULES("disallow: /foo/bar$\nallow: /foo/bar/qux\n"), "seine", "/foo/bar", false},
    {RULES("disallow: /foo/bar$\nallow: /foo/bar/qux\n"), "seine", "/foo/bar/", true},
    {RULES("disallow: /foo/bar$\nallow: /foo/bar/qux\n"), "seine", "/foo/bar/qux", true},
    {ONLY("/fish"), "seine", "/fish.html?id=anything", true},
    {ONLY("/fish"), "seine", "/fishheads/yummy.html", true},
    {ONLY("/fish"), "seine", "/Fish.asp", false},
    {ONLY("/fish"), "seine", "/catfish", false},
    {ONLY("/fish"), "seine", "/?id=fish", false},
    {ONLY("/fish*"), "seine", "/fish", true},
    {ONLY("/fish*"), "seine", "/fishheads/yummy.html", true},
    {ONLY("/fish*"), "seine", "/catfish", false},
    {ONLY("/fish/"), "seine", "/fish/?salmon", true},
    {ONLY("/fish/"), "seine", "/fish", false},
    {ONLY("/fish/"), "seine", "/fish.html", false},
    {ONLY("/*.php"), "seine", "/folder/filename.php?parameters", true},
    {ONLY("/*.php"), "seine", "//folder/any.php.file.html", true},
    {ONLY("/*.php"), "seine", "/index?f=filename.php/", true},
    {ONLY("/*.php"), "seine", "/index?php", false},
    {ONLY("/*.php"), "seine", "/windows.PHP", false},
    {ONLY("/*.php$"), "seine", "/folder/filename.php", true},
    {ONLY("/*.php$"), "seine", "/filename.php/", false},
    {ONLY("/*.php$"), "seine", "/filename.php5", false},
    {ONLY("/*.php$"), "seine", "/filename.php?parameters", false},
    {ONLY("/*.php$"), "seine", "/a.php/b.php", true},
    {ONLY("/fish*.php"), "seine", "/fishheads/catfish.php?parameters", true},
    {ONLY("/fish*.php"), "seine", "/Fish.PHP", false},
    {RULES("allow: /p\ndisallow: /\n"), "seine", "/page", true},
    {RULES("allow: /folder\ndisallow: /folder\n"), "seine", "/folder/page", true},
    {RULES("allow: /page\ndisallow: /*.htm\n"), "seine", "/page.htm", false},
    {RULES("allow: /$\ndisallow: /\n"), "seine", "/", true},
    {RULES("allow: /$\ndisallow: /\n"), "seine", "/page.html", false},
    /* That index.html stands for its folder is the custom of one crawler, and not in the RFC. */
    {ONLY("/slash/index.html"), "seine", "/slash/index.html", true},
    {ONLY("/slash/index.html"), "seine", "/slash/", false},
    {ONLY("/slash/index.html"), "seine", "/slash/index.htm", false},
};

/* Lines, wildcards and paths at their edges. */
static const struct row edges[] = {
    {"\xef\xbb\xbfUser-agent: *\nDisallow: /x\n", "seine", "/x", false},
    {"\xef\xbbUser-agent: *\nDisallow: /x\n", "seine", "/x", false},
    {"\xefUser-agent: *\nDisallow: /x\n", "seine", "/x", false},
    {"\xef\x11\xbfUser-agent: *\nDisallow: /x\n", "seine", "/x",
     true}, /* the line is garbage: a rule without a group */
    {"User-agent: *\n\xef\xbb\xbf"
     "Disallow: /x\n",
     "seine", "/x", true},
    {"User-agent: *\r\nDisallow: /x\r\n", "seine", "/x", false},
    {"User-agent: *\r\nDisallow: /x\r\n", "seine", "/xy", false},
    {"User-agent: *\rDisallow: /x\r\rAllow: /x/y\r", "seine", "/x", false},
    {"User-agent: *\rDisallow: /x\r\rAllow: /x/y\r", "seine", "/x/y", true},
    {"User-agent: *\nDisallow: /x$\r\n", "seine", "/x", false},
    {"User-agent: *\nDisallow: /x", "seine", "/x", false}, /* no line end */
    {"\t User-agent\t:\t*\t\n \tDisallow \t: \t/x \t\n", "seine", "/x", false},
    {"User-agent:*\nDisallow:/x\n", "seine", "/x", false},
    {"User-agent: *\n: /x\n:\n#\n\n  \nDisallow: /y\n", "seine", "/y", false},
    {RULES("disallow: x\n"), "seine", "/x", true}, /* no path begins so */
    {RULES("disallow: http://host/x\n"), "seine", "/x", true},
    {RULES("disallow: ?\n"), "seine", "/?", true},
    {RULES("disallow: $\n"), "seine", "/", true},
    {RULES("disallow: *\n"), "seine", "/", false},
    {RULES("disallow: *$\n"), "seine", "/x", false},
    {RULES("disallow: /*$\n"), "seine", "/x?y", false},
    {RULES("disallow: /x*$\n"), "seine", "/xyz", false},
    {RULES("disallow: /**\nallow: /*\n"), "seine", "/x", true}, /* the same pattern twice */
    {RULES("disallow: *x*x$\n"), "seine", "/x", true},
    {RULES("disallow: *x*x$\n"), "seine", "/xx", false},
    {RULES("disallow: *xyx*yxy$\n"), "seine", "/xyxy", true}, /* parts do not overlap */
    {RULES("disallow: *ab*abc$\n"), "seine", "/ababc", false},
    {RULES("disallow: *ab*abc$\n"), "seine", "/abc", true},
    {RULES("disallow: /*?\n"), "seine", "/x?", false},
    {RULES("disallow: /*?\n"), "seine", "/x", true},
    {RULES("disallow: /?\n"), "seine", "?x", false}, /* a path that is only a query */
    {RULES("disallow: /$\n"), "seine", "", false},
    {RULES("disallow: /x$\n"), "seine", "/x#y", false}, /* a fragment is no part of it */
    {RULES("disallow: /x#y\n"), "seine", "/x", false},
    {RULES("disallow: /\n"), "seine", "/robots.txt", true},
    {RULES("disallow: /\n"), "seine", "/robots.txt?x", true},
    {RULES("disallow: /robots.txt\n"), "seine", "/robots.txt", true},
    {RULES("disallow: /\n"), "seine", "/robots.txt2", false},
    {RULES("disallow: /\n"), "seine", "/x/robots.txt", false},
    {RULES("disallow: /\n"), "seine", "/Robots.txt", false},
};

static void check_row(const struct row *row) {
  struct robots *robots;
  ck_assert_int_eq(robots_parse(&robots, row->text, strlen(row->text), row->token), 0);
  bool allowed = robots_allows(robots, row->path);
  robots_unref(robots);
  ck_assert_msg(allowed == row->allowed, "%s is %s to %s by:\n%s", row->path, allowed ? "allowed" : "forbidden",
                row->token, row->text);
}

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

START_TEST(groups_are_found_by_token) {
  check_row(&groups[_i]);
}
END_TEST

START_TEST(encodings_are_compared_by_what_they_mean) {
  check_row(&encodings[_i]);
}
END_TEST

START_TEST(examples_of_the_rfc_hold) {
  check_row(&examples[_i]);
}
END_TEST

START_TEST(cases_known_from_elsewhere_hold) {
  check_row(&known[_i]);
}
END_TEST

START_TEST(edges_hold) {
  check_row(&edges[_i]);
}
END_TEST

/* ---- Crawl-delay ---- */

static const struct {
  const char *text;
  uint64_t delay_ms;
} delays[] = {
    {"", 0},
    {"User-agent: *\nCrawl-delay: 10\n", 10000},
    {"User-agent: *\ncrawl-delay:0.25\n", 250},
    {"User-agent: *\nCrawl-delay: .5\n", 500},
    {"User-agent: *\nCrawl-delay: 1.\n", 1000},
    {"User-agent: *\nCrawl-delay: 1.2345678901234567890123\n", 1234},
    {"User-agent: *\nCrawl-delay: 0\n", 0},
    {"User-agent: *\nCrawl-delay: 3600\n", 3600000},
    {"User-agent: *\nCrawl-delay: 3600.5\n", 3600000},
    {"User-agent: *\nCrawl-delay: 86400\n", 3600000},
    {"User-agent: *\nCrawl-delay: 99999999999999999999999999999999999999999999\n", 3600000},
    {"User-agent: *\nCrawl-delay: -5\n", 0},
    {"User-agent: *\nCrawl-delay: fast\n", 0},
    {"User-agent: *\nCrawl-delay:\n", 0},
    {"User-agent: *\nCrawl-delay: 5 # seconds\n", 5000},
    {"User-agent: *\nCrawl-delay: 5s\n", 5000},
    {"User-agent: *\nCrawl-delay 7\n", 7000}, /* the colon forgotten */
    {"User-agent: *\nCrawl-delay: 1.5.9\n", 1500},
    {"Crawl-delay: 5\n", 0}, /* in no group */
    {"User-agent: other\nCrawl-delay: 5\n", 0},
    {"User-agent: seine\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 5\n", 2000},
    {"User-agent: seine\nDisallow:\nUser-agent: *\nCrawl-delay: 5\n", 0},
    {"User-agent: seine\nCrawl-delay: 2\nCrawl-delay: 3\nCrawl-delay: 1\n", 3000}, /* the longest of several */
    {"User-agent: seine\nCrawl-delay: 2\nUser-agent: seine\nDisallow: /x\n", 2000},
};

START_TEST(a_crawl_delay_is_read) {
  struct robots *robots;
  ck_assert_int_eq(robots_parse(&robots, delays[_i].text, strlen(delays[_i].text), "seine"), 0);
  ck_assert_uint_eq(robots_crawl_delay_ms(robots), delays[_i].delay_ms);
  robots_unref(robots);
}
END_TEST

/* ---- Answers ---- */

static const struct {
  int status;
  enum robots_access decision;
} statuses[] = {
    {200, ROBOTS_PARSE},  {204, ROBOTS_PARSE},   {299, ROBOTS_PARSE},    {301, ROBOTS_ALLOW},    {308, ROBOTS_ALLOW},
    {400, ROBOTS_ALLOW},  {401, ROBOTS_ALLOW},   {403, ROBOTS_ALLOW},    {404, ROBOTS_ALLOW},    {410, ROBOTS_ALLOW},
    {429, ROBOTS_ALLOW},  {499, ROBOTS_ALLOW},   {500, ROBOTS_DISALLOW}, {503, ROBOTS_DISALLOW}, {599, ROBOTS_DISALLOW},
    {0, ROBOTS_DISALLOW}, {-1, ROBOTS_DISALLOW}, {100, ROBOTS_DISALLOW}, {600, ROBOTS_DISALLOW},
};

START_TEST(a_status_says_what_holds) {
  ck_assert_int_eq(robots_of_status(statuses[_i].status), statuses[_i].decision);
}
END_TEST

START_TEST(nothing_is_kept_for_more_than_a_day) {
  uint64_t day_ms = UINT64_C(24) * 3600 * 1000;
  ck_assert_uint_eq(robots_keep_ms(ROBOTS_PARSE), day_ms);
  ck_assert_uint_eq(robots_keep_ms(ROBOTS_ALLOW), day_ms);
  ck_assert_uint_eq(robots_keep_ms(ROBOTS_DISALLOW), 600000);
}
END_TEST

START_TEST(the_constants_need_no_counting) {
  struct robots *all = robots_allow_all(), *none = robots_disallow_all();
  ck_assert(robots_allows(all, "/x") && robots_allows(all, ""));
  ck_assert(!robots_allows(none, "/x") && robots_allows(none, "/robots.txt"));
  ck_assert_uint_eq(robots_crawl_delay_ms(all) + robots_crawl_delay_ms(none), 0);
  robots_unref(robots_ref(all));
  robots_unref(all);
  robots_unref(all);
  robots_unref(none);
  robots_unref(NULL);
  ck_assert(robots_allows(all, "/x") && !robots_allows(none, "/x"));
}
END_TEST

START_TEST(references_are_counted) {
  struct robots *robots;
  static const char text[] = "User-agent: *\nDisallow: /x\n";
  ck_assert_int_eq(robots_parse(&robots, text, sizeof text - 1, "seine"), 0);
  ck_assert_ptr_eq(robots_ref(robots), robots);
  robots_unref(robots);
  ck_assert(!robots_allows(robots, "/x"));
  robots_unref(robots);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("robots");
  TCase *rules = tcase_create("rules");
  tcase_add_loop_test(rules, groups_are_found_by_token, 0, COUNT(groups));
  tcase_add_loop_test(rules, encodings_are_compared_by_what_they_mean, 0, COUNT(encodings));
  tcase_add_loop_test(rules, examples_of_the_rfc_hold, 0, COUNT(examples));
  tcase_add_loop_test(rules, cases_known_from_elsewhere_hold, 0, COUNT(known));
  tcase_add_loop_test(rules, edges_hold, 0, COUNT(edges));
  tcase_add_loop_test(rules, a_crawl_delay_is_read, 0, COUNT(delays));
  tcase_add_loop_test(rules, a_status_says_what_holds, 0, COUNT(statuses));
  tcase_add_test(rules, nothing_is_kept_for_more_than_a_day);
  tcase_add_test(rules, the_constants_need_no_counting);
  tcase_add_test(rules, references_are_counted);
  suite_add_tcase(suite, rules);
  return suite_run(suite);
}
