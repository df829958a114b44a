/* A table of 64-bit fingerprints in segments, for sets and maps of tens of millions of entries. */
#include "table.h"
#include "util.h"

#include <errno.h>
#include <sodium/crypto_shorthash.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SEGMENTS      256
#define SEGMENT_SHIFT 56
#define SMALLEST      16

/* Values, where there are any, follow the keys in the same allocation. A key of 0 is a free place. */
struct segment {
  uint64_t *keys;
  size_t capacity, count;
};

struct table {
  bool with_values;
  size_t count, bytes;
  struct segment segments[SEGMENTS];
};

void fingerprint_key_draw(struct fingerprint_key *key) {
  size_t drawn = 0;
  while (drawn < sizeof key->bytes) {
    ssize_t n = getrandom(key->bytes + drawn, sizeof key->bytes - drawn, 0);
    if (n > 0) drawn += (size_t)n;
    /* A kernel without getrandom is older than any that this is built for; an unkeyed table would still be correct. */
    if (n < 0 && errno != EINTR) break;
  }
}

uint64_t fingerprint(const struct fingerprint_key *key, const void *data, size_t size) {
  uint64_t hash;
  _Static_assert(sizeof hash == crypto_shorthash_BYTES, "SipHash gives 64 bits");
  _Static_assert(sizeof key->bytes == crypto_shorthash_KEYBYTES, "SipHash takes 128 bits");
  crypto_shorthash((unsigned char *)&hash, data, size, key->bytes);
  return hash;
}

static bool same(uint64_t a, uint64_t b) {
  return ((a ^ b) & ~TABLE_FLAGS) == 0;
}

/* All of a stored key but its flags must not be 0, which means a free place. */
static uint64_t stored_form(uint64_t key) {
  return key & ~TABLE_FLAGS ? key : key | (TABLE_FLAGS + 1);
}

static size_t home(const struct segment *segment, uint64_t key) {
  /* The bits below those that choose the segment, scaled to the capacity, which is not a power of two. */
  uint64_t bits = (key >> (SEGMENT_SHIFT - 32)) & UINT32_MAX;
  return (size_t)((bits * segment->capacity) >> 32);
}

static uint64_t *values_of(const struct table *table, const struct segment *segment) {
  return table->with_values && segment->keys ? segment->keys + segment->capacity : NULL;
}

static size_t entry_bytes(const struct table *table) {
  return (table->with_values ? 2 : 1) * sizeof(uint64_t);
}

/* Where the key is, or the free place where it would be. The segment has a free place always. */
static size_t probe(const struct segment *segment, uint64_t key) {
  size_t at = home(segment, key);
  while (segment->keys[at] && !same(segment->keys[at], key))
    if (++at == segment->capacity) at = 0;
  return at;
}

static void fill_slot(const struct table *table, struct segment *segment, size_t at, struct table_slot *slot) {
  uint64_t *values = values_of(table, segment);
  slot->flags = &segment->keys[at];
  slot->value = values ? &values[at] : NULL;
}

static void grow(struct table *table, struct segment *segment) {
  struct segment larger = {.count = segment->count};
  larger.capacity = segment->capacity ? segment->capacity + segment->capacity / 2 : SMALLEST;
  larger.keys = xcalloc(larger.capacity, entry_bytes(table));
  const uint64_t *old = values_of(table, segment);
  uint64_t *new = values_of(table, &larger);
  for (size_t i = 0; i < segment->capacity; i++) {
    if (!segment->keys[i]) continue;
    size_t at = probe(&larger, segment->keys[i]);
    larger.keys[at] = segment->keys[i];
    if (new) new[at] = old[i];
  }
  table->bytes += (larger.capacity - segment->capacity) * entry_bytes(table);
  free(segment->keys);
  *segment = larger;
}

struct table *table_new(bool with_values) {
  struct table *table = xcalloc(1, sizeof *table);
  table->with_values = with_values;
  table->bytes = sizeof *table;
  return table;
}

void table_free(struct table *table) {
  if (!table) return;
  for (size_t i = 0; i < SEGMENTS; i++)
    free(table->segments[i].keys);
  free(table);
}

bool table_find(const struct table *table, uint64_t key, struct table_slot *slot) {
  key = stored_form(key);
  /* The slot lets flags and value be changed, so that constness ends here, as in strchr. */
  struct segment *segment = (struct segment *)&table->segments[key >> SEGMENT_SHIFT];
  if (segment->count == 0) return false;
  size_t at = probe(segment, key);
  if (!segment->keys[at]) return false;
  fill_slot(table, segment, at, slot);
  return true;
}

bool table_insert(struct table *table, uint64_t key, struct table_slot *slot) {
  if (table_find(table, key, slot)) return false;
  key = stored_form(key);
  struct segment *segment = &table->segments[key >> SEGMENT_SHIFT];
  if ((segment->count + 1) * 5 > segment->capacity * 4) grow(table, segment);
  size_t at = probe(segment, key);
  segment->keys[at] = key;
  segment->count++;
  table->count++;
  fill_slot(table, segment, at, slot);
  if (slot->value) *slot->value = 0;
  return true;
}

/* Closes the gap at `at` by moving back what had been pushed past it, so that no probe stops too early. */
static void close_gap(const struct table *table, struct segment *segment, size_t at) {
  uint64_t *values = values_of(table, segment);
  size_t next = at;
  for (;;) {
    segment->keys[at] = 0;
    for (;;) {
      if (++next == segment->capacity) next = 0;
      if (!segment->keys[next]) return;
      size_t from = home(segment, segment->keys[next]);
      bool stays = at <= next ? at < from && from <= next : at < from || from <= next;
      if (!stays) break;
    }
    segment->keys[at] = segment->keys[next];
    if (values) values[at] = values[next];
    at = next;
  }
}

bool table_remove(struct table *table, uint64_t key) {
  key = stored_form(key);
  struct segment *segment = &table->segments[key >> SEGMENT_SHIFT];
  if (segment->count == 0) return false;
  size_t at = probe(segment, key);
  if (!segment->keys[at]) return false;
  close_gap(table, segment, at);
  segment->count--;
  table->count--;
  return true;
}

size_t table_count(const struct table *table) {
  return table->count;
}

size_t table_bytes(const struct table *table) {
  return table->bytes;
}
