/* Decodes bodies that come with a Content-Encoding, a block at a time. */
#include "http/content_decoder.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/codec.h"

#define BLOCK 16384
#define FIRST                                                                                                          \
  512 /* bytes in which a coding shows that a body is not in it: the longest head of a deflate block is shorter */

struct decoder {
  const struct codec *codec;
  void *state; /* of the codec; NULL before the first byte, and once it has ended */
  bool has_decoded; /* something came out of it: from now on the body must be in the coding */
  bool passes; /* the body is not in the coding, and handed on as it is */
  bool is_early; /* it broke within the first bytes */
  bool ignores; /* what comes behind the end of the coding is not in it, and of no account */
  bool is_complete;
  size_t taken; /* of the bytes that are offered: they are offered again after a "not now" */
  size_t waiting; /* bytes of the block that on_decoded did not take yet */
  uint8_t first[FIRST]; /* of the body, to pass on; all that was read before anything came out */
  size_t first_size;
  bool has_bytes;
  uint8_t block[BLOCK];
};

bool decode_is_coding(const char *name) {
  static const char *const registered[] = {"br",      "compress", "x-compress", "dcb",          "dcz",
                                           "deflate", "gzip",     "x-gzip",     "pack200-gzip", "zstd"};
  size_t size = strcspn(name, ", \t\n");
  for (size_t i = 0; i < sizeof registered / sizeof *registered; i++)
    if (strncasecmp(registered[i], name, size) == 0 && !registered[i][size]) return true;
  return false;
}

struct decoder *decoder_new(const char *coding, bool *no_memory) {
  const struct codec *codec = codecs;
  *no_memory = false;
  while (codec->name && strcasecmp(coding, codec->name) != 0 &&
         (!codec->alias || strcasecmp(coding, codec->alias) != 0))
    codec++;
  if (!codec->name) return NULL;
  struct decoder *decoder = calloc(1, sizeof *decoder);
  *no_memory = !decoder;
  if (decoder) decoder->codec = codec;
  return decoder;
}

static void close_state(struct decoder *decoder) {
  if (decoder->state) decoder->codec->close(decoder->state);
  decoder->state = NULL;
}

void decoder_free(struct decoder *decoder) {
  if (!decoder) return;
  close_state(decoder);
  free(decoder);
}

bool decoder_is_complete(const struct decoder *decoder) {
  return decoder->is_complete || decoder->passes || !decoder->has_bytes;
}

/* Decodes up to one block. What follows the end of the coding is another of its members, or of no account. */
static enum codec_step step(struct decoder *decoder, struct codec_buffers *buffers) {
  if (!decoder->state) {
    if (decoder->is_complete && !decoder->codec->repeats) decoder->ignores = true;
    if (!buffers->in_size || decoder->ignores) return CODEC_END;
    decoder->state = decoder->codec->open(buffers->in[0]);
    if (!decoder->state) return CODEC_NOMEM;
  }
  enum codec_step reached = decoder->codec->step(decoder->state, buffers);
  decoder->waiting = BLOCK - buffers->out_size;
  if (reached == CODEC_BROKEN && decoder->is_complete && !decoder->waiting) {
    decoder->ignores = true;
    return CODEC_END;
  }
  if (decoder->waiting) {
    decoder->has_decoded = true;
    decoder->is_complete = false;
  }
  if (reached == CODEC_END) {
    decoder->is_complete = true;
    close_state(decoder);
  }
  return reached;
}

static int hand_on(struct decoder *decoder, decoded_cb on_decoded, void *user) {
  int word = decoder->waiting ? on_decoded(user, decoder->block, decoder->waiting) : 0;
  if (word == 0) decoder->waiting = 0;
  return word;
}

/* From the first byte on, this is not the coding: all goes on as it is, what was read of it before first. */
static int pass(struct decoder *decoder, const uint8_t *data, size_t size, decoded_cb on_decoded, void *user) {
  decoder->passes = true;
  decoder->taken = 0;
  memcpy(decoder->block, decoder->first, decoder->first_size);
  decoder->waiting = decoder->first_size;
  int word = hand_on(decoder, on_decoded, user);
  return word ? word : on_decoded(user, data, size);
}

/* The first bytes go to the codec one by one: whether a body is passed on must not depend on how many came at once. */
static enum codec_step step_early(struct decoder *decoder, struct codec_buffers *buffers, size_t read) {
  bool is_early = decoder->first_size + read < FIRST;
  size_t later = is_early && buffers->in_size > 1 ? buffers->in_size - 1 : 0;
  buffers->in_size -= later;
  enum codec_step reached = step(decoder, buffers);
  buffers->in_size += later;
  decoder->is_early = is_early;
  return reached;
}

static int decode_blocks(struct decoder *decoder, const uint8_t *data, size_t size, decoded_cb on_decoded, void *user) {
  size_t skipped = decoder->taken < size ? decoder->taken : size, beyond = decoder->taken - skipped;
  struct codec_buffers buffers = {.in = data + skipped, .in_size = size - skipped};
  for (bool moves = true; moves;) {
    size_t before = buffers.in_size;
    buffers.out = decoder->block;
    buffers.out_size = BLOCK;
    enum codec_step reached = step_early(decoder, &buffers, size - before);
    if (reached == CODEC_NOMEM || reached == CODEC_BROKEN) return reached == CODEC_NOMEM ? DECODE_NOMEM : DECODE_BROKEN;
    moves = buffers.in_size < before || decoder->waiting;
    decoder->taken = beyond + size - buffers.in_size;
    int word = hand_on(decoder, on_decoded, user);
    if (word) return word;
  }
  decoder->taken = beyond;
  return 0;
}

int decode(struct decoder *decoder, const uint8_t *data, size_t size, decoded_cb on_decoded, void *user) {
  int word = hand_on(decoder, on_decoded, user);
  if (word) return word;
  if (decoder->passes) return on_decoded(user, data, size);
  decoder->has_bytes = true;
  word = decode_blocks(decoder, data, size, on_decoded, user);
  if (word == DECODE_BROKEN && decoder->is_early && !decoder->has_decoded)
    return pass(decoder, data, size, on_decoded, user);
  size_t kept = FIRST - decoder->first_size < size ? FIRST - decoder->first_size : size;
  memcpy(decoder->first + decoder->first_size, data, word ? 0 : kept);
  decoder->first_size += word ? 0 : kept;
  return word;
}
