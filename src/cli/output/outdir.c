/* The folder that files go to, from its making to the removal of what a crash left in it. */
#include "output/outdir.h"
#include "base/exit_status.h"
#include "base/folder_walk.h"
#include "base/message.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RUNNING "running\n"

static int make_folder(const char *path, char *cause, size_t size) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return 0;
  int error = errno;
  struct stat st;
  /* A read-only file system refuses even what is there already. */
  if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
  snprintf(cause, size, "the folder %s cannot be made: %s", path, strerror(error));
  return error;
}

int folders_make_above(const char *path, char *cause, size_t size) {
  char *copy = xstrdup(path);
  int error = 0;
  for (char *slash = strchr(copy + 1, '/'); slash && !error; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (slash[-1] != '/') error = make_folder(copy, cause, size);
    *slash = '/';
  }
  free(copy);
  return error;
}

static int open_folder(struct outdir *outdir, const char *path) {
  char cause[512];
  int error = folders_make_above(path, cause, sizeof cause);
  if (!error) error = make_folder(path, cause, sizeof cause);
  if (error) {
    say("%s; choose another with --output", cause);
    return error == ENOTDIR ? EXIT_USAGE : EXIT_BROKEN;
  }
  outdir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (outdir->fd < 0 && errno == ENOTDIR) {
    say("%s is there already and is not a folder; choose another with --output", path);
    return EXIT_USAGE;
  }
  if (outdir->fd < 0 || faccessat(outdir->fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
    say("the folder %s cannot be written to: %s; choose another with --output", path, strerror(errno));
    return EXIT_BROKEN;
  }
  return 0;
}

const char *outdir_objection(int folder, const struct stat *file) {
  struct stat above;
  if (!S_ISREG(file->st_mode)) return "is not a regular file";
  if (file->st_nlink != 1) return "has another name elsewhere (a hard link), whose file would be changed";
  if (file->st_uid == geteuid() || (fstat(folder, &above) == 0 && file->st_uid == above.st_uid)) return NULL;
  return "belongs to another user";
}

static bool holds_mark(int lock) {
  char found[16];
  ssize_t n = pread(lock, found, sizeof found, 0);
  return n >= 0 && n <= (ssize_t)strlen(RUNNING) && memcmp(found, RUNNING, (size_t)n) == 0;
}

/* What somebody else put there is not written to. */
static int check_lock(const struct outdir *outdir, const struct stat *st, const char *path) {
  const char *objection = outdir_objection(outdir->fd, st);
  if (!objection && !holds_mark(outdir->lock)) objection = "holds something that no run wrote";
  if (!objection) return 0;
  say("the lock file %s/%s %s; remove it, or choose another folder with --output", path, OUTDIR_LOCK, objection);
  return EXIT_USAGE;
}

/* The lock goes with the process, whatever becomes of it; the mark inside stays, unless the end was a clean one. */
static int lock_folder(struct outdir *outdir, const char *path) {
  struct stat st;
  int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  outdir->lock = openat(outdir->fd, OUTDIR_LOCK, flags, 0666);
  if (outdir->lock < 0 || fstat(outdir->lock, &st) != 0) {
    say("the lock file %s/%s cannot be opened: %s", path, OUTDIR_LOCK, strerror(errno));
    return EXIT_BROKEN;
  }
  if (flock(outdir->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    say("another run is writing to %s; wait for its end, or choose another folder with --output", path);
    return EXIT_USAGE;
  }
  int status = check_lock(outdir, &st, path);
  if (status != 0) return status;
  outdir->unclean_shutdown = st.st_size > 0;
  if (pwrite(outdir->lock, RUNNING, strlen(RUNNING), 0) == (ssize_t)strlen(RUNNING)) return 0;
  say("the lock file %s/%s cannot be written: %s; make room, then run the same command again", path, OUTDIR_LOCK,
      strerror(errno));
  return EXIT_BROKEN;
}

int outdir_share(int folder) {
  int fd = openat(folder, OUTDIR_LOCK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int outdir_open(struct outdir *outdir, const char *path) {
  *outdir = (struct outdir){.fd = -1, .lock = -1};
  int status = open_folder(outdir, path);
  if (status == 0) status = lock_folder(outdir, path);
  if (status != 0) {
    if (outdir->lock >= 0) close(outdir->lock);
    if (outdir->fd >= 0) close(outdir->fd);
    *outdir = (struct outdir){.fd = -1, .lock = -1};
  }
  return status;
}

static bool is_leftover(const char *name) {
  static const char beginning[] = ".seine-", end[] = ".part";
  size_t length = strlen(name);
  return length >= sizeof beginning + sizeof end - 2 && strncmp(name, beginning, sizeof beginning - 1) == 0 &&
         strcmp(name + length - (sizeof end - 1), end) == 0;
}

static void remove_leftover(int folder, const char *name, const char *path, void *user) {
  size_t *removed = user;
  (void)path;
  if (is_leftover(name) && unlinkat(folder, name, 0) == 0) ++*removed;
}

size_t outdir_sweep(const struct outdir *outdir) {
  size_t removed = 0;
  walk_files(outdir->fd, NULL, remove_leftover, &removed);
  return removed;
}

/* Name by name, for kernels before 5.6 and sandboxes without openat2. */
static int open_by_steps(int folder, const char *path, int flags) {
  char name[NAME_MAX + 1];
  int at = folder;
  for (;;) {
    size_t size = strcspn(path, "/");
    bool last = path[size] == '\0';
    bool plain = size > 0 && size <= NAME_MAX && strncmp(path, "..", size) != 0;
    int next = -1;
    errno = EINVAL;
    if (plain) {
      memcpy(name, path, size);
      name[size] = '\0';
      next = openat(at, name, last ? flags : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    int error = errno;
    if (at != folder) close(at);
    errno = error;
    if (next < 0 || last) return next;
    at = next;
    path += size + 1;
  }
}

int outdir_openat(int folder, const char *path, int flags) {
  struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  /* With O_PATH, O_NOFOLLOW opens a link itself, which RESOLVE_NO_SYMLINKS refuses. */
  int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return fd;
  return open_by_steps(folder, path, flags | O_NOFOLLOW | O_CLOEXEC);
}

int outdir_stat(const struct outdir *outdir, const char *path, struct stat *st) {
  int fd = outdir_openat(outdir->fd, path, O_PATH);
  if (fd < 0) return errno;
  int error = fstat(fd, st) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int outdir_probe(const struct outdir *outdir, unsigned long long size) {
  static const char name[] = ".seine-probe.part";
  int error = 0;
  int fd = openat(outdir->fd, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  /* Reserving finds a full disk and a used-up quota without writing as much; not every file system can. */
  if (fallocate(fd, 0, 0, size > 0 ? (off_t)size : 1) != 0) error = errno;
  if (error == EOPNOTSUPP || error == ENOSYS) error = pwrite(fd, name, sizeof name, 0) < 0 ? errno : 0;
  unlinkat(outdir->fd, name, 0);
  close(fd);
  return error;
}

void outdir_close(struct outdir *outdir) {
  if (outdir->lock >= 0) {
    /* If the mark cannot be wiped, the next run looks for leftovers and finds none. */
    int wiped = outdir->unclean_shutdown ? 0 : ftruncate(outdir->lock, 0);
    (void)wiped;
    close(outdir->lock);
  }
  if (outdir->fd >= 0) close(outdir->fd);
  *outdir = (struct outdir){.fd = -1, .lock = -1};
}
