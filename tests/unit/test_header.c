/* seine.h stands alone: nothing is included before it, and its functions link against the shared library.
 * test_header_tools.c tests the same for seine_tools.h. */
#include "seine.h"

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) return fprintf(stderr, "test_header.c:%d: not so: %s\n", __LINE__, #condition), 1;               \
  } while (0)

static int names_and_codes(void) {
#define XX(name, value, machine, people)                                                                               \
  CHECK(SEINE_##name == (value) && (value) < 0);                                                                       \
  CHECK(!strcmp(seine_err_name(SEINE_##name), machine));                                                               \
  CHECK(!strcmp(seine_strerror(SEINE_##name), people));
  SEINE_ERROR_MAP(XX)
#undef XX
  CHECK(!seine_err_name(0));
  CHECK(!strcmp(seine_err_name(-999), "unknown"));
  CHECK(seine_strerror(0) && seine_strerror(-999));
  return 0;
}

static int defaults(void) {
  seine_options_t options;
  char cause[200];
  seine_options_init(&options);
  CHECK(options.concurrency == 256 && options.per_host == 8);
  CHECK(!seine_options_check(&options, cause, sizeof cause));
  options.concurrency = 0;
  CHECK(seine_options_check(&options, cause, sizeof cause) == SEINE_EINVAL);
  return 0;
}

int main(void) {
  return names_and_codes() || defaults();
}
