/* Batches of jobs on the thread pool: each job runs once, away from the loop, and is done once, on it. */
#include "base/worker_pool.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "fixtures/suite.h"
#include "seine_tools.h"

#define JOBS 500

struct task {
  struct job job;
  int runs, dones, again;
};

static uv_loop_t loop;
static struct worker_pool pool;
static struct task tasks[JOBS];
static pthread_t loop_thread;
static bool closed;

static void run_lane(struct job **jobs, size_t count, enum job_kind kind) {
  ck_assert(!pthread_equal(pthread_self(), loop_thread));
  ck_assert_uint_ge(count, 1);
  ck_assert_uint_le(count, WORKER_POOL_BATCH);
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(jobs[i]->kind, kind);
    ((struct task *)jobs[i])->runs++;
  }
}

static void run_inspect(struct job **jobs, size_t count, void *context) {
  (void)context;
  run_lane(jobs, count, JOB_INSPECT);
}

static void run_stream(struct job **jobs, size_t count, void *context) {
  (void)context;
  run_lane(jobs, count, JOB_STREAM);
}

static void run_store(struct job **jobs, size_t count, void *context) {
  (void)context;
  run_lane(jobs, count, JOB_STORE);
}

static void run_leave(struct job **jobs, size_t count, void *context) {
  (void)context;
  run_lane(jobs, count, JOB_KEEP_PARTIAL);
}

static void on_done(struct job *job) {
  struct task *task = (struct task *)job;
  ck_assert(pthread_equal(pthread_self(), loop_thread));
  task->dones++;
  ck_assert_int_eq(task->runs, task->dones);
  if (task->again-- > 0) worker_pool_submit(&pool, job);
}

static void on_closed(void *user) {
  ck_assert_ptr_eq(user, &pool);
  ck_assert(!closed);
  closed = true;
}

static void open_crew(void) {
  static const job_run_cb lanes[JOB_KINDS] = {
      [JOB_INSPECT] = run_inspect, [JOB_STREAM] = run_stream, [JOB_STORE] = run_store, [JOB_KEEP_PARTIAL] = run_leave};
  /* OpenSSL keeps something for the thread that starts it, until that ends: it should not be one of libuv's. */
  uint8_t digest[32];
  seine_sha256("", 0, digest);
  closed = false;
  loop_thread = pthread_self();
  ck_assert_int_eq(uv_loop_init(&loop), 0);
  worker_pool_init(&pool, &loop, lanes, 0);
}

static void close_loop(void) {
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert(closed);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void submit_all(int again) {
  for (int i = 0; i < JOBS; i++) {
    tasks[i] = (struct task){.again = again};
    tasks[i].job =
        (struct job){.kind = (enum job_kind)(i * 7 % JOB_KINDS), .weight = 1 + (unsigned)i % 40, .done = on_done};
    worker_pool_submit(&pool, &tasks[i].job);
  }
}

START_TEST(each_job_runs_once) {
  submit_all(0);
  worker_pool_flush(&pool);
  uv_run(&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < JOBS; i++)
    ck_assert_int_eq(tasks[i].dones, 1);
  worker_pool_close(&pool, on_closed, &pool);
  ck_assert(closed); /* with nothing to wait for */
}
END_TEST

START_TEST(a_job_may_be_submitted_again_when_it_is_done) {
  submit_all(3);
  worker_pool_flush(&pool);
  uv_run(&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < JOBS; i++)
    ck_assert_int_eq(tasks[i].dones, 4);
  worker_pool_close(&pool, on_closed, &pool);
}
END_TEST

START_TEST(closing_waits_for_all_jobs) {
  submit_all(1);
  worker_pool_close(&pool, on_closed, &pool);
  ck_assert(!closed);
  uv_run(&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < JOBS; i++)
    ck_assert_int_eq(tasks[i].dones, 2);
}
END_TEST

START_TEST(a_crew_without_work_closes_at_once) {
  worker_pool_close(&pool, on_closed, &pool);
  ck_assert(closed);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("work");
  TCase *tcase = tcase_create("work");
  tcase_add_checked_fixture(tcase, open_crew, close_loop);
  tcase_add_test(tcase, each_job_runs_once);
  tcase_add_test(tcase, a_job_may_be_submitted_again_when_it_is_done);
  tcase_add_test(tcase, closing_waits_for_all_jobs);
  tcase_add_test(tcase, a_crew_without_work_closes_at_once);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
