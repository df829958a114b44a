/* Files that cannot be stored: whether that is the fault of one of them, or no file can be. */
#include "run/run_state.h"
#include "base/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_FAILURES_MOST 32 /* in a row, whatever a probe says */

/* After a body found no space: */
#define SPACE_BYTES       65536 /* that have to be free again */
#define SPACE_MS          250 /* between two looks */
#define SPACE_LOOKS_LEAST 4 /* the file that took the space is closed by a worker, a moment after its result */
#define SPACE_LOOKS_MOST  20 /* as long as other transfers go on, any of which may be what takes the space */
#define LARGE_BYTES       ((uint64_t)1 << 20) /* from which a body takes space while it arrives */

/* ---- All files ---- */

static void probe_disk(uv_work_t *work) {
  struct run *run = work->data;
  run->probe_error = outdir_probe(&run->outdir, run->probe_bytes);
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

void disk_leave(struct run *run, int sys) {
  if (run->stopped) return;
  const char *again = sys == ENOENT ? " with --check-files" : "";
  RUN_SAY(run, "files cannot be stored in %s: %s; %s, then run the same command again%s: it goes on from here",
          run->settings->output, sys == ENOENT ? "the folder was removed" : strerror(sys), remedy(sys), again);
  shutdown_begin(run, EXIT_BROKEN);
}

static void disk_probed(uv_work_t *work, int status) {
  struct run *run = work->data;
  run->probing = false;
  if (status == 0 && run->probe_error) disk_leave(run, run->probe_error);
}

void disk_check(struct run *run, const seine_result_t *result) {
  if (run->stopped || run->outdir.fd < 0) return;
  if (++run->io_failures >= IO_FAILURES_MOST) {
    disk_leave(run, result->sys_errno ? result->sys_errno : EIO);
    return;
  }
  if (run->probing) return;
  run->probing = true;
  run->probe.data = run;
  run->probe_bytes = result->size_bytes > 65536 ? result->size_bytes : 65536;
  if (uv_queue_work(&run->loop, &run->probe, probe_disk, disk_probed) != 0) run->probing = false;
}

/* ---- One body that took the space ---- */

bool disk_is_full(int sys) {
  return sys == ENOSPC || sys == EDQUOT;
}

static void look_for_space(uv_work_t *work) {
  struct run *run = work->data;
  run->space.error = outdir_probe(&run->outdir, SPACE_BYTES);
}

/* A large body is what took the space, and fails alone. A small one found none because of it, and is fetched again,
 * once. */
static void decide(struct item *item, bool has_space) {
  struct run *run = item->run;
  uint64_t bytes = record_kept_bytes(item);
  if (run->stopped || !has_space) {
    record_unfinished(item);
  } else if (bytes < LARGE_BYTES && !item->lacked_space) {
    item->lacked_space = true;
    record_fetch_again(item);
  } else {
    char *message = xasprintf("there was no space left on the disk when %llu bytes of this file had been received",
                              (unsigned long long)bytes);
    record_failure(item, message);
    free(message);
    if (++run->io_failures >= IO_FAILURES_MOST) disk_leave(run, ENOSPC);
  }
}

static void decide_all(struct run *run, bool has_space) {
  struct item *item = run->space.waiting;
  run->space.waiting = NULL;
  run->space.looks = 0;
  for (struct item *next; item; item = next) {
    next = item->next_without_space;
    decide(item, has_space);
  }
}

static void look_again(uv_timer_t *timer);

static void space_looked_for(uv_work_t *work, int status) {
  struct run *run = work->data;
  unsigned most = leave_in_flight(run) > 0 ? SPACE_LOOKS_MOST : SPACE_LOOKS_LEAST;
  run->space.looking = false;
  if (status == 0 && run->space.error && ++run->space.looks < most && !run->stopped) {
    uv_timer_start(&run->space.timer, look_again, SPACE_MS, 0);
    return;
  }
  if (status == 0 && run->space.error) disk_leave(run, run->space.error);
  decide_all(run, !run->space.error);
}

static void look(struct run *run) {
  run->space.looking = true;
  run->space.work.data = run;
  if (uv_queue_work(&run->loop, &run->space.work, look_for_space, space_looked_for) != 0) {
    run->space.looking = false;
    decide_all(run, false);
  }
}

static void look_again(uv_timer_t *timer) {
  look(timer->data);
}

void disk_await_space(struct item *item) {
  struct run *run = item->run;
  bool first = !run->space.waiting;
  item->next_without_space = run->space.waiting;
  run->space.waiting = item;
  /* A look that is under way belongs to those that waited before, if there were any. */
  if (first && !run->space.looking) look(run);
}

bool disk_lacks_space(const struct run *run) {
  return run->space.waiting != NULL;
}

void disk_open(struct run *run) {
  uv_timer_init(&run->loop, &run->space.timer);
  run->space.timer.data = run;
}

void disk_close(struct run *run) {
  uv_close((uv_handle_t *)&run->space.timer, NULL);
}
