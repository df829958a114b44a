/* Checksums as lists give them. */
#include <check.h>
#include <string.h>

#include "fixtures/suite.h"
#include "input/checksum.h"

#define HEX32 "000102030405060708090a0b0c0d0e0f"

static const struct {
  const char *text;
  size_t size; /* 0: refused */
} texts[] = {
    {"md5=" HEX32, 16},
    {"MD5=" HEX32, 16},
    {"md5=000102030405060708090A0B0C0D0E0F", 16},
    {"sha256=" HEX32 HEX32, 32},
    {"Sha256=" HEX32 HEX32, 32},
    {" \tmd5=" HEX32 "\t ", 16},
    {"", 0},
    {"md5", 0},
    {"md5=", 0},
    {"md5= " HEX32, 0},
    {"md5=" HEX32 "0", 0},
    {"md5=" HEX32 HEX32, 0},
    {"md5=" HEX32 " x", 0},
    {"md5=" HEX32 "\tmd5=" HEX32, 0},
    {"md5=0001020304050607", 0},
    {"md5=00010203040506070809 a0b0c0d0e0f", 0},
    {"md5=00010203040506070809xx0b0c0d0e0f", 0},
    {"sha256=" HEX32, 0},
    {"sha256=" HEX32 HEX32 "00", 0},
    {"sha256:" HEX32 HEX32, 32},
    {"md5:" HEX32, 16},
    {HEX32 HEX32, 32},
    {" " HEX32 "\t", 16},
    {HEX32 "00", 0},
    {HEX32 HEX32 "00", 0},
    {"sha1=" HEX32 "00010203", 0},
    {"sha512=" HEX32 HEX32 HEX32 HEX32, 0},
};

START_TEST(checksums_are_as_in_the_table) {
  struct checksum checksum = {0};
  int error = checksum_read(&checksum, texts[_i].text);
  ck_assert_int_eq(error, texts[_i].size ? 0 : -1);
  if (error) return;
  ck_assert_uint_eq(checksum.size, texts[_i].size);
  for (size_t i = 0; i < checksum.size; i++)
    ck_assert_uint_eq(checksum.bytes[i], i % 16);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("checksum");
  TCase *tcase = tcase_create("checksum");
  tcase_add_loop_test(tcase, checksums_are_as_in_the_table, 0, sizeof texts / sizeof texts[0]);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
