/* Sets up the process for a run, and fits the run to what the process may have. */
#include "process.h"
#include "util.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors that are no transfer's: files that are written and read, idle connections, name servers, the loop's
 * own. */
#define OTHERS_MOST  192
#define OTHERS_LEAST 24

#define KEPT_BYTES   (32 << 20) /* free memory at the end of the heap, that is not given back */
#define MAPPED_BYTES (4 << 20) /* an allocation of this size is returned as soon as it is freed */

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

void process_prepare(void) {
  char workers[16];
  signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of the write, not the end of everything */
  signal(SIGXFSZ, SIG_IGN); /* and so is a limit on the size of files */
  raise_files();
  keep_memory();
  /* Most work waits for a disk; a worker each for the manifest and for reading lists must not be what it waits for. */
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  snprintf(workers, sizeof workers, "%ld", processors > 60 ? 64 : processors < 1 ? 5 : processors + 4);
  setenv("UV_THREADPOOL_SIZE", workers, 0);
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
