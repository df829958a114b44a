/* The proxy of a fetch: reports how its attempt ended. Loop thread only. */
#ifndef SEINE_ENGINE_PROXY_USE_H
#define SEINE_ENGINE_PROXY_USE_H

#include "fetch/engine_state.h"
#include "proxy/proxy_fault.h"

/* Decides whether the proxy or the host caused the outcome. Requires fetch->proxy, and the attempt's response. */
enum proxy_fault proxy_use_fault(const struct seine_fetch *fetch, const struct outcome *outcome);

/* Reports the outcome to the proxy, if the fetch has one, and sets fetch->proxy to NULL. */
void proxy_use_report(struct seine_fetch *fetch, enum proxy_fault fault);

/* Releases the proxy without a report: the attempt says nothing about its health. Sets fetch->proxy to NULL. */
void proxy_use_return(struct seine_fetch *fetch);

#endif
