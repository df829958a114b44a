/* Host names and addresses, and the hosts file. */
#ifndef SEINE_ENGINE_ADDRESSES_H
#define SEINE_ENGINE_ADDRESSES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#define ADDRESSES_MAX  32 /* of one name; more are left out */
#define HOST_NAME_SIZE 256 /* room for a name and its end */

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

/* The addresses of one name, at least one of them. Counted; never changed once made. Ports are 0. */
struct addresses {
  unsigned refs;
  unsigned count;
  uint64_t expires_ms; /* uv_now() of the resolver's loop; UINT64_MAX for literals, localhost and /etc/hosts */
  const char *text; /* "1.2.3.4,[::1]", as CURLOPT_RESOLVE takes them */
  const union address *list; /* in the same order */
};

/* A copy of list[0..count), with one reference, the caller's. NULL if out of memory. */
struct addresses *addresses_make(const union address *list, unsigned count, uint64_t expires_ms);
struct addresses *addresses_ref(struct addresses *addresses);
void addresses_unref(struct addresses *addresses); /* NULL is fine */

bool address_equal(const union address *a, const union address *b); /* ports left out */

/* Reads an IPv4 or IPv6 literal as inet_pton does. */
bool address_read(union address *address, const char *text);

/* Writes the name as tables hold it: lower case, no dot at the end. False for what can be no name. */
bool host_name_read(const char *text, char name[HOST_NAME_SIZE]);

/* Whether a name is one of this machine itself, whatever name servers say: localhost and names below it (RFC 6761). */
bool host_name_is_local(const char *text);

/* Whether this is a list of name servers, "192.0.2.1,[2001:db8::1]:5353": literals, with a port or without. */
bool name_servers_valid(const char *list);

/* A hosts file as it was read; zeroed before the first time. */
struct hosts_file {
  struct hosts_name *names;
  struct timespec changed;
  off_t size;
  ino_t inode;
};

/* Reads the file into `found` if it differs from `known`, and says whether it did. A file that is gone has no names.
 * Blocking. */
bool hosts_file_load(const char *path, const struct hosts_file *known, struct hosts_file *found);
struct addresses *hosts_file_find(const struct hosts_file *hosts,
                                  const char *host); /* borrowed; NULL if not named there */
void hosts_file_clear(struct hosts_file *hosts);

#endif
