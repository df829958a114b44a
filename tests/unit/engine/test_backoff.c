/* Delays, Retry-After and sets of statuses. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/suite.h"
#include "host/backoff.h"
#include "host/retry_after.h"
#include "seine.h"

static const struct {
  uint64_t base, max;
  unsigned attempt;
  uint64_t random, delay;
} delays[] = {
    {1000, 60000, 1, 0, 0},
    {1000, 60000, 1, 1000, 1000}, /* the bound itself can come */
    {1000, 60000, 1, 1001, 0},
    {1000, 60000, 0, 1000, 1000},
    {1000, 60000, 2, 2000, 2000},
    {1000, 60000, 6, 32000, 32000},
    {1000, 60000, 7, 60000, 60000}, /* 64000 is past the maximum */
    {1000, 60000, 7, 60001, 0},
    {1000, 60000, 4000000000u, 60000, 60000},
    {0, 60000, 9, 12345, 0},
    {0, 60000, 100, 12345, 0},
    {1000, 0, 3, 777, 0},
    {5000, 2000, 1, 2000, 2000},
    {UINT64_MAX, UINT64_MAX, 1, UINT64_MAX, UINT64_MAX},
    {1, UINT64_MAX, 64, UINT64_C(1) << 63, UINT64_C(1) << 63},
    {1, UINT64_MAX, 65, UINT64_MAX, UINT64_MAX},
    {3, UINT64_MAX, 64, UINT64_MAX, UINT64_MAX},
};

START_TEST(a_delay_is_within_its_bound) {
  ck_assert_uint_eq(backoff_delay_ms(delays[_i].base, delays[_i].max, delays[_i].attempt, delays[_i].random),
                    delays[_i].delay);
}
END_TEST

START_TEST(delays_are_spread_over_the_whole_range) {
  unsigned seed = (unsigned)time(NULL), quarter[4] = {0};
  printf("seed %u\n", seed);
  srandom(seed);
  for (int i = 0; i < 40000; i++) {
    uint64_t random_bits = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ (uint64_t)random();
    uint64_t delay = backoff_delay_ms(1000, 60000, 4, random_bits);
    ck_assert_uint_le(delay, 8000);
    quarter[delay == 8000 ? 3 : delay / 2000]++;
  }
  for (int i = 0; i < 4; i++)
    ck_assert_uint_gt(quarter[i], 9000);
}
END_TEST

#define NOW INT64_C(1763712000) /* Fri, 21 Nov 2025 08:00:00 GMT */

static const struct {
  const char *value;
  bool valid;
  uint64_t delay;
} values[] = {
    {"0", true, 0},
    {"120", true, 120000},
    {" 120 \t", true, 120000},
    {"120\r\n", true, 120000},
    {"007", true, 7000},
    {"18446744073709551", true, UINT64_C(18446744073709551000)},
    {"18446744073709552", true, UINT64_MAX},
    {"99999999999999999999999999999999", true, UINT64_MAX},
    {"Fri, 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30 GMT  ", true, 30000},
    {"Fri, 21 Nov 2025 07:00:00 GMT", true, 0},
    {"Thu, 01 Jan 1970 00:00:00 GMT", true, 0},
    {"Sat, 22 Nov 2025 08:00:00 GMT", true, 86400000},
    {"Friday, 21-Nov-25 08:01:00 GMT", true, 60000},
    {"Sunday, 06-Nov-94 08:49:37 GMT", true, 0}, /* 2094 would be more than 50 years ahead */
    {"Fri Nov 21 08:02:00 2025", true, 120000},
    {"Sun Nov  6 08:49:37 1994", true, 0},
    {"Fri, 21 Nov 9999 08:00:30 GMT", true, UINT64_C(251635075230000)},
    /* RFC 9110 5.6.7: the three forms */
    {"Sun, 06 Nov 1994 08:49:37 GMT", true, 0},
    {"Wednesday, 31-Dec-25 23:59:59 GMT", true, UINT64_C(3513599000)},
    {"Wed Dec 31 23:59:59 2025", true, UINT64_C(3513599000)},
    {"Mon Dec  1 00:00:00 2025", true, UINT64_C(835200000)},
    /* the day of the week says nothing that the date does not */
    {"Mon, 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Monday, 21-Nov-25 08:01:00 GMT", true, 60000},
    {"Mon Nov 21 08:02:00 2025", true, 120000},
    {"Xyz, 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Someday, 21-Nov-25 08:00:30 GMT", true, 30000},
    {"Xyz Nov 21 08:02:00 2025", false, 0},
    /* leap seconds and leap days */
    {"Fri, 21 Nov 2025 08:00:60 GMT", true, 60000},
    {"Fri, 21 Nov 2025 08:00:61 GMT", false, 0},
    {"Tue, 29 Feb 2028 00:00:00 GMT", true, UINT64_C(71683200000)},
    {"Mon, 29 Feb 2027 00:00:00 GMT", false, 0},
    {"Fri, 31 Apr 2026 00:00:00 GMT", false, 0},
    {"Tue, 29 Feb 2000 00:00:00 GMT", true, 0},
    {"Thu, 29 Feb 2100 00:00:00 GMT", false, 0},
    /* two digits: not more than 50 years ahead, to the second */
    {"Thursday, 21-Nov-75 08:00:00 GMT", true, UINT64_C(1577836800000)},
    {"Thursday, 21-Nov-75 08:00:01 GMT", true, 0},
    {"Tuesday, 31-Dec-74 23:59:59 GMT", true, UINT64_C(1549814399000)},
    {"Wednesday, 31-Dec-75 23:59:59 GMT", true, 0},
    {"Friday, 01-Jan-00 00:00:00 GMT", true, 0},
    {"Thursday, 31-Dec-99 23:59:59 GMT", true, 0},
    {"Saturday, 29-Feb-76 00:00:00 GMT", true, 0}, /* of 1976 */
    {"Thursday, 29-Feb-75 00:00:00 GMT", false, 0},
    /* years beyond */
    {"Sat, 01 Jan 0001 00:00:00 GMT", true, 0},
    {"Sat, 01 Jan 1600 00:00:00 GMT", true, 0},
    {"Fri, 31 Dec 9999 23:59:59 GMT", true, UINT64_C(251638588799000)},
    {"Fri, 31 Dec 10000 23:59:59 GMT", false, 0},
    {"Fri, 21 Nov 25 08:00:30 GMT", true, 30000},
    {"Fri, 21 Nov 02025 08:00:30 GMT", false, 0},
    /* each field has its digits, and no signs or blanks instead */
    {"Mon, 1 Dec 2025 00:00:00 GMT", true, UINT64_C(835200000)}, /* often seen */
    {"Fri, +1 Dec 2025 08:00:30 GMT", false, 0},
    {"Mon,  1 Dec 2025 00:00:00 GMT", true, UINT64_C(835200000)},
    {"Mon,   1 Dec 2025 00:00:00 GMT", true, UINT64_C(835200000)},
    {"Fri, 21 Nov 2025 8:00:30 GMT", true, 30000},
    {"Fri, 21 Nov 2025 08:0:30 GMT", false, 0},
    {"Fri, 21 Nov 2025 08:01 GMT", true, 60000},
    {"Fri, 21 Nov 2025 +8:00:30 GMT", false, 0},
    {"Fri, 21 Nov +025 08:00:30 GMT", false, 0},
    {"Fri,21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri, 21-Nov-2025 08:00:30 GMT", true, 30000},
    {"Friday, 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri, 21  Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30GMT", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30 UTC", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30 GMT, 120", true, 120000},
    {"Fri Nov 21 08:02:00 2025 GMT", true, 120000},
    {"Sat Nov 1 08:02:00 2025", true, 0},
    {"Fri Nov 01 08:02:00 2026", true, UINT64_C(29808120000)},
    /* what servers send for lack of a better idea */
    {"\t120", true, 120000},
    {"120;", true, 120000},
    {"\"120\"", true, 120000},
    {"120s", true, 120000},
    {"120.0", true, 120000},
    {"-120", false, 0},
    {"null", false, 0},
    {"undefined", false, 0},
    {"NaN", false, 0},
    {"Infinity", false, 0},
    {"{{retry_after}}", false, 0},
    {"PT120S", false, 0},
    {"1763712030", true, 30000},
    {"\xd9\xa1", false, 0},
    {"%s%n", false, 0},
    {"", false, 0},
    {" ", false, 0},
    {NULL, false, 0},
    {"-1", false, 0},
    {"+1", false, 0},
    {"1.5", true, 2000},
    {"1e3", false, 0},
    {"0x10", false, 0},
    {"120 seconds", true, 120000},
    {"120, 240", true, 240000},
    {"soon", false, 0},
    {"Fri, 21 Nov 2025 08:00:30", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30 PST", true, 28830000},
    {"Fri, 21 Nov 2025 09:00:30 GMT+1", true, 30000},
    {"Fri, 21 Foo 2025 08:00:30 GMT", false, 0},
    {"Fri, 21 anF 2025 08:00:30 GMT", false, 0},
    {"Fri, 99 Nov 2025 08:00:30 GMT", false, 0},
    {"Fri, 00 Nov 2025 08:00:30 GMT", false, 0},
    {"Fri, 21 Nov 2025 24:00:00 GMT", false, 0},
    {"Fri, 21 Nov 2025 08:61:00 GMT", false, 0},
    {"Fri, 21 Nov 2025 -1:00:00 GMT", false, 0},
    {"2025-11-21T08:00:30Z", true, 30000},
    /* as servers write seconds */
    {"2.0", true, 2000},
    {"0.001", true, 1000}, /* rounded up */
    {".5", true, 1000},
    {"1.0000000000001", true, 2000},
    {"1.0000000000000", true, 1000},
    {"1.", false, 0},
    {"1.5.2", false, 0},
    {"1.5e3", false, 0},
    {"2 s", true, 2000},
    {"2 SECONDS", true, 2000},
    {"2sec.", true, 2000},
    {"1500ms", true, 2000},
    {"1.5 minutes", true, 90000},
    {"1m30s", true, 90000},
    {"1 h 5 min", true, 3900000},
    {"1h 5", false, 0},
    {"1 day", true, 86400000},
    {"99999999999999999999 days", true, UINT64_MAX},
    {"18446744073709551615 ms", true, UINT64_MAX},
    {"2 fortnights", false, 0},
    {"60 requests per 30 seconds", false, 0},
    {"120; scope=host", true, 120000},
    {"5\n7", true, 7000}, /* two headers */
    {"soon, 5", true, 5000},
    {"5,,soon,", true, 5000},
    {",", false, 0},
    {"5 5", false, 0},
    {"1763712030000", true, 30000},
    {"1763711000", true, 0},
    /* as servers write dates */
    {"Fri, 21 Nov 2025 08:00:30 +0000", true, 30000},
    {"Fri, 21 Nov 2025 10:00:30 +0200", true, 30000},
    {"Fri, 21 Nov 2025 03:00:30 -0500", true, 30000},
    {"Fri, 21 Nov 2025 03:00:30 EST", true, 30000},
    {"Fri, 21 Nov 2025 13:30:30 UTC+05:30", true, 30000},
    {"FRI, 21 NOV 2025 08:00:30 gmt", true, 30000},
    {"friday, 21 november 2025 08:00:30 Z", true, 30000},
    {"21 Nov 2025 08:00:30", true, 30000},
    {"Nov 21, 2025 08:00:30 GMT", true, 30000},
    {"2025-11-21 08:00:30", true, 30000},
    {"2025-11-21t08:00:29.001z", true, 30000},
    {"2025-11-21T10:00:30+02:00", true, 30000},
    {"2025/11/21 08:00:30", true, 30000},
    {"\"Fri, 21 Nov 2025 08:00:30 GMT\"", true, 30000},
    {"5, Fri, 21 Nov 2025 08:00:30 GMT", true, 30000},
    {"Fri, 21 Nov 2025 08:00:30 XYZ", false, 0},
    {"Fri, 21 Nov 2025 08:00:30 GMT GMT", false, 0},
    {"Fri, 21 Nov 2025 08:00:30 +1500", false, 0},
    {"Fri, 21 Nov 2025 08:00:30 +100", false, 0},
    {"2025-11-21", false, 0},
    {"2025-13-21T08:00:30Z", false, 0},
    {"2025-11-31T08:00:30Z", false, 0},
    {"2025-11/21T08:00:30Z", false, 0},
    {"08:00:30", false, 0},
    {"Nov 2025 08:00:30", false, 0},
    {"Fri Fri 21 Nov 2025 08:00:30", false, 0},
};

START_TEST(retry_after_is_read) {
  uint64_t delay = 4711;
  ck_assert_int_eq(retry_after_read(values[_i].value, NOW, &delay), values[_i].valid);
  ck_assert_uint_eq(delay, values[_i].valid ? values[_i].delay : 4711);
}
END_TEST

static const struct {
  const char *text;
  int yes, no; /* statuses that must and must not be in it; 0: the text is refused */
} lists[] = {
    {NULL, 429, 403},
    {"", 503, 403},
    {" ", 408, 500 + 1},
    {"403", 403, 429},
    {"403,429", 429, 500},
    {" 403 , 429 ", 403, 500},
    {"+403", 403, 404},
    {"+403", 429, 404},
    {"-500", 502, 500},
    {"+403,-500", 403, 500},
    {"+500,-500", 408, 500},
    {"100,599", 599, 200},
    {"999", 999, 998},
    {"+600,-520", 600, 520},
    {NULL, 530, 525},
    {"403,", 0, 0},
    {",403", 0, 0},
    {"403,,404", 0, 0},
    {"+403,404", 0, 0},
    {"403,+404", 0, 0},
    {"99", 0, 0},
    {"1000", 0, 0},
    {"099", 0, 0},
    {"000", 0, 0},
    {"4030", 0, 0},
    {"4o3", 0, 0},
    {"403 404", 0, 0},
    {"++403", 0, 0},
    {"+", 0, 0},
    {"5xx", 0, 0},
    {"403;404", 0, 0},
};

START_TEST(statuses_are_read) {
  struct statuses statuses;
  char cause[200] = "";
  int error = statuses_parse(&statuses, lists[_i].text, cause, sizeof(cause));
  if (!lists[_i].yes) {
    ck_assert_int_eq(error, SEINE_EINVAL);
    ck_assert_ptr_nonnull(strstr(cause, lists[_i].text));
    ck_assert_int_eq(statuses_parse(&statuses, lists[_i].text, NULL, 0), SEINE_EINVAL);
    return;
  }
  ck_assert_int_eq(error, 0);
  ck_assert(statuses_has(&statuses, lists[_i].yes));
  ck_assert(!statuses_has(&statuses, lists[_i].no));
}
END_TEST

START_TEST(the_default_is_the_documented_one) {
  struct statuses statuses;
  char found[200] = "";
  ck_assert_int_eq(statuses_parse(&statuses, NULL, NULL, 0), 0);
  for (int status = -1000; status < 2000; status++)
    if (statuses_has(&statuses, status)) sprintf(found + strlen(found), "%d ", status);
  ck_assert_str_eq(found, "408 425 429 500 502 503 504 520 521 522 523 524 527 530 ");
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("backoff");
  TCase *tests = tcase_create("backoff");
  tcase_add_loop_test(tests, a_delay_is_within_its_bound, 0, COUNT(delays));
  tcase_add_test(tests, delays_are_spread_over_the_whole_range);
  tcase_add_loop_test(tests, retry_after_is_read, 0, COUNT(values));
  tcase_add_loop_test(tests, statuses_are_read, 0, COUNT(lists));
  tcase_add_test(tests, the_default_is_the_documented_one);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
