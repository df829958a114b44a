/* What the servers of fuzz targets share: sockets on 127.0.0.1 to 127.0.0.8, on the loop of the engine that asks them.
 * In each round of the loop every connection reads first and then sends one piece: what is sent before a request is the
 * last thing that the client could know of when it made the request. Loop thread only. */
#ifndef SEINE_TESTS_FUZZ_LOOP_SERVER_H
#define SEINE_TESTS_FUZZ_LOOP_SERVER_H

#include <sys/queue.h>

#include "engine_run.h"

#define SERVER_HOSTS 8

/* How much is sent before the client has had its turn to read. */
enum free_list { PIECES_WHOLE, PIECES_BYTES, PIECES_RANDOM };

/* The first member of what a server keeps for a connection. */
struct connection {
  TAILQ_ENTRY(connection) link;
  struct loop_server *server;
  uv_poll_t poll;
  int fd;
  unsigned host; /* 1 to SERVER_HOSTS */
  unsigned looks; /* of the timer since something was sent or received */
  bool is_shut; /* nothing more is sent; what is received is passed over */
  bool is_closing;
};

/* What a server does with its connections. */
struct server_kind {
  size_t connection_size;
  void (*opened)(struct connection *connection);
  void (*receive)(struct connection *connection); /* reads until nothing is left */
  /* Sends a piece; true if more is to be sent. May shut the connection. */
  bool (*send)(struct connection *connection);
  void (*closed)(struct connection *connection); /* releases what `opened` took; NULL: nothing */
};

struct loop_server {
  struct run_server base;
  const struct server_kind *kind;
  int doors[SERVER_HOSTS]; /* listening sockets, open for the life of the process */
  unsigned port;
  enum free_list free_list;
  uint32_t random; /* for PIECES_RANDOM */
  unsigned accepted; /* connections since the server was opened */
  uv_loop_t *loop;
  uv_poll_t polls[SERVER_HOSTS];
  uv_idle_t idle; /* runs while something is to be sent, so that the loop does not wait */
  uv_check_t check;
  uv_timer_t timer; /* ends connections that nobody uses */
  TAILQ_HEAD(, connection) connections;
};

/* Binds the sockets. */
void loop_server_init(struct loop_server *server, const struct server_kind *kind);
/* Something is to be sent. */
void loop_server_wake(struct loop_server *server);
/* How much of `left` bytes to send now, where `sent` were sent before. */
size_t loop_server_piece(struct loop_server *server, size_t sent, size_t left);
/* Ends what is sent. */
void connection_shut(struct connection *connection);
void connection_close(struct connection *connection);

#endif
