/* Which URLs are done with, or were met already in this run: a set of the keys that url_key gives. */
#ifndef SEINE_CLI_HISTORY_H
#define SEINE_CLI_HISTORY_H

#include "base/fingerprint_table.h"

struct history;

enum history_seen {
  HISTORY_NEW,      /* never met: it is to be fetched */
  HISTORY_REJECTED, /* likewise; an earlier run rejected it for its type */
  HISTORY_DONE,     /* an earlier run ended it well */
  HISTORY_DONE_BAD, /* an earlier run rejected it, or it failed for good */
  HISTORY_REPEATED  /* met before in this run */
};

struct history *history_new(void);
void history_free(struct history *history); /* NULL is fine */

/* Begins to fetch what the next call for this URL will look at, for whoever has others to look at meanwhile. */
void history_prefetch(const struct history *history, uint64_t url);

/* What is known of a URL; from now on it is met. */
enum history_seen history_visit(struct history *history, uint64_t url);

/* State of a URL after the rows of earlier runs. */
enum history_past {
  HISTORY_PAST_OPEN, /* to be fetched */
  HISTORY_PAST_REJECTED, /* to be fetched again, though it was rejected for its type */
  HISTORY_PAST_GOOD,
  HISTORY_PAST_BAD
};

/* Notes a row of an earlier run. The last row of a URL counts. */
void history_add(struct history *history, uint64_t url, enum history_past past);

/* URLs that are done, or were met. */
size_t history_count(const struct history *history);
size_t history_bytes(const struct history *history);

#endif
