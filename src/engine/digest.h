/* SHA-256 of bytes that come in pieces. A digest is reused from body to body, but never by two threads at once. */
#ifndef SEINE_DIGEST_H
#define SEINE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest;

int digest_open(struct digest **digest); /* 0, SEINE_ENOMEM, or SEINE_ENOSYS where OpenSSL has no SHA-256 */
int digest_start(struct digest *digest); /* forgets what was added; 0 or SEINE_ENOSYS, as the next two */
int digest_add(struct digest *digest, const void *data, size_t size);
int digest_end(struct digest *digest, uint8_t out[32]);
void digest_close(struct digest *digest); /* NULL is fine */

#endif
