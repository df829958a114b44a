/* Descriptors that run out: fewer transfers, no URL and no host to blame, and more again when there is room. */
#include "fetch/engine_state.h"
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define SPARE 40 /* descriptors that the engine may have beside those that are open already */

static struct fixture fixture;
static struct rlimit usual;
static unsigned shrunk, lowest, others;

static void on_event(seine_t *seine, const seine_event_t *event, void *user) {
  (void)seine;
  (void)user;
  if (event->kind != SEINE_EVENT_CONCURRENCY_REDUCED) {
    others++;
    return;
  }
  ck_assert_ptr_null(event->host);
  ck_assert_uint_gt(event->cap, 0);
  if (shrunk++) ck_assert_uint_lt(event->cap, lowest);
  lowest = event->cap;
}

static void open_bench(void) {
  fixture_init(&fixture);
  fixture.options.on_event = on_event;
  fixture.options.concurrency = 400;
  fixture.options.per_host = 20;
  shrunk = lowest = others = 0;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
}

static void close_bench(void) {
  setrlimit(RLIMIT_NOFILE, &usual);
  fixture_clear(&fixture);
}

/* The soft limit, which counts numbers and not descriptors: those that are free below the highest in use count, too. */
static void leave_descriptors(unsigned count) {
  int lowest_free = dup(0);
  ck_assert_int_ge(lowest_free, 0);
  close(lowest_free);
  struct rlimit limit = usual;
  limit.rlim_cur = (rlim_t)lowest_free + count;
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void fetch_many(int count, seine_sink_t sink, int delay_ms) {
  for (int i = 0; i < count; i++) {
    char *path = print("/img/jpeg/%d?delay=%d&size=400", i, delay_ms);
    fixture_fetch(&fixture, 1 + i % 40, path, sink);
    free(path);
  }
}

static void check_all_came(void) {
  for (size_t i = 0; i < fixture.count; i++) {
    ck_assert_msg(fixture.got[i].status == SEINE_STATUS_OK, "%zu: %s: %s", i, seine_err_name(fixture.got[i].error),
                  fixture.got[i].message ? fixture.got[i].message : "");
    ck_assert_uint_eq(fixture.got[i].attempts, 1);
  }
}

START_TEST(sockets_that_cannot_be_made_shrink_the_engine_and_fail_nothing) {
  fixture_open(&fixture);
  leave_descriptors(SPARE);
  fetch_many(1000, SEINE_SINK_MEMORY, 30);
  fixture_wait(&fixture);
  setrlimit(RLIMIT_NOFILE, &usual);
  uint64_t most = server_max_concurrent(fixture.server, NULL);
  fixture_run(&fixture);
  check_all_came();
  ck_assert_uint_gt(shrunk, 0);
  ck_assert_uint_le(lowest, SPARE);
  ck_assert_uint_le(most, SPARE);
  ck_assert_uint_eq(others, 0); /* no host was taken for dead */
}
END_TEST

START_TEST(files_that_cannot_be_made_are_fetched_again_and_stored) {
  fixture_open(&fixture);
  leave_descriptors(SPARE);
  fetch_many(500, SEINE_SINK_FILE, 30);
  fixture_wait(&fixture);
  setrlimit(RLIMIT_NOFILE, &usual);
  fixture_run(&fixture);
  check_all_came();
  struct files files = files_below(fixture.folder);
  ck_assert_uint_eq(files.count, 500);
  files_clear(&files);
  ck_assert_uint_eq(others, 0);
}
END_TEST

/* What was in flight at once, before there were descriptors again, and after. */
START_TEST(the_engine_grows_back) {
  fixture_open(&fixture);
  leave_descriptors(SPARE);
  fetch_many(300, SEINE_SINK_NULL, 30);
  fixture_wait(&fixture);
  setrlimit(RLIMIT_NOFILE, &usual);
  ck_assert_uint_gt(shrunk, 0);
  /* Where starting one takes long, as in valgrind, each must last for the others to be beside it. */
  for (int round = 0; round < 25 && server_max_concurrent(fixture.server, NULL) < 300; round++) {
    fetch_many(600, SEINE_SINK_NULL, 30 + 100 * round);
    fixture_wait(&fixture);
  }
  ck_assert_uint_ge(server_max_concurrent(fixture.server, NULL), 300);
  fixture_run(&fixture);
  check_all_came();
}
END_TEST

#define TURNS 40

/* Nothing in flight, and nothing to be had: that must end, and neither spin nor hang. */
START_TEST(without_any_descriptor_a_fetch_waits_and_is_cancelled_at_will) {
  fixture_open(&fixture);
  leave_descriptors(0);
  struct got *got = fixture_fetch(&fixture, 1, "/img/jpeg/a", SEINE_SINK_MEMORY);
  uint64_t attempts = 0;
  for (int i = 0; i < TURNS; i++) {
    seine_stats_t stats;
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
    sleep_ms(10);
    seine_get_stats(fixture.engine, &stats);
    attempts = stats.attempts;
  }
  ck_assert_uint_le(attempts, TURNS / 2);
  seine_cancel(got->fetch);
  fixture_wait(&fixture);
  setrlimit(RLIMIT_NOFILE, &usual);
  ck_assert_int_eq(got->error, SEINE_ECANCELLED);
  fixture_fetch(&fixture, 1, "/img/jpeg/b", SEINE_SINK_MEMORY);
  fixture_wait(&fixture);
  fixture_run(&fixture);
  ck_assert_int_eq(fixture.got[1].status, SEINE_STATUS_OK);
}
END_TEST

static struct got *fetch_without_descriptors(const char *path) {
  leave_descriptors(0);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_MEMORY);
  fixture_wait(&fixture);
  setrlimit(RLIMIT_NOFILE, &usual);
  return got;
}

START_TEST(without_any_descriptor_a_fetch_ends_within_the_time_for_retries) {
  fixture.options.retry_max_time_ms = 300;
  fixture_open(&fixture);
  struct got *got = fetch_without_descriptors("/img/jpeg/a");
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_EIO);
}
END_TEST

/* What fifty shortages in a row showed is not shown again for each fetch, until a response arrives. */
START_TEST(after_many_shortages_without_a_response_fetches_fail_at_once) {
  fixture_open(&fixture);
  fixture.engine->transfer_limit.without_response = 49;
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(fetch_without_descriptors("/img/jpeg/a")->error, SEINE_EIO);
  ck_assert_uint_le(fixture.engine->transfer_limit.without_response, 52);
  fixture_fetch(&fixture, 1, "/img/jpeg/b", SEINE_SINK_MEMORY);
  fixture_wait(&fixture);
  ck_assert_uint_eq(fixture.engine->transfer_limit.without_response, 0);
  fixture_run(&fixture);
  ck_assert_int_eq(fixture.got[3].status, SEINE_STATUS_OK);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("slots");
  TCase *tests = tcase_create("descriptors");
  tcase_add_checked_fixture(tests, open_bench, close_bench);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, sockets_that_cannot_be_made_shrink_the_engine_and_fail_nothing);
  tcase_add_test(tests, files_that_cannot_be_made_are_fetched_again_and_stored);
  tcase_add_test(tests, the_engine_grows_back);
  tcase_add_test(tests, without_any_descriptor_a_fetch_waits_and_is_cancelled_at_will);
  tcase_add_test(tests, without_any_descriptor_a_fetch_ends_within_the_time_for_retries);
  tcase_add_test(tests, after_many_shortages_without_a_response_fetches_fail_at_once);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
