/* Which URLs are done with, or were met already in this run: a set of fingerprints. */
#ifndef SEINE_CLI_HISTORY_H
#define SEINE_CLI_HISTORY_H

#include "table.h"

struct history;

enum history_seen {
  HISTORY_NEW,      /* never met: it is to be fetched */
  HISTORY_REJECTED, /* likewise; an earlier run rejected it for its type */
  HISTORY_DONE,     /* an earlier run ended it well */
  HISTORY_DONE_BAD, /* an earlier run rejected it, or it failed for good */
  HISTORY_REPEATED  /* met before in this run */
};

/* `key` is borrowed until history_free. */
struct history *history_new(const struct fingerprint_key *key);
void history_free(struct history *history); /* NULL is fine */

/* The fingerprint of what identifies a URL, as url_identity gives it. A character written as it is and the same one
 * percent-encoded (in capitals) are one, so that a URL read back from any manifest is the one that was written. */
uint64_t history_fingerprint(const struct history *history, const char *identity, size_t length);

/* The same where each character is written as it is, and in ASCII; nothing is looked at to make sure. */
uint64_t history_fingerprint_plain(const struct history *history, const char *identity, size_t length);

/* Begins to fetch what the next call for this URL will look at, for whoever has others to look at meanwhile. */
void history_prefetch(const struct history *history, uint64_t url);

/* What is known of a URL; from now on it is met. */
enum history_seen history_meet(struct history *history, uint64_t url);

/* State of a URL after the rows of earlier runs. */
enum history_past {
  HISTORY_PAST_OPEN, /* to be fetched */
  HISTORY_PAST_REJECTED, /* to be fetched again, though it was rejected for its type */
  HISTORY_PAST_GOOD,
  HISTORY_PAST_BAD
};

/* Notes a row of an earlier run. The last row of a URL counts. */
void history_note(struct history *history, uint64_t url, enum history_past past);

/* URLs that are done, or were met. */
size_t history_count(const struct history *history);
size_t history_bytes(const struct history *history);

#endif
