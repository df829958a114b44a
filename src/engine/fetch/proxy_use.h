/* A fetch's way through a proxy. */
#ifndef SEINE_ENGINE_PROXY_USE_H
#define SEINE_ENGINE_PROXY_USE_H

#include "proxy/proxy_fault.h"
#include "fetch/engine_state.h"

/* Whose fault the outcome is. The fetch has a proxy, and its attempt the response. */
enum proxy_fault proxy_use_fault(const struct seine_fetch *fetch, const struct outcome *outcome);

/* Tells the proxy of the fetch, if it has one, what the attempt says of it; the fetch has none after this. */
void proxy_use_report(struct seine_fetch *fetch, enum proxy_fault fault);

/* The same where it never came to a word about the proxy. */
void proxy_use_return(struct seine_fetch *fetch);

#endif
