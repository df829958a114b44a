/* What the tests of hosts share: a table of hosts, fetches for their queues, and a clock that moves when it is told
 * to. */
#ifndef SEINE_TESTS_HOST_BENCH_H
#define SEINE_TESTS_HOST_BENCH_H

#include <check.h>

#include "host.h"

extern uint64_t now_ms; /* of uv_now and, in nanoseconds, of uv_hrtime */
extern seine_options_t options;
extern struct host_table hosts;
extern size_t forgotten; /* hosts */
extern seine_event_kind_t events[64];
extern uint64_t event_delays[64];
extern size_t event_count;

/* A fixture: default options, no hosts. */
void open_table(void);
void close_table(void);

/* Moves the clock, and rings what is due on the way. */
void pass_ms(uint64_t ms);

/* The host of http://name/, with one fetch more. */
struct host *hold(const char *name);
/* Puts a new fetch, held already, in its host's queue. */
struct seine_fetch *queue(struct host *host, bool urgent);
/* Holds and queues so many. */
struct host *with_queue(const char *name, size_t count);

/* Starts the next fetch of the host whose turn it is, as the engine does; NULL if there is none. */
struct seine_fetch *start_next(void);
size_t start_all(void);

/* A transfer that began at started_ms got its answer. */
void answer(struct host *host, uint64_t started_ms);

/* One of the host's transfers is over, and its fetch with it. */
void end(struct host *host);
void end_well(struct host *host);
void end_unreachable(struct host *host);

/* Ends the fetches that are queued. */
void drop_queue(struct host *host);

#endif
