/* Whether a host's robots.txt (RFC 9309) allows a URL: fetched before the host's first URL, kept while the host is. */
#ifndef SEINE_ENGINE_ROBOTS_CHECK_H
#define SEINE_ENGINE_ROBOTS_CHECK_H

#include "fetch/engine_state.h"

enum permission {
  PERMISSION_ALLOWED,
  PERMISSION_DISALLOWED, /* robots.txt disallows it */
  PERMISSION_UNKNOWN, /* robots.txt could not be read, which disallows all for a while (RFC 9309 section 2.3.1.4) */
  PERMISSION_PENDING /* robots.txt was requested; the host's queue waits for it */
};

/* May start the fetch of robots.txt. */
enum permission robots_check(struct seine_fetch *fetch);

#endif
