/* Collects what matters of a response's headers. */
#include "response.h"

#include <errno.h>
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
    {"content-range", sizeof "content-range" - 1, offsetof(struct response, content_range), false},
    {"content-type", sizeof "content-type" - 1, offsetof(struct response, content_type), false},
    {"date", sizeof "date" - 1, offsetof(struct response, date), false},
    {"etag", sizeof "etag" - 1, offsetof(struct response, etag), false},
    {"last-modified", sizeof "last-modified" - 1, offsetof(struct response, last_modified), false},
    {"location", sizeof "location" - 1, offsetof(struct response, location), false},
    {"retry-after", sizeof "retry-after" - 1, offsetof(struct response, retry_after), false},
    {"x-robots-tag", sizeof "x-robots-tag" - 1, offsetof(struct response, robots), true},
};

#define HEADERS      (sizeof headers / sizeof *headers)
#define VALUES_LEAST 256 /* bytes: most responses need no more */

/* Lengths of those names, and of two more, as bits: most lines need no other look. */
#define LENGTHS (1u << 4 | 1u << 8 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 19)

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

static void trim(const char **text, size_t *size) {
  while (*size && is_blank(**text)) {
    ++*text;
    --*size;
  }
  while (*size && is_blank((*text)[*size - 1]))
    --*size;
}

static void begin(struct response *response, const char *line, size_t size) {
  size_t header_bytes = response->header_bytes;
  const char *space = memchr(line, ' ', size);
  response_clear(response);
  response->header_bytes = header_bytes;
  if (space) response->status = atoi(space + 1); /* libcurl ends each line with NUL, and has checked this one */
}

/* Room for so many more bytes of values. Those that are there may move. */
static bool make_room(struct response *response, size_t size) {
  if (response->room - response->used >= size) return true;
  size_t room = 2 * response->used + size;
  if (room < VALUES_LEAST) room = VALUES_LEAST;
  char *old = response->values, *values = malloc(room);
  if (!values) return false;
  if (old) memcpy(values, old, response->used);
  for (size_t i = 0; i < HEADERS; i++) {
    char **value = field(response, &headers[i]);
    if (*value) *value = values + (*value - old);
  }
  free(old);
  response->values = values;
  response->room = room;
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

static void read_length(struct response *response, const char *value) {
  char *end;
  errno = 0;
  unsigned long long length = strtoull(value, &end, 10);
  if (end == value || errno || *value == '-') return;
  response->length = length;
  response->has_length = true;
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
    read_length(response, value);
  }
  if (is_named(line, name_size, "transfer-encoding", 17)) response->is_chunked = true;
  if (response->is_chunked) response->has_length = false;
  for (size_t i = 0; i < HEADERS; i++) {
    const struct header *header = &headers[i];
    if (!is_named(line, name_size, header->name, header->name_size)) continue;
    trim(&value, &value_size);
    return keep(response, header, value, value_size);
  }
  return true;
}

enum response_line response_line(struct response *response, const char *line, size_t size) {
  response->header_bytes += size;
  if (response->header_bytes > RESPONSE_HEADERS_MAX) return RESPONSE_FLOOD;
  if (size >= 5 && (*line == 'H' || *line == 'h') && strncasecmp(line, "HTTP/", 5) == 0) {
    begin(response, line, size);
    return RESPONSE_MORE;
  }
  if (size && (line[0] == '\r' || line[0] == '\n')) return response->status >= 200 ? RESPONSE_END : RESPONSE_MORE;
  return take(response, line, size) ? RESPONSE_MORE : RESPONSE_NOMEM;
}
