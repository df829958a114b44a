/* The codings of content_decoder.c, each by its library. */
#ifndef SEINE_ENGINE_CODEC_H
#define SEINE_ENGINE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum codec_step {
  CODEC_MORE, /* it goes on, with more input or more space for output */
  CODEC_END, /* the coding ends here; there may be input left */
  CODEC_BROKEN, /* this is not the coding */
  CODEC_NOMEM
};

/* What a step may read and write; it moves all four. */
struct codec_buffers {
  const uint8_t *in;
  size_t in_size;
  uint8_t *out;
  size_t out_size;
};

struct codec {
  const char *name, *alias; /* in Content-Encoding, without case */
  bool repeats; /* one may follow the other, as the members of a gzip file do */
  void *(*open)(uint8_t first_byte); /* NULL: no memory */
  enum codec_step (*step)(void *state, struct codec_buffers *buffers);
  void (*close)(void *state);
};

/* Ends with one without name. */
extern const struct codec codecs[];

#endif
