/* Handles what a transfer receives: headers, then bytes; then inspection and storing by workers. */
#include "fetch/receive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fd_shortage.h"
#include "body/body_check.h"
#include "body/media_type.h"
#include "fetch/attempt.h"
#include "fetch/proxy_use.h"
#include "fetch/result.h"
#include "fetch/resume.h"
#include "fetch/seen_truncated.h"
#include "fetch/transfer_limit.h"
#include "http/content_decoder.h"

/* ---- Inspected, stored ---- */

static void place(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  char path[SEINE_PATH_MAX];
  int answer = SEINE_PLACE_STORE;
  if (fetch->path) {
    attempt->path = strdup(fetch->path);
  } else {
    seine_result_t result;
    result_fill(fetch, &result);
    answer = fetch->on_place(fetch, &result, path, sizeof path);
    if (answer == SEINE_PLACE_STORE || answer == SEINE_PLACE_REPLACE) attempt->path = strdup(path);
  }
  if (answer == SEINE_PLACE_DUPLICATE) {
    fetch_end(fetch, SEINE_STATUS_DUPLICATE, 0, false, NULL);
  } else if (answer < 0 || !attempt->path) {
    int error = answer < 0 ? answer : SEINE_ENOMEM;
    fetch_end(fetch, SEINE_STATUS_FAILED, error, error == SEINE_ENOMEM, NULL);
  } else {
    fetch_enter(fetch, FETCH_STORING);
    body_store(attempt->body, attempt->path, answer == SEINE_PLACE_REPLACE);
  }
}

void receive_job_failed(struct seine_fetch *fetch) {
  const struct store_failure *failure = &fetch->attempt->body->failure;
  if (fd_is_short(failure->sys))
    attempt_requeue(fetch, failure->sys);
  else
    fetch_end(fetch, SEINE_STATUS_FAILED, failure->error, true, failure->text);
}

static void reject_body(struct seine_fetch *fetch, int error, const char *text) {
  const struct attempt *attempt = fetch->attempt;
  bool retryable =
      rejection_is_retryable(error, attempt->response.status, attempt->body->seen.type, attempt->received_bytes);
  fetch_end(fetch, SEINE_STATUS_REJECTED, error, retryable, text);
}

/* An image is not whole. Returns whether it is kept; the attempt has failed if not. What the server sent twice is what
 * it has: then, or where no attempt is left, an image that lacks only its end is kept on demand. */
static bool keeps_truncated(struct seine_fetch *fetch) {
  const seine_options_t *options = attempt_options(fetch);
  const struct inspection *seen = &fetch->attempt->body->seen;
  bool is_final = broken_again(fetch), is_shown = !seen->damaged && seen->width && seen->height;
  if (options->allow_truncated && is_shown && (is_final || attempt_is_last(fetch))) return true;
  char text[DECISION_TEXT_MAX];
  snprintf(text, sizeof text, "the image %s%s", seen->damaged ? "is damaged" : "does not end",
           is_final ? ", and the server sent the same bytes twice" : "");
  partial_discard(fetch); /* there is no rest to be asked for */
  attempt_fail(fetch, SEINE_ETRUNCATED, !is_final, 0, text);
  return false;
}

/* Whether the body is a part that its request asked for: no image needs to be whole in it, and no coding can be
 * undone. */
static bool is_part(const struct attempt *attempt) {
  return range_is_answered(&attempt->range, &attempt->response);
}

/* The message of a fetch that ends well. */
static const char *remark(const struct seine_fetch *fetch) {
  if (is_part(fetch->attempt)) return "a part of the whole, as its Range asked";
  return fetch->attempt->body->seen.truncated ? "the image's end is missing" : NULL;
}

/* What comes in a coding that cannot be decoded here is not what its type says, but where the bytes say that it is. */
static int judge_undecoded(const struct attempt *attempt, const char *type, char *text) {
  const char *encoding = attempt->response.encoding;
  if (!encoding || attempt->decoder) return 0;
  if (!decode_is_coding(encoding) || media_is_specific(type)) return 0;
  snprintf(text, DECISION_TEXT_MAX, "sent with Content-Encoding: %.100s, which cannot be decoded here", encoding);
  return SEINE_ETYPE;
}

static void on_inspected(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  const struct body *body = attempt->body;
  char text[DECISION_TEXT_MAX] = "";
  if (body->failure.error) {
    receive_job_failed(fetch);
    return;
  }
  attempt->inspected = true;
  bool is_truncated =
      body->seen.truncated && !is_part(attempt) && media_accepts(attempt_options(fetch)->accept, body->seen.type);
  if (is_truncated && !keeps_truncated(fetch)) return;
  int error = judge_undecoded(attempt, body->seen.type, text);
  if (!error) error = response_check_body(attempt_options(fetch), body->seen.type, body->total_bytes, text);
  if (!error) error = body_check_checksum(fetch->expected, &body->seen, text);
  if (!error) error = body_check_sides(attempt_options(fetch), &body->seen, text);
  if (error)
    reject_body(fetch, error, text);
  else if (fetch->sink == SEINE_SINK_FILE)
    place(fetch);
  else
    fetch_end(fetch, SEINE_STATUS_OK, 0, false, remark(fetch));
}

static void on_stored(struct seine_fetch *fetch) {
  if (fetch->attempt->body->failure.error)
    receive_job_failed(fetch);
  else
    fetch_end(fetch, fetch->attempt->body->replace_skipped ? SEINE_STATUS_DUPLICATE : SEINE_STATUS_OK, 0, false,
              remark(fetch));
}

/* The transfer ends here, though its server would go on. */
static void cut(struct seine_fetch *fetch) {
  proxy_use_return(fetch);
  transfer_abort(fetch->attempt->transfer);
  fetch->attempt->transfer = NULL;
  host_responded(fetch->host, fetch->attempt->started_ms);
  host_ended(fetch->host);
}

/* The type of a large body is known before its end: there may be no need for the rest. */
static void on_typed(struct seine_fetch *fetch) {
  const struct body *body = fetch->attempt->body;
  if (!fetch->attempt->transfer) return;
  if (body->failure.error) {
    cut(fetch);
    receive_job_failed(fetch);
  } else if (!media_accepts(attempt_options(fetch)->accept, body->seen.type)) {
    char text[DECISION_TEXT_MAX];
    cut(fetch);
    snprintf(text, sizeof text, "the bytes are %s", body->seen.type);
    reject_body(fetch, SEINE_ETYPE, text);
  } else {
    transfer_resume(fetch->attempt->transfer);
  }
}

static void on_body_event(void *user, enum body_event event) {
  struct seine_fetch *fetch = user;
  engine_wake(fetch->engine);
  if (fetch->state == FETCH_DONE) return;
  switch (event) {
  case BODY_WRITABLE:
    if (fetch->attempt->transfer) transfer_resume(fetch->attempt->transfer);
    break;
  case BODY_TYPED: on_typed(fetch); break;
  case BODY_INSPECTED: on_inspected(fetch); break;
  case BODY_STORED: on_stored(fetch); break;
  case BODY_PARTIAL_READ: break; /* said before there is an attempt */
  }
}

/* ---- While it is received: called from inside libcurl ---- */

static bool make_body(struct seine_fetch *fetch, const struct response *response) {
  static const enum body_keep keep[] = {
      [SEINE_SINK_MEMORY] = BODY_MEMORY, [SEINE_SINK_FILE] = BODY_FILE, [SEINE_SINK_NULL] = BODY_DROP};
  if (fetch->sink == SEINE_SINK_STREAM) return true;
  struct body *body = body_new(&fetch->engine->bodies, keep[fetch->sink], on_body_event, fetch);
  fetch->attempt->body = body;
  if (body) body->seen.wants_md5 = fetch->expected && fetch->expected->has_md5;
  if (body && response_tells_size(response)) body_expect(body, response->length);
  return body;
}

/* False without memory. A coding that is not known here is judged with the whole body: the bytes may be plain. */
static bool make_decoder(struct attempt *attempt, const struct response *response) {
  bool no_memory = false;
  if (response->encoding && !range_is_answered(&attempt->range, response))
    attempt->decoder = decoder_new(response->encoding, &no_memory);
  return !no_memory;
}

static void go_on_with(struct seine_fetch *fetch) {
  struct body *body = partial_resume(fetch);
  fetch->attempt->body = body;
  fetch->attempt->received_bytes = body->total_bytes;
  body_hand_over(body, on_body_event, fetch);
}

/* Bounds a body by max_size_bytes; one in memory at least by the memory of all bodies. 0: no limit. */
static uint64_t max_body_bytes(const struct seine_fetch *fetch) {
  uint64_t max_bytes = attempt_options(fetch)->max_size_bytes;
  return max_bytes || fetch->sink != SEINE_SINK_MEMORY ? max_bytes : fetch->engine->options.max_memory_bytes;
}

/* Rejects the body if `bytes` of it are more than accepted. */
static bool reject_if_too_large(struct seine_fetch *fetch, uint64_t bytes) {
  struct response_decision *decision = &fetch->attempt->decision;
  uint64_t max_bytes = max_body_bytes(fetch);
  if (!max_bytes || bytes <= max_bytes) return false;
  decision->action = ACTION_REJECT;
  decision->error = SEINE_ESIZE;
  decision->whole_bytes = bytes;
  snprintf(decision->text, sizeof decision->text, "the body has more than the %" PRIu64 " bytes accepted", max_bytes);
  return true;
}

enum header_action receive_headers(void *user, const struct response *response) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  response_check_headers(attempt_options(fetch), &attempt->range, response, &attempt->decision);
  transfer_keep_connection(attempt->transfer, attempt_keeps_connection(fetch));
  switch (attempt->decision.action) {
  case ACTION_CONTINUE: go_on_with(fetch); return HEADERS_RECEIVE;
  case ACTION_RECEIVE: partial_begin(fetch, response); break;
  case ACTION_REDIRECT:
  case ACTION_FAIL: return HEADERS_DISCARD;
  case ACTION_RESTART:
  case ACTION_BROKEN:
  case ACTION_REJECT: return HEADERS_STOP;
  }
  if (response_tells_size(response) && reject_if_too_large(fetch, response->length)) return HEADERS_STOP;
  if (make_decoder(attempt, response) && make_body(fetch, response)) return HEADERS_RECEIVE;
  attempt->decision.error = SEINE_ENOMEM;
  return HEADERS_STOP;
}

/* Bytes of the body as it is to be kept. */
static int take(void *user, const uint8_t *data, size_t size) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  if (fetch->is_paused) return 1;
  if (reject_if_too_large(fetch, attempt->received_bytes + size)) return -1;
  int word = 0;
  if (fetch->sink == SEINE_SINK_STREAM) {
    fetch->chunk_delivered = true;
    fetch->on_chunk(fetch, data, size);
  } else {
    word = body_append(attempt->body, data, size);
  }
  if (word == 0) attempt->received_bytes += size;
  if (word < 0) attempt->decision.error = word;
  attempt->enough = fetch->queued.is_internal && attempt->received_bytes >= ROBOTS_SIZE_MAX;
  return attempt->enough ? -1 : word;
}

int receive_data(void *user, const uint8_t *data, size_t size) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  struct response_decision *decision = &attempt->decision;
  if (!attempt->decoder) return take(fetch, data, size);
  int word = decode(attempt->decoder, data, size, take, fetch);
  if (word == DECODE_NOMEM) decision->error = SEINE_ENOMEM;
  if (word == DECODE_BROKEN) {
    decision->action = ACTION_BROKEN;
    decision->error = SEINE_EPROTOCOL;
    snprintf(decision->text, sizeof decision->text, "the body is not what its Content-Encoding says");
  }
  return word;
}
