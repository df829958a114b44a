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

void *piece_take(struct pieces *pieces, size_t size) {
  struct piece *piece = pieces->spare;
  if (!piece) return memory_zeroed(size);
  pieces->spare = piece->next;
  pieces->count--;
  return memset(piece, 0, size);
}

void piece_give(struct pieces *pieces, void *memory) {
  struct piece *piece = memory;
  if (MEMORY_IS_WATCHED || pieces->count >= PIECES_MOST) {
    free(piece);
    return;
  }
  piece->next = pieces->spare;
  pieces->spare = piece;
  pieces->count++;
}

void pieces_clear(struct pieces *pieces) {
  struct piece *piece;
  while ((piece = pieces->spare)) {
    pieces->spare = piece->next;
    free(piece);
  }
  pieces->count = 0;
}
