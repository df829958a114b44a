/* Tells the format of a list by its name, and URLs from files. */
#include "input/list_kind.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "input/decompress.h"

bool list_is_url(const char *source) {
  if (!isalpha((unsigned char)source[0])) return false;
  size_t length = 1;
  while (isalnum((unsigned char)source[length]) || (source[length] != '\0' && strchr("+-.", source[length]) != NULL))
    length++;
  return strncmp(source + length, "://", 3) == 0;
}

static const struct {
  const char *suffix;
  enum input_format format;
} suffixs[] = {{".csv", INPUT_CSV},    {".tsv", INPUT_TSV}, {".json", INPUT_JSON},
               {".jsonl", INPUT_JSON}, {".jl", INPUT_JSON}, {".ndjson", INPUT_JSON}};

enum input_format list_format(enum input_format asked, const char *source, bool *by_name) {
  size_t length = packing_stem(source);
  *by_name = asked == INPUT_AUTO;
  if (!*by_name) return asked == INPUT_JSONL ? INPUT_JSON : asked;
  for (size_t i = 0; i < sizeof suffixs / sizeof *suffixs; i++) {
    size_t suffix = strlen(suffixs[i].suffix);
    if (length > suffix && strncasecmp(source + length - suffix, suffixs[i].suffix, suffix) == 0)
      return suffixs[i].format;
  }
  return INPUT_LINES;
}

size_t list_stem(const char *source) {
  size_t length = packing_stem(source);
  const char *dot = memrchr(source, '.', length);
  return dot != NULL && memchr(dot, '/', length - (size_t)(dot - source)) == NULL ? (size_t)(dot - source) : length;
}
