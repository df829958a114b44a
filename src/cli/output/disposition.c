/* The file name that a Content-Disposition header suggests, in both forms of RFC 6266 and in those that mail has and
 * HTTP has not, out of bytes that anyone sent. */
#include "output/disposition.h"
#include "base/text_escape.h"
#include "base/utf8.h"

#include <ctype.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX   4096 /* longer values are cut: a name of 200 bytes is all that is wanted, encoded several times */
#define PIECES_MOST 32

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

/* Whether a value begins as a whole path of Windows, with a drive or with two backslashes. */
static bool is_windows_path(const char *value) {
  bool has_drive = isalpha((unsigned char)value[0]) && value[1] == ':' && value[2] == '\\';
  return has_drive || strncmp(value, "\\\\", 2) == 0;
}

/* A backslash escapes any byte. In a whole path of Windows it escapes quotes and itself only, since servers send such
 * paths ("C:\files\cat.jpg") unescaped. */
static const char *read_quoted(const char *at, struct parameter *parameter) {
  bool is_path = is_windows_path(at);
  while (*at != '\0' && *at != '"') {
    if (*at == '\\' && at[1] != '\0' && (!is_path || at[1] == '"' || at[1] == '\\')) at++;
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

/* ---- The value's characters ---- */

enum charset { UNKNOWN, UTF8, LATIN1 };

static enum charset charset_of(const char *name, size_t length) {
  static const struct {
    const char *name;
    enum charset charset;
  } known[] = {{"UTF-8", UTF8}, {"UTF8", UTF8}, {"US-ASCII", UTF8}, {"ISO-8859-1", LATIN1}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strlen(known[i].name) == length && strncasecmp(name, known[i].name, length) == 0) return known[i].charset;
  return UNKNOWN;
}

/* False, and no value, if the bytes do not fit the charset. */
static bool take_charset(struct parameter *parameter, enum charset charset) {
  if (charset == LATIN1) parameter->length = latin1_to_utf8(parameter->value, parameter->length);
  if (charset != UNKNOWN && utf8_is_valid(parameter->value, parameter->length)) return true;
  parameter->length = 0;
  return false;
}

/* Takes charset'language' off the front of an extended value of RFC 8187; what follows is percent-encoded. */
static bool take_prefix(struct parameter *parameter, enum charset *charset) {
  char *value = parameter->value, *end = value + parameter->length;
  char *quote = memchr(value, '\'', parameter->length);
  char *second = quote != NULL ? memchr(quote + 1, '\'', (size_t)(end - quote - 1)) : NULL;
  if (second == NULL) return false;
  *charset = charset_of(value, (size_t)(quote - value));
  parameter->length = (size_t)(end - second - 1);
  memmove(value, second + 1, parameter->length);
  return true;
}

static bool decode_extended(struct parameter *parameter) {
  enum charset charset;
  if (!take_prefix(parameter, &charset)) return false;
  parameter->length = percent_decode(parameter->value, parameter->length);
  return take_charset(parameter, charset);
}

/* The text of an encoded word, decoded into `out`; false if it is none. */
static bool decode_word(char encoding, const char *text, size_t length, struct parameter *out) {
  size_t size = 0;
  out->length = 0;
  if (encoding == 'B') {
    while (length > 0 && text[length - 1] == '=')
      length--;
    int wrong = sodium_base642bin((unsigned char *)out->value, sizeof out->value, text, length, " ", &size, NULL,
                                  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    out->length = wrong ? 0 : size;
    return !wrong;
  }
  for (size_t i = 0; i < length; i++) /* "=E9" is "%E9", but for a percent sign that means itself */
    if (text[i] == '=' && length - i > 2 && isxdigit((unsigned char)text[i + 1]) &&
        isxdigit((unsigned char)text[i + 2])) {
      char escape[3] = {'%', text[i + 1], text[i + 2]};
      percent_decode(escape, sizeof escape);
      keep(out, escape[0]);
      i += 2;
    } else {
      keep(out, text[i] == '_' ? ' ' : text[i]);
    }
  return encoding == 'Q';
}

/* Decodes "=?charset?B or Q?text?=" of RFC 2047 at `at` and returns what follows it; NULL if there is none. A word that
 * cannot be read has no length. */
static const char *read_word(const char *at, const char *end, struct parameter *word, enum charset *charset) {
  if (end - at < 2 || memcmp(at, "=?", 2) != 0) return NULL;
  const char *name = at + 2, *mark = memchr(name, '?', (size_t)(end - name));
  if (mark == NULL || end - mark < 3 || mark[2] != '?') return NULL;
  const char *text = mark + 3, *stop = memmem(text, (size_t)(end - text), "?=", 2);
  if (stop == NULL) return NULL;
  const char *star = memchr(name, '*', (size_t)(mark - name)); /* a language, by RFC 2231 */
  *charset = charset_of(name, (size_t)((star != NULL ? star : mark) - name));
  if (!decode_word((char)toupper((unsigned char)mark[1]), text, (size_t)(stop - text), word)) *charset = UNKNOWN;
  return stop + 2;
}

/* Whether the value is nothing but encoded words, as mailers write them; then it is decoded, or none if that cannot be.
 * Characters may be split between words of UTF-8, whatever the standard says. */
static bool decode_words(struct parameter *parameter) {
  struct parameter words = {.length = 0}, word;
  const char *at = parameter->value, *end = at + parameter->length;
  enum charset charset = UTF8, of_word;
  if (at == end) return false;
  while (at < end) {
    at = read_word(at, end, &word, &of_word);
    if (at == NULL) return false;
    if (of_word == LATIN1) take_charset(&word, of_word);
    if (of_word == UNKNOWN) charset = UNKNOWN;
    for (size_t i = 0; i < word.length; i++)
      keep(&words, word.value[i]);
    while (at < end && (*at == ' ' || *at == '\t'))
      at++;
  }
  take_charset(&words, charset);
  memcpy(parameter->value, words.value, words.length);
  parameter->length = words.length;
  return true;
}

/* Plain names are UTF-8 or Latin-1; many servers percent-encode them too, though no standard says so. */
static void decode_plain(struct parameter *parameter) {
  char copy[VALUE_MAX];
  if (decode_words(parameter)) return;
  memcpy(copy, parameter->value, parameter->length);
  size_t length = percent_decode(copy, parameter->length);
  if (utf8_is_valid(copy, length)) {
    memcpy(parameter->value, copy, length);
    parameter->length = length;
  } else if (!utf8_is_valid(parameter->value, parameter->length)) {
    parameter->length = latin1_to_utf8(parameter->value, parameter->length);
  }
}

/* ---- Values in pieces ---- */

/* Finds the n-th piece: filename*N, or filename*N* with percents. */
static bool find_piece(const char *at, unsigned n, struct parameter *piece, bool *is_extended) {
  char plain[32], extended[32];
  snprintf(plain, sizeof plain, "filename*%u", n);
  snprintf(extended, sizeof extended, "filename*%u*", n);
  while ((at = next_parameter(at, piece)) != NULL) {
    *is_extended = is_named(piece, extended);
    if (*is_extended || is_named(piece, plain)) return true;
  }
  return false;
}

/* Joins the pieces that RFC 2231 cuts long values into, in whatever order they come. False if there are none. */
static bool join_pieces(const char *at, struct parameter *whole) {
  struct parameter piece;
  enum charset charset = UNKNOWN;
  bool is_extended;
  whole->length = 0;
  for (unsigned n = 0; n < PIECES_MOST && find_piece(at, n, &piece, &is_extended); n++) {
    if (n == 0 && is_extended && (!take_prefix(&piece, &charset) || charset == UNKNOWN)) return false;
    if (is_extended) piece.length = percent_decode(piece.value, piece.length);
    for (size_t i = 0; i < piece.length; i++)
      keep(whole, piece.value[i]);
  }
  if (charset != UNKNOWN) return take_charset(whole, charset);
  decode_plain(whole);
  return whole->length > 0;
}

/* ---- The name ---- */

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

/* filename* counts most, whatever the order; after it a value in pieces, then filename. */
size_t disposition_filename(const char *header, char *name, size_t size) {
  struct parameter parameter;
  size_t length = 0;
  if (size == 0) return 0;
  name[0] = '\0';
  if (header == NULL) return 0;
  /* The type comes first, unless the server forgot it. */
  const char *first = header + strcspn(header, ";=");
  first = *first == '=' ? header : first;
  for (const char *at = first; (at = next_parameter(at, &parameter)) != NULL;)
    if (is_named(&parameter, "filename*") && decode_extended(&parameter)) {
      length = take_basename(&parameter, name, size);
      if (length > 0) return length;
    }
  if (join_pieces(first, &parameter)) length = take_basename(&parameter, name, size);
  for (const char *at = first; length == 0 && (at = next_parameter(at, &parameter)) != NULL;)
    if (is_named(&parameter, "filename")) {
      decode_plain(&parameter);
      length = take_basename(&parameter, name, size);
    }
  return length;
}
