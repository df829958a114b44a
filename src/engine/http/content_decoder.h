/* Decodes bodies that come with a Content-Encoding (RFC 9110 8.4.1): gzip, deflate, and, where the libraries were there
 * when this was built, br and zstd. */
#ifndef SEINE_ENGINE_CONTENT_DECODER_H
#define SEINE_ENGINE_CONTENT_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder;

/* Receives decoded bytes. Returns 0; 1: pause, the same bytes are offered again by the next decode; negative: stop. */
typedef int (*decoded_cb)(void *user, const uint8_t *data, size_t size);

enum decode_error {
  DECODE_BROKEN = -1000, /* the body is not what its coding says */
  DECODE_NOMEM
};

/* Whether this is the name of a coding, known here or not: a body in it is none of the type that is declared. */
bool decode_is_coding(const char *name);

/* A decoder for one body; NULL if the coding is none that is known here (*no_memory false), or without memory. */
struct decoder *decoder_new(const char *coding, bool *no_memory);
void decoder_free(struct decoder *decoder);

/* Takes bytes of the body, and gives what they decode to, block by block, to on_decoded: 0 once all are taken; 1 if
 * on_decoded said "not now", then the call must be repeated with the same bytes, or those and more; an error of
 * decode_error, or what on_decoded said. A body that is not in its coding from its first bytes on, as servers send that
 * declare what they do not do, is handed on as it is. */
int decode(struct decoder *decoder, const uint8_t *data, size_t size, decoded_cb on_decoded, void *user);

/* Whether the coding has come to its end. */
bool decoder_is_complete(const struct decoder *decoder);

#endif
