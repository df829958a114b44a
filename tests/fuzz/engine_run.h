/* One run of a whole engine on a loop of its own, against a server of the fuzz target on the same loop: so one thread
 * decides the order of all that is sent and received. Loop thread only. */
#ifndef SEINE_TESTS_FUZZ_ENGINE_RUN_H
#define SEINE_TESTS_FUZZ_ENGINE_RUN_H

#include <uv.h>

#include "fuzz.h"
#include "seine.h"

#define RUN_URLS     8
#define RUN_PATH_MAX 512
/* Bytes of a body that are kept to be looked at. */
#define RUN_BODY_MAX 4096

struct run;

/* How one fetch ended. */
struct ending {
  struct run *run;
  unsigned calls; /* of on_result */
  seine_status_t status;
  int error, http_status;
  unsigned attempts;
  bool retryable, has_sha256;
  uint8_t sha256[32];
  uint64_t size_bytes, trailing_bytes;
  uint32_t width, height;
  char final_path[RUN_PATH_MAX]; /* of final_url, behind the host; empty if there is none */
  char type[96], declared_type[96], etag[96], last_modified[96], disposition[96], message[256];
  uint8_t body[RUN_BODY_MAX]; /* the first bytes of a SEINE_SINK_MEMORY or SEINE_SINK_STREAM body */
  size_t body_size; /* of what was handed on, which may be more than RUN_BODY_MAX */
};

struct run_url {
  char url[64];
  seine_sink_t sink;
};

/* A server that a run opens and closes. */
struct run_server {
  void (*open)(struct run_server *server, uv_loop_t *loop);
  void (*close)(struct run_server *server); /* closes its handles */
};

struct run {
  struct run_server *server;
  struct run_url urls[RUN_URLS];
  struct ending endings[RUN_URLS];
  size_t count, done;
  uv_loop_t loop;
  uv_timer_t deadline; /* aborts a run that does not end */
  seine_t *engine;
  bool closed;
};

/* Defaults with short delays, and without a way to any address but those of the target's own server. */
void run_options(seine_options_t *options);
/* The folder for SEINE_SINK_FILE, made once. */
const char *run_folder(void);
/* Fetches run->urls, and checks that each calls back once, that the loop ends by itself and closes with nothing left.
 */
void run_all(struct run *run, const seine_options_t *options);
/* Ends the program if two endings of one URL differ in what a server can decide. */
void run_compare(const struct ending *expected, const struct ending *found, const char *which);
/* The only port that connect() of this process lets through, on 127.0.0.0/8. */
void run_allow_port(unsigned port);

#endif
