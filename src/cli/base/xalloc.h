/* Allocations that end the process, with exit status 3 and a message, when memory is out. Results are the caller's, to
 * be freed with free(). Any thread. */
#ifndef SEINE_CLI_XALLOC_H
#define SEINE_CLI_XALLOC_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
