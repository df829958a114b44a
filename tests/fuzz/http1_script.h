/* What the server of fuzz_http1 sends, as an input says. Pure.
 *
 * An input is a line of letters for the engine's options (see script_options), then records. A record begins with the
 * byte 1E and a head of letters, which ends with a line feed: the path ("1" to "6" for a URL, "r" for robots.txt), then
 * in any order
 *   k, c      the connection is kept, or closed (the default)
 *   m n s f   the URL's sink: memory (the default), null, stream, file
 *   L         the last 100 bytes are sent 800 times more
 * Behind it stand the raw bytes of the response. ":00000" in them becomes the server's port. */
#ifndef SEINE_TESTS_FUZZ_HTTP1_SCRIPT_H
#define SEINE_TESTS_FUZZ_HTTP1_SCRIPT_H

#include <stdbool.h>

#include "fuzz.h"
#include "seine.h"

#define SCRIPT_MARK  0x1e
#define SCRIPT_PATHS 7 /* robots.txt and six URLs */

struct script_reply {
  uint8_t *data; /* NULL: no record */
  size_t size;
  bool keeps;
  seine_sink_t sink;
};

struct script {
  bool robots, images, wide; /* options: obey robots.txt; accept image/ alone; two requests at once to a host */
  struct script_reply replies[SCRIPT_PATHS]; /* by number; 0: robots.txt */
};

void script_read(struct script *script, const uint8_t *data, size_t size, unsigned port);
void script_clear(struct script *script);
/* The reply to a request's target: one of a record, or NULL. */
const struct script_reply *script_find(const struct script *script, const char *target, size_t size);

#endif
