/* Makes libraries end the command when memory is out, as its own allocations do.
 *
 * Each of them was seen to do worse, one allocation failing at a time: libcurl 7.88 asks for a URL without its query,
 * or divides by the size of a table that it has none of; libcrypto 3.0 takes a lock that is NULL; libuv aborts. What is
 * large, as bodies are, is the engine's own, where a failure ends one fetch. */
#include "base/cli_allocator.h"
#include "base/xalloc.h"

#include <openssl/crypto.h>
#include <seine_tools.h>
#include <stdlib.h>
#include <uv.h>

/* libcrypto's functions know sizes of 0, and where they were called. */
static void *crypto_malloc(size_t size, const char *file, int line) {
  (void)file, (void)line;
  return size > 0 ? xmalloc(size) : NULL;
}

static void crypto_free(void *memory, const char *file, int line) {
  (void)file, (void)line;
  free(memory);
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line) {
  if (size > 0) return xrealloc(memory, size);
  crypto_free(memory, file, line);
  return NULL;
}

void memory_prepare(void) {
  static const seine_allocator_t allocator = {
      .allocate = xmalloc,
      .release = free,
      .resize = xrealloc,
      .duplicate = xstrdup,
      .allocate_zeroed = xcalloc,
  };
  /* Where one of them does not take it, the run is as good as it is without. */
  CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
  uv_replace_allocator(xmalloc, xrealloc, xcalloc, free);
  seine_replace_allocator(&allocator);
}
