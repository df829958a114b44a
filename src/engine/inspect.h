/* What bytes are: their media type by libmagic, and their SHA-256. Blocking; for workers. */
#ifndef SEINE_INSPECT_H
#define SEINE_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "media.h"

#define INSPECT_TYPE_MAX MEDIA_TYPE_MAX

/* One worker's libmagic cookies and digest: never used by two threads at once. */
struct inspector;

struct inspection {
  char type[INSPECT_TYPE_MAX]; /* an essence by its usual name; application/octet-stream if not recognised */
  uint8_t sha256[32];
};

/* Loads libmagic's database, which takes some 5 ms. 0, SEINE_ENOMEM or SEINE_ENOSYS. */
int inspector_open(struct inspector **inspector);
void inspector_close(struct inspector *inspector); /* NULL is fine */

/* The type that the first 4 KiB of `head` show. 0, or SEINE_ENOSYS if libmagic gave up. */
int inspector_type(struct inspector *inspector, const uint8_t *head, size_t size, char type[INSPECT_TYPE_MAX]);

/* Type and SHA-256 of a whole body. */
int inspector_look(struct inspector *inspector, const uint8_t *data, size_t size, struct inspection *out);

#endif
