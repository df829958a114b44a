/* Results of fetches: where a body goes, and how its item ends. Loop thread only. */
#ifndef SEINE_CLI_RESULTS_H
#define SEINE_CLI_RESULTS_H

#include "run/run_state.h"

/* Sets the callbacks of every fetch that is submitted. */
void results_open(struct run *run);

#endif
