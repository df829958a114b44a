/* HTTP/2 frames, sent over TLS to a whole engine. The input is what a server sends on each connection
 * (http2_script.h). URLs are fetched with the frames whole, byte by byte or in random pieces: each
 * fetch calls back once, the loop closes with nothing left, no body mixes the bytes of two streams, and no two bodies
 * are of one stream. Endings are not compared: libcurl 7.88 forgets headers that a reset follows in one read.
 * Sources: tests/fuzz/engine_run.c tests/fuzz/http2_script.c tests/fuzz/http2_server.c tests/fuzz/http2_mutate.c
 *   tests/fuzz/kept_types.c tests/fuzz/loop_server.c tests/fuzz/skip_waits.c */
#include "engine_run.h"
#include "http2_server.h"

/* The server fills data with one letter a stream: so many of them in a row are no accident. */
#define LETTERS 8

static struct http2_server server;

static void set_options(const struct http2_script *script, seine_options_t *options) {
  run_options(options);
  options->robots = script->robots;
  options->accept = script->images ? "image/*" : NULL;
  options->per_host = script->wide ? 4 : 1;
  options->ca_file = server.certificate;
}

static void set_urls(struct run *run, const struct http2_script *script) {
  static const seine_sink_t sinks[] = {SEINE_SINK_MEMORY, SEINE_SINK_STREAM, SEINE_SINK_MEMORY, SEINE_SINK_FILE,
                                       SEINE_SINK_NULL};
  run->count = script->urls;
  for (unsigned i = 0; i < script->urls; i++) {
    snprintf(run->urls[i].url, sizeof run->urls[i].url, "https://127.0.0.1:%u/%u", server.loop_server.port, i + 1);
    run->urls[i].sink = sinks[i % (sizeof sinks / sizeof sinks[0])];
  }
}

/* Whether every byte of data comes from the server's own letters. */
static bool is_marked(const struct http2_script *script) {
  for (size_t i = 0; i < script->count; i++) {
    enum step_kind kind = script->steps[i].kind;
    if (script->steps[i].is_fixed || kind == STEP_TEXT || kind == STEP_FRAME || kind == STEP_BYTES) return false;
  }
  return true;
}

/* The letter that a body is made of, or 0. */
static uint8_t letter_of(const struct ending *ending) {
  size_t size = ending->body_size < RUN_BODY_MAX ? ending->body_size : RUN_BODY_MAX, row = 0;
  uint8_t letter = 0;
  for (size_t i = 0; i < size; i++) {
    uint8_t byte = ending->body[i];
    row = i > 0 && byte == ending->body[i - 1] ? row + 1 : 1;
    if (row < LETTERS || byte < 'A' || byte > 'Z') continue;
    MUST(!letter || letter == byte);
    letter = byte;
  }
  return letter;
}

/* The letters of few connections and requests are all different. */
static void check_letters(const struct run *run) {
  bool few = server.loop_server.accepted <= 3 && server.requests <= 6;
  bool seen[256] = {false};
  for (size_t i = 0; i < run->count; i++) {
    uint8_t letter = letter_of(&run->endings[i]);
    MUST(!few || !letter || !seen[letter]);
    seen[letter] = true;
  }
}

static void run_in(enum free_list free_list, const struct http2_script *script) {
  static struct run run;
  seine_options_t options;
  set_options(script, &options);
  run.server = &server.loop_server.base;
  server.loop_server.free_list = free_list;
  server.requests = 0;
  set_urls(&run, script);
  run_all(&run, &options);
  if (is_marked(script)) check_letters(&run);
}

/* A replay takes every way; a fuzzer one for each input, as most of the time goes into handshakes. */
static bool is_taken(enum free_list free_list, uint32_t random) {
#ifdef FUZZING
  return free_list == random % 3;
#else
  (void)random;
  return free_list <= PIECES_RANDOM;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct http2_script script;
  uint32_t random = 2166136261u;
  if (!server.loop_server.port) http2_server_init(&server);
  for (size_t i = 0; i < size; i++)
    random = (random ^ data[i]) * 16777619u;
  http2_script_read(&script, (const char *)data, size);
  server.script = &script;
  server.loop_server.random = random;
  for (enum free_list free_list = PIECES_WHOLE; free_list <= PIECES_RANDOM; free_list++)
    if (is_taken(free_list, random >> 16)) run_in(free_list, &script);
  return 0;
}
