/* Reads the manifest as a stranger would, by a parser of its own, and says where it is not what was promised. */
#include "rows.h"

#include "fixtures/support.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *const column_names[COLUMN_COUNT] = {
#define XX(NAME, name, ...) name,
    MANIFEST_FIELDS(XX)
#undef XX
};

const bool column_is_always[COLUMN_COUNT] = {
#define XX(NAME, name, type, presence, ...) FIELD_##presence == FIELD_ALWAYS,
    MANIFEST_FIELDS(XX)
#undef XX
};

struct reader {
  const char *at, *end;
  const char *complaint;
};

static bool take(struct reader *reader, const char *text) {
  size_t length = strlen(text);
  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0) return false;
  reader->at += length;
  return true;
}

static char *put_utf8(char *out, unsigned code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xc0 | code >> 6);
    *out++ = (char)(0x80 | (code & 63));
  } else if (code < 0x10000) {
    *out++ = (char)(0xe0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 63));
    *out++ = (char)(0x80 | (code & 63));
  } else {
    *out++ = (char)(0xf0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 63));
    *out++ = (char)(0x80 | (code >> 6 & 63));
    *out++ = (char)(0x80 | (code & 63));
  }
  return out;
}

static unsigned take_hex(struct reader *reader) {
  char digits[5] = {0};
  for (int i = 0; i < 4; i++) {
    if (reader->at == reader->end || !isxdigit((unsigned char)*reader->at)) {
      reader->complaint = "\\u without four digits";
      return 0;
    }
    digits[i] = *reader->at++;
  }
  return (unsigned)strtoul(digits, NULL, 16);
}

static char *take_escape(struct reader *reader, char *out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (reader->at == reader->end) return out;
  char c = *reader->at++;
  const char *simple = c ? strchr(from, c) : NULL;
  if (simple) {
    *out++ = to[simple - from];
  } else if (c == 'u') {
    unsigned code = take_hex(reader);
    if (code >= 0xd800 && code < 0xdc00 && take(reader, "\\u"))
      code = 0x10000 + ((code - 0xd800) << 10) + (take_hex(reader) - 0xdc00);
    out = put_utf8(out, code);
  } else {
    reader->complaint = "an escape that JSON does not have";
  }
  return out;
}

static bool is_forbidden(const char *at) {
  unsigned char c = (unsigned char)*at;
  if (c < 0x20 || c == 0x7f) return true;
  /* U+200E to U+200F, U+2028 to U+202E, U+2066 to U+2069: line ends and text directions. */
  if (c != 0xe2 || (unsigned char)at[1] < 0x80 || (unsigned char)at[1] > 0x81) return false;
  unsigned char last = (unsigned char)at[2];
  if ((unsigned char)at[1] == 0x80) return (last >= 0x8e && last <= 0x8f) || (last >= 0xa8 && last <= 0xae);
  return last >= 0xa6 && last <= 0xa9;
}

static char *take_string(struct reader *reader) {
  char *text = malloc((size_t)(reader->end - reader->at) + 8), *out = text;
  while (reader->at < reader->end && *reader->at != '"') {
    if (*reader->at == '\\') {
      reader->at++;
      out = take_escape(reader, out);
    } else {
      if (is_forbidden(reader->at)) reader->complaint = "a control or bidirectional character as it is";
      *out++ = *reader->at++;
    }
  }
  *out = '\0';
  if (!take(reader, "\"")) reader->complaint = "a string that does not end";
  return text;
}

/* An object in one line, as it is. */
static char *take_object(struct reader *reader) {
  const char *from = reader->at;
  int depth = 0;
  bool quoted = false;
  while (reader->at < reader->end && *reader->at != '\n') {
    char c = *reader->at++;
    if (quoted && c == '\\' && reader->at < reader->end) {
      reader->at++;
      continue;
    }
    if (is_forbidden(reader->at - 1)) reader->complaint = "a control or bidirectional character as it is";
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '{' || c == '[')) depth++;
    if (!quoted && (c == '}' || c == ']') && --depth == 0) return strndup(from, (size_t)(reader->at - from));
  }
  reader->complaint = "an object that does not end";
  return NULL;
}

/* NULL for null. */
static char *take_value(struct reader *reader) {
  if (take(reader, "null")) return NULL;
  if (take(reader, "true")) return strdup("true");
  if (take(reader, "false")) return strdup("false");
  if (reader->at < reader->end && *reader->at == '{') return take_object(reader);
  if (take(reader, "\"")) return take_string(reader);
  const char *from = reader->at;
  while (reader->at < reader->end && isdigit((unsigned char)*reader->at))
    reader->at++;
  if (reader->at == from) reader->complaint = "neither a string nor a number nor null";
  return strndup(from, (size_t)(reader->at - from));
}

static void take_json(struct reader *reader, struct row *row) {
  for (int i = 0; i < COLUMN_COUNT && !reader->complaint; i++) {
    char *key = print("%s\"%s\":", i == 0 ? "{" : ",", column_names[i]);
    if (!take(reader, key)) reader->complaint = column_names[i];
    free(key);
    if (!reader->complaint) row->fields[i] = take_value(reader);
  }
  if (!reader->complaint && (!take(reader, "}") || !take(reader, "\n"))) reader->complaint = "the end of the line";
}

static char *take_csv_field(struct reader *reader) {
  char *text = malloc((size_t)(reader->end - reader->at) + 1), *out = text;
  if (take(reader, "\"")) {
    for (bool more = true; more && reader->at < reader->end;) {
      if (take(reader, "\"\""))
        *out++ = '"';
      else if (*reader->at == '"')
        more = false;
      else
        *out++ = *reader->at++;
    }
    if (!take(reader, "\"")) reader->complaint = "a quoted field that does not end";
  } else {
    while (reader->at < reader->end && !strchr(",\r\n\"", *reader->at))
      *out++ = *reader->at++;
  }
  *out = '\0';
  if (*text) return text;
  free(text);
  return NULL;
}

static void take_csv(struct reader *reader, struct row *row) {
  for (int i = 0; i < COLUMN_COUNT && !reader->complaint; i++) {
    if (i > 0 && !take(reader, ",")) reader->complaint = column_names[i];
    if (!reader->complaint) row->fields[i] = take_csv_field(reader);
  }
  if (!reader->complaint && !take(reader, "\r\n")) reader->complaint = "the end of the line, by CR and LF";
}

static void take_csv_header(struct reader *reader) {
  struct row row = {0};
  take_csv(reader, &row);
  for (int i = 0; i < COLUMN_COUNT; i++) {
    if (!row.fields[i] || strcmp(row.fields[i], column_names[i]) != 0) reader->complaint = "the header";
    free(row.fields[i]);
  }
}

struct rows rows_read(const char *text, size_t size, bool csv) {
  struct rows rows = {0};
  struct reader reader = {text, text + size, NULL};
  if (csv) take_csv_header(&reader);
  while (reader.at < reader.end && !reader.complaint) {
    rows.rows = realloc(rows.rows, (rows.count + 1) * sizeof *rows.rows);
    struct row *row = &rows.rows[rows.count++];
    *row = (struct row){0};
    if (csv)
      take_csv(&reader, row);
    else
      take_json(&reader, row);
  }
  if (reader.complaint) {
    size_t left = (size_t)(reader.end - reader.at);
    rows.problem = print("the manifest is wrong in row %zu at %s: \"%.*s\"", rows.count, reader.complaint,
                         left < 60 ? (int)left : 60, reader.at);
  }
  return rows;
}

void rows_clear(struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++)
    for (int j = 0; j < COLUMN_COUNT; j++)
      free(rows->rows[i].fields[j]);
  free(rows->rows);
  free(rows->problem);
  *rows = (struct rows){0};
}

const struct row *rows_find(const struct rows *rows, const char *url) {
  for (size_t i = rows->count; i-- > 0;)
    if (rows->rows[i].fields[COLUMN_URL] && strcmp(rows->rows[i].fields[COLUMN_URL], url) == 0) return &rows->rows[i];
  return NULL;
}
