/* Progress of a run: a bar on a terminal, or a line every ten seconds. Loop thread only, but for what is pure. */
#ifndef SEINE_CLI_PROGRESS_H
#define SEINE_CLI_PROGRESS_H

#include "options/options.h"
#include "report/run_stats.h"

#include <uv.h>

/* Throughput of the last seconds. */
struct throughput {
  double files, bytes; /* per second */
};

#define PROGRESS_LINES 2
#define PROGRESS_ROOM  512

/* Nothing is shown before this time: most scans of an earlier manifest are over by then. */
#define PROGRESS_FIRST_MS 1000

/* Writes the two lines of the bar, each of less than `width` columns: overall progress, then counts by state. Pure. */
void progress_bar(const struct run_stats *run_stats, const struct throughput *throughput, size_t width,
                  char lines[PROGRESS_LINES][PROGRESS_ROOM]);

/* Writes progress as one line for a log. Pure. */
void progress_plain(const struct run_stats *run_stats, const struct throughput *throughput, char line[PROGRESS_ROOM]);

/* Returns the throughput after another `seconds` in which so many files and bytes were done. Pure. */
struct throughput throughput_update(struct throughput before, double files, double bytes, double seconds);

struct progress;
typedef void (*progress_collect_cb)(struct run_stats *run_stats, void *user); /* updates the counts */

/* Returns the mode that PROGRESS_AUTO stands for: a bar if stderr is a terminal. */
enum progress_mode progress_choose(const struct settings *settings);

/* Shows nothing before PROGRESS_FIRST_MS. `run_stats` is borrowed until progress_close, whose memory is freed when the
 * loop has run after it. */
struct progress *progress_open(uv_loop_t *loop, enum progress_mode mode, struct run_stats *run_stats,
                               progress_collect_cb collect, void *user);
/* Measures throughput anew, as between the scan of the manifest and the transfers. */
void progress_restart(struct progress *progress);
/* Clears the bar so that a message can be written; it is redrawn by a timer. NULL is fine. */
void progress_hide(struct progress *progress);
void progress_close(struct progress *progress); /* NULL is fine */

#endif
