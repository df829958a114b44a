/* Which HTTP/1 connections carry a request now. libcurl 7.88 believes a status line that names HTTP/2, and sends further
 * requests on connections to that server that are in use, whatever the TLS handshake chose. */
#include "http/connection_use.h"

bool connection_use_enter(struct connection_use *use, struct connection_user *user, int local_port) {
  struct connection_user *other;
  unsigned bucket = (unsigned)local_port % CONNECTION_USE_BUCKETS;
  LIST_FOREACH (other, &use->buckets[bucket], link)
    if (other->local_port == local_port) return false;
  user->local_port = local_port;
  LIST_INSERT_HEAD(&use->buckets[bucket], user, link);
  return true;
}

void connection_use_leave(struct connection_user *user) {
  if (!user->local_port) return;
  LIST_REMOVE(user, link);
  user->local_port = 0;
}
