/* Whether the rest of a body can be asked for, and what is believed to be that rest. */
#include <check.h>
#include <string.h>

#include "fixtures/suite.h"
#include "http/range.h"

#define MOST "18446744073709551615"

/* The answer to a request for what comes from byte 100 on, of a body of 300 bytes that had the ETag "v1". */
static const struct {
  const char *content_range;
  bool fits;
} content_ranges[] = {
    {"bytes 100-299/300", true},
    {"Bytes 100-299/300", true},
    {"bytes 0100-0299/0300", true},
    {NULL, false},
    {"", false},
    {"bytes", false},
    {"bytes ", false},
    /* other units, and other forms */
    {"byte 100-299/300", false},
    {"octets 100-299/300", false},
    {"items 100-299/300", false},
    {"100-299/300", false},
    {"bytes=100-299/300", false},
    {"bytes: 100-299/300", false},
    {"bytes\t100-299/300", false},
    {"bytes  100-299/300", false},
    {"bytes 100 - 299/300", false},
    {"bytes 100-299 /300", false},
    {"bytes 100-299/300 ", false},
    {"bytes 100-299/300,", false},
    {"bytes 100-299/300, bytes 100-299/300", false},
    {"bytes 100-199/300,200-299/300", false},
    {"bytes 100-299", false},
    {"bytes 100-299/", false},
    {"bytes 100-/300", false},
    {"bytes 100/300", false},
    /* the form of a request for a suffix */
    {"bytes -200/300", false},
    {"bytes -200", false},
    /* nothing known of the whole, or of the range */
    {"bytes 100-299/*", false},
    {"bytes 100-*/300", false},
    {"bytes */300", false},
    {"bytes */*", false},
    /* signs, and digits of another kind */
    {"bytes +100-299/300", false},
    {"bytes 100-+299/300", false},
    {"bytes 100-299/+300", false},
    {"bytes 100--299/300", false},
    {"bytes 100-299/-300", false},
    {"bytes 0x64-0x12b/0x12c", false},
    {"bytes 1e2-299/300", false},
    {"bytes 100-299/300.0", false},
    /* another part, or another whole */
    {"bytes 99-299/300", false},
    {"bytes 101-299/300", false},
    {"bytes 0-299/300", false},
    {"bytes 100-298/300", false},
    {"bytes 100-300/300", false},
    {"bytes 100-299/299", false},
    {"bytes 100-299/301", false},
    {"bytes 100-300/301", false},
    {"bytes 299-100/300", false},
    {"bytes 100-99/100", false},
    /* past 64 bits */
    {"bytes 100-" MOST "/" MOST, false},
    {"bytes 100-" MOST "/0", false},
    {"bytes 100-18446744073709551616/18446744073709551617", false},
    {"bytes 18446744073709551716-18446744073709551915/18446744073709551916", false}, /* 2^64 more than what fits */
    {"bytes 100-299/18446744073709551916", false},
    {"bytes 100-299/99999999999999999999999999999999999999999", false},
};

static struct response answer(const char *content_range) {
  return (struct response){.status = 206, .content_range = (char *)content_range, .etag = (char *)"\"v1\""};
}

START_TEST(a_content_range_says_exactly_the_rest) {
  struct range range = {.from_bytes = 100, .total_bytes = 300, .validator = "\"v1\""};
  struct response response = answer(content_ranges[_i].content_range);
  uint64_t total = 0;
  ck_assert_int_eq(range_fits(&range, &response, &total), content_ranges[_i].fits);
  ck_assert_uint_eq(total, content_ranges[_i].fits ? 300 : 0);
}
END_TEST

/* Without a size that was known before, the same but for the sizes. */
static const struct {
  const char *content_range;
  uint64_t total; /* 0: it does not fit */
} open_ranges[] = {
    {"bytes 100-299/300", 300},
    {"bytes 100-300/301", 301},
    {"bytes 100-100/101", 101},
    {"bytes 100-18446744073709551614/" MOST, UINT64_MAX},
    {"bytes 100-" MOST "/0", 0},
    {"bytes 100-" MOST "/" MOST, 0},
    {"bytes 100-18446744073709551616/0", 0},
    {"bytes 100-299/*", 0},
    {"bytes 100-99/100", 0},
    {"bytes 101-299/300", 0},
};

START_TEST(the_size_of_the_whole_may_be_news) {
  struct range range = {.from_bytes = 100, .validator = "\"v1\""};
  struct response response = answer(open_ranges[_i].content_range);
  uint64_t total = 0;
  ck_assert_int_eq(range_fits(&range, &response, &total), open_ranges[_i].total != 0);
  ck_assert_uint_eq(total, open_ranges[_i].total);
}
END_TEST

#define FRIDAY   "Fri, 20 Nov 2026 08:00:00 GMT"
#define SATURDAY "Sat, 21 Nov 2026 08:00:00 GMT"

/* What else the answer says. */
static const struct {
  const char *validator, *etag, *last_modified;
  int status;
  bool has_length;
  uint64_t length;
  bool fits;
} answers[] = {
    {"\"v1\"", "\"v1\"", NULL, 206, false, 0, true},      {"\"v1\"", "\"v1\"", NULL, 206, true, 200, true},
    {"\"v1\"", "\"v1\"", SATURDAY, 206, true, 200, true}, {"\"v1\"", "\"v1\"", NULL, 206, true, 199, false},
    {"\"v1\"", "\"v1\"", NULL, 206, true, 201, false},    {"\"v1\"", "\"v1\"", NULL, 206, true, 300, false},
    {"\"v1\"", "\"v1\"", NULL, 206, true, 0, false},      {"\"v1\"", "\"v1\"", NULL, 200, true, 200, false},
    {"\"v1\"", "\"v1\"", NULL, 416, false, 0, false},     {"\"v1\"", "\"v2\"", NULL, 206, false, 0, false},
    {"\"v1\"", "\"V1\"", NULL, 206, false, 0, false},     {"\"v1\"", "W/\"v1\"", NULL, 206, false, 0, false},
    {"\"v1\"", "v1", NULL, 206, false, 0, false},         {"\"v1\"", "", NULL, 206, false, 0, false},
    {"\"v1\"", NULL, NULL, 206, false, 0, false},         {"\"v1\"", NULL, FRIDAY, 206, false, 0, false},
    {FRIDAY, NULL, FRIDAY, 206, false, 0, true},          {FRIDAY, NULL, NULL, 206, false, 0, true},
    {FRIDAY, NULL, SATURDAY, 206, false, 0, false},       {FRIDAY, "\"v1\"", FRIDAY, 206, false, 0, false},
};

START_TEST(an_answer_is_of_the_same_body) {
  struct range range = {.from_bytes = 100, .total_bytes = 300, .validator = answers[_i].validator};
  struct response response = answer("bytes 100-299/300");
  uint64_t total = 0;
  response.status = answers[_i].status;
  response.etag = (char *)answers[_i].etag;
  response.last_modified = (char *)answers[_i].last_modified;
  response.has_length = answers[_i].has_length;
  response.length = answers[_i].length;
  ck_assert_int_eq(range_fits(&range, &response, &total), answers[_i].fits);
}
END_TEST

static const struct {
  const char *etag, *last_modified, *date;
  const char *validator; /* NULL: there is none */
} firsts[] = {
    {"\"v1\"", NULL, NULL, "\"v1\""},
    {"\"v1\"", FRIDAY, SATURDAY, "\"v1\""},
    {"\"\"", NULL, NULL, "\"\""},
    {NULL, NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
    {"\"", NULL, NULL, NULL},
    {"v1", NULL, NULL, NULL},
    {"\"v1", NULL, NULL, NULL},
    {"\"v\"1\"", NULL, NULL, NULL},
    {"W/\"v1\"", NULL, NULL, NULL},
    {"W/\"v1\"", FRIDAY, SATURDAY, NULL}, /* a date is not better than a tag that says that it is weak */
    {NULL, FRIDAY, SATURDAY, FRIDAY},
    {NULL, FRIDAY, "Fri, 20 Nov 2026 08:00:01 GMT", FRIDAY},
    {NULL, FRIDAY, FRIDAY, NULL},
    {NULL, SATURDAY, FRIDAY, NULL},
    {NULL, FRIDAY, NULL, NULL},
    {NULL, FRIDAY, "yesterday", NULL},
    {NULL, "yesterday", SATURDAY, NULL},
    /* libcurl takes a CR amid a value for a part of it */
    {"\"v1\rX-Evil: 1\"", NULL, NULL, NULL},
    {"\"v1\r\nX-Evil: 1\"", NULL, NULL, NULL},
    {"\"v\x01\"", NULL, NULL, NULL},
    {"\"v\x7f\"", NULL, NULL, NULL},
    {"\"v 1\"", NULL, NULL, "\"v 1\""},
    {NULL, "Fri,\r20 Nov 2026 08:00:00 GMT", SATURDAY, NULL},
    {NULL, FRIDAY "\r", SATURDAY, NULL},
    {NULL, FRIDAY "\n", SATURDAY, NULL},
};

START_TEST(validators_leave_no_doubt) {
  struct response response = {.status = 200,
                              .etag = (char *)firsts[_i].etag,
                              .last_modified = (char *)firsts[_i].last_modified,
                              .date = (char *)firsts[_i].date};
  ck_assert_pstr_eq(range_validator(&response), firsts[_i].validator);
}
END_TEST

static const struct {
  const char *text;
  bool is_validator;
} validators[] = {
    {"\"v1\"", true},
    {"\"\"", true},
    {"\"\xe9\"", true},
    {FRIDAY, true},
    {"", false},
    {"v1", false},
    {"W/\"v1\"", false},
    {"\"v1\"\r\nX-Evil: 1", false},
    {"\"v1\r\nX-Evil: 1\"", false},
    {"\"v1\nX-Evil: 1\"", false},
    {"\"v1\r\"", false},
    {"\"\x1b\"", false},
    {FRIDAY "\r\nX-Evil: 1", false},
    {FRIDAY "\r\n", false},
    {"\r\n" FRIDAY, false},
    {"\"v1\", \"v2\"", false},
    {"*", false},
};

START_TEST(a_text_from_a_file_may_be_no_validator) {
  ck_assert_msg(range_is_validator(validators[_i].text) == validators[_i].is_validator, "%s", validators[_i].text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("range");
  TCase *tcase = tcase_create("range");
  tcase_add_loop_test(tcase, a_content_range_says_exactly_the_rest, 0, sizeof content_ranges / sizeof *content_ranges);
  tcase_add_loop_test(tcase, the_size_of_the_whole_may_be_news, 0, sizeof open_ranges / sizeof *open_ranges);
  tcase_add_loop_test(tcase, an_answer_is_of_the_same_body, 0, sizeof answers / sizeof *answers);
  tcase_add_loop_test(tcase, validators_leave_no_doubt, 0, sizeof firsts / sizeof *firsts);
  tcase_add_loop_test(tcase, a_text_from_a_file_may_be_no_validator, 0, sizeof validators / sizeof *validators);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
