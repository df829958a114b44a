/* Records of CSV and its dialects: where they end, and the fields in them. */
#include "input/csv.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* ---- Where a record ends ---- */

const char *csv_line_end(const struct dialect *dialect, const char *text, size_t length) {
  if (!dialect->cr_ends) return memchr(text, '\n', length);
  /* Not by two memchr: where one of both bytes is rare, each line would be searched as far as the next of it. */
  for (const char *end = text + length; text < end; text++)
    if (*text == '\n' || *text == '\r') return text;
  return NULL;
}

const char *csv_past_end(const char *line_end, const char *text_end) {
  bool pair = *line_end == '\r' && line_end + 1 < text_end && line_end[1] == '\n';
  return line_end + (pair ? 2 : 1);
}

size_t csv_count_ends(const struct dialect *dialect, const char *text, size_t length) {
  size_t count = 0;
  for (const char *end = text + length, *at; (at = csv_line_end(dialect, text, (size_t)(end - text))) != NULL; count++)
    text = csv_past_end(at, end);
  return count;
}

/* Behind the quote that closes a field, or NULL if none does. A doubled quote is a character. */
static const char *past_quoted(const struct dialect *dialect, const char *at, const char *end) {
  for (; at < end; at++) {
    if (dialect->quotes != QUOTES_BACKSLASH) {
      at = memchr(at, '"', (size_t)(end - at));
      if (at == NULL) return NULL;
    } else if (*at == '\\') {
      at++;
      continue;
    } else if (*at != '"') {
      continue;
    }
    if (at + 1 == end || at[1] != '"') return at + 1;
    at++;
  }
  return NULL;
}

/* The separator or line end after a field without quotes; `line` is the next line end, or the end of the text. */
static const char *past_plain(const struct dialect *dialect, const char *at, const char **line, const char *end) {
  const char *stop;
  if (dialect->quotes != QUOTES_BACKSLASH) {
    stop = memchr(at, dialect->separator, (size_t)(*line - at));
    return stop != NULL ? stop : *line;
  }
  for (stop = at; stop < end && *stop != dialect->separator; stop++) {
    if (*stop == '\\')
      stop++;
    else if (*stop == '\n' || (dialect->cr_ends && *stop == '\r'))
      break;
  }
  *line = stop;
  return stop < end ? stop : end;
}

static bool is_line_end(const struct dialect *dialect, const char *at, const char *end) {
  if (*at == '\n' || (*at == '\r' && dialect->cr_ends)) return true;
  return *at == '\r' && (at + 1 == end || at[1] == '\n');
}

/* Goes on behind a closing quote: to the separator or the line end. False if anything but blanks stands before it. */
static bool pass_blanks(const struct dialect *dialect, const char **at, const char *end) {
  while (*at < end && **at == ' ' && dialect->separator != ' ')
    ++*at;
  return *at == end || **at == dialect->separator || is_line_end(dialect, *at, end);
}

void csv_scan(const struct dialect *dialect, const char *text, size_t length, struct csv_span *span) {
  const char *at = text, *end = text + length, *line = NULL;
  *span = (struct csv_span){.end = CSV_CUT, .length = length, .fields = 1};
  for (;; at++, span->fields++) {
    if (line == NULL || line < at) line = csv_line_end(dialect, at, (size_t)(end - at));
    if (line == NULL) line = end;
    if (at < end && *at == '"' && dialect->quotes != QUOTES_NONE) {
      at = past_quoted(dialect, at + 1, end);
      span->multiline |= line < (at != NULL ? at : end);
      if (at == NULL) {
        span->end = CSV_OPEN;
        return;
      }
      span->backslash |= dialect->quotes == QUOTES_DOUBLE && at[-2] == '\\';
      if (!pass_blanks(dialect, &at, end)) {
        span->end = CSV_BROKEN;
        span->length = (size_t)(at - text);
        return;
      }
      if (at < end && *at == '\r' && !dialect->cr_ends) at++;
    } else {
      at = past_plain(dialect, at, &line, end);
    }
    if (at == end) return;
    if (*at != dialect->separator) break;
  }
  span->end = CSV_WHOLE;
  span->length = (size_t)(at - text);
}

/* ---- Fields ---- */

struct field *fields_add(struct fields *fields, char *text, size_t length) {
  if (fields->count == fields->room) {
    fields->room = fields->room > 0 ? 2 * fields->room : 16;
    fields->fields = xrealloc(fields->fields, fields->room * sizeof *fields->fields);
  }
  struct field *field = &fields->fields[fields->count++];
  *field = (struct field){.text = text, .length = length};
  text[length] = '\0';
  return field;
}

/* The character that a backslash before it stands for itself with; else the backslash is a character as well. */
static bool is_escaped(const struct dialect *dialect, char next) {
  return next == '"' || next == '\\' || next == '\n' || next == '\r' || next == dialect->separator;
}

/* Copies one field to its own front, without quotes and escapes; gives the separator behind it, or the end. */
static char *take_field(const struct dialect *dialect, struct fields *fields, char *at, char *end) {
  char *out = at, *from = at;
  bool quoted = *at == '"' && dialect->quotes != QUOTES_NONE, open = quoted;
  for (at += quoted; at < end && (open || *at != dialect->separator); at++) {
    if (*at == '\\' && dialect->quotes == QUOTES_BACKSLASH && at + 1 < end && is_escaped(dialect, at[1])) {
      *out++ = *++at;
    } else if (!open || *at != '"') {
      if (open || !quoted) *out++ = *at;
    } else if (at + 1 < end && at[1] == '"') {
      *out++ = *at++;
    } else {
      open = false;
    }
  }
  fields_add(fields, from, (size_t)(out - from));
  return at;
}

void csv_split(const struct dialect *dialect, char *text, size_t length, struct fields *fields) {
  char *at = text, *end = text + length;
  if (length > 0 && end[-1] == '\r') end--;
  *end = '\0';
  fields->count = 0;
  for (;; at++) {
    if (dialect->quotes == QUOTES_BACKSLASH || (*at == '"' && dialect->quotes != QUOTES_NONE)) {
      at = take_field(dialect, fields, at, end);
    } else {
      char *stop = memchr(at, dialect->separator, (size_t)(end - at));
      if (stop == NULL) stop = end;
      fields_add(fields, at, (size_t)(stop - at));
      at = stop;
    }
    if (at == end) return;
  }
}

void fields_clear(struct fields *fields) {
  free(fields->fields);
  *fields = (struct fields){0};
}
