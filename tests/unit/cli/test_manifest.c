/* The manifest on a loop: groups, reading back, torn and foreign files, streams, full disks; and the pass over it. */
#include "base/url_key.h"
#include "base/xalloc.h"
#include "fixtures/suite.h"
#include "fixtures/support.h"
#include "manifest/manifest.h"
#include "manifest/replay.h"
#include "output/outdir.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t digest[32] = {1, 2, 3};
static char *folder, *path;
static uv_loop_t loop;

static void setup(void) {
  folder = folder_make();
  path = xasprintf("%s/deep/er/rows.jsonl", folder);
  ck_assert_int_eq(uv_loop_init(&loop), 0);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

static void teardown(void) {
  ck_assert_int_eq(uv_loop_close(&loop), 0);
  folder_remove(folder);
  free(folder);
  free(path);
}

static void keep_error(const char *sentence, void *user) {
  char **kept = user;
  ck_assert_ptr_null(*kept); /* once */
  *kept = xstrdup(sentence);
}

static struct manifest_options options_for(const char *name, char **error) {
  return (struct manifest_options){
      .loop = &loop, .path = name, .folder = -1, .read_back = true, .on_error = keep_error, .user = error};
}

static struct manifest *open_it(const struct manifest_options *options) {
  struct manifest *manifest;
  ck_assert_int_eq(manifest_open(&manifest, options), 0);
  return manifest;
}

static void count_close(void *user, uint64_t lost) {
  (void)lost;
  ++*(int *)user;
}

static void close_it(struct manifest *manifest) {
  int closed = 0;
  manifest_close(manifest, count_close, &closed);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(closed, 1);
}

static uint64_t append(struct manifest *manifest, uint64_t id) {
  char url[64];
  snprintf(url, sizeof url, "http://h/%llu", (unsigned long long)id);
  return manifest_append(manifest,
                         &(struct row){.id = id, .url = url, .path = "p", .sha256 = digest, .http_status = 200});
}

static void keep_id(const struct row_view *view, void *user) {
  uint64_t *id = user;
  *id = view ? view->id : UINT64_MAX;
}

struct seen {
  uint64_t rows, unknown, last;
};

static bool see_row(const struct row_view *view, uint64_t offset, void *user) {
  struct seen *seen = user;
  ck_assert(offset == 0 || offset > 0);
  if (!view) {
    seen->unknown++;
    return true;
  }
  ck_assert_uint_eq(view->id, seen->rows++);
  seen->last = view->id;
  return true;
}

static const char *const names[] = {"rows.jsonl", "rows.csv", "new/folder/rows.CSV"};

START_TEST(rows_are_read_back_wherever_they_are) {
  char *error = NULL, *name = xasprintf("%s/%s", folder, names[_i]);
  struct manifest_options options = options_for(name, &error);
  struct manifest *manifest = open_it(&options);
  enum { ROWS = 5000 };
  static uint64_t offsets[ROWS], ids[ROWS];
  for (uint64_t i = 0; i < ROWS; i++) {
    offsets[i] = append(manifest, i);
    if (i % 100 == 0) uv_run(&loop, UV_RUN_NOWAIT);
  }
  for (int pass = 0; pass < 2; pass++) {
    memset(ids, 0xee, sizeof ids);
    for (size_t i = 0; i < ROWS; i++)
      manifest_read(manifest, offsets[i], keep_id, &ids[i]);
    ck_assert(pass > 0 || ids[ROWS - 1] == ROWS - 1); /* still in memory: at once */
    while (manifest_backlog(manifest) > 0)
      uv_run(&loop, UV_RUN_ONCE);
    while (ids[0] == 0xeeeeeeeeeeeeeeee || uv_loop_alive(&loop))
      uv_run(&loop, UV_RUN_ONCE);
    for (size_t i = 0; i < ROWS; i++)
      ck_assert_uint_eq(ids[i], i);
  }
  manifest_read(manifest, 1 << 30, keep_id, &ids[0]);
  close_it(manifest);
  ck_assert_uint_eq(ids[0], UINT64_MAX);

  manifest = open_it(&options);
  struct seen seen = {0};
  ck_assert_int_eq(manifest_scan(manifest, see_row, &seen), 0);
  ck_assert_uint_eq(seen.rows, ROWS);
  ck_assert_uint_eq(seen.unknown, 0);
  ck_assert_uint_eq(append(manifest, ROWS), manifest_earlier_bytes(manifest));
  close_it(manifest);
  ck_assert_ptr_null(error);
  free(name);
}
END_TEST

#define ROW(id)                                                                                                        \
  "{\"id\":" #id ",\"url\":\"u\",\"status\":\"ok\",\"path\":null,\"sha256\":null,\"bytes\":1,\"media_type\":null,"     \
  "\"width\":null,\"height\":null,\"trailing_bytes\":null,"                                                            \
  "\"http_status\":200,\"error\":null,\"message\":null}\n"
#define HEADER                                                                                                         \
  "id,url,status,path,sha256,bytes,media_type,width,height,trailing_bytes,http_status,error,message,retryable,"        \
  "attempts,final_url,"                                                                                                \
  "content_type,etag,last_modified,ip,started_at,elapsed_ms,input\r\n"

static const struct {
  const char *name, *before;
  bool fresh;
  int status;
  uint64_t rows, unknown;
  const char *after; /* NULL: as before */
} files[] = {
    {"a.jsonl", "", false, 0, 0, 0, NULL},
    {"a.jsonl", ROW(0) ROW(1), false, 0, 2, 0, NULL},
    {"a.jsonl", ROW(0) "{\"id\":1,\"url\":\"u", false, 0, 1, 0, ROW(0)},
    {"a.jsonl", "{\"i", false, 0, 0, 0, ""},
    {"a.jsonl", ROW(0) "what is this?\n{}\n\n" ROW(1), false, 0, 2, 3, NULL},
    {"a.jsonl", ROW(0), true, 0, 0, 0, ""},
    {"a.jsonl", "dear diary\n", false, 2, 0, 0, NULL},
    {"a.jsonl", "dear diary\n", true, 2, 0, 0, NULL},
    {"a.jsonl", "dear diary", false, 2, 0, 0, NULL},
    {"a.jsonl", HEADER, false, 2, 0, 0, NULL},
    {"a.jsonl", HEADER, true, 0, 0, 0, ""},
    {"a.csv", "", false, 0, 0, 0, HEADER},
    {"a.csv", "id,url,st", false, 0, 0, 0, HEADER},
    {"a.csv", HEADER "0,u,ok,,,1,,200,,,1,,,,,,,0\r\n1,u,o", false, 0, 1, 0, HEADER "0,u,ok,,,1,,200,,,1,,,,,,,0\r\n"},
    {"a.csv", HEADER "0,u,ok,,,1,,200,,,1,,,,,,,0\nx\n", false, 0, 1, 1, NULL},
    {"a.csv", ROW(0), false, 2, 0, 0, NULL},
    {"a.csv", "id,url,status,path,sha256\r\n0,u,ok,,\r\n", false, 2, 0, 0, NULL}, /* columns of another version */
    {"a.csv", "id,url,status,path,sha256\r\n0,u,ok,,\r\n", true, 0, 0, 0, HEADER},
};

START_TEST(what_is_there_is_taken_as_in_the_table) {
  char *error = NULL, *name = xasprintf("%s/%s", folder, files[_i].name);
  struct manifest_options options = options_for(name, &error);
  struct manifest *manifest = NULL;
  file_write(name, files[_i].before, strlen(files[_i].before));
  options.fresh = files[_i].fresh;
  ck_assert_int_eq(manifest_open(&manifest, &options), files[_i].status);
  if (files[_i].status == 0) {
    struct seen seen = {0};
    ck_assert_int_eq(manifest_scan(manifest, see_row, &seen), 0);
    ck_assert_uint_eq(seen.rows, files[_i].rows);
    ck_assert_uint_eq(seen.unknown, files[_i].unknown);
    close_it(manifest);
  }
  size_t size;
  char *after = file_read(name, &size);
  ck_assert_str_eq(after, files[_i].after ? files[_i].after : files[_i].before);
  free(after);
  free(name);
}
END_TEST

START_TEST(a_second_run_is_kept_away) {
  char *error = NULL;
  struct manifest_options options = options_for(path, &error);
  struct manifest *manifest = open_it(&options), *second = NULL;
  ck_assert_int_eq(manifest_open(&second, &options), 2);
  ck_assert_ptr_null(second);
  close_it(manifest);
}
END_TEST

/* Standard output as a pipe that this process reads, or does not. */
static int redirect_stdout(int *saved) {
  int ends[2];
  fflush(stdout);
  ck_assert_int_eq(pipe(ends), 0);
  *saved = dup(STDOUT_FILENO);
  dup2(ends[1], STDOUT_FILENO);
  close(ends[1]);
  return ends[0];
}

static void restore_stdout(int saved) {
  dup2(saved, STDOUT_FILENO);
  close(saved);
}

START_TEST(a_stream_is_read_back_from_aside) {
  char *error = NULL, received[65536];
  int saved, reader = redirect_stdout(&saved);
  struct manifest_options options = options_for("-", &error);
  struct manifest *manifest = open_it(&options);
  uint64_t ids[2] = {0}, first = append(manifest, 40), second = append(manifest, 41);
  while (manifest_backlog(manifest) > 0)
    uv_run(&loop, UV_RUN_ONCE);
  manifest_read(manifest, first, keep_id, &ids[0]);
  manifest_read(manifest, second, keep_id, &ids[1]);
  close_it(manifest);
  restore_stdout(saved);
  ssize_t size = read(reader, received, sizeof received - 1);
  close(reader);
  ck_assert_int_gt(size, 0);
  received[size] = '\0';
  ck_assert_ptr_nonnull(strstr(received, "\n{\"id\":41,"));
  ck_assert_uint_eq(ids[0], 40);
  ck_assert_uint_eq(ids[1], 41);
  ck_assert_ptr_null(error);
}
END_TEST

START_TEST(a_reader_that_leaves_is_said_once) {
  char *error = NULL;
  int saved, reader = redirect_stdout(&saved);
  struct manifest_options options = options_for("-", &error);
  struct manifest *manifest = open_it(&options);
  close(reader);
  for (uint64_t i = 0; i < 3; i++) {
    append(manifest, i);
    while (!error && manifest_backlog(manifest) > 0)
      uv_run(&loop, UV_RUN_ONCE);
  }
  close_it(manifest);
  restore_stdout(saved);
  ck_assert_ptr_nonnull(error);
  ck_assert_ptr_nonnull(strstr(error, "nobody reads standard output"));
  free(error);
}
END_TEST

START_TEST(a_reader_that_sleeps_does_not_hold_up_the_end) {
  char *error = NULL;
  int saved, reader = redirect_stdout(&saved);
  struct manifest_options options = options_for("-", &error);
  struct manifest *manifest = open_it(&options);
  for (uint64_t i = 0; i < 5000; i++)
    append(manifest, i);
  manifest_hurry(manifest);
  close_it(manifest);
  restore_stdout(saved);
  close(reader);
  ck_assert_ptr_null(error);
}
END_TEST

START_TEST(a_full_disk_is_said_once) {
  char *error = NULL;
  struct rlimit before, limit;
  struct manifest_options options = options_for(path, &error);
  struct manifest *manifest = open_it(&options);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
  limit = before;
  limit.rlim_cur = 10000;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  for (uint64_t i = 0; i < 3000; i++) {
    append(manifest, i);
    uv_run(&loop, UV_RUN_NOWAIT);
  }
  close_it(manifest);
  setrlimit(RLIMIT_FSIZE, &before);
  ck_assert_ptr_nonnull(error);
  ck_assert_ptr_nonnull(strstr(error, "could not be written"));
  free(error);

  /* The row that was being written is torn, and the next run sees to that. */
  error = NULL;
  manifest = open_it(&options);
  struct seen seen = {0};
  ck_assert_int_eq(manifest_scan(manifest, see_row, &seen), 0);
  ck_assert_uint_gt(seen.rows, 10);
  ck_assert_uint_eq(seen.unknown, 0);
  close_it(manifest);
}
END_TEST

START_TEST(durable_rows_are_the_same) {
  char *error = NULL;
  size_t size;
  struct manifest_options options = options_for(path, &error);
  options.durable = true;
  options.folder = open(folder, O_RDONLY | O_DIRECTORY);
  struct manifest *manifest = open_it(&options);
  append(manifest, 7);
  close_it(manifest);
  close(options.folder);
  char *text = file_read(path, &size);
  ck_assert_int_eq(strncmp(text, "{\"id\":7,", 8), 0);
  ck_assert_int_eq(text[size - 1], '\n');
  free(text);
}
END_TEST

/* ---- The output folder ---- */

START_TEST(leftovers_are_removed_after_a_crash_only) {
  struct outdir outdir;
  static const char *const there[] = {".seine-1.part", "a/.seine-2.part", "a/b/c/.seine-x.part", "a/.seine-.part",
                                      "a/keep.part",   ".seine-keep",     "a/.seine-3.part/x"};
  char *out = xasprintf("%s/out", folder);
  for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
    char *name = xasprintf("%s/%s", out, there[i]);
    file_write(name, "x", 1);
    free(name);
  }
  char *outside = xasprintf("%s/outside/.seine-9.part", folder), *link_to = xasprintf("%s/outside", folder);
  char *link_name = xasprintf("%s/a/link", out), *link_file = xasprintf("%s/a/.seine-l.part", out);
  file_write(outside, "x", 1);
  ck_assert_int_eq(symlink(link_to, link_name), 0);
  ck_assert_int_eq(symlink(outside, link_file), 0);

  ck_assert_int_eq(outdir_open(&outdir, out), 0);
  ck_assert(!outdir.unclean_shutdown);
  close(outdir.lock); /* as a crash would: the mark stays */
  close(outdir.fd);
  ck_assert_int_eq(outdir_open(&outdir, out), 0);
  ck_assert(outdir.unclean_shutdown);
  ck_assert_uint_eq(outdir_sweep(&outdir), 4);
  outdir.unclean_shutdown = false;
  struct outdir second;
  ck_assert_int_eq(outdir_open(&second, out), 2);
  outdir_close(&outdir);
  ck_assert_int_eq(outdir_open(&outdir, out), 0);
  ck_assert(!outdir.unclean_shutdown);
  outdir_close(&outdir);

  struct files left = files_below(folder);
  ck_assert_uint_eq(left.count, 7); /* two kept, one below a folder, two links, one outside, the lock */
  files_clear(&left);
  free(out);
  free(outside);
  free(link_to);
  free(link_name);
  free(link_file);
}
END_TEST

START_TEST(a_folder_that_cannot_be_is_refused) {
  struct outdir outdir;
  char *file = xasprintf("%s/file", folder), *below = xasprintf("%s/file/below", folder);
  file_write(file, "x", 1);
  ck_assert_int_eq(outdir_open(&outdir, file), 2);
  ck_assert_int_eq(outdir_open(&outdir, below), 2);
  ck_assert_int_eq(outdir.fd, -1);
  free(file);
  free(below);
}
END_TEST

/* ---- The pass ---- */

START_TEST(a_pass_fills_what_needs_filling) {
  char *error = NULL;
  struct fingerprint_key key;
  struct manifest_options options = options_for(path, &error);
  struct manifest *manifest = open_it(&options);
  struct outdir outdir = {.fd = -1, .lock = -1};
  static const struct row rows[] = {
      {.url = "http://h/ok", .status = SEINE_STATUS_OK, .path = "first", .sha256 = digest},
      {.url = "http://h/gone", .status = SEINE_STATUS_FAILED, .error = SEINE_EHTTP, .http_status = 404},
      {.url = "http://h/later", .status = SEINE_STATUS_FAILED, .error = SEINE_ETIMEOUT, .retryable = true},
      {.url = "http://h/then", .status = SEINE_STATUS_FAILED, .error = SEINE_EDNS, .retryable = true},
      {.url = "http://h/then", .status = SEINE_STATUS_DUPLICATE, .path = "first", .sha256 = digest},
      {.url = "http://h/no", .status = SEINE_STATUS_REJECTED, .error = SEINE_ETYPE, .media_type = "text/html"},
      {.url = "http://h/page", .status = SEINE_STATUS_REJECTED, .error = SEINE_ETYPE, .retryable = true},
      {.url = "http://h/small", .status = SEINE_STATUS_REJECTED, .error = SEINE_ESIZE, .bytes = 1},
      {.url = "http://h/\xff#x", .status = SEINE_STATUS_OK, .path = "second"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    manifest_append(manifest, &rows[i]);
  close_it(manifest);

  manifest = open_it(&options);
  fingerprint_key_draw(&key);
  seine_options_t engine = {.accept = "image/*"};
  struct replay replay = {.outdir = &outdir, .manifest = manifest, .options = &engine, .retry_failed = _i};
  replay.key = &key;
  replay.history = history_new();
  replay.dedup = dedup_new(&key);
  replay.paths = taken_names_new(&key);
  replay_read(&replay);
  ck_assert_int_eq(replay.error, 0);
  ck_assert_uint_eq(replay.rows, sizeof rows / sizeof *rows);
  static const struct {
    const char *identity;
    enum history_seen seen, seen_retrying;
  } expected[] = {
      {"http://h/ok", HISTORY_DONE, HISTORY_DONE},           {"http://h/gone", HISTORY_DONE_BAD, HISTORY_NEW},
      {"http://h/later", HISTORY_NEW, HISTORY_NEW},          {"http://h/then", HISTORY_DONE, HISTORY_DONE},
      {"http://h/no", HISTORY_DONE_BAD, HISTORY_DONE_BAD},   {"http://h/\xff", HISTORY_DONE, HISTORY_DONE},
      {"http://h/page", HISTORY_REJECTED, HISTORY_REJECTED}, {"http://h/small", HISTORY_NEW, HISTORY_NEW},
  };
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    uint64_t url = url_key(&key, expected[i].identity, expected[i].identity);
    ck_assert_int_eq(history_visit(replay.history, url), _i ? expected[i].seen_retrying : expected[i].seen);
  }
  uint64_t offset = 1;
  ck_assert_int_eq(dedup_find(replay.dedup, digest, &offset), DEDUP_STORED);
  ck_assert_uint_eq(offset, 0);
  ck_assert(!taken_names_would_add(replay.paths, "first", 1));
  ck_assert(taken_names_would_add(replay.paths, "third", 1));
  ck_assert_uint_eq(taken_names_count(replay.paths), 2);
  taken_names_free(replay.paths);
  dedup_free(replay.dedup);
  history_free(replay.history);
  close_it(manifest);
}
END_TEST

/* ---- Torn anywhere ---- */

static const struct row torn_rows[] = {
    {.id = 1, .url = "http://h/1", .status = SEINE_STATUS_OK, .path = "1.jpg", .sha256 = digest, .http_status = 200},
    {.id = 2, .url = "http://h/\"2,\"\xc3\xa9", .status = SEINE_STATUS_REJECTED, .message = "a\n\"b\",\r\n"},
    {.id = 3, .url = "http://h/3", .status = SEINE_STATUS_FAILED, .error = SEINE_EHTTP, .etag = "=\xff\x80"},
    {.id = 4, .url = "http://h/4", .status = SEINE_STATUS_DUPLICATE, .path = "1.jpg", .input = "{\"a\":[1,2]}"},
};
enum { TORN_ROWS = sizeof torn_rows / sizeof *torn_rows };

/* What the earlier runs' rows come to: as many as were whole, these done with, and the others new. */
static void recall_exactly(struct manifest *manifest, size_t whole) {
  struct fingerprint_key key;
  struct outdir outdir = {.fd = -1, .lock = -1};
  fingerprint_key_draw(&key);
  seine_options_t engine = {.retry_on = NULL};
  struct replay replay = {
      .outdir = &outdir, .manifest = manifest, .options = &engine, .key = &key, .history = history_new()};
  replay_read(&replay);
  ck_assert_int_eq(replay.error, 0);
  ck_assert_uint_eq(replay.rows, whole);
  ck_assert_uint_eq(replay.not_understood, 0);
  for (size_t i = 0; i < TORN_ROWS; i++) {
    enum history_seen seen = history_visit(replay.history, url_key(&key, torn_rows[i].url, torn_rows[i].url));
    ck_assert_int_eq(seen != HISTORY_NEW, i < whole);
  }
  history_free(replay.history);
}

/* What was said on standard error since the last time. */
static bool was_said(int fd, const char *words) {
  char text[512];
  ssize_t size = pread(fd, text, sizeof text - 1, 0);
  text[size > 0 ? size : 0] = '\0';
  ck_assert_int_eq(ftruncate(fd, 0), 0);
  ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
  return strstr(text, words);
}

static void check_torn(const struct manifest_options *options, const char *text, size_t size, size_t cut, int said) {
  struct manifest *manifest;
  size_t end = cut, lines = 0, left;
  while (end > 0 && text[end - 1] != '\n')
    end--;
  for (size_t i = 0; i < end; i++)
    lines += text[i] == '\n';
  size_t header = strlen(row_header(strstr(options->path, ".csv") ? ROW_CSV : ROW_JSON));
  file_write(options->path, text, cut);
  ck_assert_int_eq(manifest_open(&manifest, options), 0);
  ck_assert_int_eq(was_said(said, "was not whole, as after a crash; it is cut off"), end < cut);
  recall_exactly(manifest, header && lines ? lines - 1 : lines);
  /* What follows stands behind whole rows alone. */
  append(manifest, 5);
  close_it(manifest);
  char *after = file_read(options->path, &left);
  size_t kept = end ? end : header;
  ck_assert_uint_gt(left, kept);
  ck_assert_mem_eq(after, text, kept);
  ck_assert_int_eq(strncmp(after + kept, header ? "5,http://h/5," : "{\"id\":5,", header ? 13 : 8), 0);
  ck_assert_uint_eq(size > 0 && after[left - 1] == '\n', 1);
  free(after);
}

START_TEST(a_manifest_torn_at_any_byte_keeps_its_whole_rows) {
  /* A disk would be waited for at each of two thousand cuts. */
  if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 1);
  char *error = NULL, *quick = folder_make(), *name = xasprintf("%s/%s", quick, names[_i]);
  struct manifest_options options = options_for(name, &error);
  struct manifest *manifest = open_it(&options);
  size_t size;
  for (size_t i = 0; i < TORN_ROWS; i++)
    manifest_append(manifest, &torn_rows[i]);
  close_it(manifest);
  char *text = file_read(name, &size), *said_path = xasprintf("%s/said", quick);
  int before = dup(STDERR_FILENO), said = open(said_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  dup2(said, STDERR_FILENO);
  for (size_t cut = 0; cut <= size; cut++)
    check_torn(&options, text, size, cut, said);
  dup2(before, STDERR_FILENO);
  close(before);
  close(said);
  ck_assert_ptr_null(error);
  folder_remove(quick);
  free(quick);
  free(said_path);
  free(text);
  free(name);
}
END_TEST

#define TABLE(test, rows) tcase_add_loop_test(tcase, test, 0, sizeof rows / sizeof *rows)

int main(void) {
  Suite *suite = suite_create("manifest");
  TCase *tcase = tcase_create("manifest");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, setup, teardown);
  TABLE(rows_are_read_back_wherever_they_are, names);
  TABLE(what_is_there_is_taken_as_in_the_table, files);
  tcase_add_test(tcase, a_second_run_is_kept_away);
  tcase_add_test(tcase, a_stream_is_read_back_from_aside);
  tcase_add_test(tcase, a_reader_that_leaves_is_said_once);
  tcase_add_test(tcase, a_reader_that_sleeps_does_not_hold_up_the_end);
  tcase_add_test(tcase, a_full_disk_is_said_once);
  tcase_add_test(tcase, durable_rows_are_the_same);
  tcase_add_test(tcase, leftovers_are_removed_after_a_crash_only);
  tcase_add_test(tcase, a_folder_that_cannot_be_is_refused);
  tcase_add_loop_test(tcase, a_pass_fills_what_needs_filling, 0, 2);
  tcase_add_loop_test(tcase, a_manifest_torn_at_any_byte_keeps_its_whole_rows, 0, 2); /* JSON and CSV */
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
