/* Files that cannot be stored: whether one file is the cause, or no file can be. Loop thread only. */
#ifndef SEINE_CLI_DISK_SPACE_H
#define SEINE_CLI_DISK_SPACE_H

#include "run/item.h"

/* Returns whether an errno means that no file at all can be stored. */
bool disk_is_unusable(int sys);
/* Stops the run because no file can be stored, with a message that names the remedy. */
void disk_stop_run(struct run *run, int sys);
/* Counts a file that could not be stored; too many in a row stop the run. */
void disk_count_failure(struct run *run, int sys);
/* Counts such a file, and probes whether any file can be stored; if not, the run stops. */
void disk_check(struct run *run, const seine_result_t *result);

/* Returns whether an errno means that there was no space, which a single body may have taken. */
bool disk_is_full(int sys);

/* Ends an item, or fetches it again. */
typedef void (*disk_decide_cb)(struct item *item, bool has_space);

/* Holds an item with a saved row until it is known whether there is space again, then calls `decide`. */
void disk_await_space(struct item *item, disk_decide_cb decide);
/* Returns whether items wait for that: nothing new is submitted meanwhile. */
bool disk_lacks_space(const struct run *run);

#endif
