/* What is to be sent for one request, and how it ends. */
#ifndef FAULTSERVER_RESPONSE_H
#define FAULTSERVER_RESPONSE_H

#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ending {
  ENDING_KEEP, /* the connection waits for the next request */
  ENDING_CLOSE, /* closed in order */
  ENDING_RESET, /* closed by RST */
  ENDING_HANG /* nothing more is sent until the client leaves */
};

struct response {
  struct text head; /* all bytes before the body */
  uint8_t *body; /* as on the wire, framing included; owned; NULL if empty */
  size_t body_size;
  size_t repeat_size; /* the last so many bytes of the head are sent again ... */
  uint64_t repeats; /* ... so many times; only without a body */
  uint64_t delay_ms; /* before the first byte */
  uint64_t rate; /* bytes of the body a second; 0: at once */
  uint64_t trickle_ms; /* for each byte, those of the head too; 0: at once */
  enum ending ending;
  struct text unasked; /* sent later_ms behind the response on a connection that is kept, unless a request came first */
  uint64_t later_ms;
};

void response_clear(struct response *response);

#endif
