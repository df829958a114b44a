/* Records of CSV and TSV: where they end, and the fields in them. */
#include "csv.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

/* ---- Where a record ends ---- */

/* Behind the quote that closes a field, or NULL if none does. A doubled quote is a character. */
static const char *past_quoted(const char *at, const char *end) {
  while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
    at++;
    if (at == end || *at != '"') return at;
    at++;
  }
  return NULL;
}

bool csv_record(const char *data, size_t length, size_t *record, bool *open) {
  const char *at = data, *end = data + length;
  *open = false;
  for (;;) {
    const char *line = memchr(at, '\n', (size_t)(end - at)), *stop = line != NULL ? line : end;
    /* From the beginning of a field on: the next field that is quoted, if one begins in this line. */
    while (at < stop && *at != '"') {
      const char *comma = memchr(at, ',', (size_t)(stop - at));
      at = comma != NULL ? comma + 1 : stop;
    }
    if (at == stop && line == NULL) return false;
    if (at == stop) {
      *record = (size_t)(line - data);
      return true;
    }
    at = past_quoted(at + 1, end);
    *open = at == NULL;
    if (at == NULL) return false;
    /* What stands between the closing quote and the comma belongs to no field: a quote in there opens nothing. */
    while (at < end && *at != ',' && *at != '\n')
      at++;
    if (at < end && *at == ',') at++;
  }
}

/* ---- Fields ---- */

static struct field *add_field(struct fields *fields, char *text) {
  if (fields->count == fields->room) {
    fields->room = fields->room > 0 ? 2 * fields->room : 16;
    fields->fields = xrealloc(fields->fields, fields->room * sizeof *fields->fields);
  }
  struct field *field = &fields->fields[fields->count++];
  *field = (struct field){.text = text};
  return field;
}

static void end_field(struct field *field, char *end) {
  field->length = (size_t)(end - field->text);
  *end = '\0';
}

static size_t without_return(const char *text, size_t length) {
  return length > 0 && text[length - 1] == '\r' ? length - 1 : length;
}

/* Takes the quotes off the field that begins at `at`; gives what is behind it, or NULL if that is neither a comma nor
 * the end. */
static char *take_quoted(struct field *field, char *at, char *end) {
  char *out = at++;
  bool closed = false;
  while (at < end && !closed) {
    char *quote = memchr(at, '"', (size_t)(end - at));
    size_t length = (size_t)((quote != NULL ? quote : end) - at);
    memmove(out, at, length);
    out += length;
    at += length + (quote != NULL ? 1 : 0);
    closed = quote != NULL && (at == end || *at != '"');
    if (quote != NULL && !closed) *out++ = *at++;
  }
  if (!closed || (at < end && *at != ',')) return NULL;
  end_field(field, out);
  return at;
}

const char *csv_split(char *text, size_t length, struct fields *fields) {
  char *at = text, *end = text + without_return(text, length);
  fields->count = 0;
  for (;;) {
    struct field *field = add_field(fields, at);
    if (at < end && *at == '"') {
      at = take_quoted(field, at, end);
      if (at == NULL) return "has something between a closing quote and the next comma";
      if (at == end) return NULL;
    } else {
      char *comma = memchr(at, ',', (size_t)(end - at));
      bool last = comma == NULL;
      at = last ? end : comma;
      end_field(field, at);
      if (last) return NULL;
    }
    at++;
  }
}

void tsv_split(char *text, size_t length, struct fields *fields) {
  char *at = text, *end = text + without_return(text, length), *tab;
  fields->count = 0;
  do {
    struct field *field = add_field(fields, at);
    tab = memchr(at, '\t', (size_t)(end - at));
    end_field(field, tab != NULL ? tab : end);
    at = tab != NULL ? tab + 1 : end;
  } while (tab != NULL);
}

void fields_clear(struct fields *fields) {
  free(fields->fields);
  *fields = (struct fields){0};
}
