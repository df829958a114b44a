/* Which hosts are reached without a proxy: curl's NO_PROXY. Pure. */
#ifndef SEINE_ENGINE_NO_PROXY_H
#define SEINE_ENGINE_NO_PROXY_H

#include <stdbool.h>

/* list: items with commas between; NULL is none. "*" alone is every host. A name stands for itself and all below it,
 * with or without a dot before it, in any case. An address stands for itself, or with /BITS for its network. host: a
 * name, or an address, IPv6 with or without brackets. */
bool no_proxy_covers(const char *list, const char *host);

#endif
