/* Recognises a lack of file descriptors. */
#include "base/fd_shortage.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool fd_is_short(int sys) {
  return sys == EMFILE || sys == ENFILE;
}

int fd_shortage(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd_is_short(errno) ? errno : 0;
  close(fd);
  return 0;
}
