/* Whether the rest of a body can be asked for, and whether what comes is that rest (RFC 9110 13.1.5, 14). Pure. */
#ifndef SEINE_ENGINE_RANGE_H
#define SEINE_ENGINE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/response.h"

/* What was asked for by Range and If-Range. */
struct range {
  uint64_t from_bytes;
  uint64_t total_bytes; /* of the whole body; 0: not known */
  const char *validator;
  bool is_own; /* the caller's own Range asks for something else */
};

/* What If-Range may name of this response: its strong ETag, or, if it has no ETag at all, a Last-Modified that is older
 * than the response by a second; NULL: nothing. Belongs to the response. */
const char *range_validator(const struct response *response);

/* Whether a text from a file may be named by If-Range. Any other, as one with a line break, would change the request.
 */
bool range_is_validator(const char *text);

/* Whether a 206 holds exactly the rest of the body that was begun; *total_bytes is then the size of the whole. */
bool range_fits(const struct range *range, const struct response *response, uint64_t *total_bytes);

/* Whether this is a part that the caller's own Range asked for. */
bool range_is_answered(const struct range *range, const struct response *response);

/* What a 206 that nobody asked for holds, by its Content-Range: the whole, a part, or, without one that can be read,
 * perhaps the whole. */
enum range_holds { RANGE_WHOLE, RANGE_PART, RANGE_UNKNOWN };
enum range_holds range_holds(const char *content_range);

#endif
