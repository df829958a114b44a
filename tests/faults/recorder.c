/* Stands before libc (LD_PRELOAD) and writes down, in the order in which they happen, the calls that put files, names
 * and their syncs on a disk; recorder.h says how. SEINE_RECORD_NAMED: as on a file system that knows no nameless
 * files. */
#include "recorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define PUBLIC     __attribute__((visibility("default")))

static int record = -1;
static bool knows_no_nameless;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("SEINE_RECORD");
  knows_no_nameless = getenv("SEINE_RECORD_NAMED");
  if (path) record = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* One write by O_APPEND: lines of different threads do not mix, and stand in the order of these writes. */
static void note(enum recorded_call call, const struct stat *st, unsigned long long folder, long long at,
                 long long size, const char *name) {
  char line[512];
  int length = snprintf(line, sizeof line, "%d %llu %llu %llu %lld %lld %s\n", (int)call,
                        (unsigned long long)st->st_dev, (unsigned long long)st->st_ino, folder, at, size, name);
  if (length > 0 && (size_t)length < sizeof line) syscall(SYS_write, record, line, (size_t)length);
}

/* ---- Data ---- */

static bool is_noted(int fd, struct stat *st) {
  return record >= 0 && fd > 2 && fd != record && fstat(fd, st) == 0 && S_ISREG(st->st_mode);
}

/* errno is the call's. */
#define WRITE(name, fd, at, parameters, arguments)                                                                     \
  PUBLIC ssize_t name parameters {                                                                                     \
    struct stat st;                                                                                                    \
    bool noted = is_noted(fd, &st);                                                                                    \
    if (noted) note(RECORDED_WRITE_BEGINS, &st, 0, at, 0, "-");                                                        \
    ssize_t size = NEXT(name) arguments;                                                                               \
    int error = errno;                                                                                                 \
    if (noted) note(RECORDED_WRITE_ENDS, &st, 0, at, size, "-");                                                       \
    errno = error;                                                                                                     \
    return size;                                                                                                       \
  }

WRITE(write, fd, -1, (int fd, const void *data, size_t count), (fd, data, count))
WRITE(writev, fd, -1, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRITE(pwrite, fd, offset, (int fd, const void *data, size_t count, off_t offset), (fd, data, count, offset))
WRITE(pwrite64, fd, offset, (int fd, const void *data, size_t count, off64_t offset), (fd, data, count, offset))
WRITE(sendfile, to, -1, (int to, int from, off_t *offset, size_t count), (to, from, offset, count))
WRITE(sendfile64, to, -1, (int to, int from, off64_t *offset, size_t count), (to, from, offset, count))

#define SYNC(name, whole)                                                                                              \
  PUBLIC int name(int fd) {                                                                                            \
    struct stat st;                                                                                                    \
    bool noted = record >= 0 && fstat(fd, &st) == 0;                                                                   \
    if (noted) note(RECORDED_SYNC_BEGINS, &st, 0, whole, 0, #name);                                                    \
    int result = NEXT(name)(fd);                                                                                       \
    int error = errno;                                                                                                 \
    if (noted) note(RECORDED_SYNC_ENDS, &st, 0, whole, result, #name);                                                 \
    errno = error;                                                                                                     \
    return result;                                                                                                     \
  }

SYNC(fsync, 0)
SYNC(fdatasync, 0)
SYNC(syncfs, 1)

/* ---- Names ---- */

static void note_name(int folder, const char *path) {
  struct stat st, above;
  int error = errno;
  const char *name = strrchr(path, '/');
  char parent[512];
  snprintf(parent, sizeof parent, "%.*s", name ? (int)(name - path) : 1, name ? path : ".");
  if (record >= 0 && fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
      fstatat(folder, parent[0] ? parent : "/", &above, 0) == 0)
    note(RECORDED_NAME, &st, above.st_ino, 0, 0, name ? name + 1 : path);
  errno = error;
}

static bool is_there(int folder, const char *path) {
  struct stat st;
  return fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

#define OPEN(name, folder, refused, parameters, arguments)                                                             \
  PUBLIC int name parameters {                                                                                         \
    va_list list;                                                                                                      \
    va_start(list, flags);                                                                                             \
    bool nameless = (flags & O_TMPFILE) == O_TMPFILE;                                                                  \
    mode_t mode = flags & O_CREAT || nameless ? va_arg(list, mode_t) : 0;                                              \
    va_end(list);                                                                                                      \
    if (nameless && knows_no_nameless) {                                                                               \
      errno = EOPNOTSUPP;                                                                                              \
      return -1;                                                                                                       \
    }                                                                                                                  \
    bool made = flags & O_CREAT && record >= 0 && !is_there(folder, path);                                             \
    int fd = NEXT(name) arguments;                                                                                     \
    if (made && fd >= 0) note_name(folder, path);                                                                      \
    return fd;                                                                                                         \
  }

OPEN(open, AT_FDCWD, -1, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, AT_FDCWD, -1, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, folder, -1, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPEN(openat64, folder, -1, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))

#define NAME(name, folder, path, parameters, arguments)                                                                \
  PUBLIC int name parameters {                                                                                         \
    int result = NEXT(name) arguments;                                                                                 \
    if (result == 0) note_name(folder, path);                                                                          \
    return result;                                                                                                     \
  }

NAME(rename, AT_FDCWD, new, (const char *old, const char *new), (old, new))
NAME(renameat, to, new, (int from, const char *old, int to, const char *new), (from, old, to, new))
NAME(linkat, to, new, (int from, const char *old, int to, const char *new, int flags), (from, old, to, new, flags))
NAME(mkdir, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
NAME(mkdirat, folder, path, (int folder, const char *path, mode_t mode), (folder, path, mode))
