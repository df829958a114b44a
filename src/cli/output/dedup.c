/* From the fingerprint of a body's SHA-256 to the row of its first copy, with those that wait while that is stored. */
#include "output/dedup.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* Kept in the entries' flags: the value is a claim, not an offset. */
#define FLAG_CLAIM ((uint64_t)1)

struct dedup_claim {
  uint8_t sha256[32];
  struct dedup_waiters waiters;
};

struct dedup {
  const struct fingerprint_key *key;
  struct fingerprint_table *bytes;
};

struct dedup *dedup_new(const struct fingerprint_key *key) {
  struct dedup *dedup = xcalloc(1, sizeof *dedup);
  dedup->key = key;
  dedup->bytes = fingerprint_table_new(true);
  return dedup;
}

void dedup_free(struct dedup *dedup) {
  if (!dedup) return;
  fingerprint_table_free(dedup->bytes);
  free(dedup);
}

/* Keyed, rather than the digest's own first bytes: whoever chooses bodies cannot choose which of them meet here. */
static uint64_t key_of(const struct dedup *dedup, const uint8_t sha256[32]) {
  return fingerprint(dedup->key, sha256, 32) & ~TABLE_FLAGS;
}

static struct dedup_claim *claim_in(const struct table_slot *slot) {
  return *slot->flags & FLAG_CLAIM ? (struct dedup_claim *)(uintptr_t)*slot->value : NULL;
}

enum dedup_answer dedup_find(const struct dedup *dedup, const uint8_t sha256[32], uint64_t *offset) {
  struct table_slot slot;
  if (!fingerprint_table_find(dedup->bytes, key_of(dedup, sha256), &slot)) return DEDUP_NEW;
  const struct dedup_claim *claim = claim_in(&slot);
  if (claim) return memcmp(claim->sha256, sha256, 32) == 0 ? DEDUP_CLAIMED : DEDUP_OTHER;
  *offset = *slot.value;
  return DEDUP_STORED;
}

struct dedup_claim *dedup_claim(struct dedup *dedup, const uint8_t sha256[32]) {
  struct table_slot slot;
  struct dedup_claim *claim = xmalloc(sizeof *claim);
  memcpy(claim->sha256, sha256, 32);
  STAILQ_INIT(&claim->waiters);
  fingerprint_table_insert(dedup->bytes, key_of(dedup, sha256), &slot);
  *slot.flags |= FLAG_CLAIM;
  *slot.value = (uintptr_t)claim;
  return claim;
}

bool dedup_claims(const struct dedup_claim *claim, const uint8_t sha256[32]) {
  return memcmp(claim->sha256, sha256, 32) == 0;
}

void dedup_wait(struct dedup *dedup, const uint8_t sha256[32], struct dedup_waiter *waiter) {
  struct table_slot slot;
  if (!fingerprint_table_find(dedup->bytes, key_of(dedup, sha256), &slot)) return;
  struct dedup_claim *claim = claim_in(&slot);
  if (claim) STAILQ_INSERT_TAIL(&claim->waiters, waiter, link);
}

static void end_claim(struct dedup_claim *claim, struct dedup_waiters *waiters) {
  STAILQ_INIT(waiters);
  STAILQ_CONCAT(waiters, &claim->waiters);
  free(claim);
}

void dedup_commit(struct dedup *dedup, struct dedup_claim *claim, uint64_t offset, struct dedup_waiters *waiters) {
  struct table_slot slot;
  if (fingerprint_table_find(dedup->bytes, key_of(dedup, claim->sha256), &slot)) {
    *slot.flags &= ~FLAG_CLAIM;
    *slot.value = offset;
  }
  end_claim(claim, waiters);
}

void dedup_abort(struct dedup *dedup, struct dedup_claim *claim, struct dedup_waiters *waiters) {
  fingerprint_table_remove(dedup->bytes, key_of(dedup, claim->sha256));
  end_claim(claim, waiters);
}

uint64_t dedup_prefetch(const struct dedup *dedup, const uint8_t sha256[32]) {
  uint64_t key = key_of(dedup, sha256);
  fingerprint_table_prefetch(dedup->bytes, key);
  return key;
}

void dedup_add_prefetched(struct dedup *dedup, uint64_t bytes, uint64_t offset) {
  struct table_slot slot;
  if (fingerprint_table_insert(dedup->bytes, bytes, &slot)) *slot.value = offset;
}

void dedup_add(struct dedup *dedup, const uint8_t sha256[32], uint64_t offset) {
  dedup_add_prefetched(dedup, key_of(dedup, sha256), offset);
}

void dedup_forget(struct dedup *dedup, const uint8_t sha256[32], uint64_t offset) {
  struct table_slot slot;
  uint64_t key = key_of(dedup, sha256);
  if (fingerprint_table_find(dedup->bytes, key, &slot) && !claim_in(&slot) && *slot.value == offset)
    fingerprint_table_remove(dedup->bytes, key);
}

size_t dedup_count(const struct dedup *dedup) {
  return fingerprint_table_count(dedup->bytes);
}
