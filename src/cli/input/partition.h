/* Which part of a list that is divided among machines a URL is in. Pure. */
#ifndef SEINE_CLI_PARTITION_H
#define SEINE_CLI_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARTITIONS_MOST 1000000

struct partition {
  uint32_t part, parts; /* part from 0; no parts: all is ours */
  char last[256]; /* the host that was asked for last, since hosts come in runs */
  uint32_t last_part;
};

/* From "I/N", I from 1 to N; NULL takes all. 0, or -1 if it is neither. */
int partition_set(struct partition *partition, const char *text);

/* The part of a host, a name in lower case as seine_url_parse gives it: the first 8 bytes of its SHA-256, the most
 * significant first, modulo `parts`. This is a promise to other programs, and to the next run. */
uint32_t partition_of_host(const char *host, size_t length, uint32_t parts);

/* The part of a URL; what is no http(s) URL is in the first. */
uint32_t partition_of(struct partition *partition, const char *url);

/* Whether the URL is to be fetched here. */
bool partition_takes(struct partition *partition, const char *url);

#endif
