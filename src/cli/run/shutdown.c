/* The end of a run: signals, the order in which the engine, the manifest and the handles close, and workers that
 * hang. */
#include "run/shutdown.h"
#include "base/human_format.h"
#include "base/message.h"
#include "run/conclude.h"

#include <signal.h>

#define GRACE_MS 10000
#define HANG_MS  5000 /* without progress of the workers */
#define SYNC_MS  120000 /* a sync waits for all that the system has not written yet */
#define HURRY_MS 1000

/* ---- Closing, in order ---- */

static void await_workers(struct run *run);

static void close_handles(struct run *run) {
  uv_handle_t *const handles[] = {
      (uv_handle_t *)&run->loop_prepare, (uv_handle_t *)&run->keep_loop_awake, (uv_handle_t *)&run->signals[0],
      (uv_handle_t *)&run->signals[1],   (uv_handle_t *)&run->grace_timer,     (uv_handle_t *)&run->hang_timer,
      (uv_handle_t *)&run->space.timer,
  };
  run_set_stage(run, RUN_ENDED);
  progress_close(run->progress);
  run->progress = NULL;
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
    uv_close(handles[i], NULL);
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
  if (run->abandoned) conclude_process(run, true);
  close_handles(run);
}

void shutdown_close_manifest(struct run *run) {
  run_set_stage(run, RUN_WRITING);
  uv_timer_stop(&run->grace_timer);
  if (run->signal_count > 1) manifest_hurry(run->manifest);
  await_workers(run);
  manifest_close(run->manifest, manifest_closed, run);
}

void shutdown_engine_closed(seine_t *engine, void *user) {
  struct run *run = user;
  (void)engine;
  run->engine = NULL;
}

void shutdown_close_engine(struct run *run) {
  if (!run->engine || run->stage >= RUN_CLOSING) return;
  collect_run_stats(&run->run_stats, run);
  run_set_stage(run, RUN_CLOSING);
  uv_idle_stop(&run->keep_loop_awake);
  const char *problem = list_problem(run->list);
  if (problem) {
    RUN_SAY(run, "%s", problem);
    if (!run->stop_status) run->stop_status = EXIT_BROKEN;
  }
  conclude_unchecked(run);
  list_close(run->list);
  run->list = NULL;
  await_workers(run);
  seine_close(run->engine, shutdown_engine_closed, run);
}

/* ---- Workers that hang ---- */

static void abandon_engine(struct run *run) {
  run->abandoned = true;
  run->run_stats.unfinished += run->items;
  shutdown_close_manifest(run);
}

static void hang_timer_expired(uv_timer_t *timer) {
  struct run *run = timer->data;
  size_t remaining = run->items + (run->manifest ? manifest_backlog(run->manifest) : 0);
  if (run->signal_count < 2 && remaining != run->remaining) {
    await_workers(run);
    return;
  }
  if (!run->stop_status) run->stop_status = EXIT_BROKEN;
  if (run->stage == RUN_CLOSING) {
    RUN_SAY(run, "something hangs that reads or writes files, in %s or on the way there; it is left behind",
            run->settings->output);
    abandon_engine(run);
    return;
  }
  RUN_SAY(run, "%s %s hangs; the run ends without it", run->stage == RUN_REPLAYING ? "reading" : "writing",
          run->settings->manifest);
  conclude_process(run, false);
}

static void await_workers(struct run *run) {
  bool syncs = run->settings->durable && run->stage == RUN_WRITING;
  uint64_t wait_ms = run->signal_count > 1 ? HURRY_MS : syncs ? SYNC_MS : HANG_MS;
  run->remaining = run->items + (run->manifest ? manifest_backlog(run->manifest) : 0);
  uv_timer_start(&run->hang_timer, hang_timer_expired, wait_ms, 0);
}

/* ---- Stopping ---- */

static void grace_timer_expired(uv_timer_t *timer) {
  struct run *run = timer->data;
  RUN_SAY(run, "transfers that have not ended after %d s are given up", GRACE_MS / 1000);
  shutdown_close_engine(run);
}

void shutdown_begin(struct run *run, int status) {
  if (run->stop_status) return;
  run->stop_status = status;
  atomic_store(&run->replay.stop, true);
  run_stop_reading(run);
  if (run->stage == RUN_REPLAYING) await_workers(run);
  if (!run->engine || run->stage != RUN_ENDING) return;
  seine_drain(run->engine);
  uv_timer_start(&run->grace_timer, grace_timer_expired, GRACE_MS, 0);
}

/* ---- Signals ---- */

static void signal_came(uv_signal_t *handle, int signum) {
  struct run *run = handle->data;
  (void)signum;
  if (++run->signal_count == 1) {
    size_t in_flight = run_in_flight(run);
    RUN_SAY(run, "finishing %zu transfer%s; once more to stop at once", in_flight, in_flight == 1 ? "" : "s");
    shutdown_begin(run, EXIT_INTERRUPTED);
    return;
  }
  if (!run->stop_status) run->stop_status = EXIT_INTERRUPTED;
  if (run->manifest) manifest_hurry(run->manifest);
  shutdown_close_engine(run);
  await_workers(run);
  /* From here on the signals do what they do to any program, should something hang. */
  for (size_t i = 0; i < 2; i++)
    uv_signal_stop(&run->signals[i]);
}

/* ---- Handles ---- */

int shutdown_open_handles(struct run *run) {
  static const int numbers[] = {SIGINT, SIGTERM};
  uv_timer_t *const timers[] = {&run->grace_timer, &run->hang_timer, &run->space.timer};
  int error = 0;
  for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
    uv_timer_init(&run->loop, timers[i]);
    timers[i]->data = run;
  }
  uv_unref((uv_handle_t *)&run->hang_timer); /* it must not keep the loop alive */
  uv_prepare_init(&run->loop, &run->loop_prepare);
  run->loop_prepare.data = run;
  uv_idle_init(&run->loop, &run->keep_loop_awake);
  for (size_t i = 0; i < 2; i++) {
    uv_signal_init(&run->loop, &run->signals[i]);
    run->signals[i].data = run;
    uv_unref((uv_handle_t *)&run->signals[i]);
  }
  for (size_t i = 0; i < 2 && !error; i++)
    error = uv_signal_start(&run->signals[i], signal_came, numbers[i]);
  return error;
}
