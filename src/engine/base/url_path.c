/* Encodes the octets of a URL as browsers do (url.spec.whatwg.org), and removes dot segments. */
#include "base/url_path.h"

#include <stdint.h>
#include <string.h>

#define IN_USERINFO (1u << URL_USERINFO)
#define IN_PATH     (1u << URL_PATH)
#define IN_QUERY    (1u << URL_QUERY)
#define IN_ALL      (IN_USERINFO | IN_PATH | IN_QUERY)

/* Octets that stand for themselves. Browsers also send | [ ] raw, and ^ ` { } \ in a query; RFC 3986 has none of these,
 * and some servers answer them with 400, so they are encoded as well. "%" stays, whatever follows it. */
static const uint8_t allowed[256] = {
    ['a' ... 'z'] = IN_ALL,
    ['A' ... 'Z'] = IN_ALL,
    ['0' ... '9'] = IN_ALL,
    ['-'] = IN_ALL,
    ['.'] = IN_ALL,
    ['_'] = IN_ALL,
    ['~'] = IN_ALL,
    ['%'] = IN_ALL,
    ['!'] = IN_ALL,
    ['$'] = IN_ALL,
    ['&'] = IN_ALL,
    ['('] = IN_ALL,
    [')'] = IN_ALL,
    ['*'] = IN_ALL,
    ['+'] = IN_ALL,
    [','] = IN_ALL,
    ['\''] = IN_USERINFO | IN_PATH,
    [';'] = IN_PATH | IN_QUERY,
    ['='] = IN_PATH | IN_QUERY,
    [':'] = IN_PATH | IN_QUERY,
    ['@'] = IN_PATH | IN_QUERY,
    ['/'] = IN_QUERY, /* between the segments of a path */
    ['?'] = IN_QUERY,
};

void url_add(struct url_text *out, const char *from, size_t size) {
  memcpy(out->data + out->length, from, size);
  out->length += size;
}

void url_add_encoded(struct url_text *out, enum url_component component, const char *from, size_t size) {
  static const char digits[] = "0123456789ABCDEF";
  char *to = out->data + out->length;
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)from[i];
    if (allowed[byte] >> component & 1) {
      *to++ = (char)byte;
    } else {
      *to++ = '%';
      *to++ = digits[byte >> 4];
      *to++ = digits[byte & 15];
    }
  }
  out->length = (size_t)(to - out->data);
}

/* Returns 1 for the segment ".", 2 for "..", however their dots are written, and 0 for any other segment. */
static unsigned dots_of(const char *segment, size_t size) {
  unsigned dots = 0;
  while (size && dots < 3) {
    bool encoded = size >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] == 'e' || segment[2] == 'E');
    if (*segment != '.' && !encoded) return 0;
    size_t step = encoded ? 3 : 1;
    segment += step;
    size -= step;
    dots++;
  }
  return dots < 3 ? dots : 0;
}

static size_t segment_size(const char *from, size_t size) {
  size_t length = 0;
  while (length < size && from[length] != '/' && from[length] != '\\')
    length++;
  return length;
}

/* Backslashes separate segments, too. Each segment is written with the slash before it. */
void url_add_path(struct url_text *out, const char *from, size_t size) {
  size_t begin = out->length;
  if (size && (*from == '/' || *from == '\\')) from++, size--;
  for (bool more = true; more;) {
    size_t segment = segment_size(from, size);
    unsigned dots = dots_of(from, segment);
    more = segment < size;
    if (dots == 2) {
      while (out->length > begin && out->data[--out->length] != '/')
        continue;
    }
    if (!dots || !more) url_add(out, "/", 1);
    if (!dots) url_add_encoded(out, URL_PATH, from, segment);
    from += segment + more;
    size -= segment + more;
  }
}

size_t url_path_canonical_length(const char *path) {
  const char *at = path;
  while (*at == '/') {
    at++;
    if ((*at == '.' || *at == '%') && dots_of(at, strcspn(at, "/?"))) return 0;
    while (allowed[(unsigned char)*at] & IN_PATH)
      at++;
  }
  if (at == path) return 0;
  if (*at == '?') {
    at++;
    while (allowed[(unsigned char)*at] & IN_QUERY)
      at++;
  }
  return *at ? 0 : (size_t)(at - path);
}
