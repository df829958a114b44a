/* Allocations that end the process when memory is out. */
#include "base/xalloc.h"
#include "base/exit_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SMALL_MOST 1024 /* bytes, that the allocator keeps by thread */

static void *or_exit(void *memory) {
  if (memory == NULL) {
    fputs("seine: out of memory; free some, then run the same command again: it goes on from here\n", stderr);
    /* Not exit: what is torn down there is still used by other threads, and libuv would wait for the thread it is
     * on. */
    _exit(EXIT_BROKEN);
  }
  return memory;
}

void *xmalloc(size_t size) {
  return or_exit(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size) {
  /* calloc passes by the thread's own store of small pieces (glibc up to 2.40), and a run makes them by the million. */
  if (count > 0 && size > 0 && size <= SMALL_MOST && count <= SMALL_MOST / size) {
    void *memory = xmalloc(count * size);
    __asm__("" : "+r"(memory)); /* or compilers see what the two lines are, and make a call of calloc of them */
    return memset(memory, 0, count * size);
  }
  return or_exit(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc(void *old, size_t size) {
  return or_exit(realloc(old, size > 0 ? size : 1));
}

char *xstrdup(const char *text) {
  return or_exit(strdup(text));
}

char *xstrndup(const char *text, size_t length) {
  return or_exit(strndup(text, length));
}

char *xvasprintf(const char *format, va_list arguments) {
  char *text = NULL;
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  return or_exit(text);
}

char *xasprintf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = xvasprintf(format, arguments);
  va_end(arguments);
  return text;
}
