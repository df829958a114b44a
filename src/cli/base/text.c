/* Strings that grow. */
#include "base/text.h"
#include "base/xalloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void text_reserve(struct text *text, size_t more) {
  if (text->length + more < text->room) return;
  size_t room = text->room > 0 ? text->room : 64;
  while (room <= text->length + more)
    room *= 2;
  text->data = xrealloc(text->data, room);
  text->room = room;
}

void text_add(struct text *text, const char *bytes, size_t length) {
  text_reserve(text, length);
  if (length > 0) memcpy(text->data + text->length, bytes, length);
  text->length += length;
  text->data[text->length] = '\0';
}

char *text_room(struct text *text, size_t length) {
  text_reserve(text, length);
  return text->data + text->length;
}

void text_add_room(struct text *text, char *end) {
  text->length = (size_t)(end - text->data);
  *end = '\0';
}

void text_printf(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *added = xvasprintf(format, arguments);
  va_end(arguments);
  text_add(text, added, strlen(added));
  free(added);
}

void text_clear(struct text *text) {
  free(text->data);
  *text = (struct text){0};
}
