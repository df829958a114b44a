/* --min-speed: what trickles is ended, what the engine itself holds back is not. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdlib.h>

static struct fixture fixture;

static void init(uint64_t min_speed_bytes, uint64_t stall_ms) {
  fixture_init(&fixture);
  fixture.options.min_speed_bytes = min_speed_bytes;
  fixture.options.stall_timeout_ms = stall_ms;
  fixture.options.retries = 0;
}

/* Without an end these would take twenty minutes. */
START_TEST(a_byte_in_each_stall_period_is_not_enough) {
  init(100, 400);
  fixture.options.retries = 1;
  fixture_open(&fixture);
  struct got *slow[3];
  slow[0] = fixture_fetch(&fixture, 1, "/img/png/a?rate=25&size=30000", SEINE_SINK_MEMORY);
  slow[1] = fixture_fetch(&fixture, 1, "/img/png/b?rate=25&size=30000&chunked=1", SEINE_SINK_FILE);
  slow[2] = fixture_fetch(&fixture, 2, "/img/png/c?rate=25&size=30000&no-length=1", SEINE_SINK_NULL);
  struct got *fast = fixture_fetch(&fixture, 3, "/img/png/d", SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  ck_assert_int_eq(fast->status, SEINE_STATUS_OK);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(slow[i]->error, SEINE_ETIMEOUT);
    ck_assert(slow[i]->retryable);
    ck_assert_uint_eq(slow[i]->attempts, 2);
    ck_assert_str_eq(slow[i]->message, "fewer than 100 bytes a second arrived for 0.4 s");
  }
  fixture_clear(&fixture);
}
END_TEST

/* Twenty times as fast as it must be, over several periods, each longer than a busy machine stands still. */
START_TEST(what_is_fast_enough_goes_on) {
  init(500, 500);
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, "/img/png/a?rate=10000&size=15000", SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(time_held_back_by_the_bandwidth_limit_does_not_count) {
  init(200000, 150);
  fixture.options.limit_rate_bytes = 20000;
  fixture_open(&fixture);
  struct got *a = fixture_fetch(&fixture, 1, "/img/png/a?size=10000", SEINE_SINK_MEMORY);
  struct got *b = fixture_fetch(&fixture, 1, "/img/png/b?size=10000", SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  ck_assert_int_eq(a->status, SEINE_STATUS_OK);
  ck_assert_int_eq(b->status, SEINE_STATUS_OK);
  fixture_clear(&fixture);
}
END_TEST

/* Over HTTP/1 and without TLS there is nothing to wait for. */
START_TEST(no_transfer_waits_for_the_end_of_another) {
  init(0, 500);
  fixture_open(&fixture);
  struct got *first = fixture_fetch(&fixture, 1, "/img/png/a?size=9000&rate=6000", SEINE_SINK_MEMORY);
  struct got *second = fixture_fetch(&fixture, 1, "/img/png/b", SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  ck_assert_int_eq(first->status, SEINE_STATUS_OK);
  ck_assert_int_eq(second->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(second->order, 0);
  fixture_clear(&fixture);
}
END_TEST

static uv_timer_t pause_timer;
static int chunks;

static void on_pause_over(uv_timer_t *timer) {
  seine_fetch_resume(timer->data);
  uv_close((uv_handle_t *)timer, NULL);
}

static void on_chunk(seine_fetch_t *fetch, const uint8_t *data, size_t size) {
  (void)data, (void)size;
  if (chunks++) return;
  seine_fetch_pause(fetch);
  uv_timer_init(&fixture.loop, &pause_timer);
  pause_timer.data = fetch;
  uv_timer_start(&pause_timer, on_pause_over, 1000, 0);
}

START_TEST(time_that_the_caller_pauses_does_not_count) {
  init(1000, 400);
  fixture_open(&fixture);
  char *url = server_url(fixture.server, 1, "/img/random/a?size=2000000");
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_STREAM, .on_chunk = on_chunk});
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_int_gt(chunks, 1);
  free(url);
  fixture_clear(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("speed");
  TCase *tests = tcase_create("speed");
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, a_byte_in_each_stall_period_is_not_enough);
  tcase_add_test(tests, what_is_fast_enough_goes_on);
  tcase_add_test(tests, time_held_back_by_the_bandwidth_limit_does_not_count);
  tcase_add_test(tests, no_transfer_waits_for_the_end_of_another);
  tcase_add_test(tests, time_that_the_caller_pauses_does_not_count);
  return suite_run(suite);
}
