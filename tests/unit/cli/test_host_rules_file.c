/* Files of rules by host: what good lines mean, and what is said of bad ones. */
#include "base/text.h"
#include "base/xalloc.h"
#include "fixtures/suite.h"
#include "fixtures/support.h"
#include "options/host_rules_file.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder;

/* Reads text as a file of rules; what was said on stderr is the caller's to free. */
static int read_rules(const char *text, size_t size, seine_rule_t **rules, size_t *count, char **said) {
  char *path = xasprintf("%s/rules", folder), *errors = xasprintf("%s/errors", folder);
  file_write(path, text, size);
  int saved = dup(STDERR_FILENO), file = open(errors, O_RDWR | O_CREAT | O_TRUNC, 0600);
  dup2(file, STDERR_FILENO);
  int result = host_rules_read(path, rules, count);
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(file);
  *said = file_read(errors, &size);
  free(errors);
  free(path);
  return result;
}

static const struct {
  const char *text;
  const char *pattern; /* of the only rule; NULL: there is none */
  unsigned concurrency;
  double rate;
  uint64_t delay_ms;
  const char *headers[3];
  const char *proxy;
} good[] = {
    {.text = ""},
    {.text = "\n# a comment\n   \t\n#\r\n"},
    {.text = "a.example concurrency=2", .pattern = "a.example", .concurrency = 2},
    {.text = "\xef\xbb\xbf  A.Example\trate=0.5 \r\n", .pattern = "a.example", .rate = 0.5},
    {.text = "*.A.example delay=0.25\n", .pattern = "*.a.example", .delay_ms = 250},
    {.text = "* delay=10", .pattern = "*", .delay_ms = 10000},
    {.text = "localhost concurrency=100000 rate=1000000 delay=86400",
     .pattern = "localhost",
     .concurrency = 100000,
     .rate = 1e6,
     .delay_ms = 86400000},
    {.text = "127.0.0.1 proxy=none", .pattern = "127.0.0.1", .proxy = "none"},
    {.text = "[::1] proxy=p:3128", .pattern = "::1", .proxy = "http://p:3128"},
    {.text = "2001:DB8::1 proxy=socks5h://u:p@q:9", .pattern = "2001:db8::1", .proxy = "socks5h://u:p@q:9"},
    {.text = "A:8080 rate=1", .pattern = "a:8080", .rate = 1},
    {.text = "HTTPS://*.A.example rate=1", .pattern = "https://*.a.example", .rate = 1},
    {.text = "http://*:80 rate=1", .pattern = "http://*:80", .rate = 1},
    {.text = "https://[::1]:443 rate=1", .pattern = "https://[::1]:443", .rate = 1},
    {.text = "*.a:443 rate=1", .pattern = "*.a:443", .rate = 1},
    {.text = "a header=\"A: b\"", .pattern = "a", .headers = {"A: b"}},
    {.text = "a header=\"A: \\\"b\\\" \\\\ c\" header=B:# concurrency=3 # and why",
     .pattern = "a",
     .concurrency = 3,
     .headers = {"A: \"b\" \\ c", "B:#"}},
    {.text = "a header=\"A: #b\" #header=\"C: d\"", .pattern = "a", .headers = {"A: #b"}},
    {.text = "a proxy=\"none\" rate=\"2\"", .pattern = "a", .rate = 2, .proxy = "none"},
    {.text = "a header=\"Authorization: Bearer \xc3\xa9\"",
     .pattern = "a",
     .headers = {"Authorization: Bearer \xc3\xa9"}},
};

START_TEST(good_lines_are_as_in_the_table) {
  seine_rule_t *rules = NULL;
  size_t count = 0;
  char *said;
  int result = read_rules(good[_i].text, strlen(good[_i].text), &rules, &count, &said);
  ck_assert_msg(result == 0 && *said == '\0', "%s: %s", good[_i].text, said);
  ck_assert_uint_eq(count, good[_i].pattern != NULL);
  if (count > 0) {
    ck_assert_str_eq(rules->pattern, good[_i].pattern);
    ck_assert_uint_eq(rules->concurrency, good[_i].concurrency);
    ck_assert_double_eq_tol(rules->rate, good[_i].rate, 1e-9);
    ck_assert_uint_eq(rules->delay_ms, good[_i].delay_ms);
    ck_assert_pstr_eq(rules->proxy, good[_i].proxy);
    for (size_t i = 0; i < 3; i++) {
      ck_assert_pstr_eq(rules->headers ? rules->headers[i] : NULL, good[_i].headers[i]);
      if (!good[_i].headers[i]) break;
    }
  }
  host_rules_free(rules, count);
  free(said);
}
END_TEST

static const struct {
  const char *text, *said;
} bad[] = {
    {"a", ":1: a has no setting; there are concurrency, rate, delay, header and proxy\n"},
    {"\n\n# c\na", ":4: a has no setting"},
    {"a # concurrency=2", ":1: a has no setting"},
    {"concurrency=2", ":1: the line begins with a setting; write before it which host it is for, or *\n"},
    {"a concurrency=0", ":1: concurrency: \"0\" is out of range (1 to 100000)\n"},
    {"a concurrency=2.5", ":1: concurrency: \"2.5\" is not a whole number\n"},
    {"a concurrency=", ":1: concurrency: \"\" is not a whole number\n"},
    {"a concurrency", ":1: concurrency: needs a value: concurrency=N\n"},
    {"a concurrency =2", ":1: concurrency: needs a value: concurrency=N\n"},
    {"a header", ":1: header: needs a value: header=\"Name: value\"\n"},
    {"a concurrency=2 concurrency=3", ":1: concurrency: stands twice in the line; keep one\n"},
    {"a rate=fast", ":1: rate: \"fast\" is not a number a second, like 10 or 0.5\n"},
    {"a rate=0", ":1: rate: \"0\" is out of range (0.001 to 1000000)\n"},
    {"a rate=none", ":1: rate: \"none\" is not a number a second"},
    {"a delay=1s", ":1: delay: \"1s\" is not a number of seconds, like 10 or 0.5\n"},
    {"a delay=90000", ":1: delay: \"90000\" is out of range (0.001 to 86400)\n"},
    {"a Rate=2", ":1: \"Rate\" is not a setting; there are concurrency, rate, delay, header and proxy\n"},
    {"a =2", ":1: \"\" is not a setting"},
    {"a b.example rate=2",
     ":1: \"b.example\" is not a setting; there are concurrency, rate, delay, header and proxy, and a "
     "value with blanks stands in quotes\n"},
    {"a header=A: b", "something after a header or proxy is not a setting; a value"},
    {"a proxy=http://u:pass word@h", "something after a header or proxy is not a setting; a value"},
    {"a header=\"A: b", ":1: a quote is not closed; write header=\"Name: value\"\n"},
    {"a header=\"A: b\\\"", ":1: a quote is not closed"},
    {"a header=\"A: b\\", ":1: a backslash"},
    {"a header=\"A: \\n\"",
     ":1: a backslash between quotes stands before a quote or another backslash; write \\\\ for one\n"},
    {"a header=\"A: b\"rate=2", ":1: something follows a quote; a blank belongs between two settings\n"},
    {"a header=nonsense", ":1: header: the value has no name and colon; write \"Name: value\"\n"},
    {"a header=\"\"", ":1: header: the value has no name and colon"},
    {"a header=\"A b: c\"", ":1: header: a header line needs to be \"Name: value\""},
    {"a header=\"A: b\x01\"", ":1: header: the value contains a control character\n"},
    {"a header=\"Content-Length: 4\"", ":1: header: the header Content-Length"},
    {"a proxy=", ":1: proxy: the value is empty\n"},
    {"a proxy=gopher://p", ":1: proxy: is of none of the kinds"},
    {"a proxy=http://u:secret@[", ":1: proxy: is no URL"},
    {"a proxy=\"p\x02\"", ":1: proxy: contains a control character\n"},
    {"https://a.example/ rate=1", ":1: \"https://a.example/\" is not a host; write its name alone, like "
                                  "www.example.org, or with its scheme and port, "
                                  "like https://www.example.org:8443\n"},
    {"ftp://a.example rate=1", ":1: \"ftp://a.example\" is not a host; write its name alone"},
    {"https:// rate=1", ":1: \"https://\" is not a host"},
    {"a/b rate=1", ":1: \"a/b\" is not a host; write its name alone"},
    {"u@a rate=1", ":1: \"u@a\" is not a host; write its name alone"},
    {"%61 rate=1", ":1: \"%61\" is not a host; write its name alone"},
    {"a:0 rate=1", ":1: \"a:0\" is not a host"},
    {"a:65536 rate=1", ":1: \"a:65536\" is not a host"},
    {"a:x rate=1", ":1: \"a:x\" is not a host"},
    {"*:x rate=1", ":1: \"*:x\" is not a host"},
    {"*x:1 rate=1", ":1: \"*x:1\" is not a pattern"},
    {"https://a:1 rate=1\nHTTPS://A:01 rate=2", ":2: https://a:1 has a rule already, in line 1"},
    {"a* rate=1", ":1: \"a*\" is not a pattern; write a host's name, *.domain or *\n"},
    {"*a.example rate=1", "is not a pattern"},
    {"*.*.a rate=1", "is not a pattern"},
    {"*. rate=1", ":1: \"*.\" is not a host; write its name, *.domain or *\n"},
    {"[ rate=1", ":1: \"[\" is not a host"},
    {"1:2:x rate=1", "is not a host"},
    {"a\x1b[31m rate=1", ":1: \"a\\x1B[31m\" is not a host"},
    {"a rate=1\nb rate=2\nA rate=3", ":3: a has a rule already, in line 1; make one of the two\n"},
    {"*.a rate=1\na rate=2\n*.a rate=3\na rate=3", ":3: *.a has a rule already, in line 1"},
    {"* rate=1\n\n* delay=1", ":3: * has a rule already, in line 1"},
    {"[::1] rate=1\n0:0::1 delay=1", ":2: ::1 has a rule already, in line 1"},
};

START_TEST(bad_lines_are_named) {
  seine_rule_t *rules = NULL;
  size_t count = 0;
  char *said, *start = xasprintf("seine: %s/rules:", folder);
  ck_assert_int_eq(read_rules(bad[_i].text, strlen(bad[_i].text), &rules, &count, &said), -1);
  ck_assert_msg(strncmp(said, start, strlen(start)) == 0, "%s", said);
  ck_assert_msg(strstr(said, bad[_i].said) != NULL, "\"%s\" said: %s", bad[_i].text, said);
  ck_assert_msg(strchr(said, '\n') == said + strlen(said) - 1, "more than a line: %s", said);
  ck_assert_ptr_null(strstr(said, "secret"));
  host_rules_free(rules, count);
  free(start);
  free(said);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_named) {
  static const char nul[] = "a rate=1\nb rate\0=1\n";
  seine_rule_t *rules = NULL;
  size_t count = 0;
  char *said;
  ck_assert_int_eq(read_rules(nul, sizeof nul - 1, &rules, &count, &said), -1);
  ck_assert_ptr_nonnull(strstr(said, ":2: the line contains a NUL byte\n"));
  host_rules_free(rules, count);
  free(said);
  struct text text = {0};
  text_printf(&text, "a header=\"A: %070000d\"\n", 0);
  ck_assert_int_eq(read_rules(text.data, text.length, &rules, &count, &said), -1);
  ck_assert_ptr_nonnull(strstr(said, ":1: the line is longer than 64 KiB\n"));
  host_rules_free(rules, count);
  text_clear(&text);
  free(said);
  ck_assert_int_eq(host_rules_read("/nonexistent/rules", &rules, &count), -1);
  host_rules_free(rules, count);
  ck_assert_int_eq(host_rules_read("/", &rules, &count), -1);
  host_rules_free(rules, count);
}
END_TEST

START_TEST(many_rules_keep_their_order) {
  struct text text = {0};
  seine_rule_t *rules = NULL;
  size_t count = 0;
  char *said;
  for (int i = 0; i < 3000; i++)
    text_printf(&text, "h%d concurrency=%d\n", i, i + 1);
  ck_assert_int_eq(read_rules(text.data, text.length, &rules, &count, &said), 0);
  ck_assert_uint_eq(count, 3000);
  for (unsigned i = 0; i < count; i++)
    ck_assert_uint_eq(rules[i].concurrency, i + 1);
  host_rules_free(rules, count);
  text_clear(&text);
  free(said);
}
END_TEST

int main(void) {
  folder = folder_make();
  Suite *suite = suite_create("host rules");
  TCase *tcase = tcase_create("host rules");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, good_lines_are_as_in_the_table, 0, sizeof good / sizeof *good);
  tcase_add_loop_test(tcase, bad_lines_are_named, 0, sizeof bad / sizeof *bad);
  tcase_add_test(tcase, files_that_cannot_be_read_are_named);
  tcase_add_test(tcase, many_rules_keep_their_order);
  suite_add_tcase(suite, tcase);
  int failed = suite_run(suite);
  folder_remove(folder);
  free(folder);
  return failed;
}
