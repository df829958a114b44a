/* Small pieces of zeroed memory. */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <stdlib.h>
#include <string.h>

/* As calloc, which passes by the thread's own store of small pieces (glibc up to 2.40). */
static inline void *memory_zeroed(size_t size) {
  void *memory = malloc(size);
  return memory ? memset(memory, 0, size) : NULL;
}

#endif
