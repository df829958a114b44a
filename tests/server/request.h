/* An HTTP/1 request, taken apart. */
#ifndef FAULTSERVER_REQUEST_H
#define FAULTSERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_HEAD_MAX (128 * 1024)

struct request {
  char *memory; /* holds all strings below */
  const char *method; /* "GET" */
  const char *target; /* path and query, also where the request was made as to a proxy */
  const char *host; /* lower case, without port; "-" if none was named */
  const char *range, *if_range, *if_none_match; /* NULL if absent */
  char *head; /* the whole head as received, for /echo */
  uint64_t body_size; /* to be skipped after the head */
  bool keep_alive;
};

/* Parses what came so far: the length of the head, 0 if it has not ended yet, -1 if it is no request.
 * Only where the result is above 0 does the request need request_clear. */
long request_parse(struct request *request, const char *data, size_t size);
void request_clear(struct request *request);

#endif
