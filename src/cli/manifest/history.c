/* The set of URLs that need no fetching: done by earlier runs, or met in this one. */
#include "manifest/history.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* State of an entry, in its flags. */
#define STATE_GOOD     ((uint64_t)0)
#define STATE_MET      ((uint64_t)1) /* in this run */
#define STATE_BAD      ((uint64_t)2)
#define STATE_REJECTED ((uint64_t)3) /* not done */

struct history {
  struct fingerprint_table *urls;
  size_t rejected; /* entries in that state */
};

struct history *history_new(void) {
  struct history *history = xcalloc(1, sizeof *history);
  history->urls = fingerprint_table_new(false);
  return history;
}

void history_free(struct history *history) {
  if (!history) return;
  fingerprint_table_free(history->urls);
  free(history);
}

void history_prefetch(const struct history *history, uint64_t url) {
  fingerprint_table_prefetch(history->urls, url);
}

static void set_state(struct history *history, const struct table_slot *slot, uint64_t state) {
  history->rejected += (size_t)(state == STATE_REJECTED) - (size_t)((*slot->flags & TABLE_FLAGS) == STATE_REJECTED);
  *slot->flags = (*slot->flags & ~TABLE_FLAGS) | state;
}

enum history_seen history_visit(struct history *history, uint64_t url) {
  static const enum history_seen seen[] = {[STATE_GOOD] = HISTORY_DONE,
                                           [STATE_MET] = HISTORY_REPEATED,
                                           [STATE_BAD] = HISTORY_DONE_BAD,
                                           [STATE_REJECTED] = HISTORY_REJECTED};
  struct table_slot slot;
  if (fingerprint_table_insert(history->urls, (url & ~TABLE_FLAGS) | STATE_MET, &slot)) return HISTORY_NEW;
  enum history_seen found = seen[*slot.flags & TABLE_FLAGS];
  set_state(history, &slot, STATE_MET);
  return found;
}

void history_add(struct history *history, uint64_t url, enum history_past past) {
  struct table_slot slot;
  if (past == HISTORY_PAST_OPEN) {
    if (fingerprint_table_find(history->urls, url, &slot)) set_state(history, &slot, STATE_GOOD);
    fingerprint_table_remove(history->urls, url);
    return;
  }
  fingerprint_table_insert(history->urls, url & ~TABLE_FLAGS, &slot);
  set_state(history, &slot,
            past == HISTORY_PAST_GOOD  ? STATE_GOOD
            : past == HISTORY_PAST_BAD ? STATE_BAD
                                       : STATE_REJECTED);
}

size_t history_count(const struct history *history) {
  return fingerprint_table_count(history->urls) - history->rejected;
}

size_t history_bytes(const struct history *history) {
  return fingerprint_table_bytes(history->urls);
}
