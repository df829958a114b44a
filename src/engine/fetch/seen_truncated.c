/* Compares a complete body with a truncated image with that of an earlier attempt, by size and SHA-256. */
#include "fetch/seen_truncated.h"

#include <stdlib.h>
#include <string.h>

#include "body/body.h"

bool broken_again(struct seine_fetch *fetch) {
  const struct attempt *attempt = fetch->attempt;
  const struct body *body = attempt->body;
  if (!attempt->response.has_length && !attempt->response.is_chunked) return false;
  struct broken *broken = fetch->broken;
  if (broken && broken->size_bytes == body->total_bytes &&
      memcmp(broken->sha256, body->seen.sha256, sizeof broken->sha256) == 0)
    return true;
  if (!broken) broken = fetch->broken = calloc(1, sizeof *broken);
  if (!broken) return false; /* the next attempt is compared with nothing */
  broken->size_bytes = body->total_bytes;
  memcpy(broken->sha256, body->seen.sha256, sizeof broken->sha256);
  return false;
}
