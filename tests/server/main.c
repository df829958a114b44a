/* The fault server: serves good and bad responses on loopback, to test what fetches them. */
#include "behaviour.h"
#include "connection.h"
#include "malformed.h"
#include "names.h"
#include "text.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define BACKLOG    4096
#define PORT_TRIES 50

struct settings {
  uint32_t first, last; /* IPv4 addresses */
  int port;
  bool ipv6, with_parent;
};

struct server {
  struct site site;
  uv_loop_t loop;
  uv_tcp_t *listeners;
  size_t listener_count;
  struct names names;
  uv_signal_t signals[2];
  uv_pipe_t parent;
};

/* ---- Options ---- */

static void print_help(void) {
  struct text text = {0};
  text_format(&text, "Usage: faultserver [--port N] [--addresses FIRST[-LAST]] [--ipv6] [--with-parent]\n\n"
                     "  --port N         0, the default: any that is free. It is printed as \"port N\".\n"
                     "  --addresses A-B  addresses to listen on; 127.0.0.1-127.0.0.40\n"
                     "  --ipv6           listens on [::1] too\n"
                     "  --with-parent    ends when standard input does\n\n"
                     "In the query of /img/KIND/NAME (KIND: gif html jpeg json png random text webp):\n");
  behaviour_help(&text);
  text_format(&text, "\nMalformed:\n");
  malformed_help(&text);
  fputs(text.data, stdout);
  free(text.data);
}

static bool read_addresses(struct settings *settings, const char *text) {
  char first[64];
  const char *dash = strchr(text, '-');
  struct in_addr from, to;
  snprintf(first, sizeof first, "%.*s", (int)(dash ? dash - text : (long)strlen(text)), text);
  if (inet_pton(AF_INET, first, &from) != 1 || inet_pton(AF_INET, dash ? dash + 1 : first, &to) != 1) return false;
  settings->first = ntohl(from.s_addr);
  settings->last = ntohl(to.s_addr);
  return settings->first <= settings->last && settings->last - settings->first < 1000;
}

/* 0: go on; 1: help was printed; -1: bad, and said. */
static int read_options(struct settings *settings, int argc, char **argv) {
  static const struct option options[] = {
      {"port", required_argument, NULL, 'p'}, {"addresses", required_argument, NULL, 'a'},
      {"ipv6", no_argument, NULL, '6'},       {"with-parent", no_argument, NULL, 'w'},
      {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'h') {
      print_help();
      return 1;
    }
    if (option == '6') settings->ipv6 = true;
    if (option == 'w') settings->with_parent = true;
    if (option == 'p') settings->port = atoi(optarg);
    if (option == 'a' && !read_addresses(settings, optarg)) {
      fprintf(stderr, "faultserver: %s: not addresses like 127.0.0.1-127.0.0.40\n", optarg);
      return -1;
    }
    if (option == '?') return -1;
  }
  return 0;
}

/* ---- Listening ---- */

static void on_connection(uv_stream_t *listener, int status) {
  struct server *server = listener->data;
  if (status == 0) connection_accept(&server->site, listener);
}

static int listen_on(struct server *server, const struct sockaddr *address) {
  uv_tcp_t *listener = &server->listeners[server->listener_count++];
  uv_tcp_init(&server->loop, listener);
  listener->data = server;
  int status = uv_tcp_bind(listener, address, 0);
  return status ? status : uv_listen((uv_stream_t *)listener, BACKLOG, on_connection);
}

static int port_of(const uv_tcp_t *listener) {
  struct sockaddr_in name;
  int size = sizeof name;
  return uv_tcp_getsockname(listener, (struct sockaddr *)&name, &size) == 0 ? ntohs(name.sin_port) : 0;
}

/* Opens all listeners on one port: 0, or the code of the one that failed. */
static int listen_all(struct server *server, const struct settings *settings, int *port) {
  *port = settings->port;
  for (uint64_t host = settings->first; host <= settings->last; host++) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl((uint32_t)host), .sin_port = htons((uint16_t)*port)};
    int status = listen_on(server, (const struct sockaddr *)&address);
    if (status) return status;
    if (*port == 0) *port = port_of(&server->listeners[0]);
  }
  struct sockaddr_in6 address6;
  uv_ip6_addr("::1", *port, &address6);
  return settings->ipv6 ? listen_on(server, (const struct sockaddr *)&address6) : 0;
}

static void stop_listening(struct server *server) {
  for (size_t i = 0; i < server->listener_count; i++)
    uv_close((uv_handle_t *)&server->listeners[i], NULL);
  uv_run(&server->loop, UV_RUN_NOWAIT);
  server->listener_count = 0;
}

/* A port that is free on the first address may be taken on another one: then another port is tried. */
static int start_listening(struct server *server, const struct settings *settings, int *port) {
  server->listeners = must(calloc(settings->last - settings->first + 2, sizeof *server->listeners));
  for (int i = 0;; i++) {
    int status = listen_all(server, settings, port);
    if (status == 0) return 0;
    stop_listening(server);
    if (settings->port != 0 || i == PORT_TRIES || (status != UV_EADDRINUSE && status != UV_EACCES)) return status;
  }
}

/* ---- The end ---- */

static void close_handle(uv_handle_t *handle, void *user) {
  (void)user;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void stop(struct server *server) {
  connections_close(&server->site);
  uv_walk(&server->loop, close_handle, NULL);
}

static void on_signal(uv_signal_t *handle, int number) {
  (void)number;
  stop(handle->data);
}

static void on_parent_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  struct server *server = handle->data;
  (void)suggested;
  *buffer = uv_buf_init(server->site.input, SITE_INPUT);
}

static void on_parent(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  (void)buffer;
  if (size < 0) stop(stream->data);
}

static void watch_for_the_end(struct server *server, bool with_parent) {
  static const int numbers[2] = {SIGTERM, SIGINT};
  for (int i = 0; i < 2; i++) {
    uv_signal_init(&server->loop, &server->signals[i]);
    server->signals[i].data = server;
    uv_signal_start(&server->signals[i], on_signal, numbers[i]);
  }
  if (!with_parent) return;
  uv_pipe_init(&server->loop, &server->parent, 0);
  server->parent.data = server;
  if (uv_pipe_open(&server->parent, 0) != 0 ||
      uv_read_start((uv_stream_t *)&server->parent, on_parent_room, on_parent) != 0)
    fputs("faultserver: standard input is no pipe, so its end is not noticed\n", stderr);
}

static void raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  struct settings settings = {.first = 0x7f000001, .last = 0x7f000028};
  int done = read_options(&settings, argc, argv);
  if (done) return done < 0 ? 2 : 0;
  signal(SIGPIPE, SIG_IGN);
  raise_descriptors();
  struct server server = {0};
  int port;
  uv_loop_init(&server.loop);
  server.site.loop = &server.loop;
  server.site.counters = counters_new();
  server.site.robots = robots_pages_new();
  server.site.input = must(malloc(SITE_INPUT));
  LIST_INIT(&server.site.open);
  int status = start_listening(&server, &settings, &port);
  if (status) {
    fprintf(stderr, "faultserver: cannot listen: %s\n", uv_strerror(status));
  } else {
    /* Where the port is taken, tests that need names will say so. */
    if (names_listen(&server.names, &server.loop, port, server.site.counters) != 0)
      fputs("faultserver: it answers for no names\n", stderr);
    watch_for_the_end(&server, settings.with_parent);
    printf("port %d\n", port);
    fflush(stdout);
  }
  uv_run(&server.loop, UV_RUN_DEFAULT);
  int left = uv_loop_close(&server.loop);
  counters_free(server.site.counters);
  robots_pages_free(server.site.robots);
  free(server.site.input);
  free(server.listeners);
  return status || left ? 1 : 0;
}
