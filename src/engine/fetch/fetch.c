/* Moves fetches between states; helpers of the engine for all files of fetch/. */
#include "fetch/fetch.h"

#include <string.h>

#include "fetch/engine_state.h"

/* ---- States ---- */

static void exit_state(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  engine->count[fetch->state]--;
  if (fetch->state == FETCH_QUEUED)
    host_remove(fetch->host, &fetch->queued);
  else
    TAILQ_REMOVE(&engine->lists[fetch->state], fetch, link);
}

void fetch_enter(struct seine_fetch *fetch, enum fetch_state state) {
  struct seine *engine = fetch->engine;
  if (fetch->state != FETCH_NEW) exit_state(fetch);
  fetch->state = state;
  engine->count[state]++;
  if (state == FETCH_QUEUED)
    host_push(fetch->host, &fetch->queued);
  else
    TAILQ_INSERT_TAIL(&engine->lists[state], fetch, link);
}

void fetch_end(struct seine_fetch *fetch, seine_status_t status, int error, bool retryable, const char *message) {
  fetch->status = (uint8_t)status;
  fetch->error = error;
  fetch->retryable = retryable;
  if (message && *message) fetch->message = strdup(message); /* without memory there is still the error */
  fetch_enter(fetch, FETCH_DONE);
  host_release(fetch->host);
  fetch->host = NULL;
  engine_wake(fetch->engine);
}

/* ---- The engine, as seen by its fetches ---- */

void engine_wake(struct seine *engine) {
  engine->dirty = true;
  if (!engine->turning) uv_idle_start(&engine->wake, engine->on_wake);
}

void engine_emit(struct seine *engine, const seine_event_t *event) {
  if (engine->options.on_event) engine->options.on_event(engine, event, engine->options.event_user);
}

/* ---- Jitter: xoroshiro128+ (Blackman, Vigna 2018), seeded by the system ---- */

static uint64_t rotate(uint64_t value, int bits) {
  return value << bits | value >> (64 - bits);
}

uint64_t engine_random(struct seine *engine) {
  uint64_t a = engine->random[0], b = engine->random[1], sum = a + b;
  b ^= a;
  engine->random[0] = rotate(a, 24) ^ b ^ (b << 16);
  engine->random[1] = rotate(b, 37);
  return sum;
}
