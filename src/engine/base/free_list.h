/* Small pieces of zeroed memory, those of one size that are kept for the next. */
#ifndef SEINE_ENGINE_FREE_LIST_H
#define SEINE_ENGINE_FREE_LIST_H

#include <stddef.h>

struct piece;

/* All of one size. They go by the dozen, when a batch comes back from a worker: more than that store takes. Zeroed, it
 * is empty. */
struct free_list {
  struct piece *spare;
  size_t count;
};

/* Zeroed; NULL: no memory. */
void *free_list_get(struct free_list *free_list, size_t size);
void free_list_put(struct free_list *free_list, void *memory);
void free_list_clear(struct free_list *free_list);

#endif
