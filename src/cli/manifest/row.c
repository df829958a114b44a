/* A row of the manifest as text and back. */
#include "manifest/row.h"
#include "base/text_escape.h"
#include "base/util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

/* ---- Writing ---- */

const char *row_header(enum row_format format) {
  if (format == ROW_JSON) return "";
  return "id,url,status,path,sha256,bytes,media_type,width,height,trailing_bytes,http_status,error,message,retryable,"
         "attempts,final_url,"
         "content_type,etag,last_modified,ip,started_at,elapsed_ms,input\r\n";
}

static size_t short_text_bound(const char *text) {
  size_t bound = text ? strnlen(text, ROW_TEXT_MOST) * 6 : 0;
  return (bound < ROW_TEXT_MOST ? bound : ROW_TEXT_MOST) + 5; /* quotes, an apostrophe; null */
}

size_t row_bound(const struct row *row) {
  /* The fixed part: keys and punctuation (under 300 bytes), sha256, a time, error and status names, and ten numbers. */
  return 1024 + text_escape_bound(row->url) + text_escape_bound(row->path) + short_text_bound(row->media_type) +
         short_text_bound(row->message) + short_text_bound(row->final_url) + short_text_bound(row->content_type) +
         short_text_bound(row->etag) + short_text_bound(row->last_modified) + text_escape_bound(row->ip) +
         (row->input ? 2 * strlen(row->input) + 2 : 4);
}

static char *put(char *out, const char *text, size_t length) {
  memcpy(out, text, length);
  return out + length;
}

#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static char *put_number(char *out, uint64_t number) {
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

/* A URL in a CSV, which has no line ends and tabs in a text. They mean nothing in a URL; percent-encoded, they would. */
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

/* A number of which 0 says that nothing is known. */
static char *put_known(char *out, uint64_t number, enum row_format format) {
  return number ? put_number(out, number) : put_word(out, NULL, format);
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

/* Puts a key before a value in JSON, a comma in CSV. */
#define KEY(key) out = format == ROW_JSON ? PUT(out, ",\"" key "\":") : PUT(out, ",")

char *row_write(char *out, const struct row *row, enum row_format format) {
  if (format == ROW_JSON) out = PUT(out, "{\"id\":");
  out = put_number(out, row->id);
  KEY("url"), out = put_url(out, row->url, format);
  KEY("status"), out = put_word(out, seine_status_name(row->status), format);
  KEY("path"), out = put_text(out, row->path, format);
  KEY("sha256"), out = put_digest(out, row->sha256, format);
  KEY("bytes"), out = put_number(out, row->bytes);
  KEY("media_type"), out = put_short_text(out, row->media_type, format);
  KEY("width"), out = put_known(out, row->width, format);
  KEY("height"), out = put_known(out, row->height, format);
  KEY("trailing_bytes"), out = put_known(out, row->trailing_bytes, format);
  KEY("http_status"), out = put_known(out, (unsigned)row->http_status, format);
  KEY("error"), out = put_word(out, seine_err_name(row->error), format);
  KEY("message"), out = put_short_text(out, row->message, format);
  KEY("retryable"), out = put_retryable(out, row, format);
  KEY("attempts"), out = put_number(out, row->attempts);
  KEY("final_url"), out = put_short_text(out, row->final_url, format);
  KEY("content_type"), out = put_short_text(out, row->content_type, format);
  KEY("etag"), out = put_whole_text(out, row->etag, format);
  KEY("last_modified"), out = put_whole_text(out, row->last_modified, format);
  KEY("ip"), out = put_text(out, row->ip, format);
  KEY("started_at"), out = put_time(out, row->started_unix_ms, format);
  KEY("elapsed_ms"), out = put_number(out, row->elapsed_ms);
  KEY("input"), out = put_json(out, row->input, format);
  return format == ROW_JSON ? PUT(out, "}\n") : PUT(out, "\r\n");
}

/* ---- Reading ---- */

static bool take(char **at, const char *literal, size_t length) {
  if (strncmp(*at, literal, length) != 0) return false;
  *at += length;
  return true;
}

#define TAKE(at, literal) take(at, literal, sizeof(literal) - 1)

static bool take_number(char **at, uint64_t *number) {
  char *s = *at;
  uint64_t n = 0;
  while (*s >= '0' && *s <= '9' && s - *at < 19)
    n = n * 10 + (uint64_t)(*s++ - '0');
  if (s == *at) return false;
  *at = s;
  *number = n;
  return true;
}

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

static bool take_http_status(char **at, int *http) {
  uint64_t number = 0;
  *http = 0;
  if (TAKE(at, "null")) return true;
  if (!take_number(at, &number) || number > 999) return false;
  *http = (int)number;
  return true;
}

static bool take_side(char **at, uint32_t *side) {
  uint64_t number = 0;
  if (!TAKE(at, "null") && (!take_number(at, &number) || number > UINT32_MAX)) return false;
  *side = (uint32_t)number;
  return true;
}

/* Rows of a version that knew nothing of an image's sides are read as well. */
static bool take_sides(char **at, struct row_view *view) {
  uint64_t trailing;
  view->width = view->height = 0;
  if (!TAKE(at, ",\"width\":")) return true;
  if (!take_side(at, &view->width) || !TAKE(at, ",\"height\":") || !take_side(at, &view->height)) return false;
  return TAKE(at, ",\"trailing_bytes\":") && (TAKE(at, "null") || take_number(at, &trailing));
}

/* Rows of versions without this key: a failure is retryable, which costs one more fetch. */
static bool take_retryable(char **at, struct row_view *view) {
  char *message;
  view->retryable = view->status == SEINE_STATUS_FAILED;
  if (view->status <= SEINE_STATUS_DUPLICATE) return true;
  if (!TAKE(at, ",\"message\":") || !take_string(at, &message)) return false;
  if (!TAKE(at, ",\"retryable\":")) return true;
  view->retryable = TAKE(at, "true");
  return view->retryable || TAKE(at, "false");
}

/* Of other rows, and of versions that wrote other keys here, nothing is known. */
static bool take_content_type(char **at, struct row_view *view) {
  uint64_t attempts;
  char *text;
  view->content_type = NULL;
  if (view->status != SEINE_STATUS_REJECTED || !TAKE(at, ",\"attempts\":")) return true;
  if (!take_number(at, &attempts)) return false;
  if (!TAKE(at, ",\"final_url\":")) return true;
  if (!take_string(at, &text)) return false;
  if (!TAKE(at, ",\"content_type\":")) return true;
  if (!take_string(at, &text)) return false;
  view->content_type = text;
  return true;
}

/* Reads the keys that a rerun needs; what follows them is only checked for its end. */
static bool read_json(char *line, size_t length, struct row_view *view) {
  char *at = line, *status, *path, *sha256, *type, *error;
  if (length < 2 || line[length - 1] != '}') return false;
  return TAKE(&at, "{\"id\":") && take_number(&at, &view->id) && TAKE(&at, ",\"url\":") &&
         take_string(&at, &view->url) && view->url && TAKE(&at, ",\"status\":") && take_string(&at, &status) &&
         status && read_status(status, &view->status) && TAKE(&at, ",\"path\":") && take_string(&at, &path) &&
         (view->path = path, true) && TAKE(&at, ",\"sha256\":") && take_string(&at, &sha256) &&
         read_digest(sha256, view) && TAKE(&at, ",\"bytes\":") && take_number(&at, &view->bytes) &&
         TAKE(&at, ",\"media_type\":") && take_string(&at, &type) && (view->media_type = type, true) &&
         take_sides(&at, view) && TAKE(&at, ",\"http_status\":") && take_http_status(&at, &view->http_status) &&
         TAKE(&at, ",\"error\":") && take_string(&at, &error) && read_error(error, &view->error) &&
         take_retryable(&at, view) && take_content_type(&at, view) && (*at == ',' || *at == '}');
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

static bool whole_number(char *text, uint64_t *number) {
  return text && take_number(&text, number) && *text == '\0';
}

static bool read_csv(char *line, struct row_view *view) {
  enum {
    ID,
    URL,
    STATUS,
    PATH,
    SHA256,
    BYTES,
    MEDIA_TYPE,
    WIDTH,
    HEIGHT,
    TRAILING_BYTES,
    HTTP_STATUS,
    ERROR,
    MESSAGE,
    RETRYABLE,
    ATTEMPTS,
    FINAL_URL,
    CONTENT_TYPE,
    FIELDS
  };
  char *field[FIELDS], *at = line;
  uint64_t http = 0, width = 0, height = 0;
  for (size_t i = 0; i < FIELDS; i++)
    if (*at == '\0' || !take_field(&at, &field[i])) return false;
  view->url = field[URL];
  view->path = field[PATH];
  if (!whole_number(field[ID], &view->id) || !field[URL]) return false;
  if (!field[STATUS] || !read_status(field[STATUS], &view->status)) return false;
  view->bytes = 0;
  if (field[BYTES] && !whole_number(field[BYTES], &view->bytes)) return false;
  if (field[HTTP_STATUS] && (!whole_number(field[HTTP_STATUS], &http) || http > 999)) return false;
  view->http_status = (int)http;
  if (field[WIDTH] && (!whole_number(field[WIDTH], &width) || width > UINT32_MAX)) return false;
  if (field[HEIGHT] && (!whole_number(field[HEIGHT], &height) || height > UINT32_MAX)) return false;
  view->width = (uint32_t)width;
  view->height = (uint32_t)height;
  view->media_type = field[MEDIA_TYPE];
  view->content_type = view->status == SEINE_STATUS_REJECTED ? field[CONTENT_TYPE] : NULL;
  view->retryable = field[RETRYABLE] && strcmp(field[RETRYABLE], "true") == 0;
  return read_digest(field[SHA256], view) && read_error(field[ERROR], &view->error) && *at != '\0';
}

bool row_read(char *line, size_t length, enum row_format format, struct row_view *view) {
  line[length] = '\0';
  if (format == ROW_JSON) return read_json(line, length, view);
  if (length && line[length - 1] == '\r') line[length - 1] = '\0';
  return read_csv(line, view);
}
