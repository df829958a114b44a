/* Edits of an input, for the mutators of fuzz targets. Pure. */
#ifndef SEINE_TESTS_FUZZ_EDIT_H
#define SEINE_TESTS_FUZZ_EDIT_H

#include <stdbool.h>

#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* An input in its buffer, and the random numbers of one mutation. */
struct edit {
  uint8_t *data;
  size_t size, max_size;
  uint32_t random;
};

/* A part of an input: data[begin..end). */
struct range_of {
  size_t begin, end;
};

static inline uint32_t edit_draw(struct edit *edit, uint32_t below) {
  edit->random = edit->random * 1664525 + 1013904223;
  return below ? (edit->random >> 8) % below : 0;
}

/* Puts text[0..size) in place of a range. False if there is no room. */
static inline bool edit_replace(struct edit *edit, struct range_of at, const void *text, size_t size) {
  size_t old = at.end - at.begin;
  if (edit->size - old + size > edit->max_size) return false;
  uint8_t *copy = malloc(size + 1);
  MUST(copy);
  memcpy(copy, text, size); /* it may be a part of the input */
  memmove(edit->data + at.begin + size, edit->data + at.end, edit->size - at.end);
  memcpy(edit->data + at.begin, copy, size);
  free(copy);
  edit->size += size - old;
  return true;
}

static inline bool edit_insert(struct edit *edit, size_t at, const char *text) {
  return edit_replace(edit, (struct range_of){at, at}, text, strlen(text));
}

/* A line in a range, with its end; any. */
static inline struct range_of edit_line(struct edit *edit, struct range_of in) {
  size_t at = in.begin + edit_draw(edit, (uint32_t)(in.end - in.begin));
  struct range_of line = {at, at};
  while (line.begin > in.begin && edit->data[line.begin - 1] != '\n')
    line.begin--;
  while (line.end < in.end && edit->data[line.end++] != '\n')
    ;
  return line;
}

/* Lets libFuzzer mutate a range. */
static inline void edit_mutate(struct edit *edit, struct range_of at) {
  size_t size = at.end - at.begin, room = size + edit->max_size - edit->size;
  uint8_t *copy = malloc(room + 1);
  MUST(copy);
  memcpy(copy, edit->data + at.begin, size);
  size_t made = room ? LLVMFuzzerMutate(copy, size, room) : 0;
  edit_replace(edit, at, copy, made);
  free(copy);
}

#endif
