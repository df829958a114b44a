/* Which bytes are stored already, or are being stored, and in which row of the manifest that stands. */
#ifndef SEINE_CLI_DEDUP_H
#define SEINE_CLI_DEDUP_H

#include "base/fingerprint_table.h"

#include <sys/queue.h>

struct dedup;
struct dedup_claim; /* bytes that are being stored for the first time */

/* Kept in whatever waits for a first copy. */
struct dedup_waiter {
  STAILQ_ENTRY(dedup_waiter) link;
};
STAILQ_HEAD(dedup_waiters, dedup_waiter);

enum dedup_answer {
  DEDUP_NEW, /* never seen */
  DEDUP_CLAIMED, /* a first copy is on its way to the disk */
  DEDUP_STORED, /* its row, at `offset`, has to be compared: only a fingerprint is kept here */
  DEDUP_OTHER /* other bytes with the same fingerprint are on their way: store these without a claim */
};

/* `key` is borrowed until dedup_free. */
struct dedup *dedup_new(const struct fingerprint_key *key);
void dedup_free(struct dedup *dedup); /* NULL is fine; no claim may be left */

enum dedup_answer dedup_find(const struct dedup *dedup, const uint8_t sha256[32], uint64_t *offset);

/* After DEDUP_NEW: the caller stores a first copy, and ends the claim by dedup_commit or dedup_abort. */
struct dedup_claim *dedup_claim(struct dedup *dedup, const uint8_t sha256[32]);
/* Whether the claim is for these bytes. */
bool dedup_claims(const struct dedup_claim *claim, const uint8_t sha256[32]);
/* After DEDUP_CLAIMED: waits for the end of that claim. The waiter stays the caller's. */
void dedup_wait(struct dedup *dedup, const uint8_t sha256[32], struct dedup_waiter *waiter);

/* The copy is stored, its row is at `offset`. Moves those who waited into `waiters`, and frees the claim. */
void dedup_commit(struct dedup *dedup, struct dedup_claim *claim, uint64_t offset, struct dedup_waiters *waiters);
/* It could not be stored; the bytes are unknown again. */
void dedup_abort(struct dedup *dedup, struct dedup_claim *claim, struct dedup_waiters *waiters);

/* From the row of an earlier run; the first row of the same bytes stays. */
void dedup_add(struct dedup *dedup, const uint8_t sha256[32], uint64_t offset);
/* The same in two steps, for whoever has others to note meanwhile: the first begins to fetch what the second
 * touches. */
uint64_t dedup_prefetch(const struct dedup *dedup, const uint8_t sha256[32]);
void dedup_add_prefetched(struct dedup *dedup, uint64_t bytes, uint64_t offset);
/* What the row at `offset` promised is not there: these bytes are unknown again. */
void dedup_forget(struct dedup *dedup, const uint8_t sha256[32], uint64_t offset);

size_t dedup_count(const struct dedup *dedup);

#endif
