/* The life of a run: opens the rooms, lets the loop turn, closes them in order, and says what it came to. */
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
#define NAME_LEAST      64 /* bytes; what allows shorter names is not asked for them: each file will tell */

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

static void reserve_path(struct run *run, const char *path) {
  char *inside = path && strcmp(path, "-") != 0 ? path_in_output(run, path) : NULL;
  if (inside) paths_take(run->paths, inside, 0); /* no URL's fingerprint */
  free(inside);
}

static bool needs_folder(const struct settings *settings) {
  size_t length = strlen(settings->output);
  bool manifest_in_it = strncmp(settings->manifest, settings->output, length) == 0 && settings->manifest[length] == '/';
  return !settings->null_sink || manifest_in_it;
}

/* A record's number is in no other name of this run, but an earlier run may have had another list. */
static bool names_may_meet(const struct run *run) {
  const char *name = run->settings->name;
  if (naming_is_late(run->naming)) return false;
  return !naming_is_unique(run->naming) || strcmp(name, "id") == 0 || strstr(name, "{id") != NULL;
}

static bool are_urls(char *const *sources, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!list_is_url(sources[i])) return false;
  return true;
}

static int open_rooms(struct run *run) {
  const struct settings *settings = run->settings;
  char cause[512];
  if (naming_open(&run->naming, settings->name, settings->content_disposition, cause, sizeof cause) != 0) {
    say("%s", cause);
    return EXIT_USAGE;
  }
  int status = needs_folder(settings) ? outdir_open(&run->outdir, settings->output) : 0;
  if (status != 0) return status;
  long most = run->outdir.fd >= 0 ? fpathconf(run->outdir.fd, _PC_NAME_MAX) : -1;
  if (most >= NAME_LEAST) naming_limit(run->naming, (size_t)most);
  fingerprint_key_draw(&run->key);
  shard_set(&run->shard, settings->shard);
  run->few = are_urls(settings->lists, settings->list_count);
  run->history = history_new();
  run->worst = worst_new(&run->key, WORST_COUNTERS);
  if (settings->dedup && !settings->null_sink) {
    run->dedup = dedup_new(&run->key);
    run->shared = worst_new(&run->key, SHARED_COUNTERS);
  }
  if (!settings->null_sink && names_may_meet(run)) run->paths = paths_new(&run->key);
  return 0;
}

static void stop_for_manifest(const char *sentence, void *user) {
  struct run *run = user;
  RUN_SAY(run, "%s", sentence);
  leave(run, EXIT_BROKEN);
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
  if (status == 0 && run->paths) {
    reserve_path(run, settings->manifest);
    reserve_path(run, settings->summary);
  }
  return status;
}

/* ---- Ending ---- */

static void handles_close(struct run *run) {
  run->stage = RUN_ENDED;
  progress_close(run->progress);
  run->progress = NULL;
  uv_close((uv_handle_t *)&run->each_turn, NULL);
  uv_close((uv_handle_t *)&run->no_sleep, NULL);
  leave_close_handles(run);
}

static void manifest_closed(void *user, uint64_t lost) {
  struct run *run = user;
  char count[AMOUNT_ROOM];
  run->manifest = NULL;
  if (lost > 0) {
    RUN_SAY(run, "not in the manifest: %s result%s; the next run fetches what they were of once more",
            amount_count(lost, count), lost == 1 ? "" : "s");
    run->outdir.was_torn = true; /* files without rows: the mark stays, by which the next run knows of them */
  }
  if (run->abandoned) run_end_process(run, true);
  handles_close(run);
}

static void close_manifest(struct run *run) {
  run->stage = RUN_WRITING;
  uv_timer_stop(&run->deadline);
  if (run->signals_come > 1) manifest_hurry(run->manifest);
  leave_await(run);
  manifest_close(run->manifest, manifest_closed, run);
}

static void engine_closed(seine_t *engine, void *user) {
  struct run *run = user;
  (void)engine;
  run->engine = NULL;
}

static void collect_figures(struct figures *figures, void *user) {
  struct run *run = user;
  seine_stats_t stats;
  figures->elapsed_ms = (uv_hrtime() - run->began_ns) / 1000000;
  figures->list_ended = run->stage > RUN_FETCHING;
  bool recalls = run->stage == RUN_RECALLING;
  figures->recall.rows = atomic_load_explicit(&run->recall.rows_so_far, memory_order_relaxed);
  figures->recall.bytes = atomic_load_explicit(&run->recall.bytes_so_far, memory_order_relaxed);
  figures->recall.of_bytes = recalls ? manifest_earlier_bytes(run->manifest) : 0;
  if (!run->engine || run->stage > RUN_ENDING) return;
  seine_get_stats(run->engine, &stats);
  figures->in_flight = stats.resolving + stats.transferring + stats.inspecting + stats.storing;
  figures->waiting = stats.waiting;
  figures->queued = stats.queued;
  figures->hosts = stats.hosts;
  figures->hosts_frozen = stats.hosts_frozen;
  figures->hosts_down = stats.hosts_down;
  figures->proxies_down = stats.proxies_down;
  figures->received_bytes = stats.received_bytes;
}

void run_close_engine(struct run *run) {
  if (!run->engine || run->stage >= RUN_CLOSING) return;
  collect_figures(&run->figures, run);
  run->stage = RUN_CLOSING;
  uv_idle_stop(&run->no_sleep);
  const char *problem = list_problem(run->list);
  if (problem) {
    RUN_SAY(run, "%s", problem);
    if (!run->stopped) run->stopped = EXIT_BROKEN;
  }
  feed_say_unchecked(run);
  list_close(run->list);
  run->list = NULL;
  leave_await(run);
  seine_close(run->engine, engine_closed, run);
}

void run_abandon_engine(struct run *run) {
  run->abandoned = true;
  run->figures.unfinished += run->held;
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
  int least = event->kind == SEINE_EVENT_SHRUNK ? 0 : 1; /* what only the user can mend is said unasked */
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
  options.directory = run->settings->null_sink ? NULL : run->settings->output;
  options.keep_parts = true;
  options.drop_parts = run->settings->fresh;
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
  run->stage = RUN_FETCHING;
  struct list_options lists;
  settings_lists(settings, &lists);
  int error = list_open(&run->list, &run->loop, &lists, feed_list_ready, run);
  if (error) {
    say("the lists cannot be read: %s", reason_of(error));
    run->stage = RUN_CLOSING;
    run->stopped = EXIT_BROKEN;
    seine_close(run->engine, engine_closed, run);
  }
  progress_restart(run->progress);
  uv_prepare_start(&run->each_turn, look_after);
}

static void read_earlier(uv_work_t *work) {
  recall_read(&((struct run *)work->data)->recall);
}

static void say_what_was_lost(const struct recall *recall) {
  char count[AMOUNT_ROOM];
  struct text text = {0};
  if (recall->missing > 0)
    text_printf(&text, "%s file%s missing", amount_count(recall->missing, count),
                recall->missing == 1 ? " is" : "s are");
  if (recall->missing > 0 && recall->resized > 0) text_printf(&text, " and ");
  if (recall->resized > 0)
    text_printf(&text, "%s%s%s another size", amount_count(recall->resized, count),
                recall->missing > 0    ? ""
                : recall->resized == 1 ? " file"
                                       : " files",
                recall->resized == 1 ? " has" : " have");
  if (text.length > 0) say("of what is done by the manifest, %s: fetched again", text.data);
  text_clear(&text);
}

static void say_what_was_recalled(const struct run *run) {
  const struct recall *recall = &run->recall;
  char count[AMOUNT_ROOM];
  if (recall->leftovers > 0)
    say("removed %s unfinished file%s that an interrupted run had left", amount_count(recall->leftovers, count),
        recall->leftovers == 1 ? "" : "s");
  if (recall->not_understood > 0)
    say("not understood in %s, and passed over: %s line%s", run->settings->manifest,
        amount_count(recall->not_understood, count), recall->not_understood == 1 ? "" : "s");
  say_what_was_lost(recall);
  if (run->settings->verbosity > 0 && recall->rows > 0)
    say("%s URL%s done already", amount_count(history_count(run->history), count),
        history_count(run->history) == 1 ? " is" : "s are");
}

static void earlier_read(uv_work_t *work, int status) {
  struct run *run = work->data;
  uv_timer_stop(&run->deadline);
  progress_hide(run->progress);
  run->outdir.was_torn = false;
  say_what_was_recalled(run);
  if (status == 0 && run->recall.error && !run->stopped) {
    say("the manifest %s cannot be read: %s", run->settings->manifest, strerror(run->recall.error));
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
  amount_bytes((double)manifest_earlier_bytes(run->manifest), size);
  say("reading %s (%s) to see what is done already", run->settings->manifest, size);
}

/* The handles stand from here on, and are closed by handles_close. */
static void begin(struct run *run) {
  int error = leave_watch_signals(run);
  if (error) say("signals cannot be watched (%s): an interruption will end the run at once", reason_of(error));
  uv_prepare_init(&run->loop, &run->each_turn);
  uv_idle_init(&run->loop, &run->no_sleep);
  run->each_turn.data = run;
  run->recall.outdir = &run->outdir;
  run->recall.manifest = run->manifest;
  run->recall.key = &run->key;
  run->recall.history = run->history;
  run->recall.dedup = run->dedup;
  run->recall.paths = run->paths;
  run->recall.options = &run->settings->engine;
  run->recall.check_files = run->settings->check_files && run->outdir.fd >= 0;
  run->recall.retry_failed = run->settings->retry_failed;
  run->recall.retry_rejected = run->settings->retry_rejected;
  run->recall.checksum = run->settings->checksum;
  run->recall.rejected = &run->settings->rejected;
  run->recall.rejects_redirects = run->settings->reject_redirect_to != NULL;
  run->was_used = run->outdir.was_torn || manifest_earlier_bytes(run->manifest) > 0 || run->settings->fresh;
  run->recall_work.data = run;
  run->progress = progress_open(&run->loop, progress_choose(run->settings), &run->figures, collect_figures, run);
  uv_timer_start(&run->deadline, say_that_it_reads, PROGRESS_FIRST_MS, 0);
  uv_queue_work(&run->loop, &run->recall_work, read_earlier, earlier_read);
}

/* ---- The whole ---- */

static int exit_status(const struct run *run) {
  const struct figures *figures = &run->figures;
  if (run->stopped) return run->stopped;
  uint64_t not_ok = figures->by_status[SEINE_STATUS_REJECTED] + figures->by_status[SEINE_STATUS_FAILED] +
                    figures->unfinished + figures->done_before_bad;
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
  struct summary summary = {.figures = &run->figures, .manifest = settings->manifest, .exit_status = exit_status(run)};
  struct worst_host worst[SUMMARY_HOSTS], shared[SUMMARY_SHARED];
  char cause[512];
  bool nothing_came = run->figures.records == 0 && run->figures.other_shards == 0;
  summary.first_byte = &run->first_byte;
  summary.transfer = &run->transfer;
  summary.worst = worst;
  summary.worst_count = worst_list(run->worst, worst, SUMMARY_HOSTS);
  summary.shared = shared;
  summary.shared_count = run->shared ? worst_list(run->shared, shared, SUMMARY_SHARED) : 0;
  while (summary.shared_count > 0 && shared[summary.shared_count - 1].failed < SHARED_LEAST)
    summary.shared_count--;
  summary.reasons = run->few ? NULL : &run->reasons; /* each was said already */
  summary.output = settings->null_sink ? NULL : settings->output;
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
  worst_free(run->worst);
  worst_free(run->shared);
  reasons_clear(&run->reasons);
  paths_free(run->paths);
  dedup_free(run->dedup);
  history_free(run->history);
  naming_close(run->naming);
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
