/* The set of URLs that need no fetching: done by earlier runs, or met in this one. */
#include "history.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

/* State of an entry, in its flags. */
#define STATE_GOOD     ((uint64_t)0)
#define STATE_MET      ((uint64_t)1) /* in this run */
#define STATE_BAD      ((uint64_t)2)
#define STATE_REJECTED ((uint64_t)3) /* not done */

struct history {
  const struct fingerprint_key *key;
  struct table *urls;
  size_t rejected; /* entries in that state */
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

static void set_state(struct history *history, const struct table_slot *slot, uint64_t state) {
  history->rejected += (size_t)(state == STATE_REJECTED) - (size_t)((*slot->flags & TABLE_FLAGS) == STATE_REJECTED);
  *slot->flags = (*slot->flags & ~TABLE_FLAGS) | state;
}

enum history_seen history_meet(struct history *history, uint64_t url) {
  static const enum history_seen seen[] = {[STATE_GOOD] = HISTORY_DONE,
                                           [STATE_MET] = HISTORY_REPEATED,
                                           [STATE_BAD] = HISTORY_DONE_BAD,
                                           [STATE_REJECTED] = HISTORY_REJECTED};
  struct table_slot slot;
  if (table_insert(history->urls, (url & ~TABLE_FLAGS) | STATE_MET, &slot)) return HISTORY_NEW;
  enum history_seen found = seen[*slot.flags & TABLE_FLAGS];
  set_state(history, &slot, STATE_MET);
  return found;
}

void history_note(struct history *history, uint64_t url, enum history_past past) {
  struct table_slot slot;
  if (past == HISTORY_PAST_OPEN) {
    if (table_find(history->urls, url, &slot)) set_state(history, &slot, STATE_GOOD);
    table_remove(history->urls, url);
    return;
  }
  table_insert(history->urls, url & ~TABLE_FLAGS, &slot);
  set_state(history, &slot,
            past == HISTORY_PAST_GOOD  ? STATE_GOOD
            : past == HISTORY_PAST_BAD ? STATE_BAD
                                       : STATE_REJECTED);
}

size_t history_count(const struct history *history) {
  return table_count(history->urls) - history->rejected;
}

size_t history_bytes(const struct history *history) {
  return table_bytes(history->urls);
}
