/* The hosts where most fetches failed, or other names that are counted: in memory of a fixed size, however many. */
#ifndef SEINE_CLI_TOP_HOSTS_H
#define SEINE_CLI_TOP_HOSTS_H

#include "base/fingerprint_table.h"

/* A space-saving sketch: a counter each for so many hosts; one that finds none free takes over the smallest, and its
 * count with it. A host with more than 1 in `counters` of all failures is always among them. */
#define TOP_HOSTS_COUNTERS 1024

#define TOP_HOST_NAME_MAX 360 /* bytes of a name, its NUL included: a host, and a SHA-256 in hexadecimal behind it */

struct top_hosts;

struct top_hosts *top_hosts_new(const struct fingerprint_key *key, size_t counters); /* key is borrowed */
void top_hosts_free(struct top_hosts *top_hosts); /* NULL is fine */

/* A fetch of this URL, without userinfo, failed with one of SEINE_E..., for a reason; NULL: not known. */
void top_hosts_add(struct top_hosts *top_hosts, const char *url, int error, const char *reason);
/* Counts any other name; a longer one than TOP_HOST_NAME_MAX is cut. */
void top_hosts_count(struct top_hosts *top_hosts, const char *name);

struct top_host {
  const char *host; /* "https://www.example.org", with a port that is not the scheme's own; until the next top_hosts_add */
  uint64_t failed; /* at least */
  bool exact; /* and no more than that */
  int error; /* the one that most of them ended with, if there is such a one */
  const char *reason; /* of the last failure; NULL or "" if it is not known; until the next top_hosts_add */
};

/* Lists up to `most` hosts, most failures first. Returns how many. */
size_t top_hosts_list(const struct top_hosts *top_hosts, struct top_host *hosts, size_t most);

/* The host of a URL as above, in lower case, cut to fit; false if the URL has none. */
bool top_hosts_host_of(const char *url, char *host, size_t size);

#endif
