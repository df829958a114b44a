/* Makes hard links in the thread pool. */
#include "output/hard_link.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

#include "seine.h"
#include "seine_tools.h"

struct job {
  uv_work_t work;
  int directory;
  char *from, *to;
  int sys;
  hard_link_done_cb on_done;
  void *user;
};

static void make(uv_work_t *work) {
  struct job *job = work->data;
  int error = seine_link(job->directory, job->from, job->to);
  job->sys = error == 0 ? 0 : error == SEINE_ENOMEM ? ENOMEM : errno;
}

static void made(uv_work_t *work, int status) {
  struct job *job = work->data;
  job->on_done(status < 0 ? ECANCELED : job->sys, job->user);
  free(job->from);
  free(job->to);
  free(job);
}

void hard_link_make(uv_loop_t *loop, int directory, const char *from, const char *to, hard_link_done_cb on_done,
                    void *user) {
  struct job *job = xcalloc(1, sizeof *job);
  *job = (struct job){.directory = directory, .from = xstrdup(from), .to = xstrdup(to), .on_done = on_done};
  job->user = user;
  job->work.data = job;
  uv_queue_work(loop, &job->work, make, made);
}
