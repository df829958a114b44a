/* Replaces the clock and the poll that libuv and libcurl call: the target's own functions come before libc's. */
#include "skip_waits.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Loopback delivers within a system call, but on a busy machine now and then later: so long something may still come.
 * A long wait is a stall, which the targets' servers never mean. */
#define REAL_NS      100000
#define LONG_MS      100
#define REAL_NS_LONG 30000000

typedef int (*get_time)(clockid_t clock, struct timespec *now);

static const uv_loop_t *skipping_loop;
static int64_t skipped_ns;

void skip_waits_of(const uv_loop_t *loop) {
  skipping_loop = loop;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  static get_time original;
  if (!original) original = (get_time)dlsym(RTLD_NEXT, "clock_gettime");
  int status = original(clock, now);
  if (status != 0 || (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)) return status;
  int64_t ns = now->tv_nsec + __atomic_load_n(&skipped_ns, __ATOMIC_RELAXED);
  now->tv_sec += ns / 1000000000;
  now->tv_nsec = ns % 1000000000;
  return 0;
}

static int poll_events(int fd, struct epoll_event *events, int count, int timeout_ms) {
  return (int)syscall(SYS_epoll_pwait, fd, events, count, timeout_ms, NULL, 8);
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout_ms, const sigset_t *signals) {
  const uv_loop_t *loop = skipping_loop;
  (void)signals; /* no loop here has any */
  if (!loop || uv_backend_fd(loop) != fd || timeout_ms <= 0 || loop->active_reqs.count > 0)
    return poll_events(fd, events, count, timeout_ms);
  int found = poll_events(fd, events, count, 0);
  struct pollfd any = {.fd = fd, .events = POLLIN};
  const struct timespec real = {.tv_nsec = timeout_ms > LONG_MS ? REAL_NS_LONG : REAL_NS};
  if (found == 0 && ppoll(&any, 1, &real, NULL) > 0) found = poll_events(fd, events, count, 0);
  if (found == 0) __atomic_fetch_add(&skipped_ns, (int64_t)timeout_ms * 1000000, __ATOMIC_RELAXED);
  return found;
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms) {
  return epoll_pwait(fd, events, count, timeout_ms, NULL);
}
