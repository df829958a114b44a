/* Reads XML up to the root element's name. */
#include "body/markup.h"

#include <stdbool.h>
#include <string.h>

#define NONE    (-1) /* no unit there: the bytes end before it */
#define FOREIGN 0x80 /* a unit that is no ASCII */

struct text {
  const uint8_t *bytes;
  size_t count; /* units */
  uint8_t width, low; /* bytes of a unit; which of them is the low one */
  size_t at;
};

/* A unit ahead, without going on. */
static int peek(const struct text *text, size_t ahead) {
  if (ahead >= text->count - text->at) return NONE;
  const uint8_t *unit = text->bytes + (text->at + ahead) * text->width;
  if (text->width == 2 && unit[1 - text->low]) return FOREIGN;
  return unit[text->low];
}

static bool starts(const struct text *text, const char *word) {
  for (size_t i = 0; word[i]; i++)
    if (peek(text, i) != word[i]) return false;
  return true;
}

static bool starts_anycase(const struct text *text, const char *word) {
  for (size_t i = 0; word[i]; i++) {
    int unit = peek(text, i);
    if (unit != word[i] && !(unit >= 'a' && unit <= 'z' && unit - 'a' + 'A' == word[i])) return false;
  }
  return true;
}

static bool is_blank(int unit) {
  return unit == ' ' || (unit >= '\t' && unit <= '\r');
}

static void skip_blanks(struct text *text) {
  while (is_blank(peek(text, 0)))
    text->at++;
}

/* Goes on to behind the next `end`; false if there is none. */
static bool skip_past(struct text *text, const char *end) {
  for (; peek(text, 0) != NONE; text->at++) {
    if (!starts(text, end)) continue;
    text->at += strlen(end);
    return true;
  }
  return false;
}

static bool ends_name(int unit) {
  return unit == NONE || is_blank(unit) || unit == '/' || unit == '>' || unit == '[' || unit == '<' || unit == 0;
}

/* Reads a name without its prefix. False if its end is not there. */
static bool read_name(struct text *text, char name[MARKUP_NAME_MAX]) {
  size_t length = 0;
  for (int unit; !ends_name(unit = peek(text, 0)); text->at++) {
    if (unit == ':')
      length = 0;
    else if (length + 1 < MARKUP_NAME_MAX)
      name[length++] = unit == FOREIGN ? '?' : (char)unit;
  }
  name[length] = 0;
  return peek(text, 0) != NONE;
}

/* A document type may have declarations in brackets, and anything in quotes and comments. False if it does not end. */
static bool skip_doctype(struct text *text) {
  for (bool inside = false; peek(text, 0) != NONE;) {
    int unit = peek(text, 0);
    if (starts(text, "<!--")) {
      if (!skip_past(text, "-->")) return false;
      continue;
    }
    text->at++;
    if (unit == '"' || unit == '\'') {
      if (!skip_past(text, unit == '"' ? "\"" : "'")) return false;
    } else if (unit == '[' || unit == ']') {
      inside = unit == '[';
    } else if (unit == '>' && !inside) {
      return true;
    }
  }
  return false;
}

static struct text open_text(const uint8_t *head, size_t size) {
  static const struct {
    const char *start;
    uint8_t length, skip, width, low;
  } kinds[] = {
      {"\xef\xbb\xbf", 3, 3, 1, 0}, {"\xff\xfe", 2, 2, 2, 0}, {"\xfe\xff", 2, 2, 2, 1},
      {"<\0", 2, 0, 2, 0},          {"\0<", 2, 0, 2, 1},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (size < kinds[i].length || memcmp(head, kinds[i].start, kinds[i].length) != 0) continue;
    size_t count = (size - kinds[i].skip) / kinds[i].width;
    return (struct text){head + kinds[i].skip, count, kinds[i].width, kinds[i].low, 0};
  }
  return (struct text){head, size, 1, 0, 0};
}

void markup_root(const uint8_t *head, size_t size, char name[MARKUP_NAME_MAX]) {
  struct text text = open_text(head, size < MARKUP_HEAD_MAX ? size : MARKUP_HEAD_MAX);
  name[0] = 0;
  for (;;) {
    bool goes_on = true;
    skip_blanks(&text);
    if (starts(&text, "<?")) {
      goes_on = skip_past(&text, "?>");
    } else if (starts(&text, "<!--")) {
      goes_on = skip_past(&text, "-->");
    } else if (starts_anycase(&text, "<!DOCTYPE")) {
      text.at += strlen("<!DOCTYPE");
      skip_blanks(&text);
      if (!read_name(&text, name)) name[0] = 0;
      if (!skip_doctype(&text)) return;
    } else {
      name[0] = 0;
      if (peek(&text, 0) != '<') return;
      text.at++;
      if (!read_name(&text, name)) name[0] = 0;
      return;
    }
    if (!goes_on) {
      name[0] = 0;
      return;
    }
  }
}
