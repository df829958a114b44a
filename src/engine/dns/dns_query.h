/* Queries name servers, by c-ares on the caller's loop. Without cache and limit, which resolver.h adds. Loop thread
 * only. */
#ifndef SEINE_ENGINE_DNS_QUERY_H
#define SEINE_ENGINE_DNS_QUERY_H

#include <uv.h>

#include "dns/addresses.h"

struct dns;

struct dns_options {
  uint64_t timeout_ms; /* of the first try; grows with each */
  unsigned tries; /* for each server */
  int family; /* AF_INET, AF_INET6, or AF_UNSPEC for two questions a name */
  const char *servers; /* "127.0.0.1:5353,[::1]:53"; NULL: as /etc/resolv.conf says */
};

struct dns_answer {
  int error; /* 0, SEINE_EDNS or SEINE_ENOMEM; SEINE_EIO: no descriptor was left to ask with */
  bool permanent; /* no such name, or no address to it */
  const char *message; /* for people; static; NULL if error is 0 */
  const union address *list; /* borrowed for the callback; the preferred family first */
  unsigned count;
  uint64_t ttl_ms;
  bool lost; /* a question had to be sent again before it was answered */
};

/* May ask again, but not close. */
typedef void (*dns_cb)(void *user, const struct dns_answer *answer);

/* AF_UNSPEC if this machine has a route to IPv6 addresses, AF_INET if not. Sends nothing. */
int dns_family(void);

/* 0, SEINE_EINVAL for servers that are none, SEINE_ENOMEM, SEINE_ELIBRARY. After a failure nothing needs to be closed.
 */
int dns_open(struct dns **dns, uv_loop_t *loop, const struct dns_options *options);

/* Drops every question without calling it back, closes every handle, then calls `done` from the loop. */
void dns_close(struct dns *dns, void (*done)(void *user), void *user);

/* The callback comes once, and may come from inside. 0 or SEINE_ENOMEM. */
int dns_lookup(struct dns *dns, const char *name, dns_cb callback, void *user);

/* Questions that c-ares still works on, those included that nobody waits for any more. */
unsigned dns_outstanding(const struct dns *dns);

#endif
