/* Runs transfers on easy handles, which are reused where libcurl allows it. */
#include "http/transfer.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fd_shortage.h"
#include "dns/private_address.h"
#include "http/cookies.h"
#include "http/curl_url.h"
#include "http/easy_handle.h"
#include "http/tls.h"

#define SPARE_MAX    1024
#define DISCARD_MAX  65536 /* bytes of an unwanted body, to keep the connection; past that a new one is cheaper */
#define IDLE_MIN_MS  1000 /* between two transfers of a host that has more to do, where nothing else may idle */
#define LITERALS_MAX 128 /* in libcurl's cache of names, and a quarter of the concurrency */

/* Why a transfer receives nothing for now; it is on the list of the first that applies. */
enum pause_reason { PAUSE_NONE, PAUSE_BODY, PAUSE_RATE, PAUSE_RESUMING };

/* What libcurl may call for. The callback for a body's bytes is on_write alone, and events->on_data is called in
 * PHASE_BODY alone, which only the caller's word on complete headers begins. */
enum phase {
  PHASE_HEAD, /* header lines; bytes of a body break the protocol */
  PHASE_BODY, /* the body goes to on_data */
  PHASE_DISCARD, /* the body is not wanted, and read only to keep the connection */
  PHASE_OVER /* nothing more is taken */
};

struct transfer {
  CURL *easy;
  struct transfers *transfers;
  void *user;
  TAILQ_ENTRY(transfer) link; /* spare; or by hold: none, throttled, resuming */
  enum pause_reason pause_reason;
  enum phase phase;
  struct connection_user connection;
  bool is_http1; /* what its connection speaks */
  struct stall_item stall; /* watched with PAUSE_NONE, but discarding in PHASE_DISCARD */
  uint64_t started_ms, first_ms; /* uv_now, and when the first header line came */
  struct transfer_url target;
  struct curl_slist *names; /* set on the handle; owned */
  struct curl_slist accept; /* before the headers of the request; set on the handle */
  const char *proxy; /* set on the handle; compared by address */
  struct response response;
  bool clears; /* libcurl's cache of literals, when it ends */
  bool keeps; /* counted in transfers->keeping */
  bool forbids, multiplexes; /* set on the handle: CURLOPT_FORBID_REUSE; PIPEWAIT and HTTP_VERSION */
  bool alone; /* its connection is used for nothing else */
  bool has_cookie; /* set on the handle: CURLOPT_COOKIE */
  bool may_resolve; /* one of its names is an address literal, or one that libcurl alone can read */
  bool unresolved; /* libcurl would have looked a name up by itself */
  bool is_fresh; /* set on the handle: CURLOPT_FRESH_CONNECT */
  bool unsolicited, headed, stopped, stalled, slow, denied, no_memory; /* for the outcome */
  int fd_errno; /* errno of a socket for which there was no descriptor; 0 */
  uint64_t discarded;
  char text[CURL_ERROR_SIZE];
};

static void finish(struct transfer *transfer, CURLcode code);

static void on_stalled(struct stall_item *item, enum stall_reason reason) {
  struct transfer *transfer = (struct transfer *)(void *)((char *)item - offsetof(struct transfer, stall));
  transfer->stalled = reason == STALL_SILENT;
  transfer->slow = reason == STALL_SLOW;
  finish(transfer, CURLE_OPERATION_TIMEDOUT);
}

/* ---- Pausing ---- */

static struct transfer_list *list_of(struct transfer *transfer) {
  switch (transfer->pause_reason) {
  case PAUSE_RATE: return &transfer->transfers->throttled;
  case PAUSE_RESUMING: return &transfer->transfers->resuming;
  case PAUSE_NONE:
  case PAUSE_BODY: break;
  }
  return NULL;
}

static void unlist(struct transfer *transfer) {
  struct transfer_list *list = list_of(transfer);
  if (list) TAILQ_REMOVE(list, transfer, link);
  transfer->pause_reason = PAUSE_NONE;
  stall_forget(&transfer->transfers->stalls, &transfer->stall);
}

static void pause_transfer(struct transfer *transfer, enum pause_reason why) {
  unlist(transfer);
  transfer->pause_reason = why;
  struct transfer_list *list = list_of(transfer);
  if (list) TAILQ_INSERT_TAIL(list, transfer, link);
}

static void start_receiving(struct transfer *transfer) {
  transfer->pause_reason = PAUSE_NONE;
  stall_watch(&transfer->transfers->stalls, &transfer->stall);
}

static void unpause(struct transfer *transfer) {
  unlist(transfer);
  start_receiving(transfer);
  /* libcurl delivers kept bytes from inside: the transfer may be paused again, or have failed, when this returns. */
  CURLcode code = curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
  if (code) finish(transfer, code);
}

static void on_credit(void *user) {
  struct transfers *transfers = user;
  struct transfer *transfer;
  while ((transfer = TAILQ_FIRST(&transfers->throttled)) && rate_limit_has_credit(&transfers->rate_limit))
    unpause(transfer);
}

/* ---- What libcurl calls ---- */

static size_t stop(struct transfer *transfer) {
  transfer->phase = PHASE_OVER;
  transfer->stopped = true;
  return 0;
}

/* The response is not HTTP. */
static size_t refuse(struct transfer *transfer, const char *fault) {
  transfer->phase = PHASE_OVER;
  transfer->response.fault = fault;
  return 0;
}

/* Whether an unwanted body is short enough to receive, so that the connection can be kept. */
static bool ends_soon(const struct transfer *transfer) {
  const struct response *response = &transfer->response;
  if (response->has_length) return response->length <= DISCARD_MAX;
  return !transfer->is_http1 || response->is_chunked || response->status == 204 || response->status == 304;
}

static size_t end_head(struct transfer *transfer, size_t size) {
  struct transfers *transfers = transfer->transfers;
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != transfer->response.status) return refuse(transfer, "the response's status line is ambiguous");
  transfer->headed = true;
  switch (transfers->events->on_headers(transfer->user, &transfer->response)) {
  case HEADERS_RECEIVE: transfer->phase = PHASE_BODY; return size;
  case HEADERS_STOP: return stop(transfer);
  case HEADERS_DISCARD: break;
  }
  if (!ends_soon(transfer)) return stop(transfer);
  transfer->phase = PHASE_DISCARD;
  stall_discard(&transfers->stalls, &transfer->stall);
  return size;
}

/* Trailers are ignored, but count towards the limit of header bytes. */
static size_t on_trailer(struct transfer *transfer, size_t size) {
  transfer->response.header_bytes += size;
  bool ends = transfer->response.header_bytes <= RESPONSE_HEADERS_MAX;
  return ends ? size : refuse(transfer, "the response's headers do not end");
}

static size_t on_header(char *line, size_t one, size_t size, void *user) {
  struct transfer *transfer = user;
  (void)one;
  stall_arrived(&transfer->transfers->stalls, &transfer->stall);
  stall_count(&transfer->stall, size);
  if (!transfer->response.header_bytes) transfer->first_ms = uv_now(transfer->transfers->loop);
  if (transfer->phase == PHASE_OVER) return 0;
  if (transfer->phase != PHASE_HEAD) return on_trailer(transfer, size);
  enum response_line got = response_line(&transfer->response, line, size);
  if (transfer->response.names_http2 && transfer->is_http1) transfer->transfers->http2_misnamed = true;
  switch (got) {
  case RESPONSE_MORE: return size;
  case RESPONSE_END: return end_head(transfer, size);
  case RESPONSE_NOMEM: transfer->no_memory = true; break;
  case RESPONSE_FAULT: break;
  }
  transfer->phase = PHASE_OVER;
  return 0;
}

static void count(struct transfer *transfer, size_t size) {
  stall_count(&transfer->stall, size);
  transfer->transfers->received_bytes += size;
  rate_limit_count(&transfer->transfers->rate_limit, size);
}

static size_t discard(struct transfer *transfer, size_t size) {
  count(transfer, size);
  transfer->discarded += size;
  return transfer->discarded <= DISCARD_MAX ? size : stop(transfer);
}

static size_t receive_body(struct transfer *transfer, const uint8_t *data, size_t size) {
  struct transfers *transfers = transfer->transfers;
  if (!rate_limit_has_credit(&transfers->rate_limit)) {
    pause_transfer(transfer, PAUSE_RATE);
    return CURL_WRITEFUNC_PAUSE;
  }
  stall_arrived(&transfers->stalls, &transfer->stall);
  int taken = transfers->events->on_data(transfer->user, data, size);
  if (taken > 0) {
    pause_transfer(transfer, PAUSE_BODY);
    return CURL_WRITEFUNC_PAUSE;
  }
  if (taken < 0) return stop(transfer);
  count(transfer, size);
  return size;
}

static size_t on_write(char *data, size_t one, size_t size, void *user) {
  struct transfer *transfer = user;
  (void)one;
  switch (transfer->phase) {
  case PHASE_HEAD: return refuse(transfer, "bytes of a body came before the end of the headers");
  case PHASE_BODY: return receive_body(transfer, (const uint8_t *)data, size);
  case PHASE_DISCARD: return discard(transfer, size);
  case PHASE_OVER: break;
  }
  return 0;
}

static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  struct transfer *transfer = user;
  (void)purpose;
  const seine_options_t *options = transfer->transfers->options;
  if (options->deny_private && !transfer->proxy && address_is_private(&address->addr)) {
    transfer->denied = true;
    return CURL_SOCKET_BAD;
  }
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0 && fd_is_short(errno)) transfer->fd_errno = errno;
  if (fd >= 0 && !curl_loop_opened(&transfer->transfers->curl_loop, &transfer->connection, fd)) {
    close(fd);
    return CURL_SOCKET_BAD;
  }
  /* A limit that only we keep would first let the kernel take in megabytes for each connection. */
  if (fd >= 0 && options->limit_rate_bytes) {
    int size = 64 * 1024;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  return fd;
}

/* Called before libcurl looks a name up by itself, past the engine's name servers, cache and checks. Every name stands
 * in its cache (CURLOPT_RESOLVE); only address literals, which need no look-up, may pass. */
static int on_resolver_start(void *state, void *reserved, void *user) {
  struct transfer *transfer = user;
  (void)state;
  (void)reserved;
  transfer->unresolved = !transfer->may_resolve;
  return transfer->unresolved;
}

/* Called before the request is sent. libcurl 7.88 believes a status line that names HTTP/2, and from then on sends
 * requests to that server on connections that are in use, whatever the TLS handshake chose. */
static int on_request(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port) {
  struct transfer *transfer = user;
  const struct connection_ends ends = {remote_ip, remote_port, local_port};
  struct curl_loop *curl_loop = &transfer->transfers->curl_loop;
  (void)local_ip;
  transfer->is_http1 = !transfer->multiplexes || !tls_chose_http2(transfer->easy);
  bool exclusive = transfer->is_http1 && transfer->multiplexes && transfer->transfers->http2_misnamed;
  enum request_start start =
      curl_loop_start_request(curl_loop, transfer->easy, &transfer->connection, &ends, transfer->is_http1);
  if (start == REQUEST_SENDS && !(exclusive && curl_loop_is_shared(&transfer->connection))) return CURL_PREREQFUNC_OK;
  transfer->no_memory = start == REQUEST_NOMEM;
  transfer->unsolicited = !transfer->no_memory;
  return CURL_PREREQFUNC_ABORT;
}

/* ---- Handles ---- */

static void set_callbacks(struct transfer *transfer) {
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolver_start);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->text);
}

static struct transfer *transfer_new(struct transfers *transfers) {
  struct transfer *transfer = calloc(1, sizeof *transfer);
  CURL *easy = curl_easy_init();
  const struct easy_terms terms = {transfers->options, transfers->ca_file, transfers->share};
  if (!transfer || !easy || !easy_set_up(easy, &terms)) {
    free(transfer);
    curl_easy_cleanup(easy);
    return NULL;
  }
  transfer->easy = easy;
  transfer->transfers = transfers;
  curl_loop_adopt(&transfers->curl_loop, easy);
  cookies_enable(easy);
  set_callbacks(transfer);
  return transfer;
}

static struct transfer *handle_acquire(struct transfers *transfers) {
  struct transfer *transfer = TAILQ_FIRST(&transfers->spare);
  if (!transfer) return transfer_new(transfers);
  TAILQ_REMOVE(&transfers->spare, transfer, link);
  transfers->spare_count--;
  return transfer;
}

static void transfer_free(struct transfer *transfer) {
  curl_easy_cleanup(transfer->easy);
  transfer_url_clear(&transfer->target);
  curl_slist_free_all(transfer->names);
  free(transfer);
}

/* Keeps the handle for the next transfer, unless its settings are unknown (known is false). */
static void handle_release(struct transfer *transfer, bool known) {
  struct transfers *transfers = transfer->transfers;
  response_clear(&transfer->response);
  curl_loop_end_request(&transfer->connection);
  transfer->connection = (struct connection_user){0};
  transfers->keeping -= transfer->keeps;
  transfer->keeps = false;
  if (!known || !transfers->reuses_handles || transfers->spare_count >= SPARE_MAX) {
    transfer_free(transfer);
    return;
  }
  cookies_clear(transfer->easy);
  transfers->spare_count++;
  TAILQ_INSERT_HEAD(&transfers->spare, transfer, link);
}

/* ---- The life of a transfer ---- */

/* Names to forget come first: one may be given anew. */
static void set_names(struct transfer *transfer, struct curl_slist *names) {
  struct transfers *transfers = transfer->transfers;
  struct curl_slist *list = transfers->forget;
  if (!list && !names && !transfer->names) return;
  if (list)
    transfers->forget_last->next = names;
  else
    list = names;
  transfers->forget = transfers->forget_last = NULL;
  curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, list);
  curl_slist_free_all(transfer->names);
  transfer->names = list;
}

/* Asks for bodies as they are, unless the caller says what he takes. Those that come in a coding all the same are
 * decoded by decode.c: libcurl, when it is paused, would hold all that its buffer decodes to. */
static void set_headers(struct transfer *transfer, struct curl_slist *lines) {
  static char name[] = "Accept-Encoding", line[] = "Accept-Encoding: identity";
  transfer->accept = (struct curl_slist){line, lines};
  for (const struct curl_slist *at = lines; at; at = at->next)
    if (strncasecmp(at->data, name, sizeof name - 1) == 0 && strchr(":;", at->data[sizeof name - 1])) {
      curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, lines);
      return;
    }
  curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, &transfer->accept);
}

/* libcurl keeps address literals in its cache of names, too, and has no word by which to drop the IPv6 ones. A transfer
 * with a time limit for that cache clears it of them as it ends, by a walk; so only one in many has a limit. */
static void set_literal(struct transfer *transfer, bool literal) {
  struct transfers *transfers = transfer->transfers;
  bool clears = literal && ++transfers->literals >= LITERALS_MAX + transfers->options->concurrency / 4;
  if (clears) transfers->literals = 0;
  if (clears != transfer->clears) curl_easy_setopt(transfer->easy, CURLOPT_DNS_CACHE_TIMEOUT, clears ? 0L : -1L);
  transfer->clears = clears;
}

/* False without memory. */
static bool set_cookies(struct transfer *transfer, const struct transfer_request *request) {
  CURL *easy = transfer->easy;
  if (request->cookie || transfer->has_cookie) {
    if (curl_easy_setopt(easy, CURLOPT_COOKIE, request->cookie)) return false;
    transfer->has_cookie = request->cookie;
  }
  return cookies_set(easy, request->cookies);
}

static void reset(struct transfer *transfer) {
  transfer->phase = PHASE_HEAD;
  transfer->stall = (struct stall_item){0};
  transfer->unsolicited = transfer->headed = transfer->stopped = transfer->stalled = transfer->slow = false;
  transfer->unresolved = transfer->denied = transfer->no_memory = false;
  transfer->discarded = 0;
  transfer->fd_errno = transfer->text[0] = 0;
}

int transfer_start(struct transfers *transfers, const struct transfer_request *request, void *user,
                   struct transfer **result) {
  struct transfer *transfer = handle_acquire(transfers);
  if (!transfer) {
    curl_slist_free_all(request->names);
    return SEINE_ENOMEM;
  }
  reset(transfer);
  transfer->user = user;
  transfer->may_resolve = request->may_resolve;
  set_names(transfer, request->names);
  bool set = true;
  if (transfer->proxy != request->proxy) {
    if ((set = easy_set_string(transfer->easy, CURLOPT_PROXY, request->proxy ? request->proxy : "")))
      transfer->proxy = request->proxy;
  }
  set_literal(transfer, request->literal);
  set_headers(transfer, request->headers);
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)request->max_time_ms);
  transfer->alone = request->alone;
  transfer_keep_connection(transfer, request->keep_connection);
  bool is_fresh = request->fresh_connection || request->alone;
  if (is_fresh != transfer->is_fresh) curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, is_fresh ? 1L : 0L);
  transfer->is_fresh = is_fresh;
  bool multiplexes = strncasecmp(request->url, "https:", 6) == 0;
  if (multiplexes != transfer->multiplexes) easy_set_multiplexing(transfer->easy, multiplexes, transfers->options);
  transfer->multiplexes = multiplexes;
  if (!set || !set_cookies(transfer, request) || transfer_url_set(&transfer->target, transfer->easy, request->url) ||
      curl_loop_add(&transfers->curl_loop, transfer->easy)) {
    handle_release(transfer, false); /* a string that could not be copied is gone, and not as it was */
    return SEINE_ENOMEM;
  }
  transfer->started_ms = uv_now(transfers->loop);
  start_receiving(transfer);
  *result = transfer;
  return 0;
}

void transfer_keep_connection(struct transfer *transfer, bool keep) {
  keep = keep && !transfer->alone;
  if (keep == transfer->forbids) curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, keep ? 0L : 1L);
  transfer->forbids = !keep;
  transfer->transfers->keeping += (size_t)keep - (size_t)transfer->keeps;
  transfer->keeps = keep;
}

static void read_info(struct transfer *transfer, struct outcome *outcome) {
  CURL *easy = transfer->easy;
  curl_off_t connect_us = 0, ready_us = 0;
  char *ip = NULL;
  curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connect_us);
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &ip);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &outcome->connects);
  long refusal = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &refusal);
  outcome->connect_errno = (int)refusal;
  /* A reused connection has no connect time; from libcurl 8 on a connection to a proxy alone has one. */
  outcome->connected = (connect_us > 0 && !outcome->proxied) || ready_us > 0 || transfer->response.status;
  if (outcome->proxied) {
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &outcome->connect_code);
    curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &outcome->proxy_error);
    curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &outcome->proxy_verify);
  }
  outcome->ip = ip && *ip ? ip : NULL;
  outcome->elapsed_ms = uv_now(transfer->transfers->loop) - transfer->started_ms;
  /* By our clock: libcurl's begins anew for a request that waited for another's connection. */
  outcome->first_byte_ms = transfer->response.header_bytes ? transfer->first_ms - transfer->started_ms : 0;
}

static void finish(struct transfer *transfer, CURLcode code) {
  if (code == CURLE_OK && !transfer->headed) {
    /* libcurl takes a connection that ends amid the headers for the end of an empty body. */
    code = CURLE_GOT_NOTHING;
    snprintf(transfer->text, sizeof transfer->text, "the connection ended amid the headers");
  }
  struct outcome outcome = {.code = code,
                            .headed = transfer->headed,
                            .stopped = transfer->stopped,
                            .stalled = transfer->stalled,
                            .slow = transfer->slow,
                            .denied = transfer->denied,
                            .unresolved = transfer->unresolved,
                            .unsolicited = transfer->unsolicited,
                            .fd_errno = code == CURLE_COULDNT_CONNECT ? transfer->fd_errno : 0,
                            .no_memory = transfer->no_memory,
                            .text = transfer->text,
                            .proxied = transfer->proxy,
                            .response = &transfer->response};
  /* libcurl reads the certificates with the first connection, and does not say why it could not. */
  if (code == CURLE_SSL_CACERT_BADFILE) outcome.fd_errno = fd_shortage();
  read_info(transfer, &outcome);
  if (transfer->response.location) outcome.cookies = cookies_get(transfer->easy);
  unlist(transfer);
  curl_loop_remove(&transfer->transfers->curl_loop, transfer->easy);
  curl_loop_end_request(&transfer->connection);
  transfer->transfers->events->on_done(transfer->user, &outcome);
  curl_slist_free_all(outcome.cookies);
  handle_release(transfer, true);
}

static struct transfer *transfer_of(CURL *easy) {
  char *transfer = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return (struct transfer *)(void *)transfer;
}

static void on_curl_done(void *user, CURL *easy, CURLcode code) {
  (void)user;
  finish(transfer_of(easy), code);
}

void transfer_abort(struct transfer *transfer) {
  unlist(transfer);
  curl_loop_remove(&transfer->transfers->curl_loop, transfer->easy);
  handle_release(transfer, true);
}

void transfer_resume(struct transfer *transfer) {
  if (transfer->pause_reason == PAUSE_BODY) pause_transfer(transfer, PAUSE_RESUMING);
}

void transfers_turn(struct transfers *transfers) {
  /* Only those in the list now: one that is paused again at once must not make this loop endless. */
  struct transfer *last = TAILQ_LAST(&transfers->resuming, transfer_list), *transfer = NULL;
  if (!last) return;
  while (transfer != last && (transfer = TAILQ_FIRST(&transfers->resuming)))
    unpause(transfer);
}

void transfers_forget(struct transfers *transfers, const char *host, unsigned port) {
  char entry[300];
  snprintf(entry, sizeof entry, "-%s:%u", host, port);
  struct curl_slist *one = curl_slist_append(NULL, entry);
  if (!one) return; /* the entry stays: a few hundred bytes */
  if (transfers->forget)
    transfers->forget_last->next = one;
  else
    transfers->forget = one;
  transfers->forget_last = one;
}

/* ---- The pool ---- */

/* In older versions a handle remembers the last header line of its last transfer, which is freed by then, and a
 * response that begins with a continuation line is joined to it: a read of freed memory that any server can bring about
 * (curl #11101, mended by #11103). A handle of its own for each transfer costs 1.07 times the processor time:
 * 0.49 s instead of 0.46 s for 20,000 bodies of 16 KB on loopback. */
static bool handles_are_reusable(void) {
  return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080101;
}

int transfers_open(struct transfers *transfers, uv_loop_t *loop, struct timers *timers, const seine_options_t *options,
                   const struct transfer_events *events, void (*on_closed)(void *user), void *user) {
  *transfers = (struct transfers){.loop = loop, .timers = timers, .options = options, .events = events};
  TAILQ_INIT(&transfers->spare);
  TAILQ_INIT(&transfers->throttled);
  TAILQ_INIT(&transfers->resuming);
  transfers->stalls = (struct stalls){.loop = loop,
                                      .timers = timers,
                                      .limit_ms = options->stall_timeout_ms,
                                      .min_speed_bytes = options->min_speed_bytes,
                                      .on_stalled = on_stalled};
  stalls_open(&transfers->stalls);
  transfers->rate_limit = (struct rate_limit){
      .timers = timers, .bytes = options->limit_rate_bytes, .on_credit = on_credit, .user = transfers};
  rate_limit_open(&transfers->rate_limit);
  transfers->ca_file = options->ca_file ? options->ca_file : easy_default_ca_file();
  transfers->reuses_handles = handles_are_reusable();
  if (curl_global_init(CURL_GLOBAL_DEFAULT)) return SEINE_ELIBRARY;
  transfers->share = curl_share_init();
  int error = transfers->share ? 0 : SEINE_ENOMEM;
  if (!error) curl_share_setopt(transfers->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  /* The list of public suffixes, which each handle would read anew; where libcurl has none, this has no effect. */
  if (!error) curl_share_setopt(transfers->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_PSL);
  /* In use and idle together stay below this, so that libcurl never searches for one to close. */
  long connections = (long)options->concurrency * 2 + 1024;
  uint64_t idle_max_ms = options->idle_timeout_ms ? options->idle_timeout_ms : IDLE_MIN_MS;
  if (!error)
    error = curl_loop_open(&transfers->curl_loop, loop, connections, idle_max_ms, on_curl_done, on_closed, user);
  if (!error) return 0;
  curl_share_cleanup(transfers->share);
  curl_global_cleanup();
  return error;
}

void transfers_close(struct transfers *transfers) {
  struct transfer *transfer;
  stalls_close(&transfers->stalls);
  rate_limit_close(&transfers->rate_limit);
  while ((transfer = TAILQ_FIRST(&transfers->spare))) {
    TAILQ_REMOVE(&transfers->spare, transfer, link);
    transfer_free(transfer);
  }
  curl_slist_free_all(transfers->forget);
  curl_loop_close(&transfers->curl_loop);
  curl_share_cleanup(transfers->share);
  curl_global_cleanup();
}
