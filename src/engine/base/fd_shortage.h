/* Whether the process, or the system, is out of descriptors. */
#ifndef SEINE_ENGINE_FD_SHORTAGE_H
#define SEINE_ENGINE_FD_SHORTAGE_H

#include <stdbool.h>

/* Whether an errno says that no descriptor was left, for the process or for the system. */
bool fd_is_short(int sys);

/* Tries to open a descriptor, for libraries that do not report why they failed. Returns 0 or the errno. Any thread. */
int fd_shortage(void);

#endif
