/* A JSON object on a line, read strictly (RFC 8259) and copied as it is read: no number is rounded, no tree is
 * built. */
#include "json_line.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MOST 64

struct json {
  char *at; /* the text ends with a NUL, at which everything below stops */
  char *end;
  struct text *out;
  const char *problem;
};

static bool refuse(struct json *json, const char *problem) {
  if (json->problem == NULL) json->problem = problem;
  return false;
}

static void pass_blanks(struct json *json) {
  while (*json->at == ' ' || *json->at == '\t' || *json->at == '\r' || *json->at == '\n')
    json->at++;
}

static bool take(struct json *json, char byte) {
  pass_blanks(json);
  if (*json->at != byte) return false;
  json->at++;
  return true;
}

/* ---- Strings ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The four digits behind "\u"; -1 if they are none. */
static int32_t hex_unit(const char *at) {
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/* Copies a character of more than one byte, escaped if it acts rather than shows. */
static bool put_character(struct json *json) {
  uint32_t code;
  size_t length = utf8_decode(json->at, (size_t)(json->end - json->at), &code);
  if (length == 0) return refuse(json, "has a string that is not UTF-8");
  if ((code_is_control(code) || code_is_invisible(code)) && code < 0x10000)
    text_printf(json->out, "\\u%04x", (unsigned)code);
  else
    text_add(json->out, json->at, length);
  json->at += length;
  return true;
}

static bool put_escape(struct json *json) {
  char kind = json->at[1];
  if (kind == '\0' || strchr("\"\\/bfnrtu", kind) == NULL) return refuse(json, "has an escape that JSON does not know");
  if (kind == 'u' && hex_unit(json->at + 2) < 0) return refuse(json, "has a \\u without four digits");
  size_t length = kind == 'u' ? 6 : 2;
  text_add(json->out, json->at, length);
  json->at += length;
  return true;
}

/* Copies a string, of which the quote is next, with its quotes. */
static bool put_string(struct json *json) {
  char *from = json->at++;
  for (;;) {
    while ((unsigned char)*json->at >= 0x20 && *json->at != '"' && *json->at != '\\' && (unsigned char)*json->at < 0x7f)
      json->at++;
    if (*json->at == '"') break;
    text_add(json->out, from, (size_t)(json->at - from));
    bool control = (unsigned char)*json->at < 0x20;
    if (control)
      return refuse(json, json->at == json->end ? "has a string that does not end" : "has a control byte in a string");
    if (!(*json->at == '\\' ? put_escape(json) : put_character(json))) return false;
    from = json->at;
  }
  json->at++;
  text_add(json->out, from, (size_t)(json->at - from));
  return true;
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

/* The character of an escape that put_string found sound; -1 for half of a pair, and for NUL. */
static int32_t unescape_one(char **at) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char kind = (*at)[1];
  if (kind != 'u') {
    *at += 2;
    return to[strchr(from, kind) - from];
  }
  int32_t unit = hex_unit(*at + 2);
  *at += 6;
  if (unit < 0xd800 || unit > 0xdfff) return unit > 0 ? unit : -1;
  int32_t low = (*at)[0] == '\\' && (*at)[1] == 'u' ? hex_unit(*at + 2) : -1;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1;
  *at += 6;
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* Undoes the escapes of text[0..length) in place; what comes out is never longer. The new length, or SIZE_MAX. */
static size_t unescape(char *text, size_t length) {
  char *at = text, *end = text + length, *out = text;
  while (at < end) {
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    int32_t code = unescape_one(&at);
    if (code < 0) return SIZE_MAX;
    out = put_utf8(out, (uint32_t)code);
  }
  *out = '\0';
  return (size_t)(out - text);
}

/* ---- Other values ---- */

static size_t count_digits(const char *at) {
  return strspn(at, "0123456789");
}

static bool put_number(struct json *json) {
  const char *at = json->at + (*json->at == '-');
  size_t digits = count_digits(at);
  bool good = digits > 0 && (*at != '0' || digits == 1);
  at += digits;
  if (*at == '.') {
    digits = count_digits(at + 1);
    good = good && digits > 0;
    at += 1 + digits;
  }
  if (*at == 'e' || *at == 'E') {
    at += at[1] == '+' || at[1] == '-' ? 2 : 1;
    digits = count_digits(at);
    good = good && digits > 0;
    at += digits;
  }
  if (!good) return refuse(json, "has a value that JSON does not know");
  text_add(json->out, json->at, (size_t)(at - json->at));
  json->at += at - json->at;
  return true;
}

static bool put_word(struct json *json, const char *word) {
  size_t length = strlen(word);
  if (strncmp(json->at, word, length) != 0) return refuse(json, "has a value that JSON does not know");
  text_add(json->out, word, length);
  json->at += length;
  return true;
}

static bool put_scalar(struct json *json) {
  switch (*json->at) {
  case '"':
    return put_string(json);
  case 't':
    return put_word(json, "true");
  case 'f':
    return put_word(json, "false");
  case 'n':
    return put_word(json, "null");
  default:
    return put_number(json);
  }
}

static bool put_key(struct json *json) {
  pass_blanks(json);
  if (*json->at != '"') return refuse(json, "has a member without a name");
  if (!put_string(json)) return false;
  if (!take(json, ':')) return refuse(json, "has a name without a value");
  text_add(json->out, ":", 1);
  return true;
}

/* Copies any value. What is open is kept in an array, not on the stack of calls, which a hostile line could exhaust. */
static bool put_value(struct json *json) {
  char closers[DEPTH_MOST];
  size_t depth = 0;
  for (;;) {
    pass_blanks(json);
    if (*json->at == '{' || *json->at == '[') {
      if (depth == DEPTH_MOST) return refuse(json, "is nested too deeply");
      char closer = *json->at == '{' ? '}' : ']';
      text_add(json->out, json->at++, 1);
      closers[depth++] = closer;
      if (!take(json, closer)) {
        if (closer == '}' && !put_key(json)) return false;
        continue;
      }
      text_add(json->out, &closer, 1);
      depth--;
    } else if (!put_scalar(json)) {
      return false;
    }
    while (depth > 0 && take(json, closers[depth - 1]))
      text_add(json->out, &closers[--depth], 1);
    if (depth == 0) return true;
    if (!take(json, ',')) return refuse(json, "has no comma between two values");
    text_add(json->out, ",", 1);
    if (closers[depth - 1] == '}' && !put_key(json)) return false;
  }
}

/* ---- The object ---- */

/* Whether the name that was written last, from out->data + from on as "...": , is the one that is looked for. */
static bool is_wanted(const struct text *out, size_t from, const char *key) {
  const char *name = out->data + from + 1;
  size_t length = out->length - from - 3;
  if (key == NULL) return length == 3 && strncasecmp(name, "url", 3) == 0;
  if (memchr(name, '\\', length) == NULL) return strlen(key) == length && memcmp(name, key, length) == 0;
  char *plain = xstrndup(name, length);
  size_t unescaped = unescape(plain, length);
  bool same = unescaped == strlen(key) && memcmp(plain, key, unescaped) == 0;
  free(plain);
  return same;
}

static bool take_url(struct json *json, char **url, size_t *length) {
  pass_blanks(json);
  if (*json->at != '"') return refuse(json, "has a URL that is no string");
  char *from = json->at + 1;
  if (!put_string(json)) return false;
  *url = from;
  *length = (size_t)(json->at - 1 - from);
  return true;
}

static bool take_members(struct json *json, const char *key, char **url, size_t *length) {
  if (!take(json, '{')) return refuse(json, "is no JSON object");
  text_add(json->out, "{", 1);
  if (take(json, '}')) return true;
  do {
    size_t from = json->out->length;
    bool first = json->out->data[from - 1] == '{';
    if (!first) text_add(json->out, ",", 1);
    if (!put_key(json)) return false;
    if (*url == NULL && is_wanted(json->out, from + !first, key)) {
      if (!take_url(json, url, length)) return false;
      json->out->length = from;
    } else if (!put_value(json)) {
      return false;
    }
  } while (take(json, ','));
  return take(json, '}') || refuse(json, "is a JSON object that does not end");
}

const char *json_line_take(char *line, size_t length, const char *key, char **url, size_t *url_length,
                           struct text *rest) {
  struct json json = {.at = line, .end = line + length, .out = rest};
  *url = NULL;
  if (take_members(&json, key, url, url_length)) {
    text_add(rest, "}", 1);
    pass_blanks(&json);
    if (json.at != json.end) refuse(&json, "has something behind its JSON object");
  }
  if (json.problem != NULL) return json.problem;
  if (*url == NULL) return "has no member for the URL";
  *url_length = unescape(*url, *url_length);
  return *url_length == SIZE_MAX ? "has a URL with a NUL or half of a pair in it" : NULL;
}
