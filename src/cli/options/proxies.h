/* Which proxies are used: those of the command line and its files, or else those of the environment. */
#ifndef SEINE_CLI_PROXIES_H
#define SEINE_CLI_PROXIES_H

#include "options/settings.h"

/* Completes engine.proxies, https_proxies and no_proxy. 0, or -1 and said so on stderr. */
int proxies_settle(struct settings *settings);

/* Frees what belongs to no option of its own: engine.https_proxies. */
void proxies_clear(struct settings *settings);

/* The first item of a list of hosts, as --no-proxy has it, that can be no host at all, with its length; NULL if there
 * is none. */
const char *proxies_odd_host(const char *list, size_t *length);

/* Overwrites user name and password of a proxy's URL with asterisks. */
void proxy_hide(char *url);

#endif
