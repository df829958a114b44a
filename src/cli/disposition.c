/* The file name that a Content-Disposition header suggests, in both forms of RFC 6266, out of bytes that anyone sent. */
#include "disposition.h"
#include "util.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX 1024 /* longer values are cut: a name of 200 bytes is all that is wanted */

struct parameter {
  const char *name; /* into the header */
  size_t name_length;
  char value[VALUE_MAX]; /* unquoted */
  size_t length;
};

static const char *skip_blanks(const char *at) {
  while (*at == ' ' || *at == '\t')
    at++;
  return at;
}

static void keep(struct parameter *parameter, char byte) {
  if (parameter->length < sizeof parameter->value) parameter->value[parameter->length++] = byte;
}

/* A backslash escapes quotes and itself only: old browsers' servers send paths ("C:\files\cat.jpg") unescaped. */
static const char *read_quoted(const char *at, struct parameter *parameter) {
  while (*at != '\0' && *at != '"') {
    if (*at == '\\' && (at[1] == '"' || at[1] == '\\')) at++;
    keep(parameter, *at++);
  }
  return *at == '"' ? at + 1 : at;
}

/* Servers often forget the quotes, so that blanks may stand inside a bare value. */
static const char *read_bare(const char *at, struct parameter *parameter) {
  while (*at != '\0' && *at != ';')
    keep(parameter, *at++);
  while (parameter->length > 0 && strchr(" \t", parameter->value[parameter->length - 1]) != NULL)
    parameter->length--;
  return at;
}

/* Reads the parameter at `at`, and returns what follows it; NULL at the end. */
static const char *next_parameter(const char *at, struct parameter *parameter) {
  parameter->length = 0;
  at += strspn(at, "; \t");
  if (*at == '\0') return NULL;
  parameter->name = at;
  at += strcspn(at, "=;");
  parameter->name_length = (size_t)(at - parameter->name);
  while (parameter->name_length > 0 && strchr(" \t", parameter->name[parameter->name_length - 1]) != NULL)
    parameter->name_length--;
  if (*at != '=') return at;
  at = skip_blanks(at + 1);
  return *at == '"' ? read_quoted(at + 1, parameter) : read_bare(at, parameter);
}

static bool is_named(const struct parameter *parameter, const char *name) {
  return parameter->name_length == strlen(name) && strncasecmp(parameter->name, name, parameter->name_length) == 0;
}

/* Latin-1 is what bytes in a header are if they are not UTF-8. */
static size_t latin1_to_utf8(char *text, size_t length) {
  char copy[VALUE_MAX];
  size_t end = 0;
  memcpy(copy, text, length);
  for (size_t i = 0; i < length && end + 2 <= VALUE_MAX; i++) {
    unsigned char byte = (unsigned char)copy[i];
    if (byte >= 0x80) text[end++] = (char)(0xc0 | byte >> 6);
    text[end++] = byte >= 0x80 ? (char)(0x80 | (byte & 0x3f)) : (char)byte;
  }
  return end;
}

/* charset'language'percent-encoded, of RFC 8187. False if the charset is unknown or the bytes do not fit it. */
static bool decode_extended(struct parameter *parameter) {
  char *value = parameter->value;
  char *end = value + parameter->length;
  char *quote = memchr(value, '\'', parameter->length);
  char *second = quote != NULL ? memchr(quote + 1, '\'', (size_t)(end - quote - 1)) : NULL;
  if (second == NULL) return false;
  size_t charset = (size_t)(quote - value);
  bool utf8 = charset == 5 && strncasecmp(value, "UTF-8", 5) == 0;
  bool latin1 = charset == 10 && strncasecmp(value, "ISO-8859-1", 10) == 0;
  if (!utf8 && !latin1) return false;
  size_t length = (size_t)(end - second - 1);
  memmove(value, second + 1, length);
  length = percent_decode(value, length);
  if (latin1) length = latin1_to_utf8(value, length);
  parameter->length = length;
  return utf8_is_valid(value, length);
}

/* Plain names are UTF-8 or Latin-1; many servers percent-encode them too, though no standard says so. */
static void decode_plain(struct parameter *parameter) {
  char copy[VALUE_MAX];
  memcpy(copy, parameter->value, parameter->length);
  size_t length = percent_decode(copy, parameter->length);
  if (utf8_is_valid(copy, length)) {
    memcpy(parameter->value, copy, length);
    parameter->length = length;
  } else if (!utf8_is_valid(parameter->value, parameter->length)) {
    parameter->length = latin1_to_utf8(parameter->value, parameter->length);
  }
}

/* The part after the last slash or backslash, up to a NUL. An empty one leaves what the name was. */
static size_t take_basename(const struct parameter *parameter, char *name, size_t size) {
  size_t begin = 0, end = strnlen(parameter->value, parameter->length);
  for (size_t i = 0; i < end; i++)
    if (parameter->value[i] == '/' || parameter->value[i] == '\\') begin = i + 1;
  size_t length = utf8_cut(parameter->value + begin, end - begin, size - 1);
  if (length == 0) return 0;
  memcpy(name, parameter->value + begin, length);
  name[length] = '\0';
  return length;
}

size_t disposition_filename(const char *header, char *name, size_t size) {
  struct parameter parameter;
  size_t length = 0;
  if (size == 0) return 0;
  name[0] = '\0';
  if (header == NULL) return 0;
  /* The type comes first, unless the server forgot it. */
  const char *at = header + strcspn(header, ";=");
  at = *at == '=' ? header : at;
  while ((at = next_parameter(at, &parameter)) != NULL) {
    if (is_named(&parameter, "filename*") && decode_extended(&parameter)) {
      size_t preferred = take_basename(&parameter, name, size);
      if (preferred > 0) return preferred;
    } else if (is_named(&parameter, "filename") && length == 0) {
      decode_plain(&parameter);
      length = take_basename(&parameter, name, size);
    }
  }
  return length;
}
