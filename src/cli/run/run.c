/* The life of a run: opens the rooms, lets the loop turn, closes them in order, and says what it came to. */
#include "options/option_errors.h"
#include "run/run.h"
#include "base/human_format.h"
#include "report/event_text.h"
#include "base/process.h"
#include "run/run_state.h"
#include "report/summary.h"
#include "base/util.h"

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

static int open_rooms(struct run *run) {
  const struct settings *settings = run->settings;
  fingerprint_key_draw(&run->key);
  int status = open_sink(run);
  if (status != 0) return status;
  partition_set(&run->partition, settings->partition);
  run->few = are_urls(settings->lists, settings->list_count);
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

/* ---- Ending ---- */

static void handles_close(struct run *run) {
  run_set_stage(run, RUN_ENDED);
  progress_close(run->progress);
  run->progress = NULL;
  uv_close((uv_handle_t *)&run->loop_prepare, NULL);
  uv_close((uv_handle_t *)&run->keep_loop_awake, NULL);
  shutdown_close_handles(run);
}

static void manifest_closed(void *user, uint64_t lost) {
  struct run *run = user;
  char count[AMOUNT_ROOM];
  run->manifest = NULL;
  if (lost > 0) {
    RUN_SAY(run, "not in the manifest: %s result%s; the next run fetches what they were of once more",
            format_count(lost, count), lost == 1 ? "" : "s");
    run->outdir.unclean_shutdown = true; /* files without rows: the mark stays, by which the next run knows of them */
  }
  if (run->abandoned) run_end_process(run, true);
  handles_close(run);
}

static void close_manifest(struct run *run) {
  run_set_stage(run, RUN_WRITING);
  uv_timer_stop(&run->grace_timer);
  if (run->signals_come > 1) manifest_hurry(run->manifest);
  shutdown_await(run);
  manifest_close(run->manifest, manifest_closed, run);
}

static void engine_closed(seine_t *engine, void *user) {
  struct run *run = user;
  (void)engine;
  run->engine = NULL;
}

static void collect_run_stats(struct run_stats *run_stats, void *user) {
  struct run *run = user;
  seine_stats_t stats;
  run_stats->elapsed_ms = (uv_hrtime() - run->began_ns) / 1000000;
  run_stats->list_ended = run->stage > RUN_FETCHING;
  bool recalls = run->stage == RUN_RECALLING;
  run_stats->replay.rows = atomic_load_explicit(&run->replay.rows_so_far, memory_order_relaxed);
  run_stats->replay.bytes = atomic_load_explicit(&run->replay.bytes_so_far, memory_order_relaxed);
  run_stats->replay.of_bytes = recalls ? manifest_earlier_bytes(run->manifest) : 0;
  if (!run->engine || run->stage > RUN_ENDING) return;
  seine_get_stats(run->engine, &stats);
  run_stats->in_flight = stats.resolving + stats.transferring + stats.inspecting + stats.storing;
  run_stats->waiting = stats.waiting;
  run_stats->queued = stats.queued;
  run_stats->hosts = stats.hosts;
  run_stats->hosts_throttled = stats.hosts_throttled;
  run_stats->hosts_down = stats.hosts_down;
  run_stats->proxies_down = stats.proxies_down;
  run_stats->received_bytes = stats.received_bytes;
}

void run_close_engine(struct run *run) {
  if (!run->engine || run->stage >= RUN_CLOSING) return;
  collect_run_stats(&run->run_stats, run);
  run_set_stage(run, RUN_CLOSING);
  uv_idle_stop(&run->keep_loop_awake);
  const char *problem = list_problem(run->list);
  if (problem) {
    RUN_SAY(run, "%s", problem);
    if (!run->stopped) run->stopped = EXIT_BROKEN;
  }
  feed_say_unchecked(run);
  list_close(run->list);
  run->list = NULL;
  shutdown_await(run);
  seine_close(run->engine, engine_closed, run);
}

void run_abandon_engine(struct run *run) {
  run->abandoned = true;
  run->run_stats.unfinished += run->held;
  close_manifest(run);
}

/* Nothing that happens in the loop can be missed here: it comes before every sleep. */
static void look_after(uv_prepare_t *prepare) {
  struct run *run = prepare->data;
  feed_turn(run);
  bool idle = run->held == 0 && !run->probing;
  if (run->stage == RUN_ENDING && idle) run_close_engine(run);
  if (run->stage == RUN_CLOSING && idle && !run->engine) close_manifest(run);
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
    run->stopped = status;
    close_manifest(run);
    return;
  }
  run_set_stage(run, RUN_FETCHING);
  struct list_options lists;
  settings_lists(settings, &lists);
  int error = list_open(&run->list, &run->loop, &lists, feed_list_ready, run);
  if (error) {
    say("the lists cannot be read: %s", reason_of(error));
    run_set_stage(run, RUN_CLOSING);
    run->stopped = EXIT_BROKEN;
    seine_close(run->engine, engine_closed, run);
  }
  progress_restart(run->progress);
  uv_prepare_start(&run->loop_prepare, look_after);
}

static void read_earlier(uv_work_t *work) {
  replay_read(&((struct run *)work->data)->replay);
}

static void say_what_was_lost(const struct replay *replay) {
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

static void say_what_was_recalled(const struct run *run) {
  const struct replay *replay = &run->replay;
  char count[AMOUNT_ROOM];
  if (replay->leftovers > 0)
    say("removed %s unfinished file%s that an interrupted run had left", format_count(replay->leftovers, count),
        replay->leftovers == 1 ? "" : "s");
  if (replay->not_understood > 0)
    say("not understood in %s, and passed over: %s line%s", run->settings->manifest,
        format_count(replay->not_understood, count), replay->not_understood == 1 ? "" : "s");
  say_what_was_lost(replay);
  if (run->settings->verbosity > 0 && replay->rows > 0)
    say("%s URL%s done already", format_count(history_count(run->history), count),
        history_count(run->history) == 1 ? " is" : "s are");
}

static void earlier_read(uv_work_t *work, int status) {
  struct run *run = work->data;
  uv_timer_stop(&run->grace_timer);
  progress_hide(run->progress);
  run->outdir.unclean_shutdown = false;
  say_what_was_recalled(run);
  if (status == 0 && run->replay.error && !run->stopped) {
    say("the manifest %s cannot be read: %s", run->settings->manifest, strerror(run->replay.error));
    run->stopped = EXIT_BROKEN;
  }
  if (run->stopped)
    close_manifest(run);
  else
    begin_fetching(run);
}

static void say_that_it_reads(uv_timer_t *timer) {
  const struct run *run = timer->data;
  char size[AMOUNT_ROOM];
  if (run->settings->verbosity < 0 || progress_choose(run->settings) == PROGRESS_BAR) return;
  format_bytes((double)manifest_earlier_bytes(run->manifest), size);
  say("reading %s (%s) to see what is done already", run->settings->manifest, size);
}

/* The handles stand from here on, and are closed by handles_close. */
static void begin(struct run *run) {
  int error = shutdown_watch_signals(run);
  if (error) say("signals cannot be watched (%s): an interruption will end the run at once", reason_of(error));
  uv_prepare_init(&run->loop, &run->loop_prepare);
  uv_idle_init(&run->loop, &run->keep_loop_awake);
  run->loop_prepare.data = run;
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
  run->was_used = run->outdir.unclean_shutdown || manifest_earlier_bytes(run->manifest) > 0 || run->settings->fresh;
  run->recall_work.data = run;
  run->progress = progress_open(&run->loop, progress_choose(run->settings), &run->run_stats, collect_run_stats, run);
  uv_timer_start(&run->grace_timer, say_that_it_reads, PROGRESS_FIRST_MS, 0);
  uv_queue_work(&run->loop, &run->recall_work, read_earlier, earlier_read);
}

/* ---- The whole ---- */

static int exit_status(const struct run *run) {
  const struct run_stats *run_stats = &run->run_stats;
  if (run->stopped) return run->stopped;
  uint64_t not_ok = run_stats->by_status[SEINE_STATUS_REJECTED] + run_stats->by_status[SEINE_STATUS_FAILED] +
                    run_stats->unfinished + run_stats->done_before_bad;
  return not_ok > 0 ? EXIT_NOT_ALL : 0;
}

static char *shown_path(const char *path) {
  size_t room = strlen(path) * 4 + 1;
  char *shown = xmalloc(room);
  escape_for_terminal(path, strlen(path), shown, room);
  return shown;
}

static void print_summary(const struct summary *summary) {
  struct text text = {0};
  struct summary shown = *summary;
  char *output = summary->output ? shown_path(summary->output) : NULL, *manifest = shown_path(summary->manifest);
  shown.output = output;
  shown.manifest = manifest;
  summary_text(&shown, &text);
  fprintf(stderr, "seine: %s", text.data);
  fflush(stderr);
  text_clear(&text);
  free(output);
  free(manifest);
}

static void say_nothing_came(const struct settings *settings) {
  char *sentence = summary_of_nothing(settings->lists, settings->list_count);
  say("%s", sentence);
  free(sentence);
}

static int sum_up(const struct run *run) {
  const struct settings *settings = run->settings;
  struct summary summary = {.run_stats = &run->run_stats, .manifest = settings->manifest, .exit_status = exit_status(run)};
  struct top_host top_hosts[SUMMARY_HOSTS], shared[SUMMARY_SHARED];
  char cause[512];
  bool nothing_came = run->run_stats.records == 0 && run->run_stats.other_partitions == 0;
  summary.ttfb = &run->ttfb;
  summary.total = &run->total;
  summary.top_hosts = top_hosts;
  summary.top_host_count = top_hosts_list(run->top_hosts, top_hosts, SUMMARY_HOSTS);
  summary.shared = shared;
  summary.shared_count = run->shared ? top_hosts_list(run->shared, shared, SUMMARY_SHARED) : 0;
  while (summary.shared_count > 0 && shared[summary.shared_count - 1].failed < SHARED_LEAST)
    summary.shared_count--;
  summary.reasons = run->few ? NULL : &run->reasons; /* each was said already */
  summary.output = sink_stores(run->sink) ? settings->output : NULL;
  summary.interrupted = summary.exit_status == EXIT_INTERRUPTED;
  if (settings->verbosity >= 0 && nothing_came && !run->stopped) say_nothing_came(settings);
  if (settings->verbosity >= 0) print_summary(&summary);
  if (!settings->summary || summary_write(&summary, settings->summary, cause, sizeof cause) == 0)
    return summary.exit_status;
  say("%s", cause);
  return run->stopped ? run->stopped : EXIT_BROKEN;
}

void run_end_process(struct run *run, bool whole) {
  progress_hide(run->progress);
  /* The summary's file may be where everything hangs. */
  int status = whole ? sum_up(run) : run->stopped;
  fflush(stdout);
  _exit(status);
}

static void free_rooms(struct run *run) {
  top_hosts_free(run->top_hosts);
  top_hosts_free(run->shared);
  reasons_clear(&run->reasons);
  dedup_free(run->dedup);
  history_free(run->history);
  sink_close(run->sink);
  outdir_close(&run->outdir);
  free(run->shown);
}

int run(const struct settings *settings) {
  struct run state = {.settings = settings, .outdir = {.fd = -1, .lock = -1}, .began_ns = uv_hrtime()};
  int error = uv_loop_init(&state.loop);
  if (error) {
    say("the run cannot begin: %s", reason_of(error));
    return EXIT_BROKEN;
  }
  int status = open_rooms(&state);
  if (status == 0) status = open_manifest(&state);
  if (status == 0) {
    begin(&state);
    uv_run(&state.loop, UV_RUN_DEFAULT);
    status = sum_up(&state);
  }
  free_rooms(&state);
  int left = uv_loop_close(&state.loop);
  assert(left == 0);
  (void)left;
  return status;
}
