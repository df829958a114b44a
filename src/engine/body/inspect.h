/* Inspects bodies: media type, SHA-256 and MD5, end and size of an image. Worker thread: blocks. */
#ifndef SEINE_ENGINE_INSPECT_H
#define SEINE_ENGINE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "body/media_type.h"
#include "body/sha256_batch.h"
#include "formats/image_scan.h"

#define INSPECT_TYPE_MAX MEDIA_TYPE_MAX

/* One worker's libmagic cookies and digest: never used by two threads at once. */
struct inspector;

struct inspection {
  char type[INSPECT_TYPE_MAX]; /* an essence by its usual name; application/octet-stream if not recognised */
  uint8_t sha256[32];
  bool wants_md5; /* set by the caller: compute md5 */
  uint8_t md5[16];
  bool truncated; /* an image that does not end, or is damaged */
  bool damaged; /* truncated, and its parts contradict each other */
  uint64_t trailing_bytes; /* behind the end of an image */
  uint32_t width, height; /* of an image, as stored; 0 unknown */
};

/* 0, SEINE_ENOMEM or SEINE_ELIBRARY. */
int inspector_open(struct inspector **inspector);
void inspector_close(struct inspector *inspector); /* NULL is fine */

/* The type that the first 4 KiB of `head` show; for SVG the first 64 KiB. 0, SEINE_ENOMEM, or SEINE_ELIBRARY if
 * libmagic gave up or has no database. */
int inspector_type(struct inspector *inspector, const uint8_t *head, size_t size, char type[INSPECT_TYPE_MAX]);

/* One whole body to inspect. The caller owns the bytes and `seen`. */
struct inspect_job {
  const uint8_t *data;
  size_t size;
  struct inspection *seen; /* wants_md5 is read, the rest written */
  int error; /* 0, or as inspector_type's: nothing of `seen` counts then */
};

/* Inspects `count` bodies, at most SHA256_BATCH_MAX; sets the error of each. */
void inspector_run_many(struct inspector *inspector, struct inspect_job *jobs, size_t count);

/* Inspects one body and returns its error. */
int inspector_run(struct inspector *inspector, const uint8_t *data, size_t size, struct inspection *out);

/* Fills in what the image scan found, for a body whose type and hash were found chunk by chunk. */
void inspection_end(struct inspection *inspection, const struct image_scan *image_scan);

#endif
