/* Tells a lack of descriptors from other failures. */
#include "base/fd_shortage.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool descriptor_is_short(int sys) {
  return sys == EMFILE || sys == ENFILE;
}

int descriptor_shortage(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return descriptor_is_short(errno) ? errno : 0;
  close(fd);
  return 0;
}
