/* Strings that grow. Any thread. */
#ifndef SEINE_CLI_TEXT_H
#define SEINE_CLI_TEXT_H

#include <stddef.h>

/* A zeroed struct is an empty string; data is NUL-terminated once anything was added. */
struct text {
  char *data; /* owned */
  size_t length;
  size_t room; /* allocated bytes */
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns where to write up to `length` bytes behind the text. text_add_room then sets where they end. */
char *text_room(struct text *text, size_t length);
void text_add_room(struct text *text, char *end);
void text_clear(struct text *text); /* frees it; empty and usable again */

#endif
