/* One transfer over libcurl: sets up an easy handle, receives headers and body, reports the end. Loop thread only. */
#ifndef SEINE_ENGINE_TRANSFER_H
#define SEINE_ENGINE_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/timer_pool.h"
#include "http/curl_loop.h"
#include "http/rate_limit.h"
#include "http/response.h"
#include "http/stall.h"
#include "seine.h"

struct transfer;

enum header_action { HEADERS_RECEIVE, HEADERS_DISCARD, HEADERS_STOP };

/* How an attempt ended. Strings are the transfer's, valid during on_done; `response` may be moved out. */
struct outcome {
  CURLcode code;
  bool headed; /* the headers of a final response are complete: on_headers was called */
  bool stopped; /* by on_headers or on_data; code says nothing then */
  bool stalled; /* nothing arrived for stall_timeout_ms */
  bool slow; /* less than min_speed_bytes a second arrived over that time */
  bool denied; /* the address was refused */
  int connect_errno; /* the errno of a connection that could not be made; 0 */
  bool unresolved; /* libcurl had no address for a name, and was not allowed to look it up */
  int fd_errno; /* errno if the process had no file descriptor for it; 0 */
  bool unsolicited; /* the reused connection had received bytes before the request, which was not sent */
  bool no_memory; /* for a header */
  bool proxied; /* through a proxy */
  bool connected; /* there was a connection, to the host or to its proxy */
  const char *text; /* libcurl's error text; "": none */
  struct response *response; /* with a fault, it was none */
  struct curl_slist *cookies; /* of a redirect: what the chain has now; may be moved out */
  const char *ip; /* NULL if there was no connection */
  uint64_t elapsed_ms, first_byte_ms;
  long connects; /* connections made for it */
  long connect_code, proxy_error, proxy_verify; /* what a proxy said: CURLINFO_HTTP_CONNECTCODE, PROXY_ERROR, .. */
};

struct transfer_events {
  /* The headers of the final response are complete. May call transfer_keep_connection. */
  enum header_action (*on_headers)(void *user, const struct response *response);
  /* Returns 0: consumed; 1: pause, until transfer_resume; negative: stop the transfer. */
  int (*on_data)(void *user, const uint8_t *data, size_t size);
  /* The transfer is freed when this returns. Never called from inside transfer_start. */
  void (*on_done)(void *user, struct outcome *outcome);
};

TAILQ_HEAD(transfer_list, transfer);

/* The pool of all transfers of an engine. */
struct transfers {
  uv_loop_t *loop;
  struct curl_loop curl_loop;
  struct timers *timers;
  const seine_options_t *options;
  const struct transfer_events *events;
  CURLSH *share; /* TLS sessions, which would stay in each handle otherwise */
  const char *ca_file;
  bool reuses_handles;
  struct transfer_list spare; /* empty, unless handles are reused */
  size_t spare_count;
  struct transfer_list throttled; /* paused by the rate limit */
  struct transfer_list resuming; /* to be unpaused at the next transfers_turn */
  struct stalls stalls; /* timeouts of transfers that are not paused */
  struct rate_limit rate_limit;
  struct curl_slist *forget, *forget_last; /* "-host:port": names that libcurl's cache may drop */
  unsigned literals; /* transfers from address literals since libcurl's cache was last cleared of those */
  uint64_t received_bytes;
  bool http2_misnamed; /* a server named HTTP/2 on a connection of HTTP/1 */
  size_t keeping; /* in flight, whose connection will be kept */
};

/* options and events are borrowed for the life of the pool. 0, SEINE_ENOMEM or SEINE_ELIBRARY; nothing to close after
 * that. */
int transfers_open(struct transfers *transfers, uv_loop_t *loop, struct timers *timers, const seine_options_t *options,
                   const struct transfer_events *events, void (*on_closed)(void *user), void *user);
/* No transfer may be in flight. on_closed, as given at the start, comes later. */
void transfers_close(struct transfers *transfers);

/* Parameters of a transfer. Everything is copied or used during the call only, except `headers`. */
struct transfer_request {
  const char *url;
  struct curl_slist *headers; /* must outlive the transfer; NULL: none */
  struct curl_slist *names; /* "host:port:addr,addr", taken over in any case; without address literals. NULL: none */
  const char *proxy; /* NULL: none */
  uint64_t max_time_ms; /* 0: no limit */
  const struct curl_slist *cookies; /* of the chain's earlier responses; see cookies.h */
  const char *cookie; /* the caller's own, "a=1; b=2", where there are cookies as well; NULL: none */
  bool literal; /* the host is an address */
  /* The connection is new, and used for nothing else. In libcurl 7.88 a connection to a proxy keeps the brackets of the
   * first target, an IPv6 address, for the Host header of every other one, or their lack. */
  bool alone;
  bool may_resolve; /* libcurl has to read a name by itself: an address literal, or a proxy that only it can read */
  bool keep_connection;
  bool fresh_connection; /* a new one, though there may be a kept one */
};

/* 0 or SEINE_ENOMEM. `user` is given to the events. */
int transfer_start(struct transfers *transfers, const struct transfer_request *request, void *user,
                   struct transfer **transfer);

/* Ends a transfer without on_done. Never from inside on_headers or on_data. */
void transfer_abort(struct transfer *transfer);

/* Whether the connection is worth keeping for later. */
void transfer_keep_connection(struct transfer *transfer, bool keep);

/* After on_data answered 1: offer the same bytes again, at the next transfers_turn. */
void transfer_resume(struct transfer *transfer);

/* Unpauses transfers that were resumed. Not from inside a libcurl callback. */
void transfers_turn(struct transfers *transfers);

/* Tells libcurl's name cache to drop an entry, with the next transfer that starts. */
void transfers_forget(struct transfers *transfers, const char *host, unsigned port);

#endif
