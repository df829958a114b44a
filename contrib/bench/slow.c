/* slow: an HTTP server that gives every request the same small GIF, at once or after a fixed time, on every address of
 * this machine. It keeps no more than a few hundred bytes a connection, so that tens of thousands can wait.
 * Usage: slow [--delay MS] [--bytes N] [--port N]. Prints "port N", and ends when standard input does. */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <uv.h>

TAILQ_HEAD(connection_list, connection);

struct server {
  uv_loop_t *loop;
  uv_tcp_t listener;
  uv_timer_t timer; /* for the first of waiting */
  uv_pipe_t parent;
  struct connection_list waiting; /* for their answers, the one that asked first in front */
  uint64_t delay_ms;
  char *response;
  size_t response_size;
};

struct connection {
  uv_tcp_t tcp;
  TAILQ_ENTRY(connection) link; /* in server->waiting, if is_waiting */
  struct server *server;
  uint64_t due_ms;
  bool is_waiting;
  unsigned ends; /* how much of "\r\n\r\n" was seen */
};

static void die(const char *what) {
  fprintf(stderr, "slow: %s\n", what);
  exit(2);
}

static void on_closed(uv_handle_t *handle) {
  free(handle);
}

static void end(struct connection *connection) {
  if (uv_is_closing((uv_handle_t *)&connection->tcp)) return;
  if (connection->is_waiting) TAILQ_REMOVE(&connection->server->waiting, connection, link);
  connection->is_waiting = false;
  uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

static void on_written(uv_write_t *write, int status) {
  if (status < 0) end((struct connection *)write->handle);
  free(write);
}

static void answer(struct connection *connection) {
  struct server *server = connection->server;
  uv_buf_t buf = uv_buf_init(server->response, (unsigned)server->response_size);
  int sent = uv_try_write((uv_stream_t *)&connection->tcp, &buf, 1);
  if (sent == (int)server->response_size) return;
  if (sent < 0 && sent != UV_EAGAIN) {
    end(connection);
    return;
  }
  uv_write_t *write = malloc(sizeof *write);
  if (sent > 0) buf = uv_buf_init(server->response + sent, (unsigned)(server->response_size - (size_t)sent));
  if (!write || uv_write(write, (uv_stream_t *)&connection->tcp, &buf, 1, on_written)) {
    free(write);
    end(connection);
  }
}

static void on_timer(uv_timer_t *timer) {
  struct server *server = timer->data;
  struct connection *first;
  uint64_t now = uv_now(server->loop);
  while ((first = TAILQ_FIRST(&server->waiting)) && first->due_ms <= now) {
    TAILQ_REMOVE(&server->waiting, first, link);
    first->is_waiting = false;
    answer(first);
  }
  if (first) uv_timer_start(timer, on_timer, first->due_ms - now, 0);
}

static void asked(struct connection *connection) {
  struct server *server = connection->server;
  if (!server->delay_ms) {
    answer(connection);
    return;
  }
  if (connection->is_waiting) return; /* nobody that is measured here sends ahead */
  connection->due_ms = uv_now(server->loop) + server->delay_ms;
  connection->is_waiting = true;
  if (TAILQ_EMPTY(&server->waiting)) uv_timer_start(&server->timer, on_timer, server->delay_ms, 0);
  TAILQ_INSERT_TAIL(&server->waiting, connection, link);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  static char room[65536];
  (void)handle;
  (void)size;
  *buf = uv_buf_init(room, sizeof room);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf) {
  struct connection *connection = (struct connection *)stream;
  if (size < 0) {
    end(connection);
    return;
  }
  for (ssize_t i = 0; i < size && !uv_is_closing((uv_handle_t *)stream); i++) {
    char wanted = connection->ends % 2 ? '\n' : '\r';
    if (buf->base[i] == wanted)
      connection->ends++;
    else
      connection->ends = buf->base[i] == '\r';
    if (connection->ends < 4) continue;
    connection->ends = 0;
    asked(connection);
  }
}

static void on_connection(uv_stream_t *listener, int status) {
  struct server *server = listener->data;
  if (status < 0) return;
  struct connection *made = calloc(1, sizeof *made);
  if (!made) return;
  made->server = server;
  uv_tcp_init(server->loop, &made->tcp);
  if (uv_accept(listener, (uv_stream_t *)&made->tcp) || uv_read_start((uv_stream_t *)&made->tcp, give_room, on_read))
    end(made);
}

/* A GIF of one pixel, with as many comments as it takes. */
static void make_response(struct server *server, size_t bytes) {
  static const char head[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff", tail[] = ",\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
  size_t least = sizeof head - 1 + sizeof tail - 1, used;
  if (bytes < least) bytes = least;
  server->response = calloc(1, bytes + 512);
  if (!server->response) die("out of memory");
  size_t start = (size_t)sprintf(server->response,
                                 "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: %zu\r\n\r\n", bytes);
  char *body = server->response + start;
  memcpy(body, head, sizeof head - 1);
  used = sizeof head - 1;
  while (bytes - used - (sizeof tail - 1) >= 5) {
    size_t room = bytes - used - (sizeof tail - 1) - 4;
    size_t text = room > 255 ? (room < 260 ? 200 : 255) : room;
    memcpy(body + used, "!\xfe", 2);
    body[used + 2] = (char)text;
    memset(body + used + 3, 'x', text);
    body[used + 3 + text] = 0;
    used += text + 4;
  }
  memcpy(body + bytes - (sizeof tail - 1), tail, sizeof tail - 1);
  server->response_size = start + bytes;
}

static void on_parent(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf) {
  (void)buf;
  if (size < 0) uv_stop(stream->loop);
}

static void listen_on(struct server *server, int port) {
  struct sockaddr_in address;
  int size = sizeof address;
  uv_ip4_addr("0.0.0.0", port, &address);
  uv_tcp_init(server->loop, &server->listener);
  server->listener.data = server;
  if (uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0) ||
      uv_listen((uv_stream_t *)&server->listener, 16384, on_connection))
    die("the port cannot be listened on");
  uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &size);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"delay", required_argument, NULL, 'd'},
                                        {"bytes", required_argument, NULL, 'b'},
                                        {"port", required_argument, NULL, 'p'},
                                        {NULL, 0, NULL, 0}};
  struct server server = {.loop = uv_default_loop()};
  size_t bytes = 43;
  int port = 0;
  for (int letter; (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (letter == 'd')
      server.delay_ms = strtoull(optarg, NULL, 10);
    else if (letter == 'b')
      bytes = strtoull(optarg, NULL, 10);
    else if (letter == 'p')
      port = atoi(optarg);
    else
      die("usage: slow [--delay MS] [--bytes N] [--port N]");
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  TAILQ_INIT(&server.waiting);
  make_response(&server, bytes);
  uv_timer_init(server.loop, &server.timer);
  server.timer.data = &server;
  listen_on(&server, port);
  uv_pipe_init(server.loop, &server.parent, 0);
  if (uv_pipe_open(&server.parent, 0) == 0) uv_read_start((uv_stream_t *)&server.parent, give_room, on_parent);
  uv_run(server.loop, UV_RUN_DEFAULT);
  return 0;
}
