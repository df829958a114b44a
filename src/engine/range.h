/* Whether the rest of a body can be asked for, and whether what comes is that rest (RFC 9110 13.1.5, 14). Pure. */
#ifndef ENGINE_RANGE_H
#define ENGINE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "response.h"

/* What was asked for by Range and If-Range. */
struct range {
  uint64_t from_bytes;
  uint64_t total_bytes; /* of the whole body; 0: not known */
  const char *validator;
};

/* What If-Range may name of this response: its strong ETag, or, if it has no ETag at all, a Last-Modified that is older
 * than the response by a second; NULL: nothing. Belongs to the response. */
const char *range_validator(const struct response *response);

/* Whether a 206 holds exactly the rest of the body that was begun; *total_bytes is then the size of the whole. */
bool range_fits(const struct range *range, const struct response *response, uint64_t *total_bytes);

#endif
