/* seine: downloads every URL it is given on one libuv loop, politely, and proves what it did.
 *
 * An engine (seine_t) is opened on a loop that the caller owns and runs. Fetches are submitted to it and each ends in
 * exactly one callback. The engine never runs or stops the loop, touches no signal, prints nothing, never exits and
 * keeps no globals, so that several can stand on one loop, or on several loops in several threads.
 *
 *   - Functions return 0, or one of the negative SEINE_E codes. A call that fails calls nothing back.
 *   - All functions that take a seine_t or a seine_fetch_t are called on the loop's thread.
 *   - Callbacks come from the loop, never from inside the call that asked for them. A callback may fetch, cancel and
 *     close.
 *   - Pointers given to a function need to live only for the call; what is kept is copied. Pointers given to a callback
 *     live only for that callback. Exceptions say so.
 *   - An engine without fetches does not keep the loop alive: uv_run returns, whether it is closed or not.
 *   - SIGPIPE is the program's to ignore, as in any program that writes to sockets. Disk, digests and types are the
 *     business of libuv's thread pool.
 *   - contrib/examples/memory.c is a whole program.
 *   - Units stand in the names: _ms, _bytes. Times are monotonic unless called "unix". */
#ifndef SEINE_H
#define SEINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEINE_VERSION "0.1.0"

#if defined(__GNUC__)
#define SEINE_EXTERN __attribute__((visibility("default")))
#else
#define SEINE_EXTERN
#endif

/* Errors: code, value, the name that machines read, the text that people read.
 * The first group says why a fetch ended without its body; the second comes from calls. */
#define SEINE_ERROR_MAP(XX)                                                                                        \
  XX(EURL, -1, "url", "the URL is malformed, or its scheme is neither http nor https")                             \
  XX(EDNS, -2, "dns", "the host's name could not be resolved")                                                     \
  XX(ECONNECT, -3, "connect", "no connection to the host could be made")                                           \
  XX(ETLS, -4, "tls", "the TLS handshake failed, or the certificate is not trusted")                               \
  XX(ETIMEOUT, -5, "timeout", "the transfer took too long, or nothing arrived for too long")                       \
  XX(ERESET, -6, "reset", "the connection was lost before the response ended")                                     \
  XX(ETRUNCATED, -7, "truncated", "the body ended before it was complete")                                         \
  XX(EREDIRECT, -8, "redirect", "too many redirects, or one that leads nowhere allowed")                           \
  XX(EHTTP, -9, "http", "the server answered with an error status")                                                \
  XX(EHOSTDOWN, -10, "host-down", "the host did not answer earlier attempts and is being left alone")              \
  XX(EPROXY, -11, "proxy", "the proxy refused, or could not be reached")                                           \
  XX(ETYPE, -12, "type", "the content is not of an accepted type")                                                 \
  XX(ESIZE, -13, "size", "the content is smaller or larger than accepted")                                         \
  XX(EOPTOUT, -14, "opt-out", "the response asks not to be used this way")                                         \
  XX(EDENIED, -15, "denied", "the address is loopback, private or link-local, and those are refused")              \
  XX(EIO, -16, "io", "a file could not be written")                                                                \
  XX(ECANCELLED, -17, "cancelled", "the fetch was cancelled")                                                      \
  XX(EPROTOCOL, -18, "protocol", "the response breaks the protocol")                                               \
  XX(EROBOTS, -19, "robots", "the host's robots.txt does not allow this URL")                                      \
  XX(EDIMENSIONS, -20, "dimensions", "the image's width and height are not as accepted")                            \
  XX(ECHECKSUM, -21, "checksum", "the bytes do not have the expected checksum")                                     \
  XX(ENOMEM, -40, "nomem", "out of memory")                                                                        \
  XX(EINVAL, -41, "inval", "an argument is out of range or contradicts another")                                   \
  XX(ECLOSING, -42, "closing", "the engine is closing")                                                            \
  XX(ELIBRARY, -43, "library", "a library that this depends on could not be started")

typedef enum seine_errno {
#define XX(name, value, machine, people) SEINE_##name = value,
  SEINE_ERROR_MAP(XX)
#undef XX
} seine_errno_t;

/* A sentence for people; never NULL. Static. */
SEINE_EXTERN const char *seine_strerror(int error);
/* The stable name, as in the manifest ("host-down"); "unknown" for no such code; NULL for 0. Static. */
SEINE_EXTERN const char *seine_err_name(int error);

typedef struct seine seine_t;             /* an engine; owned by the caller from seine_open to seine_close's callback */
typedef struct seine_fetch seine_fetch_t; /* a fetch; owned by the engine, valid until its on_result returns */
typedef struct seine_options seine_options_t;
typedef struct seine_rule seine_rule_t;
typedef struct seine_event seine_event_t;
typedef struct seine_request seine_request_t;
typedef struct seine_result seine_result_t;
typedef struct seine_stats seine_stats_t;

/* ---- The engine ---- */

/* How one host, or one domain, is treated where that differs from the options. The most specific pattern that fits
 * decides alone: a host's name before "*.domain", a longer domain before a shorter one, "*" last; and where the names
 * are the same, one with a port before one without, then one with a scheme. */
struct seine_rule {
  /* "www.example.org", "*.example.org" (its subdomains, not itself) or "*"; with a scheme or a port before and behind
   * it, as in "https://www.example.org:8443", only for those */
  const char *pattern;
  unsigned concurrency;       /* transfers in flight to each such host; 0: options.per_host */
  double rate;                /* requests started a second, to each; 0: options.rate_per_host */
  uint64_t delay_ms;          /* at the least, from the start of one request to the start of the next; 0: none */
  /* lines for its requests beside the others, never for another host; NULL: none. Where a redirect leads to the host,
   * they follow to the port of the pattern, of the scheme, or of the URL that was asked for, and never from https to
   * http */
  const char *const *headers;
  const char *proxy;          /* one proxy URL; "none": directly; NULL: as options.proxies say */
};

/* What happened to a host, a proxy or the whole engine, said once and not once a URL. */
typedef enum seine_event_kind {
  SEINE_EVENT_HOST_THROTTLED,    /* it asked to be left alone: nothing starts for delay_ms, then cap requests at once */
  SEINE_EVENT_HOST_RECOVERED,    /* its cap, lowered by a freeze, is back at its full height */
  SEINE_EVENT_DOWN,      /* its circuit opened: its fetches fail at once, the next probe is in delay_ms */
  SEINE_EVENT_UP,        /* it answers again */
  SEINE_EVENT_PROXY_DOWN, /* a proxy failed and rests for delay_ms */
  SEINE_EVENT_PROXY_UP,
  SEINE_EVENT_ROBOTS,    /* its robots.txt was read; delay_ms is its Crawl-delay, bounded */
  /* no descriptor was left: at most `cap` transfers in flight, until it has grown back step by step */
  SEINE_EVENT_CONCURRENCY_REDUCED
} seine_event_kind_t;

struct seine_event {
  seine_event_kind_t kind;
  /* "https://www.example.org:443", or the proxy's URL without userinfo; NULL for SEINE_EVENT_CONCURRENCY_REDUCED */
  const char *host;
  uint64_t delay_ms;
  unsigned cap;
};

typedef enum seine_tls { SEINE_TLS_1_2, SEINE_TLS_1_3 } seine_tls_t;

/* HTTP statuses that are retried by default: a busy server, and Cloudflare's for an origin that it cannot reach. */
#define SEINE_RETRY_ON "408,425,429,500,502,503,504,520,521,522,523,524,527,530"

/* Filled by seine_options_init with the defaults that stand last in each comment; what names none is NULL, 0 or false.
 * All is copied by seine_open. */
struct seine_options {
  /* below which SEINE_SINK_FILE puts files, and keeps unfinished ones; must exist. NULL: no files */
  const char *directory;
  bool keep_partial;       /* unfinished files over 8 MiB outlive the engine there, below .seine-parts, if their server's
                            validators allow to go on with them: for seven days, 256 at most */
  bool discard_partial;       /* with keep_partial: those that are there are removed at the start */

  const char *accept;      /* comma-separated MIME globs that the bytes must match, with * for any run; NULL: all */
  bool allow_truncated;    /* accept an image whose sides are known and whose end is missing, once its server sent the
                              same bytes twice or no attempt is left; its result has a message */
  bool trust_bytes;        /* a declared type never rejects: the bytes alone decide */
  uint64_t min_size_bytes; /* smaller bodies are rejected; 1, which rejects empty ones */
  uint64_t max_size_bytes; /* larger bodies are rejected; 0: no limit, but max_memory_bytes for SEINE_SINK_MEMORY */
  uint32_t min_image_size;       /* images whose smaller side has fewer pixels are rejected; 0: no limit */
  uint64_t max_image_area;     /* images of more pixels are rejected; 0: no limit */
  double max_aspect_ratio;       /* images whose longer side is more than so many times the shorter; 0: no limit */
  const char *opt_out;     /* comma-separated X-Robots-Tag directives that reject a response; NULL or "": none */

  unsigned concurrency;      /* transfers in flight; 256 */
  unsigned per_host;         /* of which to one host (scheme, name and port); 8 */
  double rate_per_host;      /* requests started a second, to one host; 0: no limit */
  uint64_t limit_rate_bytes; /* bytes received a second over all transfers; 0: no limit */
  uint64_t max_memory_bytes; /* bodies held in memory, all together: others wait. One in memory may be larger alone,
                                if max_size_bytes allows it; 512 MiB */
  uint64_t memory_threshold_bytes;      /* a larger body goes to its file while it arrives; not for SEINE_SINK_MEMORY; 1 MiB */

  unsigned retries;            /* attempts after the first; 5 */
  uint64_t retry_delay_ms;     /* bound of the first delay, doubled each attempt; 1000 */
  uint64_t retry_max_time_ms;  /* no attempt begins later than this after the first one began; 0: no limit */
  uint64_t retry_max_delay_ms; /* bound of every delay; Retry-After is obeyed up to ten times this; 60000 */
  /* "408,429" replaces the statuses that are retried, "+403,-500" changes SEINE_RETRY_ON; NULL: SEINE_RETRY_ON */
  const char *retry_on;

  uint64_t connect_timeout_ms; /* name look-up excluded, TLS included; 10000 */
  uint64_t stall_timeout_ms;   /* without a byte; 60000 */
  /* a transfer with fewer bytes a second, on average over stall_timeout_ms, is ended; 0: none */
  uint64_t min_speed_bytes;
  uint64_t max_time_ms;        /* for one attempt; 0: no limit */
  unsigned max_redirects;      /* 10 */

  const char *user_agent;       /* "seine/VERSION" */
  const char *const *headers;   /* "Name: value" lines for every request, NULL-terminated; NULL: none */
  /* proxy URLs used in rotation, NULL-terminated; NULL: none. The environment is not read */
  const char *const *proxies;
  const char *const *https_proxies; /* the same for https URLs alone; NULL: as proxies */
  const char *no_proxy;         /* hosts reached directly, as curl's NO_PROXY; NULL: none */
  const seine_rule_t *rules;    /* by host; rule_count of them */
  size_t rule_count;
  bool robots;                  /* obey robots.txt (RFC 9309) under the product token "seine" */
  uint64_t max_crawl_delay_ms;  /* a longer Crawl-delay of a robots.txt counts as this one; 30000 */
  const char *ca_file;          /* PEM bundle; NULL: the system's */
  bool insecure;                /* do not verify certificates */
  bool http1;                   /* never HTTP/2 */
  seine_tls_t tls_min;          /* the oldest version of TLS that is spoken; SEINE_TLS_1_2 */
  uint64_t idle_timeout_ms;       /* a connection idles at most so long; 0: none outlives its host's queue; 30000 */
  const char *dns_servers;      /* "192.0.2.1,[2001:db8::1]:5353"; NULL: those of /etc/resolv.conf */
  uint64_t dns_min_ttl_ms;      /* an address is remembered at least this long, whatever its record says; 60000 */
  uint64_t dns_max_ttl_ms;      /* and at most this long; 3600000 */
  /* names asked for at once, at most: fewer while servers answer fast, or lose questions; 512 */
  unsigned dns_concurrency;
  bool deny_private;            /* refuse addresses that are loopback, private or link-local, at every hop */

  /* niceness, 0 to 19, that the thread pool's threads take on when they work for the engine, and keep: where cores are
   * few, hashing then never holds up receiving. 0: left as it is */
  unsigned worker_nice;

  /* may fetch, cancel and close; NULL: none */
  void (*on_event)(seine_t *seine, const seine_event_t *event, void *user);
  void *event_user;
};

SEINE_EXTERN void seine_options_init(seine_options_t *options);

/* Opens an engine on `loop`, which must outlive it. SEINE_EINVAL for options out of range (see seine_options_check),
 * SEINE_EIO where `directory` cannot be opened, SEINE_ENOMEM, SEINE_ELIBRARY. On failure nothing needs to be closed and
 * *seine is NULL, but the loop must run once (uv_run) before uv_loop_close, if it was to be closed. */
SEINE_EXTERN int seine_open(seine_t **seine, uv_loop_t *loop, const seine_options_t *options);

/* Says which option is wrong: 0, or SEINE_EINVAL with a sentence in cause[0..size), or SEINE_ENOMEM. */
SEINE_EXTERN int seine_options_check(const seine_options_t *options, char *cause, size_t size);

/* Replaces options.headers and options.rules, both copied (NULL: none), for the requests that start from now on; those
 * under way keep theirs, and so does a fetch with headers of its own for the lines of options.headers. Hosts that are
 * known are treated by the new rules at once. A rule may name a proxy only if the engine was opened with it. SEINE_EINVAL
 * with a sentence in cause[0..size), or SEINE_ENOMEM: nothing has changed. */
SEINE_EXTERN int seine_set_rules(seine_t *seine, const char *const *headers, const seine_rule_t *rules,
                                 size_t rule_count, char *cause, size_t size);

/* Cancels every fetch (each calls back, with SEINE_ECANCELLED), closes every handle, then calls on_close (NULL:
 * nothing), after which the engine is gone and uv_loop_close finds nothing of it. Call it once; from the last
 * on_result, say. */
typedef void (*seine_close_cb)(seine_t *seine, void *user);
SEINE_EXTERN void seine_close(seine_t *seine, seine_close_cb on_close, void *user);

/* Starts nothing more: cancels every fetch that is not in flight, and every one that would be tried again. Those in
 * flight go on to their end. For a program that was asked to leave. */
SEINE_EXTERN void seine_drain(seine_t *seine);

/* ---- A fetch ---- */

typedef enum seine_sink {
  SEINE_SINK_MEMORY, /* the body in result.data, whole; at most max_size_bytes, or else max_memory_bytes */
  SEINE_SINK_FILE,   /* the body in a file below options.directory, whole or not at all */
  SEINE_SINK_NULL,   /* received, inspected, hashed and dropped */
  SEINE_SINK_STREAM  /* handed on as it arrives; judged by its headers only; not retried once a chunk was handed on */
} seine_sink_t;

typedef enum seine_status {
  SEINE_STATUS_OK,
  SEINE_STATUS_DUPLICATE, /* on_place said that the bytes are held already; nothing was stored */
  SEINE_STATUS_REJECTED,  /* received, or announced, but not wanted: error is ETYPE, ESIZE, EDIMENSIONS, ECHECKSUM,
                             EOPTOUT or EROBOTS */
  SEINE_STATUS_FAILED
} seine_status_t;

/* "ok", "duplicate", "rejected", "failed". Static. */
SEINE_EXTERN const char *seine_status_name(seine_status_t status);

/* What became of a fetch. Strings are NULL where nothing is known, and hold remote bytes as they came: escape them
 * before they are shown. */
struct seine_result {
  seine_status_t status;
  int error;           /* 0 for ok and duplicate */
  int sys_errno;       /* the errno behind SEINE_EIO, where a system call was to blame; 0 otherwise */
  const char *message; /* more than seine_strerror(error) says, for people; NULL if there is nothing to add */
  bool retryable;      /* neither ok nor a duplicate, but another fetch at another time may succeed */

  const char *url;       /* as requested */
  const char *final_url; /* after redirects, without userinfo; NULL if there were none */
  int http_status;       /* of the last response; 0 if none came */
  unsigned attempts;     /* how often the fetch was started; 0 if never */

  const char *type;          /* MIME type that the bytes show; NULL where they were not looked at */
  const char *declared_type; /* Content-Type as sent */
  const char *etag;
  const char *last_modified;
  const char *disposition; /* Content-Disposition as sent */
  const char *ip;          /* the address connected to */

  uint64_t size_bytes;   /* of the body, as far as it was received; SEINE_ESIZE: as far as it is known */
  const uint8_t *sha256; /* 32 bytes; NULL before inspection */
  uint32_t width, height;  /* of an image, as stored, before any rotation that metadata asks for; 0: not known */
  uint64_t trailing_bytes; /* that follow the image's end; they are kept */
  /* SEINE_SINK_MEMORY and ok: size_bytes bytes, no NUL after them; else NULL. See seine_fetch_detach_data */
  const uint8_t *data;
  const char *path;      /* SEINE_SINK_FILE and ok: below options.directory; NULL otherwise */

  int64_t started_unix_ms;   /* when the last attempt began; 0 if none did */
  uint64_t elapsed_ms;       /* of the last attempt, until its body was received */
  uint64_t first_byte_ms;    /* of the last attempt, until its first byte came */
};

/* Called exactly once for each fetch. The fetch is gone when this returns. */
typedef void (*seine_result_cb)(seine_fetch_t *fetch, const seine_result_t *result);

/* Asked once the body of a SEINE_SINK_FILE fetch is whole and accepted (type, sha256 and size_bytes are set): where is
 * it to go? Answers SEINE_PLACE_STORE with a relative path in path[0..size), folders are made as needed;
 * SEINE_PLACE_DUPLICATE if equal bytes are held already; SEINE_PLACE_REPLACE with such a path if they are, but a regular
 * file that has this path is to be replaced all the same, as one that a dead run left; or a negative code, with which
 * the fetch then fails. A fetch for whose file no descriptor was left starts over, and asks again. */
#define SEINE_PLACE_STORE 0
#define SEINE_PLACE_DUPLICATE 1
#define SEINE_PLACE_REPLACE 2
#define SEINE_PATH_MAX 4096
typedef int (*seine_place_cb)(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size);

/* A piece of a SEINE_SINK_STREAM body. May call seine_fetch_pause. */
typedef void (*seine_chunk_cb)(seine_fetch_t *fetch, const uint8_t *data, size_t size_bytes);

struct seine_request {
  const char *url;
  void *user;                 /* the caller's own; see seine_fetch_user */
  seine_sink_t sink;
  const char *path;           /* SEINE_SINK_FILE: where, relative to options.directory; or NULL, and on_place decides.
                                 SEINE_EINVAL where a segment of it is empty, "." or ".." */
  seine_place_cb on_place;
  seine_chunk_cb on_chunk;    /* SEINE_SINK_STREAM */
  /* "Name: value" lines for this request beside those of the engine, NULL-terminated; NULL: none. SEINE_EINVAL for a
   * line without name or colon, with a control character, and for Content-Length and Transfer-Encoding. A 206 to a
   * Range among them, or among the engine's, is ok: message says that it is a part, and an image in it may end early */
  const char *const *headers;
  const uint8_t *sha256;      /* 32 bytes that the body's SHA-256 must be, or it is rejected; NULL: any */
  const uint8_t *md5;         /* 16 bytes, likewise. Neither is for a SEINE_SINK_STREAM */
};

/* Whether a URL whose fetch ended as `earlier` says should be fetched again under `options`: it is retryable, or the
 * options retry or accept now what ended it. Reads status, error, retryable, http_status, type, declared_type,
 * size_bytes, width and height of `earlier`. Any thread. */
SEINE_EXTERN bool seine_should_refetch(const seine_options_t *options, const seine_result_t *earlier);

/* Queues a fetch. SEINE_EURL for a URL that is malformed or not http(s), SEINE_EINVAL for a request that contradicts
 * itself, SEINE_ECLOSING, SEINE_ENOMEM. `fetch` may be NULL. */
SEINE_EXTERN int seine_submit(seine_t *seine, const seine_request_t *request, seine_result_cb on_result,
                              seine_fetch_t **fetch);

/* Ends a fetch; its result comes later, as always: SEINE_ECANCELLED, or what it was if it had ended already. */
SEINE_EXTERN void seine_cancel(seine_fetch_t *fetch);

SEINE_EXTERN void *seine_fetch_user(const seine_fetch_t *fetch);
SEINE_EXTERN seine_t *seine_fetch_engine(const seine_fetch_t *fetch);

/* Holds back and lets go the chunks of a SEINE_SINK_STREAM. A paused fetch does not stall out. */
SEINE_EXTERN void seine_fetch_pause(seine_fetch_t *fetch);
SEINE_EXTERN void seine_fetch_resume(seine_fetch_t *fetch);

/* Inside on_result of a SEINE_SINK_MEMORY fetch that is ok: makes result.data the caller's, to be freed with free(). */
SEINE_EXTERN uint8_t *seine_fetch_detach_data(seine_fetch_t *fetch);

/* ---- Figures ---- */

struct seine_stats {
  size_t queued, waiting, resolving, transferring, inspecting, storing; /* fetches in each state now */
  size_t ready;          /* of the queued, how many could start at once if there were slots enough */
  size_t hosts;              /* hosts known now */
  size_t hosts_throttled;       /* of which are waiting out a 429, a 503 or a Retry-After */
  size_t hosts_down;         /* of which have their circuit open */
  size_t proxies_down;       /* proxies that rest */
  uint64_t held_bytes;       /* bodies in memory now */
  uint64_t received_bytes;   /* bodies, ever */
  uint64_t attempts;         /* transfers started, ever */
  uint64_t connections;      /* connections made, ever */
};

SEINE_EXTERN void seine_get_stats(const seine_t *seine, seine_stats_t *stats);

/* Room for more: how many further fetches would find a slot, caps and rates allowing. A reader of a long list submits
 * while this is above 0. */
SEINE_EXTERN size_t seine_free_slots(const seine_t *seine);

#ifdef __cplusplus
}
#endif

#endif
