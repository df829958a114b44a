/* Fills the public result of a fetch. */
#include "fetch/result.h"

#include "body/body.h"

static void fill_body(const struct seine_fetch *fetch, seine_result_t *result) {
  const struct attempt *attempt = fetch->attempt;
  const struct body *body = attempt->body;
  bool ok = fetch->status == SEINE_STATUS_OK;
  if (ok && fetch->sink == SEINE_SINK_FILE) result->path = attempt->path;
  if (!body) return;
  if (attempt->inspected || fetch->error == SEINE_ETYPE) result->type = body->seen.type;
  if (!attempt->inspected) return;
  result->sha256 = body->seen.sha256;
  result->width = body->seen.width;
  result->height = body->seen.height;
  result->trailing_bytes = body->seen.trailing_bytes;
  if (ok && fetch->sink == SEINE_SINK_MEMORY) result->data = body->data ? body->data : (const uint8_t *)"";
}

void result_fill(const struct seine_fetch *fetch, seine_result_t *result) {
  const struct attempt *attempt = fetch->attempt;
  *result = (seine_result_t){.status = fetch->status,
                             .error = fetch->error,
                             .message = fetch->message,
                             .retryable = fetch->retryable,
                             .url = fetch->url,
                             .final_url = fetch->redirect_url,
                             .attempts = fetch->attempts};
  result->sys_errno = fetch->sys_errno;
  if (!attempt) return;
  if (fetch->error == SEINE_EIO && attempt->body) result->sys_errno = attempt->body->failure.sys;
  result->http_status = attempt->response.status;
  result->declared_type = attempt->response.content_type;
  result->etag = attempt->response.etag;
  result->last_modified = attempt->response.last_modified;
  result->disposition = attempt->response.disposition;
  result->ip = attempt->ip[0] ? attempt->ip : NULL;
  bool announced = attempt->decision.action == ACTION_REJECT && attempt->decision.error == SEINE_ESIZE;
  result->size_bytes = announced ? attempt->decision.whole_bytes : attempt->received_bytes;
  result->started_unix_ms = attempt->started_unix_ms;
  result->elapsed_ms = attempt->elapsed_ms;
  result->first_byte_ms = attempt->first_byte_ms;
  fill_body(fetch, result);
}
