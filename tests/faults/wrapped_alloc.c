/* The program with its allocations wrapped by the linker (--wrap), so that one of them can fail as fault.h says while a
 * sanitizer's allocator, which suffers no other before it, is at work. All of seine's own code is in the program. */
#include <stdarg.h>
#include <stddef.h>

#include "fault.h"

#define WRAP(result, name, none, parameters, arguments)                                                                \
  result __real_##name parameters;                                                                                     \
  result __wrap_##name parameters;                                                                                     \
  result __wrap_##name parameters {                                                                                    \
    return fault_due("malloc") ? none : __real_##name arguments;                                                       \
  }

WRAP(void *, malloc, NULL, (size_t size), (size))
WRAP(void *, calloc, NULL, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, NULL, (void *old, size_t size), (old, size))
WRAP(char *, strdup, NULL, (const char *text), (text))
WRAP(char *, strndup, NULL, (const char *text, size_t most), (text, most))
WRAP(int, vasprintf, -1, (char **text, const char *format, va_list list), (text, format, list))
