/* Handles the end of a transfer: success, redirect, rejection or failure. */
#include "fetch/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fetch/attempt.h"
#include "fetch/proxy_use.h"
#include "fetch/receive.h"
#include "fetch/redirect.h"
#include "fetch/transfer_limit.h"
#include "host/retry_after.h"
#include "http/content_decoder.h"
#include "http/curl_error.h"
#include "http/http_date.h"
#include "http/tls_error.h"

/* A date in Retry-After is by the server's clock, as the response's own is; ours may be wrong, or have jumped. */
static int64_t server_time(const struct response *response) {
  int64_t now = (int64_t)time(NULL), sent;
  return response->date && http_date_read(response->date, now, &sent) ? sent : now;
}

/* Reports the status of a response to its host: 429, 503, and every status that is retried and comes with Retry-After,
 * throttle the whole host; others that are retried are no success. Returns the milliseconds until it may be asked
 * again. */
static uint64_t report_status(struct seine_fetch *fetch, bool is_retried) {
  const struct response *response = &fetch->attempt->response;
  uint64_t started_ms = fetch->attempt->started_ms, delay_ms = 0;
  bool asked = response->retry_after && retry_after_read(response->retry_after, server_time(response), &delay_ms);
  if (response->status == 429 || response->status == 503 || (asked && is_retried))
    return host_throttle(fetch->host, started_ms, asked, delay_ms);
  if (is_retried)
    host_reached(fetch->host);
  else
    host_responded(fetch->host, started_ms);
  return 0;
}

static struct failure_class class_of(const struct seine_fetch *fetch, const struct outcome *outcome,
                                     enum proxy_fault fault) {
  switch (fault) {
  case FAULT_UNREACHED: return (struct failure_class){SEINE_ECONNECT, true, true};
  case FAULT_UNRESOLVED: return (struct failure_class){SEINE_EDNS, true, true};
  case FAULT_REFUSED:
  case FAULT_PROXY: return (struct failure_class){SEINE_EPROXY, true, false};
  case FAULT_NONE:
  case FAULT_UNCLEAR: break;
  }
  /* libcurl's code for framing that is nonsense is that of a connection that was lost. */
  if (outcome->code == CURLE_RECV_ERROR && strstr(outcome->text, "chunk"))
    return (struct failure_class){SEINE_EPROTOCOL, false, false};
  /* Behind an interim response libcurl takes bytes that are no response for none at all, or for HTTP/0.9, by how the
   * network cut them. */
  bool interim = fetch->attempt->response.header_bytes > 0 && !outcome->headed;
  CURLcode code = interim && outcome->code == CURLE_UNSUPPORTED_PROTOCOL ? CURLE_GOT_NOTHING : outcome->code;
  struct failure_class class = curl_error_class(code, outcome->connected);
  /* By TLS 1.3, a client hears of a certificate that is missing when it reads the response. */
  bool broke = outcome->code == CURLE_RECV_ERROR || outcome->code == CURLE_SEND_ERROR;
  if ((class.error == SEINE_ETLS || broke) && tls_error_of(outcome->text) == TLS_ERROR_FINAL)
    class = (struct failure_class){SEINE_ETLS, false, false};
  return class;
}

/* libcurl's sentence ends in its words for its own code, which say less than the system's. */
static const char *connect_text(const struct outcome *outcome, char *buffer, size_t size) {
  const char *end = strstr(outcome->text, curl_easy_strerror(CURLE_COULDNT_CONNECT));
  if (outcome->code != CURLE_COULDNT_CONNECT || !outcome->connect_errno || !end || end - outcome->text < 2)
    return outcome->text;
  end -= 2; /* the ": " before it */
  char reason[80]; /* uv_strerror would leak the text of a code that libuv does not know */
  uv_strerror_r(uv_translate_sys_error(outcome->connect_errno), reason, sizeof reason);
  snprintf(buffer, size, "%.*s: %s", (int)(end - outcome->text), outcome->text, reason);
  return buffer;
}

/* What is no response may belong to no request: bytes sent unasked behind the response before, on a connection that was
 * kept. Once, the fetch begins again on a new one. */
static bool restarts_on_new_connection(struct seine_fetch *fetch, const struct outcome *outcome) {
  if (outcome->connects || fetch->is_fresh || fetch->chunk_delivered) return false;
  fetch->is_fresh = true;
  if (outcome->unsolicited && !fetch->redirects)
    fetch->attempts--; /* no request was sent */
  else
    fetch->has_extra = true;
  attempt_restart(fetch);
  return true;
}

/* Why a host was not reached, without what is true of one attempt alone: its address, port and time. */
static const char *cause_of(const struct outcome *outcome, const char *text, char *buffer, size_t size) {
  if (outcome->code != CURLE_COULDNT_CONNECT || !outcome->connect_errno) return text;
  return uv_strerror_r(uv_translate_sys_error(outcome->connect_errno), buffer, size);
}

static void on_failure(struct seine_fetch *fetch, const struct outcome *outcome, enum proxy_fault fault) {
  struct failure_class class = class_of(fetch, outcome, fault);
  char refused[CURL_ERROR_SIZE + 64], cause[80];
  const char *text = connect_text(outcome, refused, sizeof refused);
  if (outcome->denied) {
    class = (struct failure_class){SEINE_EDENIED, false, false};
    text = NULL; /* libcurl's words would be those of a connection that failed */
  }
  if (fetch->attempt->response.fault) {
    class = (struct failure_class){SEINE_EPROTOCOL, false, false};
    text = fetch->attempt->response.fault;
  }
  if (outcome->unsolicited) {
    class = (struct failure_class){SEINE_EPROTOCOL, false, false};
    text = "the connection held bytes that nobody asked for";
  }
  if (outcome->no_memory) {
    class = curl_error_class(CURLE_OUT_OF_MEMORY, false);
    text = NULL;
  }
  if (outcome->unresolved) {
    class = (struct failure_class){SEINE_EDNS, true, false};
    text = "the address was forgotten before it was used";
  }
  char late[80];
  double limit_s = (double)fetch->engine->options.stall_timeout_ms / 1000;
  if (outcome->stalled) snprintf(late, sizeof late, "nothing arrived for %.3g s", limit_s);
  if (outcome->slow)
    snprintf(late, sizeof late, "fewer than %llu bytes a second arrived for %.3g s",
             (unsigned long long)fetch->engine->options.min_speed_bytes, limit_s);
  if (outcome->stalled || outcome->slow) text = late;
  if (class.unreachable) host_unreachable(fetch->host, cause_of(outcome, text, cause, sizeof cause));
  host_ended(fetch->host);
  if (class.error == SEINE_EPROTOCOL && restarts_on_new_connection(fetch, outcome)) return;
  attempt_fail(fetch, class.error, class.transient, 0, text);
}

/* libcurl gave each address that it tried before this one half of the time there was. */
static void prefer_address(struct host *host, struct resolver *resolver, const char *ip) {
  struct addresses *better = resolver_prefer(resolver, host->name, host->addresses, ip);
  if (!better) return;
  addresses_unref(host->addresses);
  host->addresses = better;
}

static void copy_text(char *buffer, size_t size, const char *text) {
  size_t length = strnlen(text, size - 1);
  memcpy(buffer, text, length);
  buffer[length] = '\0';
}

static void store_outcome(struct seine_fetch *fetch, const struct outcome *outcome) {
  struct attempt *attempt = fetch->attempt;
  attempt->transfer = NULL;
  attempt->elapsed_ms = outcome->elapsed_ms;
  attempt->first_byte_ms = outcome->first_byte_ms;
  attempt->response = *outcome->response;
  *outcome->response = (struct response){0};
  if (outcome->ip) copy_text(attempt->ip, sizeof attempt->ip, outcome->ip);
  if (outcome->ip && outcome->connected && outcome->connects && !outcome->proxied && fetch->host->addresses)
    prefer_address(fetch->host, fetch->engine->resolver, outcome->ip);
  fetch->engine->connections += (uint64_t)outcome->connects;
  if (attempt->response.status) transfer_limit_responded(fetch->engine);
  engine_wake(fetch->engine);
}

static void on_body(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  /* Chunks end where they like; what Content-Range said of the rest has to be true all the same. */
  bool is_rest = attempt->decision.action == ACTION_CONTINUE;
  if (is_rest && attempt->body->total_bytes < attempt->decision.whole_bytes) {
    attempt_fail(fetch, SEINE_ETRUNCATED, true, 0, "the rest of the body is shorter than its Content-Range");
  } else if (is_rest && attempt->body->total_bytes > attempt->decision.whole_bytes) {
    attempt_restart(fetch);
  } else {
    fetch_enter(fetch, FETCH_INSPECTING);
    body_end(attempt->body);
  }
}

/* What the headers decide does not depend on how the body ends, or whether it does. */
static bool is_answered(const struct attempt *attempt, const struct outcome *outcome) {
  bool wants_body = attempt->decision.action == ACTION_RECEIVE || attempt->decision.action == ACTION_CONTINUE;
  if (!outcome->headed) return false;
  return !wants_body || outcome->stopped || (outcome->code == CURLE_OK && !attempt->response.fault);
}

void completion_done(void *user, struct outcome *outcome) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  const struct response_decision *decision = &attempt->decision;
  store_outcome(fetch, outcome);
  bool answered = is_answered(attempt, outcome);
  if (!answered && outcome->fd_errno) {
    proxy_use_return(fetch);
    host_ended(fetch->host);
    attempt_requeue(fetch, outcome->fd_errno);
    return;
  }
  enum proxy_fault fault = fetch->proxy ? proxy_use_fault(fetch, outcome) : FAULT_NONE;
  proxy_use_report(fetch, fault);
  if (!answered || fault == FAULT_PROXY || fault == FAULT_REFUSED) {
    on_failure(fetch, outcome, fault);
    return;
  }
  bool is_retried = decision->action == ACTION_FAIL && statuses_has(&fetch->engine->retry_on, attempt->response.status);
  uint64_t wait_ms = report_status(fetch, is_retried);
  host_ended(fetch->host);
  if (decision->action == ACTION_RESTART)
    attempt_restart(fetch);
  else if (decision->action == ACTION_REDIRECT)
    redirect_follow(fetch, &outcome->cookies);
  else if (decision->action == ACTION_FAIL)
    attempt_fail(fetch, SEINE_EHTTP, is_retried, wait_ms, decision->text);
  else if (decision->action == ACTION_BROKEN)
    attempt_fail(fetch, decision->error, decision->error == SEINE_ETRUNCATED, 0, decision->text);
  else if (decision->action == ACTION_REJECT)
    fetch_end(fetch, SEINE_STATUS_REJECTED, decision->error, decision->retryable, decision->text);
  else if (decision->error && attempt->body && attempt->body->failure.error)
    receive_job_failed(fetch);
  else if (decision->error)
    fetch_end(fetch, SEINE_STATUS_FAILED, decision->error, true, NULL);
  else if (attempt->decoder && !attempt->enough && !decoder_is_complete(attempt->decoder))
    attempt_fail(fetch, SEINE_ETRUNCATED, true, 0, "the body ends amid its Content-Encoding");
  else if (!attempt->body)
    fetch_end(fetch, SEINE_STATUS_OK, 0, false, NULL);
  else
    on_body(fetch);
}
