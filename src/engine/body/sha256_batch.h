/* SHA-256 of a batch of bodies, several side by side. Blocking; for one worker. */
#ifndef SEINE_ENGINE_SHA256_BATCH_H
#define SEINE_ENGINE_SHA256_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_LANES 2 /* bodies that are hashed side by side */

struct sha256_batch;

/* NULL where that cannot be had, or gains nothing: digest.h serves then, for one body after the other. */
struct sha256_batch *sha256_batch_open(void);
void sha256_batch_close(struct sha256_batch *sha256_batch); /* NULL is fine */

/* Takes a body, which must stay, as must the 32 bytes of `sha256`, until sha256_batch_finish. False: it is not one for here,
 * nor is any if `digests` is NULL. No more than SHA256_BATCH_MAX before the end. */
#define SHA256_BATCH_MAX 64
bool sha256_batch_add(struct sha256_batch *sha256_batch, const void *data, size_t size_bytes, uint8_t sha256[32]);

/* The SHA-256 of each body that was added stands now; false: of none, and they are to be hashed in another way. */
bool sha256_batch_finish(struct sha256_batch *sha256_batch);

#endif
