/* Fetches that the engine submits by itself. Loop thread only. */
#ifndef SEINE_ENGINE_SUBMIT_H
#define SEINE_ENGINE_SUBMIT_H

#include "fetch/fetch.h"

/* Queues a fetch of the engine's own, into memory, before all others of its host, for `cause`, which cannot go on
 * without it. Where only a redirect named the host, no header is sent that may be secret. 0 or an error of
 * seine_submit. */
int engine_submit_internal(const struct seine_fetch *cause, const char *url, seine_result_cb on_result, void *user);

#endif
