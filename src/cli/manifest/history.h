/* The set of URLs that are finished, or were read already in this run, by the keys of url_key. Loop thread only, except
 * while a worker scans the manifest of earlier runs. */
#ifndef SEINE_CLI_HISTORY_H
#define SEINE_CLI_HISTORY_H

#include "base/fingerprint_table.h"

struct history;

enum history_seen {
  HISTORY_NEW, /* not read before: to be fetched */
  HISTORY_REJECTED, /* to be fetched again: an earlier run rejected it for its type */
  HISTORY_DONE, /* an earlier run ended it ok or duplicate */
  HISTORY_DONE_BAD, /* an earlier run rejected it, or it failed and is not retryable */
  HISTORY_REPEATED /* read before in this run */
};

struct history *history_new(void);
void history_free(struct history *history); /* NULL is fine */

/* Prefetches the memory that the next call for this URL reads, for callers that handle several URLs in turn. */
void history_prefetch(const struct history *history, uint64_t url);

/* Returns the state of a URL, and marks it as read in this run. */
enum history_seen history_visit(struct history *history, uint64_t url);

/* State of a URL after the rows of earlier runs. */
enum history_past {
  HISTORY_PAST_OPEN, /* to be fetched */
  HISTORY_PAST_REJECTED, /* to be fetched again, though it was rejected for its type */
  HISTORY_PAST_GOOD,
  HISTORY_PAST_BAD
};

/* Adds a row of an earlier run. The last row of a URL counts. */
void history_add(struct history *history, uint64_t url, enum history_past past);

/* URLs that are finished, or were read. */
size_t history_count(const struct history *history);
size_t history_bytes(const struct history *history);

#endif
