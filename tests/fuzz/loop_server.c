/* Accepts connections and lets each have its turn in every round of the loop. */
#include "loop_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOKS_MOST   3 /* at a connection without a request and with nothing to send, before it is ended */
#define SINGLE_BYTES 250 /* PIECES_BYTES: of one byte each; what follows comes in larger ones */
#define RANDOM_BYTES 4000
#define RANDOM_MOST  150
#define LARGE_PIECE  4999

/* ---- Connections ---- */

static void on_connection_closed(uv_handle_t *handle) {
  struct connection *connection = handle->data;
  if (connection->server->kind->closed) connection->server->kind->closed(connection);
  free(connection);
}

void connection_close(struct connection *connection) {
  if (connection->is_closing) return;
  connection->is_closing = true;
  TAILQ_REMOVE(&connection->server->connections, connection, link);
  uv_poll_stop(&connection->poll);
  close(connection->fd);
  uv_close((uv_handle_t *)&connection->poll, on_connection_closed);
}

/* The socket is read on: closed at once, what the client sent meanwhile would reset the connection. */
void connection_shut(struct connection *connection) {
  if (connection->is_shut || connection->is_closing) return;
  shutdown(connection->fd, SHUT_WR);
  connection->is_shut = true;
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  struct connection *connection = poll->data;
  (void)events;
  connection->looks = 0;
  if (status < 0)
    connection_close(connection);
  else
    connection->server->kind->receive(connection);
}

static void accept_one(struct loop_server *server, unsigned host, int fd) {
  int on = 1;
  struct connection *connection = calloc(1, server->kind->connection_size);
  MUST(connection);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection->server = server;
  connection->host = host;
  connection->fd = fd;
  server->accepted++;
  MUST(uv_poll_init_socket(server->loop, &connection->poll, fd) == 0);
  connection->poll.data = connection;
  TAILQ_INSERT_TAIL(&server->connections, connection, link);
  if (server->kind->opened) server->kind->opened(connection);
  uv_poll_start(&connection->poll, UV_READABLE, on_readable);
  uv_unref((uv_handle_t *)&connection->poll);
  loop_server_wake(server);
}

static void on_door(uv_poll_t *poll, int status, int events) {
  struct loop_server *server = poll->data;
  size_t i = (size_t)(poll - server->polls);
  (void)events;
  MUST(status == 0);
  int fd = accept4(server->doors[i], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0) accept_one(server, (unsigned)i + 1, fd);
}

/* ---- Rounds ---- */

static void on_idle(uv_idle_t *idle) {
  (void)idle;
}

void loop_server_wake(struct loop_server *server) {
  uv_idle_start(&server->idle, on_idle);
}

/* A client that waits for the rest of a response waits no longer. Between two looks the loop has polled: by time alone,
 * a busy machine would end connections whose bytes were not yet read. */
static void on_timer(uv_timer_t *timer) {
  struct loop_server *server = timer->data;
  struct connection *connection;
  bool more = false;
  if (uv_is_active((uv_handle_t *)&server->idle)) return;
  TAILQ_FOREACH (connection, &server->connections, link) {
    if (++connection->looks >= LOOKS_MOST) connection_shut(connection);
    more |= !connection->is_shut;
  }
  if (more) uv_timer_start(timer, on_timer, 1, 0);
}

static void on_check(uv_check_t *check) {
  struct loop_server *server = check->data;
  bool more = false;
  if (!uv_is_active((uv_handle_t *)&server->idle)) return;
  for (struct connection *connection = TAILQ_FIRST(&server->connections), *next; connection; connection = next) {
    next = TAILQ_NEXT(connection, link);
    server->kind->receive(connection);
    if (connection->is_closing || connection->is_shut) continue;
    connection->looks = 0;
    more |= server->kind->send(connection);
  }
  if (more) return;
  uv_idle_stop(&server->idle);
  uv_timer_start(&server->timer, on_timer, 1, 0);
}

size_t loop_server_piece(struct loop_server *server, size_t sent, size_t left) {
  size_t size = left;
  server->random = server->random * 1664525 + 1013904223;
  if (server->free_list == PIECES_BYTES) size = sent < SINGLE_BYTES ? 1 : LARGE_PIECE;
  if (server->free_list == PIECES_RANDOM)
    size = sent < RANDOM_BYTES ? 1 + (server->random >> 8) % RANDOM_MOST : LARGE_PIECE;
  return size < left ? size : left;
}

/* ---- The server ---- */

static void server_open(struct run_server *base, uv_loop_t *loop) {
  struct loop_server *server = (struct loop_server *)base;
  server->loop = loop;
  server->accepted = 0;
  TAILQ_INIT(&server->connections);
  for (size_t i = 0; i < SERVER_HOSTS; i++) {
    MUST(uv_poll_init_socket(loop, &server->polls[i], server->doors[i]) == 0);
    server->polls[i].data = server;
    uv_poll_start(&server->polls[i], UV_READABLE, on_door);
    uv_unref((uv_handle_t *)&server->polls[i]);
  }
  uv_idle_init(loop, &server->idle);
  uv_check_init(loop, &server->check);
  uv_timer_init(loop, &server->timer);
  server->check.data = server->timer.data = server;
  uv_check_start(&server->check, on_check);
  uv_unref((uv_handle_t *)&server->idle);
  uv_unref((uv_handle_t *)&server->check);
  uv_unref((uv_handle_t *)&server->timer);
}

static void server_close(struct run_server *base) {
  struct loop_server *server = (struct loop_server *)base;
  struct connection *connection;
  while ((connection = TAILQ_FIRST(&server->connections)))
    connection_close(connection);
  for (size_t i = 0; i < SERVER_HOSTS; i++)
    uv_close((uv_handle_t *)&server->polls[i], NULL);
  uv_close((uv_handle_t *)&server->idle, NULL);
  uv_close((uv_handle_t *)&server->check, NULL);
  uv_close((uv_handle_t *)&server->timer, NULL);
}

/* The first host's port is any; the others must have the same. */
static bool bind_all(struct loop_server *server) {
  server->port = 0;
  for (unsigned i = 0; i < SERVER_HOSTS; i++) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
    server->doors[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    MUST(server->doors[i] >= 0);
    bool bound = bind(server->doors[i], (struct sockaddr *)&address, size) == 0 && listen(server->doors[i], 64) == 0 &&
                 getsockname(server->doors[i], (struct sockaddr *)&address, &size) == 0;
    server->port = ntohs(address.sin_port);
    if (bound && server->port >= 10000) continue;
    for (unsigned j = 0; j <= i; j++)
      close(server->doors[j]);
    return false;
  }
  return true;
}

void loop_server_init(struct loop_server *server, const struct server_kind *kind) {
  *server = (struct loop_server){.base = {.open = server_open, .close = server_close}, .kind = kind};
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < 100; i++)
    if (bind_all(server)) {
      run_allow_port(server->port);
      return;
    }
  MUST(!"no port is free");
}
