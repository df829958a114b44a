/* Headers and rules that are replaced while fetches run, as the server saw them. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdlib.h>
#include <string.h>

static struct fixture fixture;

static const char *const first[] = {"X-Set: 1", NULL}, *const second[] = {"X-Set: 2", NULL};
static const seine_rule_t one_at_a_time[] = {{.pattern = "127.0.0.1", .concurrency = 1, .headers = second}};

static void open_fixture(void) {
  fixture_init(&fixture);
}

static void close_fixture(void) {
  fixture_clear(&fixture);
}

static struct got *fetch(int n, const char *path) {
  return fixture_fetch(&fixture, n, path, SEINE_SINK_MEMORY);
}

static void fetch_many(int count, int delay_ms) {
  char path[64];
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "/img/png/%d?delay=%d", i, delay_ms);
    fetch(1, path);
  }
}

static void assert_sent(const struct got *got, const char *line) {
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_ptr_nonnull(memmem(got->data, got->size_bytes, line, strlen(line)));
}

/* ---- Headers ---- */

static const seine_rule_t *next_rules;
static size_t next_count;
static struct got *later;

static void replace_once(struct got *got) {
  (void)got;
  if (later) return;
  ck_assert_int_eq(seine_set_rules(fixture.engine, next_rules ? NULL : second, next_rules, next_count, NULL, 0), 0);
  later = fetch(1, "/echo/later");
}

/* The hop that is under way sends the old line, the next one the new. */
static void check_headers(const seine_rule_t *rules, size_t count) {
  later = NULL;
  next_rules = rules;
  next_count = count;
  fixture.options.headers = first;
  fixture.on_got = replace_once;
  fixture_open(&fixture);
  char path[200], *echo = server_url(fixture.server, 1, "/echo/hop");
  snprintf(path, sizeof path, "/img/png/a?delay=2000&redirect=%s", echo);
  struct got *early = fetch(1, "/echo"), *under_way = fetch(1, path), *whole = fetch(1, "/img/png/b?delay=2000");
  fixture_run(&fixture);
  assert_sent(early, "X-Set: 1");
  assert_sent(under_way, "X-Set: 2");
  assert_sent(later, "X-Set: 2");
  fixture_assert_is(whole, "/img/png/b?delay=2000");
  free(echo);
}

START_TEST(requests_send_the_headers_of_their_time) {
  check_headers(NULL, 0);
}
END_TEST

START_TEST(requests_send_the_headers_of_the_rule_of_their_time) {
  check_headers(one_at_a_time, 1);
}
END_TEST

START_TEST(a_fetch_with_headers_of_its_own_keeps_those_of_its_submission) {
  static const char *const own[] = {"X-Own: 3", NULL};
  fixture.options.headers = first;
  fixture.options.per_host = 1;
  later = NULL;
  next_rules = NULL;
  next_count = 0;
  fixture.on_got = replace_once;
  fixture_open(&fixture);
  char *url = server_url(fixture.server, 1, "/echo/own");
  fetch(1, "/echo");
  struct got *with_own =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_MEMORY, .headers = own});
  fixture_run(&fixture);
  assert_sent(with_own, "X-Set: 1");
  assert_sent(with_own, "X-Own: 3");
  assert_sent(later, "X-Set: 2");
  free(url);
}
END_TEST

/* ---- Caps ---- */

static size_t capped_at; /* the result by which those in flight when the rule came have ended; 0: not yet */

static void watch_cap(struct got *got) {
  seine_stats_t stats;
  if (got->order == 10) ck_assert_int_eq(seine_set_rules(fixture.engine, NULL, one_at_a_time, 1, NULL, 0), 0);
  if (got->order <= 10) return;
  seine_get_stats(fixture.engine, &stats);
  if (capped_at) ck_assert_uint_le(stats.transferring, 1);
  if (!capped_at && stats.transferring <= 1) capped_at = got->order;
}

START_TEST(a_lower_cap_holds_for_what_starts_from_then_on) {
  capped_at = 0;
  fixture.options.per_host = 8;
  fixture.on_got = watch_cap;
  fixture_open(&fixture);
  fetch_many(60, 20);
  fixture_run(&fixture);
  for (size_t i = 0; i < fixture.count; i++)
    ck_assert_int_eq(fixture.got[i].status, SEINE_STATUS_OK);
  ck_assert_uint_gt(capped_at, 0);
  ck_assert_uint_lt(capped_at, 45); /* without the rule eight would be in flight up to the 52nd */
  ck_assert_uint_gt(server_max_concurrent(fixture.server, "127.0.0.1"), 1);
}
END_TEST

static void lift_cap(struct got *got) {
  if (got->order) return;
  ck_assert_uint_eq(server_max_concurrent(fixture.server, "127.0.0.1"), 1);
  ck_assert_int_eq(seine_set_rules(fixture.engine, NULL, NULL, 0, NULL, 0), 0);
}

START_TEST(without_the_rule_its_cap_ends) {
  fixture.options.rules = one_at_a_time;
  fixture.options.rule_count = 1;
  fixture.options.per_host = 4;
  fixture.on_got = lift_cap;
  fixture_open(&fixture);
  fetch_many(20, 100);
  fixture_run(&fixture);
  uint64_t most = server_max_concurrent(fixture.server, "127.0.0.1");
  ck_assert_uint_gt(most, 1);
  ck_assert_uint_le(most, 4);
}
END_TEST

/* ---- What is refused ---- */

START_TEST(what_is_refused_changes_nothing) {
  static const char *const bad_lines[] = {"Content-Length: 3", NULL};
  static const seine_rule_t bad_pattern[] = {{.pattern = "a*"}};
  static const seine_rule_t new_proxy[] = {{.pattern = "127.0.0.1", .proxy = "http://127.0.0.1:9"}};
  char cause[200] = "";
  fixture.options.headers = first;
  fixture_open(&fixture);
  ck_assert_int_eq(seine_set_rules(fixture.engine, bad_lines, NULL, 0, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_ptr_nonnull(strstr(cause, "Content-Length"));
  ck_assert_int_eq(seine_set_rules(fixture.engine, NULL, bad_pattern, 1, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_ptr_nonnull(strstr(cause, "a*"));
  ck_assert_int_eq(seine_set_rules(fixture.engine, NULL, new_proxy, 1, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_ptr_nonnull(strstr(cause, "proxy"));
  struct got *got = fetch(1, "/echo");
  fixture_run(&fixture);
  assert_sent(got, "X-Set: 1");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("set_rules");
  TCase *tcase = tcase_create("rules");
  tcase_add_checked_fixture(tcase, open_fixture, close_fixture);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, requests_send_the_headers_of_their_time);
  tcase_add_test(tcase, requests_send_the_headers_of_the_rule_of_their_time);
  tcase_add_test(tcase, a_fetch_with_headers_of_its_own_keeps_those_of_its_submission);
  tcase_add_test(tcase, a_lower_cap_holds_for_what_starts_from_then_on);
  tcase_add_test(tcase, without_the_rule_its_cap_ends);
  tcase_add_test(tcase, what_is_refused_changes_nothing);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
