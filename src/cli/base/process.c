/* Sets up the process for a run, and fits the run to what the process may have. */
#include "base/process.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

/* Descriptors that are no transfer's: files that are written and read, idle connections, name servers, the loop's
 * own. */
#define OTHERS_MOST  192
#define OTHERS_LEAST 24

#define STACK_BYTES (8 << 20) /* of each thread of libuv's pool, */
#define POOL_MOST   1024 /* of which there are at most as many */

#define KEPT_BYTES   (32 << 20) /* free memory at the end of the heap, that is not given back */
#define MAPPED_BYTES (4 << 20) /* an allocation of this size is returned as soon as it is freed */

/* libuv aborts when it is to close a descriptor below 3, which would be one of its own if the caller closed one of
 * these. Each is opened the wrong way round: a list that is read from "-", or rows that are written there, fail with a
 * message instead of being lost. */
void process_open_missing_descriptors(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    /* open gives the lowest free number, which is this one: all below it are open. */
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(EXIT_BROKEN);
  }
}

static void raise_files(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

/* libcurl allocates 64 KB for each transfer, and frees it after: as it stands, glibc gives those pages back and takes
 * them anew all the time, at a fault each. Set once, the two no longer follow what is allocated. */
static void keep_memory(void) {
#ifdef M_TRIM_THRESHOLD
  mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
  mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
#endif
}

static void *wait_for(void *gate) {
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

/* Whether there can be that many threads at once. libuv 1.44 aborts where it cannot make one of its pool. */
static bool can_make_threads(size_t count) {
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_t *threads = xcalloc(count, sizeof *threads);
  pthread_attr_t attributes;
  size_t made = 0;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_mutex_lock(&gate);
  while (made < count && pthread_create(&threads[made], &attributes, wait_for, &gate) == 0)
    made++;
  pthread_mutex_unlock(&gate);
  for (size_t i = 0; i < made; i++)
    pthread_join(threads[i], NULL);
  pthread_attr_destroy(&attributes);
  free(threads);
  return made == count;
}

/* As many as libuv will make of what it is told. */
static size_t pool_size(void) {
  const char *text = getenv("UV_THREADPOOL_SIZE");
  unsigned count = text ? (unsigned)atoi(text) : 4;
  return count > POOL_MOST ? POOL_MOST : count < 1 ? 1 : count;
}

static void do_nothing(uv_work_t *work) {
  (void)work;
}

/* Makes libuv's threads, while nothing else takes the memory that was there for them. */
static bool start_pool(void) {
  uv_loop_t loop;
  uv_work_t work;
  if (!can_make_threads(pool_size() + 1)) return false; /* one more, for what else it takes */
  if (uv_loop_init(&loop) != 0) return true; /* which the run will notice, and say better */
  if (uv_queue_work(&loop, &work, do_nothing, NULL) == 0) uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return true;
}

int process_prepare(void) {
  char workers[16];
  signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of the write, not the end of everything */
  signal(SIGXFSZ, SIG_IGN); /* and so is a limit on the size of files */
  raise_files();
  keep_memory();
  /* Most work waits for a disk; a worker each for the manifest and for reading lists must not be what it waits for. */
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  snprintf(workers, sizeof workers, "%ld", processors > 60 ? 64 : processors < 1 ? 5 : processors + 4);
  setenv("UV_THREADPOOL_SIZE", workers, 0);
  if (start_pool()) return 0;
  say("there is no room for %zu threads: allow more memory (ulimit -v) or processes (ulimit -u), or set "
      "UV_THREADPOOL_SIZE to less",
      pool_size());
  return EXIT_BROKEN;
}

unsigned process_fit(unsigned concurrency) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return concurrency;
  rlim_t limit = files.rlim_cur, others = limit / 4;
  if (others > OTHERS_MOST) others = OTHERS_MOST;
  if (others < OTHERS_LEAST) others = OTHERS_LEAST;
  rlim_t room = limit > others ? limit - others : 1;
  if (concurrency <= room) return concurrency;
  say("only %lu files may be open (ulimit -n), which has room for %lu transfer%s at once: --concurrency is %lu instead "
      "of %u",
      (unsigned long)limit, (unsigned long)room, room == 1 ? "" : "s", (unsigned long)room, concurrency);
  return (unsigned)room;
}
