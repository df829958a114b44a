/* curl's multi handle, driven by a uv loop through curl's socket and timer callbacks. */
#ifndef SEINE_ENGINE_CURL_LOOP_H
#define SEINE_ENGINE_CURL_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

/* A transfer has ended. The handle is still in the multi; curl_loop_remove it. Handles may be added and removed
 * here. */
typedef void (*curl_loop_done_cb)(void *user, CURL *easy, CURLcode code);
/* Whether the caller paused a transfer (CURL_WRITEFUNC_PAUSE): its connection is in use, though libcurl does not poll
 * it. */
typedef bool (*curl_loop_paused_cb)(CURL *easy);
typedef void (*curl_loop_closed_cb)(void *user);

struct descriptor;
struct socket_watch;

#define CURL_LOOP_UNWATCHED 64
#define CURL_LOOP_PORTS     1024

TAILQ_HEAD(socket_watch_list, socket_watch);

struct curl_loop {
  uv_loop_t *loop;
  CURLM *multi;
  uv_timer_t timer;
  struct descriptor *descriptors; /* by number */
  size_t descriptors_size;
  size_t connections; /* of these, polled or idle */
  curl_socket_t unwatched[CURL_LOOP_UNWATCHED]; /* to fail when libcurl has returned */
  size_t unwatched_count;
  struct socket_watch_list idle; /* connections in use by nobody, the one that idles longest first */
  size_t idle_count;
  LIST_HEAD(, socket_watch) by_port[CURL_LOOP_PORTS]; /* the idle ones that speak HTTP/1, by local port */
  uint64_t idle_max_ms;
  uv_timer_t idle_timer; /* for the first of them */
  size_t open; /* uv handles not yet closed */
  bool closing;
  curl_loop_done_cb on_done;
  curl_loop_paused_cb is_paused;
  void *user;
  curl_loop_closed_cb on_closed;
};

/* connections: how many may stay open, in use or idle, before libcurl closes the oldest idle one (which costs it a
 * walk). idle_max_ms: how long one may idle before the peer is told that it ends. SEINE_ENOMEM. After a failure nothing
 * is left to close. */
int curl_loop_open(struct curl_loop *curl_loop, uv_loop_t *loop, long connections, uint64_t idle_max_ms,
                   curl_loop_done_cb on_done, curl_loop_paused_cb is_paused, curl_loop_closed_cb on_closed, void *user);

/* Gives an easy handle what it needs to run here; once in its life. The handle's sockets must be closed here, so that
 * a watch ends before its descriptor does. */
void curl_loop_adopt(struct curl_loop *curl_loop, CURL *easy);

/* Reports the socket of a new connection, from CURLOPT_OPENSOCKETFUNCTION. Only descriptors that were reported here are
 * taken for connections. False without memory: the socket is not to be used. */
bool curl_loop_opened(struct curl_loop *curl_loop, curl_socket_t fd);

/* From CURLOPT_PREREQFUNCTION: whether the handle's connection, which has this local port, holds nothing that the next
 * response could be mistaken for: bytes that came behind the last one, unasked. */
bool curl_loop_is_clean(struct curl_loop *curl_loop, CURL *easy, int local_port);

/* A transfer that was paused has ended: if all of it had arrived before, libcurl does not report that its connection is
 * no longer in use. Before curl_loop_remove. */
void curl_loop_unpaused(struct curl_loop *curl_loop, CURL *easy);

int curl_loop_add(struct curl_loop *curl_loop, CURL *easy);
void curl_loop_remove(struct curl_loop *curl_loop, CURL *easy);

/* At `connections` open ones, an idle one is closed before another is made; 0: however many there are. */
void curl_loop_limit(struct curl_loop *curl_loop, long connections);

/* All handles must have been removed. Closes every connection; on_closed comes later. */
void curl_loop_close(struct curl_loop *curl_loop);

#endif
