/* Small pieces of zeroed memory, and those of one size that are kept for the next. */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A sanitizer sees who uses memory that was freed only where it is freed: then none is kept for the next. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_IS_WATCHED true
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define MEMORY_IS_WATCHED true
#endif
#endif
#ifndef MEMORY_IS_WATCHED
#define MEMORY_IS_WATCHED false
#endif

/* As calloc, which passes by the thread's own store of small pieces (glibc up to 2.40). */
static inline void *memory_zeroed(size_t size) {
  void *memory = malloc(size);
  __asm__("" : "+r"(memory)); /* or compilers see what the two lines are, and make a call of calloc of them */
  return memory ? memset(memory, 0, size) : NULL;
}

struct piece;

/* All of one size. They go by the dozen, when a batch comes back from a worker: more than that store takes. Zeroed, it
 * is empty. */
struct pieces {
  struct piece *spare;
  size_t count;
};

/* Zeroed; NULL: no memory. */
void *piece_take(struct pieces *pieces, size_t size);
void piece_give(struct pieces *pieces, void *memory);
void pieces_clear(struct pieces *pieces);

#endif
