/* What happens to a fetch from its turn at the head of its host's queue until it is done, or waits for another try. */
#ifndef ENGINE_ATTEMPT_H
#define ENGINE_ATTEMPT_H

#include "engine.h"

extern const struct transfer_events attempt_events;

/* Starts, or fails, the next fetch of a host that is ready. */
void attempt_begin(struct host *host);

/* Ends a fetch as cancelled, wherever it stands; one that is being stored, or done, is left to its end. Not from inside
 * a libcurl callback. */
void attempt_cancel(struct seine_fetch *fetch);

/* Frees what the fetch holds of an attempt, whatever state that is in. Not from inside a libcurl callback. */
void attempt_drop(struct seine_fetch *fetch);

#endif
