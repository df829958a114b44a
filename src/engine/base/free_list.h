/* Small pieces of zeroed memory, those of one size that are kept for the next, and copies. */
#ifndef SEINE_ENGINE_FREE_LIST_H
#define SEINE_ENGINE_FREE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* As calloc, which passes by the thread's own store of small pieces (glibc up to 2.40). */
static inline void *memory_zeroed(size_t size) {
  void *memory = malloc(size);
  __asm__("" : "+r"(memory)); /* or compilers see what the two lines are, and make a call of calloc of them */
  return memory ? memset(memory, 0, size) : NULL;
}

/* As memcpy, but part by part. A copy of 2112 bytes and more glibc leaves to the processor (rep movsb), and Zen 3 and 4
 * take twelve times as long for it where the target lies up to 64 bytes further into its page than the source (glibc bug
 * 30994): 4.7 us for 16 KB, instead of 0.4. */
void memory_copy(void *to, const void *from, size_t size);

struct piece;

/* All of one size. They go by the dozen, when a batch comes back from a worker: more than that store takes. Zeroed, it
 * is empty. */
struct free_list {
  struct piece *spare;
  size_t count;
};

/* Zeroed; NULL: no memory. */
void *free_list_take(struct free_list *free_list, size_t size);
void free_list_give(struct free_list *free_list, void *memory);
void free_list_clear(struct free_list *free_list);

#endif
