/* The state of an engine, shared by the files of fetch/. Loop thread only. */
#ifndef SEINE_ENGINE_ENGINE_STATE_H
#define SEINE_ENGINE_ENGINE_STATE_H

#include <uv.h>

#include "base/free_list.h"
#include "base/timer_pool.h"
#include "base/worker_pool.h"
#include "body/body.h"
#include "dns/resolver.h"
#include "fetch/fetch.h"
#include "host/backoff.h"
#include "host/host.h"
#include "http/transfer.h"
#include "proxy/proxy_pool.h"
#include "seine.h"
#include "store/store.h"

/* Interrupted large bodies; see resume.h. */
struct partials {
  TAILQ_HEAD(, partial) kept; /* of fetches between two attempts */
  size_t kept_count;
  struct partial_name *saved; /* of earlier runs, by name; a hash table */
  size_t on_disk; /* upper bound of the partial files on disk: of earlier runs and of this one */
};

/* How many transfers may be in flight; see transfer_limit.h. */
struct transfer_limit {
  unsigned limit; /* maximum transfers in flight */
  unsigned last_reported; /* lowest limit reported since the last full recovery; 0: none */
  unsigned shortages; /* shortages in a row */
  unsigned without_response; /* shortages since a response arrived last */
  uint64_t grow_ms; /* uv_now from which the limit may grow by a step */
  struct timer *pause; /* no transfer starts before it expires; NULL: no pause */
};

struct seine {
  uv_loop_t *loop;
  seine_options_t options; /* owned copy */
  seine_options_t internal_options; /* for requests for robots.txt; its strings belong to `options` */
  struct statuses retry_on;
  struct timers timers;
  struct worker_pool workers;
  struct store *store; /* NULL without a directory */
  struct bodies bodies;
  struct partials partials;
  struct resolver *resolver;
  struct transfers transfers;
  struct transfer_limit transfer_limit;
  struct rules *rules;
  struct proxies proxies;
  struct host_table hosts;
  struct host *last_host; /* of the URL that was queued last, */
  char last_origin[256]; /* and that URL up to its path: the next one is often of the same host */

  struct fetch_list lists[FETCH_STATES]; /* by state, but for those queued at their hosts */
  size_t count[FETCH_STATES];
  struct fetch_list cancelled; /* by mark: to be ended in the next turn */
  size_t fetches; /* not yet delivered */
  struct free_list spare_attempts;

  uv_prepare_t prepare; /* turns of the engine: before the loop waits, and after */
  uv_check_t check;
  uv_idle_t wake; /* active while a turn is due, so that the loop does not block */
  uv_idle_cb on_wake; /* runs that turn */
#ifdef SEINE_LIVENESS
  uv_timer_t liveness;
  unsigned failures_in_row; /* checks in a row that found something wrong */
#endif
  unsigned open_handles;
  bool dirty; /* a turn has something to do */
  bool turning; /* a turn is under way */
  bool draining, closing, closed;
  seine_close_cb on_close;
  void *close_user;

  uint64_t attempts, connections;
  uint64_t random[2]; /* state of the jitter's generator */
};

#endif
