/* Runs jobs in batches on libuv's thread pool: one uv_queue_work for a whole batch. Loop thread only, unless stated. */
#ifndef SEINE_ENGINE_WORKER_POOL_H
#define SEINE_ENGINE_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <uv.h>

#define WORKER_POOL_THREADS 4
#define WORKER_POOL_BATCH   64 /* small bodies to inspect, or as much work of another kind */
#define WEIGHT_FILE         4 /* of writing one, in small bodies to inspect */

struct worker_pool;
struct job;

/* Runs `count` jobs of one kind. The loop must not touch their data until their `done` is called. Worker thread. */
typedef void (*job_run_cb)(struct job **jobs, size_t count, void *context);
typedef void (*job_done_cb)(struct job *job); /* back on the loop; may submit jobs, this one too */
typedef void (*worker_pool_closed_cb)(void *user);

/* A batch has jobs of one kind, which has a function of its own. */
enum job_kind { JOB_INSPECT, JOB_STREAM, JOB_STORE, JOB_KEEP_PARTIAL, JOB_KINDS };

struct job {
  STAILQ_ENTRY(job) link;
  enum job_kind kind;
  unsigned weight; /* how much work it is; 1 is a small body to inspect */
  job_done_cb done;
};

struct worker {
  uv_work_t request;
  struct worker_pool *pool;
  void *context; /* opened at the first batch, on the worker's thread */
  struct job *batch[WORKER_POOL_BATCH];
  size_t count; /* 0: idle */
  job_run_cb run;
};

struct worker_pool {
  uv_loop_t *loop;
  job_run_cb run[JOB_KINDS];
  STAILQ_HEAD(, job) waiting[JOB_KINDS];
  size_t waiting_count, waiting_weight;
  enum job_kind next_kind;
  struct worker workers[WORKER_POOL_THREADS];
  size_t busy;
  int nice; /* niceness of the workers' threads; 0: as it is */
  int (*open_context)(void **context); /* once for each worker, on its thread; NULL: no contexts */
  void (*close_context)(void *context);
  worker_pool_closed_cb on_closed; /* NULL until closing */
  void *user;
};

/* run: the function of each kind. nice: see seine_options_t.worker_nice. */
void worker_pool_init(struct worker_pool *pool, uv_loop_t *loop, const job_run_cb run[JOB_KINDS], unsigned nice);

/* Queues a job, which worker_pool_flush starts. The caller owns the job and keeps it until its `done`. */
void worker_pool_submit(struct worker_pool *pool, struct job *job);

/* Hands waiting jobs to idle workers. Called once a round of the loop, so that a round's jobs go together. */
void worker_pool_flush(struct worker_pool *pool);

/* on_closed comes once no job is waiting or running: from in here, or from the loop. */
void worker_pool_close(struct worker_pool *pool, worker_pool_closed_cb on_closed, void *user);

#endif
