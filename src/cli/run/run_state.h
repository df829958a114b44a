/* What the files of a run share: run.c its life, feed.c reading and submitting, record.c results to rows, leave.c its
 * ends before time, disk.c files that cannot be stored. */
#ifndef SEINE_CLI_RUN_STATE_H
#define SEINE_CLI_RUN_STATE_H

#include "base/exit_status.h"
#include "input/checksum.h"
#include "output/dedup.h"
#include "report/run_stats.h"
#include "manifest/history.h"
#include "report/histogram.h"
#include "input/list.h"
#include "manifest/manifest.h"
#include "options/options.h"
#include "output/outdir.h"
#include "output/sink.h"
#include "report/progress.h"
#include "report/reasons.h"
#include "manifest/replay.h"
#include "input/partition.h"
#include "report/top_hosts.h"

#include <seine.h>

enum run_stage {
  RUN_RECALLING, /* a worker goes over what earlier runs left */
  RUN_FETCHING, /* records are read and submitted */
  RUN_ENDING, /* nothing more is read; what is held comes to its end */
  RUN_CLOSING, /* the engine is closing: what is left is cancelled */
  RUN_WRITING, /* the manifest writes its last rows */
  RUN_ENDED /* only handles are left, and they are closing */
};

struct run {
  const struct settings *settings;
  enum run_stage stage;
  uv_loop_t loop;
  struct fingerprint_key key;

  struct outdir outdir; /* fd is -1 where no folder is needed */
  struct manifest *manifest;
  struct history *history;
  struct dedup *dedup; /* NULL: off */
  struct sink *sink;
  struct replay replay;
  uv_work_t recall_work;

  struct list *list;
  seine_t *engine;
  uv_prepare_t loop_prepare; /* looks after the run before the loop would sleep */
  uv_idle_t keep_loop_awake; /* active while there is more to read at once */
  bool list_waits; /* list_next is worth no call before on_ready */
  struct partition partition;
  size_t held; /* items */
  size_t held_bytes; /* of their inputs */
  bool few; /* URLs, which stand on the command line: what became of each is said unasked */
  bool was_used; /* the folder may have files that no row tells of: of a run that was killed, or before --fresh */
  bool no_links; /* they turned out not to be possible: each URL has a file of its own */
  char *shown; /* what a row shows of a record's URL, until the next call of feed_show */
  size_t shown_room;

  uv_signal_t signals[2];
  uv_timer_t grace_timer;
  uv_timer_t hang_timer; /* with what workers do, once the run is leaving */
  size_t left; /* to be done, when patience looked last */
  bool abandoned; /* a worker hangs: what it holds is left behind, and the process ends with it */
  uv_work_t probe;
  bool probing;
  int probe_error; /* errno */
  uint64_t probe_bytes;
  unsigned io_failures; /* since a file was last stored */
  struct {
    struct item *waiting; /* items that found no space on the disk */
    uv_work_t work;
    uv_timer_t timer; /* until the next look for space */
    bool looking;
    unsigned looks; /* in vain */
    int error; /* errno of the last look */
  } space;
  unsigned signals_come;
  int stopped; /* the exit status of a run that was stopped; 0 */

  struct progress *progress;
  struct run_stats run_stats;
  struct histogram ttfb, total;
  struct top_hosts *top_hosts;
  struct top_hosts *shared; /* "HOST SHA-256" of duplicates; NULL without dedup */
  struct reasons reasons;
  uint64_t began_ns;
};

/* A URL between its submission and its row. */
struct item {
  struct run *run;
  uint64_t id, url; /* record and fingerprint */
  struct dedup_claim *claim; /* its bytes are the first of their kind */
  struct dedup_waiter waiter;
  char *own_path; /* with --dedup=link, the name of a duplicate; owned */
  struct kept *kept; /* what is known of it while it waits for another's row */
  struct checksum *checksum; /* that its bytes must have; owned; NULL: any */
  bool alone; /* its bytes are stored whatever is held already */
  bool distinct; /* its name is another URL's, too */
  bool nameless; /* no path could be made for it */
  bool lacked_space; /* it is fetched again, as there was no space on the disk the first time */
  struct item *next_without_space; /* in run.space.waiting */
  bool rejected_before; /* by an earlier run, for its type */
  bool as_written; /* rows show its URL as it is */
  char *input; /* what else its record holds; NULL for a line */
  size_t input_bytes;
};

/* Assigns run->stage; nothing else does (tests/checks/layers). Stages only go forward. */
void run_set_stage(struct run *run, enum run_stage stage);

/* Says something without spoiling the bar. */
#define RUN_SAY(run, ...) (progress_hide((run)->progress), say(__VA_ARGS__))

/* ---- feed.c ---- */

/* Submits records while the engine has room; bounded, to be called every turn of the loop. */
void feed_turn(struct run *run);
void feed_list_ready(struct list *list, void *user);
/* Reports how many records had no checksum though --checksum wants one. */
void feed_say_unchecked(struct run *run);
/* Nothing more is read. */
void feed_stop(struct run *run);
/* Submits an item; false if it was not taken, and is gone. */
bool feed_submit(struct item *item, const char *url);
/* Its memory, after its row. */
void feed_release(struct item *item);
/* Returns what a row shows of a URL, in run->shown, valid until the next call. */
const char *feed_show(struct run *run, const char *url);

/* ---- record.c ---- */

/* The row of a record that never became a fetch; `input` may be NULL. */
void record_bad_url(struct run *run, uint64_t id, const char *shown_url, const char *cause, const char *input);
int record_place(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size);
void record_result(seine_fetch_t *fetch, const seine_result_t *result);

/* For an item whose row is kept: its URL is fetched once more; it gets a row as failed, of class io; it gets none. */
void record_fetch_again(struct item *item);
void record_failure(struct item *item, const char *message);
void record_unfinished(struct item *item);
/* How much of its body had been received. */
uint64_t record_kept_bytes(const struct item *item);

/* ---- leave.c ---- */

/* 0, or a negative libuv code. */
int shutdown_watch_signals(struct run *run);
/* Ends the run early: what is in flight comes to its end, for ten seconds at most. The first status stays. */
void shutdown_begin(struct run *run, int status);
/* From now on the workers have to come to an end, one thing after the other; if they hang, the run leaves without
 * them. */
void shutdown_await(struct run *run);
void shutdown_close_handles(struct run *run);

/* Fetches that resolve, transfer, inspect or store now. */
size_t leave_in_flight(const struct run *run);

/* ---- disk.c ---- */

void disk_open(struct run *run);
void disk_close(struct run *run);
/* Whether an errno says that no file at all can be stored, rather than one. */
bool disk_is_unusable(int sys);
/* Ends the run since no file can be stored, and says what to do. */
void disk_leave(struct run *run, int sys);
/* A file could not be stored for a reason that may be its own: finds out whether any can. */
void disk_check(struct run *run, const seine_result_t *result);
/* Whether an errno says that there was no space, which a single body may have taken. */
bool disk_is_full(int sys);
/* Keeps an item, whose row is kept, until it is known whether there is space again: it is fetched once more, gets a row
 * as failed, or the run ends. */
void disk_await_space(struct item *item);
/* Whether items wait for that; nothing new is submitted meanwhile. */
bool disk_lacks_space(const struct run *run);

/* ---- run.c ---- */

/* Writes the manifest and ends without the engine, in which something hangs. */
void run_abandon_engine(struct run *run);
/* The end of the process, whatever still hangs. `whole`: the manifest could be written. */
_Noreturn void run_end_process(struct run *run, bool whole);
/* Cancels what is left. Fine to be called again. */
void run_close_engine(struct run *run);

#endif
