/* What fuzz targets share. A target is a file fuzz_NAME.c with this one function, in the form that libFuzzer calls; its
 * inputs are in corpus/NAME. `make check` replays them, contrib/fuzz searches for more. */
#ifndef SEINE_TESTS_FUZZ_H
#define SEINE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns 0; what is wrong ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Must hold, in every build. */
#define MUST(condition)                                                                                                \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                          \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* data[0..size) and a NUL, in memory of just this size, so that a read past the end is seen; to be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (!text) abort();
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  return text;
}

#endif
