/* The attempts of a fetch: how one starts when its turn has come, and what follows when it failed. */
#ifndef SEINE_ENGINE_ATTEMPT_H
#define SEINE_ENGINE_ATTEMPT_H

#include "fetch/engine_state.h"

/* Starts, or fails, the next fetch of a host that is ready. */
void attempt_begin(struct host *host);

/* An attempt failed: another one follows after a while, at least wait_ms, if the failure is retryable and the fetch has
 * tries left; otherwise the fetch ends with it. */
void attempt_fail(struct seine_fetch *fetch, int error, bool retryable, uint64_t wait_ms, const char *message);

/* No descriptor was left for an attempt: neither the URL nor its host is to blame. The attempt is not counted, and the
 * fetch goes back to the head of its host's queue, unless that has happened too often. sys: the errno. */
void attempt_requeue(struct seine_fetch *fetch, int sys);

/* The rest of a body was asked for, and what came is not that: the fetch begins again, at once. */
void attempt_restart(struct seine_fetch *fetch);

/* The options that a fetch goes by: those of the engine's own questions are less strict. */
const seine_options_t *attempt_options(const struct seine_fetch *fetch);

/* Ends a fetch as cancelled, wherever it stands; one that is being stored, or done, is left to its end. Not from inside
 * a libcurl callback. */
void attempt_cancel(struct seine_fetch *fetch);

/* Whether the attempt that was begun last is the last one that the options allow. */
bool attempt_is_last(const struct seine_fetch *fetch);

/* Frees what the fetch holds of an attempt, whatever state that is in. Not from inside a libcurl callback. */
void attempt_drop(struct seine_fetch *fetch);

#endif
