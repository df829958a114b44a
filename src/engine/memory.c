/* Keeps pieces of memory of one size, the one used last on top. */
#include "memory.h"

/* A sanitizer sees who uses memory that was freed only where it is freed. */
#ifdef __SANITIZE_ADDRESS__
#define PIECES_MOST 0
#else
#define PIECES_MOST 512
#endif

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
  if (pieces->count + 1 > PIECES_MOST) {
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
