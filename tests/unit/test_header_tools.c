/* seine_tools.h stands alone: nothing is included before it, and its functions link against the shared library. */
#include "seine_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) return fprintf(stderr, "test_header_tools.c:%d: not so: %s\n", __LINE__, #condition), 1;         \
  } while (0)

/* First of all, as its comment demands. */
static int allocator(void) {
  seine_allocator_t allocator = {malloc, free, realloc, strdup, calloc};
  CHECK(!seine_replace_allocator(&allocator));
  return 0;
}

static int urls(void) {
  seine_url_t url;
  char cause[200] = "";
  size_t size = 3;
  CHECK(!seine_url_parse(&url, "http://user@example.com/a/../b?c#d", NULL, 0));
  CHECK(!strcmp(url.public_url, "http://example.com/b?c"));
  CHECK(seine_url_canonical_length(url.public_url) == strlen(url.public_url));
  seine_url_clear(&url);
  CHECK(seine_url_parse(&url, "ftp://example.com/", cause, sizeof cause) == SEINE_EURL && *cause);
  seine_url_clear(&url);
  CHECK(seine_url_trim(" a ", &size) == 1 && size == 1);
  return 0;
}

static int files(void) {
  uint8_t digest[32];
  CHECK(!strcmp(seine_type_extension("image/jpeg"), ".jpg"));
  CHECK(seine_link(-1, "a", "b") == SEINE_EIO);
  seine_sha256("abc", 3, digest);
  CHECK(digest[0] == 0xba && digest[31] == 0xad);
  return 0;
}

int main(void) {
  return allocator() || urls() || files();
}
