/* Stands before libc (LD_PRELOAD) and fails the n-th call of a kind, as fault.h says.
 *
 * Writes fail on regular files only: libuv ends the process when it cannot write to its own eventfd. Allocations fail
 * where the caller is the program itself, which holds all of seine's code, or, if it is asked for, a library. libuv,
 * libcurl, c-ares and libcrypto allocate by functions of the program, which end it without memory, and so count with it
 * either way. What they call by libc beside those does not count where nobody could go on: libuv ends the process by
 * design, and so does the C++ runtime; libcrypto 3.0 crashes on a lock that it could not allocate. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fault.h"

/* The function that a call would have gone to without this file; it is looked up each time, which is cheap enough. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define PUBLIC     __attribute__((visibility("default")))

static mode_t mode_of(int flags, va_list arguments) {
  return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

/* SEINE_FAULT_NAMED: as on a file system that knows no nameless files. */
static bool is_unknown(int flags) {
  static int named = -1;
  if (named < 0) named = getenv("SEINE_FAULT_NAMED") != NULL;
  if (!named || (flags & O_TMPFILE) != O_TMPFILE) return false;
  errno = EOPNOTSUPP;
  return true;
}

static bool is_regular(int fd) {
  struct stat st;
  return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- Opening ---- */

#define OPEN(name)                                                                                                     \
  PUBLIC int name(const char *path, int flags, ...) {                                                                  \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    mode_t mode = mode_of(flags, arguments);                                                                           \
    va_end(arguments);                                                                                                 \
    return fault_due("open") ? -1 : NEXT(name)(path, flags, mode);                                                     \
  }
#define OPENAT(name)                                                                                                   \
  PUBLIC int name(int folder, const char *path, int flags, ...) {                                                      \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    mode_t mode = mode_of(flags, arguments);                                                                           \
    va_end(arguments);                                                                                                 \
    return is_unknown(flags) || fault_due("openat") ? -1 : NEXT(name)(folder, path, flags, mode);                      \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

PUBLIC long syscall(long number, ...) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_openat2 && fault_due("openat2")) return -1;
  return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- Writing ---- */

PUBLIC ssize_t write(int fd, const void *data, size_t size) {
  return is_regular(fd) && fault_due("write") ? -1 : NEXT(write)(fd, data, size);
}

PUBLIC ssize_t writev(int fd, const struct iovec *parts, int count) {
  return is_regular(fd) && fault_due("writev") ? -1 : NEXT(writev)(fd, parts, count);
}

PUBLIC ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return is_regular(fd) && fault_due("pwrite") ? -1 : NEXT(pwrite)(fd, data, size, offset);
}

PUBLIC ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return is_regular(fd) && fault_due("pwrite") ? -1 : NEXT(pwrite64)(fd, data, size, offset);
}

PUBLIC int ftruncate(int fd, off_t length) {
  return fault_due("ftruncate") ? -1 : NEXT(ftruncate)(fd, length);
}

PUBLIC int ftruncate64(int fd, off64_t length) {
  return fault_due("ftruncate") ? -1 : NEXT(ftruncate64)(fd, length);
}

PUBLIC int fsync(int fd) {
  return fault_due("fsync") ? -1 : NEXT(fsync)(fd);
}

PUBLIC int fdatasync(int fd) {
  return fault_due("fdatasync") ? -1 : NEXT(fdatasync)(fd);
}

PUBLIC int syncfs(int fd) {
  return fault_due("syncfs") ? -1 : NEXT(syncfs)(fd);
}

/* ---- Names ---- */

PUBLIC int rename(const char *from, const char *to) {
  return fault_due("rename") ? -1 : NEXT(rename)(from, to);
}

PUBLIC int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  return fault_due("renameat") ? -1 : NEXT(renameat)(from_folder, from, to_folder, to);
}

PUBLIC int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  return fault_due("linkat") ? -1 : NEXT(linkat)(from_folder, from, to_folder, to, flags);
}

PUBLIC int mkdir(const char *path, mode_t mode) {
  return fault_due("mkdir") ? -1 : NEXT(mkdir)(path, mode);
}

PUBLIC int mkdirat(int folder, const char *path, mode_t mode) {
  return fault_due("mkdirat") ? -1 : NEXT(mkdirat)(folder, path, mode);
}

/* ---- Memory ---- */

/* A sanitizer has an allocator of its own; see wrap.c. */
#ifndef __SANITIZE_ADDRESS__
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

#define RANGES 64
static struct range { uintptr_t from, to; } ranges[RANGES];
static size_t range_count;

/* Of those left out, libuv and libcrypto allocate by way of the program all the same (src/cli/base/cli_allocator.c). */
static bool may_fail(const char *name) {
  static const char *const not [] = {"libc.so",   "libuv",    "libcrypto",  "libssl",
                                     "libstdc++", "ld-linux", "linux-vdso", "fault_preload"};
  const char *scope = fault_scope();
  bool all = strcmp(scope, "libraries") == 0;
  if (*name == '\0') return all || *scope == '\0'; /* the program */
  for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
    if (strstr(name, not [i])) return false;
  return all || (*scope && strstr(name, scope));
}

static int note_object(struct dl_phdr_info *info, size_t size, void *user) {
  (void)size, (void)user;
  for (int i = 0; i < info->dlpi_phnum && may_fail(info->dlpi_name); i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || range_count == RANGES) continue;
    uintptr_t from = info->dlpi_addr + part->p_vaddr;
    ranges[range_count++] = (struct range){from, from + part->p_memsz};
  }
  return 0;
}

__attribute__((constructor(102))) static void note_objects(void) {
  dl_iterate_phdr(note_object, NULL);
}

static bool counts(const void *caller) {
  for (size_t i = 0; i < range_count; i++)
    if ((uintptr_t)caller >= ranges[i].from && (uintptr_t)caller < ranges[i].to) return true;
  return false;
}

#define NO_MEMORY (counts(__builtin_return_address(0)) && fault_due("malloc"))

PUBLIC void *malloc(size_t size) {
  return NO_MEMORY ? NULL : __libc_malloc(size);
}

PUBLIC void *calloc(size_t count, size_t size) {
  return NO_MEMORY ? NULL : __libc_calloc(count, size);
}

PUBLIC void *realloc(void *old, size_t size) {
  return NO_MEMORY ? NULL : __libc_realloc(old, size);
}

static char *copy_of(const char *text, size_t length) {
  char *copy = __libc_malloc(length + 1);
  if (!copy) return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

#undef strdup
PUBLIC char *strdup(const char *text) {
  return NO_MEMORY ? NULL : copy_of(text, strlen(text));
}

#undef strndup
PUBLIC char *strndup(const char *text, size_t most) {
  return NO_MEMORY ? NULL : copy_of(text, strnlen(text, most));
}

/* libmagic 5.44 frees what this left, where glibc 2.36 leaves what was there; but makes sure of memory (types.c). */
PUBLIC int vasprintf(char **text, const char *format, va_list arguments) {
  if (!NO_MEMORY) return NEXT(vasprintf)(text, format, arguments);
  *text = NULL;
  return -1;
}
#endif
