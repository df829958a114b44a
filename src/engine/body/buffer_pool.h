/* Keeps buffers of finished small bodies for the next ones: malloc would merge them and return their pages to the
 * system, and fetch them again for each body. Loop thread only. */
#ifndef SEINE_ENGINE_BUFFER_POOL_H
#define SEINE_ENGINE_BUFFER_POOL_H

#include <stddef.h>

#define BUFFER_SIZES 25 /* from 1 KiB to 64 KiB, each at most a quarter more than the one before */

struct spare_buffer;

/* Zeroed, it is empty. */
struct buffer_pool {
  struct spare_buffer *spare[BUFFER_SIZES];
  size_t spare_bytes; /* of them all; bounded */
};

/* How large a buffer for so many bytes is: a size that is kept, or just that. */
size_t buffer_size(size_t bytes);

/* size: from buffer_size. The buffer may be freed or reallocated by whoever has it. NULL: no memory. */
void *buffer_pool_get(struct buffer_pool *buffer_pool, size_t size);

/* Of whatever size; NULL is fine. */
void buffer_pool_put(struct buffer_pool *buffer_pool, void *data, size_t size);

void buffer_pool_clear(struct buffer_pool *buffer_pool);

#endif
