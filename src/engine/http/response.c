/* Parses status lines and the headers that the engine uses. */
#include "http/response.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct header {
  const char *name;
  size_t name_size;
  size_t offset; /* of the char * in struct response */
  bool joins; /* repeated values are joined */
};

static const struct header headers[] = {
    {"content-disposition", sizeof "content-disposition" - 1, offsetof(struct response, disposition), false},
    {"content-encoding", sizeof "content-encoding" - 1, offsetof(struct response, encoding), true},
    {"content-range", sizeof "content-range" - 1, offsetof(struct response, content_range), false},
    {"content-type", sizeof "content-type" - 1, offsetof(struct response, content_type), false},
    {"date", sizeof "date" - 1, offsetof(struct response, date), false},
    {"etag", sizeof "etag" - 1, offsetof(struct response, etag), false},
    {"last-modified", sizeof "last-modified" - 1, offsetof(struct response, last_modified), false},
    {"location", sizeof "location" - 1, offsetof(struct response, location), false},
    {"retry-after", sizeof "retry-after" - 1, offsetof(struct response, retry_after), true},
    {"x-robots-tag", sizeof "x-robots-tag" - 1, offsetof(struct response, robots), true},
};

#define HEADERS    (sizeof headers / sizeof *headers)
#define VALUES_MIN 256 /* bytes: most responses need no more */
#define LENGTH_MAX INT64_MAX /* what libcurl takes for a Content-Length */

/* Lengths of those names, and of two more, as bits: most lines need no other look. */
#define LENGTHS (1u << 4 | 1u << 8 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 16 | 1u << 17 | 1u << 19)

static char **field(struct response *response, const struct header *header) {
  return (char **)(void *)((char *)response + header->offset);
}

void response_clear(struct response *response) {
  free(response->values);
  *response = (struct response){0};
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void trim(const char **text, size_t *size) {
  while (*size && is_blank(**text)) {
    ++*text;
    --*size;
  }
  while (*size && is_blank((*text)[*size - 1]))
    --*size;
}

static enum response_line refuse(struct response *response, const char *fault) {
  response->fault = fault;
  return RESPONSE_FAULT;
}

/* Three digits behind the version (RFC 9112 4). */
static int read_status(const char *line, size_t size) {
  size_t at = 0;
  while (at < size && !is_blank(line[at]))
    at++;
  while (at < size && is_blank(line[at]))
    at++;
  int status = 0;
  for (size_t end = at + 3; at < end; at++) {
    if (at >= size || !is_digit(line[at])) return 0;
    status = status * 10 + line[at] - '0';
  }
  return at < size && is_digit(line[at]) ? 0 : status;
}

static enum response_line begin(struct response *response, const char *line, size_t size) {
  size_t header_bytes = response->header_bytes;
  response_clear(response);
  response->header_bytes = header_bytes;
  if (size < 5 || strncasecmp(line, "HTTP/", 5) != 0) return refuse(response, "the response has no status line");
  response->names_http2 = size > 5 && line[5] != '0' && line[5] != '1';
  response->status = read_status(line, size);
  if (response->status < 100) return refuse(response, "the response's status is not a number of three digits");
  response->in_head = true;
  return RESPONSE_MORE;
}

/* Room for so many more bytes of values. Those that are there may move. */
static bool make_room(struct response *response, size_t size) {
  if (response->capacity - response->used >= size) return true;
  size_t capacity = 2 * response->used + size;
  if (capacity < VALUES_MIN) capacity = VALUES_MIN;
  char *old = response->values, *values = malloc(capacity);
  if (!values) return false;
  if (old) memcpy(values, old, response->used);
  for (size_t i = 0; i < HEADERS; i++) {
    char **value = field(response, &headers[i]);
    if (*value) *value = values + (*value - old);
  }
  free(old);
  response->values = values;
  response->capacity = capacity;
  return true;
}

/* A value that grows does so in its place, if it is the last; it is not at most once for each header. */
static bool keep(struct response *response, const struct header *header, const char *value, size_t size) {
  char **slot = field(response, header);
  if (*slot && !header->joins) return true;
  size_t old = *slot ? strlen(*slot) : 0;
  if (!make_room(response, old + size + 2)) return false;
  char *end = response->values + response->used;
  if (!old) {
    *slot = end;
  } else if (*slot + old + 1 == end) {
    end[-1] = '\n';
  } else {
    char *from = *slot;
    *slot = end;
    end = mempcpy(end, from, old);
    *end++ = '\n';
  }
  end = mempcpy(end, value, size);
  *end++ = '\0';
  response->used = (size_t)(end - response->values);
  return true;
}

/* One number, or the same one again and again (RFC 9110 8.6). What else there is, libcurl would read in ways of its
 * own: a sign, the first of several, digits with anything behind them. */
static void read_length(struct response *response, const char *value, size_t size) {
  for (const char *end = value + size;; value++) {
    uint64_t length = 0;
    size_t digits = 0;
    while (value < end && (*value == ' ' || *value == '\t'))
      value++;
    for (; value < end && is_digit(*value) && length <= (LENGTH_MAX - 9) / 10; value++, digits++)
      length = length * 10 + (uint64_t)(*value - '0');
    while (value < end && (*value == ' ' || *value == '\t'))
      value++;
    bool differs = response->has_length && response->length != length;
    if (!digits || differs || (value < end && *value != ',')) response->length_differs = true;
    response->length = length;
    response->has_length = true;
    if (value == end || response->length_differs) return;
  }
}

static bool is_named(const char *line, size_t size, const char *name, size_t name_size) {
  return size == name_size && strncasecmp(line, name, size) == 0;
}

static bool take(struct response *response, const char *line, size_t size) {
  const char *colon = memchr(line, ':', size);
  if (!colon) return true;
  size_t name_size = (size_t)(colon - line);
  if (name_size > 31 || !(LENGTHS >> name_size & 1)) return true;
  const char *value = colon + 1;
  size_t value_size = size - name_size - 1;
  if (is_named(line, name_size, "content-length", 14)) {
    trim(&value, &value_size);
    read_length(response, value, value_size);
  }
  if (is_named(line, name_size, "transfer-encoding", 17)) {
    trim(&value, &value_size);
    if (is_named(value, value_size, "identity", 8)) return true;
    if (!is_named(value, value_size, "chunked", 7)) response->is_transfer_coded = true;
    response->is_chunked = true;
  }
  if (response->is_chunked) response->has_length = false;
  for (size_t i = 0; i < HEADERS; i++) {
    const struct header *header = &headers[i];
    if (!is_named(line, name_size, header->name, header->name_size)) continue;
    trim(&value, &value_size);
    return keep(response, header, value, value_size);
  }
  return true;
}

static bool is_type(const char *content_type, const char *type) {
  size_t size = content_type ? strcspn(content_type, "; \t") : 0;
  return size == strlen(type) && strncasecmp(content_type, type, size) == 0;
}

/* Many servers declare a file that is gzip both by its type and by a coding. */
static bool is_coded(const struct response *response) {
  if (!*response->encoding || strcasecmp(response->encoding, "identity") == 0) return false;
  bool gzip = strcasecmp(response->encoding, "gzip") == 0 || strcasecmp(response->encoding, "x-gzip") == 0;
  return !gzip || (!is_type(response->content_type, "application/gzip") &&
                   !is_type(response->content_type, "application/x-gzip"));
}

/* The empty line. An interim response is followed by another; 101 is none, since libcurl takes what follows it for a
 * body, and nobody asked for another protocol. */
static enum response_line end(struct response *response) {
  response->in_head = false;
  if (response->status == 101) return refuse(response, "the server changes to another protocol, unasked");
  if (response->status < 200) return RESPONSE_MORE;
  /* No request has a TE header (RFC 9112 6.1). libcurl 8 refuses this itself. */
  if (response->is_transfer_coded) return refuse(response, "the body has a transfer coding that was not asked for");
  bool counts = !response->is_chunked && response->status != 204 && response->status != 304;
  if (response->encoding && !is_coded(response)) response->encoding = NULL;
  if (response->length_differs && counts) return refuse(response, "Content-Length is not one number");
  return RESPONSE_END;
}

enum response_line response_line(struct response *response, const char *line, size_t size) {
  response->header_bytes += size;
  if (response->header_bytes > RESPONSE_HEADERS_MAX) return refuse(response, "the response's headers do not end");
  if (!response->in_head) return begin(response, line, size);
  if (size && (line[0] == '\r' || line[0] == '\n')) return end(response);
  return take(response, line, size) ? RESPONSE_MORE : RESPONSE_NOMEM;
}

bool response_tells_size(const struct response *response) {
  return response->has_length && !response->encoding;
}
