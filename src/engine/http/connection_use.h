/* Which HTTP/1 connections carry a request now, so that no second one is sent on them. Loop thread only. */
#ifndef SEINE_ENGINE_CONNECTION_USE_H
#define SEINE_ENGINE_CONNECTION_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#define CONNECTION_USE_BUCKETS 256

/* One request on a connection; embedded in its transfer. Zeroed: none. */
struct connection_user {
  LIST_ENTRY(connection_user) link; /* in its bucket, while local_port is not 0 */
  int local_port;
};

/* The requests that are under way, by the local port of their connection. Zeroed: none. */
struct connection_use {
  LIST_HEAD(, connection_user) buckets[CONNECTION_USE_BUCKETS];
};

/* Notes a request on the connection with this local port; the user must have none. False, and nothing is noted, if
 * another request is under way there. Two connections to different peers may share a port: then it is false too. */
bool connection_use_enter(struct connection_use *use, struct connection_user *user, int local_port);

/* The request ended. Does nothing if there was none. */
void connection_use_leave(struct connection_user *user);

#endif
