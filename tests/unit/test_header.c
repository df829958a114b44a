/* seine.h stands alone: nothing is included before it, and what it declares links against the shared library. */
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

static int tools(void) {
  seine_url_t url;
  uint8_t digest[32];
  CHECK(!seine_url_parse(&url, "http://user@example.com/a/../b?c#d", NULL, 0));
  CHECK(!strcmp(url.public_url, "http://example.com/b?c"));
  seine_url_clear(&url);
  CHECK(!strcmp(seine_type_extension("image/jpeg"), ".jpg"));
  seine_sha256("abc", 3, digest);
  CHECK(digest[0] == 0xba && digest[31] == 0xad);
  return 0;
}

int main(void) {
  return names_and_codes() || defaults() || tools();
}
