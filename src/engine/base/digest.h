/* SHA-256, or MD5, of bytes that come in pieces. A digest is reused from body to body, but never by two threads at
 * once. */
#ifndef SEINE_ENGINE_DIGEST_H
#define SEINE_ENGINE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest;

#define DIGEST_SHA256 "SHA256"
#define DIGEST_MD5    "MD5"

/* 0, SEINE_ENOMEM, or SEINE_ELIBRARY where OpenSSL has no such algorithm (or its policy forbids it). */
int digest_open(struct digest **digest, const char *algorithm);
int digest_start(struct digest *digest); /* forgets what was added; 0 or SEINE_ELIBRARY, as the next three */
int digest_add(struct digest *digest, const void *data, size_t size);
int digest_peek(struct digest *digest, uint8_t *out); /* of what was added so far; more may follow */
int digest_end(struct digest *digest, uint8_t *out); /* 32 bytes, or 16 */
void digest_close(struct digest *digest); /* NULL is fine */

#endif
