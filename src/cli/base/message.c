/* Messages on stderr. */
#include "base/message.h"
#include "base/text_escape.h"
#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* libuv has no text for some error codes, EDQUOT among them, and would allocate one that nobody frees. */
const char *reason_of(int error) {
  switch (error) {
#define KNOWN(name, text) case UV_##name:
    UV_ERRNO_MAP(KNOWN)
#undef KNOWN
    return uv_strerror(error);
  default: return strerror(-error);
  }
}

void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = xvasprintf(format, arguments);
  va_end(arguments);

  size_t length = strlen(text);
  size_t room = length * 4 + 1;
  char *line = xmalloc(room);
  escape_for_terminal(text, length, line, room);
  fprintf(stderr, "seine: %s\n", line);
  fflush(stderr);
  free(line);
  free(text);
}
