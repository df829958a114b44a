/* What the caller is told of a fetch. */
#ifndef SEINE_ENGINE_RESULT_H
#define SEINE_ENGINE_RESULT_H

#include "fetch/fetch.h"

/* Fills a result with what is known now; everything in it is borrowed from the fetch. */
void result_fill(const struct seine_fetch *fetch, seine_result_t *result);

#endif
