/* Records out of the lists into the engine. Loop thread only. */
#ifndef SEINE_CLI_FEED_H
#define SEINE_CLI_FEED_H

#include "run/run_state.h"

/* Submits records while the engine has room: called in every turn of the loop, for a few milliseconds at most. */
void feed_turn(struct run *run);
/* For list_open: reads on in the next turn. `user` is the run. */
void feed_list_ready(struct list *list, void *user);

#endif
