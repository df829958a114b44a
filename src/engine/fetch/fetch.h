/* A fetch, inside the engine: its request, its state, and what was received so far. Loop thread only. */
#ifndef SEINE_ENGINE_FETCH_H
#define SEINE_ENGINE_FETCH_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/queue.h>

#include "host/host.h"
#include "http/range.h"
#include "http/response.h"
#include "http/response_check.h"
#include "seine.h"

struct timer;
struct body;
struct curl_slist;
struct decoder;
struct expected;
struct partial;
struct proxy;
struct resolver_query;
struct transfer;

/* Each state names the list that the fetch is on. */
enum fetch_state {
  FETCH_NEW, /* on none */
  FETCH_QUEUED, /* its host's queue */
  /* engine.lists: waits for its timer before the next attempt, or for a worker that reads its partial file */
  FETCH_WAITING,
  FETCH_RESOLVING, /* engine.lists: the first of its host to need an address */
  FETCH_TRANSFERRING, /* engine.lists: has a transfer */
  FETCH_INSPECTING, /* engine.lists: the body is complete; a worker inspects it */
  FETCH_STORING, /* engine.lists: a worker stores the file */
  FETCH_DONE, /* engine.lists: its result is to be delivered */
  FETCH_STATES
};

/* Size and hash of a complete body with a truncated image. */
struct broken {
  uint64_t size_bytes;
  uint8_t sha256[32];
};

/* State of one attempt; after a redirect it describes the latest hop. Exists from the start of a transfer until the
 * result is delivered or the next attempt starts. */
struct attempt {
  struct transfer *transfer; /* NULL once it ended */
  struct body *body; /* NULL before the headers, after the end, and for streams */
  struct decoder *decoder; /* for a body with a Content-Encoding; NULL: not decoded */
  struct response response;
  struct response_decision decision;
  uint64_t received_bytes;
  bool inspected; /* body->seen is complete */
  bool enough; /* the rest of the body is not needed */
  struct range range; /* the range requested; without validator: the whole body */
  int64_t started_unix_ms;
  uint64_t started_ms; /* uv_now */
  uint64_t elapsed_ms, first_byte_ms;
  char ip[INET6_ADDRSTRLEN];
  char *path; /* where the file goes; owned */
  struct rules *rules; /* whose lines it sends; retained; NULL: none yet */
  struct curl_slist *headers; /* of this attempt alone, owned; NULL: those of the fetch, the rule or the engine */
  char *cookie; /* the value of the Cookie line that was among them, owned; NULL: it is there, or none is */
};

TAILQ_HEAD(fetch_list, seine_fetch);

struct seine_fetch {
  TAILQ_ENTRY(seine_fetch) link; /* in its state's list, unless queued */
  struct queue_entry queued; /* in its host's queue, while FETCH_QUEUED */
  TAILQ_ENTRY(seine_fetch) mark; /* in engine.cancelled, while is_cancelled */
  seine_t *engine;
  struct host *host; /* of the URL that is fetched now; NULL once done */
  void *user;
  seine_result_cb on_result;
  seine_place_cb on_place;
  seine_chunk_cb on_chunk;
  struct attempt *attempt; /* NULL before the first */
  struct partial *partial; /* of a large body, for an attempt that goes on with it; NULL: none */
  struct timer *timer; /* FETCH_WAITING */
  struct resolver_query *query; /* FETCH_RESOLVING */
  struct proxy *proxy; /* chosen for the attempt, until it is told what came of it; NULL: none */
  uint64_t proxy_ms; /* uv_now when it was chosen */
  struct curl_slist *headers; /* of this request alone, owned; NULL: the engine's */
  struct expected *expected; /* checksums, owned; NULL: any will do */
  struct broken *broken; /* of an earlier attempt, owned; NULL: none */
  char *path; /* asked for by the caller, owned; NULL: on_place decides */
  char *curl_url; /* the URL as curl takes it, owned; NULL: url itself */
  char *redirect_url; /* where redirects led, without userinfo, owned; NULL: nowhere */
  struct curl_slist *cookies; /* of the redirects of this attempt, owned; NULL: none */
  char *message; /* for the result, owned */
  int error; /* for the result */
  int sys_errno; /* for the result, where it is not the body's; 0: none */
  uint64_t first_ms; /* uv_now when the first attempt began; 0 before */
  unsigned attempts;
  unsigned redirects; /* in this attempt */
  unsigned shortages; /* of descriptors, that sent it back to its queue */
  uint16_t requested_port; /* of the URL as requested */
  uint8_t state; /* enum fetch_state; assigned by fetch_enter alone */
  uint8_t sink; /* seine_sink_t */
  uint8_t status; /* seine_status_t, once done */
  bool retryable : 1;
  bool is_cancelled : 1;
  bool cross_origin : 1; /* a redirect left the origin that was asked: secrets stay behind */
  bool left_tls : 1; /* a redirect led from https to http */
  bool began_cross_origin : 1; /* cross_origin from the first request on */
  bool is_paused : 1; /* by the caller of a stream */
  bool resolves_proxy : 1; /* FETCH_RESOLVING: the query is for the proxy's name, not the host's */
  bool is_fresh : 1; /* goes by new connections alone: a kept one brought what is no response to its request */
  bool has_extra : 1; /* one attempt more than the options say, for the one that a kept connection spoiled */
  bool chunk_delivered : 1; /* a chunk of a stream was handed on: no other attempt */
  char url[]; /* as requested */
};

/* Returns the fetch that a queue entry is embedded in. */
static inline struct seine_fetch *fetch_of(struct queue_entry *entry) {
  return (struct seine_fetch *)(void *)((char *)entry - offsetof(struct seine_fetch, queued));
}

/* Moves a fetch to a state and its list. The only place where the state is assigned. */
void fetch_enter(struct seine_fetch *fetch, enum fetch_state state);

/* Ends a fetch: its result is delivered in the engine's next turn. `message` is copied; NULL or "" is none. */
void fetch_end(struct seine_fetch *fetch, seine_status_t status, int error, bool retryable, const char *message);

/* Runs a turn of the engine soon. */
void engine_wake(struct seine *engine);

/* Reports an event to the caller, if it listens. Not from inside a libcurl callback. */
void engine_emit(struct seine *engine, const seine_event_t *event);

/* Returns 64 random bits, for jitter only. */
uint64_t engine_random(struct seine *engine);

#endif
