/* Resolves names with c-ares on the caller's loop, with a cache of addresses and of failures. Loop thread only. */
#ifndef SEINE_ENGINE_RESOLVER_H
#define SEINE_ENGINE_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "dns/addresses.h"

struct resolver;
struct resolver_query; /* a look-up somebody waits for; gone once its callback began, or it was cancelled */

struct resolver_answer {
  int error; /* 0, SEINE_EDNS or SEINE_ENOMEM; SEINE_EIO: no descriptor was left to ask with */
  bool permanent; /* no such name, or no address to it: another try will not help */
  const char *message; /* for people, without the name; NULL if error is 0 */
  struct addresses *addresses; /* NULL if error is set. Borrowed for the callback: addresses_ref to keep */
};

/* May look up, cancel other queries and close the resolver. */
typedef void (*resolver_cb)(void *user, const struct resolver_answer *answer);

/* 0 or NULL in any member means its default. */
struct resolver_options {
  uint64_t min_ttl_ms; /* an answer is kept at least this long; 60 s */
  uint64_t max_ttl_ms; /* and at most this long; 1 hour */
  uint64_t negative_ttl_ms; /* how long a permanent failure is remembered; 5 minutes */
  uint64_t failure_ttl_ms; /* how long any other failure is; 1 s */
  uint64_t timeout_ms; /* of the first try of a query; grows with each; 2 s */
  unsigned tries; /* for each server; 3 */
  unsigned outstanding; /* maximum names queried at once (see dns_window.h); more wait; 512 */
  unsigned cache_names; /* names remembered; the oldest leave first; 100,000 */
  int family; /* that name servers are asked for: AF_INET, AF_INET6 or AF_UNSPEC (both); see resolver_family */
  const char *servers; /* "127.0.0.1:5353,[::1]:53"; NULL: as /etc/resolv.conf says */
  const char *hosts; /* NULL: /etc/hosts */
  uint64_t hosts_check_ms; /* how often, at most, it is looked at for changes; 5 s */
};

/* AF_UNSPEC if this machine has a route to IPv6 addresses, AF_INET if not: asking for them would double the questions
 * for nothing. Sends nothing. */
int resolver_family(void);

/* `options` may be NULL. 0, SEINE_EINVAL for servers that are none, SEINE_ENOMEM, SEINE_ELIBRARY. After a failure
 * nothing needs to be closed. */
int resolver_open(struct resolver **resolver, uv_loop_t *loop, const struct resolver_options *options);

/* Drops every query without calling it back, closes every handle, then calls `done` from the loop. */
void resolver_close(struct resolver *resolver, void (*done)(void *user), void *user);

/* Starts a look-up; the callback comes from the loop, once, never from in here. `query` may be NULL. 0,
 * SEINE_ENOMEM or SEINE_ECLOSING. */
int resolver_lookup(struct resolver *resolver, const char *host, resolver_cb callback, void *user,
                    struct resolver_query **query);

/* The current limit of names queried at once; how many more could be queried now; how many wait. */
unsigned resolver_window(const struct resolver *resolver);
unsigned resolver_available(const struct resolver *resolver);
unsigned resolver_waiting(const struct resolver *resolver);

/* Resolves a name into the cache, unless it is cached or being resolved. */
void resolver_prefetch(struct resolver *resolver, const char *host);

/* A connection to one address of a name was made, past others of its family: those are to be tried last from now on.
 * The reordered addresses, with a reference of the caller's, or NULL if the order stays. */
struct addresses *resolver_prefer(struct resolver *resolver, const char *host, const struct addresses *tried,
                                  const char *address);

/* The callback of this look-up will not come. */
void resolver_cancel(struct resolver_query *query);

/* What a look-up would find without asking anybody: literals, localhost, /etc/hosts, what is in the cache. NULL if it
 * has to ask (or if the cache holds a failure). The reference is the caller's: addresses_unref it. */
struct addresses *resolver_cached(struct resolver *resolver, const char *host);

#endif
