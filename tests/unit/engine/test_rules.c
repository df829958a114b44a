/* Which rule a host has. */
#include "fixtures/suite.h"
#include "host/host_rules.h"

#include <string.h>

static const char *const patterns[] = {"a.example",
                                       "*.a.example",
                                       "*",
                                       "https://a.example",
                                       "a.example:8080",
                                       "https://a.example:8080",
                                       "*.b.a.example:8080",
                                       "[2001:DB8::1]:81",
                                       "2001:db8::1",
                                       "https://*",
                                       "*:7",
                                       "http://*.a.example:80",
                                       "127.0.0.1:7"};
#define PATTERNS (sizeof patterns / sizeof *patterns)

static const struct {
  const char *scheme, *host;
  unsigned port;
  int rule;
} cases[] = {
    {"http", "a.example", 80, 0},       {"http", "x.a.example", 8080, 1},   {"http", "other", 80, 2},
    {"https", "a.example", 443, 3},     {"http", "a.example", 8080, 4},     {"https", "a.example", 8080, 5},
    {"http", "x.b.a.example", 8080, 6}, {"http", "x.b.a.example", 8081, 1}, {"http", "2001:db8::1", 81, 7},
    {"https", "2001:db8::1", 82, 8},    {"https", "other", 443, 9},         {"http", "other", 7, 10},
    {"https", "other", 7, 10},          {"http", "x.a.example", 80, 11},    {"https", "x.a.example", 80, 1},
    {"http", "127.0.0.1", 7, 12},       {"http", "127.0.0.1", 8, 2},        {"http", "xa.example", 80, 2},
};

START_TEST(the_most_specific_pattern_decides) {
  seine_rule_t rules[PATTERNS];
  for (size_t i = 0; i < PATTERNS; i++)
    rules[i] = (seine_rule_t){.pattern = patterns[i], .concurrency = (unsigned)i + 1};
  seine_options_t options;
  seine_options_init(&options);
  options.rules = rules;
  options.rule_count = PATTERNS;
  ck_assert_int_eq(seine_options_check(&options, NULL, 0), 0);
  struct rules *found = rules_new(&options);
  ck_assert_ptr_nonnull(found);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct rule_terms *terms = rules_find(found, cases[i].scheme, cases[i].host, cases[i].port);
    ck_assert_ptr_nonnull(terms);
    ck_assert_msg(terms->concurrency == (unsigned)cases[i].rule + 1, "%s://%s:%u has %s", cases[i].scheme,
                  cases[i].host, cases[i].port, patterns[terms->concurrency - 1]);
  }
  rules_release(found);
}
END_TEST

START_TEST(what_is_no_pattern_is_refused) {
  static const char *const bad[] = {"",        "*.",     "a*",  "*a",      "a/b", "u@a",   "https://",
                                    "ftp://a", "a:",     "a:0", "a:65536", "a:x", "a:80x", "[::1",
                                    "[::1]x",  "[::1]:", ":80", "a b",     "a?b", "a#b",   "http://a/"};
  char cause[200];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(rules_check(&(seine_rule_t){.pattern = bad[i]}, cause, sizeof cause) == SEINE_EINVAL, "%s", bad[i]);
  ck_assert_int_eq(rules_check(&(seine_rule_t){.pattern = NULL}, cause, sizeof cause), SEINE_EINVAL);
  char name[400];
  memset(name, 'a', sizeof name);
  name[256] = '\0';
  ck_assert_int_eq(rules_check(&(seine_rule_t){.pattern = name}, NULL, 0), SEINE_EINVAL);
  ck_assert_ptr_null(rules_find(&(struct rules){0}, "http", name, 80));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rules");
  TCase *tcase = tcase_create("rules");
  tcase_add_test(tcase, the_most_specific_pattern_decides);
  tcase_add_test(tcase, what_is_no_pattern_is_refused);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
