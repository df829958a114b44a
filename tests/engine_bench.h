/* What the engine's tests share: a loop with an engine on it, fetches whose results are kept, and the fault server. */
#ifndef SEINE_TESTS_ENGINE_BENCH_H
#define SEINE_TESTS_ENGINE_BENCH_H

#include <check.h>
#include <uv.h>

#include "seine.h"
#include "support.h"

/* What came of one fetch. Strings are copies. */
struct got {
  struct bench *bench;
  seine_fetch_t *fetch; /* NULL once called back */
  int calls;            /* of on_result: exactly one, in the end */
  size_t order;         /* of the results: 0 came first */
  seine_status_t status;
  int error, http_status;
  unsigned attempts;
  bool retryable;
  char *final_url, *type, *path, *message;
  uint64_t size_bytes;
  uint8_t *data;
  char sha256[65];
};

#define BENCH_FETCHES 16384

struct bench {
  struct server *server;
  uv_loop_t loop;
  seine_t *engine;
  seine_options_t options;
  char *folder; /* of options.directory */
  struct got *got; /* up to BENCH_FETCHES */
  size_t count, done;
  bool closed;
  bool hold; /* do not close when the last fetch is done */
  void (*on_got)(struct got *got); /* NULL: nothing more */
};

/* The server is started once and shared. Options are the defaults with short delays, everything accepted. */
void bench_init(struct bench *bench);
void bench_open(struct bench *bench); /* after options were changed */
/* Runs until all is done, closes the engine, asserts that each fetch called back once and the loop closes with nothing
 * left. */
void bench_run(struct bench *bench);
/* Runs until all is done and no longer, so that figures can be asked for; bench_run is due after it. */
void bench_wait(struct bench *bench);
void bench_clear(struct bench *bench);

/* Fetches 127.0.0.N's path. */
struct got *bench_fetch(struct bench *bench, int n, const char *path, seine_sink_t sink);
struct got *bench_request(struct bench *bench, const seine_request_t *request);

/* Asserts that what a fetch ended in, and its file if it has one, is the whole body of `path`. */
void bench_assert_is(const struct got *got, const char *path);
/* Files below the folder. */
size_t bench_files(const struct bench *bench);
/* Another engine on the same folder, after bench_run; what was got is forgotten. */
void bench_open_again(struct bench *bench);

#endif
