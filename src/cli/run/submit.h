/* Items to the engine. Loop thread only. */
#ifndef SEINE_CLI_SUBMIT_H
#define SEINE_CLI_SUBMIT_H

#include "run/item.h"

/* Submits an item. If the engine refuses it, writes its row or stops the run, releases the item, and returns false. */
bool item_submit(struct item *item, const char *url);

/* Submits the URL of an item with a saved row once more, or ends it without a row if the run is ending. */
void item_fetch_again(struct item *item);

#endif
