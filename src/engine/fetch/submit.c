/* Checks and copies requests, and queues them at their host; the public functions of one fetch. */
#include "fetch/submit.h"

#include <stdlib.h>
#include <string.h>

#include "base/free_list.h"
#include "base/url.h"
#include "body/body_check.h"
#include "fetch/engine_state.h"
#include "http/headers.h"

static bool is_sound(const struct seine *engine, const seine_request_t *request, seine_result_cb on_result) {
  if (!request->url || !on_result) return false;
  for (const char *const *line = request->headers; line && *line; line++)
    if (header_check(*line, NULL, 0)) return false;
  switch (request->sink) {
  case SEINE_SINK_MEMORY:
  case SEINE_SINK_NULL: return true;
  case SEINE_SINK_STREAM: return request->on_chunk && !request->sha256 && !request->md5;
  case SEINE_SINK_FILE:
    return engine->store && (request->path ? store_path_is_plain(request->path) : request->on_place != NULL);
  }
  return false;
}

static int fill_expected(struct seine_fetch *fetch, const seine_request_t *request) {
  if (!request->sha256 && !request->md5) return 0;
  struct expected *expected = calloc(1, sizeof *expected);
  if (!expected) return SEINE_ENOMEM;
  expected->has_sha256 = request->sha256;
  expected->has_md5 = request->md5;
  if (request->sha256) memcpy(expected->sha256, request->sha256, sizeof expected->sha256);
  if (request->md5) memcpy(expected->md5, request->md5, sizeof expected->md5);
  fetch->expected = expected;
  return 0;
}

static int fill_request(struct seine_fetch *fetch, const seine_request_t *request) {
  int error = 0;
  fetch->user = request->user;
  fetch->sink = (uint8_t)request->sink;
  fetch->on_place = request->on_place;
  fetch->on_chunk = request->on_chunk;
  if (request->path && !(fetch->path = strdup(request->path))) error = SEINE_ENOMEM;
  if (!error) error = fill_expected(fetch, request);
  if (!error && request->headers) {
    error = headers_copy(&fetch->headers, fetch->engine->rules->headers);
    if (!error) error = headers_add(&fetch->headers, request->headers, false);
  }
  return error;
}

static struct seine_fetch *fetch_new(struct seine *engine, const seine_request_t *request, seine_result_cb on_result) {
  size_t size = strlen(request->url) + 1;
  struct seine_fetch *fetch = calloc(1, sizeof *fetch + size);
  if (!fetch) return NULL;
  memcpy(fetch->url, request->url, size);
  fetch->engine = engine;
  fetch->on_result = on_result;
  return fetch;
}

/* Reuses the host of the last URL, if this one is canonical and begins alike: lists are often sorted. */
static bool hold_last_host(struct seine *engine, struct seine_fetch *fetch) {
  size_t size = strlen(engine->last_origin);
  if (!engine->last_host || strncmp(fetch->url, engine->last_origin, size) != 0) return false;
  if (!url_is_canonical_path(fetch->url + size)) return false;
  fetch->host = engine->last_host;
  host_retain(fetch->host);
  return true;
}

static void remember_host(struct seine *engine, const struct seine_fetch *fetch) {
  size_t size = url_origin_length(fetch->url);
  engine->last_host = NULL;
  if (size == 0 || size >= sizeof engine->last_origin) return;
  memcpy(engine->last_origin, fetch->url, size);
  engine->last_origin[size] = '\0';
  engine->last_host = fetch->host;
}

static int find_host(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  seine_url_t url;
  if (hold_last_host(engine, fetch)) return 0;
  int error = url_origin(&url, &fetch->curl_url, fetch->url);
  if (!error) fetch->host = host_table_find(&engine->hosts, &url);
  seine_url_clear(&url);
  if (error) return error;
  if (!fetch->host) return SEINE_ENOMEM;
  if (!fetch->curl_url) remember_host(engine, fetch);
  return 0;
}

static int submit(struct seine *engine, const seine_request_t *request, seine_result_cb on_result, bool internal,
                  seine_fetch_t **result) {
  struct seine_fetch *fetch = fetch_new(engine, request, on_result);
  if (!fetch) return SEINE_ENOMEM;
  int error = fill_request(fetch, request);
  if (!error) error = find_host(fetch);
  if (error) {
    curl_slist_free_all(fetch->headers);
    free(fetch->expected);
    free(fetch->curl_url);
    free(fetch->path);
    free(fetch);
    return error;
  }
  fetch->queued.is_internal = fetch->queued.at_head = internal;
  fetch->requested_port = (uint16_t)fetch->host->port;
  if (engine->fetches++ == 0) uv_ref((uv_handle_t *)&engine->prepare);
  fetch_enter(fetch, FETCH_QUEUED);
  if (result) *result = fetch;
  return 0;
}

int seine_submit(seine_t *engine, const seine_request_t *request, seine_result_cb on_result, seine_fetch_t **result) {
  if (engine->draining) return SEINE_ECLOSING;
  if (!is_sound(engine, request, on_result)) return SEINE_EINVAL;
  return submit(engine, request, on_result, false, result);
}

int engine_submit_internal(const struct seine_fetch *cause, const char *url, seine_result_cb on_result, void *user) {
  seine_request_t request = {.url = url, .user = user, .sink = SEINE_SINK_MEMORY};
  seine_fetch_t *fetch;
  int error = submit(cause->engine, &request, on_result, true, &fetch);
  if (error) return error;
  fetch->cross_origin = fetch->began_cross_origin = cause->cross_origin;
  fetch->left_tls = cause->left_tls;
  fetch->requested_port = cause->requested_port;
  return 0;
}

void seine_cancel(seine_fetch_t *fetch) {
  if (fetch->is_cancelled || fetch->state == FETCH_DONE) return;
  fetch->is_cancelled = true;
  TAILQ_INSERT_TAIL(&fetch->engine->cancelled, fetch, mark);
  engine_wake(fetch->engine);
}

void *seine_fetch_user(const seine_fetch_t *fetch) {
  return fetch->user;
}

seine_t *seine_fetch_engine(const seine_fetch_t *fetch) {
  return fetch->engine;
}

void seine_fetch_pause(seine_fetch_t *fetch) {
  fetch->is_paused = true;
}

void seine_fetch_resume(seine_fetch_t *fetch) {
  fetch->is_paused = false;
  if (fetch->state != FETCH_TRANSFERRING) return;
  transfer_resume(fetch->attempt->transfer);
  engine_wake(fetch->engine);
}

uint8_t *seine_fetch_detach_data(seine_fetch_t *fetch) {
  bool has = fetch->state == FETCH_DONE && fetch->status == SEINE_STATUS_OK && fetch->sink == SEINE_SINK_MEMORY;
  return has ? body_take(fetch->attempt->body) : NULL;
}
