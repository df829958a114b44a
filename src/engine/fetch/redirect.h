/* Follows redirects. */
#ifndef SEINE_ENGINE_REDIRECT_H
#define SEINE_ENGINE_REDIRECT_H

#include "fetch/fetch.h"

/* The attempt ended with a redirect: its target is queued, or the fetch ends. *cookies, those of the chain so far, are
 * moved out if it goes on. */
void redirect_follow(struct seine_fetch *fetch, struct curl_slist **cookies);

#endif
