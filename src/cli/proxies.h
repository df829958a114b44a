/* Which proxies are used: those of the command line and its files, or else those of the environment. */
#ifndef SEINE_CLI_PROXIES_H
#define SEINE_CLI_PROXIES_H

#include "options.h"

/* Completes engine.proxies, https_proxies and no_proxy. 0, or -1 and said so on stderr. */
int proxies_settle(struct settings *settings);

/* Frees what belongs to no option of its own: engine.https_proxies. */
void proxies_clear(struct settings *settings);

/* Overwrites user name and password of a proxy's URL with asterisks. */
void proxy_hide(char *url);

#endif
