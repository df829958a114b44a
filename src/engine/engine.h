/* The engine as its own rooms know it: the parts, the lists of fetches, the figures. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <uv.h>

#include "alarm.h"
#include "backoff.h"
#include "body.h"
#include "fetch.h"
#include "host.h"
#include "resolver.h"
#include "seine.h"
#include "store.h"
#include "transfer.h"
#include "work.h"

struct seine {
  uv_loop_t *loop;
  seine_options_t options; /* owned copy */
  struct statuses retry_on;
  struct alarms alarms;
  struct crew crew;
  struct store *store; /* NULL without a directory */
  struct bodies bodies;
  struct resolver *resolver;
  struct transfers transfers;
  struct host_table hosts;
  struct curl_slist *headers, *foreign_headers; /* for every request; for those that left their origin */
  size_t next_proxy;

  struct fetch_list lists[FETCH_STATES]; /* by state, but for those queued at their hosts */
  size_t count[FETCH_STATES];
  struct fetch_list cancelled; /* by mark: to be ended in the next turn */
  size_t fetches;              /* not yet delivered */

  uv_prepare_t prepare; /* turns of the engine: before the loop waits, and after */
  uv_check_t check;
  uv_idle_t wake; /* runs only while a turn is due that nothing else would bring */
  unsigned open_handles;
  bool dirty;   /* a turn has something to do */
  bool turning; /* a turn is under way */
  bool draining, closing, closed;
  seine_close_cb on_close;
  void *close_user;

  uint64_t attempts, connections;
  uint64_t random[2]; /* state of the jitter's generator */
};

/* A turn will come, and soon. */
void engine_wake(struct seine *engine);

/* 64 random bits, for jitter only. */
uint64_t engine_random(struct seine *engine);

#endif
