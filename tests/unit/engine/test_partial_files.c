/* Parts of large bodies that outlive an engine: how the next one goes on with them, and which it must not use. */
#include "fixtures/engine_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fixtures/restricted_syscalls.h"
#include "fixtures/suite.h"
#include "seine_tools.h"
#include "store/partial_files.h"

static struct fixture fixture;

#define ETAG   "&etag=%22v1%22"
#define BROKEN "size=20000000&truncate=12000000&faults=1&ranges=1"

static char *only_part(void) {
  char *folder = print("%s/" PARTIAL_FOLDER, fixture.folder);
  struct files files = files_below(folder);
  char *path = files.count == 1 ? print("%s/%s", folder, files.paths[0]) : NULL;
  files_clear(&files);
  free(folder);
  return path;
}

static char *leave_a_part(const char *path) {
  fixture_init(&fixture);
  fixture.options.keep_partial = true;
  fixture.options.retries = 0;
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_FAILED);
  ck_assert_int_eq(got->error, SEINE_ETRUNCATED);
  return only_part();
}

static void assert_nothing_is_left(void) {
  char *folder = print("%s/" PARTIAL_FOLDER, fixture.folder);
  ck_assert_int_ne(access(folder, F_OK), 0);
  ck_assert_uint_eq(fixture_files(&fixture), 1);
  free(folder);
}

static const char *const resumed[] = {"/img/jpeg/a?" BROKEN ETAG, "/img/jpeg/a?" BROKEN ETAG "&chunked=1"};

START_TEST(the_next_run_goes_on) {
  const char *path = resumed[_i];
  char *part = leave_a_part(path);
  ck_assert_ptr_nonnull(part);
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 1);
  ck_assert_uint_lt(server_bytes(fixture.server, NULL, path), 20000000 + 200000);
  assert_nothing_is_left();
  free(part);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(without_the_option_nothing_is_left) {
  fixture_init(&fixture);
  fixture.options.retries = 0;
  fixture_open(&fixture);
  fixture_fetch(&fixture, 1, "/img/jpeg/a?" BROKEN ETAG, SEINE_SINK_FILE);
  fixture_run(&fixture);
  ck_assert_uint_eq(fixture_files(&fixture), 0);
  fixture_clear(&fixture);
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
  case 0: flip(path, 5000000); break; /* a byte of the body */
  case 1: flip(path, 12000000 + 20); break; /* a byte of the footer */
  case 2: ck_assert_int_eq(truncate(path, 11000000), 0); break; /* torn */
  case 3: ck_assert_int_eq(truncate(path, 0), 0); break;
  case 4: ck_assert_int_eq(truncate(path, 30000000), 0); break;
  case 5: ck_assert_int_eq(unlink(path), 0); break;
  case 6: /* planted links */
    ck_assert_int_eq(rename(path, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, path), 0);
    break;
  case 7: ck_assert_int_eq(link(path, elsewhere), 0); break;
  }
  free(elsewhere);
}

START_TEST(a_part_that_is_damaged_is_not_used) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  char *part = leave_a_part(path), before[65], after[65];
  damage(part, _i);
  char *elsewhere = print("%s.other", part);
  bool planted = file_sha256(elsewhere, before);
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_ge(server_bytes(fixture.server, NULL, path), 20000000 + 12000000);
  if (planted) { /* what a link led to is as it was */
    ck_assert(file_sha256(elsewhere, after));
    ck_assert_str_eq(before, after);
    unlink(elsewhere);
  }
  ck_assert_ptr_null(only_part());
  ck_assert_uint_eq(fixture_files(&fixture), 1);
  free(elsewhere);
  free(part);
  fixture_clear(&fixture);
}
END_TEST

/* Writes another validator into a part, with a check that fits: as somebody would who plants a part. */
static void plant(const char *path, const char *validator) {
  struct partial_footer footer;
  int fd = open(path, O_RDWR);
  off_t at = lseek(fd, 0, SEEK_END) - (off_t)sizeof footer;
  ck_assert_int_eq(pread(fd, &footer, sizeof footer, at), (int)sizeof footer);
  memset(footer.validator, 0, sizeof footer.validator);
  memset(footer.check, 0, sizeof footer.check);
  strcpy(footer.validator, validator);
  seine_sha256(&footer, sizeof footer, footer.check);
  ck_assert_int_eq(pwrite(fd, &footer, sizeof footer, at), (int)sizeof footer);
  close(fd);
}

/* The server answers 500 to a request with "X-Evil", and 206 to one whose If-Range is its ETag. */
static const struct {
  const char *validator;
  bool is_used;
} planted[] = {
    {"\"v1\"", true},
    {"\"v1\"\r\nX-Evil: 1", false},
    {"\"v1\nX-Evil: 1\"", false},
    {"\"v1\rX-Evil: 1\"", false},
    {"\"\x1b\x7f\"", false},
    {"Fri, 20 Nov 2026 08:00:00 GMT\r\nX-Evil: 1", false},
    {"\r\n\r\nGET /evil HTTP/1.1\r\nHost: X-Evil", false},
    {"", false},
};

START_TEST(a_planted_validator_adds_nothing_to_a_request) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG "&refuse=X%2DEvil";
  char *part = leave_a_part(path);
  ck_assert_ptr_nonnull(part);
  plant(part, planted[_i].validator);
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_eq(got->attempts, 1);
  ck_assert_int_eq(got->http_status, planted[_i].is_used ? 206 : 200);
  ck_assert_uint_eq(server_requests(fixture.server, NULL, "/evil"), 0);
  assert_nothing_is_left();
  free(part);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_body_that_changed_meanwhile_begins_anew) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG "&changed=2";
  free(leave_a_part(path));
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, "/img/jpeg/a?size=20000000&seed=1");
  assert_nothing_is_left();
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_part_of_another_url_stays_until_it_is_old) {
  char *part = leave_a_part("/img/jpeg/a?" BROKEN ETAG);
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, "/img/jpeg/b", SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, "/img/jpeg/b");
  ck_assert_int_eq(access(part, F_OK), 0);
  struct timespec old[2] = {{.tv_sec = time(NULL) - (PARTIAL_MAX_DAYS + 1) * 86400},
                            {.tv_sec = time(NULL) - (PARTIAL_MAX_DAYS + 1) * 86400}};
  ck_assert_int_eq(utimensat(AT_FDCWD, part, old, 0), 0);
  fixture_open_again(&fixture);
  fixture_fetch(&fixture, 1, "/img/jpeg/b", SEINE_SINK_FILE);
  fixture_run(&fixture);
  assert_nothing_is_left();
  free(part);
  fixture_clear(&fixture);
}
END_TEST

/* Ends everything once so much was received. */
static void close_when_received(uv_timer_t *timer) {
  seine_stats_t stats;
  seine_get_stats(fixture.engine, &stats);
  if (stats.received_bytes < 11000000) return;
  uv_close((uv_handle_t *)timer, NULL);
  seine_cancel(fixture.got[0].fetch);
}

/* The server sends at most so many bytes more than the 20,000,000 of the body. */
static void next_run_completes(const char *path, uint64_t more_bytes) {
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_uint_lt(server_bytes(fixture.server, NULL, path), 20000000 + more_bytes);
  assert_nothing_is_left();
}

START_TEST(a_cancelled_body_goes_on_in_the_next_run) {
  const char *path = "/img/jpeg/a?size=20000000&stall=12000000&faults=1&ranges=1" ETAG;
  uv_timer_t timer;
  fixture_init(&fixture);
  fixture.options.keep_partial = true;
  fixture_open(&fixture);
  uv_timer_init(&fixture.loop, &timer);
  uv_timer_start(&timer, close_when_received, 5, 5);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_ECANCELLED);
  next_run_completes(path, 2000000);
  fixture_clear(&fixture);
}
END_TEST

/* Cancelled while the part is read, or waiting for its turn: it stays for another time. */
START_TEST(a_part_that_was_not_taken_up_stays) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  char *part = leave_a_part(path);
  fixture_open_again(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  for (int i = 0; i < _i; i++)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  if (got->fetch) seine_cancel(got->fetch);
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_ECANCELLED);
  next_run_completes(path, 12000000);
  free(part);
  fixture_clear(&fixture);
}
END_TEST

/* ---- Redirects ---- */

/* Where a redirect leads elsewhere by the second attempt, the part belongs to nobody, though the validators agree. */
START_TEST(a_redirect_that_moved_begins_anew) {
  const char *first = "/img/jpeg/a?" BROKEN ETAG, *second = "/img/jpeg/b?size=20000000&ranges=1" ETAG;
  char *from = percent_encode(first), *to = percent_encode(second);
  char *path = print("/img/jpeg/r?changed=2&redirect=%s&moved=%s", from, to);
  fixture_init(&fixture);
  fixture.options.keep_partial = _i;
  fixture.options.retries = _i ? 0 : 1;
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  if (_i) { /* the second attempt is the next run's */
    ck_assert_int_eq(got->error, SEINE_ETRUNCATED);
    fixture_open_again(&fixture);
    got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
    fixture_run(&fixture);
  }
  fixture_assert_is(got, second);
  ck_assert_int_eq(got->http_status, 200);
  assert_nothing_is_left();
  free(from);
  free(to);
  free(path);
  fixture_clear(&fixture);
}
END_TEST

/* ---- Checksums ---- */

static void md5_of(const char *path, uint8_t digest[16]) {
  size_t size;
  uint8_t *body = server_body(fixture.server, path, &size);
  ck_assert_int_eq(EVP_Digest(body, size, digest, NULL, EVP_md5(), NULL), 1);
  free(body);
}

static struct got *fetch_expecting(const char *path, const uint8_t md5[16]) {
  char *url = server_url(fixture.server, 1, path);
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_FILE, .path = "file", .md5 = md5});
  free(url);
  return got;
}

/* In one run, and from one to the next, each with the right hash and with another. */
START_TEST(a_checksum_is_that_of_the_whole) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  bool again = _i & 1, wrong = _i & 2;
  uint8_t md5[16];
  fixture_init(&fixture);
  fixture.options.keep_partial = true;
  fixture.options.retries = again ? 0 : 1;
  md5_of(path, md5);
  if (wrong) md5[15] ^= 1;
  fixture_open(&fixture);
  struct got *got = fetch_expecting(path, md5);
  fixture_run(&fixture);
  if (again) {
    ck_assert_int_eq(got->error, SEINE_ETRUNCATED);
    fixture_open_again(&fixture);
    got = fetch_expecting(path, md5);
    fixture_run(&fixture);
  }
  ck_assert_int_eq(got->http_status, 206);
  ck_assert_int_eq(got->error, wrong ? SEINE_ECHECKSUM : 0);
  ck_assert_uint_eq(fixture_files(&fixture), wrong ? 0 : 1);
  if (!wrong) fixture_assert_is(got, path);
  fixture_clear(&fixture);
}
END_TEST

/* ---- Many ---- */

enum { PARTS = 70, HELD_MOST = 64, PART_BYTES = 1000 };

/* As an earlier run would have left it, but smaller. */
static void write_part(const char *url, uint64_t size) {
  struct {
    uint8_t body[PART_BYTES + PARTS];
    struct partial_footer footer;
  } part = {.footer = {.magic = "seinep1", .size_bytes = size, .validator = "\"v1\""}};
  uint8_t bytes[sizeof part];
  char name[PARTIAL_NAME_SIZE];
  seine_sha256(url, strlen(url), part.footer.origin);
  seine_sha256(part.body, size, part.footer.sha256);
  seine_sha256(&part.footer, sizeof part.footer, part.footer.check);
  memcpy(bytes, part.body, size);
  memcpy(bytes + size, &part.footer, sizeof part.footer);
  partial_name(url, name);
  char *path = print("%s/" PARTIAL_FOLDER "/%s", fixture.folder, name);
  file_write(path, bytes, size + sizeof part.footer);
  free(path);
}

static size_t open_parts(void) {
  DIR *folder = opendir("/proc/self/fd");
  size_t count = 0;
  ck_assert_ptr_nonnull(folder);
  for (struct dirent *entry; (entry = readdir(folder));) {
    char target[512] = "";
    bool is_link = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) > 0;
    count += is_link && strstr(target, ".part") != NULL;
  }
  closedir(folder);
  return count;
}

static size_t held;

/* All have failed once and wait for days; parts that are too many are let go of by and by. */
static void cancel_when_all_wait(uv_timer_t *timer) {
  seine_stats_t stats;
  seine_get_stats(fixture.engine, &stats);
  if (stats.attempts < PARTS || stats.waiting < PARTS || (held = open_parts()) > HELD_MOST) return;
  uv_close((uv_handle_t *)timer, NULL);
  for (size_t i = 0; i < PARTS; i++)
    seine_cancel(fixture.got[i].fetch);
}

/* Each part that waits has a descriptor, so that there is a bound; the least make room. */
START_TEST(a_bound_holds_for_parts_that_wait) {
  uv_timer_t timer;
  fixture_init(&fixture);
  fixture.options.keep_partial = true;
  fixture.options.retry_delay_ms = fixture.options.retry_max_delay_ms = UINT64_C(300) * 86400 * 1000;
  char *urls[PARTS];
  for (int i = 0; i < PARTS; i++) {
    char path[100];
    snprintf(path, sizeof path, "/img/jpeg/%d?size=20000&ranges=1&status=500,200%s", i, ETAG);
    urls[i] = server_url(fixture.server, 1 + i % 10, path);
    write_part(urls[i], PART_BYTES + (uint64_t)i);
  }
  fixture_open(&fixture);
  for (int i = 0; i < PARTS; i++)
    fixture_request(&fixture, &(seine_request_t){.url = urls[i], .sink = SEINE_SINK_FILE, .path = "file"});
  uv_timer_init(&fixture.loop, &timer);
  uv_timer_start(&timer, cancel_when_all_wait, 5, 5);
  fixture_run(&fixture);
  ck_assert_uint_eq(held, HELD_MOST);
  ck_assert_uint_eq(open_parts(), 0);
  printf("%zu parts are left\n", fixture_files(&fixture));
  for (int i = 0; i < PARTS; i++)
    free(urls[i]);
  fixture_clear(&fixture);
}
END_TEST

/* ---- Older systems ---- */

/* Without files that have no name, and without links. */
START_TEST(parts_need_no_nameless_files) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  const char *fork = getenv("CK_FORK");
  if (fork && strcmp(fork, "no") == 0) return; /* it could not be given back */
  fixture_init(&fixture);
  fixture.options.keep_partial = true;
  fixture.options.retries = _i ? 0 : 1;
  if (!take_away(false, true, true)) return;
  fixture_open(&fixture);
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  if (_i) {
    char *part = only_part();
    ck_assert_ptr_nonnull(part);
    free(part);
    fixture_open_again(&fixture);
    got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
    fixture_run(&fixture);
  }
  fixture_assert_is(got, path);
  ck_assert_int_eq(got->http_status, 206);
  assert_nothing_is_left();
  fixture_clear(&fixture);
}
END_TEST

/* ---- Unasked ---- */

START_TEST(parts_can_be_dropped_at_the_start) {
  const char *path = "/img/jpeg/a?" BROKEN ETAG;
  free(leave_a_part(path));
  fixture.options.discard_partial = true;
  fixture_open_again(&fixture);
  ck_assert_ptr_null(only_part());
  struct got *got = fixture_fetch(&fixture, 1, path, SEINE_SINK_FILE);
  fixture_run(&fixture);
  fixture_assert_is(got, path);
  ck_assert_int_eq(got->http_status, 200);
  assert_nothing_is_left();
  fixture_clear(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("parts");
  TCase *tests = tcase_create("parts");
  tcase_set_timeout(tests, 180);
  suite_add_tcase(suite, tests);
  tcase_add_loop_test(tests, the_next_run_goes_on, 0, 2);
  tcase_add_test(tests, without_the_option_nothing_is_left);
  tcase_add_loop_test(tests, a_part_that_is_damaged_is_not_used, 0, 8);
  tcase_add_loop_test(tests, a_planted_validator_adds_nothing_to_a_request, 0, sizeof planted / sizeof *planted);
  tcase_add_test(tests, a_body_that_changed_meanwhile_begins_anew);
  tcase_add_test(tests, a_part_of_another_url_stays_until_it_is_old);
  tcase_add_test(tests, a_cancelled_body_goes_on_in_the_next_run);
  tcase_add_loop_test(tests, a_part_that_was_not_taken_up_stays, 0, 4);
  tcase_add_loop_test(tests, a_redirect_that_moved_begins_anew, 0, 2);
  tcase_add_loop_test(tests, a_checksum_is_that_of_the_whole, 0, 4);
  tcase_add_test(tests, a_bound_holds_for_parts_that_wait);
  tcase_add_loop_test(tests, parts_need_no_nameless_files, 0, 2);
  tcase_add_test(tests, parts_can_be_dropped_at_the_start);
  return suite_run(suite);
}
