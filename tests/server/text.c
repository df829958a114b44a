/* Text that grows. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must(void *memory) {
  if (memory) return memory;
  fputs("faultserver: out of memory\n", stderr);
  exit(3);
}

static void text_room(struct text *text, size_t size) {
  size_t needed = text->size + size + 1;
  if (needed <= text->capacity) return;
  text->capacity = needed < 256 ? 256 : needed * 2;
  text->data = must(realloc(text->data, text->capacity));
}

void text_add(struct text *text, const void *data, size_t size) {
  text_room(text, size);
  if (size > 0) memcpy(text->data + text->size, data, size);
  text->size += size;
  text->data[text->size] = '\0';
}

void text_format(struct text *text, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  text_room(text, 128);
  int length = vsnprintf(text->data + text->size, text->capacity - text->size, format, arguments);
  if (length >= 0 && (size_t)length >= text->capacity - text->size) {
    text_room(text, (size_t)length);
    vsnprintf(text->data + text->size, text->capacity - text->size, format, again);
  }
  if (length > 0) text->size += (size_t)length;
  va_end(again);
  va_end(arguments);
}

char *text_copy(const char *text, size_t length) {
  char *copy = must(malloc(length + 1));
  if (length > 0) memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}
