/* Counts the calls of one name, and says which of them is to fail. Uses nothing that it may stand in for. */
#include "fault.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
  char call[16], report[256];
  unsigned long n;
  int error;
  char scope[16];
} plan;
static atomic_ulong calls;

#define FRAMES 40

/* Called before main by the loader, and before the constructors of what it is loaded before. */
__attribute__((constructor(101))) static void fault_read(void) {
  const char *text = getenv("SEINE_FAULT"), *report = getenv("SEINE_FAULT_REPORT");
  if (!text) return;
  size_t length = strcspn(text, ":");
  if (length >= sizeof plan.call || text[length] == '\0') return;
  char *rest;
  plan.n = strtoul(text + length + 1, &rest, 10);
  plan.error = *rest ? (int)strtol(rest + 1, &rest, 10) : 0;
  if (*rest == ':' && strlen(rest) <= sizeof plan.scope) memcpy(plan.scope, rest + 1, strlen(rest));
  if (report && strlen(report) < sizeof plan.report) memcpy(plan.report, report, strlen(report));
  /* The first call loads a library, which is no time for a call that is to fail. */
  void *frame;
  backtrace(&frame, 1);
  memcpy(plan.call, text, length);
  if (strcmp(plan.call, "limit") != 0 || plan.n == 0) return;
  struct rlimit limit = {plan.n << 20, plan.n << 20};
  setrlimit(RLIMIT_AS, &limit);
}

/* The address space that the process had at its highest, in MiB. */
static unsigned long peak(void) {
  char text[4096];
  int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY);
  long length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  text[length > 0 ? length : 0] = '\0';
  const char *line = strstr(text, "VmPeak:");
  return line ? strtoul(line + 7, NULL, 10) / 1024 : 0;
}

__attribute__((destructor)) static void fault_tell(void) {
  if (!plan.report[0]) return;
  char text[32];
  unsigned long count = strcmp(plan.call, "limit") == 0 ? peak() : atomic_load(&calls);
  int length = snprintf(text, sizeof text, "%lu\n", count);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, plan.report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  syscall(SYS_write, fd, text, (size_t)length);
  syscall(SYS_close, fd);
}

/* Who asked, as threads make the n-th call another one in the next run. */
static void tell_caller(void) {
  static const char head[] = "the fault is in a call from\n";
  void *frames[FRAMES];
  int count = backtrace(frames, FRAMES);
  syscall(SYS_write, STDERR_FILENO, head, sizeof head - 1);
  backtrace_symbols_fd(frames, count, STDERR_FILENO);
}

bool fault_due(const char *call) {
  if (!plan.call[0] || strcmp(call, plan.call) != 0) return false;
  if (atomic_fetch_add(&calls, 1) + 1 != plan.n) return false;
  tell_caller();
  errno = plan.error;
  return true;
}

const char *fault_scope(void) {
  return plan.scope;
}
