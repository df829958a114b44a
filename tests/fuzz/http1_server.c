/* Reads requests, checks them, and sends the reply of a record in pieces. */
#include "http1_server.h"

#include <errno.h>
#include <strings.h>
#include <sys/socket.h>

#define REQUEST_MAX  32768
#define REQUESTS_MAX 400 /* in one run: more is a loop without end */

struct http1_connection {
  struct connection connection;
  char request[REQUEST_MAX];
  size_t received;
  const uint8_t *reply; /* what is being sent, or was; NULL before the first request */
  size_t size, sent;
  bool keeps;
};

static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

static bool is_target_octet(char c) {
  return c > ' ' && c < 0x7f;
}

/* Checks what the engine sent: request[0..size) ends with an empty line. Returns the target in it. */
static const char *check_request(const struct http1_connection *own, size_t size, size_t *target_size) {
  const struct http1_server *server = (struct http1_server *)own->connection.server;
  const char *request = own->request, *end = request + size;
  MUST(size > 16 && memcmp(request, "GET ", 4) == 0);
  const char *target = request + 4, *after = target;
  while (after < end && is_target_octet(*after))
    after++;
  MUST(end - after > 11 && (memcmp(after, " HTTP/1.1\r\n", 11) == 0 || memcmp(after, " HTTP/1.0\r\n", 11) == 0));
  bool secret = false;
  for (const char *line = after + 11; line < end;) {
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    MUST(feed && feed > line && feed[-1] == '\r');
    MUST(!memchr(line, '\r', (size_t)(feed - 1 - line)) && !memchr(line, '\0', (size_t)(feed - line)));
    secret = secret || strncasecmp(line, "X-Secret:", 9) == 0;
    line = feed + 1;
  }
  MUST(!secret || own->connection.host <= server->listed_hosts);
  *target_size = (size_t)(after - target);
  return target;
}

/* A new request ends what is left of the last reply: bytes that were not sent before it can be no part of its own. */
static void begin_reply(struct http1_connection *own, size_t request_size) {
  struct http1_server *server = (struct http1_server *)own->connection.server;
  size_t target_size;
  const char *target = check_request(own, request_size, &target_size);
  const struct script_reply *reply = script_find(server->script, target, target_size);
  MUST(++server->requests <= REQUESTS_MAX);
  own->reply = reply ? reply->data : (const uint8_t *)missing;
  own->size = reply ? reply->size : sizeof missing - 1;
  own->keeps = reply ? reply->keeps : true;
  own->sent = 0;
  own->received -= request_size;
  memmove(own->request, own->request + request_size, own->received);
  loop_server_wake(&server->loop_server);
}

static void receive(struct connection *connection) {
  struct http1_connection *own = (struct http1_connection *)connection;
  for (;;) {
    size_t room = REQUEST_MAX - own->received;
    MUST(room > 0);
    ssize_t size = recv(connection->fd, own->request + own->received, room, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      connection_close(connection);
      return;
    }
    if (connection->is_shut) continue;
    own->received += (size_t)size;
    const char *end = memmem(own->request, own->received, "\r\n\r\n", 4);
    if (end) begin_reply(own, (size_t)(end + 4 - own->request));
  }
}

static bool send_piece(struct connection *connection) {
  struct http1_connection *own = (struct http1_connection *)connection;
  if (!own->reply) return false;
  if (own->sent < own->size) {
    size_t size = loop_server_piece(connection->server, own->sent, own->size - own->sent);
    ssize_t sent = send(connection->fd, own->reply + own->sent, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) own->sent = own->size;
    if (sent > 0) own->sent += (size_t)sent;
  }
  if (own->sent < own->size) return true;
  if (!own->keeps) connection_shut(connection);
  return false;
}

void http1_server_init(struct http1_server *server) {
  static const struct server_kind kind = {
      .connection_size = sizeof(struct http1_connection), .receive = receive, .send = send_piece};
  *server = (struct http1_server){0};
  loop_server_init(&server->loop_server, &kind);
}
