/* SHA-256 of a batch of bodies, several at once. Worker thread: blocks; one worker each. */
#ifndef SEINE_ENGINE_SHA256_BATCH_H
#define SEINE_ENGINE_SHA256_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_LANES 2 /* bodies that are hashed side by side */

struct sha256_batch;

/* Returns NULL where it is not available or gains nothing; use digest.h then. */
struct sha256_batch *sha256_batch_open(void);
void sha256_batch_close(struct sha256_batch *sha256_batch); /* NULL is fine */

/* Adds a body; it and the 32 bytes of `sha256` must stay valid until sha256_batch_finish. At most SHA256_BATCH_MAX per
 * batch. False if it must be hashed otherwise: too large, empty, or sha256_batch is NULL. */
#define SHA256_BATCH_MAX 64
bool sha256_batch_add(struct sha256_batch *sha256_batch, const void *data, size_t size_bytes, uint8_t sha256[32]);

/* Writes the SHA-256 of each added body. False on failure: hash them all otherwise. */
bool sha256_batch_finish(struct sha256_batch *sha256_batch);

#endif
