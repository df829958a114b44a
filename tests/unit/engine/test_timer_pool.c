/* Alarms: set, moved, cleared, used again; and closed with nothing left. */
#include "base/timer_pool.h"
#include "fixtures/suite.h"

#include <check.h>
#include <stdbool.h>
#include <string.h>

static uv_loop_t loop;
static struct timers timers;
static bool closed;
static char rung[16]; /* the names of those that rang */
static size_t rung_count;

static void on_closed(void *user) {
  ck_assert_ptr_eq(user, &timers);
  closed = true;
}

static void open_alarms(void) {
  closed = false;
  memset(rung, 0, sizeof rung);
  rung_count = 0;
  ck_assert_int_eq(uv_loop_init(&loop), 0);
  timer_pool_init(&timers, &loop);
}

static void close_alarms(void) {
  timer_pool_close(&timers, on_closed, &timers);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert(closed);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
}

struct bell {
  struct timer *timer;
  char name;
};

static void on_expire(void *user) {
  struct bell *bell = user;
  ck_assert_ptr_null(bell->timer);
  rung[rung_count++] = bell->name;
}

static void set(struct bell *bell, uint64_t delay_ms) {
  ck_assert_int_eq(timer_set(&timers, &bell->timer, delay_ms, on_expire, bell), 0);
  ck_assert_ptr_nonnull(bell->timer);
}

START_TEST(alarms_ring_once_and_in_order) {
  struct bell a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
  set(&a, 30);
  set(&b, 10);
  set(&c, 20);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_str_eq(rung, "bca");
}
END_TEST

START_TEST(an_alarm_that_is_set_again_moves) {
  struct bell a = {.name = 'a'}, b = {.name = 'b'};
  set(&a, 10);
  set(&b, 20);
  set(&a, 30);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_str_eq(rung, "ba");
  ck_assert_uint_eq(timers.open, 2);
}
END_TEST

START_TEST(an_alarm_that_is_cleared_does_not_ring) {
  struct bell a = {.name = 'a'}, b = {.name = 'b'};
  set(&a, 10);
  set(&b, 20);
  timer_clear(&a.timer);
  ck_assert_ptr_null(a.timer);
  timer_clear(&a.timer);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_str_eq(rung, "b");
}
END_TEST

START_TEST(timers_are_used_again) {
  struct bell a = {.name = 'a'};
  for (int i = 0; i < 1000; i++) {
    set(&a, 1000);
    timer_clear(&a.timer);
  }
  ck_assert_uint_eq(timers.open, 1);
}
END_TEST

struct chain {
  struct timer *timer, *other;
  int left;
};

static void on_other(void *user) {
  (void)user;
  ck_abort_msg("it was cleared");
}

/* Sets itself, and sets and clears another, while it rings. */
static void on_link(void *user) {
  struct chain *chain = user;
  timer_clear(&chain->other);
  if (--chain->left == 0) return;
  timer_set(&timers, &chain->timer, 0, on_link, chain);
  timer_set(&timers, &chain->other, 60000, on_other, chain);
}

START_TEST(a_ring_may_set_and_clear) {
  struct chain chain = {.left = 50};
  timer_set(&timers, &chain.timer, 0, on_link, &chain);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(chain.left, 0);
  ck_assert_uint_le(timers.open, 2);
}
END_TEST

START_TEST(none_was_ever_set) {
}
END_TEST

int main(void) {
  Suite *suite = suite_create("timer_pool");
  TCase *tcase = tcase_create("timers");
  tcase_add_checked_fixture(tcase, open_alarms, close_alarms);
  tcase_add_test(tcase, alarms_ring_once_and_in_order);
  tcase_add_test(tcase, an_alarm_that_is_set_again_moves);
  tcase_add_test(tcase, an_alarm_that_is_cleared_does_not_ring);
  tcase_add_test(tcase, timers_are_used_again);
  tcase_add_test(tcase, a_ring_may_set_and_clear);
  tcase_add_test(tcase, none_was_ever_set);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
