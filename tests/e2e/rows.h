/* Manifests, read strictly: keys in their order, every line whole. */
#ifndef SEINE_E2E_ROWS_H
#define SEINE_E2E_ROWS_H

#include "manifest/manifest_fields.h"

#include <stdbool.h>
#include <stddef.h>

enum column {
#define XX(NAME, ...) COLUMN_##NAME,
  MANIFEST_FIELDS(XX)
#undef XX
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
extern const bool column_is_always[COLUMN_COUNT]; /* never null */

struct rows rows_read(const char *text, size_t size, bool csv);
void rows_clear(struct rows *rows);

/* The last row whose URL is this one; NULL if there is none. */
const struct row *rows_find(const struct rows *rows, const char *url);

#endif
