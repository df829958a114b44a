/* Ends of a run before its time: signals, and what hangs. */
#include "run/run_state.h"
#include "base/util.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_MS         10000
#define PATIENCE_MS      5000 /* in which something has to come to its end */
#define SYNC_MS          120000 /* a sync waits for all that the system has not written yet */
#define HURRY_MS         1000

/* ---- What hangs ---- */

static void hang_timer_expired(uv_timer_t *timer) {
  struct run *run = timer->data;
  size_t left = run->held + (run->manifest ? manifest_backlog(run->manifest) : 0);
  if (run->signals_come < 2 && left != run->left) {
    shutdown_await(run);
    return;
  }
  if (!run->stopped) run->stopped = EXIT_BROKEN;
  if (run->stage == RUN_CLOSING) {
    RUN_SAY(run, "something hangs that reads or writes files, in %s or on the way there; it is left behind",
            run->settings->output);
    run_abandon_engine(run);
    return;
  }
  RUN_SAY(run, "%s %s hangs; the run ends without it", run->stage == RUN_RECALLING ? "reading" : "writing",
          run->settings->manifest);
  run_end_process(run, false);
}

void shutdown_await(struct run *run) {
  bool syncs = run->settings->durable && run->stage == RUN_WRITING;
  uint64_t wait_ms = run->signals_come > 1 ? HURRY_MS : syncs ? SYNC_MS : PATIENCE_MS;
  run->left = run->held + (run->manifest ? manifest_backlog(run->manifest) : 0);
  uv_timer_start(&run->hang_timer, hang_timer_expired, wait_ms, 0);
}

/* ---- Leaving ---- */

static void grace_timer_expired(uv_timer_t *timer) {
  struct run *run = timer->data;
  RUN_SAY(run, "transfers that have not ended after %d s are given up", GRACE_MS / 1000);
  run_close_engine(run);
}

void shutdown_begin(struct run *run, int status) {
  if (run->stopped) return;
  run->stopped = status;
  atomic_store(&run->replay.stop, true);
  feed_stop(run);
  if (run->stage == RUN_RECALLING) shutdown_await(run);
  if (!run->engine || run->stage != RUN_ENDING) return;
  seine_drain(run->engine);
  uv_timer_start(&run->grace_timer, grace_timer_expired, GRACE_MS, 0);
}

/* ---- Signals ---- */

size_t leave_in_flight(const struct run *run) {
  seine_stats_t stats;
  if (!run->engine) return 0;
  seine_get_stats(run->engine, &stats);
  return stats.resolving + stats.transferring + stats.inspecting + stats.storing;
}

static void signal_came(uv_signal_t *handle, int signum) {
  struct run *run = handle->data;
  (void)signum;
  if (++run->signals_come == 1) {
    size_t in_flight = leave_in_flight(run);
    RUN_SAY(run, "finishing %zu transfer%s; once more to stop at once", in_flight, in_flight == 1 ? "" : "s");
    shutdown_begin(run, EXIT_INTERRUPTED);
    return;
  }
  if (!run->stopped) run->stopped = EXIT_INTERRUPTED;
  if (run->manifest) manifest_hurry(run->manifest);
  run_close_engine(run);
  shutdown_await(run);
  /* From here on the signals do what they do to any program, should something hang. */
  for (size_t i = 0; i < 2; i++)
    uv_signal_stop(&run->signals[i]);
}

int shutdown_watch_signals(struct run *run) {
  static const int numbers[] = {SIGINT, SIGTERM};
  for (size_t i = 0; i < 2; i++) {
    uv_signal_init(&run->loop, &run->signals[i]);
    run->signals[i].data = run;
    uv_unref((uv_handle_t *)&run->signals[i]);
  }
  uv_timer_init(&run->loop, &run->grace_timer);
  run->grace_timer.data = run;
  uv_timer_init(&run->loop, &run->hang_timer);
  run->hang_timer.data = run;
  uv_unref((uv_handle_t *)&run->hang_timer); /* it is nothing to wait for */
  disk_open(run);
  int error = 0;
  for (size_t i = 0; i < 2 && !error; i++)
    error = uv_signal_start(&run->signals[i], signal_came, numbers[i]);
  return error;
}

void shutdown_close_handles(struct run *run) {
  for (size_t i = 0; i < 2; i++)
    uv_close((uv_handle_t *)&run->signals[i], NULL);
  uv_close((uv_handle_t *)&run->grace_timer, NULL);
  uv_close((uv_handle_t *)&run->hang_timer, NULL);
  disk_close(run);
}
