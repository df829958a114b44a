/* How many questions are out at once, against servers that are simulated: time is a number here. */
#include <check.h>
#include <stdlib.h>

#include "dns/dns_window.h"
#include "fixtures/suite.h"

/* A server that takes delay_ms for each answer, and gives no more than rate answers a millisecond. */
static unsigned settle(struct dns_window *pace, unsigned delay_ms, unsigned rate, unsigned ms) {
  static unsigned due[100000];
  unsigned asked = 0, backlog = 0;
  for (unsigned now = 1; now <= ms; now++) {
    unsigned answers = due[now] + backlog;
    backlog = answers > rate ? answers - rate : 0;
    answers -= backlog;
    due[now] = 0;
    asked -= answers;
    for (unsigned i = 0; i < answers; i++)
      dns_window_answered(pace, now, false);
    for (; asked < pace->window; asked++)
      due[now + delay_ms]++;
    ck_assert_uint_le(pace->window, pace->most);
    ck_assert_uint_ge(pace->window, pace->least);
  }
  for (unsigned now = ms; now <= ms + delay_ms; now++)
    due[now] = 0;
  return pace->window;
}

static const struct {
  unsigned most, delay_ms, rate, ms, at_least, at_most;
} servers[] = {
    {512, 200, 1000, 8000, 512, 512}, /* far away: as many as allowed */
    {512, 50, 1000, 8000, 300, 512},
    {512, 1, 5, 8000, 64, 110}, /* near, and at its limit: more would only wait there */
    {512, 1, 1000, 4000, 64, 64}, /* near and fast: enough at once */
    {4, 200, 1000, 3000, 4, 4},
    {1, 20, 1000, 3000, 1, 1},
    {10000, 200, 1, 20000, 64, 800}, /* far, and at its limit with 200 */
};

START_TEST(the_number_fits_the_server) {
  struct dns_window pace;
  dns_window_init(&pace, servers[_i].most);
  unsigned window = settle(&pace, servers[_i].delay_ms, servers[_i].rate, servers[_i].ms);
  ck_assert_uint_ge(window, servers[_i].at_least);
  ck_assert_uint_le(window, servers[_i].at_most);
}
END_TEST

START_TEST(losses_make_it_smaller_but_not_at_once_and_not_to_nothing) {
  struct dns_window pace;
  dns_window_init(&pace, 512);
  settle(&pace, 200, 1000, 8000);
  ck_assert_uint_eq(pace.window, 512);
  for (unsigned i = 0; i < 100; i++)
    dns_window_answered(&pace, 10000, true);
  ck_assert_uint_eq(pace.window, 256);
  for (unsigned i = 1; i < 50; i++)
    dns_window_answered(&pace, 10000 + i * 1000, true);
  ck_assert_uint_eq(pace.window, pace.least);
  ck_assert_uint_gt(pace.least, 0);
  /* And it grows again when they end. */
  for (unsigned i = 0; i < 4000; i++)
    dns_window_answered(&pace, 70000 + i * 5, false);
  ck_assert_uint_gt(pace.window, 0);
}
END_TEST

START_TEST(what_is_asked_seldom_proves_nothing) {
  struct dns_window pace;
  dns_window_init(&pace, 512);
  for (unsigned i = 1; i < 10000; i++) {
    dns_window_underused(&pace);
    dns_window_answered(&pace, i * 10, false);
  }
  ck_assert_uint_eq(pace.window, 64);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pace");
  TCase *tests = tcase_create("pace");
  tcase_add_loop_test(tests, the_number_fits_the_server, 0, (int)(sizeof servers / sizeof *servers));
  tcase_add_test(tests, losses_make_it_smaller_but_not_at_once_and_not_to_nothing);
  tcase_add_test(tests, what_is_asked_seldom_proves_nothing);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
