/* How far a run is: a bar on a terminal, or a line every ten seconds. */
#ifndef SEINE_CLI_PROGRESS_H
#define SEINE_CLI_PROGRESS_H

#include "report/run_stats.h"
#include "options/options.h"

#include <uv.h>

/* What is shown beside the figures. */
struct pace {
  double files, bytes; /* a second, over the last few */
};

/* The two lines of the bar, each of less than `width` columns: the whole first, then how it goes. Pure. */
#define PROGRESS_LINES 2
#define PROGRESS_ROOM  512

/* How long it may take to read what is done already without a word. */
#define PROGRESS_FIRST_MS 1000

void progress_bar(const struct run_stats *run_stats, const struct pace *pace, size_t width,
                  char lines[PROGRESS_LINES][PROGRESS_ROOM]);

/* The same as one line for a log. Pure. */
void progress_plain(const struct run_stats *run_stats, const struct pace *pace, char line[PROGRESS_ROOM]);

/* Follows the pace from one look at the figures to the next, `seconds` later. Pure. */
struct pace throughput(struct pace before, double files, double bytes, double seconds);

struct progress;
typedef void (*progress_collect_cb)(struct run_stats *run_stats, void *user); /* brings the figures up to date */

/* What is meant by PROGRESS_AUTO here and now. */
enum progress_mode progress_choose(const struct settings *settings);

/* Shows nothing before PROGRESS_FIRST_MS. `figures` is borrowed. The memory goes once the loop has run after
 * progress_close. */
struct progress *progress_open(uv_loop_t *loop, enum progress_mode mode, struct run_stats *run_stats,
                               progress_collect_cb collect, void *user);
/* From here on the figures are of another thing: the pace is measured anew, and shown when some time has passed. */
void progress_restart(struct progress *progress);
/* Takes the bar away, for something else to be said; it comes back by itself. NULL is fine. */
void progress_hide(struct progress *progress);
void progress_close(struct progress *progress); /* NULL is fine */

#endif
