/* The state of a run, which every file of run/ works on: feed.c submits records, results.c writes rows, disk_space.c
 * handles a full disk, shutdown.c ends the run, conclude.c sums it up. Loop thread only. */
#ifndef SEINE_CLI_RUN_STATE_H
#define SEINE_CLI_RUN_STATE_H

#include "base/exit_status.h"
#include "input/list.h"
#include "input/partition.h"
#include "manifest/history.h"
#include "manifest/manifest.h"
#include "manifest/replay.h"
#include "options/options.h"
#include "output/dedup.h"
#include "output/outdir.h"
#include "output/sink.h"
#include "report/histogram.h"
#include "report/progress.h"
#include "report/reasons.h"
#include "report/run_stats.h"
#include "report/top_hosts.h"

#include <seine.h>

struct item;

enum run_stage {
  RUN_REPLAYING, /* a worker reads the rows of earlier runs */
  RUN_FETCHING, /* records are read and submitted */
  RUN_ENDING, /* no more records are read; submitted ones are completed */
  RUN_CLOSING, /* the engine is closing: fetches that are left are cancelled */
  RUN_WRITING, /* the manifest writes its last rows */
  RUN_ENDED /* the remaining handles are closing */
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
  uv_work_t replay_work;

  struct list *list;
  seine_t *engine;
  seine_place_cb on_place; /* of every fetch */
  seine_result_cb on_result;
  uv_prepare_t loop_prepare; /* runs before every poll */
  uv_idle_t keep_loop_awake; /* active while more records can be read at once */
  bool list_waits; /* list_next returned LIST_AGAIN, and on_ready was not called since */
  struct partition partition;
  size_t items; /* submitted, without a row so far */
  size_t input_bytes; /* of their inputs */
  bool report_each_url; /* the lists are URLs on the command line: every failure is a message */
  bool folder_was_used; /* the folder may have files without rows: a run was killed, or --fresh drops the rows */
  bool links_unsupported; /* --dedup=link stores each URL as a file of its own */
  char *shown_url; /* see item_show_url */
  size_t shown_url_size;

  uv_signal_t signals[2];
  unsigned signal_count; /* SIGINT and SIGTERM received */
  int stop_status; /* exit status of a run that was stopped; 0: it was not */
  uv_timer_t grace_timer; /* bounds RUN_ENDING once the run is stopped; while replaying, delays a message */
  uv_timer_t hang_timer; /* detects workers that hang once the run is ending */
  size_t remaining; /* items and bytes of rows when hang_timer was started */
  bool abandoned; /* a worker hangs: the process ends without the engine */

  struct {
    uv_work_t work;
    bool active;
    int error; /* errno */
    uint64_t bytes; /* to be written */
  } probe; /* of whether any file can be stored */
  unsigned io_failures; /* since a file was last stored */
  struct {
    struct item *waiting; /* items that found no space on the disk */
    void (*decide)(struct item *item, bool has_space);
    uv_work_t work;
    uv_timer_t timer; /* delays the next probe */
    bool probing;
    unsigned failed_probes;
    int error; /* errno of the last probe */
  } space;

  struct progress *progress;
  struct run_stats run_stats;
  struct histogram ttfb, total;
  struct top_hosts *top_hosts;
  struct top_hosts *shared; /* "HOST SHA-256" of duplicates; NULL without dedup */
  struct reasons reasons;
  uint64_t began_ns;
};

/* Assigns run->stage; nothing else does (tests/checks/layers). Stages only go forward. */
void run_set_stage(struct run *run, enum run_stage stage);
/* Goes from RUN_FETCHING to RUN_ENDING; no effect in other stages. */
void run_stop_reading(struct run *run);
/* Keeps the loop from sleeping, so that loop_prepare runs again at once. Ended by uv_idle_stop. */
void run_keep_awake(struct run *run);
/* Fetches that resolve, transfer, inspect or store now. */
size_t run_in_flight(const struct run *run);

/* Prints a message, and keeps the progress bar intact. */
#define RUN_SAY(run, ...) (progress_hide((run)->progress), say(__VA_ARGS__))

#endif
