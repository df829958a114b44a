/* Look-ups that are cancelled, and a resolver that is closed, at any time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/resolver_fixture.h"
#include "fixtures/suite.h"
#include "seine.h"

/* ---- Cancelling ---- */

START_TEST(what_is_cancelled_does_not_call_back) {
  struct inspect_job looks[6];
  struct resolver_query *queries[6];
  open_with((struct resolver_options){.outstanding = 1});
  queries[0] = start("127.0.0.1", &looks[0]); /* ready */
  queries[1] = start("silent.test", &looks[1]);
  queries[2] = start("silent.test", &looks[2]);
  queries[3] = start("h3.test", &looks[3]); /* these stand in line */
  queries[4] = start("h4.test", &looks[4]);
  queries[5] = start("h4.test", &looks[5]);
  resolver_cancel(queries[0]);
  for (int i = 0; i < 3; i++)
    uv_run(&loop, UV_RUN_NOWAIT); /* silent.test is being asked for */
  resolver_cancel(queries[1]);
  resolver_cancel(queries[2]);
  resolver_cancel(queries[3]);
  resolver_cancel(queries[4]);
  run_for(20);
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(looks[i].calls, 0);
  ck_assert_str_eq(seen.last, "silent.test");
}
END_TEST

START_TEST(a_cancelled_answer_serves_later) {
  struct inspect_job look;
  open_with((struct resolver_options){0});
  struct resolver_query *query = start("v4.test", &look);
  while (!seen.questions)
    uv_run(&loop, UV_RUN_ONCE);
  resolver_cancel(query);
  struct addresses *cached = await_cached("v4.test");
  addresses_unref(cached);
  ck_assert_int_eq(look.calls, 0);
}
END_TEST

static struct inspect_job others[3];
static struct resolver_query *other;

static void cancels_and_asks(void *user, const struct resolver_answer *answer) {
  on_look(user, answer);
  resolver_cancel(other);
  ck_assert_int_eq(resolver_lookup(resolver, "127.0.0.1", on_look, &others[1], NULL), 0);
  ck_assert_int_eq(resolver_lookup(resolver, "h9.test", on_look, &others[2], NULL), 0);
  ck_assert_int_eq(others[1].calls + others[2].calls, 0);
}

START_TEST(a_callback_may_cancel_and_look_up) {
  struct inspect_job look = {0};
  memset(others, 0, sizeof(others));
  open_with((struct resolver_options){0});
  ck_assert_int_eq(resolver_lookup(resolver, "v4.test", cancels_and_asks, &look, NULL), 0);
  other = start("v4.test", &others[0]);
  wait_for(&look);
  wait_for(&others[1]);
  wait_for(&others[2]);
  ck_assert_str_eq(others[2].text, "10.0.0.9");
  ck_assert_int_eq(others[0].calls, 0);
}
END_TEST

START_TEST(anything_in_any_order_calls_back_once) {
  enum { LOOKS = 2000 };
  static const char *const names[] = {"v4.test",    "v6.test",      "both.test",   "nx.test",  "nodata.test",
                                      "fails.test", "refuses.test", "silent.test", "half.test"};
  static struct inspect_job looks[LOOKS];
  static struct resolver_query *queries[LOOKS];
  static bool cancelled[LOOKS];
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("seed %u\n", seed);
  srandom(seed);
  memset(cancelled, 0, sizeof(cancelled));
  open_with((struct resolver_options){.outstanding = 8,
                                      .cache_names = 20,
                                      .min_ttl_ms = 1,
                                      .max_ttl_ms = 3,
                                      .timeout_ms = 20,
                                      .negative_ttl_ms = 2,
                                      .failure_ttl_ms = 1,
                                      .hosts_check_ms = 1});
  for (int i = 0; i < LOOKS; i++) {
    char name[30];
    sprintf(name, "h%ld.test", random() % 60 + 1);
    const char *host = random() % 4 ? name : random() % 9 ? names[random() % 9] : "localhost";
    queries[i] = start(host, &looks[i]);
    if (random() % 3 == 0) uv_run(&loop, UV_RUN_NOWAIT);
    int victim = (int)(random() % (i + 1));
    if (random() % 5 == 0 && !looks[victim].calls && !cancelled[victim]) {
      resolver_cancel(queries[victim]);
      cancelled[victim] = true;
    }
  }
  for (int i = 0; i < LOOKS; i++) {
    if (cancelled[i]) continue;
    wait_for(&looks[i]);
  }
  for (int i = 0; i < LOOKS; i++)
    ck_assert_int_eq(looks[i].calls, !cancelled[i]);
}
END_TEST

/* ---- Closing ---- */

START_TEST(closing_drops_what_waits) {
  static struct inspect_job looks[40];
  open_with((struct resolver_options){.outstanding = 3, .hosts_check_ms = 1});
  run_for(3);
  for (int i = 0; i < 30; i++) {
    char name[20];
    sprintf(name, "h%d.test", i + 1);
    start(i % 5 ? name : "silent.test", &looks[i]);
  }
  for (int i = 0; i < _i; i++)
    uv_run(&loop, UV_RUN_NOWAIT);
  for (int i = 30; i < 40; i++)
    start("localhost", &looks[i]);
  int before = 0, after = 0;
  for (int i = 0; i < 40; i++)
    before += looks[i].calls;
  close_resolver();
  ck_assert_ptr_null(resolver_cached(resolver, "localhost"));
  ck_assert_int_eq(resolver_lookup(resolver, "localhost", on_look, &looks[0], NULL), SEINE_ECLOSING);
  uv_run(&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < 40; i++)
    after += looks[i].calls;
  ck_assert_int_eq(before, after);
}
END_TEST

static void closes(void *user, const struct resolver_answer *answer) {
  on_look(user, answer);
  close_resolver();
  if (answer->addresses) ck_assert_uint_gt(strlen(answer->addresses->text), 0);
}

START_TEST(a_callback_may_close) {
  static const char *const hosts[] = {"v4.test", "127.0.0.1", "nx.test"};
  struct inspect_job first = {0}, second = {0}, third;
  open_with((struct resolver_options){0});
  ck_assert_int_eq(resolver_lookup(resolver, hosts[_i], closes, &first, NULL), 0);
  ck_assert_int_eq(resolver_lookup(resolver, hosts[_i], on_look, &second, NULL), 0);
  start("silent.test", &third);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(first.calls, 1);
  ck_assert_int_eq(second.calls, 0);
  ck_assert_int_eq(third.calls, 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("resolver ends");
  TCase *tests = tcase_create("cancelling"), *closing = tcase_create("closing");
  tcase_set_timeout(tests, 60);
  tcase_set_timeout(closing, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, what_is_cancelled_does_not_call_back);
  tcase_add_test(tests, a_cancelled_answer_serves_later);
  tcase_add_test(tests, a_callback_may_cancel_and_look_up);
  tcase_add_loop_test(tests, anything_in_any_order_calls_back_once, 0, 5);
  tcase_add_checked_fixture(closing, setup, teardown_closed);
  tcase_add_loop_test(closing, closing_drops_what_waits, 0, 8);
  tcase_add_loop_test(closing, a_callback_may_close, 0, 3);
  suite_add_tcase(suite, tests);
  suite_add_tcase(suite, closing);
  return suite_run(suite);
}
