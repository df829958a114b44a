/* Runs jobs in batches on libuv's thread pool. */
#include "base/worker_pool.h"

#include <sys/resource.h>
#include <unistd.h>

void worker_pool_init(struct worker_pool *pool, uv_loop_t *loop, const job_run_cb run[JOB_KINDS], unsigned nice) {
  *pool = (struct worker_pool){.loop = loop, .nice = (int)nice};
  for (int kind = 0; kind < JOB_KINDS; kind++) {
    pool->run[kind] = run[kind];
    STAILQ_INIT(&pool->waiting[kind]);
  }
  for (size_t i = 0; i < WORKER_POOL_THREADS; i++)
    pool->workers[i].pool = pool;
}

void worker_pool_submit(struct worker_pool *pool, struct job *job) {
  STAILQ_INSERT_TAIL(&pool->waiting[job->kind], job, link);
  pool->waiting_count++;
  pool->waiting_weight += job->weight;
}

/* On the worker's thread. A context that could not be opened stays NULL, and the jobs fail. */
static void on_work(uv_work_t *request) {
  struct worker *worker = request->data;
  /* Which thread this is changes from batch to batch. On Linux niceness is a thread's own; one that is nicer already
   * stays so. */
  if (worker->pool->nice) setpriority(PRIO_PROCESS, (id_t)gettid(), worker->pool->nice);
  const struct worker_pool *pool = worker->pool;
  if (!worker->context && pool->open_context) pool->open_context(&worker->context);
  worker->run(worker->batch, worker->count, worker->context);
}

static void worker_pool_finish(struct worker_pool *pool) {
  if (!pool->on_closed || pool->busy || pool->waiting_count) return;
  for (size_t i = 0; i < WORKER_POOL_THREADS; i++)
    if (pool->workers[i].context) pool->close_context(pool->workers[i].context);
  worker_pool_closed_cb on_closed = pool->on_closed;
  pool->on_closed = NULL;
  on_closed(pool->user);
}

static void on_worked(uv_work_t *request, int status) {
  struct worker *worker = request->data;
  struct worker_pool *pool = worker->pool;
  size_t count = worker->count;
  (void)status; /* never cancelled: the engine waits for what a worker holds */
  for (size_t i = 0; i < count; i++)
    worker->batch[i]->done(worker->batch[i]);
  worker->count = 0;
  pool->busy--;
  worker_pool_flush(pool);
  worker_pool_finish(pool);
}

static void take_batch(struct worker_pool *pool, struct worker *worker) {
  while (STAILQ_EMPTY(&pool->waiting[pool->next_kind]))
    pool->next_kind = (pool->next_kind + 1) % JOB_KINDS;
  enum job_kind kind = pool->next_kind;
  pool->next_kind = (kind + 1) % JOB_KINDS;
  struct job *job;
  size_t weight = 0;
  while (worker->count < WORKER_POOL_BATCH && weight < WORKER_POOL_BATCH &&
         (job = STAILQ_FIRST(&pool->waiting[kind]))) {
    STAILQ_REMOVE_HEAD(&pool->waiting[kind], link);
    worker->batch[worker->count++] = job;
    weight += job->weight;
  }
  pool->waiting_count -= worker->count;
  pool->waiting_weight -= weight;
  worker->run = pool->run[kind];
}

/* Whether there is more than those at work will soon be done with. Another one costs a wake-up, and room on a
 * processor. */
static bool is_pressed(const struct worker_pool *pool) {
  return pool->waiting_count && (!pool->busy || pool->waiting_weight > pool->busy * WORKER_POOL_BATCH);
}

void worker_pool_flush(struct worker_pool *pool) {
  for (size_t i = 0; i < WORKER_POOL_THREADS && is_pressed(pool); i++) {
    struct worker *worker = &pool->workers[i];
    if (worker->count) continue;
    take_batch(pool, worker);
    worker->request.data = worker;
    pool->busy++;
    uv_queue_work(pool->loop, &worker->request, on_work, on_worked);
  }
}

void worker_pool_close(struct worker_pool *pool, worker_pool_closed_cb on_closed, void *user) {
  pool->on_closed = on_closed;
  pool->user = user;
  worker_pool_flush(pool);
  worker_pool_finish(pool);
}
