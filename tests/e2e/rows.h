/* Manifests, read strictly: keys in their order, every line whole. */
#ifndef SEINE_E2E_ROWS_H
#define SEINE_E2E_ROWS_H

#include <stdbool.h>
#include <stddef.h>

enum column {
  COLUMN_ID,
  COLUMN_URL,
  COLUMN_STATUS,
  COLUMN_PATH,
  COLUMN_SHA256,
  COLUMN_BYTES,
  COLUMN_MEDIA_TYPE,
  COLUMN_WIDTH,
  COLUMN_HEIGHT,
  COLUMN_TRAILING_BYTES,
  COLUMN_HTTP_STATUS,
  COLUMN_ERROR,
  COLUMN_MESSAGE,
  COLUMN_RETRYABLE,
  COLUMN_ATTEMPTS,
  COLUMN_FINAL_URL,
  COLUMN_CONTENT_TYPE,
  COLUMN_ETAG,
  COLUMN_LAST_MODIFIED,
  COLUMN_IP,
  COLUMN_STARTED_AT,
  COLUMN_ELAPSED_MS,
  COLUMN_INPUT,
  COLUMN_COUNT
};

struct row {
  char *fields[COLUMN_COUNT]; /* NULL: null, or an empty field of a CSV */
};

struct rows {
  struct row *rows;
  size_t count;
  char *problem; /* what is wrong with the text, NULL if nothing */
};

extern const char *const column_names[COLUMN_COUNT];

struct rows rows_read(const char *text, size_t size, bool csv);
void rows_clear(struct rows *rows);

/* The last row whose URL is this one; NULL if there is none. */
const struct row *rows_find(const struct rows *rows, const char *url);

#endif
