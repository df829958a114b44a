/* The host of a URL. */
#ifndef SEINE_ENGINE_URL_HOST_H
#define SEINE_ENGINE_URL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define URL_HOST_MAX 255 /* bytes of a name; only one that is in ASCII already may be longer */

extern const char url_no_memory[]; /* a problem of its own: compare the pointer */

/* Reads a host as it stands in a URL, into the only text for it: a name in lower case and punycode, an IPv4 address as
 * four numbers, or an IPv6 address in brackets. Returns NULL with *host for the caller to free, or what is wrong, and
 * *host NULL. */
const char *url_host_read(const char *text, size_t size, char **host);

/* Returns the length of a name or an IPv4 address that url_host_read would not change and that ends where a host ends;
 * 0 for any other text, among them some that it would not change either. */
size_t url_host_canonical_length(const char *text);

#endif
