/* Bodies in a coding, in pieces of any size, taken at once or later. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fixtures/suite.h"
#include "http/content_decoder.h"

#define PLAIN_SIZE 100000

static uint8_t plain[PLAIN_SIZE], got[2 * PLAIN_SIZE];
static size_t got_size, refusals;
static unsigned calls;

static void setup(void) {
  for (size_t i = 0; i < PLAIN_SIZE; i++)
    plain[i] = (uint8_t)(i * i / 7 % 31);
  got_size = refusals = 0;
  calls = 0;
}

/* Says "not now" to every other call. */
static int on_decoded(void *user, const uint8_t *data, size_t size) {
  bool refuses = *(const bool *)user;
  if (refuses && calls++ % 2 == 0) {
    refusals++;
    return 1;
  }
  ck_assert_uint_le(got_size + size, sizeof got);
  memcpy(got + got_size, data, size);
  got_size += size;
  return 0;
}

static int feed(struct decoder *decoder, const uint8_t *data, size_t size, size_t piece, bool refuses) {
  int word = 0;
  for (size_t at = 0; at < size && word >= 0; at += piece) {
    size_t part = size - at < piece ? size - at : piece;
    while ((word = decode(decoder, data + at, part, on_decoded, &refuses)) == 1)
      ;
  }
  return word;
}

static size_t pack(int bits, uint8_t *room, size_t size) {
  z_stream stream = {.next_in = plain, .avail_in = PLAIN_SIZE, .next_out = room, .avail_out = (uInt)size};
  deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return stream.total_out;
}

static const struct {
  const char *coding;
  int bits;
} kinds[] = {{"gzip", MAX_WBITS + 16}, {"X-GZIP", MAX_WBITS + 16}, {"deflate", MAX_WBITS}, {"deflate", -MAX_WBITS}};
static const size_t free_list[] = {1, 7, 1000, 2 * PLAIN_SIZE};

START_TEST(a_body_is_decoded_whatever_its_pieces) {
  static uint8_t packed[2 * PLAIN_SIZE];
  bool no_memory;
  size_t size = pack(kinds[_i / 8].bits, packed, sizeof packed);
  struct decoder *decoder = decoder_new(kinds[_i / 8].coding, &no_memory);
  ck_assert_int_eq(feed(decoder, packed, size, free_list[_i % 4], _i / 4 % 2), 0);
  ck_assert(decoder_is_complete(decoder));
  ck_assert_uint_eq(got_size, PLAIN_SIZE);
  ck_assert_mem_eq(got, plain, PLAIN_SIZE);
  ck_assert(refusals > 0 || _i / 4 % 2 == 0);
  decoder_free(decoder);
}
END_TEST

START_TEST(one_that_ends_early_is_not_complete) {
  static uint8_t packed[2 * PLAIN_SIZE];
  bool no_memory;
  size_t size = pack(MAX_WBITS + 16, packed, sizeof packed);
  struct decoder *decoder = decoder_new("gzip", &no_memory);
  ck_assert(decoder_is_complete(decoder)); /* an empty body */
  ck_assert_int_eq(feed(decoder, packed, size - 1, 1000, false), 0);
  ck_assert(!decoder_is_complete(decoder));
  decoder_free(decoder);
}
END_TEST

START_TEST(what_follows_the_end_is_another_member_or_of_no_account) {
  static uint8_t packed[4 * PLAIN_SIZE];
  bool no_memory;
  size_t size = pack(MAX_WBITS + 16, packed, 2 * PLAIN_SIZE);
  size_t both = size + pack(MAX_WBITS + 16, packed + size, 2 * PLAIN_SIZE);
  memset(packed + both, 'x', 5000);
  struct decoder *decoder = decoder_new("gzip", &no_memory);
  ck_assert_int_eq(feed(decoder, packed, both + 5000, free_list[_i], true), 0);
  ck_assert(decoder_is_complete(decoder));
  ck_assert_uint_eq(got_size, 2 * PLAIN_SIZE);
  decoder_free(decoder);
}
END_TEST

START_TEST(a_body_that_is_in_no_coding_is_handed_on) {
  static const char *const codings[] = {"gzip", "deflate"};
  static const uint8_t jpeg[] = "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0 and so on, and so on";
  bool no_memory;
  struct decoder *decoder = decoder_new(codings[_i / 4], &no_memory);
  ck_assert_int_eq(feed(decoder, jpeg, sizeof jpeg, free_list[_i % 4], true), 0);
  ck_assert(decoder_is_complete(decoder));
  ck_assert_uint_eq(got_size, sizeof jpeg);
  ck_assert_mem_eq(got, jpeg, sizeof jpeg);
  decoder_free(decoder);
}
END_TEST

START_TEST(one_that_breaks_later_is_an_error) {
  static uint8_t packed[2 * PLAIN_SIZE];
  bool no_memory;
  size_t size = pack(MAX_WBITS + 16, packed, sizeof packed);
  packed[size - 6] ^= 1; /* the checksum */
  struct decoder *decoder = decoder_new("gzip", &no_memory);
  ck_assert_int_eq(feed(decoder, packed, size, 1000, false), DECODE_BROKEN);
  decoder_free(decoder);
}
END_TEST

/* Each byte of the first ones is damaged in turn. */
START_TEST(what_a_damaged_body_becomes_does_not_depend_on_its_pieces) {
  static uint8_t packed[2 * PLAIN_SIZE], expected[2 * PLAIN_SIZE];
  bool no_memory;
  size_t size = pack(kinds[_i].bits, packed, sizeof packed);
  for (size_t at = 0; at < 700; at++) {
    int expected_word = 0;
    size_t expected_size = 0;
    packed[at] ^= 0x55;
    for (size_t i = 0; i < sizeof free_list / sizeof *free_list; i++) {
      struct decoder *decoder = decoder_new(kinds[_i].coding, &no_memory);
      got_size = 0;
      int word = feed(decoder, packed, size, free_list[i], false);
      decoder_free(decoder);
      if (i == 0) {
        expected_word = word;
        expected_size = got_size;
        memcpy(expected, got, got_size);
      }
      ck_assert_int_eq(word, expected_word);
      if (word == 0) ck_assert_uint_eq(got_size, expected_size);
      if (word == 0) ck_assert_mem_eq(got, expected, got_size);
    }
    packed[at] ^= 0x55;
  }
}
END_TEST

/* Of libraries that need not be there. */
START_TEST(the_codings_of_optional_libraries) {
  static const struct {
    const char *coding;
    const char *bytes;
    size_t size;
  } samples[] = {
      {"br", "\x1b\x0c\0\0\x24\x15\x40\x58\x72\x10\x45\x26\xa9\xc4\x73\xfa\x13", 17},
      {"zstd", "\x28\xb5\x2f\xfd\x20\x0d\x69\0\0hello, hello\n", 22},
  };
  bool no_memory;
  struct decoder *decoder = decoder_new(samples[_i].coding, &no_memory);
  ck_assert(!no_memory);
  ck_assert(decode_is_coding(samples[_i].coding));
  if (!decoder) return;
  ck_assert_int_eq(feed(decoder, (const uint8_t *)samples[_i].bytes, samples[_i].size, 1, true), 0);
  ck_assert(decoder_is_complete(decoder));
  ck_assert_uint_eq(got_size, 13);
  ck_assert_mem_eq(got, "hello, hello\n", 13);
  decoder_free(decoder);
}
END_TEST

START_TEST(names_of_codings) {
  bool no_memory;
  ck_assert_ptr_null(decoder_new("utf-8", &no_memory));
  ck_assert_ptr_null(decoder_new("gzip, gzip", &no_memory));
  ck_assert(!no_memory);
  ck_assert(decode_is_coding("GZIP, br"));
  ck_assert(decode_is_coding("compress"));
  ck_assert(!decode_is_coding("utf-8"));
  ck_assert(!decode_is_coding("gz"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("decode");
  TCase *tcase = tcase_create("decode");
  tcase_add_checked_fixture(tcase, setup, NULL);
  tcase_add_loop_test(tcase, a_body_is_decoded_whatever_its_pieces, 0, 8 * sizeof kinds / sizeof *kinds);
  tcase_add_test(tcase, one_that_ends_early_is_not_complete);
  tcase_add_loop_test(tcase, what_follows_the_end_is_another_member_or_of_no_account, 0, 4);
  tcase_add_loop_test(tcase, a_body_that_is_in_no_coding_is_handed_on, 0, 8);
  tcase_add_test(tcase, one_that_breaks_later_is_an_error);
  tcase_add_loop_test(tcase, what_a_damaged_body_becomes_does_not_depend_on_its_pieces, 0,
                      sizeof kinds / sizeof *kinds);
  tcase_add_loop_test(tcase, the_codings_of_optional_libraries, 0, 2);
  tcase_add_test(tcase, names_of_codings);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
