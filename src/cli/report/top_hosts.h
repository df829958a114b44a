/* Finds the hosts with most failed fetches, or the most frequent of other names, in memory of a fixed size. Loop thread
 * only. */
#ifndef SEINE_CLI_TOP_HOSTS_H
#define SEINE_CLI_TOP_HOSTS_H

#include "base/fingerprint_table.h"

/* Number of counters of the space-saving sketch. If all are in use, a new host replaces that with the smallest count,
 * and inherits the count. A host with more than 1 / `counters` of all failures is never missed. */
#define TOP_HOSTS_COUNTERS 1024

#define TOP_HOST_NAME_MAX 360 /* bytes of a name, its NUL included: a host, and a SHA-256 in hexadecimal behind it */

struct top_hosts;

struct top_hosts *top_hosts_new(const struct fingerprint_key *key, size_t counters); /* key is borrowed */
void top_hosts_free(struct top_hosts *top_hosts); /* NULL is fine */

/* Counts a failed fetch of a URL without userinfo. `error` is one of SEINE_E...; `reason` may be NULL. */
void top_hosts_add(struct top_hosts *top_hosts, const char *url, int error, const char *reason);
/* Counts any other name, cut to TOP_HOST_NAME_MAX. */
void top_hosts_count(struct top_hosts *top_hosts, const char *name);

struct top_host {
  const char *host; /* "https://www.example.org", with a port unless it is the default; until the next top_hosts_add */
  uint64_t failed; /* lower bound of the count */
  bool exact; /* `failed` is the count itself */
  int error; /* of the majority of failures, if there is a majority */
  const char *reason; /* of the last failure; NULL or "": not known; until the next top_hosts_add */
};

/* Lists up to `most` hosts, most failures first. Returns how many. */
size_t top_hosts_list(const struct top_hosts *top_hosts, struct top_host *hosts, size_t most);

/* Writes the host of a URL as in struct top_host, in lower case, cut to fit. False if the URL has none. */
bool top_hosts_host_of(const char *url, char *host, size_t size);

#endif
