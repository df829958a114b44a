/* HTTP/1 responses, sent raw to a whole engine. The input is what a server answers to each of several URLs
 * (http1_script.h). Every URL is fetched from a host of its own first; then all from one host, over kept connections,
 * whole, byte by byte and in random pieces: each must end as it did alone. So no byte of one response is taken for
 * another's, and no verdict depends on how the network cut a response.
 * Sources: tests/fuzz/engine_run.c tests/fuzz/http1_script.c tests/fuzz/http1_server.c tests/fuzz/http1_mutate.c
 *   tests/fuzz/kept_types.c tests/fuzz/loop_server.c tests/fuzz/skip_waits.c */
#include "engine_run.h"
#include "http1_server.h"

static struct http1_server server;

static void set_options(const struct script *script, seine_options_t *options) {
  static const char *const headers[] = {SERVER_SECRET, NULL};
  run_options(options);
  options->robots = script->robots;
  options->accept = script->images ? "image/*" : NULL;
  options->per_host = script->wide ? 2 : 1;
  options->headers = headers;
}

/* Sets a URL for each record, each on a host of its own or all on one. */
static void set_urls(struct run *run, const struct script *script, bool apart) {
  run->count = 0;
  for (unsigned i = 1; i < SCRIPT_PATHS; i++) {
    if (!script->replies[i].data) continue;
    struct run_url *url = &run->urls[run->count];
    unsigned host = apart ? (unsigned)run->count + 1 : 1;
    snprintf(url->url, sizeof url->url, "http://127.0.0.%u:%u/%u", host, server.loop_server.port, i);
    url->sink = script->replies[i].sink;
    run->count++;
  }
  server.listed_hosts = apart ? (unsigned)run->count : 1;
}

static void compare_all(const struct run *apart, const struct run *together, const char *which) {
  for (size_t i = 0; i < apart->count; i++)
    run_compare(&apart->endings[i], &together->endings[i], which);
}

/* A replay takes every way; a fuzzer takes two of three for each input, as most of the time goes into single bytes. */
static bool is_taken(enum free_list free_list, uint32_t random) {
#ifdef FUZZING
  return free_list == PIECES_WHOLE || (free_list == PIECES_BYTES) == (random % 4 == 0);
#else
  (void)random;
  return free_list <= PIECES_RANDOM;
#endif
}

static uint32_t hash(const uint8_t *data, size_t size) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < size; i++)
    sum = (sum ^ data[i]) * 16777619u;
  return sum ^ (sum >> 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct run apart, together;
  static const struct {
    enum free_list free_list;
    const char *name;
  } ways[] = {{PIECES_WHOLE, "whole"}, {PIECES_BYTES, "byte by byte"}, {PIECES_RANDOM, "in random pieces"}};
  seine_options_t options;
  struct script script;
  if (!server.loop_server.port) http1_server_init(&server);
  script_read(&script, data, size, server.loop_server.port);
  set_options(&script, &options);
  server.script = &script;
  uint32_t random = server.loop_server.random = hash(data, size);
  apart.server = together.server = &server.loop_server.base;
  set_urls(&apart, &script, true);
  if (apart.count > 0) {
    server.loop_server.free_list = PIECES_WHOLE;
    server.requests = 0;
    run_all(&apart, &options);
    set_urls(&together, &script, false);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
      if (!is_taken(ways[i].free_list, random)) continue;
      server.loop_server.free_list = ways[i].free_list;
      server.requests = 0;
      run_all(&together, &options);
      compare_all(&apart, &together, ways[i].name);
    }
  }
  script_clear(&script);
  return 0;
}
