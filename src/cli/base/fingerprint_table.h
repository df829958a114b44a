/* Keyed 64-bit fingerprints, and a table of them that grows a small piece at a time. */
#ifndef SEINE_CLI_FINGERPRINT_TABLE_H
#define SEINE_CLI_FINGERPRINT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The key of a run. It is random, so that nobody who chooses URLs or bytes can choose their fingerprints. */
struct fingerprint_key {
  uint8_t bytes[16];
};

void fingerprint_key_draw(struct fingerprint_key *key);
uint64_t fingerprint(const struct fingerprint_key *key, const void *data, size_t size);

/* The two lowest bits of a fingerprint are not compared: they are the caller's flags, kept with the entry. */
#define TABLE_FLAGS ((uint64_t)3)

/* Open addressing in 256 segments. A segment is between 53% and 80% full once it has grown (by half each time), so that
 * an entry costs 10 to 15 bytes, or 20 to 30 with a value, and growing copies 1/256 of the whole. */
struct fingerprint_table;

struct table_slot {
  uint64_t *flags; /* the stored fingerprint; only its TABLE_FLAGS may be changed */
  uint64_t *value; /* NULL in a table without values */
};

struct fingerprint_table *fingerprint_table_new(bool with_values);
void fingerprint_table_free(struct fingerprint_table *fingerprint_table); /* NULL is fine */

/* Slots are valid until the next insertion or removal. */
bool fingerprint_table_find(const struct fingerprint_table *fingerprint_table, uint64_t key, struct table_slot *slot);
/* Finds the entry or makes it, with the flags of `key` and the value 0; true if it was made. */
bool fingerprint_table_insert(struct fingerprint_table *fingerprint_table, uint64_t key, struct table_slot *slot);
bool fingerprint_table_remove(struct fingerprint_table *fingerprint_table, uint64_t key);
/* Begins to fetch what the next call for this key will look at, which lies in no cache of the processor's. */
void fingerprint_table_prefetch(const struct fingerprint_table *fingerprint_table, uint64_t key);

size_t fingerprint_table_count(const struct fingerprint_table *fingerprint_table);
size_t fingerprint_table_bytes(const struct fingerprint_table *fingerprint_table); /* allocated now */

#endif
