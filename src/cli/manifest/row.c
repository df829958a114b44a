/* Writes and reads rows of the manifest, by the table of manifest_fields.h. */
#include "manifest/row.h"
#include "base/text_escape.h"
#include "base/xalloc.h"
#include "manifest/manifest_fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

/* ---- Writing ---- */

const char *row_header(enum row_format format) {
#define XX(NAME, name, ...) "," name
  static const char header[] = MANIFEST_FIELDS(XX) "\r\n";
#undef XX
  return format == ROW_CSV ? header + 1 : "";
}

static char *put(char *out, const char *text, size_t length) {
  memcpy(out, text, length);
  return out + length;
}

#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static char *put_decimal(char *out, uint64_t number) {
  char digits[20];
  size_t n = 0;
  do
    digits[n++] = (char)('0' + number % 10);
  while (number /= 10);
  while (n)
    *out++ = digits[--n];
  return out;
}

static char *put_padded(char *out, unsigned number, unsigned width) {
  for (unsigned i = width; i > 0; i--, number /= 10)
    out[i - 1] = (char)('0' + number % 10);
  return out + width;
}

/* A sheet would take the field for a formula, and run it. One more apostrophe before those that stand there already, if
 * any, makes it a text, and the reader takes it off again. */
static bool is_formula(const char *text) {
  /* Sheets read the full-width and small forms of = + - @ like those. */
  static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0",
                                     "\xef\xb9\xa6", "\xef\xb9\xa2", "\xef\xb9\xa3", "\xef\xb9\xab"};
  text += strspn(text, "'");
  if (*text && strchr("=+-@", *text)) return true;
  for (size_t i = 0; *text == '\xef' && i < sizeof wide / sizeof *wide; i++)
    if (strncmp(text, wide[i], 3) == 0) return true;
  return false;
}

static char *put_csv_text(char *out, const char *text) {
  if (!text) return out;
  const unsigned char *s = (const unsigned char *)text;
  bool quoted = strpbrk(text, "\",") || *text == ' ' || *text == '\0';
  if (quoted) *out++ = '"';
  if (is_formula(text)) *out++ = '\'';
  while (*s) {
    if (*s == '"') *out++ = '"';
    if (*s >= 0x20 && *s < 0x7f)
      *out++ = (char)*s++;
    else
      s += text_escape_character(&out, s, false);
  }
  if (quoted) *out++ = '"';
  return out;
}

/* Drops tabs and line ends, which a URL parser ignores: percent-encoded, as in other texts, they would change it. */
static char *put_csv_url(char *out, const char *url) {
  if (strpbrk(url, "\t\n\r") == NULL) return put_csv_text(out, url);
  char *copy = xstrdup(url), *to = copy;
  for (const char *at = url; *at; at++)
    if (strchr("\t\n\r", *at) == NULL) *to++ = *at;
  *to = '\0';
  out = put_csv_text(out, copy);
  free(copy);
  return out;
}

static char *put_url(char *out, const char *url, enum row_format format) {
  return format == ROW_JSON ? text_escape_json(out, url) : put_csv_url(out, url);
}

static char *put_json(char *out, const char *json, enum row_format format) {
  if (format == ROW_CSV) return put_csv_text(out, json);
  return json ? put(out, json, strlen(json)) : PUT(out, "null");
}

static char *put_text(char *out, const char *text, enum row_format format) {
  return format == ROW_JSON ? text_escape_json(out, text) : put_csv_text(out, text);
}

/* How many bytes of a text, in whole characters, take at most `most` bytes in a row. */
static size_t fitting(const char *text, enum row_format format, size_t most) {
  const unsigned char *s = (const unsigned char *)text;
  for (size_t written = 0; *s;) {
    char one[16], *end = one;
    size_t length = text_escape_character(&end, s, format == ROW_JSON);
    written += *s == '"' || *s == '\\' ? 2 : (size_t)(end - one);
    if (written > most) break;
    s += length;
  }
  return (size_t)(s - (const unsigned char *)text);
}

static bool is_short(const char *text, enum row_format format) {
  size_t length = strnlen(text, ROW_TEXT_MOST + 1);
  return length * 6 <= ROW_TEXT_MOST || fitting(text, format, ROW_TEXT_MOST) == strlen(text);
}

/* Of what a server chose at most ROW_TEXT_MOST bytes; "..." at the end shows that it was cut. */
static char *put_short_text(char *out, const char *text, enum row_format format) {
  static const char more[] = "...";
  char cut[ROW_TEXT_MOST + 1];
  if (!text || is_short(text, format)) return put_text(out, text, format);
  char *end = mempcpy(cut, text, fitting(text, format, ROW_TEXT_MOST - strlen(more)));
  strcpy(end, more);
  return put_text(out, cut, format);
}

/* What is of use as a whole alone. */
static char *put_whole_text(char *out, const char *text, enum row_format format) {
  return put_text(out, text && is_short(text, format) ? text : NULL, format);
}

/* For strings of ours, which need no escaping. */
static char *put_word(char *out, const char *word, enum row_format format) {
  if (format == ROW_CSV) return word ? put(out, word, strlen(word)) : out;
  if (!word) return PUT(out, "null");
  *out++ = '"';
  out = put(out, word, strlen(word));
  *out++ = '"';
  return out;
}

static char *put_number(char *out, uint64_t number, enum row_format format) {
  (void)format;
  return put_decimal(out, number);
}

/* A number of which 0 says that nothing is known. */
static char *put_known(char *out, uint64_t number, enum row_format format) {
  return number ? put_decimal(out, number) : put_word(out, NULL, format);
}

static char *put_retryable(char *out, const struct row *row, enum row_format format) {
  if (row->status <= SEINE_STATUS_DUPLICATE) return put_word(out, NULL, format);
  return row->retryable ? PUT(out, "true") : PUT(out, "false");
}

static char *put_digest(char *out, const uint8_t *sha256, enum row_format format) {
  if (!sha256) return put_word(out, NULL, format);
  if (format == ROW_JSON) *out++ = '"';
  for (size_t i = 0; i < 32; i++) {
    *out++ = hex_digits[sha256[i] >> 4];
    *out++ = hex_digits[sha256[i] & 15];
  }
  if (format == ROW_JSON) *out++ = '"';
  return out;
}

/* Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar (as gmtime_r, at a fraction of its
 * cost). The year is taken to begin in March, so that the leap day is its last. */
static void civil_date(int64_t day, unsigned *year, unsigned *month, unsigned *mday) {
  int64_t z = day + 719468;
  int64_t era = z / 146097;
  unsigned of_era = (unsigned)(z - era * 146097);
  unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned from_march = (5 * of_year + 2) / 153;
  *mday = of_year - (153 * from_march + 2) / 5 + 1;
  *month = from_march < 10 ? from_march + 3 : from_march - 9;
  *year = year_of_era + (unsigned)era * 400 + (*month <= 2);
}

static char *put_time(char *out, int64_t unix_ms, enum row_format format) {
  if (unix_ms <= 0) return put_word(out, NULL, format);
  unsigned year, month, mday;
  civil_date(unix_ms / 86400000, &year, &month, &mday);
  unsigned ms = (unsigned)(unix_ms % 86400000);
  if (format == ROW_JSON) *out++ = '"';
  out = put_padded(out, year % 10000, 4);
  *out++ = '-';
  out = put_padded(out, month, 2);
  *out++ = '-';
  out = put_padded(out, mday, 2);
  *out++ = 'T';
  out = put_padded(out, ms / 3600000, 2);
  *out++ = ':';
  out = put_padded(out, ms / 60000 % 60, 2);
  *out++ = ':';
  out = put_padded(out, ms / 1000 % 60, 2);
  *out++ = '.';
  out = put_padded(out, ms % 1000, 3);
  *out++ = 'Z';
  if (format == ROW_JSON) *out++ = '"';
  return out;
}

char *row_write(char *out, const struct row *row, enum row_format format) {
  char *start = out;
#define XX(NAME, name, type, presence, how, value, meaning)                                                            \
  if (format == ROW_JSON)                                                                                              \
    out = PUT(out, ",\"" name "\":");                                                                                  \
  else if (MANIFEST_##NAME > 0)                                                                                        \
    *out++ = ',';                                                                                                      \
  out = put_##how(out, value, format);
  MANIFEST_FIELDS(XX)
#undef XX
  if (format == ROW_CSV) return PUT(out, "\r\n");
  *start = '{';
  return PUT(out, "}\n");
}

/* ---- Bounds: the most bytes that each of the functions above writes, in either format ---- */

static size_t number_bound(uint64_t number) {
  (void)number;
  return 20; /* UINT64_MAX; more than null */
}

#define known_bound number_bound
#define url_bound   text_escape_bound
#define text_bound  text_escape_bound

/* The text may get quotes and an apostrophe. */
static size_t short_text_bound(const char *text) {
  size_t bound = text ? strnlen(text, ROW_TEXT_MOST) * 6 : 0;
  return (bound < ROW_TEXT_MOST ? bound : ROW_TEXT_MOST) + 5;
}

#define whole_text_bound short_text_bound

static size_t word_bound(const char *word) {
  return word ? strlen(word) + 2 : 4;
}

static size_t retryable_bound(const struct row *row) {
  (void)row;
  return 5;
}

static size_t digest_bound(const uint8_t *sha256) {
  (void)sha256;
  return 66;
}

static size_t time_bound(int64_t unix_ms) {
  (void)unix_ms;
  return 26;
}

static size_t json_bound(const char *json) {
  return json ? 3 * strlen(json) + 3 : 4; /* percent-encoded, or doubled quotes */
}

size_t row_bound(const struct row *row) {
  size_t bound = 2; /* the line end and a brace */
#define XX(NAME, name, type, presence, how, value, meaning) bound += sizeof ",\"" name "\":" - 1 + how##_bound(value);
  MANIFEST_FIELDS(XX)
#undef XX
  return bound;
}

/* ---- Reading ---- */

static bool take(char **at, const char *literal, size_t length) {
  if (strncmp(*at, literal, length) != 0) return false;
  *at += length;
  return true;
}

#define TAKE(at, literal) take(at, literal, sizeof(literal) - 1)

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static bool take_u_escape(char **at, uint32_t *c) {
  *c = 0;
  for (int i = 0; i < 4; i++) {
    int v = hex_value(*(*at)++);
    if (v < 0) return false;
    *c = *c << 4 | (uint32_t)v;
  }
  /* What we write this way lies below U+10000 and is never half of a pair; NUL cannot be in a string. */
  return *c != 0 && (*c < 0xd800 || *c > 0xdfff);
}

static char *put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    *out++ = (char)c;
  } else if (c < 0x800) {
    *out++ = (char)(0xc0 | c >> 6);
    *out++ = (char)(0x80 | (c & 0x3f));
  } else {
    *out++ = (char)(0xe0 | c >> 12);
    *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    *out++ = (char)(0x80 | (c & 0x3f));
  }
  return out;
}

/* Undoes the escapes of a string from its first backslash on; what comes out is never longer than what went in. */
static bool unescape(char **at, char *end) {
  char *in = *at, *out = *at;
  while (in < end) {
    if (*in != '\\') {
      *out++ = *in++;
      continue;
    }
    uint32_t c;
    in++;
    if (*in == '"' || *in == '\\' || *in == '/') {
      *out++ = *in++;
    } else if (*in == 'u') {
      in++;
      if (!take_u_escape(&in, &c)) return false;
      out = put_utf8(out, c);
    } else {
      return false;
    }
  }
  *out = '\0';
  *at = end + 1;
  return true;
}

/* Takes a JSON string, or null (which gives NULL). */
static bool take_string(char **at, char **text) {
  *text = NULL;
  if (**at != '"') return TAKE(at, "null");
  char *start = *at + 1;
  char *quote = strchr(start, '"');
  if (!quote) return false;
  char *backslash = memchr(start, '\\', (size_t)(quote - start));
  *text = start;
  if (!backslash) {
    *quote = '\0';
    *at = quote + 1;
    return true;
  }
  char *end = backslash;
  while (*end && *end != '"')
    end += *end == '\\' && end[1] ? 2 : 1;
  if (!*end) return false;
  *at = backslash;
  return unescape(at, end);
}

static bool read_status(const char *word, seine_status_t *status) {
  for (int s = SEINE_STATUS_OK; s <= SEINE_STATUS_FAILED; s++) {
    if (strcmp(word, seine_status_name((seine_status_t)s)) != 0) continue;
    *status = (seine_status_t)s;
    return true;
  }
  return false;
}

static bool read_error(const char *word, int *error) {
  static const struct {
    const char *name;
    int error;
  } errors[] = {
#define XX(name, value, machine, people) {machine, value},
      SEINE_ERROR_MAP(XX)
#undef XX
  };
  *error = 0;
  for (size_t i = 0; word && i < sizeof errors / sizeof *errors; i++)
    if (strcmp(word, errors[i].name) == 0) *error = errors[i].error;
  return !word || *error != 0;
}

static bool read_digest(const char *hex, struct row_view *view) {
  view->has_sha256 = hex != NULL;
  for (size_t i = 0; hex && i < 32; i++) {
    int high = hex_value(hex[2 * i]);
    int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);
    if (low < 0) return false;
    view->sha256[i] = (uint8_t)(high << 4 | low);
  }
  return !hex || hex[64] == '\0';
}

static bool take_number(char **at, char **text) {
  *text = NULL;
  if (TAKE(at, "null")) return true;
  *text = *at;
  while (**at >= '0' && **at <= '9')
    ++*at;
  return *at != *text;
}

static bool take_boolean(char **at, char **text) {
  *text = **at == 'n' ? NULL : *at;
  return TAKE(at, "true") || TAKE(at, "false") || TAKE(at, "null");
}

static bool take_value(char **at, enum field_type type, char **text) {
  if (type == FIELD_STRING) return take_string(at, text);
  return type == FIELD_NUMBER ? take_number(at, text) : take_boolean(at, text);
}

/* The last field that a rerun needs of a row. */
static enum manifest_field last_needed(seine_status_t status) {
  if (status <= SEINE_STATUS_DUPLICATE) return MANIFEST_ERROR;
  return status == SEINE_STATUS_REJECTED ? MANIFEST_CONTENT_TYPE : MANIFEST_RETRYABLE;
}

/* Splits a JSON line into the texts of its fields, NULL for null, up to the last one that a rerun needs. Of the rest
 * only the closing brace is checked. */
static bool split_json(char *at, size_t length, char *fields[]) {
  static const struct {
    const char *text; /* with quotes and colon */
    size_t length;
    enum field_type type;
  } keys[] = {
#define XX(NAME, name, type, presence, format, value, meaning)                                                         \
  {"\"" name "\":", sizeof "\"" name "\":" - 1, FIELD_##type},
      MANIFEST_FIELDS(XX)
#undef XX
  };
  if (length < 2 || at[length - 1] != '}') return false;
  enum manifest_field last = MANIFEST_STATUS;
  for (enum manifest_field i = MANIFEST_ID; i <= last; i++) {
    seine_status_t status;
    if (*at != (i == MANIFEST_ID ? '{' : ',')) return false;
    *at++ = '\0'; /* ends a number or a boolean */
    if (!take(&at, keys[i].text, keys[i].length) || !take_value(&at, keys[i].type, &fields[i])) return false;
    if (i != MANIFEST_STATUS) continue;
    if (!fields[i] || !read_status(fields[i], &status)) return false;
    last = last_needed(status);
  }
  bool ended = *at == ',' || *at == '}';
  *at = '\0';
  return ended;
}

static char *without_apostrophe(char *text) {
  return *text == '\'' && is_formula(text) ? text + 1 : text;
}

/* Takes a field and the comma or the end after it; an empty one that is not quoted gives NULL. */
static bool take_field(char **at, char **text) {
  char *start = *at;
  if (*start != '"') {
    char *comma = strchrnul(start, ',');
    *at = *comma ? comma + 1 : comma;
    *comma = '\0';
    *text = comma == start ? NULL : without_apostrophe(start);
    return true;
  }
  char *in = start + 1, *out = start + 1;
  for (; *in && (*in != '"' || in[1] == '"'); in++) {
    if (*in == '"') in++;
    *out++ = *in;
  }
  if (*in != '"' || (in[1] != ',' && in[1] != '\0')) return false;
  *at = in[1] ? in + 2 : in + 1;
  *out = '\0';
  *text = without_apostrophe(start + 1);
  return true;
}

static bool split_csv(char *at, char *fields[]) {
  for (enum manifest_field i = MANIFEST_ID; i <= MANIFEST_CONTENT_TYPE; i++)
    if (*at == '\0' || !take_field(&at, &fields[i])) return false;
  return *at != '\0';
}

/* NULL gives 0. */
static bool read_number(const char *text, uint64_t most, uint64_t *number) {
  uint64_t n = 0;
  const char *at = text;
  while (at && *at >= '0' && *at <= '9' && at - text < 19)
    n = n * 10 + (uint64_t)(*at++ - '0');
  *number = n;
  return !text || (at > text && *at == '\0' && n <= most);
}

static bool read_fields(char *const fields[], struct row_view *view) {
  const char *retryable = fields[MANIFEST_RETRYABLE];
  uint64_t http_status, width, height;
  view->url = fields[MANIFEST_URL];
  view->path = fields[MANIFEST_PATH];
  view->media_type = fields[MANIFEST_MEDIA_TYPE];
  if (!view->url || !fields[MANIFEST_ID] || !read_number(fields[MANIFEST_ID], UINT64_MAX, &view->id)) return false;
  if (!fields[MANIFEST_STATUS] || !read_status(fields[MANIFEST_STATUS], &view->status)) return false;
  if (!read_digest(fields[MANIFEST_SHA256], view)) return false;
  if (!read_number(fields[MANIFEST_BYTES], UINT64_MAX, &view->bytes)) return false;
  if (!read_number(fields[MANIFEST_WIDTH], UINT32_MAX, &width)) return false;
  if (!read_number(fields[MANIFEST_HEIGHT], UINT32_MAX, &height)) return false;
  if (!read_number(fields[MANIFEST_HTTP_STATUS], 999, &http_status)) return false;
  view->width = (uint32_t)width;
  view->height = (uint32_t)height;
  view->http_status = (int)http_status;
  view->content_type = view->status == SEINE_STATUS_REJECTED ? fields[MANIFEST_CONTENT_TYPE] : NULL;
  view->retryable = view->status > SEINE_STATUS_DUPLICATE && retryable && strcmp(retryable, "true") == 0;
  return read_error(fields[MANIFEST_ERROR], &view->error);
}

bool row_read(char *line, size_t length, enum row_format format, struct row_view *view) {
  char *fields[MANIFEST_FIELD_COUNT] = {NULL};
  line[length] = '\0';
  if (format == ROW_JSON) return split_json(line, length, fields) && read_fields(fields, view);
  if (length && line[length - 1] == '\r') line[length - 1] = '\0';
  return split_csv(line, fields) && read_fields(fields, view);
}
