/* Texts of JSON: strings unescaped, and written so that every reader takes them. */
#include "input/json_text.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define REPLACEMENT 0xfffd

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* ---- Escapes ---- */

/* The unit of "\uXXXX" at `at`; -1 if there is none. */
static int32_t unit_at(const char *at, const char *end) {
  int32_t unit = 0;
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  for (int i = 2; i < 6; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/* The character of an escape, and its length in the text; length 0: JSON does not know it. */
static uint32_t escape_at(const char *at, const char *end, size_t *length) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *kind = end - at >= 2 && at[1] != '\0' ? strchr(from, at[1]) : NULL;
  *length = 2;
  if (kind != NULL) return (uint32_t)to[kind - from];
  int32_t unit = unit_at(at, end), low = unit_at(at + 6 <= end ? at + 6 : end, end);
  *length = unit < 0 ? 0 : 6;
  if (unit < 0xd800 || unit > 0xdfff) return (uint32_t)unit;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return REPLACEMENT;
  *length = 12;
  return 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static char *put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    *out++ = (char)c;
    return out;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
  *out++ = (char)(leads[more] | c >> (6 * more));
  while (more-- > 0)
    *out++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
  return out;
}

size_t json_text_unescape(char *text, size_t length) {
  char *at = text, *end = text + length, *out = text;
  while (at < end) {
    size_t escape = 0;
    uint32_t code = *at == '\\' ? escape_at(at, end, &escape) : 0;
    if (escape == 0) {
      *out++ = *at++;
      continue;
    }
    out = put_utf8(out, code);
    at += escape;
  }
  return (size_t)(out - text);
}

/* ---- Strings ---- */

/* Adds one character that is not plain ASCII, escaped if it acts rather than shows. Gives its length. */
static size_t put_character(struct text *out, const char *at, size_t length) {
  uint32_t code;
  size_t one = utf8_decode(at, length, &code);
  if (one == 0)
    text_printf(out, "%%%02X", (unsigned char)*at);
  else if ((code_is_control(code) || code_is_invisible(code)) && code < 0x10000)
    text_printf(out, "\\u%04x", (unsigned)code);
  else
    text_add(out, at, one);
  return one > 0 ? one : 1;
}

static bool is_plain(char byte) {
  return (unsigned char)byte >= 0x20 && byte != '"' && byte != '\\' && (unsigned char)byte < 0x7f;
}

static size_t put_plain(struct text *out, const char *text, size_t length) {
  size_t plain = 0;
  while (plain < length && is_plain(text[plain]))
    plain++;
  text_add(out, text, plain);
  return plain;
}

/* Adds an escape as it is, if every reader takes it. Gives its length in the text. */
static size_t put_escape(struct text *out, const char *at, const char *end) {
  size_t length;
  uint32_t code = escape_at(at, end, &length);
  if (length == 0)
    text_add(out, "\\\\", 2);
  else if (code == REPLACEMENT)
    text_add(out, "\\ufffd", 6);
  else
    text_add(out, at, length);
  return length > 0 ? length : 1;
}

void json_text_put(struct text *out, const char *text, size_t length) {
  const char *end = text + length;
  text_add(out, "\"", 1);
  while ((text += put_plain(out, text, (size_t)(end - text))) < end)
    text += *text == '\\' ? put_escape(out, text, end) : put_character(out, text, (size_t)(end - text));
  text_add(out, "\"", 1);
}

void json_text_put_raw(struct text *out, const char *text, size_t length) {
  const char *end = text + length;
  text_add(out, "\"", 1);
  while ((text += put_plain(out, text, (size_t)(end - text))) < end) {
    if (*text == '"' || *text == '\\') {
      text_add(out, "\\", 1);
      text_add(out, text++, 1);
    } else {
      text += put_character(out, text, (size_t)(end - text));
    }
  }
  text_add(out, "\"", 1);
}

/* ---- Words ---- */

static size_t count_digits(const char *at, const char *end) {
  size_t count = 0;
  while (at + count < end && at[count] >= '0' && at[count] <= '9')
    count++;
  return count;
}

static bool is_number(const char *at, const char *end) {
  at += at < end && *at == '-';
  size_t digits = count_digits(at, end);
  bool good = digits > 0 && (*at != '0' || digits == 1);
  at += digits;
  if (good && at < end && *at == '.') {
    digits = count_digits(at + 1, end);
    good = digits > 0;
    at += 1 + digits;
  }
  if (good && at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    digits = count_digits(at, end);
    good = digits > 0;
    at += digits;
  }
  return good && at == end;
}

static bool is_one_of(const char *const *words, const char *word, size_t length, bool any_case) {
  for (; *words != NULL; words++)
    if (strlen(*words) == length && (any_case ? strncasecmp(word, *words, length) : memcmp(word, *words, length)) == 0)
      return true;
  return false;
}

void json_text_put_word(struct text *out, const char *word, size_t length) {
  static const char *const known[] = {"true", "false", "null", NULL};
  static const char *const numbers[] = {"nan",      "-nan",      "inf",       "-inf", "+inf",
                                        "infinity", "-infinity", "+infinity", NULL};
  if (is_one_of(known, word, length, false) || is_number(word, word + length))
    text_add(out, word, length);
  else if (length == 0 || is_one_of(numbers, word, length, true))
    text_add(out, "null", 4);
  else
    json_text_put_raw(out, word, length);
}
