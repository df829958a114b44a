/* The engine's own copy of the caller's options. */
#ifndef SEINE_ENGINE_OPTIONS_H
#define SEINE_ENGINE_OPTIONS_H

#include "seine.h"

/* Copies `from`, strings and lists included; an empty accept, opt_out, retry_on or no_proxy becomes NULL.
 * 0 or SEINE_ENOMEM, after which nothing needs to be cleared. */
int options_copy(seine_options_t *to, const seine_options_t *from);

/* Frees what options_copy made and zeroes the struct. Never for options that a caller filled. */
void options_clear(seine_options_t *options);

#endif
