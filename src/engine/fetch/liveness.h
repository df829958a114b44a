/* Proof, in debug builds, that nothing waits for ever. */
#ifndef SEINE_ENGINE_LIVENESS_H
#define SEINE_ENGINE_LIVENESS_H

struct seine;

/* What the fetch, host or room that waits for nothing is called; NULL if all is well. Pure. */
const char *liveness_check(const struct seine *engine);

#ifdef SEINE_LIVENESS
/* Looks every second, and aborts when something is wrong three times in a row. One handle on the engine's loop. */
void liveness_open(struct seine *engine);
#endif

#endif
