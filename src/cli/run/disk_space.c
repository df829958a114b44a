/* Files that cannot be stored: whether one file is the cause, or no file can be. */
#include "run/disk_space.h"
#include "base/message.h"
#include "run/shutdown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_FAILURES_MOST 32 /* in a row, whatever a probe says */

/* After a body found no space: */
#define SPACE_BYTES        65536 /* that have to be free again */
#define SPACE_MS           250 /* between two probes */
#define SPACE_PROBES_LEAST 4 /* the file that took the space is closed by a worker, a moment after its result */
#define SPACE_PROBES_MOST  20 /* while other transfers run, as they may free the space that they take */

/* ---- All files ---- */

static void probe_disk(uv_work_t *work) {
  struct run *run = work->data;
  run->probe.error = outdir_probe(&run->outdir, run->probe.bytes);
}

bool disk_is_unusable(int sys) {
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
  case ESTALE: return true;
  default: return false;
  }
}

static const char *remedy(int sys) {
  switch (sys) {
  case EDQUOT:
  case ENOSPC: return "free some space";
  case EIO: return "look into the kernel's log (dmesg), the disk may be failing";
  case EMFILE:
  case ENFILE: return "raise the limit (ulimit -n), or lower --concurrency";
  case EROFS: return "make it writable again (mount -o remount,rw)";
  case EACCES:
  case EPERM: return "mend its owner and mode";
  case ENOENT: return "put it back if you can";
  default: return "mend that";
  }
}

void disk_stop_run(struct run *run, int sys) {
  if (run->stop_status) return;
  const char *again = sys == ENOENT ? " with --check-files" : "";
  RUN_SAY(run, "files cannot be stored in %s: %s; %s, then run the same command again%s: it goes on from here",
          run->settings->output, sys == ENOENT ? "the folder was removed" : strerror(sys), remedy(sys), again);
  shutdown_begin(run, EXIT_BROKEN);
}

static void disk_probed(uv_work_t *work, int status) {
  struct run *run = work->data;
  run->probe.active = false;
  if (status == 0 && run->probe.error) disk_stop_run(run, run->probe.error);
}

void disk_count_failure(struct run *run, int sys) {
  if (++run->io_failures >= IO_FAILURES_MOST) disk_stop_run(run, sys);
}

void disk_check(struct run *run, const seine_result_t *result) {
  if (run->stop_status || run->outdir.fd < 0) return;
  disk_count_failure(run, result->sys_errno ? result->sys_errno : EIO);
  if (run->stop_status) return;
  if (run->probe.active) return;
  run->probe.active = true;
  run->probe.work.data = run;
  run->probe.bytes = result->size_bytes > 65536 ? result->size_bytes : 65536;
  if (uv_queue_work(&run->loop, &run->probe.work, probe_disk, disk_probed) != 0) run->probe.active = false;
}

/* ---- One body that took the space ---- */

bool disk_is_full(int sys) {
  return sys == ENOSPC || sys == EDQUOT;
}

static void probe_space(uv_work_t *work) {
  struct run *run = work->data;
  run->space.error = outdir_probe(&run->outdir, SPACE_BYTES);
}

static void decide_all(struct run *run, bool has_space) {
  struct item *item = run->space.waiting;
  run->space.waiting = NULL;
  run->space.failed_probes = 0;
  for (struct item *next; item; item = next) {
    next = item->next_without_space;
    run->space.decide(item, has_space);
  }
}

static void probe_space_again(uv_timer_t *timer);

static void space_probed(uv_work_t *work, int status) {
  struct run *run = work->data;
  unsigned most = run_in_flight(run) > 0 ? SPACE_PROBES_MOST : SPACE_PROBES_LEAST;
  run->space.probing = false;
  if (status == 0 && run->space.error && ++run->space.failed_probes < most && !run->stop_status) {
    uv_timer_start(&run->space.timer, probe_space_again, SPACE_MS, 0);
    return;
  }
  if (status == 0 && run->space.error) disk_stop_run(run, run->space.error);
  decide_all(run, !run->space.error);
}

static void start_space_probe(struct run *run) {
  run->space.probing = true;
  run->space.work.data = run;
  if (uv_queue_work(&run->loop, &run->space.work, probe_space, space_probed) != 0) {
    run->space.probing = false;
    decide_all(run, false);
  }
}

static void probe_space_again(uv_timer_t *timer) {
  start_space_probe(timer->data);
}

void disk_await_space(struct item *item, disk_decide_cb decide) {
  struct run *run = item->run;
  bool first = !run->space.waiting;
  item->next_without_space = run->space.waiting;
  run->space.waiting = item;
  run->space.decide = decide;
  /* A probe that is active belongs to earlier items, if there were any. */
  if (first && !run->space.probing) start_space_probe(run);
}

bool disk_lacks_space(const struct run *run) {
  return run->space.waiting != NULL;
}
