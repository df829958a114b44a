/* A loop, an engine and a server for the engine's tests. */
#include "engine_bench.h"

#include <stdlib.h>
#include <string.h>

static struct server *shared_server;

void bench_init(struct bench *bench) {
  memset(bench, 0, sizeof *bench);
  if (!shared_server) shared_server = server_start();
  server_reset(shared_server);
  bench->server = shared_server;
  bench->folder = folder_make();
  bench->got = calloc(BENCH_FETCHES, sizeof *bench->got);
  ck_assert_ptr_nonnull(bench->got);
  ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
  seine_options_init(&bench->options);
  bench->options.directory = bench->folder;
  bench->options.retry_delay_ms = 20;
  bench->options.retry_max_delay_ms = 400;
}

void bench_open(struct bench *bench) {
  ck_assert_int_eq(seine_open(&bench->engine, &bench->loop, &bench->options), 0);
}

static void on_close(seine_t *engine, void *user) {
  struct bench *bench = user;
  ck_assert_ptr_eq(engine, bench->engine);
  bench->closed = true;
}

static char *copy(const char *text) {
  return text ? strdup(text) : NULL;
}

static void on_result(seine_fetch_t *fetch, const seine_result_t *result) {
  struct got *got = seine_fetch_user(fetch);
  struct bench *bench = got->bench;
  got->calls++;
  got->fetch = NULL;
  got->order = bench->done++;
  got->status = result->status;
  got->error = result->error;
  got->retryable = result->retryable;
  got->http_status = result->http_status;
  got->attempts = result->attempts;
  got->size_bytes = result->size_bytes;
  got->final_url = copy(result->final_url);
  got->type = copy(result->type);
  got->path = copy(result->path);
  got->message = copy(result->message);
  if (result->sha256)
    for (int i = 0; i < 32; i++)
      snprintf(got->sha256 + 2 * i, 3, "%02x", result->sha256[i]);
  if (result->data) got->data = seine_fetch_take(fetch);
  if (bench->on_got) bench->on_got(got);
  if (bench->done == bench->count && !bench->hold) seine_close(bench->engine, on_close, bench);
}

struct got *bench_request(struct bench *bench, const seine_request_t *request) {
  struct got *got = &bench->got[bench->count];
  seine_request_t mine = *request;
  ck_assert_uint_lt(bench->count, BENCH_FETCHES);
  got->bench = bench;
  mine.user = got;
  ck_assert_int_eq(seine_fetch(bench->engine, &mine, on_result, &got->fetch), 0);
  bench->count++;
  return got;
}

static int place_by_number(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size) {
  struct got *got = seine_fetch_user(fetch);
  ck_assert_ptr_nonnull(result->type);
  ck_assert_ptr_nonnull(result->sha256);
  snprintf(path, size, "%02d/%zu%s", (int)((got - got->bench->got) % 3), (size_t)(got - got->bench->got),
           seine_type_extension(result->type));
  return SEINE_PLACE_STORE;
}

struct got *bench_fetch(struct bench *bench, int n, const char *path, seine_sink_t sink) {
  char *url = server_url(bench->server, n, path);
  struct got *got =
      bench_request(bench, &(seine_request_t){.url = url, .sink = sink, .on_place = place_by_number});
  free(url);
  return got;
}

void bench_wait(struct bench *bench) {
  bench->hold = true;
  while (bench->done < bench->count)
    uv_run(&bench->loop, UV_RUN_ONCE);
}

void bench_run(struct bench *bench) {
  if (bench->count == 0 && !bench->closed) seine_close(bench->engine, on_close, bench);
  uv_run(&bench->loop, UV_RUN_DEFAULT);
  if (!bench->closed) {
    seine_close(bench->engine, on_close, bench);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
  }
  ck_assert(bench->closed);
  ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
  for (size_t i = 0; i < bench->count; i++)
    ck_assert_int_eq(bench->got[i].calls, 1);
}

void bench_clear(struct bench *bench) {
  for (size_t i = 0; i < bench->count; i++) {
    struct got *got = &bench->got[i];
    free(got->final_url);
    free(got->type);
    free(got->path);
    free(got->message);
    free(got->data);
  }
  free(bench->got);
  folder_remove(bench->folder);
  free(bench->folder);
}

void bench_assert_is(const struct got *got, const char *path) {
  size_t size;
  char expected[65], stored[65];
  uint8_t *body = server_body(got->bench->server, path, &size);
  ck_assert_msg(got->status == SEINE_STATUS_OK, "%s: %s", path, got->message ? got->message : "no message");
  bytes_sha256(body, size, expected);
  free(body);
  ck_assert_uint_eq(got->size_bytes, size);
  ck_assert_str_eq(got->sha256, expected);
  if (!got->path) return;
  char *file = print("%s/%s", got->bench->folder, got->path);
  ck_assert(file_sha256(file, stored));
  ck_assert_str_eq(stored, expected);
  free(file);
}

size_t bench_files(const struct bench *bench) {
  struct files files = files_below(bench->folder);
  size_t count = files.count;
  files_clear(&files);
  return count;
}

void bench_open_again(struct bench *bench) {
  ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
  for (size_t i = 0; i < bench->count; i++) {
    free(bench->got[i].final_url);
    free(bench->got[i].path);
    free(bench->got[i].type);
    free(bench->got[i].message);
  }
  memset(bench->got, 0, bench->count * sizeof *bench->got);
  bench->count = bench->done = 0;
  bench->closed = false;
  bench_open(bench);
}
