/* Keeps pieces of memory of one size, the one used last on top. */
#include "base/free_list.h"

#include <stdlib.h>
#include <string.h>

#define PIECES_MAX 512

struct piece {
  struct piece *next;
};

void *free_list_get(struct free_list *free_list, size_t size) {
  struct piece *piece = free_list->spare;
  if (!piece) return calloc(1, size);
  free_list->spare = piece->next;
  free_list->count--;
  return memset(piece, 0, size);
}

void free_list_put(struct free_list *free_list, void *memory) {
  struct piece *piece = memory;
  if (MEMORY_IS_WATCHED || free_list->count >= PIECES_MAX) {
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
