/* The set of URLs that need no fetching: done by earlier runs, or met in this one. */
#include "history.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

/* Kept in the entries' flags. */
#define FLAG_MET ((uint64_t)1)
#define FLAG_BAD ((uint64_t)2)

struct history {
  const struct fingerprint_key *key;
  struct table *urls;
};

struct history *history_new(const struct fingerprint_key *key) {
  struct history *history = xcalloc(1, sizeof *history);
  history->key = key;
  history->urls = table_new(false);
  return history;
}

void history_free(struct history *history) {
  if (!history) return;
  table_free(history->urls);
  free(history);
}

static bool is_graphic(char c) {
  return c >= 0x20 && c < 0x7f;
}

uint64_t history_fingerprint(const struct history *history, const char *identity, size_t length) {
  static const char digits[] = "0123456789ABCDEF";
  size_t plain = 0;
  while (plain < length && is_graphic(identity[plain]))
    plain++;
  if (plain == length) return fingerprint(history->key, identity, length);

  char *encoded = xmalloc(plain + 3 * (length - plain));
  memcpy(encoded, identity, plain);
  size_t used = plain;
  for (size_t i = plain; i < length; i++) {
    unsigned char byte = (unsigned char)identity[i];
    if (is_graphic(identity[i])) {
      encoded[used++] = identity[i];
      continue;
    }
    encoded[used++] = '%';
    encoded[used++] = digits[byte >> 4];
    encoded[used++] = digits[byte & 15];
  }
  uint64_t hash = fingerprint(history->key, encoded, used);
  free(encoded);
  return hash;
}

uint64_t history_fingerprint_plain(const struct history *history, const char *identity, size_t length) {
  return fingerprint(history->key, identity, length);
}

void history_prefetch(const struct history *history, uint64_t url) {
  table_prefetch(history->urls, url);
}

enum history_seen history_meet(struct history *history, uint64_t url) {
  struct table_slot slot;
  if (table_insert(history->urls, (url & ~TABLE_FLAGS) | FLAG_MET, &slot)) return HISTORY_NEW;
  if (*slot.flags & FLAG_MET) return HISTORY_REPEATED;
  *slot.flags |= FLAG_MET;
  return *slot.flags & FLAG_BAD ? HISTORY_DONE_BAD : HISTORY_DONE;
}

void history_note(struct history *history, uint64_t url, bool done, bool good) {
  struct table_slot slot;
  if (!done) {
    table_remove(history->urls, url);
    return;
  }
  table_insert(history->urls, url & ~TABLE_FLAGS, &slot);
  *slot.flags = (*slot.flags & ~FLAG_BAD) | (good ? 0 : FLAG_BAD);
}

size_t history_count(const struct history *history) {
  return table_count(history->urls);
}

size_t history_bytes(const struct history *history) {
  return table_bytes(history->urls);
}
