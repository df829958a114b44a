/* Which host goes next, caps, rates, and what is remembered of hosts without work. */
#include "fixtures/host_fixture.h"
#include "fixtures/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/robots.h"

/* ---- Whose turn it is ---- */

START_TEST(hosts_take_turns) {
  struct host *large = with_queue("10.0.0.1", 50), *small = with_queue("10.0.0.2", 3), *one = with_queue("10.0.0.3", 1);
  static const int order[] = {0, 1, 2, 0, 1, 0, 1, 0, 0};
  struct host *all[] = {large, small, one};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    ck_assert_ptr_eq(start_next()->host, all[order[i]]);
}
END_TEST

START_TEST(a_queue_is_first_in_first_out_but_for_the_urgent) {
  struct host *host = hold("10.0.0.1");
  struct seine_fetch *first = queue(host, false), *second = queue(hold("10.0.0.1"), false);
  struct seine_fetch *urgent = queue(hold("10.0.0.1"), true);
  ck_assert_ptr_eq(start_next(), urgent);
  ck_assert_ptr_eq(start_next(), first);
  ck_assert_ptr_eq(start_next(), second);
  ck_assert_ptr_null(start_next());
}
END_TEST

START_TEST(scheme_name_and_port_make_a_host) {
  char http[] = "http", https[] = "https", name[] = "a.example", other[] = "b.example";
  struct host *host = host_table_find(&hosts, &(seine_url_t){.scheme = http, .host = name, .port = 80});
  ck_assert_ptr_eq(host_table_find(&hosts, &(seine_url_t){.scheme = http, .host = name, .port = 80}), host);
  ck_assert_ptr_ne(host_table_find(&hosts, &(seine_url_t){.scheme = https, .host = name, .port = 80}), host);
  ck_assert_ptr_ne(host_table_find(&hosts, &(seine_url_t){.scheme = http, .host = name, .port = 81}), host);
  ck_assert_ptr_ne(host_table_find(&hosts, &(seine_url_t){.scheme = http, .host = other, .port = 80}), host);
  ck_assert_uint_eq(hosts.count, 4);
  ck_assert_uint_eq(host->fetches, 2);
}
END_TEST

/* ---- Caps and rates ---- */

START_TEST(no_more_than_the_cap_are_in_flight) {
  options.per_host = 3;
  struct host *host = with_queue("10.0.0.1", 10);
  ck_assert_uint_eq(hosts.ready, 3);
  ck_assert_uint_eq(start_all(), 3);
  ck_assert_uint_eq(hosts.ready, 0);
  end_well(host);
  ck_assert_uint_eq(hosts.ready, 1);
  ck_assert_uint_eq(start_all(), 1);
  ck_assert_uint_eq(host->in_flight, 3);
}
END_TEST

START_TEST(startable_follows_queues_slots_and_addresses) {
  options.per_host = 4;
  struct host *literal = with_queue("10.0.0.1", 2);
  ck_assert_uint_eq(hosts.ready, 2);
  struct host *named = with_queue("a.example", 9);
  ck_assert_uint_eq(hosts.ready, 3); /* before its address is known, one of them can begin to look it up */
  host_set_resolving(named, true);
  ck_assert_uint_eq(hosts.ready, 2);
  host_set_resolving(named, false);
  ck_assert_uint_eq(hosts.ready, 3);
  drop_queue(named);
  drop_queue(literal);
  ck_assert_uint_eq(hosts.ready, 0);
  ck_assert_uint_eq(hosts.count, 0);
}
END_TEST

START_TEST(starts_keep_their_distance) {
  options.rate_per_host = 4;
  with_queue("10.0.0.1", 20);
  uint64_t starts[20], begin = now_ms;
  size_t count = 0;
  while (now_ms < begin + 3000 && count < 20) {
    for (struct seine_fetch *fetch; (fetch = start_next());) {
      starts[count++] = now_ms;
      end_well(fetch->host);
    }
    pass_ms(1);
  }
  ck_assert_uint_eq(count, 12);
  for (size_t i = 4; i < count; i++)
    ck_assert_uint_ge(starts[i] - starts[i - 4], 1000);
}
END_TEST

static const struct {
  uint64_t asked_s, most_ms, wait_ms;
} crawl_delays[] = {{3600, 30000, 30000},      {31, 30000, 30000}, {30, 30000, 30000}, {29, 30000, 29000},
                    {3600, 86400000, 3600000}, {5, 0, 0},          {1, 999, 999}};

START_TEST(a_crawl_delay_is_bounded) {
  char text[80];
  struct robots *robots = NULL;
  options.max_crawl_delay_ms = crawl_delays[_i].most_ms;
  struct host *host = with_queue("10.0.0.1", 2);
  snprintf(text, sizeof text, "User-agent: *\nCrawl-delay: %" PRIu64 "\n", crawl_delays[_i].asked_s);
  ck_assert_int_eq(robots_parse(&robots, text, strlen(text), "seine"), 0);
  host_robots(host, robots, false, UINT64_MAX);
  ck_assert_uint_eq(host_crawl_delay_ms(host), crawl_delays[_i].wait_ms);
  if (crawl_delays[_i].wait_ms) {
    pass_ms(crawl_delays[_i].wait_ms - 1);
    ck_assert_uint_eq(start_all(), 0);
    pass_ms(1);
  }
  ck_assert_uint_eq(start_all(), crawl_delays[_i].wait_ms ? 1 : 2);
}
END_TEST

START_TEST(a_rate_is_remembered_while_no_fetch_is_there) {
  options.rate_per_host = 2;
  end_well((with_queue("10.0.0.1", 1), start_next())->host);
  ck_assert_uint_eq(hosts.count, 1);
  pass_ms(200);
  with_queue("10.0.0.1", 1);
  ck_assert_uint_eq(start_all(), 0);
  ck_assert_uint_eq(hosts.ready, 0);
  pass_ms(299);
  ck_assert_uint_eq(start_all(), 0);
  pass_ms(1);
  ck_assert_uint_eq(start_all(), 1);
}
END_TEST

/* ---- Idle hosts ---- */

START_TEST(a_host_that_behaved_is_forgotten_at_once) {
  with_queue("10.0.0.1", 1);
  end_well(start_next()->host);
  ck_assert_uint_eq(hosts.count, 0);
  ck_assert_uint_eq(forgotten, 1);
}
END_TEST

START_TEST(a_host_that_did_not_is_remembered) {
  struct host *host = with_queue("10.0.0.1", 1);
  start_next();
  end_unreachable(host);
  ck_assert_uint_eq(hosts.count, 1);
  ck_assert_uint_eq(hosts.idle_count, 1);
  ck_assert_ptr_eq(hold("10.0.0.1"), host);
  ck_assert_uint_eq(hosts.idle_count, 0);
  ck_assert_uint_eq(host->failures, 1);
}
END_TEST

START_TEST(memory_of_idle_hosts_is_bounded_and_the_oldest_go) {
  char name[32];
  for (int i = 0; i < 40000; i++) {
    snprintf(name, sizeof name, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
    struct host *host = hold(name);
    host_unreachable(host, "connection refused");
    host_release(host);
  }
  ck_assert_uint_eq(hosts.count, 32768);
  ck_assert_uint_eq(hosts.idle_count, 32768);
  ck_assert_uint_eq(hold("10.0.0.0")->failures, 0);
  ck_assert_uint_eq(hold("10.0.156.63")->failures, 1);
  host_table_close(&hosts);
  ck_assert_uint_eq(hosts.count, 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("host");
  TCase *tcase = tcase_create("host");
  tcase_add_checked_fixture(tcase, open_table, close_table);
  tcase_add_test(tcase, hosts_take_turns);
  tcase_add_test(tcase, a_queue_is_first_in_first_out_but_for_the_urgent);
  tcase_add_test(tcase, scheme_name_and_port_make_a_host);
  tcase_add_test(tcase, no_more_than_the_cap_are_in_flight);
  tcase_add_test(tcase, startable_follows_queues_slots_and_addresses);
  tcase_add_test(tcase, starts_keep_their_distance);
  tcase_add_loop_test(tcase, a_crawl_delay_is_bounded, 0, sizeof crawl_delays / sizeof *crawl_delays);
  tcase_add_test(tcase, a_rate_is_remembered_while_no_fetch_is_there);
  tcase_add_test(tcase, a_host_that_behaved_is_forgotten_at_once);
  tcase_add_test(tcase, a_host_that_did_not_is_remembered);
  tcase_add_test(tcase, memory_of_idle_hosts_is_bounded_and_the_oldest_go);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
