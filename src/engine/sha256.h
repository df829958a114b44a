/* SHA-256 of several messages at once, where the processor has instructions for it. Pure. */
#ifndef ENGINE_SHA256_H
#define ENGINE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether sha256_many can be used on this machine. Not for every call: asking takes a microsecond, and more where the machine is
 * a virtual one. */
bool sha256_is_fast(void);

struct sha256_message {
  const void *data;
  size_t size;
  uint8_t *digest; /* 32 bytes */
};

void sha256_many(const struct sha256_message *messages, size_t count);

#endif
