/* SHA-256 of a batch of bodies, several side by side. Blocking; for one worker. */
#ifndef SEINE_ENGINE_SHA256_BATCH_H
#define SEINE_ENGINE_SHA256_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGESTS_TOGETHER 2 /* bodies that are hashed side by side */

struct digests;

/* NULL where that cannot be had, or gains nothing: digest.h serves then, for one body after the other. */
struct digests *digests_open(void);
void digests_close(struct digests *digests); /* NULL is fine */

/* Takes a body, which must stay, as must the 32 bytes of `sha256`, until digests_end. False: it is not one for here,
 * nor is any if `digests` is NULL. No more than DIGESTS_MOST before the end. */
#define DIGESTS_MOST 64
bool digests_add(struct digests *digests, const void *data, size_t size_bytes, uint8_t sha256[32]);

/* The SHA-256 of each body that was added stands now; false: of none, and they are to be hashed in another way. */
bool digests_end(struct digests *digests);

#endif
