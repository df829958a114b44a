/* Parses the header lines of a response. Pure. */
#ifndef SEINE_ENGINE_RESPONSE_H
#define SEINE_ENGINE_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESPONSE_HEADERS_MAX (256 * 1024) /* bytes of header lines in one attempt, interim responses included */

/* Header values are as sent but for white space around them; NULL where there was none. They are the response's, and
 * valid until the next line. A header that came twice
 * keeps its first value, but for robots, whose values are joined by line feeds. */
struct response {
  int status; /* of the status line read last; 0 before one */
  bool in_head; /* a status line was read, and the empty line that ends its headers is still to come */
  bool names_http2; /* its version is none of HTTP/1 */
  bool is_transfer_coded; /* by Transfer-Encoding, in more than chunks */
  bool length_differs; /* the Content-Lengths are not one and the same number */
  const char *fault; /* why this is no HTTP response, for people; NULL: it is one so far */
  size_t header_bytes; /* over all responses of the attempt */
  bool has_length, is_chunked; /* chunks say how long the body is; a length beside them does not count (RFC 9112 6.3) */
  uint64_t length; /* Content-Length, if has_length */
  char *content_range;
  char *encoding; /* Content-Encoding, but NULL where the body is as its type says */
  char *content_type;
  char *date;
  char *location;
  char *etag;
  char *last_modified;
  char *disposition;
  char *retry_after;
  char *robots; /* X-Robots-Tag */
  char *values; /* all of them, one behind the other; owned */
  size_t used, capacity; /* bytes there */
};

enum response_line {
  RESPONSE_MORE, /* go on */
  RESPONSE_END, /* the empty line of a final response: its headers are complete */
  RESPONSE_FAULT, /* this is no HTTP response: fault says why */
  RESPONSE_NOMEM
};

/* Takes one line as libcurl hands it over, line end included. A status line is due first, and after the headers of an
 * interim response; it begins anew. */
enum response_line response_line(struct response *response, const char *line, size_t size);

/* Whether Content-Length is the size of what the body decodes to. */
bool response_tells_size(const struct response *response);

/* Frees the values and zeroes the struct. */
void response_clear(struct response *response);

#endif
