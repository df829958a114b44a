/* The check of liveness reports nothing of an engine at work, and finds what was made to wait for nothing. */
#define outcome transfer_outcome /* support.h has another one */
#include "fetch/engine_state.h"
#include "fetch/liveness.h"
#undef outcome

#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

static struct fixture fixture;

static void open_bench(void) {
  fixture_init(&fixture);
  fixture.options.retry_delay_ms = fixture.options.retry_max_delay_ms = 60000;
  fixture_open(&fixture);
}

static void close_bench(void) {
  fixture_clear(&fixture);
}

static void turn_until(enum fetch_state state) {
  while (TAILQ_EMPTY(&fixture.engine->lists[state]))
    uv_run(&fixture.loop, UV_RUN_ONCE);
  uv_run(&fixture.loop, UV_RUN_NOWAIT);
}

START_TEST(a_waiting_fetch_has_an_alarm) {
  struct got *got = fixture_fetch(&fixture, 1, "/img/png/a?status=500", SEINE_SINK_MEMORY);
  turn_until(FETCH_WAITING);
  ck_assert_ptr_null(liveness_check(fixture.engine));
  timer_clear(&got->fetch->timer);
  ck_assert_str_eq(liveness_check(fixture.engine), "a waiting fetch without a timer");
  seine_cancel(got->fetch);
  fixture_run(&fixture);
}
END_TEST

START_TEST(a_queued_fetch_has_a_host_that_moves) {
  fixture_fetch(&fixture, 1, "/img/png/a?status=503&retry-after=50", SEINE_SINK_MEMORY);
  turn_until(FETCH_WAITING);
  struct got *got = fixture_fetch(&fixture, 1, "/img/png/b", SEINE_SINK_MEMORY);
  uv_run(&fixture.loop, UV_RUN_NOWAIT);
  ck_assert_int_eq(got->fetch->state, FETCH_QUEUED);
  ck_assert_ptr_null(liveness_check(fixture.engine));
  timer_clear(&got->fetch->host->timer);
  ck_assert_str_eq(liveness_check(fixture.engine), "a host with fetches and nothing to start them");
  seine_cancel(got->fetch);
  seine_cancel(fixture.got[0].fetch);
  fixture_run(&fixture);
}
END_TEST

START_TEST(a_transfer_has_a_deadline) {
  struct got *got = fixture_fetch(&fixture, 1, "/img/png/a?silence=1", SEINE_SINK_MEMORY);
  turn_until(FETCH_TRANSFERRING);
  ck_assert_ptr_null(liveness_check(fixture.engine));
  timer_clear(&fixture.engine->transfers.stalls.silence_timer);
  ck_assert_str_eq(liveness_check(fixture.engine), "transfers without a deadline");
  seine_cancel(got->fetch);
  fixture_run(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("liveness");
  TCase *tests = tcase_create("liveness");
  tcase_add_checked_fixture(tests, open_bench, close_bench);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, a_waiting_fetch_has_an_alarm);
  tcase_add_test(tests, a_queued_fetch_has_a_host_that_moves);
  tcase_add_test(tests, a_transfer_has_a_deadline);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
