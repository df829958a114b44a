/* Strings as JSON or percent-encoded, so that no byte moves or hides what stands around it. */
#include "base/text_escape.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* How the bytes of a string are written. */
enum unit { UNIT_PLAIN, UNIT_ESCAPED, UNIT_INVALID };

static const char hex_digits[] = "0123456789abcdef";
static const char HEX_DIGITS[] = "0123456789ABCDEF";

static char *put(char *out, const char *text, size_t length) {
  memcpy(out, text, length);
  return out + length;
}

#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

size_t text_escape_bound(const char *text) {
  return text ? strlen(text) * 6 + 2 : 4;
}

/* Whether a character could move or hide what stands around it: line and paragraph separators, bidirectional controls,
 * the byte order mark. */
static bool is_format_control(uint32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xfeff;
}

/* The length of the character at `text`, and how it is to be written; UNIT_INVALID stands for one byte. */
static enum unit classify(const unsigned char *text, size_t *length, uint32_t *character) {
  *length = utf8_decode((const char *)text, strnlen((const char *)text, 4), character);
  if (*length == 0) {
    *length = 1;
    return UNIT_INVALID;
  }
  return code_is_control(*character) || is_format_control(*character) ? UNIT_ESCAPED : UNIT_PLAIN;
}

static char *put_percent(char *out, const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    *out++ = '%';
    *out++ = HEX_DIGITS[bytes[i] >> 4];
    *out++ = HEX_DIGITS[bytes[i] & 15];
  }
  return out;
}

static char *put_u_escape(char *out, uint32_t c) {
  out = PUT(out, "\\u");
  for (int shift = 12; shift >= 0; shift -= 4)
    *out++ = hex_digits[c >> shift & 15];
  return out;
}

size_t text_escape_character(char **out, const unsigned char *text, bool json) {
  size_t length;
  uint32_t c;
  enum unit unit = classify(text, &length, &c);
  if (unit == UNIT_PLAIN)
    *out = put(*out, (const char *)text, length);
  else if (unit == UNIT_ESCAPED && json)
    *out = put_u_escape(*out, c);
  else
    *out = put_percent(*out, text, length);
  return length;
}

/* How many of the next bytes stand for themselves in JSON, as most texts do from end to end. */
static size_t plain_run(const unsigned char *text) {
  static const bool plain[256] = {[0x20 ... 0x21] = true, [0x23 ... 0x5b] = true, [0x5d ... 0x7e] = true};
  const unsigned char *at = text;
  while (plain[*at])
    at++;
  return (size_t)(at - text);
}

char *text_escape_json(char *out, const char *text) {
  if (!text) return PUT(out, "null");
  const unsigned char *s = (const unsigned char *)text;
  *out++ = '"';
  for (;;) {
    size_t run = plain_run(s);
    out = put(out, (const char *)s, run);
    s += run;
    if (!*s) break;
    if (*s == '"' || *s == '\\') {
      *out++ = '\\';
      *out++ = (char)*s++;
    } else {
      s += text_escape_character(&out, s, true);
    }
  }
  *out++ = '"';
  return out;
}

size_t escape_for_terminal(const char *text, size_t length, char *out, size_t size) {
  size_t total = 0, end = 0;
  for (size_t at = 0, step; at < length; at += step) {
    char shown[20];
    uint32_t code = 0;
    size_t width = 0;
    step = utf8_decode(text + at, length - at, &code);
    bool plain = step > 0 && !code_is_control(code) && !code_is_invisible(code);
    if (step == 0) step = 1;
    for (size_t i = 0; i < step; i++) {
      if (plain)
        shown[width++] = text[at + i];
      else
        width += (size_t)sprintf(shown + width, "\\x%02X", (unsigned char)text[at + i]);
    }
    /* Once something did not fit, nothing after it may be written either. */
    if (end == total && end + width < size) {
      memcpy(out + end, shown, width);
      end += width;
    }
    total += width;
  }
  if (size > 0) out[end] = '\0';
  return total;
}

static int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  byte = (char)(byte | 0x20);
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

size_t percent_decode(char *text, size_t length) {
  size_t end = 0;
  for (size_t at = 0; at < length; at++) {
    int high = text[at] == '%' && length - at > 2 ? hex_digit(text[at + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    if (low >= 0) {
      text[end++] = (char)(high << 4 | low);
      at += 2;
    } else {
      text[end++] = text[at];
    }
  }
  return end;
}
