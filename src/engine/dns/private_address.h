/* Recognises loopback, private, link-local and other non-public addresses (RFC 6890). Pure. */
#ifndef SEINE_ENGINE_PRIVATE_ADDRESS_H
#define SEINE_ENGINE_PRIVATE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* True for every address that is not a plain public unicast one, IPv4 inside IPv6 (mapped, NAT64, 6to4) seen through;
 * true also for families other than IPv4 and IPv6. */
bool address_is_private(const struct sockaddr *address);

/* The same of an address in text, without brackets; false if it is none. */
bool address_text_is_private(const char *text);

#endif
