/* Keeps pieces of memory of one size, the one used last on top; copies. */
#include "base/free_list.h"

#include <stdint.h>

#define PIECES_MOST 512
#define COPY_PART   2048 /* bytes */

void memory_copy(void *to, const void *from, size_t size) {
  uint8_t *target = to;
  const uint8_t *source = from;
  while (size > 0) {
    size_t part = size < COPY_PART ? size : COPY_PART;
    __asm__("" : "+r"(part)); /* or GCC, which sees that it is small, makes a rep movs of its own */
    memcpy(target, source, part);
    target += part;
    source += part;
    size -= part;
  }
}

struct piece {
  struct piece *next;
};

void *free_list_take(struct free_list *free_list, size_t size) {
  struct piece *piece = free_list->spare;
  if (!piece) return memory_zeroed(size);
  free_list->spare = piece->next;
  free_list->count--;
  return memset(piece, 0, size);
}

void free_list_give(struct free_list *free_list, void *memory) {
  struct piece *piece = memory;
  if (MEMORY_IS_WATCHED || free_list->count >= PIECES_MOST) {
    free(piece);
    return;
  }
  piece->next = free_list->spare;
  free_list->spare = piece;
  free_list->count++;
}

void free_list_clear(struct free_list *free_list) {
  struct piece *piece;
  while ((piece = free_list->spare)) {
    free_list->spare = piece->next;
    free(piece);
  }
  free_list->count = 0;
}
