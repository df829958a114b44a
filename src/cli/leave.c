/* Ends of a run before its time: signals, and a disk that takes no more. */
#include "run_state.h"
#include "util.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_MS         10000
#define PATIENCE_MS      5000 /* in which something has to come to its end */
#define SYNC_MS          120000 /* a sync waits for all that the system has not written yet */
#define HURRY_MS         1000
#define IO_FAILURES_MOST 32 /* in a row, whatever a probe says */

/* ---- What hangs ---- */

static void patience_over(uv_timer_t *timer) {
  struct run *run = timer->data;
  size_t left = run->held + (run->manifest ? manifest_backlog(run->manifest) : 0);
  if (run->signals_come < 2 && left != run->left) {
    leave_await(run);
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

void leave_await(struct run *run) {
  bool syncs = run->settings->durable && run->stage == RUN_WRITING;
  uint64_t wait_ms = run->signals_come > 1 ? HURRY_MS : syncs ? SYNC_MS : PATIENCE_MS;
  run->left = run->held + (run->manifest ? manifest_backlog(run->manifest) : 0);
  uv_timer_start(&run->patience, patience_over, wait_ms, 0);
}

/* ---- Leaving ---- */

static void grace_over(uv_timer_t *timer) {
  struct run *run = timer->data;
  RUN_SAY(run, "transfers that have not ended after %d s are given up", GRACE_MS / 1000);
  run_close_engine(run);
}

void leave(struct run *run, int status) {
  if (run->stopped) return;
  run->stopped = status;
  atomic_store(&run->recall.stop, true);
  feed_stop(run);
  if (run->stage == RUN_RECALLING) leave_await(run);
  if (!run->engine || run->stage != RUN_ENDING) return;
  seine_drain(run->engine);
  uv_timer_start(&run->deadline, grace_over, GRACE_MS, 0);
}

/* ---- Signals ---- */

static size_t count_in_flight(const struct run *run) {
  seine_stats_t stats;
  if (!run->engine) return 0;
  seine_get_stats(run->engine, &stats);
  return stats.resolving + stats.transferring + stats.inspecting + stats.storing;
}

static void signal_came(uv_signal_t *handle, int signum) {
  struct run *run = handle->data;
  (void)signum;
  if (++run->signals_come == 1) {
    size_t in_flight = count_in_flight(run);
    RUN_SAY(run, "finishing %zu transfer%s; once more to stop at once", in_flight, in_flight == 1 ? "" : "s");
    leave(run, EXIT_INTERRUPTED);
    return;
  }
  if (!run->stopped) run->stopped = EXIT_INTERRUPTED;
  if (run->manifest) manifest_hurry(run->manifest);
  run_close_engine(run);
  leave_await(run);
  /* From here on the signals do what they do to any program, should something hang. */
  for (size_t i = 0; i < 2; i++)
    uv_signal_stop(&run->signals[i]);
}

int leave_watch_signals(struct run *run) {
  static const int numbers[] = {SIGINT, SIGTERM};
  for (size_t i = 0; i < 2; i++) {
    uv_signal_init(&run->loop, &run->signals[i]);
    run->signals[i].data = run;
    uv_unref((uv_handle_t *)&run->signals[i]);
  }
  uv_timer_init(&run->loop, &run->deadline);
  run->deadline.data = run;
  uv_timer_init(&run->loop, &run->patience);
  run->patience.data = run;
  uv_unref((uv_handle_t *)&run->patience); /* it is nothing to wait for */
  int error = 0;
  for (size_t i = 0; i < 2 && !error; i++)
    error = uv_signal_start(&run->signals[i], signal_came, numbers[i]);
  return error;
}

void leave_close_handles(struct run *run) {
  for (size_t i = 0; i < 2; i++)
    uv_close((uv_handle_t *)&run->signals[i], NULL);
  uv_close((uv_handle_t *)&run->deadline, NULL);
  uv_close((uv_handle_t *)&run->patience, NULL);
}

/* ---- The disk ---- */

static void probe_disk(uv_work_t *work) {
  struct run *run = work->data;
  run->probe_error = outdir_probe(&run->outdir, run->probe_bytes);
}

bool leave_is_due(int sys) {
  switch (sys) {
  case EDQUOT:
  case EIO:
  case EMFILE: /* and the engine found no way to go on with fewer */
  case ENFILE:
  case ENODEV:
  case ENOSPC:
  case ENOTCONN:
  case ENXIO:
  case EROFS:
  case ESTALE:
    return true;
  default:
    return false;
  }
}

static const char *remedy(int sys) {
  switch (sys) {
  case EDQUOT:
  case ENOSPC:
    return "free some space";
  case EIO:
    return "look into the kernel's log (dmesg), the disk may be failing";
  case EMFILE:
  case ENFILE:
    return "raise the limit (ulimit -n), or lower --concurrency";
  case EROFS:
    return "make it writable again (mount -o remount,rw)";
  case EACCES:
  case EPERM:
    return "mend its owner and mode";
  case ENOENT:
    return "put it back if you can";
  default:
    return "mend that";
  }
}

void leave_for_disk(struct run *run, int sys) {
  if (run->stopped) return;
  const char *again = sys == ENOENT ? " with --check-files" : "";
  RUN_SAY(run, "files cannot be stored in %s: %s; %s, then run the same command again%s: it goes on from here",
          run->settings->output, sys == ENOENT ? "the folder was removed" : strerror(sys), remedy(sys), again);
  leave(run, EXIT_BROKEN);
}

static void disk_probed(uv_work_t *work, int status) {
  struct run *run = work->data;
  run->probing = false;
  if (status == 0 && run->probe_error) leave_for_disk(run, run->probe_error);
}

void leave_if_disk_fails(struct run *run, const seine_result_t *result) {
  if (run->stopped || run->outdir.fd < 0) return;
  if (++run->io_failures >= IO_FAILURES_MOST) {
    leave_for_disk(run, result->sys_errno ? result->sys_errno : EIO);
    return;
  }
  if (run->probing) return;
  run->probing = true;
  run->probe.data = run;
  run->probe_bytes = result->size_bytes > 65536 ? result->size_bytes : 65536;
  if (uv_queue_work(&run->loop, &run->probe, probe_disk, disk_probed) != 0) run->probing = false;
}
