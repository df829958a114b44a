/* How many transfers may be in flight: as many as the options say, or fewer for a while after descriptors ran out. */
#ifndef SEINE_ENGINE_TRANSFER_LIMIT_H
#define SEINE_ENGINE_TRANSFER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct seine;

void transfer_limit_open(struct seine *engine);
void transfer_limit_close(struct seine *engine);

/* Whether one more transfer may start. */
bool transfer_limit_has_slot(struct seine *engine);

/* No descriptor was left for something. Fewer transfers from now on, and none for a moment. */
void transfer_limit_reduce(struct seine *engine);

/* Notes that a response arrived, so that waiting for descriptors is not in vain. */
void transfer_limit_responded(struct seine *engine);

/* Whether so many shortages followed one another without a response in between that fetches fail at once. */
bool transfer_limit_exhausted(const struct seine *engine);

struct seine_fetch;

/* Whether the connection of the fetch, once it is free, is worth keeping: libcurl's cost of keeping too many grows. */
bool attempt_keeps_connection(const struct seine_fetch *fetch);

#endif
