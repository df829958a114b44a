/* Checks, in debug builds, that every fetch waits for an event that will come. Loop thread only. */
#ifndef SEINE_ENGINE_LIVENESS_H
#define SEINE_ENGINE_LIVENESS_H

struct seine;

/* Returns a description of a fetch, host or component that nothing would ever wake; NULL: none. Pure. */
const char *liveness_check(const struct seine *engine);

#ifdef SEINE_LIVENESS
/* Starts a timer that checks every second, and aborts after three failed checks in a row. */
void liveness_open(struct seine *engine);
#endif

#endif
