/* Keeps unused buffers in a stack for each size. */
#include "body/buffer_pool.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/free_list.h"

#define LEAST_BITS 10 /* 1 KiB */
#define MOST_BITS  16 /* 64 KiB: from there on an allocation costs little beside the bytes that arrive */
#define SPARE_MAX  ((size_t)16 << 20) /* bytes: as much as a thousand small bodies at the workers held before */

struct spare_buffer {
  struct spare_buffer *next;
};

/* Rounds up to a size with three significant bits, and gives its place among those. */
static size_t round_up(size_t bytes, size_t *place) {
  *place = 0;
  if (bytes <= (size_t)1 << LEAST_BITS) return (size_t)1 << LEAST_BITS;
  unsigned bits = (unsigned)(sizeof(long) * 8 - 1) - (unsigned)__builtin_clzl(bytes - 1);
  size_t step = (size_t)1 << (bits - 2), steps = (bytes + step - 1) / step;
  *place = (bits - LEAST_BITS) * 4 + steps - 4;
  return steps * step;
}

size_t buffer_size(size_t bytes) {
  size_t place;
  return bytes > (size_t)1 << MOST_BITS ? bytes : round_up(bytes, &place);
}

static bool is_kept(size_t size, size_t *place) {
  return size && size <= (size_t)1 << MOST_BITS && round_up(size, place) == size;
}

void *buffer_pool_get(struct buffer_pool *buffer_pool, size_t size) {
  size_t place;
  if (!is_kept(size, &place) || !buffer_pool->spare[place]) return malloc(size);
  struct spare_buffer *buffer = buffer_pool->spare[place];
  buffer_pool->spare[place] = buffer->next;
  buffer_pool->spare_bytes -= size;
  return buffer;
}

void buffer_pool_put(struct buffer_pool *buffer_pool, void *data, size_t size) {
  size_t place;
  if (!data || MEMORY_IS_WATCHED || !is_kept(size, &place) || buffer_pool->spare_bytes + size > SPARE_MAX) {
    free(data);
    return;
  }
  struct spare_buffer *buffer = data;
  buffer->next = buffer_pool->spare[place];
  buffer_pool->spare[place] = buffer;
  buffer_pool->spare_bytes += size;
}

void buffer_pool_clear(struct buffer_pool *buffer_pool) {
  for (size_t place = 0; place < BUFFER_SIZES; place++) {
    struct spare_buffer *buffer;
    while ((buffer = buffer_pool->spare[place])) {
      buffer_pool->spare[place] = buffer->next;
      free(buffer);
    }
  }
  buffer_pool->spare_bytes = 0;
}
