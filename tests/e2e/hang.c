/* Put before libc by LD_PRELOAD: system calls named in $SEINE_HANGS never return, as on a disk that has gone. "slow
 * pread" returns after a while, and by "clock" the time of day jumps. And a file can have no more names than
 * $SEINE_LINKS says, "MOST:ERRNO", as on file systems with few or none. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void hang_if(const char *call) {
  const char *calls = getenv("SEINE_HANGS");
  while (calls && strcmp(calls, call) == 0)
    pause();
}

static bool is_file(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 100; /* not the lock, nor a new manifest */
}

/* Whether the file that is to be linked, by its descriptor or the way to that, has all the names it can have. */
static bool has_enough(int from, const char *old, int flags) {
  const char *links = getenv("SEINE_LINKS"), *colon = links ? strchr(links, ':') : NULL;
  struct stat st;
  if (!colon || (flags & AT_EMPTY_PATH ? fstat(from, &st) : fstatat(from, old, &st, 0)) != 0) return false;
  if (st.st_nlink < (nlink_t)atoi(links)) return false;
  errno = atoi(colon + 1);
  return true;
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
  static int (*real)(int, const char *, int, const char *, int);
  hang_if("linkat");
  if (has_enough(from, old, flags)) return -1;
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "linkat");
  return real(from, old, to, new, flags);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (is_file(fd) || size > 100) hang_if("pwrite");
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
  return real(fd, data, size, at);
}

ssize_t pread(int fd, void *data, size_t size, off_t at) {
  static ssize_t (*real)(int, void *, size_t, off_t);
  const char *calls = getenv("SEINE_HANGS");
  if (size > 100000) hang_if("pread"); /* the pass over earlier rows */
  if (size > 100000 && calls && strcmp(calls, "slow pread") == 0) usleep(1500000);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pread");
  return real(fd, data, size, at);
}

/* "clock": the time of day is an hour ahead, and then an hour behind, at every other reading. */
static time_t leap(void) {
  static atomic_uint readings;
  const char *calls = getenv("SEINE_HANGS");
  if (!calls || strcmp(calls, "clock") != 0) return 0;
  return atomic_fetch_add(&readings, 1) % 2 ? -3600 : 3600;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(clock, now);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += leap();
  return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &precise);
  *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now) *now = precise.tv_sec;
  return precise.tv_sec;
}
