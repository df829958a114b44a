/* A table of 64-bit fingerprints in segments, for sets and maps of tens of millions of entries. */
#include "base/fingerprint_table.h"
#include "base/xalloc.h"

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

struct fingerprint_table {
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

static uint64_t *key_at(const struct fingerprint_table *fingerprint_table, const struct segment *segment, size_t at) {
  return &segment->places[at << fingerprint_table->shift];
}

static size_t place_bytes(const struct fingerprint_table *fingerprint_table) {
  return sizeof(uint64_t) << fingerprint_table->shift;
}

/* Where the key is, or the free place where it would be. The segment has a free place always. */
static size_t probe(const struct fingerprint_table *fingerprint_table, const struct segment *segment, uint64_t key) {
  size_t at = home(segment, key);
  for (uint64_t found; (found = *key_at(fingerprint_table, segment, at)) && !same(found, key);)
    if (++at == segment->capacity) at = 0;
  return at;
}

static void copy_place(const struct fingerprint_table *fingerprint_table, uint64_t *to, const uint64_t *from) {
  to[0] = from[0];
  if (fingerprint_table->shift) to[1] = from[1];
}

static void fill_slot(const struct fingerprint_table *fingerprint_table, const struct segment *segment, size_t at,
                      struct table_slot *slot) {
  slot->flags = key_at(fingerprint_table, segment, at);
  slot->value = fingerprint_table->shift ? slot->flags + 1 : NULL;
}

static void grow(struct fingerprint_table *fingerprint_table, struct segment *segment) {
  struct segment larger = {.count = segment->count};
  larger.capacity = segment->capacity ? segment->capacity + segment->capacity / 2 : SMALLEST;
  larger.places = xcalloc(larger.capacity, place_bytes(fingerprint_table));
  for (size_t i = 0; i < segment->capacity; i++) {
    const uint64_t *key = key_at(fingerprint_table, segment, i);
    if (*key)
      copy_place(fingerprint_table, key_at(fingerprint_table, &larger, probe(fingerprint_table, &larger, *key)), key);
  }
  fingerprint_table->bytes += (larger.capacity - segment->capacity) * place_bytes(fingerprint_table);
  free(segment->places);
  *segment = larger;
}

struct fingerprint_table *fingerprint_table_new(bool with_values) {
  struct fingerprint_table *fingerprint_table = xcalloc(1, sizeof *fingerprint_table);
  fingerprint_table->shift = with_values;
  fingerprint_table->bytes = sizeof *fingerprint_table;
  return fingerprint_table;
}

void fingerprint_table_free(struct fingerprint_table *fingerprint_table) {
  if (!fingerprint_table) return;
  for (size_t i = 0; i < SEGMENTS; i++)
    free(fingerprint_table->segments[i].places);
  free(fingerprint_table);
}

/* The slot lets flags and value be changed, so that constness ends here, as in strchr. */
static struct segment *segment_of(const struct fingerprint_table *fingerprint_table, uint64_t key) {
  return (struct segment *)&fingerprint_table->segments[key >> SEGMENT_SHIFT];
}

bool fingerprint_table_find(const struct fingerprint_table *fingerprint_table, uint64_t key, struct table_slot *slot) {
  key = stored_form(key);
  struct segment *segment = segment_of(fingerprint_table, key);
  if (segment->count == 0) return false;
  size_t at = probe(fingerprint_table, segment, key);
  if (!*key_at(fingerprint_table, segment, at)) return false;
  fill_slot(fingerprint_table, segment, at, slot);
  return true;
}

void fingerprint_table_prefetch(const struct fingerprint_table *fingerprint_table, uint64_t key) {
  key = stored_form(key);
  const struct segment *segment = segment_of(fingerprint_table, key);
  if (segment->count == 0) return;
  __builtin_prefetch(key_at(fingerprint_table, segment, home(segment, key)), 1);
}

bool fingerprint_table_insert(struct fingerprint_table *fingerprint_table, uint64_t key, struct table_slot *slot) {
  key = stored_form(key);
  struct segment *segment = segment_of(fingerprint_table, key);
  if (segment->capacity == 0) grow(fingerprint_table, segment);
  size_t at = probe(fingerprint_table, segment, key);
  bool is_new = !*key_at(fingerprint_table, segment, at);
  if (is_new && (segment->count + 1) * 5 > segment->capacity * 4) {
    grow(fingerprint_table, segment);
    at = probe(fingerprint_table, segment, key);
  }
  fill_slot(fingerprint_table, segment, at, slot);
  if (!is_new) return false;
  *slot->flags = key;
  if (slot->value) *slot->value = 0;
  segment->count++;
  fingerprint_table->count++;
  return true;
}

/* Closes the gap at `at` by moving back what had been pushed past it, so that no probe stops too early. */
static void close_gap(const struct fingerprint_table *fingerprint_table, struct segment *segment, size_t at) {
  size_t next = at;
  for (;;) {
    *key_at(fingerprint_table, segment, at) = 0;
    for (;;) {
      if (++next == segment->capacity) next = 0;
      uint64_t key = *key_at(fingerprint_table, segment, next);
      if (!key) return;
      size_t from = home(segment, key);
      bool stays = at <= next ? at < from && from <= next : at < from || from <= next;
      if (!stays) break;
    }
    copy_place(fingerprint_table, key_at(fingerprint_table, segment, at), key_at(fingerprint_table, segment, next));
    at = next;
  }
}

bool fingerprint_table_remove(struct fingerprint_table *fingerprint_table, uint64_t key) {
  key = stored_form(key);
  struct segment *segment = segment_of(fingerprint_table, key);
  if (segment->count == 0) return false;
  size_t at = probe(fingerprint_table, segment, key);
  if (!*key_at(fingerprint_table, segment, at)) return false;
  close_gap(fingerprint_table, segment, at);
  segment->count--;
  fingerprint_table->count--;
  return true;
}

size_t fingerprint_table_count(const struct fingerprint_table *fingerprint_table) {
  return fingerprint_table->count;
}

size_t fingerprint_table_bytes(const struct fingerprint_table *fingerprint_table) {
  return fingerprint_table->bytes;
}
