/* Parses validators and Content-Range; ambiguous ones count as absent. */
#include "http/range.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "http/headers.h"
#include "http/http_date.h"

static bool is_strong(const char *etag) {
  size_t size = strlen(etag);
  return size >= 2 && etag[0] == '"' && etag[size - 1] == '"' && !memchr(etag + 1, '"', size - 2) &&
         !header_has_control(etag);
}

/* A second date of the same second could belong to other bytes (RFC 9110 8.8.2.2). */
static bool is_settled(const char *last_modified, const char *date) {
  int64_t modified, sent, now = (int64_t)time(NULL);
  return date && !header_has_control(last_modified) && http_date_read(last_modified, now, &modified) &&
         http_date_read(date, now, &sent) && sent > modified;
}

const char *range_validator(const struct response *response) {
  if (response->etag) return is_strong(response->etag) ? response->etag : NULL;
  if (!response->last_modified) return NULL;
  return is_settled(response->last_modified, response->date) ? response->last_modified : NULL;
}

bool range_is_validator(const char *text) {
  int64_t unused;
  return is_strong(text) || (!header_has_control(text) && http_date_read(text, (int64_t)time(NULL), &unused));
}

static bool read_number(const char **text, char end, uint64_t *value) {
  char *rest;
  if (!isdigit((unsigned char)**text)) return false;
  errno = 0;
  *value = strtoull(*text, &rest, 10);
  if (errno || *rest != end) return false;
  *text = rest + 1;
  return true;
}

static bool read_content_range(const char *text, uint64_t *first, uint64_t *last, uint64_t *total) {
  if (!text || strncasecmp(text, "bytes ", 6) != 0) return false;
  text += 6;
  return read_number(&text, '-', first) && read_number(&text, '/', last) && read_number(&text, '\0', total);
}

/* A 206 repeats the ETag that its 200 would have (RFC 9110 15.3.7); Last-Modified it may leave out. */
static bool is_same(const char *validator, const struct response *response) {
  if (validator[0] == '"') return response->etag && strcmp(response->etag, validator) == 0;
  return !response->etag && (!response->last_modified || strcmp(response->last_modified, validator) == 0);
}

bool range_fits(const struct range *range, const struct response *response, uint64_t *total_bytes) {
  uint64_t first, last, total;
  if (response->status != 206 || !read_content_range(response->content_range, &first, &last, &total)) return false;
  if (first != range->from_bytes || last < first || total <= last || total - last != 1) return false;
  if (range->total_bytes && total != range->total_bytes) return false;
  if (response->has_length && response->length != total - first) return false;
  if (!is_same(range->validator, response)) return false;
  *total_bytes = total;
  return true;
}

bool range_is_answered(const struct range *range, const struct response *response) {
  return range->is_own && response->status == 206;
}

enum range_holds range_holds(const char *content_range) {
  uint64_t first, last, total;
  if (read_content_range(content_range, &first, &last, &total))
    return first == 0 && total > last && total - last == 1 ? RANGE_WHOLE : RANGE_PART;
  return RANGE_UNKNOWN;
}
