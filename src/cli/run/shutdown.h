/* The end of a run: signals, the order in which the engine, the manifest and the handles close, and workers that
 * hang. Loop thread only. */
#ifndef SEINE_CLI_SHUTDOWN_H
#define SEINE_CLI_SHUTDOWN_H

#include "run/run_state.h"

/* Initialises the handles of the run and watches signals. They are closed once the manifest is. 0, or a negative libuv
 * code if signals cannot be watched. */
int shutdown_open_handles(struct run *run);

/* Stops the run early: transfers in flight may complete, for ten seconds at most. The first status stays. */
void shutdown_begin(struct run *run, int status);

/* Closes the lists and the engine, which cancels the remaining fetches. Can be called again. */
void shutdown_close_engine(struct run *run);
/* For seine_close; `user` is the run. */
void shutdown_engine_closed(seine_t *engine, void *user);

/* Writes the last rows, then closes the handles, so that the loop ends. The engine is closed, or was never opened. */
void shutdown_close_manifest(struct run *run);

#endif
