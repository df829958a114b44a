/* Generated response bodies: the same kind, seed and size give the same bytes. */
#ifndef FAULTSERVER_BODIES_H
#define FAULTSERVER_BODIES_H

#include <stddef.h>
#include <stdint.h>

struct body_kind {
  const char *name;
  const char *type; /* the Content-Type that is true of it */
  size_t least; /* the smallest body of this kind that is well formed */
  size_t grain; /* sizes are multiples of this */
  void (*write)(uint64_t seed, uint8_t *out, size_t size);
};

/* NULL if no kind is called so. */
const struct body_kind *body_kind_find(const char *name, size_t length);

/* The size that a body will have when `wanted` is asked for. */
size_t body_size(const struct body_kind *kind, size_t wanted);

/* Fills out[0..size), where size came from body_size. */
void body_write(const struct body_kind *kind, uint64_t seed, uint8_t *out, size_t size);

/* A hash of some text: the seed of a body whose URL names none. */
uint64_t body_seed(const char *text, size_t length);

#endif
