/* The figures of a run, its summary and its exit status. */
#include "run/conclude.h"
#include "base/human_format.h"
#include "base/message.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/xalloc.h"
#include "report/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void collect_run_stats(struct run_stats *run_stats, void *user) {
  struct run *run = user;
  seine_stats_t stats;
  run_stats->elapsed_ms = (uv_hrtime() - run->began_ns) / 1000000;
  run_stats->list_ended = run->stage > RUN_FETCHING;
  bool replaying = run->stage == RUN_REPLAYING;
  run_stats->replay.rows = atomic_load_explicit(&run->replay.rows_so_far, memory_order_relaxed);
  run_stats->replay.bytes = atomic_load_explicit(&run->replay.bytes_so_far, memory_order_relaxed);
  run_stats->replay.of_bytes = replaying ? manifest_earlier_bytes(run->manifest) : 0;
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

void conclude_unchecked(struct run *run) {
  char count[AMOUNT_ROOM];
  uint64_t unchecked = run->run_stats.without_checksum;
  if (unchecked == 0 || (!run->settings->checksum && !run->settings->checksum_column)) return;
  RUN_SAY(run, "--checksum: %s URL%s no checksum in the list, and nothing was compared for %s",
          format_count(unchecked, count), unchecked == 1 ? " has" : "s have", unchecked == 1 ? "it" : "them");
}

static int exit_status(const struct run *run) {
  const struct run_stats *run_stats = &run->run_stats;
  if (run->stop_status) return run->stop_status;
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

int conclude(const struct run *run) {
  const struct settings *settings = run->settings;
  struct summary summary = {
      .run_stats = &run->run_stats, .manifest = settings->manifest, .exit_status = exit_status(run)};
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
  summary.reasons = run->report_each_url ? NULL : &run->reasons; /* each was said already */
  summary.output = sink_stores(run->sink) ? settings->output : NULL;
  summary.interrupted = summary.exit_status == EXIT_INTERRUPTED;
  if (settings->verbosity >= 0 && nothing_came && !run->stop_status) say_nothing_came(settings);
  if (settings->verbosity >= 0) print_summary(&summary);
  if (!settings->summary || summary_write(&summary, settings->summary, cause, sizeof cause) == 0)
    return summary.exit_status;
  say("%s", cause);
  return run->stop_status ? run->stop_status : EXIT_BROKEN;
}

_Noreturn void conclude_process(struct run *run, bool whole) {
  progress_hide(run->progress);
  /* The summary's file may be where everything hangs. */
  int status = whole ? conclude(run) : run->stop_status;
  fflush(stdout);
  _exit(status);
}
