/* Complete bodies whose images are not: whether the server has no better one. Loop thread only. */
#ifndef SEINE_ENGINE_SEEN_TRUNCATED_H
#define SEINE_ENGINE_SEEN_TRUNCATED_H

#include "fetch/fetch.h"

/* Whether an earlier attempt of this fetch received the same bytes as the attempt that was just inspected, both of them
 * whole by Content-Length or by their chunks. Otherwise the attempt's bytes are remembered for the next. */
bool broken_again(struct seine_fetch *fetch);

#endif
