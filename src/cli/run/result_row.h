/* Rows of the manifest: filled from results, counted, appended. Loop thread only. */
#ifndef SEINE_CLI_RESULT_ROW_H
#define SEINE_CLI_RESULT_ROW_H

#include "run/item.h"

/* Fills the row of a result. Its texts are borrowed from both, and its URL may be run->shown_url. */
void result_row_fill(struct row *row, struct item *item, const seine_result_t *result);

/* Counts the row and appends it to the manifest. Returns its offset there. */
uint64_t result_row_write(struct run *run, const struct row *row);

/* Writes the row of a record that is no URL; `input` may be NULL. */
void result_row_bad_url(struct run *run, uint64_t id, const char *shown_url, const char *cause, const char *input);

/* Writes the saved row of an item as failed, of class io, and releases the item. */
void item_end_failed(struct item *item, const char *message);

/* Releases an item without a row: the next run fetches its URL. */
void item_end_unfinished(struct item *item);

#endif
