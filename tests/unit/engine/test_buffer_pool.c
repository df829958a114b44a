/* The memory of small bodies that is kept for the next: its sizes, whom it goes to, and how much there can be. */
#include <check.h>
#include <stdlib.h>

#include "body/buffer_pool.h"
#include "fixtures/suite.h"

START_TEST(sizes_are_few_and_never_much_too_large) {
  size_t sizes = 0, last = 0;
  for (size_t bytes = 1; bytes <= 65536; bytes++) {
    size_t size = buffer_size(bytes);
    ck_assert_uint_ge(size, bytes);
    ck_assert_uint_ge(size, last);
    ck_assert_uint_eq(buffer_size(size), size);
    if (bytes > 1024) ck_assert_uint_le(size - bytes, bytes / 4);
    sizes += size != last;
    last = size;
  }
  ck_assert_uint_eq(sizes, BUFFER_SIZES);
  ck_assert_uint_eq(buffer_size(65537), 65537);
}
END_TEST

START_TEST(what_was_given_is_taken_again_by_its_size) {
  struct buffer_pool buffer_pool = {.spare_bytes = 0};
  void *small = buffer_pool_get(&buffer_pool, buffer_size(5000)), *large = buffer_pool_get(&buffer_pool, 65536);
  buffer_pool_put(&buffer_pool, small, buffer_size(5000));
  buffer_pool_put(&buffer_pool, large, 65536);
  if (buffer_pool.spare_bytes) { /* nothing is kept where a sanitizer watches */
    ck_assert_uint_eq(buffer_pool.spare_bytes, buffer_size(5000) + 65536);
    ck_assert_ptr_eq(buffer_pool_get(&buffer_pool, 65536), large);
    ck_assert_ptr_eq(buffer_pool_get(&buffer_pool, buffer_size(5000)), small);
    ck_assert_uint_eq(buffer_pool.spare_bytes, 0);
    buffer_pool_put(&buffer_pool, small, buffer_size(5000));
    buffer_pool_put(&buffer_pool, large, 65536);
  }
  buffer_pool_clear(&buffer_pool);
  ck_assert_uint_eq(buffer_pool.spare_bytes, 0);
}
END_TEST

START_TEST(only_some_sizes_and_so_many_bytes_are_kept) {
  struct buffer_pool buffer_pool = {.spare_bytes = 0};
  static void *many[1000];
  buffer_pool_put(&buffer_pool, NULL, 0);
  buffer_pool_put(&buffer_pool, malloc(5001), 5001);
  buffer_pool_put(&buffer_pool, malloc(1 << 20), 1 << 20);
  ck_assert_uint_eq(buffer_pool.spare_bytes, 0);
  for (int i = 0; i < 1000; i++)
    many[i] = buffer_pool_get(&buffer_pool, 65536);
  for (int i = 0; i < 1000; i++)
    buffer_pool_put(&buffer_pool, many[i], 65536);
  ck_assert_uint_le(buffer_pool.spare_bytes, (size_t)16 << 20);
  buffer_pool_clear(&buffer_pool);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("buffers");
  TCase *tests = tcase_create("buffers");
  tcase_add_test(tests, sizes_are_few_and_never_much_too_large);
  tcase_add_test(tests, what_was_given_is_taken_again_by_its_size);
  tcase_add_test(tests, only_some_sizes_and_so_many_bytes_are_kept);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
