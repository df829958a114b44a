/* Sets of digests, and patterns of URLs. */
#include "options/reject_list.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "options/config_lines.h"

#include <stdlib.h>
#include <string.h>

/* ---- Digests ---- */

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_line(char *line, const struct option_origin *origin, void *user) {
  struct digest_set *set = user;
  size_t length = strcspn(line, " \t");
  bool good = length == 64;
  if (set->count == set->room) {
    set->room = set->room > 0 ? set->room * 2 : 64;
    set->digests = xrealloc(set->digests, set->room * sizeof *set->digests);
  }
  for (size_t i = 0; good && i < 32; i++) {
    int high = digit_of(line[2 * i]), low = digit_of(line[2 * i + 1]);
    good = high >= 0 && low >= 0;
    set->digests[set->count][i] = (uint8_t)(high << 4 | low);
  }
  if (!good) {
    say("%s:%u: the line does not begin with a SHA-256, which is 64 hexadecimal digits", origin->file, origin->line);
    return -1;
  }
  set->count++;
  return 0;
}

static int compare(const void *a, const void *b) {
  return memcmp(a, b, 32);
}

int digest_set_read(struct digest_set *set, const char *path) {
  int error = config_lines_read(path, "the file of SHA-256s", read_line, set);
  if (set->count > 0) qsort(set->digests, set->count, sizeof *set->digests, compare);
  return error;
}

void digest_set_clear(struct digest_set *set) {
  free(set->digests);
  *set = (struct digest_set){0};
}

bool digest_set_has(const struct digest_set *set, const uint8_t sha256[32]) {
  return set->count > 0 && bsearch(sha256, set->digests, set->count, sizeof *set->digests, compare);
}

/* ---- Patterns ---- */

/* Goes back to the last star alone, since the ones before it gain nothing from a longer run: at most as many steps as
 * pattern and text have bytes, multiplied. Servers choose the text. */
static bool matches(const char *pattern, const char *text, const char *end) {
  const char *star = NULL, *retry = text;
  while (text < end) {
    if (*pattern == '*') {
      star = ++pattern;
      retry = text;
    } else if (*pattern && (*pattern == '?' || *pattern == *text)) {
      pattern++;
      text++;
    } else if (star) {
      pattern = star;
      text = ++retry;
    } else {
      return false;
    }
  }
  return pattern[strspn(pattern, "*")] == '\0';
}

static bool matches_one(const char *pattern, const char *url) {
  const char *rest = strstr(url, "://"), *end = strchr(url, '\0');
  if (strstr(pattern, "://") || !rest) return matches(pattern, url, end);
  rest += 3;
  return matches(pattern, rest, end) || matches(pattern, rest, rest + strcspn(rest, "?"));
}

bool url_matches(const char *const *patterns, const char *url) {
  for (size_t i = 0; patterns && patterns[i]; i++)
    if (matches_one(patterns[i], url)) return true;
  return false;
}
