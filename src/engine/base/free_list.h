/* Small pieces of zeroed memory, those of one size that are kept for the next. */
#ifndef SEINE_ENGINE_FREE_LIST_H
#define SEINE_ENGINE_FREE_LIST_H

#include <stddef.h>

struct piece;

/* Free blocks of one size. Dozens are freed at once when a worker batch completes, more than malloc's thread cache
 * keeps. A zeroed struct is an empty list. */
struct free_list {
  struct piece *spare;
  size_t count;
};

/* Zeroed; NULL: no memory. */
void *free_list_get(struct free_list *free_list, size_t size);
void free_list_put(struct free_list *free_list, void *memory);
void free_list_clear(struct free_list *free_list);

#endif
