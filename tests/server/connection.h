/* Connections: requests in, responses out, one after another. */
#ifndef FAULTSERVER_CONNECTION_H
#define FAULTSERVER_CONNECTION_H

#include "counters.h"
#include "robots.h"

#include <sys/queue.h>
#include <uv.h>

struct connection;
LIST_HEAD(connections, connection);

/* What all connections share. */
struct site {
  uv_loop_t *loop;
  struct counters *counters;
  struct robots_pages *robots;
  struct connections open; /* those that are not closing */
  char *input; /* SITE_INPUT bytes that every read goes through */
};
#define SITE_INPUT 65536

/* Takes a connection from a listener. */
void connection_accept(struct site *site, uv_stream_t *listener);

/* Closes all that are open. */
void connections_close(struct site *site);

#endif
