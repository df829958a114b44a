/* Takes a fetch through an attempt: address, transfer, inspection, file; decides what follows. */
#include "attempt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "classify.h"
#include "media.h"
#include "result.h"

#define IDLE_CONNECTIONS 128 /* kept for hosts with nothing queued, in case somebody comes back to them */

/* ---- Ends ---- */

void attempt_drop(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  if (!attempt) return;
  if (attempt->transfer) transfer_abort(attempt->transfer);
  body_drop(attempt->body);
  response_clear(&attempt->response);
  free(attempt->path);
  free(attempt);
  fetch->attempt = NULL;
}

void attempt_cancel(struct seine_fetch *fetch) {
  switch (fetch->state) {
  case FETCH_STORING:
  case FETCH_DONE: return;
  case FETCH_WAITING: alarm_clear(&fetch->alarm); break;
  case FETCH_RESOLVING:
    resolver_cancel(fetch->query);
    fetch->query = NULL;
    host_looking(fetch->host, false);
    break;
  case FETCH_TRANSFERRING: host_ended(fetch->host); break;
  default: break;
  }
  attempt_drop(fetch);
  fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ECANCELLED, true, NULL);
}

static void on_retry(void *user) {
  struct seine_fetch *fetch = user;
  fetch->is_urgent = false;
  fetch_enter(fetch, FETCH_QUEUED);
}

/* Back to the URL that was asked for: redirects are followed anew. */
static int return_to_origin(struct seine_fetch *fetch) {
  seine_url_t url;
  if (!fetch->target) return 0;
  int error = seine_url_parse(&url, fetch->url, NULL, 0);
  struct host *host = error ? NULL : hosts_hold(&fetch->engine->hosts, &url);
  seine_url_clear(&url);
  if (!host) return error ? error : SEINE_ENOMEM;
  host_let_go(fetch->host);
  fetch->host = host;
  free(fetch->target);
  fetch->target = NULL;
  fetch->redirects = 0;
  fetch->is_foreign = false;
  return 0;
}

/* An attempt failed: another one after a while, or the end. */
static void fail(struct seine_fetch *fetch, int error, bool transient, uint64_t wait_ms, const char *message) {
  struct seine *engine = fetch->engine;
  const seine_options_t *options = &engine->options;
  bool again = transient && fetch->attempts <= options->retries && !engine->draining && !fetch->has_handed;
  if (!again || return_to_origin(fetch)) {
    fetch_end(fetch, SEINE_STATUS_FAILED, error, transient, message);
    return;
  }
  uint64_t delay_ms = backoff_delay_ms(options->retry_delay_ms, options->retry_max_delay_ms, fetch->attempts,
                                       engine_random(engine));
  if (delay_ms < wait_ms) delay_ms = wait_ms;
  attempt_drop(fetch);
  fetch_enter(fetch, FETCH_WAITING);
  if (alarm_set(&engine->alarms, &fetch->alarm, delay_ms, on_retry, fetch))
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ENOMEM, true, NULL);
}

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
    if (answer == SEINE_PLACE_STORE) attempt->path = strdup(path);
  }
  if (answer == SEINE_PLACE_HELD) {
    fetch_end(fetch, SEINE_STATUS_DUPLICATE, 0, false, NULL);
  } else if (answer < 0 || !attempt->path) {
    fetch_end(fetch, SEINE_STATUS_FAILED, answer < 0 ? answer : SEINE_ENOMEM, false, NULL);
  } else {
    fetch_enter(fetch, FETCH_STORING);
    body_store(attempt->body, attempt->path);
  }
}

static void on_inspected(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  const struct body *body = attempt->body;
  char text[VERDICT_TEXT_MAX] = "";
  if (body->failure.error) {
    fetch_end(fetch, SEINE_STATUS_FAILED, body->failure.error, true, body->failure.text);
    return;
  }
  attempt->inspected = true;
  int error = verdict_of_body(&fetch->engine->options, body->seen.type, body->total_bytes, text);
  if (error)
    fetch_end(fetch, SEINE_STATUS_REJECTED, error, false, text);
  else if (fetch->sink == SEINE_SINK_FILE)
    place(fetch);
  else
    fetch_end(fetch, SEINE_STATUS_OK, 0, false, NULL);
}

static void on_stored(struct seine_fetch *fetch) {
  const struct store_failure *failure = &fetch->attempt->body->failure;
  if (failure->error)
    fetch_end(fetch, SEINE_STATUS_FAILED, failure->error, true, failure->text);
  else
    fetch_end(fetch, SEINE_STATUS_OK, 0, false, NULL);
}

/* The transfer ends here, though its server would go on. */
static void cut(struct seine_fetch *fetch) {
  transfer_abort(fetch->attempt->transfer);
  fetch->attempt->transfer = NULL;
  host_answered(fetch->host);
  host_ended(fetch->host);
}

/* The type of a large body is known before its end: there may be no need for the rest. */
static void on_typed(struct seine_fetch *fetch) {
  const struct body *body = fetch->attempt->body;
  if (!fetch->attempt->transfer) return;
  if (body->failure.error) {
    cut(fetch);
    fetch_end(fetch, SEINE_STATUS_FAILED, body->failure.error, true, body->failure.text);
  } else if (!media_accepts(fetch->engine->options.accept, body->seen.type)) {
    char text[VERDICT_TEXT_MAX];
    cut(fetch);
    snprintf(text, sizeof text, "the bytes are %s", body->seen.type);
    fetch_end(fetch, SEINE_STATUS_REJECTED, SEINE_ETYPE, false, text);
  } else {
    transfer_resume(fetch->attempt->transfer);
  }
}

static void on_body_news(void *user, enum body_news news) {
  struct seine_fetch *fetch = user;
  engine_wake(fetch->engine);
  if (fetch->state == FETCH_DONE) return;
  switch (news) {
  case BODY_ROOM:
    if (fetch->attempt->transfer) transfer_resume(fetch->attempt->transfer);
    break;
  case BODY_TYPED: on_typed(fetch); break;
  case BODY_INSPECTED: on_inspected(fetch); break;
  case BODY_STORED: on_stored(fetch); break;
  }
}

/* ---- While it is received: called from inside libcurl ---- */

static bool connection_is_wanted(const struct seine_fetch *fetch) {
  const struct seine *engine = fetch->engine;
  size_t open = engine->transfers.curl_loop.open, in_flight = engine->count[FETCH_TRANSFERRING];
  size_t idle = open > in_flight ? open - in_flight : 0;
  return idle < (fetch->host->queued ? engine->options.concurrency + IDLE_CONNECTIONS : IDLE_CONNECTIONS);
}

static bool make_body(struct seine_fetch *fetch, const struct response *response) {
  static const enum body_keep keep[] = {
      [SEINE_SINK_MEMORY] = BODY_MEMORY, [SEINE_SINK_FILE] = BODY_FILE, [SEINE_SINK_NULL] = BODY_DROP};
  if (fetch->sink == SEINE_SINK_STREAM) return true;
  struct body *body = body_new(&fetch->engine->bodies, keep[fetch->sink], on_body_news, fetch);
  fetch->attempt->body = body;
  if (body && response->has_length) body_expect(body, response->length);
  return body;
}

static enum transfer_word on_headers(void *user, const struct response *response) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  verdict_of_headers(&fetch->engine->options, response, &attempt->verdict);
  transfer_keep_connection(attempt->transfer, connection_is_wanted(fetch));
  switch (attempt->verdict.kind) {
  case VERDICT_RECEIVE: break;
  case VERDICT_REDIRECT:
  case VERDICT_STATUS: return TRANSFER_DISCARD;
  case VERDICT_REJECT: return TRANSFER_STOP;
  }
  if (make_body(fetch, response)) return TRANSFER_TAKE;
  attempt->verdict.error = SEINE_ENOMEM;
  return TRANSFER_STOP;
}

static int on_data(void *user, const uint8_t *data, size_t size) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  uint64_t max_bytes = fetch->engine->options.max_size_bytes;
  if (fetch->is_paused) return 1;
  if (max_bytes && attempt->received_bytes + size > max_bytes) {
    attempt->verdict.kind = VERDICT_REJECT;
    attempt->verdict.error = SEINE_ESIZE;
    snprintf(attempt->verdict.text, sizeof attempt->verdict.text,
             "the body goes on past the %" PRIu64 " bytes accepted", max_bytes);
    return -1;
  }
  int word = 0;
  if (fetch->sink == SEINE_SINK_STREAM) {
    fetch->has_handed = true;
    fetch->on_chunk(fetch, data, size);
  } else {
    word = body_append(attempt->body, data, size);
  }
  if (word == 0) attempt->received_bytes += size;
  if (word < 0) attempt->verdict.error = word;
  return word;
}

/* ---- When the transfer has ended ---- */

static void redirect(struct seine_fetch *fetch, const char *location) {
  struct seine *engine = fetch->engine;
  seine_url_t url;
  char text[VERDICT_TEXT_MAX];
  if (fetch->redirects >= engine->options.max_redirects) {
    snprintf(text, sizeof text, "more than %u redirects", engine->options.max_redirects);
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EREDIRECT, false, text);
    return;
  }
  if (engine->draining) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ECANCELLED, true, NULL);
    return;
  }
  int error = location ? seine_url_parse(&url, location, text, sizeof text) : SEINE_EURL;
  struct host *host = error ? NULL : hosts_hold(&engine->hosts, &url);
  if (!host) {
    if (location) seine_url_clear(&url);
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EREDIRECT, false, "the redirect leads to no http or https URL");
    return;
  }
  if (host != fetch->host) fetch->is_foreign = true;
  host_let_go(fetch->host);
  fetch->host = host;
  free(fetch->target);
  fetch->target = url.public_url;
  url.public_url = NULL;
  seine_url_clear(&url);
  fetch->redirects++;
  fetch->is_urgent = true;
  fetch_enter(fetch, FETCH_QUEUED);
}

/* 429 and 503 speak for the whole host. */
static uint64_t freeze(struct seine_fetch *fetch, const struct response *response) {
  uint64_t delay_ms = 0;
  if (response->status != 429 && response->status != 503) return 0;
  bool asked = response->retry_after && backoff_retry_after_ms(response->retry_after, time(NULL), &delay_ms);
  return host_freeze(fetch->host, fetch->attempt->started_ms, asked, delay_ms);
}

static void on_status(struct seine_fetch *fetch, uint64_t wait_ms) {
  const struct attempt *attempt = fetch->attempt;
  bool transient = statuses_has(&fetch->engine->retry_on, attempt->response.status);
  fail(fetch, SEINE_EHTTP, transient, wait_ms, attempt->verdict.text);
}

static void on_failure(struct seine_fetch *fetch, const struct outcome *outcome) {
  struct failure_class class = classify(outcome->code, outcome->connected, outcome->proxied);
  const char *text = outcome->text;
  if (outcome->denied) class = (struct failure_class){SEINE_EDENIED, false, false};
  if (outcome->flooded) {
    class = (struct failure_class){SEINE_EPROTOCOL, false, false};
    text = "the response's headers do not end";
  }
  if (outcome->stalled) text = "nothing arrived for as long as --stall-timeout allows";
  if (class.unreachable) host_unreachable(fetch->host);
  host_ended(fetch->host);
  fail(fetch, class.error, class.transient, 0, text);
}

static void note(struct seine_fetch *fetch, const struct outcome *outcome) {
  struct attempt *attempt = fetch->attempt;
  attempt->transfer = NULL;
  attempt->elapsed_ms = outcome->elapsed_ms;
  attempt->first_byte_ms = outcome->first_byte_ms;
  attempt->response = *outcome->response;
  *outcome->response = (struct response){0};
  if (outcome->ip) snprintf(attempt->ip, sizeof attempt->ip, "%s", outcome->ip);
  fetch->engine->connections += (uint64_t)outcome->connects;
  engine_wake(fetch->engine);
}

static void on_done(void *user, struct outcome *outcome) {
  struct seine_fetch *fetch = user;
  struct attempt *attempt = fetch->attempt;
  const struct verdict *verdict = &attempt->verdict;
  note(fetch, outcome);
  bool answered = attempt->response.status > 0 && (outcome->code == CURLE_OK || outcome->stopped);
  if (!answered) {
    on_failure(fetch, outcome);
    return;
  }
  uint64_t wait_ms = freeze(fetch, &attempt->response);
  if (!wait_ms) host_answered(fetch->host);
  host_ended(fetch->host);
  if (verdict->kind == VERDICT_REDIRECT)
    redirect(fetch, outcome->redirect_url);
  else if (verdict->kind == VERDICT_STATUS)
    on_status(fetch, wait_ms);
  else if (verdict->kind == VERDICT_REJECT)
    fetch_end(fetch, SEINE_STATUS_REJECTED, verdict->error, false, verdict->text);
  else if (verdict->error)
    fetch_end(fetch, SEINE_STATUS_FAILED, verdict->error, true, attempt->body ? attempt->body->failure.text : NULL);
  else if (!attempt->body)
    fetch_end(fetch, SEINE_STATUS_OK, 0, false, NULL);
  else {
    fetch_enter(fetch, FETCH_INSPECTING);
    body_end(attempt->body);
  }
}

const struct transfer_events attempt_events = {on_headers, on_data, on_done};

/* ---- Starting ---- */

static const char *next_proxy(struct seine *engine) {
  const char *const *proxies = engine->options.proxies;
  if (!proxies || !proxies[0]) return NULL;
  if (!proxies[engine->next_proxy]) engine->next_proxy = 0;
  return proxies[engine->next_proxy++];
}

static bool make_attempt(struct seine_fetch *fetch) {
  struct timespec now;
  attempt_drop(fetch);
  struct attempt *attempt = calloc(1, sizeof *attempt);
  if (!attempt) return false;
  clock_gettime(CLOCK_REALTIME, &now);
  attempt->started_unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  attempt->started_ms = uv_now(fetch->engine->loop);
  fetch->attempt = attempt;
  return true;
}

static struct curl_slist *headers_of(const struct seine_fetch *fetch) {
  const struct seine *engine = fetch->engine;
  if (fetch->is_foreign) return engine->foreign_headers;
  return fetch->headers ? fetch->headers : engine->headers;
}

static void start_transfer(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  struct host *host = fetch->host;
  char *resolve = NULL;
  bool direct = !engine->options.proxies;
  if (direct && host->addresses &&
      asprintf(&resolve, "%s:%u:%s", host->name, host->port, host->addresses->text) < 0)
    resolve = NULL;
  struct transfer_request request = {.url = fetch->target ? fetch->target : fetch->full ? fetch->full : fetch->url,
                                     .headers = headers_of(fetch),
                                     .resolve = resolve,
                                     .proxy = next_proxy(engine),
                                     .keep_connection = connection_is_wanted(fetch)};
  int error = make_attempt(fetch) ? 0 : SEINE_ENOMEM;
  if (!error) error = transfer_start(&engine->transfers, &request, fetch, &fetch->attempt->transfer);
  free(resolve);
  if (error) {
    fetch_end(fetch, SEINE_STATUS_FAILED, error, true, NULL);
    return;
  }
  if (!fetch->redirects) fetch->attempts++;
  engine->attempts++;
  host->known_to_curl = true;
  host_started(host);
  fetch_enter(fetch, FETCH_TRANSFERRING);
}

static void on_answer(void *user, const struct resolver_answer *answer) {
  struct seine_fetch *fetch = user;
  struct host *host = fetch->host;
  fetch->query = NULL;
  engine_wake(fetch->engine);
  if (answer->error) {
    if (!fetch->redirects) fetch->attempts++;
    host_unreachable(host);
    host_looking(host, false);
    fail(fetch, answer->error, !answer->permanent, 0, answer->message);
    return;
  }
  addresses_unref(host->addresses);
  host->addresses = addresses_ref(answer->addresses);
  /* The slot it would have had may be another's by now: its turn comes again, as the first of its host. */
  fetch->is_urgent = true;
  host_looking(host, false);
  fetch_enter(fetch, FETCH_QUEUED);
}

static bool knows_address(struct host *host, struct resolver *resolver) {
  if (host->literal) return true;
  if (host->addresses && host->addresses->expires_ms > uv_now(host->hosts->loop)) return true;
  addresses_unref(host->addresses);
  host->addresses = resolver_cached(resolver, host->name);
  return host->addresses;
}

static void look_up(struct seine_fetch *fetch) {
  struct host *host = fetch->host;
  host_looking(host, true);
  fetch_enter(fetch, FETCH_RESOLVING);
  int error = resolver_lookup(fetch->engine->resolver, host->name, on_answer, fetch, &fetch->query);
  if (!error) return;
  host_looking(host, false);
  fetch_end(fetch, SEINE_STATUS_FAILED, error, true, NULL);
}

void attempt_begin(struct host *host) {
  struct seine_fetch *fetch = TAILQ_FIRST(&host->queue);
  struct seine *engine = fetch->engine;
  if (host_refuses(host))
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EHOSTDOWN, true, NULL);
  else if (engine->options.proxies || knows_address(host, engine->resolver))
    start_transfer(fetch);
  else
    look_up(fetch);
}
