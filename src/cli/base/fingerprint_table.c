/* A table of 64-bit fingerprints in segments, for sets and maps of tens of millions of entries. */
#include "base/fingerprint_table.h"
#include "base/util.h"

#include <errno.h>
#include <sodium/crypto_shorthash.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SEGMENTS      256
#define SEGMENT_SHIFT 56
#define SMALLEST      16

/* A place is a key, and its value beside it where there are values, so that both come from memory at once. A key of 0
 * is a free place. */
struct segment {
  uint64_t *places;
  size_t capacity, count;
};

struct table {
  unsigned shift; /* of the words of a place: 1 with values, else 0 */
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

static uint64_t *key_at(const struct table *table, const struct segment *segment, size_t at) {
  return &segment->places[at << table->shift];
}

static size_t place_bytes(const struct table *table) {
  return sizeof(uint64_t) << table->shift;
}

/* Where the key is, or the free place where it would be. The segment has a free place always. */
static size_t probe(const struct table *table, const struct segment *segment, uint64_t key) {
  size_t at = home(segment, key);
  for (uint64_t found; (found = *key_at(table, segment, at)) && !same(found, key);)
    if (++at == segment->capacity) at = 0;
  return at;
}

static void copy_place(const struct table *table, uint64_t *to, const uint64_t *from) {
  to[0] = from[0];
  if (table->shift) to[1] = from[1];
}

static void fill_slot(const struct table *table, const struct segment *segment, size_t at, struct table_slot *slot) {
  slot->flags = key_at(table, segment, at);
  slot->value = table->shift ? slot->flags + 1 : NULL;
}

static void grow(struct table *table, struct segment *segment) {
  struct segment larger = {.count = segment->count};
  larger.capacity = segment->capacity ? segment->capacity + segment->capacity / 2 : SMALLEST;
  larger.places = xcalloc(larger.capacity, place_bytes(table));
  for (size_t i = 0; i < segment->capacity; i++) {
    const uint64_t *key = key_at(table, segment, i);
    if (*key) copy_place(table, key_at(table, &larger, probe(table, &larger, *key)), key);
  }
  table->bytes += (larger.capacity - segment->capacity) * place_bytes(table);
  free(segment->places);
  *segment = larger;
}

struct table *table_new(bool with_values) {
  struct table *table = xcalloc(1, sizeof *table);
  table->shift = with_values;
  table->bytes = sizeof *table;
  return table;
}

void table_free(struct table *table) {
  if (!table) return;
  for (size_t i = 0; i < SEGMENTS; i++)
    free(table->segments[i].places);
  free(table);
}

/* The slot lets flags and value be changed, so that constness ends here, as in strchr. */
static struct segment *segment_of(const struct table *table, uint64_t key) {
  return (struct segment *)&table->segments[key >> SEGMENT_SHIFT];
}

bool table_find(const struct table *table, uint64_t key, struct table_slot *slot) {
  key = stored_form(key);
  struct segment *segment = segment_of(table, key);
  if (segment->count == 0) return false;
  size_t at = probe(table, segment, key);
  if (!*key_at(table, segment, at)) return false;
  fill_slot(table, segment, at, slot);
  return true;
}

void table_prefetch(const struct table *table, uint64_t key) {
  key = stored_form(key);
  const struct segment *segment = segment_of(table, key);
  if (segment->count == 0) return;
  __builtin_prefetch(key_at(table, segment, home(segment, key)), 1);
}

bool table_insert(struct table *table, uint64_t key, struct table_slot *slot) {
  key = stored_form(key);
  struct segment *segment = segment_of(table, key);
  if (segment->capacity == 0) grow(table, segment);
  size_t at = probe(table, segment, key);
  bool is_new = !*key_at(table, segment, at);
  if (is_new && (segment->count + 1) * 5 > segment->capacity * 4) {
    grow(table, segment);
    at = probe(table, segment, key);
  }
  fill_slot(table, segment, at, slot);
  if (!is_new) return false;
  *slot->flags = key;
  if (slot->value) *slot->value = 0;
  segment->count++;
  table->count++;
  return true;
}

/* Closes the gap at `at` by moving back what had been pushed past it, so that no probe stops too early. */
static void close_gap(const struct table *table, struct segment *segment, size_t at) {
  size_t next = at;
  for (;;) {
    *key_at(table, segment, at) = 0;
    for (;;) {
      if (++next == segment->capacity) next = 0;
      uint64_t key = *key_at(table, segment, next);
      if (!key) return;
      size_t from = home(segment, key);
      bool stays = at <= next ? at < from && from <= next : at < from || from <= next;
      if (!stays) break;
    }
    copy_place(table, key_at(table, segment, at), key_at(table, segment, next));
    at = next;
  }
}

bool table_remove(struct table *table, uint64_t key) {
  key = stored_form(key);
  struct segment *segment = segment_of(table, key);
  if (segment->count == 0) return false;
  size_t at = probe(table, segment, key);
  if (!*key_at(table, segment, at)) return false;
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
