/* Hosts that ask to be left alone, and hosts that do not answer. */
#include "fixtures/host_fixture.h"
#include "fixtures/suite.h"

/* ---- Freezes ---- */

/* A transfer that began now is told to come back later. */
static uint64_t freeze(struct host *host, bool asked, uint64_t delay_ms) {
  return host_throttle(host, now_ms, asked, delay_ms);
}

START_TEST(a_frozen_host_starts_nothing_until_its_time) {
  struct host *host = with_queue("10.0.0.1", 20), *other = with_queue("10.0.0.2", 1);
  ck_assert_ptr_eq(start_next()->host, host);
  pass_ms(10);
  ck_assert_uint_eq(freeze(host, true, 2000), 2000);
  ck_assert_uint_eq(hosts.throttled, 1);
  end(host);
  ck_assert_ptr_eq(start_next()->host, other);
  ck_assert_ptr_null(start_next());
  pass_ms(1999);
  ck_assert_ptr_null(start_next());
  pass_ms(1);
  ck_assert_uint_eq(hosts.throttled, 0);
  ck_assert_uint_eq(start_all(), 1); /* its cap begins at 1 */
}
END_TEST

START_TEST(what_a_host_asks_for_is_bounded) {
  options.retry_max_delay_ms = 700;
  struct host *host = with_queue("10.0.0.1", 2);
  start_next();
  ck_assert_uint_eq(freeze(host, true, 86400000), 7000);
  ck_assert_uint_eq(freeze(host, true, UINT64_MAX), 7000);
}
END_TEST

START_TEST(a_shorter_freeze_does_not_end_a_longer_one) {
  struct host *host = with_queue("10.0.0.1", 2);
  start_all();
  freeze(host, true, 5000);
  pass_ms(1000);
  ck_assert_uint_eq(freeze(host, true, 1000), 4000);
}
END_TEST

START_TEST(delays_of_our_own_double_up_to_the_longest) {
  static const uint64_t delays[] = {100, 200, 400, 800, 1000, 1000};
  options.retry_delay_ms = 100;
  options.retry_max_delay_ms = 1000;
  struct host *host = with_queue("10.0.0.1", 20);
  for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
    ck_assert_ptr_nonnull(start_next());
    ck_assert_uint_eq(freeze(host, false, 0), delays[i]);
    end(host);
    pass_ms(delays[i]);
  }
}
END_TEST

START_TEST(one_wave_of_refusals_is_one_freeze) {
  options.retry_delay_ms = 100;
  struct host *host = with_queue("10.0.0.1", 20);
  uint64_t started_ms = now_ms;
  ck_assert_uint_eq(start_all(), 8);
  for (int i = 0; i < 8; i++) {
    pass_ms(10);
    host_throttle(host, started_ms, false, 0);
    end(host);
  }
  ck_assert_uint_eq(host->throttles_in_row, 1);
  ck_assert_uint_eq(host->cap, 1);
  ck_assert_uint_eq(event_count, 1);
  ck_assert_int_eq(events[0], SEINE_EVENT_HOST_THROTTLED);
  ck_assert_uint_eq(event_delays[0], 100);
}
END_TEST

/* Ends successes one by one until the cap is `cap`; how many it took. */
static unsigned successes_until(struct host *host, unsigned cap) {
  for (unsigned count = 0;; count++) {
    if (host->cap >= cap) return count;
    ck_assert_ptr_nonnull(start_next());
    end_well(host);
    pass_ms(1);
  }
}

START_TEST(the_cap_grows_by_one_each_caps_worth_of_successes) {
  struct host *host = with_queue("10.0.0.1", 100);
  start_next();
  pass_ms(1);
  freeze(host, true, 1000);
  end(host);
  pass_ms(1000);
  for (unsigned cap = 1; cap < 8; cap++) {
    ck_assert_uint_eq(host->cap, cap);
    ck_assert_uint_eq(event_count, 1);
    ck_assert_uint_eq(successes_until(host, cap + 1), cap);
  }
  ck_assert_uint_eq(event_count, 2);
  ck_assert_int_eq(events[1], SEINE_EVENT_HOST_RECOVERED);
  start_next();
  end_well(host);
  ck_assert_uint_eq(host->cap, 8);
}
END_TEST

START_TEST(the_cap_halves_at_the_next_refusal) {
  static const unsigned from[] = {2, 3, 6, 7}, to[] = {1, 1, 3, 3};
  struct host *host = with_queue("10.0.0.1", 200);
  start_next();
  freeze(host, true, 1000);
  end(host);
  pass_ms(1000);
  for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
    successes_until(host, from[i]);
    ck_assert_ptr_nonnull(start_next());
    pass_ms(1);
    freeze(host, true, 1000);
    end(host);
    ck_assert_uint_eq(host->cap, to[i]);
    pass_ms(1000);
  }
}
END_TEST

/* What was in flight when a freeze began says nothing of how the host bears the time after it. */
START_TEST(successes_from_before_a_freeze_do_not_raise_the_cap) {
  struct host *host = with_queue("10.0.0.1", 20);
  uint64_t started_ms = now_ms;
  ck_assert_uint_eq(start_all(), 8);
  pass_ms(10);
  host_throttle(host, started_ms, true, 1000);
  end(host);
  for (int i = 0; i < 7; i++) {
    pass_ms(1);
    answer(host, started_ms);
    end(host);
  }
  pass_ms(1000);
  ck_assert_uint_eq(host->cap, 1);
  ck_assert_uint_eq(start_all(), 1);
}
END_TEST

/* A success from before the freeze comes first, then a refusal from before it. */
START_TEST(a_late_refusal_does_not_freeze_for_the_longest_time) {
  options.retry_delay_ms = 100;
  options.retry_max_delay_ms = 60000;
  struct host *host = with_queue("10.0.0.1", 20);
  uint64_t started_ms = now_ms;
  start_all();
  pass_ms(10);
  host_throttle(host, started_ms, false, 0);
  end(host);
  answer(host, started_ms);
  end(host);
  pass_ms(10);
  ck_assert_uint_le(host_throttle(host, started_ms, false, 0), 100);
}
END_TEST

START_TEST(a_late_refusal_without_a_delay_is_no_long_count) {
  options.retry_delay_ms = 0;
  struct host *host = with_queue("10.0.0.1", 20);
  uint64_t started_ms = now_ms;
  start_all();
  pass_ms(10);
  host_throttle(host, started_ms, true, 100);
  end(host);
  answer(host, started_ms);
  end(host);
  ck_assert_uint_le(host_throttle(host, started_ms, false, 0), 100);
}
END_TEST

/* A near host can answer within the millisecond in which it was asked. */
START_TEST(a_wave_within_a_millisecond_is_one_freeze) {
  options.retry_delay_ms = 100;
  struct host *host = with_queue("10.0.0.1", 20);
  start_all();
  for (int i = 0; i < 8; i++) {
    ck_assert_uint_eq(freeze(host, false, 0), 100);
    end(host);
  }
  ck_assert_uint_eq(host->throttles_in_row, 1);
}
END_TEST

START_TEST(a_freeze_of_no_time_freezes_nothing) {
  options.retry_max_delay_ms = 0;
  struct host *host = with_queue("10.0.0.1", 20);
  start_next();
  pass_ms(10);
  ck_assert_uint_eq(freeze(host, true, 5000), 0);
  end(host);
  pass_ms(0);
  ck_assert_uint_eq(hosts.throttled, 0);
  ck_assert_ptr_nonnull(start_next());
}
END_TEST

START_TEST(a_freeze_lasts_while_no_fetch_is_there) {
  struct host *host = with_queue("10.0.0.1", 1);
  start_next();
  pass_ms(1);
  freeze(host, true, 1000);
  end(host);
  ck_assert_uint_eq(hosts.idle_count, 1);
  pass_ms(500);
  ck_assert_ptr_eq(with_queue("10.0.0.1", 1), host);
  ck_assert_ptr_null(start_next());
  ck_assert_uint_eq(hosts.throttled, 1);
  pass_ms(500);
  ck_assert_ptr_nonnull(start_next());
  ck_assert_uint_eq(hosts.throttled, 0);
}
END_TEST

START_TEST(an_idle_host_does_not_count_as_frozen_for_ever) {
  struct host *host = with_queue("10.0.0.1", 1);
  start_next();
  freeze(host, true, 1000);
  end(host);
  pass_ms(2000);
  ck_assert_uint_eq(hosts.throttled, 0);
  ck_assert_uint_eq(hosts.idle_count, 1);
}
END_TEST

/* ---- Circuits ---- */

static struct host *broken(size_t queued) {
  options.retry_delay_ms = 100;
  struct host *host = with_queue("10.0.0.1", queued + 5);
  for (int i = 0; i < 5; i++) {
    ck_assert(!host_refuses(host));
    ck_assert_ptr_nonnull(start_next());
    end_unreachable(host);
  }
  ck_assert_uint_eq(hosts.down, 1);
  ck_assert_uint_eq(event_count, 1);
  ck_assert_int_eq(events[0], SEINE_EVENT_DOWN);
  return host;
}

START_TEST(a_circuit_opens_after_five_failures_in_a_row) {
  struct host *host = broken(20);
  ck_assert(host_refuses(host));
  ck_assert_ptr_eq(host_table_next(&hosts), host); /* to fail at once */
  ck_assert_uint_eq(hosts.ready, 0);
}
END_TEST

START_TEST(a_success_between_keeps_it_closed) {
  struct host *host = with_queue("10.0.0.1", 20);
  for (int i = 0; i < 12; i++) {
    ck_assert_ptr_nonnull(start_next());
    if (i % 5 == 4)
      end_well(host);
    else
      end_unreachable(host);
  }
  ck_assert_uint_eq(hosts.down, 0);
}
END_TEST

START_TEST(one_probe_at_a_time_and_ever_later) {
  static const uint64_t waits[] = {800, 1600, 3200, 6400};
  struct host *host = broken(20);
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    pass_ms(waits[i] - 1);
    ck_assert(host_refuses(host));
    pass_ms(1);
    ck_assert(!host_refuses(host));
    ck_assert_uint_eq(start_all(), 1); /* the others wait for what it finds */
    end_unreachable(host);
    ck_assert(host_refuses(host));
  }
  ck_assert_uint_eq(event_count, 1);
}
END_TEST

START_TEST(a_probe_that_succeeds_closes_the_circuit) {
  struct host *host = broken(20);
  pass_ms(800);
  ck_assert_uint_eq(start_all(), 1);
  end_well(host);
  ck_assert_uint_eq(hosts.down, 0);
  ck_assert_int_eq(events[1], SEINE_EVENT_UP);
  ck_assert_uint_eq(start_all(), 8);
}
END_TEST

START_TEST(a_host_that_says_not_now_is_there) {
  struct host *host = broken(20);
  pass_ms(800);
  ck_assert_uint_eq(start_all(), 1);
  freeze(host, true, 1000);
  end(host);
  ck_assert_uint_eq(hosts.down, 0);
  ck_assert_uint_eq(host->failures, 0);
  pass_ms(1000);
  ck_assert_uint_eq(start_all(), 1);
}
END_TEST

START_TEST(a_probe_that_is_cancelled_is_followed_by_another) {
  struct host *host = broken(20);
  pass_ms(800);
  ck_assert_uint_eq(start_all(), 1);
  end(host);
  ck_assert(!host_refuses(host));
  ck_assert_uint_eq(start_all(), 1);
}
END_TEST

START_TEST(what_was_in_flight_before_is_no_probe) {
  options.retry_delay_ms = 100;
  struct host *host = with_queue("10.0.0.1", 20);
  ck_assert_uint_eq(start_all(), 8);
  for (int i = 0; i < 7; i++)
    end_unreachable(host);
  ck_assert_uint_eq(host->probes, 1);
  pass_ms(800);
  ck_assert_uint_eq(start_all(), 1);
  ck_assert_uint_eq(host->in_flight, 2);
  end(host); /* the last from before: it stalled */
  ck_assert_ptr_null(start_next());
  end_unreachable(host);
  ck_assert_uint_eq(host->probes, 2);
}
END_TEST

START_TEST(a_look_up_can_be_the_probe) {
  options.retry_delay_ms = 100;
  struct host *host = with_queue("a.example", 20);
  for (int i = 0; i < 5; i++) {
    ck_assert_ptr_eq(host_table_next(&hosts), host);
    host_set_resolving(host, true);
    ck_assert_ptr_null(host_table_next(&hosts));
    host_unreachable(host, "connection refused");
    host_set_resolving(host, false);
  }
  ck_assert(host_refuses(host));
  pass_ms(800);
  ck_assert(!host_refuses(host));
  host_set_resolving(host, true);
  ck_assert_ptr_null(host_table_next(&hosts));
  host_unreachable(host, "connection refused");
  host_set_resolving(host, false);
  ck_assert(host_refuses(host));
  ck_assert_uint_eq(host->probes, 2);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("host trouble");
  TCase *tcase = tcase_create("host trouble");
  tcase_add_checked_fixture(tcase, open_table, close_table);
  tcase_add_test(tcase, a_frozen_host_starts_nothing_until_its_time);
  tcase_add_test(tcase, what_a_host_asks_for_is_bounded);
  tcase_add_test(tcase, a_shorter_freeze_does_not_end_a_longer_one);
  tcase_add_test(tcase, delays_of_our_own_double_up_to_the_longest);
  tcase_add_test(tcase, one_wave_of_refusals_is_one_freeze);
  tcase_add_test(tcase, the_cap_grows_by_one_each_caps_worth_of_successes);
  tcase_add_test(tcase, the_cap_halves_at_the_next_refusal);
  tcase_add_test(tcase, successes_from_before_a_freeze_do_not_raise_the_cap);
  tcase_add_test(tcase, a_late_refusal_does_not_freeze_for_the_longest_time);
  tcase_add_test(tcase, a_late_refusal_without_a_delay_is_no_long_count);
  tcase_add_test(tcase, a_wave_within_a_millisecond_is_one_freeze);
  tcase_add_test(tcase, a_freeze_of_no_time_freezes_nothing);
  tcase_add_test(tcase, a_freeze_lasts_while_no_fetch_is_there);
  tcase_add_test(tcase, an_idle_host_does_not_count_as_frozen_for_ever);
  tcase_add_test(tcase, a_circuit_opens_after_five_failures_in_a_row);
  tcase_add_test(tcase, a_success_between_keeps_it_closed);
  tcase_add_test(tcase, one_probe_at_a_time_and_ever_later);
  tcase_add_test(tcase, a_probe_that_succeeds_closes_the_circuit);
  tcase_add_test(tcase, a_host_that_says_not_now_is_there);
  tcase_add_test(tcase, a_probe_that_is_cancelled_is_followed_by_another);
  tcase_add_test(tcase, what_was_in_flight_before_is_no_probe);
  tcase_add_test(tcase, a_look_up_can_be_the_probe);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
