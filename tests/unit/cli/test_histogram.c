/* Percentiles out of a histogram, against the truth out of a sorted array. */
#include "fixtures/suite.h"
#include "report/histogram.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define SAMPLES 20000

static struct histogram histogram;

static void fresh(void) {
  memset(&histogram, 0, sizeof histogram);
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

/* The smallest sample that per_thousand of a thousand did not exceed. */
static uint64_t truth(const uint64_t *sorted, size_t count, unsigned per_thousand) {
  size_t rank = (count * per_thousand + 999) / 1000;
  return sorted[rank > 0 ? rank - 1 : 0];
}

START_TEST(nothing_took_no_time) {
  fresh();
  ck_assert_uint_eq(histogram_at(&histogram, 500), 0);
}
END_TEST

START_TEST(small_numbers_are_exact) {
  fresh();
  for (uint64_t ms = 0; ms < 64; ms++) {
    histogram_add(&histogram, ms);
    ck_assert_uint_eq(histogram_at(&histogram, 1000), ms);
    ck_assert_uint_eq(histogram_at(&histogram, 0), 0);
  }
  ck_assert_uint_eq(histogram_at(&histogram, 500), 31);
}
END_TEST

/* The only sample is all percentiles, and comes out as it went in. */
START_TEST(one_sample_is_exact) {
  static const uint64_t samples[] = {0, 1, 63, 64, 65, 999, 123456789, UINT64_C(1) << 40, UINT64_MAX - 1, UINT64_MAX};
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    fresh();
    histogram_add(&histogram, samples[i]);
    for (unsigned at = 0; at <= 1000; at += 250)
      ck_assert_uint_eq(histogram_at(&histogram, at), samples[i]);
  }
}
END_TEST

START_TEST(neighbours_of_powers_of_two_stay_in_order) {
  for (unsigned power = 1; power < 64; power++) {
    uint64_t edge = UINT64_C(1) << power;
    fresh();
    histogram_add(&histogram, edge - 1);
    histogram_add(&histogram, edge);
    histogram_add(&histogram, edge + 1);
    ck_assert_uint_le(histogram_at(&histogram, 1), histogram_at(&histogram, 500));
    ck_assert_uint_le(histogram_at(&histogram, 500), histogram_at(&histogram, 1000));
    ck_assert_uint_ge(histogram_at(&histogram, 1), edge - 1);
    ck_assert_uint_le(histogram_at(&histogram, 1000), edge + 1);
  }
}
END_TEST

/* A number of up to `bits` bits, in which small and large ones are as likely. */
static uint64_t draw(unsigned bits) {
  uint64_t number = (uint64_t)random() << 40 ^ (uint64_t)random() << 20 ^ (uint64_t)random();
  return number >> (64 - 1 - (unsigned)random() % bits);
}

START_TEST(percentiles_are_within_a_twentieth_of_the_truth) {
  static uint64_t samples[SAMPLES];
  unsigned seed = (unsigned)uv_hrtime() + (unsigned)_i;
  printf("latency: seed %u\n", seed);
  srandom(seed);
  fresh();
  size_t count = 1 + (size_t)random() % SAMPLES;
  unsigned bits = 1 + (unsigned)random() % 60;
  for (size_t i = 0; i < count; i++)
    histogram_add(&histogram, samples[i] = draw(bits));
  qsort(samples, count, sizeof *samples, compare);
  for (unsigned at = 1; at <= 1000; at++) {
    double wanted = (double)truth(samples, count, at), found = (double)histogram_at(&histogram, at);
    ck_assert_msg(found <= wanted * 1.05 && found >= wanted * 0.95, "seed %u: %u of 1000: %.0f, not %.0f", seed, at,
                  found, wanted);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("latency");
  TCase *tcase = tcase_create("latency");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, nothing_took_no_time);
  tcase_add_test(tcase, small_numbers_are_exact);
  tcase_add_test(tcase, one_sample_is_exact);
  tcase_add_test(tcase, neighbours_of_powers_of_two_stay_in_order);
  tcase_add_loop_test(tcase, percentiles_are_within_a_twentieth_of_the_truth, 0, 20);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
