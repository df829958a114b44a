/* robots.txt: any file, and any path held against it. The input is the path, a line end, and the file. */
#include "fuzz.h"
#include "host/robots.h"

#include <ctype.h>

/* The path with all its letters and digits escaped, which must make no difference. */
static char *escape(const char *path) {
  char *escaped = malloc(3 * strlen(path) + 1), *out = escaped;
  if (!escaped) abort();
  while (*path) {
    if (*path == '%' && isxdigit((unsigned char)path[1]) && isxdigit((unsigned char)path[2])) {
      memcpy(out, path, 3);
      out += 3;
      path += 3;
    } else if (isalnum((unsigned char)*path)) {
      out += sprintf(out, "%%%02x", (unsigned char)*path++);
    } else {
      *out++ = *path++;
    }
  }
  *out = '\0';
  return escaped;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
  size_t length = line ? (size_t)(line - data) : size, rest = line ? size - length - 1 : 0;
  char *path = fuzz_text(data, length), *escaped = escape(path);
  char *text = malloc(rest ? rest : 1);
  struct robots *robots;
  if (!text) abort();
  if (rest > 0) memcpy(text, line + 1, rest);
  MUST(robots_parse(&robots, text, rest, "seine") == 0);
  free(text);
  MUST(robots_allows(robots, "/robots.txt"));
  MUST(robots_crawl_delay_ms(robots) <= 3600000);
  MUST(robots_allows(robots, path) == robots_allows(robots, escaped));
  robots_unref(robots);
  free(escaped);
  free(path);
  return 0;
}
