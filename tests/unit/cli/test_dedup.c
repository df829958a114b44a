/* Which bytes are held: claims, those who wait for them, and rows of earlier runs. */
#include "fixtures/suite.h"
#include "output/dedup.h"

#include <check.h>
#include <string.h>

static struct fingerprint_key key;
static const uint8_t one[32] = {1, 2, 3}, other[32] = {4, 5, 6};

static size_t count_waiters(const struct dedup_waiters *waiters) {
  size_t count = 0;
  const struct dedup_waiter *waiter;
  STAILQ_FOREACH (waiter, waiters, link)
    count++;
  return count;
}

START_TEST(a_stored_copy_is_found) {
  struct dedup *dedup = dedup_new(&key);
  struct dedup_waiters waiters;
  uint64_t offset = 0;
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_NEW);
  struct dedup_claim *claim = dedup_claim(dedup, one);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_CLAIMED);
  ck_assert_int_eq(dedup_find(dedup, other, &offset), DEDUP_NEW);
  dedup_commit(dedup, claim, 77, &waiters);
  ck_assert(STAILQ_EMPTY(&waiters));
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_STORED);
  ck_assert_uint_eq(offset, 77);
  dedup_free(dedup);
}
END_TEST

START_TEST(those_who_wait_come_in_their_order) {
  struct dedup *dedup = dedup_new(&key);
  struct dedup_waiter waiter[3];
  struct dedup_waiters waiters;
  uint64_t offset = 0;
  struct dedup_claim *claim = dedup_claim(dedup, one), *another = dedup_claim(dedup, other);
  for (size_t i = 0; i < 3; i++)
    dedup_wait(dedup, one, &waiter[i]);
  dedup_abort(dedup, another, &waiters);
  ck_assert_uint_eq(count_waiters(&waiters), 0);
  if (_i)
    dedup_commit(dedup, claim, 1, &waiters);
  else
    dedup_abort(dedup, claim, &waiters);
  ck_assert_uint_eq(count_waiters(&waiters), 3);
  ck_assert_ptr_eq(STAILQ_FIRST(&waiters), &waiter[0]);
  ck_assert_ptr_eq(STAILQ_NEXT(&waiter[1], link), &waiter[2]);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), _i ? DEDUP_STORED : DEDUP_NEW);
  ck_assert_int_eq(dedup_find(dedup, other, &offset), DEDUP_NEW);
  dedup_free(dedup);
}
END_TEST

START_TEST(the_first_row_of_earlier_runs_stays) {
  struct dedup *dedup = dedup_new(&key);
  uint64_t offset = 0;
  dedup_add(dedup, one, 100);
  dedup_add(dedup, one, 200);
  dedup_add(dedup, other, 0);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_STORED);
  ck_assert_uint_eq(offset, 100);
  ck_assert_int_eq(dedup_find(dedup, other, &offset), DEDUP_STORED);
  ck_assert_uint_eq(offset, 0);
  ck_assert_uint_eq(dedup_count(dedup), 2);
  dedup_free(dedup);
}
END_TEST

START_TEST(what_is_gone_is_forgotten_unless_it_came_back) {
  struct dedup *dedup = dedup_new(&key);
  struct dedup_waiters waiters;
  uint64_t offset = 0;
  dedup_add(dedup, one, 100);
  dedup_forget(dedup, one, 50);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_STORED);
  dedup_forget(dedup, one, 100);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_NEW);
  struct dedup_claim *claim = dedup_claim(dedup, one);
  dedup_forget(dedup, one, 100);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_CLAIMED);
  dedup_commit(dedup, claim, 300, &waiters);
  dedup_forget(dedup, one, 100);
  ck_assert_int_eq(dedup_find(dedup, one, &offset), DEDUP_STORED);
  ck_assert_uint_eq(offset, 300);
  dedup_free(dedup);
}
END_TEST

int main(void) {
  fingerprint_key_draw(&key);
  Suite *suite = suite_create("dedup");
  TCase *tcase = tcase_create("dedup");
  tcase_add_test(tcase, a_stored_copy_is_found);
  tcase_add_loop_test(tcase, those_who_wait_come_in_their_order, 0, 2);
  tcase_add_test(tcase, the_first_row_of_earlier_runs_stays);
  tcase_add_test(tcase, what_is_gone_is_forgotten_unless_it_came_back);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
