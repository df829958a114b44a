/* One host (scheme, name and port): its queue, concurrency cap, request rate, throttling and circuit; and the choice of
 * the next host. Loop thread only. */
#ifndef SEINE_ENGINE_HOST_H
#define SEINE_ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/hash_table.h"
#include "base/timer_pool.h"
#include "dns/resolver.h"
#include "host/host_rules.h"
#include "host/robots.h"
#include "seine.h"
#include "seine_tools.h"

/* A fetch in the queue of its host; embedded in the fetch. */
struct queue_entry {
  TAILQ_ENTRY(queue_entry) link;
  bool at_head; /* goes to the head of the queue, as one that already waited */
  bool is_internal; /* the engine's own request, for robots.txt, which the host's other fetches wait for */
};

TAILQ_HEAD(host_queue, queue_entry);

/* Each place names the list that the host is on. */
enum host_place {
  HOST_BUSY, /* none: nothing queued, or its cap is reached, or its address is being looked up */
  HOST_READY, /* hosts.ring: its next fetch can start, or fail, now */
  HOST_TIMED, /* none: its timer runs */
  HOST_IDLE /* hosts.idle: has no fetches; remembered for its failures, throttling or robots.txt */
};

struct host {
  UT_hash_handle hh;
  TAILQ_ENTRY(host) link; /* in its place's list */
  TAILQ_ENTRY(host) to_prefetch; /* in hosts.to_prefetch, if is_to_prefetch */
  struct host_table *hosts;
  enum host_place place; /* assigned by host_update alone */
  struct host_queue queue;
  size_t queued;
  size_t fetches; /* that belong to it, in any state */
  unsigned in_flight; /* transfers */
  size_t ready; /* its share of hosts.ready */

  const struct rule_terms *rule; /* NULL: none fits it */
  unsigned full_cap; /* maximum transfers at once, by options and rules */
  unsigned cap; /* maximum transfers at once now */
  unsigned successes; /* since the cap grew last */
  uint64_t interval_ns; /* minimum time between two starts, by rate and delay; 0: none */
  uint64_t next_ns; /* uv_hrtime before which it allows no start */
  uint64_t throttled_until_ms; /* uv_now; 0: not throttled */
  uint64_t throttled_at_ms;
  bool is_counted_throttled; /* counted in hosts.throttled */
  unsigned throttles_in_row; /* in a row, without a success between */

  unsigned failures; /* connections or look-ups that failed in a row */
  bool down; /* the circuit is open */
  bool probing; /* a fetch probes whether the host is back */
  unsigned probes; /* failed in a row */
  char *cause; /* of the last of `failures`, for people; owned; NULL: none, or not known */
  uint64_t probe_ms; /* uv_now from which another may be tried */

  bool robots_pending; /* robots.txt is being fetched: nothing else starts */
  bool robots_unknown; /* it could not be read */
  uint64_t robots_until_ms; /* uv_now until which the answer holds; 0: never asked */
  struct robots *robots; /* NULL: everything is allowed, or robots_unknown */

  bool is_to_prefetch; /* ready, and its name was never looked up ahead */
  bool prefetched;
  bool unresolved; /* ready, without an address: counted in hosts.unresolved */
  bool resolving; /* a look-up of its address is under way */
  bool literal; /* its name is an address */
  bool known_to_curl; /* libcurl's cache may have an entry for it */
  struct addresses *addresses; /* NULL: not known yet */
  struct timer *timer;
  char *name; /* behind the key */
  unsigned port;
  char key[]; /* "https://name:443" */
};

TAILQ_HEAD(host_list, host);

struct host_table {
  uv_loop_t *loop;
  struct timers *timers;
  const seine_options_t *options;
  struct rules *rules; /* borrowed; the terms of every host are its */
  struct host *by_key; /* uthash, by key */
  struct host_list ring;
  struct host_list idle; /* the one that was used longest ago first */
  size_t idle_count;
  struct host_list to_prefetch; /* names to be looked up ahead of their turn, in the order of the ring */
  size_t unresolved;
  size_t count, throttled, down;
  size_t ready; /* queued fetches that could start now, if there were slots */
  void (*on_ready)(void *user); /* the ring is no longer empty */
  void (*on_forget)(void *user, struct host *host); /* a host is about to be freed */
  void (*on_event)(void *user, const struct host *host, seine_event_kind_t kind, uint64_t delay_ms);
  void *user;
};

void host_table_init(struct host_table *hosts, uv_loop_t *loop, struct timers *timers, const seine_options_t *options,
                     struct rules *rules);

/* From now on hosts are treated by these rules, which are borrowed until the next ones: those that are known, too, by a
 * walk over all of them. What a host earned by its answers, a lowered cap say, stays. */
void host_table_set_rules(struct host_table *hosts, struct rules *rules);

/* Frees all hosts, which must be idle. */
void host_table_close(struct host_table *hosts);

/* Finds or makes a host and counts one fetch more for it; NULL if there is no memory. */
struct host *host_table_find(struct host_table *hosts, const seine_url_t *url);

/* Add and remove one fetch. A host without fetches is freed, or kept as idle if its state matters later. */
void host_retain(struct host *host);
void host_release(struct host *host);

/* Queue a fetch (at the head if entry->at_head), and remove it. */
void host_push(struct host *host, struct queue_entry *entry);
void host_remove(struct host *host, struct queue_entry *entry);

/* Returns the next host that can start a fetch, and moves it to the end of the ring; NULL: none. */
struct host *host_table_next(struct host_table *hosts);

/* Returns the next host whose name to resolve ahead, each host once; NULL: none. */
struct host *host_table_next_to_prefetch(struct host_table *hosts);

/* Returns whether the next fetch must fail at once: the circuit is open and no probe is due. */
bool host_refuses(const struct host *host);

/* Marks that resolving its name began or ended. The host starts nothing meanwhile. */
void host_set_resolving(struct host *host, bool resolving);

/* robots.txt is being fetched, by a fetch that is_internal; it is known (`robots` becomes the host's; NULL: everything
 * is allowed), or `unknown`, until a time of uv_now. */
void host_set_robots_pending(struct host *host);
void host_robots(struct host *host, struct robots *robots, bool unknown, uint64_t until_ms);
/* The Crawl-delay of its robots.txt, as far as max_crawl_delay_ms allows. */
uint64_t host_crawl_delay_ms(const struct host *host);

/* A transfer started; it ended. What it says of the host (below) comes before host_ended. */
void host_started(struct host *host);
void host_ended(struct host *host);

/* Reports of transfers about the host: it answers; it answers with a status that is retried, which is no success; it
 * could not be reached; it asks not to be used for delay_ms, or for a time of our own if `asked` is false. started_ms:
 * when the transfer began; those that began before the host was last throttled are ignored. host_throttle returns the
 * milliseconds until the throttling ends. */
void host_responded(struct host *host, uint64_t started_ms);
void host_reached(struct host *host);
void host_unreachable(struct host *host, const char *cause); /* for people; may be NULL */
uint64_t host_throttle(struct host *host, uint64_t started_ms, bool asked, uint64_t delay_ms);

#endif
