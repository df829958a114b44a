/* Runs an engine once, and compares how fetches ended. */
#include "engine_run.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "skip_waits.h"

#define DEADLINE_MS 20000

static unsigned allowed_port;

/* ---- Addresses ---- */

void run_allow_port(unsigned port) {
  allowed_port = port;
}

/* Replaces libc's for every library of the process: what a mutated Location names is refused, not asked. */
int connect(int fd, const struct sockaddr *address, socklen_t size) {
  const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
  bool is_own =
      address->sa_family == AF_INET && ntohs(v4->sin_port) == allowed_port && (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  if (address->sa_family == AF_UNIX || is_own) return (int)syscall(SYS_connect, fd, address, size);
  errno = ECONNREFUSED;
  return -1;
}

void run_options(seine_options_t *options) {
  seine_options_init(options);
  options->directory = run_folder();
  options->max_size_bytes = 200000;
  options->concurrency = RUN_URLS;
  options->per_host = 1;
  options->retries = 1;
  options->retry_delay_ms = 1;
  options->retry_max_delay_ms = 1;
  options->connect_timeout_ms = 5000;
  options->stall_timeout_ms = 10000;
  options->max_redirects = 3;
  options->dns_servers = "127.0.0.1:1";
}

/* ---- The folder for files ---- */

static char folder[] = "/tmp/seine-fuzz.XXXXXX";

static void remove_folder(void) {
  rmdir(folder);
}

const char *run_folder(void) {
  static bool made;
  if (!made) {
    MUST(mkdtemp(folder));
    atexit(remove_folder);
  }
  made = true;
  return folder;
}

/* The path of the file of URL i. */
static void file_path(char path[64], size_t i, bool whole) {
  snprintf(path, 64, "%s%s%zu", whole ? folder : "", whole ? "/" : "", i);
}

static void check_file(const struct ending *ending, size_t i) {
  char path[64];
  struct stat status;
  file_path(path, i, true);
  bool exists = stat(path, &status) == 0;
  MUST(exists == (ending->status == SEINE_STATUS_OK));
  if (exists) MUST((uint64_t)status.st_size == ending->size_bytes);
  if (exists) unlink(path);
}

/* ---- Callbacks ---- */

static void copy(char *to, size_t size, const char *from) {
  snprintf(to, size, "%s", from ? from : "");
}

/* Hosts differ between the runs that are compared. */
static void copy_path(char to[RUN_PATH_MAX], const char *url) {
  const char *host = url ? strstr(url, "://") : NULL;
  copy(to, RUN_PATH_MAX, host ? host + 3 + strcspn(host + 3, "/?#") : url);
}

static void on_close(seine_t *engine, void *user) {
  struct run *run = user;
  MUST(engine == run->engine);
  run->closed = true;
  run->server->close(run->server);
  uv_close((uv_handle_t *)&run->deadline, NULL);
}

static void append(struct ending *ending, const uint8_t *data, size_t size) {
  size_t room = ending->body_size < RUN_BODY_MAX ? RUN_BODY_MAX - ending->body_size : 0;
  memcpy(ending->body + (RUN_BODY_MAX - room), data, size < room ? size : room);
  ending->body_size += size;
}

static void on_chunk(seine_fetch_t *fetch, const uint8_t *data, size_t size) {
  struct ending *ending = seine_fetch_user(fetch);
  MUST(ending->calls == 0);
  append(ending, data, size);
}

static void fill(struct ending *ending, const seine_result_t *result) {
  ending->calls++;
  ending->status = result->status;
  ending->error = result->error;
  ending->http_status = result->http_status;
  ending->attempts = result->attempts;
  ending->retryable = result->retryable;
  ending->size_bytes = result->size_bytes;
  ending->trailing_bytes = result->trailing_bytes;
  ending->width = result->width;
  ending->height = result->height;
  ending->has_sha256 = result->sha256;
  if (result->sha256) memcpy(ending->sha256, result->sha256, 32);
  copy_path(ending->final_path, result->final_url);
  copy(ending->type, sizeof ending->type, result->type);
  copy(ending->declared_type, sizeof ending->declared_type, result->declared_type);
  copy(ending->etag, sizeof ending->etag, result->etag);
  copy(ending->last_modified, sizeof ending->last_modified, result->last_modified);
  copy(ending->disposition, sizeof ending->disposition, result->disposition);
  copy(ending->message, sizeof ending->message, result->message);
  if (result->data) append(ending, result->data, result->size_bytes);
  MUST((result->error == 0) == (result->status == SEINE_STATUS_OK || result->status == SEINE_STATUS_DUPLICATE));
}

static void on_result(seine_fetch_t *fetch, const seine_result_t *result) {
  struct ending *ending = seine_fetch_user(fetch);
  struct run *run = ending->run;
  fill(ending, result);
  MUST(ending->calls == 1);
  if (++run->done == run->count) seine_close(run->engine, on_close, run);
}

/* ---- A run ---- */

static void on_deadline(uv_timer_t *timer) {
  struct run *run = timer->data;
  fprintf(stderr, "%zu of %zu fetches ended within %d ms\n", run->done, run->count, DEADLINE_MS);
  abort();
}

static void submit(struct run *run, size_t i) {
  char path[64];
  seine_request_t request = {.url = run->urls[i].url, .user = &run->endings[i], .sink = run->urls[i].sink};
  file_path(path, i, false);
  if (request.sink == SEINE_SINK_FILE) request.path = path;
  if (request.sink == SEINE_SINK_STREAM) request.on_chunk = on_chunk;
  run->endings[i] = (struct ending){.run = run};
  MUST(seine_submit(run->engine, &request, on_result, NULL) == 0);
}

void run_all(struct run *run, const seine_options_t *options) {
  run->done = 0;
  run->closed = false;
  MUST(uv_loop_init(&run->loop) == 0);
  skip_waits_of(&run->loop);
  run->server->open(run->server, &run->loop);
  MUST(uv_timer_init(&run->loop, &run->deadline) == 0);
  run->deadline.data = run;
  uv_timer_start(&run->deadline, on_deadline, DEADLINE_MS, 0);
  uv_unref((uv_handle_t *)&run->deadline);
  MUST(seine_open(&run->engine, &run->loop, options) == 0);
  for (size_t i = 0; i < run->count; i++)
    submit(run, i);
  uv_run(&run->loop, UV_RUN_DEFAULT);
  MUST(run->done == run->count);
  MUST(run->closed);
  MUST(uv_loop_close(&run->loop) == 0);
  skip_waits_of(NULL);
  for (size_t i = 0; i < run->count; i++)
    if (run->urls[i].sink == SEINE_SINK_FILE) check_file(&run->endings[i], i);
}

/* ---- Comparing ---- */

static void describe(const char *which, const struct ending *ending) {
  fprintf(stderr, "%s: %s %s http %d attempts %u type %s declared %s size %llu final %s message %s\n", which,
          seine_status_name(ending->status), ending->error ? seine_err_name(ending->error) : "-", ending->http_status,
          ending->attempts, ending->type, ending->declared_type, (unsigned long long)ending->size_bytes,
          ending->final_path, ending->message);
}

static bool is_equal_body(const struct ending *a, const struct ending *b) {
  size_t size = a->body_size < RUN_BODY_MAX ? a->body_size : RUN_BODY_MAX;
  return a->size_bytes == b->size_bytes && a->trailing_bytes == b->trailing_bytes && a->width == b->width &&
         a->height == b->height && a->has_sha256 == b->has_sha256 && memcmp(a->sha256, b->sha256, 32) == 0 &&
         a->body_size == b->body_size && memcmp(a->body, b->body, size) == 0 && strcmp(a->type, b->type) == 0;
}

static bool is_equal_head(const struct ending *a, const struct ending *b) {
  return strcmp(a->declared_type, b->declared_type) == 0 && strcmp(a->etag, b->etag) == 0 &&
         strcmp(a->last_modified, b->last_modified) == 0 && strcmp(a->disposition, b->disposition) == 0 &&
         strcmp(a->final_path, b->final_path) == 0;
}

/* Which of several fetches finds its host's circuit open depends on their order, and a fetch that does has the headers
 * of the response that led there. */
static bool is_unreached(const struct ending *ending) {
  return ending->error == SEINE_EDNS || ending->error == SEINE_ECONNECT || ending->error == SEINE_EHOSTDOWN;
}

void run_compare(const struct ending *expected, const struct ending *found, const char *which) {
  bool equal = expected->status == found->status && expected->retryable == found->retryable;
  if (is_unreached(expected) && is_unreached(found))
    equal = equal && strcmp(expected->final_path, found->final_path) == 0;
  else
    equal = equal && expected->error == found->error && expected->http_status == found->http_status &&
            is_equal_head(expected, found);
  if (expected->status == SEINE_STATUS_OK) equal = equal && is_equal_body(expected, found);
  if (equal) return;
  describe("expected", expected);
  describe(which, found);
  abort();
}
