/* Makes libraries end the command when memory is out, as its own allocations do, and libcurl take what it gave back.
 *
 * Each of them was seen to do worse, one allocation failing at a time: libcurl 7.88 asks for a URL without its query,
 * or divides by the size of a table that it has none of; libcrypto 3.0 takes a lock that is NULL; libuv aborts. What is
 * large, as bodies are, is the engine's own, where a failure ends one fetch. */
#include "base/cli_allocator.h"
#include "base/util.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <seine_tools.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* ---- Spare blocks ----
 *
 * For a transfer libcurl 7.88 takes and gives back some fifty blocks of memory, its receive buffer among them, and many
 * transfers at a time do so. The C library has room for seven spare ones of a size; the others it joins with their
 * neighbours and cuts anew, for a tenth of what a transfer costs the loop. */

#define STEP       16
#define HEAD       8 /* bytes before a block; with them it is a whole number of steps long (glibc, 64 bits) */
#define LEAST      24 /* bytes, of any block */
#define BLOCK_MOST ((size_t)80 << 10)
#define STEPS_MOST ((BLOCK_MOST + HEAD) / STEP + 1)
#define SPARE_MOST ((size_t)8 << 20) /* bytes; of blocks over a page half as much, so that they leave room for others */
#define PAGE       4096

struct block {
  struct block *next;
};

static struct {
  struct block *blocks[STEPS_MOST + 1]; /* by their least number of steps */
  size_t bytes;
} spare;

static bool has_room(size_t bytes) {
  return spare.bytes + bytes <= (bytes > PAGE ? SPARE_MOST / 2 : SPARE_MOST);
}

/* True on the main thread, unless a sanitizer watches: elsewhere libcurl has little to do. */
static _Thread_local bool keeps_spare;

static void *block_take(size_t size) {
  size_t steps = size <= LEAST ? (LEAST + HEAD) / STEP : (size + HEAD + STEP - 1) / STEP;
  if (!keeps_spare || size > BLOCK_MOST || !spare.blocks[steps]) return xmalloc(size);
  struct block *block = spare.blocks[steps];
  spare.blocks[steps] = block->next;
  spare.bytes -= steps * STEP;
  return block;
}

static void block_give(void *memory) {
  size_t steps = memory && keeps_spare ? (malloc_usable_size(memory) + HEAD) / STEP : 0;
  if (!steps || steps > STEPS_MOST || !has_room(steps * STEP)) {
    free(memory);
    return;
  }
  struct block *block = memory;
  block->next = spare.blocks[steps];
  spare.blocks[steps] = block;
  spare.bytes += steps * STEP;
}

static void *block_take_zeroed(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > BLOCK_MOST) return xcalloc(count, size);
  return memset(block_take(bytes), 0, bytes);
}

static void *block_resize(void *memory, size_t size) {
  if (!memory) return block_take(size);
  if (!keeps_spare || size > BLOCK_MOST) return xrealloc(memory, size);
  size_t room = malloc_usable_size(memory);
  if (size <= room) return memory;
  void *larger = memcpy(block_take(size), memory, room);
  block_give(memory);
  return larger;
}

static char *block_duplicate(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(block_take(size), text, size);
}

/* ---- What libraries are told ---- */

/* libcrypto's functions know sizes of 0, and where they were called. */
static void *crypto_malloc(size_t size, const char *file, int line) {
  (void)file, (void)line;
  return size > 0 ? xmalloc(size) : NULL;
}

static void crypto_free(void *memory, const char *file, int line) {
  (void)file, (void)line;
  free(memory);
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line) {
  if (size > 0) return xrealloc(memory, size);
  crypto_free(memory, file, line);
  return NULL;
}

void memory_prepare(void) {
  static const seine_allocator_t allocator = {
      .allocate = block_take,
      .release = block_give,
      .resize = block_resize,
      .duplicate = block_duplicate,
      .allocate_zeroed = block_take_zeroed,
  };
  keeps_spare = !MEMORY_IS_WATCHED;
  /* Where one of them does not take it, the run is as good as it is without. */
  CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
  uv_replace_allocator(xmalloc, xrealloc, xcalloc, free);
  seine_replace_allocator(&allocator);
}
