/* seine: a library that downloads many URLs on the caller's libuv loop.
 *
 * The caller opens an engine (seine_t) on a loop that it owns and runs, and submits requests. The engine limits the
 * load on each host, retries, follows redirects, checks what arrives, and calls back once with each request's result.
 * contrib/examples/memory.c is a complete program.
 *
 *   - Return values: functions that can fail return 0 or one of the negative SEINE_E codes. If a function fails, its
 *     callback is never called.
 *   - Threads: call every function that takes a seine_t or a seine_fetch_t on the thread of its loop. Callbacks are
 *     called there as well. Other functions may be called on any thread. Several engines may share a loop, or run on
 *     loops of different threads.
 *   - Callbacks: called from within uv_run, never from within the function that registered them. A callback may submit
 *     requests, cancel fetches and close the engine, unless its comment says otherwise.
 *   - Ownership: a pointer given to a function is read during the call only; the engine copies what it keeps. A pointer
 *     given to a callback is valid until the callback returns. Exceptions are stated where they occur.
 *   - Units are part of the names: _ms, _bytes. Times are durations, or milliseconds since 1970 if named unix_ms.
 *   - Files, hashing and type detection run on libuv's thread pool (UV_THREADPOOL_SIZE).
 *   - An engine without fetches does not keep uv_run from returning, whether it is closed or not.
 *   - The library never runs or stops the loop, never exits, and neither prints nor handles signals. The program has to
 *     ignore SIGPIPE, as any program that writes to sockets. */
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

/* All error codes: constant without SEINE_, value, stable name for machines, English text for people.
 * -1 to -21 are the reasons why a fetch ended without an accepted body. -40 and below are returned by functions; ENOMEM
 * also ends a fetch. */
#define SEINE_ERROR_MAP(XX)                                                                                            \
  XX(EURL, -1, "url", "the URL is malformed, or its scheme is neither http nor https")                                 \
  XX(EDNS, -2, "dns", "the host's name could not be resolved")                                                         \
  XX(ECONNECT, -3, "connect", "no connection to the host could be made")                                               \
  XX(ETLS, -4, "tls", "the TLS handshake failed, or the certificate is not trusted")                                   \
  XX(ETIMEOUT, -5, "timeout", "the transfer took too long, or nothing arrived for too long")                           \
  XX(ERESET, -6, "reset", "the connection was lost before the response ended")                                         \
  XX(ETRUNCATED, -7, "truncated", "the body ended before it was complete")                                             \
  XX(EREDIRECT, -8, "redirect", "too many redirects, or one that leads nowhere allowed")                               \
  XX(EHTTP, -9, "http", "the server answered with an error status")                                                    \
  XX(EHOSTDOWN, -10, "host-down", "the host did not answer earlier attempts and is being left alone")                  \
  XX(EPROXY, -11, "proxy", "the proxy refused, or could not be reached")                                               \
  XX(ETYPE, -12, "type", "the content is not of an accepted type")                                                     \
  XX(ESIZE, -13, "size", "the content is smaller or larger than accepted")                                             \
  XX(EOPTOUT, -14, "opt-out", "the response asks not to be used this way")                                             \
  XX(EDENIED, -15, "denied", "the address is loopback, private or link-local, and those are refused")                  \
  XX(EIO, -16, "io", "a file could not be written")                                                                    \
  XX(ECANCELLED, -17, "cancelled", "the fetch was cancelled")                                                          \
  XX(EPROTOCOL, -18, "protocol", "the response breaks the protocol")                                                   \
  XX(EROBOTS, -19, "robots", "the host's robots.txt does not allow this URL")                                          \
  XX(EDIMENSIONS, -20, "dimensions", "the image's width and height are not as accepted")                               \
  XX(ECHECKSUM, -21, "checksum", "the bytes do not have the expected checksum")                                        \
  XX(ENOMEM, -40, "nomem", "out of memory")                                                                            \
  XX(EINVAL, -41, "inval", "an argument is out of range or contradicts another")                                       \
  XX(ECLOSING, -42, "closing", "the engine is closing")                                                                \
  XX(ELIBRARY, -43, "library", "a library that this depends on could not be started")

typedef enum seine_errno {
#define XX(name, value, machine, people) SEINE_##name = value,
  SEINE_ERROR_MAP(XX)
#undef XX
} seine_errno_t;

/* Returns the English text of an error code. Never NULL, also for an unknown code; a static string. */
SEINE_EXTERN const char *seine_strerror(int error);

/* Returns the stable name of an error code, as in the manifest of the command ("host-down"). NULL for 0, "unknown" for
 * an unknown code; a static string. */
SEINE_EXTERN const char *seine_err_name(int error);

typedef struct seine seine_t; /* an engine; valid from seine_open until seine_close's callback returns */
typedef struct seine_fetch seine_fetch_t; /* a submitted request; owned by the engine, valid until on_result returns */
typedef struct seine_options seine_options_t;
typedef struct seine_rule seine_rule_t;
typedef struct seine_event seine_event_t;
typedef struct seine_request seine_request_t;
typedef struct seine_result seine_result_t;
typedef struct seine_stats seine_stats_t;

/* ---- Options ---- */

/* Settings for one host or domain that differ from the options. Of all rules whose pattern matches a host, only the
 * most specific one applies: a host name before "*.domain", a longer domain before a shorter one, "*" last; among equal
 * names, one with a port before one without, then one with a scheme before one without. */
struct seine_rule {
  /* "www.example.org"; "*.example.org" for its subdomains, but not example.org itself; or "*". An optional scheme and
   * port restrict it to those: "https://www.example.org:8443" */
  const char *pattern;
  unsigned concurrency; /* maximum transfers at once to each matching host; 0: options.per_host */
  double rate; /* maximum requests a second to each matching host; 0: options.rate_per_host */
  uint64_t delay_ms; /* minimum time between the starts of two requests to a host; 0: none */
  /* Additional "Name: value" lines, NULL-terminated, sent to matching hosts only; NULL: none. After a redirect to a
   * matching host they are sent if its port is that of the pattern, the default port of the scheme, or the port of the
   * submitted URL, and no redirect led from https to http. */
  const char *const *headers;
  const char *proxy; /* URL of the one proxy to use; "none": no proxy; NULL: as options.proxies */
};

/* Changes of state of a host, of a proxy or of the engine. Each change is reported once, not once for each URL. */
typedef enum seine_event_kind {
  /* the host sent 429, 503 or Retry-After: no request starts for delay_ms, and then at most `cap` at once */
  SEINE_EVENT_HOST_THROTTLED,
  SEINE_EVENT_HOST_RECOVERED, /* a throttled host may be sent as many requests at once as before */
  SEINE_EVENT_DOWN, /* the circuit of the host opened: its fetches fail at once; the next probe is in delay_ms */
  SEINE_EVENT_UP, /* a host that was down answered */
  SEINE_EVENT_PROXY_DOWN, /* a proxy failed and is not used for delay_ms */
  SEINE_EVENT_PROXY_UP, /* a proxy that was down works again */
  SEINE_EVENT_ROBOTS, /* robots.txt of the host was requested; delay_ms: Crawl-delay, at most max_crawl_delay_ms */
  /* the process ran out of file descriptors: at most `cap` transfers at once for now */
  SEINE_EVENT_CONCURRENCY_REDUCED
} seine_event_kind_t;

/* An event; valid during on_event only. */
struct seine_event {
  seine_event_kind_t kind;
  /* "https://www.example.org:443", or the URL of the proxy without user and password; NULL for
   * SEINE_EVENT_CONCURRENCY_REDUCED */
  const char *host;
  uint64_t delay_ms; /* see seine_event_kind_t; otherwise 0 */
  unsigned cap; /* maximum transfers at once, to the host or in all */
};

typedef enum seine_tls { SEINE_TLS_1_2, SEINE_TLS_1_3 } seine_tls_t;

/* The HTTP statuses that are retried by default: overload and gateway errors, and Cloudflare's 520 to 530 for an origin
 * server that it cannot reach. */
#define SEINE_RETRY_ON "408,425,429,500,502,503,504,520,521,522,523,524,527,530"

/* Options of an engine. Initialise them with seine_options_init. What stands last in a comment, behind a semicolon, is
 * the default, or else it is NULL, 0 or false. seine_open copies the struct and everything that it points to. */
struct seine_options {
  /* -- Files -- */
  const char *directory; /* existing folder for the files of SEINE_SINK_FILE, and for partial files; NULL: no files */
  bool keep_partial; /* keep unfinished bodies over 8 MiB when the engine closes, in the folder .seine-parts of
                              `directory`, if the response has a validator to resume with (RFC 9110 section 13.1.5);
                              at most 256 files, for 7 days */
  bool discard_partial; /* with keep_partial: delete the partial files of earlier runs when the engine opens */

  /* -- Which responses are accepted -- */
  const char *accept; /* comma-separated media types that the bytes must have, such as "image/png,image/x-*";
                              * stands for any characters; NULL: all types */
  bool allow_truncated; /* accept an image without its end, if its width and height are known, once two attempts
                              received the same bytes or no attempt remains; result.message then says so */
  bool trust_bytes; /* never reject by Content-Type: decide by the bytes alone */
  uint64_t min_size_bytes; /* reject smaller bodies; 1 (rejects empty ones) */
  uint64_t max_size_bytes; /* reject larger bodies; 0: no limit, but max_memory_bytes for SEINE_SINK_MEMORY */
  uint32_t min_image_size; /* reject images whose shorter side has fewer pixels; 0: no limit */
  uint64_t max_image_area; /* reject images with more pixels, width times height; 0: no limit */
  double max_aspect_ratio; /* reject images whose longer side is more than this many times the shorter; 0: no limit */
  const char *opt_out; /* comma-separated X-Robots-Tag directives that reject a response, such as "noai"; NULL or
                              "": none */

  /* -- Load -- */
  unsigned concurrency; /* maximum transfers at once; 256 */
  unsigned per_host; /* maximum transfers at once to one host (scheme, name and port); 8 */
  double rate_per_host; /* maximum requests a second to one host; 0: no limit */
  uint64_t limit_rate_bytes; /* maximum bytes received a second, over all transfers; 0: no limit */
  uint64_t max_memory_bytes; /* maximum bytes of all bodies in memory; at the limit transfers pause. A single
                                SEINE_SINK_MEMORY body may exceed it as far as max_size_bytes allows; 512 MiB */
  uint64_t memory_threshold_bytes; /* larger bodies are written to a file while they arrive, except those of
                                      SEINE_SINK_MEMORY; 1 MiB */

  /* -- Retries -- */
  unsigned retries; /* maximum further attempts after the first; 5 */
  uint64_t retry_delay_ms; /* upper bound of the random delay before the first retry; doubles with each; 1000 */
  uint64_t retry_max_time_ms; /* start no attempt later than this after the first one; 0: no limit */
  uint64_t retry_max_delay_ms; /* upper bound of every delay; Retry-After (RFC 9110 section 10.2.3) is obeyed up to ten
                                  times this; 60000 */
  /* "408,429": the HTTP statuses to retry; "+403,-500": changes to SEINE_RETRY_ON; NULL: SEINE_RETRY_ON */
  const char *retry_on;

  /* -- Time limits -- */
  uint64_t connect_timeout_ms; /* for TCP, proxy and TLS handshakes together, without name resolution; 10000 */
  uint64_t stall_timeout_ms; /* fail a transfer that receives nothing for this long; 60000 */
  uint64_t min_speed_bytes; /* fail a transfer that averages fewer bytes a second over stall_timeout_ms; 0: none */
  uint64_t max_time_ms; /* for one attempt from start to end; 0: no limit */
  unsigned max_redirects; /* maximum redirects of an attempt; 10 */

  /* -- Requests and connections -- */
  const char *user_agent; /* "seine/VERSION" */
  const char *const *headers; /* "Name: value" lines for every request, NULL-terminated; NULL: none */
  const char *const *proxies; /* proxy URLs to use in rotation, NULL-terminated; NULL: none. Environment variables are
                                   ignored */
  const char *const *https_proxies; /* proxies for https URLs instead of `proxies`; NULL: as `proxies` */
  const char *no_proxy; /* hosts to connect to without a proxy, in the syntax of curl's NO_PROXY; NULL: none */
  const seine_rule_t *rules; /* array of rule_count rules for single hosts */
  size_t rule_count;
  bool robots; /* obey robots.txt (RFC 9309) with the product token "seine" */
  uint64_t max_crawl_delay_ms; /* upper bound of a Crawl-delay of robots.txt; 30000 */
  const char *ca_file; /* PEM file of trusted certificates; NULL: the system's */
  bool insecure; /* do not verify TLS certificates */
  bool http1; /* use HTTP/1.1 only, never HTTP/2 */
  seine_tls_t tls_min; /* oldest accepted version of TLS; SEINE_TLS_1_2 */
  uint64_t idle_timeout_ms; /* close a connection that is idle for this long; 0: close it as soon as its host has
                                   nothing queued; 30000 */

  /* -- Name resolution -- */
  const char *dns_servers; /* "192.0.2.1,[2001:db8::1]:5353"; NULL: those of /etc/resolv.conf */
  uint64_t dns_min_ttl_ms; /* cache addresses for at least this long, whatever their TTL; 60000 */
  uint64_t dns_max_ttl_ms; /* cache addresses for at most this long; 3600000 */
  unsigned dns_concurrency; /* maximum names queried at once; lowered automatically while servers lose queries or
                                   gain nothing from more; 512 */
  bool deny_private; /* refuse loopback, private and link-local addresses (RFC 6890), also after redirects */

  /* -- Program -- */
  /* niceness, 1 to 19, that the threads of libuv's pool take when they first work for the engine, and keep, so that
   * hashing does not delay receiving on few cores; 0: unchanged */
  unsigned worker_nice;
  void (*on_event)(seine_t *seine, const seine_event_t *event, void *user); /* NULL: events are not reported */
  void *event_user; /* passed to on_event as `user` */
};

/* Sets all options to their defaults. Any thread. */
SEINE_EXTERN void seine_options_init(seine_options_t *options);

/* Checks options as seine_open does. Returns 0; SEINE_EINVAL, with an English sentence that names the wrong option in
 * cause[0..size), unless `cause` is NULL; or SEINE_ENOMEM. Any thread. */
SEINE_EXTERN int seine_options_check(const seine_options_t *options, char *cause, size_t size);

/* ---- The engine ---- */

/* Opens an engine on `loop`, which must exist until the engine is closed, and stores it in *seine. Returns 0;
 * SEINE_EINVAL if an option is wrong (see seine_options_check); SEINE_EIO, with errno set, if options.directory cannot
 * be opened; SEINE_ENOMEM; SEINE_ELIBRARY if a library that this one depends on cannot be initialised.
 * On failure *seine is NULL and must not be closed. Handles may still be closing then: run the loop once before
 * uv_loop_close. */
SEINE_EXTERN int seine_open(seine_t **seine, uv_loop_t *loop, const seine_options_t *options);

/* Replaces options.headers and options.rules while the engine runs. Requests that start from now on use the new ones;
 * those in flight keep the old ones. A fetch that has seine_request.headers keeps the old options.headers. The limits
 * of known hosts change at once. `headers` is NULL-terminated; NULL and rule_count 0 stand for none. A rule may only
 * name a proxy that the engine was opened with. Returns 0; SEINE_EINVAL, with an English sentence in cause[0..size),
 * unless `cause` is NULL; or SEINE_ENOMEM. If it fails nothing changes. */
SEINE_EXTERN int seine_set_rules(seine_t *seine, const char *const *headers, const seine_rule_t *rules,
                                 size_t rule_count, char *cause, size_t size);

/* Called once the engine is closed. `seine` is freed when it returns. */
typedef void (*seine_close_cb)(seine_t *seine, void *user);

/* Closes an engine: cancels every fetch (each on_result is called, usually with SEINE_ECANCELLED), closes all handles,
 * calls on_close (may be NULL) and frees the engine. After that uv_loop_close finds no handle of the engine. Call it
 * once; it may be called in a callback, for instance in the last on_result. */
SEINE_EXTERN void seine_close(seine_t *seine, seine_close_cb on_close, void *user);

/* Lets the transfers in flight finish, and starts no new ones: cancels every fetch that has not started, and those that
 * would be retried later. For an orderly shutdown. Cannot be undone. */
SEINE_EXTERN void seine_drain(seine_t *seine);

/* ---- Results ---- */

/* Where an accepted body goes. */
typedef enum seine_sink {
  SEINE_SINK_MEMORY, /* result.data: the whole body; at most max_size_bytes, or max_memory_bytes if that is 0 */
  SEINE_SINK_FILE, /* a file below options.directory, which appears under its name only once it is complete */
  SEINE_SINK_NULL, /* nowhere: received, inspected and hashed only */
  SEINE_SINK_STREAM /* on_chunk, as bytes arrive; accepted by the response headers alone; not retried after the first
                        chunk */
} seine_sink_t;

typedef enum seine_status {
  SEINE_STATUS_OK,
  SEINE_STATUS_DUPLICATE, /* received, but on_place said that the caller has these bytes already; nothing was stored */
  SEINE_STATUS_REJECTED, /* the response, or its URL, is not accepted by the options or the request; error is ETYPE,
                             ESIZE, EDIMENSIONS, ECHECKSUM, EOPTOUT or EROBOTS */
  SEINE_STATUS_FAILED /* any other error */
} seine_status_t;

/* Returns "ok", "duplicate", "rejected" or "failed"; a static string. Any thread. */
SEINE_EXTERN const char *seine_status_name(seine_status_t status);

/* The result of a fetch, valid during the callback only. A string is NULL if its value is unknown. Strings from a
 * server are unchanged and may contain any byte but NUL: escape them before displaying them. */
struct seine_result {
  seine_status_t status;
  int error; /* SEINE_E code; 0 if status is ok or duplicate */
  int sys_errno; /* for SEINE_EIO: the errno of the system call that failed; 0: none */
  const char *message; /* English detail beyond seine_strerror(error); NULL: none */
  bool retryable; /* not ok or duplicate, but a later fetch of the same URL may succeed */

  const char *url; /* as submitted */
  const char *final_url; /* after redirects, without user and password; NULL: no redirect */
  int http_status; /* of the last response; 0: no response */
  unsigned attempts; /* number of attempts; 0: none was started */

  const char *type; /* media type by the bytes; NULL: not inspected */
  const char *declared_type; /* value of Content-Type */
  const char *etag; /* value of ETag */
  const char *last_modified; /* value of Last-Modified */
  const char *disposition; /* value of Content-Disposition */
  const char *ip; /* IP address of the peer: the server or the proxy */

  uint64_t size_bytes; /* of the body received so far; for SEINE_ESIZE the announced size, if known */
  const uint8_t *sha256; /* 32 bytes; NULL: not inspected */
  uint32_t width, height; /* pixels of an image as encoded, before a rotation by its metadata; 0: unknown */
  uint64_t trailing_bytes; /* bytes after the end of an image; they are part of the body */
  const uint8_t *data; /* SEINE_SINK_MEMORY and ok: size_bytes bytes, without a final NUL; else NULL. See
                            seine_fetch_detach_data */
  const char *path; /* SEINE_SINK_FILE and ok: relative to options.directory; else NULL */

  int64_t started_unix_ms; /* start of the last attempt, milliseconds since 1970 (UTC); 0: none was started */
  uint64_t elapsed_ms; /* of the last attempt, until its body was complete */
  uint64_t first_byte_ms; /* of the last attempt, until the first byte of its response */
};

/* ---- Requests ---- */

/* Called exactly once for each submitted request. The fetch is freed when it returns. */
typedef void (*seine_result_cb)(seine_fetch_t *fetch, const seine_result_t *result);

/* Values that on_place returns. */
#define SEINE_PLACE_STORE     0 /* store the body at `path` */
#define SEINE_PLACE_DUPLICATE 1 /* the caller has these bytes already: store nothing; status becomes duplicate */
#define SEINE_PLACE_REPLACE   2 /* the same, but if `path` is an existing regular file, replace it; status is ok then */
#define SEINE_PATH_MAX        4096

/* Called when the body of a SEINE_SINK_FILE fetch is complete and accepted, to name its file. result->type, sha256 and
 * size_bytes are set. Writes a path relative to options.directory to path[0..size), which has SEINE_PATH_MAX bytes, and
 * returns one of the values above; missing folders are created. A negative SEINE_E code makes the fetch fail with it.
 * If the process has no file descriptor left for the file, the fetch starts over and on_place is called again. */
typedef int (*seine_place_cb)(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size);

/* Called for each chunk of a SEINE_SINK_STREAM body, in order. May call seine_fetch_pause. */
typedef void (*seine_chunk_cb)(seine_fetch_t *fetch, const uint8_t *data, size_t size_bytes);

/* A request. Zero all members that are not used. */
struct seine_request {
  const char *url; /* http or https */
  void *user; /* returned by seine_fetch_user; not used by the library */
  seine_sink_t sink;
  const char *path; /* SEINE_SINK_FILE: the file, relative to options.directory, without empty, "." and ".."
                                 segments; NULL: on_place names it */
  seine_place_cb on_place; /* SEINE_SINK_FILE, if path is NULL */
  seine_chunk_cb on_chunk; /* SEINE_SINK_STREAM */
  /* Additional "Name: value" lines, NULL-terminated; NULL: none. Content-Length and Transfer-Encoding are refused. If
   * these or options.headers contain Range, a 206 response (RFC 9110 section 15.3.7) is ok; its message says that the
   * body is a part, and an image may end early. */
  const char *const *headers;
  const uint8_t *sha256; /* 32 bytes: reject a body with another SHA-256; NULL: any. Not for SEINE_SINK_STREAM */
  const uint8_t *md5; /* 16 bytes: reject a body with another MD5; NULL: any. Not for SEINE_SINK_STREAM */
};

/* Returns whether to fetch a URL again whose earlier result is known: that was retryable, or its status is retried by
 * `options`, or what it was rejected for is accepted by `options`. Reads status, error, retryable, http_status, type,
 * declared_type, size_bytes, width and height of *earlier. Any thread. */
SEINE_EXTERN bool seine_should_refetch(const seine_options_t *options, const seine_result_t *earlier);

/* Queues a request. on_result is called exactly once, later, unless this fails. Stores the fetch in *fetch, unless
 * `fetch` is NULL. Returns 0; SEINE_EURL if the URL is malformed or not http(s); SEINE_EINVAL if members of the request
 * are wrong or contradict each other; SEINE_ECLOSING after seine_drain or seine_close; or SEINE_ENOMEM. */
SEINE_EXTERN int seine_submit(seine_t *seine, const seine_request_t *request, seine_result_cb on_result,
                              seine_fetch_t **fetch);

/* Cancels a fetch. on_result is still called, later: with SEINE_ECANCELLED, or with the actual result if the fetch was
 * being stored or had ended. */
SEINE_EXTERN void seine_cancel(seine_fetch_t *fetch);

/* Returns request.user. */
SEINE_EXTERN void *seine_fetch_user(const seine_fetch_t *fetch);

/* Returns the engine of a fetch. */
SEINE_EXTERN seine_t *seine_fetch_engine(const seine_fetch_t *fetch);

/* Pauses a SEINE_SINK_STREAM fetch: on_chunk is not called until it is resumed, and stall_timeout_ms does not run. */
SEINE_EXTERN void seine_fetch_pause(seine_fetch_t *fetch);

/* Resumes a paused fetch. */
SEINE_EXTERN void seine_fetch_resume(seine_fetch_t *fetch);

/* Transfers result.data to the caller, who must free() it. Call it in on_result only, for a SEINE_SINK_MEMORY fetch
 * that is ok; for any other it returns NULL. */
SEINE_EXTERN uint8_t *seine_fetch_detach_data(seine_fetch_t *fetch);

/* ---- Statistics ---- */

struct seine_stats {
  size_t queued, waiting, resolving, transferring, inspecting, storing; /* fetches now in each state */
  size_t ready; /* queued fetches that only wait for a free transfer slot */
  size_t hosts; /* hosts now in memory */
  size_t hosts_throttled; /* of these, hosts that are throttled after 429, 503 or Retry-After */
  size_t hosts_down; /* of these, hosts with an open circuit */
  size_t proxies_down; /* proxies that are not used after failures */
  uint64_t held_bytes; /* of bodies now in memory */
  uint64_t received_bytes; /* of bodies, since seine_open */
  uint64_t attempts; /* transfers started since seine_open */
  uint64_t connections; /* connections made since seine_open */
};

/* Fills *stats. Takes constant time. */
SEINE_EXTERN void seine_get_stats(const seine_t *seine, seine_stats_t *stats);

/* Returns how many more fetches the engine can make use of now. A program with a long list submits URLs while this is
 * above 0, and again after each result. 0 after seine_drain, and while memory is at its limit. */
SEINE_EXTERN size_t seine_free_slots(const seine_t *seine);

#ifdef __cplusplus
}
#endif

#endif
