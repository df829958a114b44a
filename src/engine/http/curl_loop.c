/* Drives curl's multi handle on a uv loop: the socket callback, the timer callback, nothing else. */
#include "http/curl_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/tls.h"
#include "seine.h"

/* A descriptor that libcurl polls. Connections, which libcurl opened through curl_loop_opened, keep theirs until
 * libcurl closes them: they go idle and busy again with every request, and leaving the poll armed saves two epoll_ctl
 * each time. Any other descriptor is libcurl's own (a resolver thread's, an event descriptor); libcurl closes those
 * without a callback, so their watch ends at CURL_POLL_REMOVE. */
struct socket_watch {
  uv_poll_t poll;
  bool is_connection;
  bool had_request; /* from here on libcurl closes it by on_close_socket alone */
  LIST_HEAD(, connection_user) users; /* requests under way, polled or paused */
  bool is_http1;
  LIST_ENTRY(socket_watch) by_port; /* in curl_loop->by_port, if had_request */
  struct sockaddr_storage peer;
  unsigned local_port;
  TAILQ_ENTRY(socket_watch) link; /* in curl_loop->idle, if is_idle */
  bool is_idle;
  uint64_t idle_since_ms; /* uv_now */
  struct curl_loop *curl_loop;
  curl_socket_t fd;
  int wanted; /* uv events that curl asked for; 0 while the connection idles or its transfers are paused */
  int armed; /* uv events that the poll was started with */
  ino_t inode; /* tells the descriptor from a later one with the same number */
};

struct descriptor {
  struct socket_watch *watch; /* NULL: libcurl does not poll it */
  ino_t opened; /* inode of the socket that curl_loop_opened reported, until libcurl closes it; 0: none */
};

static void read_messages(struct curl_loop *curl_loop) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(curl_loop->multi, &left)))
    if (message->msg == CURLMSG_DONE) curl_loop->on_done(curl_loop->user, message->easy_handle, message->data.result);
}

static void act(struct curl_loop *curl_loop, curl_socket_t fd, int flags) {
  int running;
  curl_multi_socket_action(curl_loop->multi, fd, flags, &running);
  while (curl_loop->unwatched_count)
    curl_multi_socket_action(curl_loop->multi, curl_loop->unwatched[--curl_loop->unwatched_count], CURL_CSELECT_ERR,
                             &running);
  read_messages(curl_loop);
}

/* There is no memory to watch a socket with: its transfer is to fail, and no other. Told so by the return value of the
 * callback, libcurl would end every transfer, and those would not hear of it (7.88: or it would crash). Where even the
 * list is full, the end of the connection is noticed by the stall timeout. */
static void fail_socket(struct curl_loop *curl_loop, curl_socket_t fd) {
  shutdown(fd, SHUT_RDWR);
  if (curl_loop->unwatched_count < CURL_LOOP_UNWATCHED) curl_loop->unwatched[curl_loop->unwatched_count++] = fd;
}

static void want(struct socket_watch *watch, int events);
static void end_idle(struct socket_watch *watch);
static struct socket_watch *watch_of(struct curl_loop *curl_loop, curl_socket_t fd);

/* The socket has an error, and libuv has stopped the poll. What came before the error can still be read; told of the
 * error alone, curl would drop that, and would not repeat a request that a kept connection was reset under. */
static void on_broken(struct socket_watch *watch) {
  struct curl_loop *curl_loop = watch->curl_loop;
  curl_socket_t fd = watch->fd;
  watch->armed = 0;
  act(curl_loop, fd, CURL_CSELECT_IN | CURL_CSELECT_OUT);
  watch = watch_of(curl_loop, fd); /* it may be gone, or another one */
  if (watch && watch->wanted && !watch->armed) want(watch, watch->wanted);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct socket_watch *watch = poll->data;
  if (!watch->wanted) {
    /* The peer closed an idle connection, or wrote on it. In HTTP/1 that is no answer to anything (RFC 9112 6.3), and
     * the connection is not used again. In HTTP/2 it may be a PING or SETTINGS, which libcurl reads before it uses it.
     * On one whose transfers are paused it is the rest of a response. */
    uv_poll_stop(poll);
    watch->armed = 0;
    if (watch->is_idle && watch->is_http1) end_idle(watch);
    return;
  }
  if (status < 0) {
    on_broken(watch);
    return;
  }
  int flags = 0;
  if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
  act(watch->curl_loop, watch->fd, flags);
}

static void on_watch_closed(uv_handle_t *handle);

static struct socket_watch *watch_of(struct curl_loop *curl_loop, curl_socket_t fd) {
  return (size_t)fd < curl_loop->descriptors_size ? curl_loop->descriptors[fd].watch : NULL;
}

static bool make_room(struct curl_loop *curl_loop, curl_socket_t fd) {
  size_t old_size = curl_loop->descriptors_size, size = old_size ? old_size : 256;
  if ((size_t)fd < old_size) return true;
  while (size <= (size_t)fd)
    size *= 2;
  struct descriptor *descriptors = realloc(curl_loop->descriptors, size * sizeof *descriptors);
  if (!descriptors) return false;
  memset(descriptors + old_size, 0, (size - old_size) * sizeof *descriptors);
  curl_loop->descriptors = descriptors;
  curl_loop->descriptors_size = size;
  return true;
}

static ino_t inode_of(curl_socket_t fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static struct socket_watch *watch_new(struct curl_loop *curl_loop, curl_socket_t fd) {
  if (!make_room(curl_loop, fd)) return NULL;
  struct socket_watch *watch = calloc(1, sizeof *watch);
  if (!watch) return NULL;
  if (uv_poll_init_socket(curl_loop->loop, &watch->poll, fd) < 0) {
    free(watch);
    return NULL;
  }
  watch->poll.data = watch;
  watch->curl_loop = curl_loop;
  watch->fd = fd;
  watch->inode = inode_of(fd);
  watch->is_connection = watch->inode && watch->inode == curl_loop->descriptors[fd].opened;
  uv_unref((uv_handle_t *)&watch->poll); /* the engine keeps the loop alive while there are fetches */
  curl_loop->descriptors[fd].watch = watch;
  curl_loop->connections += watch->is_connection;
  curl_loop->open++;
  return watch;
}

/* ---- Idle connections: libcurl keeps them until somebody asks for one, so their time is kept here ---- */

static void leave_idle(struct socket_watch *watch) {
  struct curl_loop *curl_loop = watch->curl_loop;
  if (!watch->is_idle) return;
  TAILQ_REMOVE(&curl_loop->idle, watch, link);
  curl_loop->idle_count--;
  watch->is_idle = false;
  if (!curl_loop->idle_count) uv_timer_stop(&curl_loop->idle_timer);
}

/* Only libcurl may close the descriptor, and does when it next looks for a connection; but the peer can be told now.
 * libcurl 7.88 takes a TLS connection for alive as long as there are bytes to read. */
static void end_idle(struct socket_watch *watch) {
  char unsolicited[4096];
  leave_idle(watch);
  uv_poll_stop(&watch->poll);
  watch->armed = 0;
  shutdown(watch->fd, SHUT_RDWR);
  while (recv(watch->fd, unsolicited, sizeof unsolicited, MSG_DONTWAIT) > 0)
    ;
}

static void on_idle_timer(uv_timer_t *timer) {
  struct curl_loop *curl_loop = timer->data;
  uint64_t now = uv_now(curl_loop->loop), limit = curl_loop->idle_max_ms;
  struct socket_watch *watch;
  while ((watch = TAILQ_FIRST(&curl_loop->idle)) && now - watch->idle_since_ms >= limit)
    end_idle(watch);
  if (watch) uv_timer_start(timer, on_idle_timer, watch->idle_since_ms + limit - now, 0);
}

/* The poll tells of what the peer sends or that it closed. */
static void enter_idle(struct socket_watch *watch) {
  struct curl_loop *curl_loop = watch->curl_loop;
  watch->idle_since_ms = uv_now(curl_loop->loop);
  watch->is_idle = true;
  TAILQ_INSERT_TAIL(&curl_loop->idle, watch, link);
  if (curl_loop->idle_count++ == 0) uv_timer_start(&curl_loop->idle_timer, on_idle_timer, curl_loop->idle_max_ms, 0);
  if (watch->armed != UV_READABLE && uv_poll_start(&watch->poll, UV_READABLE, on_poll) == 0) watch->armed = UV_READABLE;
}

/* ---- Watches ---- */

static void watch_close(struct socket_watch *watch) {
  struct connection_user *user;
  leave_idle(watch);
  while ((user = LIST_FIRST(&watch->users))) {
    LIST_REMOVE(user, link);
    user->connection = NULL;
  }
  if (watch->had_request) LIST_REMOVE(watch, by_port);
  watch->curl_loop->descriptors[watch->fd].watch = NULL;
  watch->curl_loop->connections -= watch->is_connection;
  uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static void want(struct socket_watch *watch, int events) {
  leave_idle(watch);
  watch->wanted = events;
  if (watch->armed != events && uv_poll_start(&watch->poll, events, on_poll) == 0) watch->armed = events;
}

/* While a connection is being made, libcurl 7.88 closes its socket without a callback, and may open the next descriptor
 * under the same number; so may another thread. */
static bool is_current(const struct socket_watch *watch) {
  return watch->had_request || inode_of(watch->fd) == watch->inode;
}

/* libcurl no longer polls this descriptor. The watch of a connection stays: nobody uses it, or its transfers are
 * paused, or the last of them has ended and on_done comes next. */
static void unwant(struct socket_watch *watch) {
  if (!watch->had_request) {
    watch_close(watch);
    return;
  }
  watch->wanted = 0;
  if (LIST_EMPTY(&watch->users)) enter_idle(watch);
}

/* ---- Requests ---- */

static unsigned port_of(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
  return address->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port) : 0;
}

static unsigned local_port_of(curl_socket_t fd) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof address;
  return getsockname(fd, (struct sockaddr *)&address, &size) ? 0 : port_of(&address);
}

static bool is_peer(const struct sockaddr_storage *peer, const struct connection_ends *ends) {
  char ip[INET6_ADDRSTRLEN] = "";
  const void *address = &((const struct sockaddr_in *)(const void *)peer)->sin_addr;
  if (peer->ss_family == AF_INET6) address = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
  if (port_of(peer) != (unsigned)ends->peer_port) return false;
  return inet_ntop(peer->ss_family, address, ip, sizeof ip) && strcmp(ip, ends->peer_ip) == 0;
}

/* Connections to different peers may have one local port. */
static struct socket_watch *known_connection(struct curl_loop *curl_loop, const struct connection_ends *ends) {
  unsigned port = (unsigned)ends->local_port;
  struct socket_watch *watch;
  LIST_FOREACH (watch, &curl_loop->by_port[port % CURL_LOOP_PORTS], by_port)
    if (watch->local_port == port && is_peer(&watch->peer, ends)) return watch;
  return NULL;
}

static bool is_new(const struct curl_loop *curl_loop, curl_socket_t fd, const struct connection_ends *ends) {
  struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof peer;
  if ((size_t)fd >= curl_loop->descriptors_size) return false;
  const struct descriptor *descriptor = &curl_loop->descriptors[fd];
  if (!descriptor->opened || descriptor->opened != inode_of(fd)) return false;
  if (descriptor->watch && descriptor->watch->had_request) return false;
  if (local_port_of(fd) != (unsigned)ends->local_port) return false;
  return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && is_peer(&peer, ends);
}

/* The descriptor of a connection that carried no request yet. Rarely it is none of the two that were opened last for
 * the transfer: many addresses of one family failed meanwhile, or another transfer opened it. */
static curl_socket_t new_connection(const struct curl_loop *curl_loop, const struct connection_user *user,
                                    const struct connection_ends *ends) {
  for (size_t i = 0; i < sizeof user->opened / sizeof user->opened[0]; i++)
    if (user->opened[i] && is_new(curl_loop, user->opened[i], ends)) return user->opened[i];
  for (size_t fd = 0; fd < curl_loop->descriptors_size; fd++)
    if (is_new(curl_loop, (curl_socket_t)fd, ends)) return (curl_socket_t)fd;
  return CURL_SOCKET_BAD;
}

static struct socket_watch *add_connection(struct curl_loop *curl_loop, curl_socket_t fd) {
  struct socket_watch *watch = watch_of(curl_loop, fd);
  if (watch && watch->inode != curl_loop->descriptors[fd].opened) {
    watch_close(watch);
    watch = NULL;
  }
  if (!watch) watch = watch_new(curl_loop, fd);
  if (!watch) return NULL;
  socklen_t size = sizeof watch->peer;
  getpeername(fd, (struct sockaddr *)&watch->peer, &size);
  watch->local_port = local_port_of(fd);
  watch->had_request = true;
  LIST_INSERT_HEAD(&curl_loop->by_port[watch->local_port % CURL_LOOP_PORTS], watch, by_port);
  return watch;
}

/* An end of the connection is no byte: libcurl notices it, and repeats the request on another one. */
static bool holds_bytes(const struct socket_watch *watch, CURL *easy) {
  char first;
  return recv(watch->fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0 || tls_holds_bytes(easy);
}

enum request_start curl_loop_start_request(struct curl_loop *curl_loop, CURL *easy, struct connection_user *user,
                                           const struct connection_ends *ends, bool is_http1) {
  curl_loop_end_request(user);
  struct socket_watch *watch = known_connection(curl_loop, ends);
  if (watch && is_http1 && holds_bytes(watch, easy)) return REQUEST_UNSAFE;
  if (!watch) {
    curl_socket_t fd = new_connection(curl_loop, user, ends);
    if (fd == CURL_SOCKET_BAD) return REQUEST_UNSAFE;
    watch = add_connection(curl_loop, fd);
    if (!watch) return REQUEST_NOMEM;
  }
  leave_idle(watch);
  watch->is_http1 = is_http1;
  user->connection = watch;
  LIST_INSERT_HEAD(&watch->users, user, link);
  return REQUEST_SENDS;
}

bool curl_loop_is_shared(const struct connection_user *user) {
  return user->connection && (LIST_FIRST(&user->connection->users) != user || LIST_NEXT(user, link));
}

void curl_loop_end_request(struct connection_user *user) {
  struct socket_watch *watch = user->connection;
  if (!watch) return;
  LIST_REMOVE(user, link);
  user->connection = NULL;
  if (LIST_EMPTY(&watch->users) && !watch->wanted) enter_idle(watch);
}

bool curl_loop_opened(struct curl_loop *curl_loop, struct connection_user *user, curl_socket_t fd) {
  struct socket_watch *stale = watch_of(curl_loop, fd);
  if (!make_room(curl_loop, fd)) return false;
  curl_loop->descriptors[fd].opened = inode_of(fd);
  user->opened[1] = user->opened[0];
  user->opened[0] = fd;
  if (!stale) return true;
  /* curl compares numbers: what it wanted of the old socket it will not say again of the new one. */
  int events = stale->wanted;
  watch_close(stale);
  if (!events) return true;
  struct socket_watch *watch = watch_new(curl_loop, fd);
  if (watch) want(watch, events);
  return watch;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *unused) {
  struct curl_loop *curl_loop = user;
  struct socket_watch *watch = watch_of(curl_loop, fd);
  (void)easy;
  (void)unused;
  if (what == CURL_POLL_REMOVE) {
    if (watch) unwant(watch);
    return 0;
  }
  if (watch && !is_current(watch)) {
    watch_close(watch);
    watch = NULL;
  }
  if (!watch) watch = watch_new(curl_loop, fd);
  if (!watch) {
    fail_socket(curl_loop, fd);
    return 0;
  }
  want(watch, ((what & CURL_POLL_IN) ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0));
  return 0;
}

static void handle_closed(struct curl_loop *curl_loop) {
  if (--curl_loop->open > 0 || !curl_loop->closing) return;
  free(curl_loop->descriptors);
  curl_loop->descriptors = NULL;
  curl_loop->descriptors_size = 0;
  curl_loop->on_closed(curl_loop->user);
}

static void on_watch_closed(uv_handle_t *handle) {
  struct socket_watch *watch = handle->data;
  struct curl_loop *curl_loop = watch->curl_loop;
  free(watch);
  handle_closed(curl_loop);
}

/* curl is done with a descriptor. The watch goes first: the number may be used again as soon as it is closed. */
static int on_close_socket(void *user, curl_socket_t fd) {
  struct curl_loop *curl_loop = user;
  struct socket_watch *watch = watch_of(curl_loop, fd);
  if (watch) watch_close(watch);
  if ((size_t)fd < curl_loop->descriptors_size) curl_loop->descriptors[fd].opened = 0;
  return close(fd);
}

static void on_timer(uv_timer_t *timer) {
  act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* A timeout of 0 means soon, and not from in here: the uv timer then fires in the loop's next round. */
static int on_timeout(CURLM *multi, long timeout_ms, void *user) {
  struct curl_loop *curl_loop = user;
  (void)multi;
  if (timeout_ms < 0)
    uv_timer_stop(&curl_loop->timer);
  else
    uv_timer_start(&curl_loop->timer, on_timer, (uint64_t)timeout_ms, 0);
  return 0;
}

int curl_loop_open(struct curl_loop *curl_loop, uv_loop_t *loop, long connections, uint64_t idle_max_ms,
                   curl_loop_done_cb on_done, curl_loop_closed_cb on_closed, void *user) {
  *curl_loop = (struct curl_loop){
      .loop = loop, .idle_max_ms = idle_max_ms, .on_done = on_done, .on_closed = on_closed, .user = user};
  TAILQ_INIT(&curl_loop->idle);
  curl_loop->multi = curl_multi_init();
  if (!curl_loop->multi) return SEINE_ENOMEM;
  curl_multi_setopt(curl_loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(curl_loop->multi, CURLMOPT_SOCKETDATA, curl_loop);
  curl_multi_setopt(curl_loop->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
  curl_multi_setopt(curl_loop->multi, CURLMOPT_TIMERDATA, curl_loop);
  curl_multi_setopt(curl_loop->multi, CURLMOPT_MAXCONNECTS, connections);
  uv_timer_init(loop, &curl_loop->timer);
  curl_loop->timer.data = curl_loop;
  uv_unref((uv_handle_t *)&curl_loop->timer);
  uv_timer_init(loop, &curl_loop->idle_timer);
  curl_loop->idle_timer.data = curl_loop;
  uv_unref((uv_handle_t *)&curl_loop->idle_timer);
  curl_loop->open = 2;
  return 0;
}

void curl_loop_adopt(struct curl_loop *curl_loop, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, curl_loop);
}

int curl_loop_add(struct curl_loop *curl_loop, CURL *easy) {
  return curl_multi_add_handle(curl_loop->multi, easy) == CURLM_OK ? 0 : SEINE_ENOMEM;
}

void curl_loop_limit(struct curl_loop *curl_loop, long connections) {
  curl_multi_setopt(curl_loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
}

void curl_loop_remove(struct curl_loop *curl_loop, CURL *easy) {
  curl_multi_remove_handle(curl_loop->multi, easy);
}

static void on_timer_closed(uv_handle_t *handle) {
  handle_closed(handle->data);
}

void curl_loop_close(struct curl_loop *curl_loop) {
  curl_loop->closing = true;
  curl_multi_cleanup(curl_loop->multi);
  curl_loop->multi = NULL;
  /* What is still watched was libcurl's own, closed without CURL_POLL_REMOVE. */
  for (size_t fd = 0; fd < curl_loop->descriptors_size; fd++)
    if (curl_loop->descriptors[fd].watch) watch_close(curl_loop->descriptors[fd].watch);
  uv_close((uv_handle_t *)&curl_loop->timer, on_timer_closed);
  uv_close((uv_handle_t *)&curl_loop->idle_timer, on_timer_closed);
}
