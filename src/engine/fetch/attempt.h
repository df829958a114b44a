/* The attempts of a fetch: starting one, and what follows when it fails. Loop thread only. */
#ifndef SEINE_ENGINE_ATTEMPT_H
#define SEINE_ENGINE_ATTEMPT_H

#include "fetch/engine_state.h"

/* Starts, or fails, the next fetch of a host that is ready. */
void attempt_begin(struct host *host);

/* Handles a failed attempt: schedules a retry after the backoff delay, at least wait_ms, if the failure is retryable
 * and attempts remain; otherwise ends the fetch with `error`. `message` is copied; NULL: none. */
void attempt_fail(struct seine_fetch *fetch, int error, bool retryable, uint64_t wait_ms, const char *message);

/* Requeues a fetch for which the process had no file descriptor, at the head of its host's queue. The attempt is not
 * counted. Ends the fetch if that happened too often. sys: the errno. */
void attempt_requeue(struct seine_fetch *fetch, int sys);

/* Discards what was received and requeues the fetch at once; for a response that does not continue the body. */
void attempt_restart(struct seine_fetch *fetch);

/* Returns the options for a fetch; requests for robots.txt have less strict ones. */
const seine_options_t *attempt_options(const struct seine_fetch *fetch);

/* Ends a fetch as cancelled, in any state but FETCH_STORING and FETCH_DONE, which are not affected. Not from inside a
 * libcurl callback. */
void attempt_cancel(struct seine_fetch *fetch);

/* Returns whether options.retries allows no further attempt. */
bool attempt_is_last(const struct seine_fetch *fetch);

/* Frees fetch->attempt and aborts its transfer, if any. Not from inside a libcurl callback. */
void attempt_drop(struct seine_fetch *fetch);

#endif
