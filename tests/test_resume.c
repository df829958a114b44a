/* Large bodies: how one goes on after its transfer broke off, in the same run and in the next, and what it holds of memory. */
#include "engine_bench.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "range.h"
#include "store_parts.h"

#define MIB (1024 * 1024)

static struct bench bench;

#define ETAG   "&etag=%22v1%22"
#define DATED  "&last-modified=Fri,%2020%20Nov%202026%2008:00:00%20GMT"
#define SENT   "&header=Date:%20Sat,%2021%20Nov%202026%2008:00:00%20GMT"
#define BROKEN "size=20000000&truncate=12000000&faults=1&ranges=1"

/* The file that a fetch ended in, if it did, is the body of `path`. */
static void assert_is(const struct got *got, const char *path) {
  size_t size;
  char expected[65], stored[65];
  uint8_t *body = server_body(bench.server, path, &size);
  ck_assert_msg(got->status == SEINE_STATUS_OK, "%s: %s", path, got->message ? got->message : "no message");
  bytes_sha256(body, size, expected);
  free(body);
  ck_assert_uint_eq(got->size_bytes, size);
  ck_assert_str_eq(got->sha256, expected);
  if (!got->path) return;
  char *file = print("%s/%s", bench.folder, got->path);
  ck_assert(file_sha256(file, stored));
  ck_assert_str_eq(stored, expected);
  free(file);
}

static size_t count_files(void) {
  struct files files = files_below(bench.folder);
  size_t count = files.count;
  files_clear(&files);
  return count;
}

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
  bench_init(&bench);
  bench.options.stall_timeout_ms = 700;
  bench_open(&bench);
  struct got *got = bench_fetch(&bench, 1, resumed[_i].path, resumed[_i].sink);
  bench_run(&bench);
  const char *path = strstr(resumed[_i].path, "/img/");
  assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 2);
  uint64_t sent = server_bytes(bench.server, NULL, path);
  ck_assert_uint_ge(sent, 20000000);
  ck_assert_uint_lt(sent, 20000000 + 6000000); /* a RST takes with it what was not read yet */
  ck_assert_uint_eq(count_files(), resumed[_i].sink == SEINE_SINK_FILE ? 1 : 0);
  bench_clear(&bench);
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
  bench_init(&bench);
  bench_open(&bench);
  struct got *got = bench_fetch(&bench, 1, path, begun_anew[_i].sink);
  bench_run(&bench);
  assert_is(got, strstr(path, "changed=2") ? "/img/jpeg/a?size=20000000&seed=1" : path);
  ck_assert_uint_le(got->attempts, 3);
  ck_assert_uint_ge(server_bytes(bench.server, NULL, path), 20000000 + 8000000);
  ck_assert_uint_le(count_files(), 1);
  bench_clear(&bench);
}
END_TEST

START_TEST(a_range_that_nobody_asked_for_is_no_body) {
  bench_init(&bench);
  bench_open(&bench);
  struct got *got = bench_fetch(&bench, 1, "/img/jpeg/a?ranges=1&lie=unasked" ETAG, SEINE_SINK_FILE);
  bench_run(&bench);
  ck_assert_int_eq(got->error, SEINE_EHTTP);
  ck_assert_int_eq(got->http_status, 206);
  ck_assert_uint_eq(count_files(), 0);
  bench_clear(&bench);
}
END_TEST

START_TEST(a_body_breaks_off_more_than_once) {
  const char *path = "/img/png/a?size=30000000&truncate=9000000&faults=3&ranges=1" ETAG;
  bench_init(&bench);
  bench_open(&bench);
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 4);
  ck_assert_uint_lt(server_bytes(bench.server, NULL, path), 30000000 + 200000);
  bench_clear(&bench);
}
END_TEST

/* Without a length, the size of the whole is first known by Content-Range. */
START_TEST(sizes_count_the_whole) {
  bench_init(&bench);
  bench.options.max_size_bytes = 15000000;
  bench_open(&bench);
  const char *large = "/img/jpeg/a?" BROKEN ETAG "&chunked=1", *fits = "/img/jpeg/b?size=14000000&truncate=9000000"
                                                                       "&faults=1&ranges=1&chunked=1" ETAG;
  struct got *rejected = bench_fetch(&bench, 1, large, SEINE_SINK_FILE);
  struct got *ok = bench_fetch(&bench, 2, fits, SEINE_SINK_FILE);
  bench_run(&bench);
  ck_assert_int_eq(rejected->status, SEINE_STATUS_REJECTED);
  ck_assert_int_eq(rejected->error, SEINE_ESIZE);
  assert_is(ok, fits);
  bench_clear(&bench);
  bench_init(&bench);
  bench.options.min_size_bytes = 10000000;
  bench_open(&bench);
  struct got *least = bench_fetch(&bench, 1, fits, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(least, fits); /* the rest alone would be too small */
  bench_clear(&bench);
}
END_TEST

/* ---- From run to run ---- */

/* Another engine on the same folder. */
static void open_again(void) {
  ck_assert_int_eq(uv_loop_init(&bench.loop), 0);
  for (size_t i = 0; i < bench.count; i++) {
    free(bench.got[i].path);
    free(bench.got[i].type);
    free(bench.got[i].message);
  }
  memset(bench.got, 0, bench.count * sizeof *bench.got);
  bench.count = bench.done = 0;
  bench.closed = false;
  bench_open(&bench);
}

static char *only_part(void) {
  char *folder = print("%s/" PARTS_FOLDER, bench.folder);
  struct files files = files_below(folder);
  char *path = files.count == 1 ? print("%s/%s", folder, files.paths[0]) : NULL;
  files_clear(&files);
  free(folder);
  return path;
}

static char *leave_a_part(const char *path) {
  bench_init(&bench);
  bench.options.keep_parts = true;
  bench.options.retries = 0;
  bench_open(&bench);
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  ck_assert_int_eq(got->status, SEINE_STATUS_FAILED);
  ck_assert_int_eq(got->error, SEINE_ETRUNCATED);
  return only_part();
}

static void assert_nothing_is_left(void) {
  char *folder = print("%s/" PARTS_FOLDER, bench.folder);
  ck_assert_int_ne(access(folder, F_OK), 0);
  ck_assert_uint_eq(count_files(), 1);
  free(folder);
}

START_TEST(the_next_run_goes_on) {
  const char *path = resumed[_i].path;
  char *part = leave_a_part(path);
  ck_assert_ptr_nonnull(part);
  open_again();
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 1);
  ck_assert_uint_lt(server_bytes(bench.server, NULL, path), 20000000 + 200000);
  assert_nothing_is_left();
  free(part);
  bench_clear(&bench);
}
END_TEST

START_TEST(without_the_option_nothing_is_left) {
  bench_init(&bench);
  bench.options.retries = 0;
  bench_open(&bench);
  bench_fetch(&bench, 1, "/img/jpeg/a?" BROKEN ETAG, SEINE_SINK_FILE);
  bench_run(&bench);
  ck_assert_uint_eq(count_files(), 0);
  bench_clear(&bench);
}
END_TEST

static void flip(const char *path, off_t at) {
  uint8_t byte;
  int fd = open(path, O_RDWR);
  ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
  byte ^= 1;
  ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
  close(fd);
}

static void damage(const char *path, int how) {
  char *elsewhere = print("%s.other", path);
  switch (how) {
  case 0:
    flip(path, 5000000);
    break; /* a byte of the body */
  case 1:
    flip(path, 12000000 + 20);
    break; /* a byte of the record */
  case 2:
    ck_assert_int_eq(truncate(path, 11000000), 0);
    break; /* torn */
  case 3:
    ck_assert_int_eq(truncate(path, 0), 0);
    break;
  case 4:
    ck_assert_int_eq(truncate(path, 30000000), 0);
    break;
  case 5:
    ck_assert_int_eq(unlink(path), 0);
    break;
  case 6: /* planted links */
    ck_assert_int_eq(rename(path, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, path), 0);
    break;
  case 7:
    ck_assert_int_eq(link(path, elsewhere), 0);
    break;
  }
  free(elsewhere);
}

START_TEST(a_part_that_is_damaged_is_not_used) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  char *part = leave_a_part(path), before[65], after[65];
  damage(part, _i);
  char *elsewhere = print("%s.other", part);
  bool planted = file_sha256(elsewhere, before);
  open_again();
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_ge(server_bytes(bench.server, NULL, path), 20000000 + 12000000);
  if (planted) { /* what a link led to is as it was */
    ck_assert(file_sha256(elsewhere, after));
    ck_assert_str_eq(before, after);
    unlink(elsewhere);
  }
  ck_assert_ptr_null(only_part());
  ck_assert_uint_eq(count_files(), 1);
  free(elsewhere);
  free(part);
  bench_clear(&bench);
}
END_TEST

START_TEST(a_body_that_changed_meanwhile_begins_anew) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG "&changed=2";
  free(leave_a_part(path));
  open_again();
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, "/img/jpeg/a?size=20000000&seed=1");
  assert_nothing_is_left();
  bench_clear(&bench);
}
END_TEST

START_TEST(a_part_of_another_url_stays_until_it_is_old) {
  char *part = leave_a_part("/img/jpeg/a?" BROKEN ETAG);
  open_again();
  struct got *got = bench_fetch(&bench, 1, "/img/jpeg/b", SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, "/img/jpeg/b");
  ck_assert_int_eq(access(part, F_OK), 0);
  struct timespec old[2] = {{.tv_sec = time(NULL) - (PARTS_DAYS + 1) * 86400},
                            {.tv_sec = time(NULL) - (PARTS_DAYS + 1) * 86400}};
  ck_assert_int_eq(utimensat(AT_FDCWD, part, old, 0), 0);
  open_again();
  bench_fetch(&bench, 1, "/img/jpeg/b", SEINE_SINK_FILE);
  bench_run(&bench);
  assert_nothing_is_left();
  free(part);
  bench_clear(&bench);
}
END_TEST

/* Ends everything once so much was received. */
static void close_when_received(uv_timer_t *timer) {
  seine_stats_t stats;
  seine_get_stats(bench.engine, &stats);
  if (stats.received_bytes < 11000000) return;
  uv_close((uv_handle_t *)timer, NULL);
  seine_cancel(bench.got[0].fetch);
}

START_TEST(a_cancelled_body_goes_on_in_the_next_run) {
  const char *path = "/img/jpeg/a?size=20000000&stall=12000000&faults=1&ranges=1" ETAG;
  uv_timer_t timer;
  bench_init(&bench);
  bench.options.keep_parts = true;
  bench_open(&bench);
  uv_timer_init(&bench.loop, &timer);
  uv_timer_start(&timer, close_when_received, 5, 5);
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  ck_assert_int_eq(got->error, SEINE_ECANCELLED);
  open_again();
  got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_lt(server_bytes(bench.server, NULL, path), 20000000 + 2000000);
  assert_nothing_is_left();
  bench_clear(&bench);
}
END_TEST

/* Cancelled while the part is read, or waiting for its turn: it stays for another time. */
START_TEST(a_part_that_was_not_taken_up_stays) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  char *part = leave_a_part(path);
  open_again();
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  for (int i = 0; i < _i; i++)
    uv_run(&bench.loop, UV_RUN_NOWAIT);
  if (got->fetch) seine_cancel(got->fetch);
  bench_run(&bench);
  ck_assert_int_eq(got->error, SEINE_ECANCELLED);
  open_again();
  got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_lt(server_bytes(bench.server, NULL, path), 20000000 + 12000000);
  assert_nothing_is_left();
  free(part);
  bench_clear(&bench);
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
  seine_get_stats(bench.engine, &stats);
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
  bench_init(&bench);
  bench_open(&bench);
  for (int i = 0; i < WORKERS; i++)
    uv_queue_work(&bench.loop, &blockers[i], block, unblocked);
  uv_timer_init(&bench.loop, &timer);
  uv_timer_start(&timer, watch_held, 10, 10);
  const char *path = "/img/random/a?size=64000000";
  struct got *got = bench_fetch(&bench, 1, path, SEINE_SINK_FILE);
  bench_run(&bench);
  assert_is(got, path);
  ck_assert_uint_ge(held, 2 * MIB);
  ck_assert_uint_le(held, 6 * MIB);
  bench_clear(&bench);
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

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KIB (400 * 1024) /* freed memory is kept for a while */
#else
#define MEMORY_KIB (16 * 1024)
#endif

/* LARGE_MIB=4096 in the environment makes it 4 GiB. */
START_TEST(memory_does_not_follow_the_size) {
  const char *wish = getenv("LARGE_MIB");
  uint64_t size = (wish ? strtoull(wish, NULL, 10) : 512) * MIB;
  char *path = print("/zeros/%llu", (unsigned long long)(size / MIB));
  bench_init(&bench);
  bench_open(&bench);
  bench_fetch(&bench, 1, "/img/jpeg/a", SEINE_SINK_FILE);
  bench_wait(&bench);
  long base = peak_kib();
  struct got *got = bench_fetch(&bench, 1, path, _i ? SEINE_SINK_FILE : SEINE_SINK_NULL);
  bench_run(&bench);
  long peak = peak_kib();
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(got->size_bytes, size);
  printf("%s of %s: %ld KiB above %ld\n", path, _i ? "a file" : "no file", peak - base, base);
  ck_assert_int_lt(peak - base, MEMORY_KIB);
  free(path);
  bench_clear(&bench);
}
END_TEST

static const char *const floods[] = {"1xx-flood", "endless-headers", "endless-line"};

START_TEST(memory_does_not_follow_headers) {
  bench_init(&bench);
  bench.options.retries = 0;
  bench_open(&bench);
  bench_fetch(&bench, 1, "/img/jpeg/a", SEINE_SINK_MEMORY);
  bench_wait(&bench);
  long base = peak_kib();
  struct got *got[8];
  char *path = print("/img/png/a?malformed=%s", floods[_i]);
  for (int i = 0; i < 8; i++)
    got[i] = bench_fetch(&bench, i + 1, path, SEINE_SINK_MEMORY);
  bench_run(&bench);
  long peak = peak_kib();
  for (int i = 0; i < 8; i++)
    ck_assert_int_eq(got[i]->error, SEINE_EPROTOCOL);
  printf("%s: %ld KiB above %ld\n", path, peak - base, base);
  ck_assert_int_lt(peak - base, MEMORY_KIB);
  free(path);
  bench_clear(&bench);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("resume");
  TCase *tests = tcase_create("resume");
  tcase_set_timeout(tests, 180);
  suite_add_tcase(suite, tests);
  tcase_add_loop_test(tests, a_large_body_goes_on_where_it_broke_off, 0, sizeof resumed / sizeof *resumed);
  tcase_add_loop_test(tests, two_states_of_a_body_are_never_mixed, 0, sizeof begun_anew / sizeof *begun_anew);
  tcase_add_test(tests, a_range_that_nobody_asked_for_is_no_body);
  tcase_add_test(tests, a_body_breaks_off_more_than_once);
  tcase_add_test(tests, sizes_count_the_whole);
  tcase_add_loop_test(tests, the_next_run_goes_on, 0, 2);
  tcase_add_test(tests, without_the_option_nothing_is_left);
  tcase_add_loop_test(tests, a_part_that_is_damaged_is_not_used, 0, 8);
  tcase_add_test(tests, a_body_that_changed_meanwhile_begins_anew);
  tcase_add_test(tests, a_part_of_another_url_stays_until_it_is_old);
  tcase_add_test(tests, a_cancelled_body_goes_on_in_the_next_run);
  tcase_add_loop_test(tests, a_part_that_was_not_taken_up_stays, 0, 4);
  tcase_add_test(tests, a_slow_disk_pauses_the_transfer);
  tcase_add_loop_test(tests, memory_does_not_follow_the_size, 0, 2);
  tcase_add_loop_test(tests, memory_does_not_follow_headers, 0, sizeof floods / sizeof *floods);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
