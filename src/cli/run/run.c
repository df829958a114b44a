/* A run: opens what it needs, reads the rows of earlier runs, fetches, and returns the exit status. */
#include "run/run.h"
#include "base/human_format.h"
#include "base/message.h"
#include "base/process.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "options/option_errors.h"
#include "report/event_text.h"
#include "run/conclude.h"
#include "run/feed.h"
#include "run/results.h"
#include "run/shutdown.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKER_NICE     10 /* what is hashed and written comes after what is received */
#define SHARED_COUNTERS 256

/* ---- Opening ---- */

/* The path below the output folder, or NULL if it is elsewhere. The caller's to free. */
static char *path_in_output(const struct run *run, const char *path) {
  const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  char *above = base == path ? xstrdup(".") : xstrndup(path, (size_t)(base - path));
  char *folder = realpath(above, NULL), *output = realpath(run->settings->output, NULL), *inside = NULL;
  size_t length = output ? strlen(output) : 0;
  if (folder && output && strncmp(folder, output, length) == 0 && (folder[length] == '/' || folder[length] == '\0'))
    inside = xasprintf("%s%s%s", folder[length] ? folder + length + 1 : "", folder[length] ? "/" : "", base);
  free(above);
  free(folder);
  free(output);
  return inside;
}

/* Keeps a file of the run's own from being replaced by a URL's. */
static void reserve_path(struct run *run, const char *path) {
  struct taken_names *names = sink_taken_names(run->sink);
  char *inside = names && path && strcmp(path, "-") != 0 ? path_in_output(run, path) : NULL;
  if (inside) taken_names_add(names, inside, 0); /* no URL's fingerprint */
  free(inside);
}

static bool is_manifest_in_output(const struct settings *settings) {
  size_t length = strlen(settings->output);
  return strncmp(settings->manifest, settings->output, length) == 0 && settings->manifest[length] == '/';
}

static int open_sink(struct run *run) {
  const struct settings *settings = run->settings;
  struct sink_options options = {.folder = settings->output,
                                 .outdir = &run->outdir,
                                 .name = settings->name,
                                 .content_disposition = settings->content_disposition,
                                 .key = &run->key};
  int status = sink_open(&run->sink, settings->output_format, &options);
  if (status == 0 && run->outdir.fd < 0 && is_manifest_in_output(settings))
    status = outdir_open(&run->outdir, settings->output);
  return status;
}

static bool are_urls(char *const *sources, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!list_is_url(sources[i])) return false;
  return true;
}

static int open_resources(struct run *run) {
  const struct settings *settings = run->settings;
  fingerprint_key_draw(&run->key);
  int status = open_sink(run);
  if (status != 0) return status;
  partition_set(&run->partition, settings->partition);
  run->report_each_url = are_urls(settings->lists, settings->list_count);
  run->history = history_new();
  run->top_hosts = top_hosts_new(&run->key, TOP_HOSTS_COUNTERS);
  if (settings->dedup && sink_stores(run->sink)) {
    run->dedup = dedup_new(&run->key);
    run->shared = top_hosts_new(&run->key, SHARED_COUNTERS);
  }
  return 0;
}

static void stop_for_manifest(const char *sentence, void *user) {
  struct run *run = user;
  RUN_SAY(run, "%s", sentence);
  shutdown_begin(run, EXIT_BROKEN);
}

static int open_manifest(struct run *run) {
  const struct settings *settings = run->settings;
  int status = manifest_open(&run->manifest, &(struct manifest_options){
                                                 .loop = &run->loop,
                                                 .path = settings->manifest,
                                                 .folder = run->outdir.fd,
                                                 .is_default = settings->manifest_is_default,
                                                 .fresh = settings->fresh,
                                                 .durable = settings->durable,
                                                 .read_back = run->dedup != NULL,
                                                 .on_error = stop_for_manifest,
                                                 .user = run,
                                             });
  if (status == 0) {
    reserve_path(run, settings->manifest);
    reserve_path(run, settings->summary);
  }
  return status;
}

/* Runs before every poll of the loop, so no callback can change the run unnoticed. */
static void before_poll(uv_prepare_t *prepare) {
  struct run *run = prepare->data;
  feed_turn(run);
  bool idle = run->items == 0 && !run->probe.active;
  if (run->stage == RUN_ENDING && idle) shutdown_close_engine(run);
  if (run->stage == RUN_CLOSING && idle && !run->engine) shutdown_close_manifest(run);
}

/* ---- Beginning ---- */

static void say_event(seine_t *engine, const seine_event_t *event, void *user) {
  struct run *run = user;
  struct text text = {0};
  (void)engine;
  int least = event->kind == SEINE_EVENT_CONCURRENCY_REDUCED ? 0 : 1; /* what only the user can mend is said unasked */
  if (run->settings->verbosity < least) return;
  event_text(event, &text);
  if (text.length > 0) RUN_SAY(run, "%s", text.data);
  text_clear(&text);
}

static int open_engine(struct run *run) {
  seine_options_t options = run->settings->engine;
  options.concurrency = process_fit(options.concurrency);
  options.worker_nice = WORKER_NICE;
  options.on_event = say_event;
  options.event_user = run;
  options.directory = sink_stores(run->sink) ? run->settings->output : NULL;
  options.keep_partial = true;
  options.discard_partial = run->settings->fresh;
  int error = seine_open(&run->engine, &run->loop, &options);
  if (error == 0) return 0;
  char cause[512];
  bool known = option_check_engine(&options, cause, sizeof cause) != 0;
  say("the run cannot begin: %s", known ? cause : seine_strerror(error));
  return error == SEINE_EINVAL ? EXIT_USAGE : EXIT_BROKEN;
}

static void begin_fetching(struct run *run) {
  const struct settings *settings = run->settings;
  int status = open_engine(run);
  if (status != 0) {
    run->stop_status = status;
    shutdown_close_manifest(run);
    return;
  }
  run_set_stage(run, RUN_FETCHING);
  struct list_options lists;
  settings_lists(settings, &lists);
  int error = list_open(&run->list, &run->loop, &lists, feed_list_ready, run);
  if (error) {
    say("the lists cannot be read: %s", reason_of(error));
    run_set_stage(run, RUN_CLOSING);
    run->stop_status = EXIT_BROKEN;
    seine_close(run->engine, shutdown_engine_closed, run);
  }
  progress_restart(run->progress);
  uv_prepare_start(&run->loop_prepare, before_poll);
}

static void replay_work(uv_work_t *work) {
  replay_read(&((struct run *)work->data)->replay);
}

static void report_lost_files(const struct replay *replay) {
  char count[AMOUNT_ROOM];
  struct text text = {0};
  if (replay->missing > 0)
    text_printf(&text, "%s file%s missing", format_count(replay->missing, count),
                replay->missing == 1 ? " is" : "s are");
  if (replay->missing > 0 && replay->resized > 0) text_printf(&text, " and ");
  if (replay->resized > 0)
    text_printf(&text, "%s%s%s another size", format_count(replay->resized, count),
                replay->missing > 0    ? ""
                : replay->resized == 1 ? " file"
                                       : " files",
                replay->resized == 1 ? " has" : " have");
  if (text.length > 0) say("of what is done by the manifest, %s: fetched again", text.data);
  text_clear(&text);
}

static void report_replay(const struct run *run) {
  const struct replay *replay = &run->replay;
  char count[AMOUNT_ROOM];
  if (replay->leftovers > 0)
    say("removed %s unfinished file%s that an interrupted run had left", format_count(replay->leftovers, count),
        replay->leftovers == 1 ? "" : "s");
  if (replay->not_understood > 0)
    say("not understood in %s, and passed over: %s line%s", run->settings->manifest,
        format_count(replay->not_understood, count), replay->not_understood == 1 ? "" : "s");
  report_lost_files(replay);
  if (run->settings->verbosity > 0 && replay->rows > 0)
    say("%s URL%s done already", format_count(history_count(run->history), count),
        history_count(run->history) == 1 ? " is" : "s are");
}

static void replay_done(uv_work_t *work, int status) {
  struct run *run = work->data;
  uv_timer_stop(&run->grace_timer);
  progress_hide(run->progress);
  run->outdir.unclean_shutdown = false;
  report_replay(run);
  if (status == 0 && run->replay.error && !run->stop_status) {
    say("the manifest %s cannot be read: %s", run->settings->manifest, strerror(run->replay.error));
    run->stop_status = EXIT_BROKEN;
  }
  if (run->stop_status)
    shutdown_close_manifest(run);
  else
    begin_fetching(run);
}

static void report_slow_replay(uv_timer_t *timer) {
  const struct run *run = timer->data;
  char size[AMOUNT_ROOM];
  if (run->settings->verbosity < 0 || progress_choose(run->settings) == PROGRESS_BAR) return;
  format_bytes((double)manifest_earlier_bytes(run->manifest), size);
  say("reading %s (%s) to see what is done already", run->settings->manifest, size);
}

static void begin(struct run *run) {
  int error = shutdown_open_handles(run);
  if (error) say("signals cannot be watched (%s): an interruption will end the run at once", reason_of(error));
  results_open(run);
  run->replay.outdir = &run->outdir;
  run->replay.manifest = run->manifest;
  run->replay.key = &run->key;
  run->replay.history = run->history;
  run->replay.dedup = run->dedup;
  run->replay.paths = sink_taken_names(run->sink);
  run->replay.options = &run->settings->engine;
  run->replay.check_files = run->settings->check_files && run->outdir.fd >= 0;
  run->replay.retry_failed = run->settings->retry_failed;
  run->replay.retry_rejected = run->settings->retry_rejected;
  run->replay.checksum = run->settings->checksum;
  run->replay.rejected = &run->settings->rejected;
  run->replay.rejects_redirects = run->settings->reject_redirect_to != NULL;
  run->folder_was_used =
      run->outdir.unclean_shutdown || manifest_earlier_bytes(run->manifest) > 0 || run->settings->fresh;
  run->replay_work.data = run;
  run->progress = progress_open(&run->loop, progress_choose(run->settings), &run->run_stats, collect_run_stats, run);
  uv_timer_start(&run->grace_timer, report_slow_replay, PROGRESS_FIRST_MS, 0);
  uv_queue_work(&run->loop, &run->replay_work, replay_work, replay_done);
}

static void free_resources(struct run *run) {
  top_hosts_free(run->top_hosts);
  top_hosts_free(run->shared);
  reasons_clear(&run->reasons);
  dedup_free(run->dedup);
  history_free(run->history);
  sink_close(run->sink);
  outdir_close(&run->outdir);
  free(run->shown_url);
}

int run(const struct settings *settings) {
  struct run state = {.settings = settings, .outdir = {.fd = -1, .lock = -1}, .began_ns = uv_hrtime()};
  int error = uv_loop_init(&state.loop);
  if (error) {
    say("the run cannot begin: %s", reason_of(error));
    return EXIT_BROKEN;
  }
  int status = open_resources(&state);
  if (status == 0) status = open_manifest(&state);
  if (status == 0) {
    begin(&state);
    uv_run(&state.loop, UV_RUN_DEFAULT);
    status = conclude(&state);
  }
  free_resources(&state);
  int left = uv_loop_close(&state.loop);
  assert(left == 0);
  (void)left;
  return status;
}
