/* Text that grows, and allocation that ends the program when it fails: this is a tool for tests. */
#ifndef FAULTSERVER_TEXT_H
#define FAULTSERVER_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
  char *data; /* NUL-terminated once anything was added; the holder frees it */
  size_t size, capacity;
};

/* Returns what it is given, unless that is NULL: then the program ends. */
void *must(void *memory);

void text_add(struct text *text, const void *data, size_t size);
__attribute__((format(printf, 2, 3))) void text_format(struct text *text, const char *format, ...);

/* A NUL-terminated copy of text[0..length); the caller frees. */
char *text_copy(const char *text, size_t length);

#endif
