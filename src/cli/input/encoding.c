/* Text of other encodings made UTF-8, by iconv. */
#include "input/encoding.h"
#include "base/xalloc.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REPLACEMENT    "\xef\xbf\xbd" /* U+FFFD */
#define CHARACTER_MOST 16 /* bytes of any character, with what changes the state of its encoding */

struct encoding {
  iconv_t conversion;
  size_t unit; /* bytes of the smallest character, which are skipped where they are wrong */
};

/* ---- Which one ---- */

static const struct {
  const char *mark;
  size_t length;
  const char *name;
} marks[] = {
    {"\xff\xfe\0\0", 4, "UTF-32LE"}, /* before UTF-16LE, which it begins like */
    {"\0\0\xfe\xff", 4, "UTF-32BE"}, {"\xef\xbb\xbf", 3, "UTF-8"},
    {"\xff\xfe", 2, "UTF-16LE"},     {"\xfe\xff", 2, "UTF-16BE"},
};

const char *encoding_of_mark(const char *text, size_t length, size_t *mark, bool *more) {
  *more = false;
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t known = length < marks[i].length ? length : marks[i].length;
    if (memcmp(text, marks[i].mark, known) != 0) continue;
    if (known < marks[i].length) {
      *more = true;
      continue;
    }
    *mark = marks[i].length;
    return marks[i].name;
  }
  return NULL;
}

/* The bytes at text[first], text[first + step] and so on that are zero. */
static size_t count_zeros(const char *text, size_t length, size_t first, size_t step) {
  size_t count = 0;
  for (size_t i = first; i < length; i += step)
    count += text[i] == '\0';
  return count;
}

/* URLs and separators are ASCII: where a character has four bytes, or two, most of them have their zeros in the same
 * places. */
const char *encoding_guess(const char *text, size_t length) {
  length = (length < ENCODING_GUESS_BYTES ? length : ENCODING_GUESS_BYTES) & ~(size_t)3;
  if (length < 8) return NULL;
  size_t zeros[4];
  for (size_t i = 0; i < 4; i++)
    zeros[i] = count_zeros(text, length, i, 4) * 4;
  if (zeros[0] == 0 && 2 * zeros[1] >= length && zeros[2] == length && zeros[3] == length) return "UTF-32LE";
  if (zeros[3] == 0 && 2 * zeros[2] >= length && zeros[1] == length && zeros[0] == length) return "UTF-32BE";
  size_t even = zeros[0] + zeros[2], odd = zeros[1] + zeros[3];
  if (even == 0 && odd >= length) return "UTF-16LE";
  if (odd == 0 && even >= length) return "UTF-16BE";
  return NULL;
}

bool encoding_is_utf8(const char *name) {
  return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0;
}

/* ---- Conversion ---- */

/* A name that people use without the order of the bytes: the mark, which the caller knows of, gives it; else it is that
 * of most machines. */
static const char *with_order(const char *name) {
  static const struct {
    const char *name, *ordered;
  } names[] = {{"utf-16", "UTF-16LE"}, {"utf16", "UTF-16LE"}, {"utf-32", "UTF-32LE"}, {"utf32", "UTF-32LE"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(name, names[i].name) == 0) return names[i].ordered;
  return name;
}

static iconv_t open_conversion(const char *name) {
  /* A slash begins options of iconv, such as one that drops characters. */
  if (*name == '\0' || strchr(name, '/') != NULL) return (iconv_t)-1;
  return iconv_open("UTF-8", with_order(name));
}

bool encoding_is_known(const char *name) {
  iconv_t conversion = open_conversion(name);
  if (conversion == (iconv_t)-1) return false;
  iconv_close(conversion);
  return true;
}

struct encoding *encoding_open(const char *name) {
  iconv_t conversion = open_conversion(name);
  if (conversion == (iconv_t)-1) return NULL;
  struct encoding *encoding = xcalloc(1, sizeof *encoding);
  encoding->conversion = conversion;
  encoding->unit = strncasecmp(name, "utf-32", 6) == 0 || strncasecmp(name, "utf32", 5) == 0   ? 4
                   : strncasecmp(name, "utf-16", 6) == 0 || strncasecmp(name, "utf16", 5) == 0 ? 2
                                                                                               : 1;
  return encoding;
}

size_t encoding_convert(struct encoding *encoding, const char *text, size_t *length, char *out) {
  char *in = (char *)text, *to = out;
  size_t left = *length, room = *length * ENCODING_GROWTH;
  while (left > 0 && iconv(encoding->conversion, &in, &left, &to, &room) == (size_t)-1) {
    if (left < encoding->unit || (errno == EINVAL && left < CHARACTER_MOST)) break; /* more of it is still to come */
    memcpy(to, REPLACEMENT, 3);
    to += 3;
    room -= room < 3 ? room : 3;
    in += encoding->unit;
    left -= encoding->unit;
  }
  *length -= left;
  return (size_t)(to - out);
}

void encoding_close(struct encoding *encoding) {
  if (encoding == NULL) return;
  iconv_close(encoding->conversion);
  free(encoding);
}
