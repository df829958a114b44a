/* The figures of a run, its summary and its exit status. Loop thread only. */
#ifndef SEINE_CLI_CONCLUDE_H
#define SEINE_CLI_CONCLUDE_H

#include "run/run_state.h"

/* Brings run_stats up to date; a progress_collect_cb, whose user is the run. */
void collect_run_stats(struct run_stats *run_stats, void *user);

/* Reports how many records had no checksum although --checksum wants one. */
void conclude_unchecked(struct run *run);

/* Prints the summary, writes the file of --summary, and returns the exit status. */
int conclude(const struct run *run);

/* Ends the process while a worker hangs. `whole`: the manifest was written, so there is a summary. */
_Noreturn void conclude_process(struct run *run, bool whole);

#endif
