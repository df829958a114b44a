/* What the server was asked for: per host and per URL, how often, how many at once, and when. */
#ifndef FAULTSERVER_COUNTERS_H
#define FAULTSERVER_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start times are kept of this many requests, the latest ones. */
#define COUNTERS_STARTS 16384

struct counters;
struct target_count;

struct counters *counters_new(void);
void counters_free(struct counters *counters);

/* Forgets all figures. Requests that are under way are forgotten too: counters_leave on them does nothing. */
void counters_reset(struct counters *counters);

void counters_connected(struct counters *counters);
void counters_disconnected(struct counters *counters);

/* What a request holds from counters_enter to counters_leave. */
struct ticket {
  struct target_count *target;
  uint64_t generation;
};

/* Counts a request that begins; `first` if it is the first one of its connection. Sets *attempt to how often this host
 * was asked for this target, from 1. */
struct ticket counters_enter(struct counters *counters, const char *host, const char *target, bool first,
                             uint64_t now_ms, unsigned *attempt);
void counters_sent(struct counters *counters, struct ticket ticket, uint64_t bytes);
void counters_leave(struct counters *counters, struct ticket ticket);

/* Counts a question for a name. How often this name and type were asked for, from 1. */
unsigned counters_asked(struct counters *counters, const char *name, const char *type, bool tcp, uint64_t now_ms);

/* The figures as lines of text, see README; the caller frees. `starts`: with a line for each start time, and for each
 * question. */
char *counters_text(const struct counters *counters, bool starts, size_t *size);

#endif
