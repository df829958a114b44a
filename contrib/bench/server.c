/* server: answers every GET with the same image, at once or after a fixed time, on one port of all of 127.0.0.0/8, so
 * that what is measured is the client. A connection takes a few bytes, so that tens of thousands can wait. Prints "port
 * N", then "closed N": a port that is kept from others and refuses connections. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, READ_BYTES = 16384, HEAD_BYTES = 256 };

/* What is known of one connection, by descriptor. */
struct connection {
  uint64_t number; /* among all that ever were; 0 while the descriptor is no connection */
  uint32_t owed; /* responses to send, the first of them perhaps in part */
  uint32_t sent; /* bytes of the first */
  uint8_t matched; /* of the empty line that ends a request */
  bool blocked; /* the kernel takes no more for now */
};

/* A request whose response has to wait for its time. */
struct delayed {
  STAILQ_ENTRY(delayed) link;
  uint64_t due_ms, number;
  int fd;
};

struct server {
  int epoll, listener;
  struct connection *connections;
  size_t connection_count;
  uint64_t accepted;
  STAILQ_HEAD(, delayed) delayed; /* the one that was asked for first in front */
  uint64_t delay_ms;
  char *response;
  size_t response_size;
  bool close; /* after each response */
  const char *first_path; /* where the time of the first request is written; NULL once it is */
};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void *need(void *memory) {
  if (!memory) die("server");
  return memory;
}

/* ---- Connections ---- */

static void connection_close(struct server *server, int fd) {
  server->connections[fd].number = 0;
  close(fd); /* epoll forgets it with the last descriptor */
}

static void watch(struct server *server, int fd, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(server->epoll, operation, fd, &event)) die("epoll_ctl");
}

static void accept_all(struct server *server) {
  for (int fd; (fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    if ((size_t)fd >= server->connection_count) {
      close(fd);
      continue;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    server->connections[fd] = (struct connection){.number = ++server->accepted};
    watch(server, fd, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD);
  }
}

static void write_first(struct server *server) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  FILE *file = fopen(server->first_path, "w");
  if (!file || fprintf(file, "%lld.%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000) < 0 || fclose(file))
    die(server->first_path);
  server->first_path = NULL;
}

/* How many requests end in these bytes. A request has no body, so the next one begins behind the empty line. */
static uint32_t requests_in(struct connection *connection, const char *bytes, size_t size) {
  static const char end[] = "\r\n\r\n";
  uint32_t count = 0;
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == end[connection->matched])
      connection->matched++;
    else
      connection->matched = bytes[i] == '\r';
    if (connection->matched < 4) continue;
    connection->matched = 0;
    count++;
  }
  return count;
}

/* False: the connection ended, or is to end. */
static bool send_owed(struct server *server, int fd) {
  struct connection *connection = &server->connections[fd];
  while (connection->owed) {
    ssize_t sent =
        send(fd, server->response + connection->sent, server->response_size - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) break;
    connection->sent += (uint32_t)sent;
    if (connection->sent < server->response_size) continue;
    connection->sent = 0;
    connection->owed--;
    if (server->close) return false;
  }
  bool blocked = connection->owed > 0;
  if (blocked != connection->blocked)
    watch(server, fd, blocked ? EPOLLOUT | EPOLLRDHUP : EPOLLIN | EPOLLRDHUP, EPOLL_CTL_MOD);
  connection->blocked = blocked;
  return true;
}

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void delay(struct server *server, int fd) {
  struct delayed *delayed = need(malloc(sizeof *delayed));
  *delayed =
      (struct delayed){.due_ms = now_ms() + server->delay_ms, .number = server->connections[fd].number, .fd = fd};
  STAILQ_INSERT_TAIL(&server->delayed, delayed, link);
}

static bool receive(struct server *server, int fd) {
  char bytes[READ_BYTES];
  ssize_t got = recv(fd, bytes, sizeof bytes, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  uint32_t count = requests_in(&server->connections[fd], bytes, (size_t)got);
  if (count && server->first_path) write_first(server);
  if (!server->delay_ms) server->connections[fd].owed += count;
  for (; server->delay_ms && count; count--)
    delay(server, fd);
  return send_owed(server, fd);
}

/* Sends what is due, and says for how many milliseconds nothing more is; -1: until something is asked for. */
static int send_due(struct server *server) {
  struct delayed *first;
  uint64_t now = now_ms();
  while ((first = STAILQ_FIRST(&server->delayed)) && first->due_ms <= now) {
    STAILQ_REMOVE_HEAD(&server->delayed, link);
    int fd = first->fd;
    bool open =
        server->connections[fd].number == first->number; /* it may have ended meanwhile, and the number be another's */
    free(first);
    if (open) server->connections[fd].owed++;
    if (open && !send_owed(server, fd)) connection_close(server, fd);
  }
  return first ? (int)(first->due_ms - now) : -1;
}

static void serve(struct server *server) {
  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(server->epoll, events, EVENTS, server->delay_ms ? send_due(server) : -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == server->listener) {
        accept_all(server);
        continue;
      }
      bool open = !(events[i].events & (EPOLLERR | EPOLLHUP));
      if (open && events[i].events & EPOLLIN) open = receive(server, fd);
      if (open && events[i].events & EPOLLOUT) open = send_owed(server, fd);
      if (!open || (events[i].events & EPOLLRDHUP && !(events[i].events & EPOLLIN))) connection_close(server, fd);
    }
  }
}

/* ---- The start ---- */

static void make_response(struct server *server, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) die(path);
  long size = ftell(file);
  if (size < 0) die(path);
  rewind(file);
  server->response = need(malloc(HEAD_BYTES + (size_t)size));
  int head = snprintf(server->response, HEAD_BYTES,
                      "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %ld\r\n%s\r\n", size,
                      server->close ? "Connection: close\r\n" : "");
  if (fread(server->response + head, 1, (size_t)size, file) != (size_t)size) die(path);
  fclose(file);
  server->response_size = (size_t)(head + size);
}

/* A socket on a free port, which is printed; only one that listens accepts. */
static int take_port(const char *name, bool listens) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
  socklen_t size = sizeof address;
  /* Without SO_REUSEADDR, so that nobody else gets the port meanwhile. */
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || (listens && listen(fd, 65535)) ||
      getsockname(fd, (struct sockaddr *)&address, &size))
    die(name);
  printf("%s %d\n", name, ntohs(address.sin_port));
  return fd;
}

static size_t raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit)) die("setrlimit");
  return limit.rlim_cur > 1 << 20 ? 1 << 20 : limit.rlim_cur;
}

int main(int argc, char **argv) {
  struct server server = {0};
  int letter;
  STAILQ_INIT(&server.delayed);
  while ((letter = getopt(argc, argv, "cd:f:")) != -1) {
    if (letter == 'c')
      server.close = true;
    else if (letter == 'd')
      server.delay_ms = strtoull(optarg, NULL, 10);
    else if (letter == 'f')
      server.first_path = optarg;
    else
      break;
  }
  if (letter != -1 || optind != argc - 1) {
    fprintf(stderr, "usage: server [-c] [-d MS] [-f FILE] IMAGE\n"
                    "-c closes each connection after a response; -d answers after so many milliseconds;\n"
                    "-f writes the time of the first request to FILE\n");
    return 2;
  }
  server.connection_count = raise_descriptors();
  server.connections = need(calloc(server.connection_count, sizeof *server.connections));
  make_response(&server, argv[optind]);
  server.listener = take_port("port", true);
  take_port("closed", false);
  fflush(stdout);
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) die("epoll_create1");
  watch(&server, server.listener, EPOLLIN, EPOLL_CTL_ADD);
  serve(&server);
}
