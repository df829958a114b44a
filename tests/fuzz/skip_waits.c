/* Replaces the clock and the poll that libuv and libcurl call: the target's own functions come before libc's. */
#include "skip_waits.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Loopback delivers within a system call, but on a busy machine now and then later: so long something may still come.
 * A long wait is a stall, which the targets' servers never mean. */
#define REAL_MS      1
#define LONG_MS      100
#define REAL_MS_LONG 30

static const uv_loop_t *skipping_loop;
static int64_t skipped_ns;

void skip_waits_of(const uv_loop_t *loop) {
  skipping_loop = loop;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int status = (int)syscall(SYS_clock_gettime, clock, now);
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
  int real_ms = timeout_ms > LONG_MS ? REAL_MS_LONG : REAL_MS;
  int found = poll_events(fd, events, count, real_ms);
  if (found == 0 && timeout_ms > real_ms)
    __atomic_fetch_add(&skipped_ns, (int64_t)(timeout_ms - real_ms) * 1000000, __ATOMIC_RELAXED);
  return found;
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout_ms) {
  return epoll_pwait(fd, events, count, timeout_ms, NULL);
}
