/* The engine's sinks, ends and lifetimes, against the fault server. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdlib.h>
#include <string.h>

static struct fixture fixture;

static void assert_is_body(const struct got *got, const char *path) {
  size_t size;
  char sha256[65];
  uint8_t *body = server_body(fixture.server, path, &size);
  bytes_sha256(body, size, sha256);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(got->size_bytes, size);
  ck_assert_str_eq(got->sha256, sha256);
  free(body);
}

START_TEST(a_body_comes_into_memory) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  const char *path = "/img/jpeg/a?size=20000";
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  assert_is_body(got, path);
  size_t size;
  uint8_t *body = server_body(fixture.server, path, &size);
  ck_assert_mem_eq(got->data, body, size);
  ck_assert_str_eq(got->type, "image/jpeg");
  ck_assert_uint_eq(got->attempts, 1);
  free(body);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_body_comes_into_a_file_and_nothing_else_does) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  struct got *png = fixture_fetch(&fixture, 1, "/img/png/a", SEINE_SINK_FILE);
  struct got *gif = fixture_fetch(&fixture, 2, "/img/gif/b?chunked=100", SEINE_SINK_FILE);
  struct got *bad = fixture_fetch(&fixture, 2, "/img/gif/c?status=404", SEINE_SINK_FILE);
  fixture_run(&fixture);
  assert_is_body(png, "/img/png/a");
  assert_is_body(gif, "/img/gif/b?chunked=100");
  ck_assert_int_eq(bad->error, SEINE_EHTTP);
  ck_assert_str_eq(png->path, "00/0.png");
  struct files files = files_below(fixture.folder);
  ck_assert_uint_eq(files.count, 2);
  ck_assert_str_eq(files.paths[0], "00/0.png");
  ck_assert_str_eq(files.paths[1], "01/1.gif");
  files_clear(&files);
  char *path = print("%s/%s", fixture.folder, gif->path), sha256[65];
  ck_assert(file_sha256(path, sha256));
  ck_assert_str_eq(sha256, gif->sha256);
  free(path);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_dropped_body_is_inspected) {
  fixture_init(&fixture);
  fixture.options.accept = "image/*";
  fixture_open(&fixture);
  struct got *ok = fixture_fetch(&fixture, 1, "/img/webp/a?type=application/octet-stream", SEINE_SINK_NULL);
  struct got *html = fixture_fetch(&fixture, 1, "/img/html/b?type=image/jpeg", SEINE_SINK_NULL);
  struct got *said = fixture_fetch(&fixture, 1, "/img/html/c?type=text/html&size=4000000", SEINE_SINK_NULL);
  fixture_run(&fixture);
  assert_is_body(ok, "/img/webp/a");
  ck_assert_str_eq(ok->type, "image/webp");
  ck_assert_int_eq(html->status, SEINE_STATUS_REJECTED);
  ck_assert_int_eq(html->error, SEINE_ETYPE);
  ck_assert_int_eq(said->error, SEINE_ETYPE);
  ck_assert_uint_eq(said->size_bytes, 0);
  fixture_clear(&fixture);
}
END_TEST

static uint8_t *streamed;
static size_t streamed_size, pauses;
static uv_timer_t pause_timer;

static void on_pause_over(uv_timer_t *timer) {
  seine_fetch_t *fetch = timer->data;
  uv_close((uv_handle_t *)timer, NULL);
  seine_fetch_resume(fetch);
}

static void on_chunk(seine_fetch_t *fetch, const uint8_t *data, size_t size) {
  streamed = realloc(streamed, streamed_size + size);
  memcpy(streamed + streamed_size, data, size);
  streamed_size += size;
  if (pauses++ != 1) return;
  struct got *got = seine_fetch_user(fetch);
  seine_fetch_pause(fetch);
  uv_timer_init(&got->fixture->loop, &pause_timer);
  pause_timer.data = fetch;
  uv_timer_start(&pause_timer, on_pause_over, 50, 0);
}

START_TEST(a_stream_comes_in_order_and_can_pause) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  const char *path = "/img/random/a?size=3000000";
  char *url = server_url(fixture.server, 1, path);
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_STREAM, .on_chunk = on_chunk});
  fixture_run(&fixture);
  size_t size;
  uint8_t *body = server_body(fixture.server, path, &size);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(streamed_size, size);
  ck_assert_mem_eq(streamed, body, size);
  ck_assert_uint_gt(pauses, 2);
  free(body);
  free(url);
  free(streamed);
  fixture_clear(&fixture);
}
END_TEST

static void on_no_chunk(seine_fetch_t *fetch, const uint8_t *data, size_t size) {
  (void)fetch, (void)data, (void)size;
  ck_abort_msg("a chunk of what is no response");
}

/* What follows a 101 libcurl takes for a body. */
START_TEST(no_sink_gets_bytes_of_what_is_no_response) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  static const seine_sink_t sinks[] = {SEINE_SINK_MEMORY, SEINE_SINK_FILE, SEINE_SINK_NULL, SEINE_SINK_STREAM};
  struct got *got[sizeof sinks / sizeof *sinks];
  char *url = server_url(fixture.server, 1, "/img/jpeg/a?as=101");
  for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++) {
    seine_chunk_cb chunk = sinks[i] == SEINE_SINK_STREAM ? on_no_chunk : NULL;
    const char *path = sinks[i] == SEINE_SINK_FILE ? "a.jpg" : NULL;
    got[i] =
        fixture_request(&fixture, &(seine_request_t){.url = url, .sink = sinks[i], .on_chunk = chunk, .path = path});
  }
  fixture_run(&fixture);
  for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++) {
    ck_assert_int_eq(got[i]->status, SEINE_STATUS_FAILED);
    ck_assert_int_eq(got[i]->error, SEINE_EPROTOCOL);
    ck_assert(!got[i]->retryable);
    ck_assert_uint_eq(got[i]->attempts, 1);
    ck_assert_uint_eq(got[i]->size_bytes, 0);
  }
  free(url);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_large_body_is_spooled_within_bounded_memory) {
  fixture_init(&fixture);
  fixture.options.accept = "image/*";
  fixture_open(&fixture);
  static const char *path = "/img/jpeg/large?size=60000000";
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  struct got *dropped = fixture_fetch(&fixture, 1, path, SEINE_SINK_NULL);
  struct got *html = fixture_fetch(&fixture, 1, "/img/html/b?type=image/jpeg&size=60000000", SEINE_SINK_FILE);
  uint64_t most = 0;
  fixture.hold = true;
  while (fixture.done < fixture.count) {
    seine_stats_t stats;
    uv_run(&fixture.loop, UV_RUN_ONCE);
    seine_get_stats(fixture.engine, &stats);
    if (stats.held_bytes > most) most = stats.held_bytes;
  }
  fixture_run(&fixture);
  assert_is_body(got, path);
  assert_is_body(dropped, path);
  ck_assert_int_eq(html->error, SEINE_ETYPE);
  ck_assert_uint_lt(html->size_bytes, 60000000);
  ck_assert_uint_lt(most, 3 * 6 * 1024 * 1024);
  struct files files = files_below(fixture.folder);
  ck_assert_uint_eq(files.count, 1);
  files_clear(&files);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(memory_has_one_budget_and_all_get_through) {
  fixture_init(&fixture);
  fixture.options.max_memory_bytes = 3000000;
  fixture.options.per_host = 16;
  fixture_open(&fixture);
  for (int i = 0; i < 40; i++) {
    char *path = print("/img/jpeg/%d?size=900000%s", i, i % 2 ? "&chunked=5000" : "");
    fixture_fetch(&fixture, 1 + i % 4, path, i % 4 == 3 ? SEINE_SINK_FILE : SEINE_SINK_MEMORY);
    free(path);
  }
  fixture_run(&fixture);
  for (int i = 0; i < 40; i++)
    ck_assert_msg(fixture.got[i].status == SEINE_STATUS_OK, "%d: %s %s", i, seine_err_name(fixture.got[i].error),
                  fixture.got[i].message);
  fixture_clear(&fixture);
}
END_TEST

static int place_as_held(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size) {
  (void)fetch, (void)result, (void)path, (void)size;
  return SEINE_PLACE_DUPLICATE;
}

START_TEST(what_is_held_already_touches_no_disk) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  char *url = server_url(fixture.server, 1, "/img/png/a");
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_FILE, .on_place = place_as_held});
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_DUPLICATE);
  ck_assert_ptr_null(got->path);
  struct files files = files_below(fixture.folder);
  ck_assert_uint_eq(files.count, 0);
  files_clear(&files);
  free(url);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(calls_that_fail_call_nothing_back) {
  static const char *const urls[] = {"ftp://127.0.0.1/a", "file:///etc/passwd", "javascript:1", "", "nonsense",
                                     "http://",           "http://a b/"};
  fixture_init(&fixture);
  fixture_open(&fixture);
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    seine_request_t request = {.url = urls[i], .sink = SEINE_SINK_NULL};
    ck_assert_int_eq(seine_submit(fixture.engine, &request, (seine_result_cb)abort, NULL), SEINE_EURL);
  }
  static const char *const paths[] = {NULL, "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    seine_request_t request = {.url = "http://127.0.0.1/", .sink = SEINE_SINK_FILE, .path = paths[i]};
    ck_assert_int_eq(seine_submit(fixture.engine, &request, (seine_result_cb)abort, NULL), SEINE_EINVAL);
  }
  fixture_run(&fixture);
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), 0);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(headers_of_a_request_are_checked) {
  static const char *const lines[] = {"X-A: b\r\nX-Injected: yes",
                                      "X-A: b\r\n\r\nGET /x HTTP/1.1",
                                      "X-A: b\n",
                                      "X-A: \1",
                                      "X-A: b\x7f",
                                      "Content-Length: 5",
                                      "content-length:5",
                                      "Transfer-Encoding: chunked",
                                      "no colon",
                                      "X-A;",
                                      "",
                                      ": b",
                                      " X-A: b",
                                      "X A: b",
                                      "X-A : b",
                                      "\tX-A: b",
                                      "X-\xc3\xa4: b"};
  fixture_init(&fixture);
  fixture_open(&fixture);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    const char *const headers[] = {"X-Good: 1", lines[i], NULL};
    seine_request_t request = {.url = "http://127.0.0.1/", .sink = SEINE_SINK_NULL, .headers = headers};
    ck_assert_msg(seine_submit(fixture.engine, &request, (seine_result_cb)abort, NULL) == SEINE_EINVAL, "%s", lines[i]);
  }
  const char *const good[] = {"X-A: b\tc", "X-B:", "Accept-Language: de; q=0.5, \xc3\xa4", NULL};
  char *url = server_url(fixture.server, 1, "/echo");
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_MEMORY, .headers = good});
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), 1);
  free(url);
  fixture_clear(&fixture);
}
END_TEST

/* Without max_size_bytes, one endless body for the caller's memory would take all there is. */
START_TEST(a_body_in_memory_is_bounded_by_max_memory_bytes) {
  fixture_init(&fixture);
  fixture.options.max_memory_bytes = 1000000;
  fixture_open(&fixture);
  struct got *announced = fixture_fetch(&fixture, 1, "/img/jpeg/a?size=2000000", SEINE_SINK_MEMORY);
  struct got *endless = fixture_fetch(&fixture, 1, "/img/jpeg/b?size=2000000&no-length=1", SEINE_SINK_MEMORY);
  struct got *fits = fixture_fetch(&fixture, 1, "/img/jpeg/c?size=900000", SEINE_SINK_MEMORY);
  struct got *file = fixture_fetch(&fixture, 1, "/img/jpeg/d?size=2000000", SEINE_SINK_FILE);
  fixture_wait(&fixture);
  fixture_run(&fixture);
  ck_assert_int_eq(announced->error, SEINE_ESIZE);
  ck_assert_int_eq(endless->error, SEINE_ESIZE);
  ck_assert_int_eq(fits->status, SEINE_STATUS_OK);
  ck_assert_int_eq(file->status, SEINE_STATUS_OK);
  fixture_clear(&fixture);
}
END_TEST

/* Cancels everything after `rounds` rounds of the loop, so that each state is met. */
static void cancel_after(int rounds, bool close) {
  fixture_init(&fixture);
  fixture.options.concurrency = 24;
  fixture_open(&fixture);
  for (int i = 0; i < 60; i++) {
    char *path = print("/img/jpeg/%d?size=%d&%s", i, i % 7 ? 9000 : 2500000,
                       i % 5 == 0   ? "status=503"
                       : i % 5 == 1 ? "silence=1"
                       : i % 5 == 2 ? "rate=200000"
                                    : "");
    fixture_fetch(&fixture, 1 + i % 4, path, (seine_sink_t)(i % 3));
    free(path);
  }
  for (int i = 0; i < rounds; i++)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  for (size_t i = 0; i < fixture.count && !close; i++)
    if (fixture.got[i].fetch) seine_cancel(fixture.got[i].fetch);
  fixture.hold = close;
}

START_TEST(fetches_are_cancelled_in_any_state) {
  static const int rounds[] = {0, 1, 2, 5, 10, 20, 50, 100, 300};
  cancel_after(rounds[_i], false);
  fixture_run(&fixture);
  fixture_clear(&fixture);
}
END_TEST

static void on_closed_early(seine_t *engine, void *user) {
  (void)engine;
  *(bool *)user = true;
}

START_TEST(an_engine_is_closed_in_any_state) {
  static const int rounds[] = {0, 1, 2, 5, 10, 20, 50, 100, 300};
  cancel_after(rounds[_i], true);
  seine_close(fixture.engine, on_closed_early, &fixture.closed);
  uv_run(&fixture.loop, UV_RUN_DEFAULT);
  fixture_run(&fixture);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(nobody_needs_to_hear_of_the_end) {
  uv_loop_t loop;
  seine_t *engine;
  seine_options_t options;
  seine_options_init(&options);
  uv_loop_init(&loop);
  ck_assert_int_eq(seine_open(&engine, &loop, &options), 0);
  ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0); /* nor does an engine without fetches hold the loop */
  seine_close(engine, NULL, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

START_TEST(two_engines_stand_on_one_loop) {
  static struct fixture other;
  fixture_init(&fixture);
  fixture_init(&other);
  uv_loop_close(&other.loop);
  fixture_open(&fixture);
  ck_assert_int_eq(seine_open(&other.engine, &fixture.loop, &other.options), 0);
  struct got *one = fixture_fetch(&fixture, 1, "/img/png/one", SEINE_SINK_MEMORY);
  struct got *two = fixture_fetch(&other, 2, "/img/png/two", SEINE_SINK_MEMORY);
  uv_run(&fixture.loop, UV_RUN_DEFAULT);
  ck_assert(fixture.closed && other.closed);
  ck_assert_int_eq(uv_loop_close(&fixture.loop), 0);
  assert_is_body(one, "/img/png/one");
  assert_is_body(two, "/img/png/two");
  fixture_clear(&fixture);
  fixture_clear(&other);
}
END_TEST

static void fetch_again(struct got *got) {
  if (got->fixture->count < 20) fixture_fetch(got->fixture, 1, "/img/png/again", SEINE_SINK_MEMORY);
}

START_TEST(a_callback_may_fetch_and_connections_are_kept) {
  fixture_init(&fixture);
  fixture.on_got = fetch_again;
  fixture_open(&fixture);
  fixture_fetch(&fixture, 1, "/img/png/again", SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  ck_assert_uint_eq(fixture.count, 20);
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), 20);
  ck_assert_uint_eq(server_connections(fixture.server, "127.0.0.1"), 1);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_drain_lets_those_in_flight_end) {
  fixture_init(&fixture);
  fixture.options.concurrency = 4;
  fixture_open(&fixture);
  for (int i = 0; i < 30; i++) {
    char *path = print("/img/png/%d?delay=100", i);
    fixture_fetch(&fixture, 1 + i % 3, path, SEINE_SINK_NULL);
    free(path);
  }
  while (server_requests(fixture.server, NULL, NULL) < 4)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  seine_drain(fixture.engine);
  fixture_run(&fixture);
  size_t ok = 0, cancelled = 0;
  for (size_t i = 0; i < fixture.count; i++) {
    ok += fixture.got[i].status == SEINE_STATUS_OK;
    cancelled += fixture.got[i].error == SEINE_ECANCELLED;
  }
  ck_assert_uint_eq(ok, server_requests(fixture.server, NULL, NULL));
  ck_assert_uint_eq(cancelled, 30 - ok);
  fixture_clear(&fixture);
}
END_TEST

static void fetch_some(int host, int count) {
  for (int i = 0; i < count; i++)
    fixture_fetch(&fixture, host, "/img/png/a?delay=300", SEINE_SINK_NULL);
}

/* Two hosts hold all the slots, and have more to do than their caps allow: that is no reason not to look for others,
 * but what others have to do is. */
START_TEST(hosts_at_their_caps_leave_an_appetite_for_others) {
  fixture_init(&fixture);
  fixture.options.concurrency = 8;
  fixture.options.per_host = 4;
  fixture_open(&fixture);
  fetch_some(1, 30);
  fetch_some(2, 30);
  while (server_requests(fixture.server, NULL, NULL) < 8)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  ck_assert_uint_gt(seine_free_slots(fixture.engine), 0);
  for (int host = 3; host <= 5; host++)
    fetch_some(host, 4);
  ck_assert_uint_eq(seine_free_slots(fixture.engine), 0);
  for (size_t i = 0; i < fixture.count; i++)
    if (fixture.got[i].fetch) seine_cancel(fixture.got[i].fetch);
  fixture_run(&fixture);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(no_attempt_begins_past_the_time_for_retries) {
  fixture_init(&fixture);
  fixture.options.retries = 200;
  fixture.options.retry_delay_ms = fixture.options.retry_max_delay_ms = 50;
  fixture.options.retry_max_time_ms = 400;
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, "/img/png/a?status=500", SEINE_SINK_NULL);
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_EHTTP);
  ck_assert(got->retryable);
  ck_assert_uint_gt(got->attempts, 1);
  ck_assert_uint_lt(got->attempts, 100); /* 200 delays of 25 ms on average would be 5 s */
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), got->attempts);
  fixture_clear(&fixture);
}
END_TEST

static int frozen_events, ramped_events, other_events;

static void on_event(seine_t *engine, const seine_event_t *event, void *user) {
  (void)engine;
  ck_assert_ptr_eq(user, &fixture);
  ck_assert_ptr_nonnull(strstr(event->host, "http://127.0.0.1:"));
  if (event->kind == SEINE_EVENT_HOST_THROTTLED)
    frozen_events++;
  else if (event->kind == SEINE_EVENT_HOST_RECOVERED)
    ramped_events++;
  else
    other_events++;
}

START_TEST(a_freeze_and_a_ramp_are_said_once_and_not_once_a_url) {
  fixture_init(&fixture);
  fixture.options.per_host = 2;
  fixture.options.on_event = on_event;
  fixture.options.event_user = &fixture;
  fixture_open(&fixture);
  fixture_fetch(&fixture, 1, "/img/png/first?status=429,200&retry-after=1", SEINE_SINK_NULL);
  for (int i = 0; i < 20; i++) {
    char *path = print("/img/png/%d", i);
    fixture_fetch(&fixture, 1, path, SEINE_SINK_NULL);
    free(path);
  }
  fixture_run(&fixture);
  ck_assert_int_eq(frozen_events, 1);
  ck_assert_int_eq(ramped_events, 1);
  ck_assert_int_eq(other_events, 0);
  fixture_clear(&fixture);
}
END_TEST

/* Idle connections of the engine, after a transfer from each of eight hosts. */
static void fetch_and_count(uint64_t idle_timeout_ms) {
  fixture_init(&fixture);
  fixture.options.idle_timeout_ms = idle_timeout_ms;
  fixture_open(&fixture);
  for (int host = 1; host <= 8; host++)
    fixture_fetch(&fixture, host, "/img/png/a", SEINE_SINK_NULL);
  fixture_wait(&fixture);
}

static void pass(uv_timer_t *timer) {
  (void)timer;
}

/* Of the server; the one that asks is among them. A program that does something else lets the loop run on. */
static bool connections_become(uint64_t wanted) {
  uv_timer_t other;
  bool are = false;
  uv_timer_init(&fixture.loop, &other);
  uv_timer_start(&other, pass, 5, 5);
  for (int i = 0; i < 1000 && !are; i++) {
    uv_run(&fixture.loop, UV_RUN_ONCE);
    are = server_open_connections(fixture.server) == wanted;
  }
  uv_close((uv_handle_t *)&other, NULL);
  uv_run(&fixture.loop, UV_RUN_NOWAIT);
  return are;
}

START_TEST(a_connection_idles_for_its_time) {
  fetch_and_count(3600000);
  ck_assert(connections_become(8 + 1));
  fixture_run(&fixture);
  fixture_clear(&fixture);
  fetch_and_count(20);
  ck_assert(connections_become(1));
  /* What was told to end is not used again. */
  struct got *again = fixture_fetch(&fixture, 1, "/img/png/a", SEINE_SINK_NULL);
  fixture_wait(&fixture);
  ck_assert_int_eq(again->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(again->attempts, 1);
  fixture_run(&fixture);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(no_connection_idles_for_no_time) {
  fetch_and_count(0);
  ck_assert(connections_become(1));
  fixture_run(&fixture);
  fixture_clear(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("engine");
  TCase *tcase = tcase_create("engine");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, a_body_comes_into_memory);
  tcase_add_test(tcase, a_body_comes_into_a_file_and_nothing_else_does);
  tcase_add_test(tcase, a_dropped_body_is_inspected);
  tcase_add_test(tcase, a_stream_comes_in_order_and_can_pause);
  tcase_add_test(tcase, no_sink_gets_bytes_of_what_is_no_response);
  tcase_add_test(tcase, a_large_body_is_spooled_within_bounded_memory);
  tcase_add_test(tcase, memory_has_one_budget_and_all_get_through);
  tcase_add_test(tcase, what_is_held_already_touches_no_disk);
  tcase_add_test(tcase, calls_that_fail_call_nothing_back);
  tcase_add_test(tcase, a_body_in_memory_is_bounded_by_max_memory_bytes);
  tcase_add_test(tcase, headers_of_a_request_are_checked);
  tcase_add_loop_test(tcase, fetches_are_cancelled_in_any_state, 0, 9);
  tcase_add_loop_test(tcase, an_engine_is_closed_in_any_state, 0, 9);
  tcase_add_test(tcase, nobody_needs_to_hear_of_the_end);
  tcase_add_test(tcase, two_engines_stand_on_one_loop);
  tcase_add_test(tcase, a_callback_may_fetch_and_connections_are_kept);
  tcase_add_test(tcase, a_drain_lets_those_in_flight_end);
  tcase_add_test(tcase, hosts_at_their_caps_leave_an_appetite_for_others);
  tcase_add_test(tcase, no_attempt_begins_past_the_time_for_retries);
  tcase_add_test(tcase, a_freeze_and_a_ramp_are_said_once_and_not_once_a_url);
  tcase_add_test(tcase, a_connection_idles_for_its_time);
  tcase_add_test(tcase, no_connection_idles_for_no_time);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
