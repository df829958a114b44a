/* The allocator that the command lends to libcurl: what is taken is whole and nobody else's, and little is kept. */
#include <check.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cli_allocator.h"
#include "seine_tools.h"
#include "fixtures/suite.h"

#define HELD 600

static seine_allocator_t lent;

/* In place of the library's. */
int seine_replace_allocator(const seine_allocator_t *allocator) {
  lent = *allocator;
  return 0;
}

static struct held {
  uint8_t *memory;
  size_t size;
  uint8_t mark;
} held[HELD];

static void fill(struct held *one, uint8_t *memory, size_t size) {
  *one = (struct held){.memory = memory, .size = size, .mark = (uint8_t)rand()};
  memset(memory, one->mark, size);
}

static void check_bytes(const uint8_t *memory, size_t size, uint8_t value) {
  size_t same = 0;
  while (same < size && memory[same] == value)
    same++;
  ck_assert_uint_eq(same, size);
}

/* Mostly as small as libcurl's are, some as large as its buffers, some beyond what is kept. */
static size_t some_size(void) {
  static const size_t mosts[] = {24, 100, 100, 300, 5000, 70000, 200000};
  return (size_t)rand() % mosts[(size_t)rand() % (sizeof mosts / sizeof *mosts)];
}

static void take_one(struct held *one) {
  size_t size = some_size();
  if (rand() % 3) {
    fill(one, lent.allocate(size), size);
  } else {
    uint8_t *memory = lent.allocate_zeroed(size, 1);
    check_bytes(memory, size, 0);
    fill(one, memory, size);
  }
}

static void change_one(struct held *one) {
  size_t size = some_size() + 1, same = size < one->size ? size : one->size;
  uint8_t *memory = lent.resize(one->memory, size);
  check_bytes(memory, same, one->mark);
  fill(one, memory, size);
}

static void give_one(struct held *one) {
  check_bytes(one->memory, one->size, one->mark);
  lent.release(one->memory);
  one->memory = NULL;
}

START_TEST(pieces_stay_as_they_are_while_others_come_and_go) {
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("pieces: seed %u\n", seed);
  srand(seed);
  memory_prepare();
  for (int turn = 0; turn < 20000; turn++) {
    struct held *one = &held[rand() % HELD];
    if (!one->memory)
      take_one(one);
    else if (rand() % 4 == 0)
      change_one(one);
    else
      give_one(one);
  }
  for (size_t i = 0; i < HELD; i++)
    if (held[i].memory) give_one(&held[i]);
}
END_TEST

START_TEST(nothing_is_a_piece_too) {
  memory_prepare();
  lent.release(NULL);
  uint8_t *memory = lent.resize(NULL, 40);
  ck_assert_ptr_nonnull(memory);
  lent.release(memory);
  memory = lent.allocate(0);
  ck_assert_ptr_nonnull(memory);
  lent.release(memory);
  char *text = lent.duplicate("");
  ck_assert_str_eq(text, "");
  lent.release(text);
}
END_TEST

static size_t in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* As at the end of a run with ten thousand in flight. */
START_TEST(only_so_many_bytes_are_kept) {
  memory_prepare();
  static void *buffers[2000], *lines[200000];
  size_t before = in_use();
  if (!before) return; /* valgrind has no such figures */
  for (size_t i = 0; i < 2000; i++)
    buffers[i] = lent.allocate(65537);
  for (size_t i = 0; i < 200000; i++)
    lines[i] = lent.allocate(88);
  ck_assert_uint_gt(in_use(), before + ((size_t)100 << 20));
  for (size_t i = 0; i < 2000; i++)
    lent.release(buffers[i]);
  ck_assert_uint_lt(in_use(), before + ((size_t)28 << 20)); /* 22 MB of them are lines, which are held still */
  for (size_t i = 0; i < 200000; i++)
    lent.release(lines[i]);
  ck_assert_uint_lt(in_use(), before + ((size_t)9 << 20));
}
END_TEST

START_TEST(what_was_given_last_is_taken_first) {
  memory_prepare();
  void *pieces[100];
  for (size_t i = 0; i < 100; i++)
    pieces[i] = lent.allocate(1000);
  for (size_t i = 0; i < 100; i++)
    lent.release(pieces[i]);
  for (size_t i = 100; i-- > 0 && !MEMORY_IS_WATCHED;)
    ck_assert_ptr_eq(lent.allocate(1000), pieces[i]);
  for (size_t i = 0; i < 100 && !MEMORY_IS_WATCHED; i++)
    lent.release(pieces[i]);
}
END_TEST

static void *on_another_thread(void *memory) {
  lent.release(memory);
  return NULL;
}

START_TEST(another_thread_has_none_of_it) {
  memory_prepare();
  void *foreign = lent.allocate(88), *spare = lent.allocate(88);
  lent.release(spare);
  pthread_t thread;
  ck_assert_int_eq(pthread_create(&thread, NULL, on_another_thread, foreign), 0);
  pthread_join(thread, NULL);
  void *taken = lent.allocate(88);
  if (!MEMORY_IS_WATCHED) ck_assert_ptr_eq(taken, spare);
  lent.release(taken);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pieces");
  TCase *tests = tcase_create("pieces");
  tcase_add_loop_test(tests, pieces_stay_as_they_are_while_others_come_and_go, 0, 3);
  tcase_add_test(tests, nothing_is_a_piece_too);
  if (!MEMORY_IS_WATCHED) tcase_add_test(tests, only_so_many_bytes_are_kept);
  tcase_add_test(tests, what_was_given_last_is_taken_first);
  tcase_add_test(tests, another_thread_has_none_of_it);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
