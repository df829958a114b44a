/* The frames that the server of fuzz_http2 sends, as an input says: a line for each step, words with blanks between.
 *
 * SLOT is the number of a stream in the order of the client's requests on the connection, 0 for the connection, or
 * =N for the stream N whatever the client did. FLAGS are letters: e END_STREAM, h END_HEADERS, p PADDED, y PRIORITY, a
 * ACK; "-" for none. FIELDS are NAME=VALUE with "|" between; HEX are bytes.
 *
 *   options LETTERS          of the engine, on the first line: r robots, w several requests at once, i images alone
 *   urls N                   how many URLs are fetched; 3 if it is not said
 *   mute                     the server's own first SETTINGS, its acknowledgements and PING answers are not sent
 *   wait N                   goes on once the client has made N requests on this connection
 *   settings FLAGS ID=N ...  headers SLOT FLAGS FIELDS     continuation SLOT FLAGS FIELDS   push SLOT N FIELDS
 *   hpack SLOT FLAGS HEX     data SLOT FLAGS SIZE          text SLOT FLAGS TEXT             gif SLOT FLAGS
 *   rst SLOT CODE            goaway SLOT CODE              window SLOT N                    ping FLAGS
 *   frame TYPE FLAGS SLOT HEX (FLAGS as a number)          bytes HEX
 *   close                    ends the connection
 * Pure. */
#ifndef SEINE_TESTS_FUZZ_HTTP2_SCRIPT_H
#define SEINE_TESTS_FUZZ_HTTP2_SCRIPT_H

#include <stdbool.h>

#include "fuzz.h"

#define STEPS_MOST 64

enum step_kind {
  STEP_WAIT,
  STEP_SETTINGS,
  STEP_HEADERS,
  STEP_CONTINUATION,
  STEP_PUSH,
  STEP_HPACK,
  STEP_DATA,
  STEP_TEXT,
  STEP_GIF,
  STEP_RST,
  STEP_GOAWAY,
  STEP_WINDOW,
  STEP_PING,
  STEP_FRAME,
  STEP_BYTES,
  STEP_CLOSE
};

struct step {
  enum step_kind kind;
  bool is_fixed; /* slot is the number of a stream */
  uint32_t slot, flags, number, type;
  const char *rest; /* in the script's text, up to the line's end */
  size_t rest_size;
};

struct http2_script {
  bool robots, wide, images, mute;
  unsigned urls;
  struct step steps[STEPS_MOST];
  size_t count;
};

/* Bytes to be sent. */
struct http2_bytes {
  uint8_t *data;
  size_t size, room;
};

void http2_script_read(struct http2_script *script, const char *text, size_t size);
/* Appends what a step sends. mark tells connections apart: what a stream is sent as data is made of one letter for each
 * connection and stream. */
void http2_step_write(const struct step *step, unsigned mark, struct http2_bytes *bytes);
/* The frame header and the payload. */
void http2_frame(struct http2_bytes *bytes, uint32_t type, uint32_t flags, uint32_t stream, const void *payload,
                 size_t size);
/* The letter for a stream of the connection `mark`. */
uint8_t http2_letter(unsigned mark, uint32_t stream);

#endif
