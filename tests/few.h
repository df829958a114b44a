/* How much of the same: a tenth under valgrind, where it shows no more and takes thirty times as long. */
#ifndef SEINE_TESTS_FEW_H
#define SEINE_TESTS_FEW_H

#include <stdlib.h>

/* `count`, or a tenth of it if SEINE_FEW is set. */
static inline int few(int count) {
  return getenv("SEINE_FEW") ? count / 10 : count;
}

#endif
