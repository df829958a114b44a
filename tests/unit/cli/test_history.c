/* The set of URLs that need no fetching, and the table under it. */
#include "base/fingerprint_table.h"
#include "fixtures/scale.h"
#include "fixtures/suite.h"
#include "manifest/history.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct fingerprint_key key;

/* ---- The table ---- */

#define KEYS 4096

START_TEST(a_table_is_what_was_put_into_it) {
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  bool values = _i % 2;
  printf("history: seed %u\n", seed);
  srand(seed);
  struct fingerprint_table *fingerprint_table = fingerprint_table_new(values);
  static bool present[KEYS];
  static uint64_t value[KEYS];
  memset(present, 0, sizeof present);
  size_t count = 0;
  for (int step = 0; step < scaled(200000); step++) {
    unsigned i = (unsigned)rand() % KEYS;
    /* Keys crowd into a few segments, and there into few homes, so that they push each other along. */
    uint64_t name = (uint64_t)(i % 3) << 56 | (uint64_t)(i / 3 % 7) << 50 | (uint64_t)i << 2;
    struct table_slot slot;
    ck_assert_int_eq(fingerprint_table_find(fingerprint_table, name, &slot), present[i]);
    if (present[i] && values) ck_assert_uint_eq(*slot.value, value[i]);
    if (rand() % 2) {
      ck_assert_int_eq(fingerprint_table_insert(fingerprint_table, name, &slot), !present[i]);
      if (values) *slot.value = value[i] = (uint64_t)rand();
      count += !present[i];
      present[i] = true;
    } else {
      ck_assert_int_eq(fingerprint_table_remove(fingerprint_table, name), present[i]);
      count -= present[i];
      present[i] = false;
    }
    ck_assert_uint_eq(fingerprint_table_count(fingerprint_table), count);
  }
  fingerprint_table_free(fingerprint_table);
}
END_TEST

START_TEST(flags_are_kept_and_not_compared) {
  struct fingerprint_table *fingerprint_table = fingerprint_table_new(false);
  struct table_slot slot;
  ck_assert(fingerprint_table_insert(fingerprint_table, 0, &slot)); /* the key that means a free place */
  ck_assert(fingerprint_table_insert(fingerprint_table, 0xab00000000000001, &slot));
  ck_assert(!fingerprint_table_insert(fingerprint_table, 0xab00000000000002, &slot));
  ck_assert_uint_eq(*slot.flags & TABLE_FLAGS, 1);
  *slot.flags |= 2;
  ck_assert(fingerprint_table_find(fingerprint_table, 0xab00000000000000, &slot));
  ck_assert_uint_eq(*slot.flags & TABLE_FLAGS, 3);
  ck_assert(fingerprint_table_find(fingerprint_table, 3, &slot));
  ck_assert(fingerprint_table_remove(fingerprint_table, 0));
  ck_assert(!fingerprint_table_find(fingerprint_table, 0, &slot));
  fingerprint_table_free(fingerprint_table);
}
END_TEST

/* The worst is right after every segment has grown; the fixed part is left out by beginning at a size that counts. */
START_TEST(an_entry_costs_sixteen_bytes_at_most) {
  struct fingerprint_table *fingerprint_table = fingerprint_table_new(false);
  struct table_slot slot;
  double top_hosts = 0;
  for (uint64_t i = 0, most = (uint64_t)scaled(1000000); i < most; i++) {
    fingerprint_table_insert(fingerprint_table, fingerprint(&key, &i, sizeof i), &slot);
    double bytes =
        (double)fingerprint_table_bytes(fingerprint_table) / (double)fingerprint_table_count(fingerprint_table);
    if (i > 50000 && bytes > top_hosts) top_hosts = bytes;
  }
  ck_assert_msg(top_hosts <= 16, "%f bytes an entry", top_hosts);
  fingerprint_table_free(fingerprint_table);
}
END_TEST

/* ---- URLs ---- */

enum { GOOD = 1, BAD, AGAIN, REJECTED };

/* What the rows of a URL said, in order, and what follows when it is met, and met again. */
static const struct {
  int rows[4];
  enum history_seen first;
} stories[] = {
    {{0}, HISTORY_NEW},
    {{GOOD}, HISTORY_DONE},
    {{BAD}, HISTORY_DONE_BAD},
    {{AGAIN}, HISTORY_NEW},
    {{AGAIN, GOOD}, HISTORY_DONE},
    {{GOOD, AGAIN}, HISTORY_NEW},
    {{AGAIN, BAD}, HISTORY_DONE_BAD},
    {{BAD, GOOD}, HISTORY_DONE},
    {{GOOD, BAD}, HISTORY_DONE_BAD},
    {{AGAIN, AGAIN, GOOD, AGAIN}, HISTORY_NEW},
    {{REJECTED}, HISTORY_REJECTED},
    {{GOOD, REJECTED}, HISTORY_REJECTED},
    {{REJECTED, BAD}, HISTORY_DONE_BAD},
    {{REJECTED, GOOD}, HISTORY_DONE},
    {{BAD, REJECTED, AGAIN}, HISTORY_NEW},
    {{REJECTED, REJECTED}, HISTORY_REJECTED},
};

START_TEST(the_last_row_counts) {
  struct history *history = history_new();
  uint64_t url = fingerprint(&key, "http://h/a", 10);
  static const enum history_past pasts[] = {[GOOD] = HISTORY_PAST_GOOD,
                                            [BAD] = HISTORY_PAST_BAD,
                                            [AGAIN] = HISTORY_PAST_OPEN,
                                            [REJECTED] = HISTORY_PAST_REJECTED};
  for (int i = 0; i < 4 && stories[_i].rows[i]; i++)
    history_add(history, url, pasts[stories[_i].rows[i]]);
  bool is_done = stories[_i].first == HISTORY_DONE || stories[_i].first == HISTORY_DONE_BAD;
  ck_assert_uint_eq(history_count(history), is_done);
  ck_assert_int_eq(history_visit(history, url), stories[_i].first);
  ck_assert_int_eq(history_visit(history, url), HISTORY_REPEATED);
  ck_assert_uint_eq(history_count(history), 1);
  history_free(history);
}
END_TEST

#define TABLE(test, rows) tcase_add_loop_test(tcase, test, 0, sizeof rows / sizeof *rows)

int main(void) {
  fingerprint_key_draw(&key);
  Suite *suite = suite_create("history");
  TCase *tcase = tcase_create("history");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, a_table_is_what_was_put_into_it, 0, 4);
  tcase_add_test(tcase, flags_are_kept_and_not_compared);
  tcase_add_test(tcase, an_entry_costs_sixteen_bytes_at_most);
  TABLE(the_last_row_counts, stories);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
