/* Bodies whose bytes are stored already: their rows are written after the row of the first copy. Loop thread only. */
#ifndef SEINE_CLI_DUPLICATES_H
#define SEINE_CLI_DUPLICATES_H

#include "run/item.h"

/* Ends an item whose result is a duplicate: waits for the first copy if need be, then writes the row, or fetches the
 * URL again if there is no first copy any more. */
void duplicate_end(struct item *item, const seine_result_t *result);

/* Ends the claim of an item, if it has one, as `row` at `offset` of the manifest says: items that wait for it get their
 * rows, or fail like it; if `unfinished`, they end without a row. */
void duplicate_end_claim(struct item *item, const struct row *row, uint64_t offset, bool unfinished);

/* Gives up the claim of an item whose bytes have changed or are not stored: waiting items are fetched again. */
void duplicate_drop_claim(struct item *item);

#endif
