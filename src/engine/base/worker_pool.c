/* Runs jobs in batches on libuv's thread pool. */
#include "base/worker_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include "body/inspect.h"

void crew_init(struct crew *crew, uv_loop_t *loop, const job_run_cb run[LANES], unsigned nice) {
  *crew = (struct crew){.loop = loop, .nice = (int)nice};
  for (int lane = 0; lane < LANES; lane++) {
    crew->run[lane] = run[lane];
    STAILQ_INIT(&crew->waiting[lane]);
  }
  for (size_t i = 0; i < CREW_WORKERS; i++)
    crew->workers[i].crew = crew;
}

void crew_submit(struct crew *crew, struct job *job) {
  STAILQ_INSERT_TAIL(&crew->waiting[job->lane], job, link);
  crew->waiting_count++;
  crew->waiting_weight += job->weight;
}

/* On the worker's thread. A missing inspector (no memory, no database) is for the jobs to notice: it stays NULL. */
static void on_work(uv_work_t *request) {
  struct worker *worker = request->data;
  /* Which thread this is changes from batch to batch. On Linux niceness is a thread's own; one that is nicer already
   * stays so. */
  if (worker->crew->nice) setpriority(PRIO_PROCESS, (id_t)gettid(), worker->crew->nice);
  if (!worker->inspector) inspector_open(&worker->inspector);
  worker->run(worker->batch, worker->count, worker->inspector);
}

static void crew_end(struct crew *crew) {
  if (!crew->on_closed || crew->busy || crew->waiting_count) return;
  for (size_t i = 0; i < CREW_WORKERS; i++)
    inspector_close(crew->workers[i].inspector);
  crew_closed_cb on_closed = crew->on_closed;
  crew->on_closed = NULL;
  on_closed(crew->user);
}

static void on_worked(uv_work_t *request, int status) {
  struct worker *worker = request->data;
  struct crew *crew = worker->crew;
  size_t count = worker->count;
  (void)status; /* never cancelled: the engine waits for what a worker holds */
  for (size_t i = 0; i < count; i++)
    worker->batch[i]->done(worker->batch[i]);
  worker->count = 0;
  crew->busy--;
  crew_flush(crew);
  crew_end(crew);
}

static void take_batch(struct crew *crew, struct worker *worker) {
  while (STAILQ_EMPTY(&crew->waiting[crew->next_lane]))
    crew->next_lane = (crew->next_lane + 1) % LANES;
  enum lane lane = crew->next_lane;
  crew->next_lane = (lane + 1) % LANES;
  struct job *job;
  size_t weight = 0;
  while (worker->count < CREW_BATCH && weight < CREW_BATCH && (job = STAILQ_FIRST(&crew->waiting[lane]))) {
    STAILQ_REMOVE_HEAD(&crew->waiting[lane], link);
    worker->batch[worker->count++] = job;
    weight += job->weight;
  }
  crew->waiting_count -= worker->count;
  crew->waiting_weight -= weight;
  worker->run = crew->run[lane];
}

/* Whether there is more than those at work will soon be done with. Another one costs a wake-up, and room on a
 * processor. */
static bool is_pressed(const struct crew *crew) {
  return crew->waiting_count && (!crew->busy || crew->waiting_weight > crew->busy * CREW_BATCH);
}

void crew_flush(struct crew *crew) {
  for (size_t i = 0; i < CREW_WORKERS && is_pressed(crew); i++) {
    struct worker *worker = &crew->workers[i];
    if (worker->count) continue;
    take_batch(crew, worker);
    worker->request.data = worker;
    crew->busy++;
    uv_queue_work(crew->loop, &worker->request, on_work, on_worked);
  }
}

void crew_close(struct crew *crew, crew_closed_cb on_closed, void *user) {
  crew->on_closed = on_closed;
  crew->user = user;
  crew_flush(crew);
  crew_end(crew);
}
