/* Caps, rates and freezes, as the server saw them. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;

static void open_bench(void) {
  fixture_init(&fixture);
}

static void close_bench(void) {
  fixture_clear(&fixture);
}

__attribute__((format(printf, 2, 3))) static struct got *fetch(int n, const char *format, ...) {
  char *path;
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_gt(vasprintf(&path, format, arguments), 0);
  va_end(arguments);
  struct got *got = fixture_fetch(&fixture, n, path, SEINE_SINK_NULL);
  free(path);
  return got;
}

static char *address(int n) {
  static char name[32];
  snprintf(name, sizeof name, "127.0.0.%d", n);
  return name;
}

static void assert_all_ok(void) {
  for (size_t i = 0; i < fixture.count; i++)
    ck_assert_msg(fixture.got[i].status == SEINE_STATUS_OK, "fetch %zu: %s, %s", i,
                  seine_err_name(fixture.got[i].error), fixture.got[i].message ? fixture.got[i].message : "");
}

/* ---- Caps ---- */

/* 30 fetches for each of 20 hosts; of every six, two are retried, one is refused, and two lead to other hosts. */
static void fetch_mixture(void) {
  for (int i = 0; i < 600; i++) {
    int n = 1 + i % 20, other = 1 + (i * 7 + 3) % 20;
    char *target = server_url(fixture.server, other, "/img/png");
    switch (i / 20 % 6) {
    case 0: fetch(n, "/img/png/%d?delay=30", i); break;
    case 1: fetch(n, "/img/png/%d?delay=30&status=500,502,200", i); break;
    case 2: fetch(n, "/img/png/%d?redirect=%s/%d%%3Fdelay%%3D30", i, target, i); break;
    case 3: fetch(n, "/img/png/%d?delay=30&truncate=3000&faults=1", i); break;
    case 4: fetch(n, "/hop/2/img/png/%d?redirect=%s/%d%%3Fdelay%%3D30%%26status%%3D503,200", i, target, i); break;
    case 5: fetch(n, "/img/png/%d?delay=30&status=503,200&chunked=500", i); break;
    }
    free(target);
  }
}

static const struct {
  unsigned concurrency, per_host;
} caps[] = {{200, 4}, {40, 8}}; /* one presses on each host, the other on all together */

START_TEST(caps_hold_over_retries_and_redirects) {
  fixture.options.concurrency = caps[_i].concurrency;
  fixture.options.per_host = caps[_i].per_host;
  fixture_open(&fixture);
  fetch_mixture();
  fixture_run(&fixture);
  assert_all_ok();
  uint64_t most = 0;
  for (int n = 1; n <= 20; n++) {
    uint64_t max = server_max_concurrent(fixture.server, address(n));
    ck_assert_msg(max <= caps[_i].per_host, "127.0.0.%d had %d at once", n, (int)max);
    if (max > most) most = max;
  }
  ck_assert_uint_ge(most, 2);
  ck_assert_uint_le(server_max_concurrent(fixture.server, NULL), caps[_i].concurrency);
  ck_assert_uint_ge(server_requests(fixture.server, NULL, NULL), 1200);
}
END_TEST

START_TEST(caps_of_rules_hold_too) {
  static const seine_rule_t rules[] = {{.pattern = "127.0.0.3", .concurrency = 2},
                                       {.pattern = "*.0.0.5", .concurrency = 1},
                                       {.pattern = "*", .concurrency = 4}};
  fixture.options.concurrency = 200;
  fixture.options.rules = rules;
  fixture.options.rule_count = 3;
  fixture_open(&fixture);
  fetch_mixture();
  fixture_run(&fixture);
  assert_all_ok();
  for (int n = 1; n <= 20; n++)
    ck_assert_uint_le(server_max_concurrent(fixture.server, address(n)), n == 3 ? 2 : n == 5 ? 1 : 4);
}
END_TEST

/* ---- Rates ---- */

/* The most starts of a host within any second. The server notes a start when it has read the request: of two that the
 * engine starts a second apart, the first can be held up, by its connection or by the machine, and the other not. So
 * one more than the rate can be seen; that the engine's own clock sees none is tested with the hosts. */
static size_t most_in_a_second(const char *host) {
  static uint64_t starts[1024];
  size_t count = server_starts(fixture.server, host, NULL, starts, 1024), most = 0;
  for (size_t i = 0, first = 0; i < count; i++) {
    while (starts[i] - starts[first] >= 1000)
      first++;
    if (i - first + 1 > most) most = i - first + 1;
  }
  return most;
}

START_TEST(a_rate_holds_over_retries_and_redirects) {
  fixture.options.rate_per_host = 6;
  fixture_open(&fixture);
  char *target = server_url(fixture.server, 1, "/img/png/target");
  for (int i = 0; i < 6; i++) {
    fetch(1, "/img/png/%d", i);
    fetch(1, "/img/png/retried%d?status=500,200", i);
    fetch(2, "/img/png/%d?redirect=%s%d", i, target, i);
  }
  fixture_run(&fixture);
  assert_all_ok();
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), 24);
  ck_assert_uint_le(most_in_a_second("127.0.0.1"), 7);
  ck_assert_uint_le(most_in_a_second("127.0.0.2"), 7);
  free(target);
}
END_TEST

static void fetch_next(struct got *got) {
  (void)got;
  if (fixture.count < 16) fetch(1, "/img/png/%zu", fixture.count);
}

START_TEST(a_rate_holds_for_one_fetch_after_the_other) {
  fixture.options.rate_per_host = 6;
  fixture.on_got = fetch_next;
  fixture_open(&fixture);
  fetch(1, "/img/png/first");
  fixture_run(&fixture);
  ck_assert_uint_eq(fixture.count, 16);
  ck_assert_uint_le(most_in_a_second("127.0.0.1"), 7);
}
END_TEST

START_TEST(rates_and_delays_of_rules_hold) {
  static const seine_rule_t rules[] = {{.pattern = "127.0.0.1", .rate = 5}, {.pattern = "127.0.0.2", .delay_ms = 250}};
  fixture.options.rules = rules;
  fixture.options.rule_count = 2;
  fixture_open(&fixture);
  for (int i = 0; i < 10; i++)
    for (int n = 1; n <= 3; n++)
      fetch(n, "/img/png/%d", i);
  fixture_run(&fixture);
  assert_all_ok();
  ck_assert_uint_le(most_in_a_second("127.0.0.1"), 6);
  ck_assert_uint_le(most_in_a_second("127.0.0.2"), 5);
}
END_TEST

/* ---- Freezes ---- */

static uint64_t start_of(const char *host, const char *path) {
  uint64_t start = 0;
  ck_assert_uint_ge(server_starts(fixture.server, host, path, &start, 1), 1);
  return start;
}

/* Starts of a host after a moment and before it is `ms` past. */
static size_t starts_within(const char *host, uint64_t after_ms, uint64_t ms) {
  static uint64_t starts[1024];
  size_t count = server_starts(fixture.server, host, NULL, starts, 1024), within = 0;
  for (size_t i = 0; i < count; i++)
    within += starts[i] > after_ms && starts[i] < after_ms + ms;
  return within;
}

START_TEST(retry_after_holds_for_all_of_a_host_and_for_no_other) {
  static const struct {
    const char *query;
    uint64_t least_ms; /* a date has seconds: of two there is more than one left */
  } refusals[] = {{"status=429,200&retry-after=2", 2000},
                  {"status=503,200&retry-after=2", 2000},
                  {"status=429,200&retry-date=2", 1000},
                  {"status=503,200&retry-date=2", 1000}};
  fixture.options.per_host = 1; /* so that nothing else is in flight when the refusal comes */
  fixture_open(&fixture);
  for (int n = 1; n <= 4; n++) {
    fetch(n, "/img/png/first?%s", refusals[n - 1].query);
    for (int i = 0; i < 50; i++)
      fetch(n, "/img/png/%d", i);
  }
  for (int i = 0; i < 40; i++)
    fetch(5, "/img/png/%d?delay=25", i);
  fixture_run(&fixture);
  assert_all_ok();
  for (int n = 1; n <= 4; n++) {
    uint64_t refused_ms = start_of(address(n), "/img/png/first");
    ck_assert_uint_eq(server_requests(fixture.server, address(n), NULL), 52);
    ck_assert_msg(starts_within(address(n), refused_ms, refusals[n - 1].least_ms) == 0, "%s", refusals[n - 1].query);
  }
  uint64_t refused_ms = start_of("127.0.0.1", "/img/png/first");
  ck_assert_uint_ge(starts_within("127.0.0.5", refused_ms, start_of("127.0.0.1", "/img/png/0") - refused_ms), 1);
}
END_TEST

START_TEST(retry_after_outlives_the_fetch_that_was_told) {
  fixture.options.retries = 0;
  fixture.on_got = fetch_next;
  fixture_open(&fixture);
  fetch(1, "/img/png/first?status=429&retry-after=1");
  fixture_run(&fixture);
  ck_assert_int_eq(fixture.got[0].error, SEINE_EHTTP);
  ck_assert_uint_eq(starts_within("127.0.0.1", start_of("127.0.0.1", "/img/png/first"), 1000), 0);
}
END_TEST

START_TEST(retry_after_is_clamped) {
  fixture.options.retry_max_delay_ms = 30;
  fixture_open(&fixture);
  struct got *got = fetch(1, "/img/png/first?status=503,200&retry-after=100000");
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(got->attempts, 2);
  ck_assert_uint_eq(starts_within("127.0.0.1", start_of("127.0.0.1", "/img/png/first"), 300), 0);
}
END_TEST

/* Frozen hosts, and a slot that others use meanwhile. */
START_TEST(what_waits_holds_no_slot) {
  fixture.options.concurrency = 8;
  fixture.options.per_host = 1;
  fixture_open(&fixture);
  for (int n = 1; n <= 39; n++)
    for (int i = 0; i < 8; i++)
      fetch(n, i ? "/img/png/%d" : "/img/png/%d?status=503,200&retry-after=2", i);
  seine_stats_t stats = {0};
  while (stats.hosts_throttled < 39 || stats.transferring > 0) {
    uv_run(&fixture.loop, UV_RUN_ONCE);
    seine_get_stats(fixture.engine, &stats);
    ck_assert_uint_eq(fixture.done, 0);
  }
  ck_assert_uint_eq(stats.waiting, 39);
  ck_assert_uint_eq(stats.queued, 7 * 39);
  struct got *got = fetch(40, "/img/png/other");
  fixture_run(&fixture);
  assert_all_ok();
  ck_assert_uint_eq(got->order, 0);
}
END_TEST

static void on_closed_early(seine_t *engine, void *user) {
  (void)engine;
  *(bool *)user = true;
}

static void run_until_frozen(void) {
  seine_stats_t stats = {0};
  while (!stats.hosts_throttled) {
    uv_run(&fixture.loop, UV_RUN_ONCE);
    seine_get_stats(fixture.engine, &stats);
  }
}

/* All are refused at once, each on a connection of its own. Of those no more stay than are kept for idle hosts anyway,
 * 128; the server is asked by one more. */
START_TEST(what_waits_holds_no_connection) {
  fixture.options.concurrency = 400;
  fixture.options.retry_max_delay_ms = 60000;
  fixture_open(&fixture);
  for (int n = 1; n <= 39; n++)
    for (int i = 0; i < 8; i++)
      fetch(n, "/img/png/%d?status=503,200&retry-after=60&delay=300", i);
  seine_stats_t stats = {0};
  while (stats.waiting < 39 * 8) {
    uv_run(&fixture.loop, UV_RUN_ONCE);
    seine_get_stats(fixture.engine, &stats);
    ck_assert_uint_eq(fixture.done, 0);
  }
  ck_assert_uint_eq(stats.transferring, 0);
  ck_assert_uint_gt(stats.connections, 128);
  uint64_t open = server_open_connections(fixture.server);
  ck_assert_msg(open <= 129, "%d connections are open while %d fetches wait", (int)open, (int)stats.waiting);
  fixture.hold = true;
  seine_close(fixture.engine, on_closed_early, &fixture.closed);
  uv_run(&fixture.loop, UV_RUN_DEFAULT);
  fixture_run(&fixture);
}
END_TEST

/* The n-th request after a freeze goes out only when the requests before it have brought the cap that far: of
 * m * (m + 1) / 2 requests, no more than m are ever at once. */
START_TEST(the_cap_begins_at_one_and_grows_with_success) {
  int most = _i, requests = most * (most + 1) / 2;
  fixture_open(&fixture);
  fixture.hold = true;
  fetch(1, "/img/png/first?status=429,200&retry-after=1&delay=100");
  run_until_frozen();
  for (int i = 1; i < requests; i++)
    fetch(1, "/img/png/%d?delay=100", i);
  fixture.hold = false;
  fixture_run(&fixture);
  assert_all_ok();
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), (uint64_t)requests + 1);
  ck_assert_uint_le(server_max_concurrent(fixture.server, "127.0.0.1"), (uint64_t)most);
  if (most > 1) ck_assert_uint_ge(server_max_concurrent(fixture.server, "127.0.0.1"), 2);
}
END_TEST

/* Eight are in flight when the first of them is told to stop; the others succeed. The ramp begins at 1 all the same. */
START_TEST(successes_of_the_old_days_do_not_count) {
  fixture.options.retries = 0;
  fixture_open(&fixture);
  fetch(1, "/img/png/first?status=429&retry-after=2&delay=50");
  for (int i = 1; i < 8; i++)
    fetch(1, "/img/png/%d?delay=250", i);
  run_until_frozen();
  for (int i = 8; i < 11; i++)
    fetch(1, "/img/png/%d?delay=100", i);
  while (fixture.done < 8)
    uv_run(&fixture.loop, UV_RUN_ONCE);
  server_reset(fixture.server);
  fixture_run(&fixture);
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), 3);
  ck_assert_uint_le(server_max_concurrent(fixture.server, "127.0.0.1"), 2);
}
END_TEST

/* ---- Turns ---- */

/* A new host's request reaches the server a few rounds of both loops after its start, as it connects first; in each
 * round the slots that are left ask no more than once. */
#define SOON (8 * 12)

START_TEST(a_large_host_does_not_hold_up_a_small_one) {
  fixture.options.concurrency = 8;
  fixture_open(&fixture);
  for (int i = 0; i < 1000; i++)
    fetch(1, "/img/png/%d?size=500", i);
  for (int i = 0; i < 3; i++)
    fetch(2, "/img/png/%d?size=500", i);
  fixture_run(&fixture);
  for (int i = 0; i < 3; i++) {
    char path[30];
    snprintf(path, sizeof path, "/img/png/%d", i);
    ck_assert_uint_lt(server_starts_before(fixture.server, "127.0.0.2", path), SOON);
  }
}
END_TEST

static uint64_t begun; /* before the latecomer came */

/* Results come later than that, where the workers are behind: it is the server that is asked. */
static void come_late(struct got *got) {
  (void)got;
  if (fixture.done != 100) return;
  fetch(2, "/img/png/late?size=500");
  begun = server_requests(fixture.server, NULL, NULL);
}

START_TEST(nor_one_that_comes_later) {
  fixture.options.concurrency = 8;
  fixture.on_got = come_late;
  fixture_open(&fixture);
  for (int i = 0; i < 1000; i++)
    fetch(1, "/img/png/%d?size=500", i);
  fixture_run(&fixture);
  size_t before = server_starts_before(fixture.server, "127.0.0.2", NULL);
  ck_assert_uint_ge(before, begun);
  ck_assert_uint_lt(before, begun + SOON);
}
END_TEST

/* ---- Bandwidth ---- */

#define SAMPLES 600

struct samples {
  uint64_t at_ns[SAMPLES], bytes[SAMPLES];
  size_t count;
};

static struct samples samples;

static void take_sample(void) {
  seine_stats_t stats;
  seine_get_stats(fixture.engine, &stats);
  if (samples.count == SAMPLES) return;
  samples.at_ns[samples.count] = uv_hrtime();
  samples.bytes[samples.count++] = stats.received_bytes;
}

static void on_sample(uv_timer_t *timer) {
  (void)timer;
  take_sample();
}

/* The highest rate over any stretch of five seconds or a little more. */
static double highest_rate(void) {
  double highest = 0;
  for (size_t i = 0; i < samples.count; i++)
    for (size_t j = i; j < samples.count; j++) {
      double seconds = (double)(samples.at_ns[j] - samples.at_ns[i]) / 1e9;
      if (seconds < 5) continue;
      double rate = (double)(samples.bytes[j] - samples.bytes[i]) / seconds;
      if (rate > highest) highest = rate;
      break;
    }
  return highest;
}

/* A busy machine can be slower than the limit, and never faster. */
START_TEST(bandwidth_is_shared_and_limited) {
  uv_timer_t timer;
  fixture.options.limit_rate_bytes = 2000000;
  fixture_open(&fixture);
  uv_timer_init(&fixture.loop, &timer);
  uv_timer_start(&timer, on_sample, 0, 100);
  for (int i = 0; i < 8; i++)
    fetch(1 + i % 4, "/img/jpeg/%d?size=1600000%s", i, i % 2 ? "&chunked=30000" : "");
  fixture_wait(&fixture);
  uv_close((uv_handle_t *)&timer, NULL);
  fixture_run(&fixture);
  assert_all_ok();
  printf("limit 2000000 bytes/s, highest %.0f\n", highest_rate());
  ck_assert_double_gt(highest_rate(), 0);
  ck_assert_double_le(highest_rate(), 2000000 * 1.05);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("manners");
  TCase *tcase = tcase_create("manners");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, open_bench, close_bench);
  tcase_add_loop_test(tcase, caps_hold_over_retries_and_redirects, 0, 2);
  tcase_add_test(tcase, caps_of_rules_hold_too);
  tcase_add_test(tcase, a_rate_holds_over_retries_and_redirects);
  tcase_add_test(tcase, a_rate_holds_for_one_fetch_after_the_other);
  tcase_add_test(tcase, rates_and_delays_of_rules_hold);
  tcase_add_test(tcase, retry_after_holds_for_all_of_a_host_and_for_no_other);
  tcase_add_test(tcase, retry_after_outlives_the_fetch_that_was_told);
  tcase_add_test(tcase, retry_after_is_clamped);
  tcase_add_test(tcase, what_waits_holds_no_slot);
  tcase_add_test(tcase, what_waits_holds_no_connection);
  tcase_add_loop_test(tcase, the_cap_begins_at_one_and_grows_with_success, 1, 5);
  tcase_add_test(tcase, successes_of_the_old_days_do_not_count);
  tcase_add_test(tcase, a_large_host_does_not_hold_up_a_small_one);
  tcase_add_test(tcase, nor_one_that_comes_later);
  tcase_add_test(tcase, bandwidth_is_shared_and_limited);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
