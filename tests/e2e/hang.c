/* Put before libc by LD_PRELOAD: system calls named in $SEINE_HANGS never return, as on a disk that has gone. "slow pread"
 * returns after a while. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

int linkat(int from, const char *old, int to, const char *new, int flags) {
  static int (*real)(int, const char *, int, const char *, int);
  hang_if("linkat");
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
