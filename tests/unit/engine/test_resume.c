/* Large bodies: how one goes on after its transfer broke off, in the same run, and what it holds of memory. */
#include "fixtures/engine_fixture.h"
#include "fixtures/scale.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/suite.h"
#include "http/range.h"
#include "store/partial_files.h"

#define MIB (1024 * 1024)

static struct fixture fixture;

#define ETAG   "&etag=%22v1%22"
#define DATED  "&last-modified=Fri,%2020%20Nov%202026%2008:00:00%20GMT"
#define SENT   "&header=Date:%20Sat,%2021%20Nov%202026%2008:00:00%20GMT"
#define BROKEN "size=20000000&truncate=12000000&faults=1&ranges=1"

/* ---- In one run ---- */

static const struct {
  const char *path;
  seine_sink_t sink;
} resumed[] = {
    {"/img/jpeg/a?" BROKEN ETAG, SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&chunked=1", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG, SEINE_SINK_NULL},
    {"/img/jpeg/a?" BROKEN DATED SENT, SEINE_SINK_FILE},
    {"/img/png/a?size=20000000&reset=12000000&faults=1&ranges=1" ETAG DATED, SEINE_SINK_FILE},
    {"/img/gif/a?size=20000000&stall=12000000&faults=1&ranges=1" ETAG, SEINE_SINK_FILE},
    {"/hop/2/img/random/a?" BROKEN ETAG, SEINE_SINK_FILE},
};

START_TEST(a_large_body_goes_on_where_it_broke_off) {
  fixture_init(&fixture);
  /* Only where the server falls silent: a busy machine keeps the others waiting, too. */
  if (strstr(resumed[_i].path, "&stall=")) fixture.options.stall_timeout_ms = 3000;
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, resumed[_i].path, resumed[_i].sink);
  fixture_run(&fixture);
  const char *path = strstr(resumed[_i].path, "/img/");
  fixture_assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 2);
  uint64_t sent = server_bytes(fixture.server, NULL, path);
  ck_assert_uint_ge(sent, 20000000);
  ck_assert_uint_lt(sent, 20000000 + 6000000); /* a RST takes with it what was not read yet */
  ck_assert_uint_eq(fixture_files(&fixture), resumed[_i].sink == SEINE_SINK_FILE ? 1 : 0);
  fixture_clear(&fixture);
}
END_TEST

static const struct {
  const char *path;
  seine_sink_t sink;
} begun_anew[] = {
    {"/img/jpeg/a?" BROKEN, SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN "&etag=W/%22v1%22", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN "&etag=W/%22v1%22" DATED SENT, SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN "&etag=v1", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN DATED, SEINE_SINK_FILE}, /* without a Date the time says nothing */
    {"/img/jpeg/a?" BROKEN DATED "&header=Date:%20Fri,%2020%20Nov%202026%2008:00:00%20GMT", SEINE_SINK_FILE},
    {"/img/jpeg/a?size=20000000&truncate=8000000&faults=1&ranges=1" ETAG, SEINE_SINK_FILE}, /* too little */
    {"/img/jpeg/a?" BROKEN ETAG, SEINE_SINK_MEMORY},
    /* what answers a range with something else */
    {"/img/jpeg/a?size=20000000&truncate=12000000&faults=1" ETAG, SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&lie=none", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&lie=start", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&lie=total", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&lie=length", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&lie=416", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&changed=2", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN ETAG "&changed=2&lie=stale", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN DATED SENT "&changed=2", SEINE_SINK_FILE},
    {"/img/jpeg/a?" BROKEN DATED SENT "&changed=2&lie=stale", SEINE_SINK_FILE},
};

START_TEST(two_states_of_a_body_are_never_mixed) {
  const char *path = begun_anew[_i].path;
  fixture_init(&fixture);
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, begun_anew[_i].sink);
  fixture_run(&fixture);
  fixture_assert_is(got, strstr(path, "changed=2") ? "/img/jpeg/a?size=20000000&seed=1" : path);
  ck_assert_uint_le(got->attempts, 3);
  ck_assert_uint_ge(server_bytes(fixture.server, NULL, path), 20000000 + 8000000);
  ck_assert_uint_le(fixture_files(&fixture), 1);
  fixture_clear(&fixture);
}
END_TEST

/* In chunks, whose end is the end of a response whatever Content-Range says. */
static const struct {
  const char *path;
  unsigned attempts;
} odd_rests[] = {
    {"/img/random/a?" BROKEN ETAG "&chunked=1&lie=short", 3},
    {"/img/random/a?" BROKEN ETAG "&chunked=1&lie=long", 3},
};

START_TEST(a_rest_is_as_long_as_it_says) {
  const char *path = odd_rests[_i].path;
  fixture_init(&fixture);
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_eq(got->attempts, odd_rests[_i].attempts);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_range_that_nobody_asked_for_may_be_the_whole) {
  fixture_init(&fixture);
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, "/img/jpeg/a?ranges=1&lie=unasked" ETAG, SEINE_SINK_FILE);
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_int_eq(got->http_status, 206);
  ck_assert_uint_eq(fixture_files(&fixture), 1);
  fixture_clear(&fixture);
}
END_TEST

/* Bodies of 20,000 bytes. */
static const struct {
  const char *path, *range;
  int http_status;
  uint64_t from, to; /* of the body as it ends up; to 0: it does not */
  unsigned attempts;
} own_ranges[] = {
    {"/img/jpeg/a?size=20000&ranges=1", "Range: bytes=0-99", 206, 0, 100, 1},
    {"/img/jpeg/a?size=20000&ranges=1", "range:bytes=100-199", 206, 100, 200, 1},
    {"/img/png/a?size=20000&ranges=1", "Range: bytes=-300", 206, 19700, 20000, 1},
    {"/img/gif/a?size=20000&ranges=1", "Range: bytes=0-", 206, 0, 20000, 1},
    {"/img/jpeg/a?size=20000&ranges=1", "Range: bytes=30000-", 416, 0, 0, 1},
    {"/img/jpeg/a?size=20000", "Range: bytes=0-99", 200, 0, 20000, 1},
    {"/img/jpeg/a?size=20000&ranges=1&lie=none", "Range: bytes=0-99", 206, 0, 100, 1},
    {"/img/jpeg/a?size=20000&ranges=1&status=503,200", "Range: bytes=0-99", 206, 0, 100, 2},
    {"/img/jpeg/a?size=20000&ranges=1&truncate=50&faults=1" ETAG, "Range: bytes=0-9999", 206, 0, 10000, 2},
    {"/hop/2/img/jpeg/a?size=20000&ranges=1", "Range: bytes=0-99", 206, 0, 100, 1},
};

START_TEST(a_range_of_the_caller_is_ok_as_a_part) {
  static const seine_sink_t sinks[] = {SEINE_SINK_FILE, SEINE_SINK_NULL, SEINE_SINK_MEMORY};
  const char *const headers[] = {own_ranges[_i].range, NULL};
  size_t size;
  char sha256[65];
  fixture_init(&fixture);
  char *url = server_url(fixture.server, 1, own_ranges[_i].path);
  uint8_t *whole = server_body(fixture.server, strstr(own_ranges[_i].path, "/img"), &size);
  if (own_ranges[_i].to) bytes_sha256(whole + own_ranges[_i].from, own_ranges[_i].to - own_ranges[_i].from, sha256);
  for (int i = 0; i < 3; i++) {
    bool is_part = own_ranges[_i].to && own_ranges[_i].http_status == 206;
    server_reset(fixture.server);
    if (i == 0) fixture_open(&fixture);
    if (i > 0) fixture_open_again(&fixture);
    struct got *got = fixture_request(
        &fixture, &(seine_request_t){.url = url, .sink = sinks[i], .path = i == 0 ? "a" : NULL, .headers = headers});
    fixture_run(&fixture);
    ck_assert_int_eq(got->status, own_ranges[_i].to ? SEINE_STATUS_OK : SEINE_STATUS_FAILED);
    ck_assert_int_eq(got->http_status, own_ranges[_i].http_status);
    ck_assert_uint_eq(got->attempts, own_ranges[_i].attempts);
    if (own_ranges[_i].to) ck_assert_str_eq(got->sha256, sha256);
    if (own_ranges[_i].to) ck_assert_int_eq(got->message && strstr(got->message, "part of the whole"), is_part);
  }
  free(whole);
  free(url);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_body_breaks_off_more_than_once) {
  const char *path = "/img/png/a?size=30000000&truncate=9000000&faults=3&ranges=1" ETAG;
  fixture_init(&fixture);
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 4);
  ck_assert_uint_lt(server_bytes(fixture.server, NULL, path), 30000000 + 200000);
  fixture_clear(&fixture);
}
END_TEST

/* Without a length, the size of the whole is first known by Content-Range. */
START_TEST(sizes_count_the_whole) {
  fixture_init(&fixture);
  fixture.options.max_size_bytes = 15000000;
  fixture_open(&fixture);
  const char *large = "/img/jpeg/a?" BROKEN ETAG "&chunked=1", *fits = "/img/jpeg/b?size=14000000&truncate=9000000"
                                                                       "&faults=1&ranges=1&chunked=1" ETAG;
  struct got *rejected = fixture_fetch(&fixture, 1, large, SEINE_SINK_FILE);
  struct got *ok = fixture_fetch(&fixture, 2, fits, SEINE_SINK_FILE);
  fixture_run(&fixture);
  ck_assert_int_eq(rejected->status, SEINE_STATUS_REJECTED);
  ck_assert_int_eq(rejected->error, SEINE_ESIZE);
  fixture_assert_is(ok, fits);
  fixture_clear(&fixture);
  fixture_init(&fixture);
  fixture.options.min_size_bytes = 10000000;
  fixture_open(&fixture);
  struct got *least = fixture_fetch(&fixture, 1, fits, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(least, fits); /* the rest alone would be too small */
  fixture_clear(&fixture);
}
END_TEST

/* ---- Memory ---- */

#define WORKERS 4

static uv_work_t blockers[WORKERS];
static sem_t gate;
static uint64_t held, steady;

static void block(uv_work_t *work) {
  (void)work;
  sem_wait(&gate);
}

static void unblocked(uv_work_t *work, int status) {
  (void)work, (void)status;
}

static void watch_held(uv_timer_t *timer) {
  seine_stats_t stats;
  seine_get_stats(fixture.engine, &stats);
  steady = stats.held_bytes == held ? steady + 1 : 0;
  held = stats.held_bytes;
  if (steady < 20 || held < 2 * MIB) return;
  uv_close((uv_handle_t *)timer, NULL);
  for (int i = 0; i < WORKERS; i++)
    sem_post(&gate);
}

/* A disk that takes nothing: every thread of the pool is held. */
START_TEST(a_slow_disk_pauses_the_transfer) {
  uv_timer_t timer;
  char workers[8];
  snprintf(workers, sizeof workers, "%d", WORKERS);
  setenv("UV_THREADPOOL_SIZE", workers, 1);
  sem_init(&gate, 0, 0);
  fixture_init(&fixture);
  fixture_open(&fixture);
  for (int i = 0; i < WORKERS; i++)
    uv_queue_work(&fixture.loop, &blockers[i], block, unblocked);
  uv_timer_init(&fixture.loop, &timer);
  uv_timer_start(&timer, watch_held, 10, 10);
  const char *path = "/img/random/a?size=64000000";
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_ge(held, 2 * MIB);
  ck_assert_uint_le(held, 6 * MIB);
  fixture_clear(&fixture);
}
END_TEST

static long peak_kib(void) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  long peak = 0;
  while (file && fgets(line, sizeof line, file))
    sscanf(line, "VmHWM: %ld", &peak);
  if (file) fclose(file);
  return peak;
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define MEMORY_KIB (400 * 1024) /* freed memory is kept for a while, or has a shadow */
#else
#define MEMORY_KIB (16 * 1024)
#endif

/* LARGE_MIB=4096 in the environment makes it 4 GiB. */
START_TEST(memory_does_not_follow_the_size) {
  const char *wish = getenv("LARGE_MIB");
  uint64_t size = (wish ? strtoull(wish, NULL, 10) : (uint64_t)scaled(512)) * MIB;
  char *path = print("/zeros/%llu", (unsigned long long)(size / MIB));
  fixture_init(&fixture);
  fixture_open(&fixture);
  fixture_fetch(&fixture, 1, "/img/jpeg/a", SEINE_SINK_FILE);
  fixture_wait(&fixture);
  long base = peak_kib();
  struct got *got = fixture_fetch(&fixture, 1, path, _i ? SEINE_SINK_FILE : SEINE_SINK_NULL);
  fixture_run(&fixture);
  long peak = peak_kib();
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(got->size_bytes, size);
  printf("%s of %s: %ld KiB above %ld\n", path, _i ? "a file" : "no file", peak - base, base);
  ck_assert_int_lt(peak - base, MEMORY_KIB);
  free(path);
  fixture_clear(&fixture);
}
END_TEST

static const char *const floods[] = {"1xx-flood", "endless-headers", "endless-line"};

START_TEST(memory_does_not_follow_headers) {
  fixture_init(&fixture);
  fixture.options.retries = 0;
  fixture_open(&fixture);
  fixture_fetch(&fixture, 1, "/img/jpeg/a", SEINE_SINK_MEMORY);
  fixture_wait(&fixture);
  long base = peak_kib();
  struct got *got[8];
  char *path = print("/img/png/a?malformed=%s", floods[_i]);
  for (int i = 0; i < 8; i++)
    got[i] = fixture_fetch(&fixture, i + 1, path, SEINE_SINK_MEMORY);
  fixture_run(&fixture);
  long peak = peak_kib();
  for (int i = 0; i < 8; i++)
    ck_assert_int_eq(got[i]->error, SEINE_EPROTOCOL);
  printf("%s: %ld KiB above %ld\n", path, peak - base, base);
  ck_assert_int_lt(peak - base, MEMORY_KIB);
  free(path);
  fixture_clear(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("resume");
  TCase *tests = tcase_create("resume");
  tcase_set_timeout(tests, 180);
  suite_add_tcase(suite, tests);
  tcase_add_loop_test(tests, a_large_body_goes_on_where_it_broke_off, 0, sizeof resumed / sizeof *resumed);
  tcase_add_loop_test(tests, two_states_of_a_body_are_never_mixed, 0, sizeof begun_anew / sizeof *begun_anew);
  tcase_add_loop_test(tests, a_rest_is_as_long_as_it_says, 0, sizeof odd_rests / sizeof *odd_rests);
  tcase_add_test(tests, a_range_that_nobody_asked_for_may_be_the_whole);
  tcase_add_loop_test(tests, a_range_of_the_caller_is_ok_as_a_part, 0, sizeof own_ranges / sizeof *own_ranges);
  tcase_add_test(tests, a_body_breaks_off_more_than_once);
  tcase_add_test(tests, sizes_count_the_whole);
  tcase_add_test(tests, a_slow_disk_pauses_the_transfer);
  tcase_add_loop_test(tests, memory_does_not_follow_the_size, 0, 2);
  tcase_add_loop_test(tests, memory_does_not_follow_headers, 0, sizeof floods / sizeof *floods);
  return suite_run(suite);
}
