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
typedef void (*curl_loop_closed_cb)(void *user);

struct descriptor;
struct socket_watch;

#define CURL_LOOP_UNWATCHED 64
#define CURL_LOOP_PORTS     1024

TAILQ_HEAD(socket_watch_list, socket_watch);

/* A request on a connection; embedded in its transfer. Zeroed: none. */
struct connection_user {
  LIST_ENTRY(connection_user) link; /* among those of its connection */
  struct socket_watch *connection; /* NULL: none, or libcurl has closed it */
  curl_socket_t opened[2]; /* for this transfer, the latest first; 0: none */
};

enum request_start {
  REQUEST_SENDS,
  REQUEST_UNSAFE, /* the next response on the connection could be one to something else */
  REQUEST_NOMEM
};

/* A connection as CURLOPT_PREREQFUNCTION names it. */
struct connection_ends {
  const char *peer_ip;
  int peer_port, local_port;
};

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
  LIST_HEAD(, socket_watch) by_port[CURL_LOOP_PORTS]; /* connections that had a request, by local port */
  uint64_t idle_max_ms;
  uv_timer_t idle_timer; /* for the first of them */
  size_t open; /* uv handles not yet closed */
  bool closing;
  curl_loop_done_cb on_done;
  void *user;
  curl_loop_closed_cb on_closed;
};

/* connections: how many may stay open, in use or idle, before libcurl closes the oldest idle one (which costs it a
 * walk). idle_max_ms: how long one may idle before the peer is told that it ends. SEINE_ENOMEM. After a failure nothing
 * is left to close. */
int curl_loop_open(struct curl_loop *curl_loop, uv_loop_t *loop, long connections, uint64_t idle_max_ms,
                   curl_loop_done_cb on_done, curl_loop_closed_cb on_closed, void *user);

/* Gives an easy handle what it needs to run here; once in its life. The handle's sockets must be closed here, so that
 * a watch ends before its descriptor does. */
void curl_loop_adopt(struct curl_loop *curl_loop, CURL *easy);

/* Reports the socket of a new connection, from CURLOPT_OPENSOCKETFUNCTION. Only descriptors that were reported here are
 * taken for connections. False without memory: the socket is not to be used. */
bool curl_loop_opened(struct curl_loop *curl_loop, struct connection_user *user, curl_socket_t fd);

/* From CURLOPT_PREREQFUNCTION: the handle is about to send a request on this connection, which is in use until
 * curl_loop_end_request or until libcurl closes it. Ends the user's request before, which libcurl repeats here.
 * is_http1: bytes that the connection holds are no part of the next response (RFC 9112 6.3); unsafe, and nothing is in
 * use, if there are any. */
enum request_start curl_loop_start_request(struct curl_loop *curl_loop, CURL *easy, struct connection_user *user,
                                           const struct connection_ends *ends, bool is_http1);

/* Whether the connection has other users. libcurl may send a request on an HTTP/1 connection before the one whose
 * response it has in full was ended here. */
bool curl_loop_is_shared(const struct connection_user *user);

/* The request ended. A connection that nobody uses any more goes idle. Does nothing if there was no request. */
void curl_loop_end_request(struct connection_user *user);

int curl_loop_add(struct curl_loop *curl_loop, CURL *easy);
void curl_loop_remove(struct curl_loop *curl_loop, CURL *easy);

/* At `connections` open ones, an idle one is closed before another is made; 0: however many there are. */
void curl_loop_limit(struct curl_loop *curl_loop, long connections);

/* All handles must have been removed. Closes every connection; on_closed comes later. */
void curl_loop_close(struct curl_loop *curl_loop);

#endif
