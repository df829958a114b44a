/* Response headers, line by line. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/suite.h"
#include "http/response.h"

static struct response response;

/* The linker puts this before malloc (--wrap); the last of so many calls fails, none if it is 0. */
static unsigned calls_until_none;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  if (calls_until_none > 0 && --calls_until_none == 0) return NULL;
  return __real_malloc(size);
}

static void clear(void) {
  response_clear(&response);
}

/* Takes lines as libcurl hands them over; what the last one brought. */
static enum response_line take(const char *const *lines) {
  enum response_line last = RESPONSE_MORE;
  for (; *lines; lines++)
    last = response_line(&response, *lines, strlen(*lines));
  return last;
}

#define TAKE(...) take((const char *const[]){__VA_ARGS__, NULL})

START_TEST(values_are_taken_and_trimmed) {
  ck_assert_int_eq(TAKE("HTTP/1.1 200 OK\r\n", "Content-Type:   image/png \t\r\n", "CONTENT-LENGTH: 12\r\n",
                        "etag:\"x\"\r\n", "Last-Modified: now\r\n", "Location: /a\r\n", "Retry-After: 5\r\n",
                        "Content-Disposition: attachment\r\n", "X-Other: y\r\n"),
                   RESPONSE_MORE);
  ck_assert_int_eq(TAKE("\r\n"), RESPONSE_END);
  ck_assert_int_eq(response.status, 200);
  ck_assert_str_eq(response.content_type, "image/png");
  ck_assert(response.has_length);
  ck_assert_uint_eq(response.length, 12);
  ck_assert_str_eq(response.etag, "\"x\"");
  ck_assert_str_eq(response.last_modified, "now");
  ck_assert_str_eq(response.location, "/a");
  ck_assert_str_eq(response.retry_after, "5");
  ck_assert_str_eq(response.disposition, "attachment");
  ck_assert_ptr_null(response.robots);
}
END_TEST

START_TEST(interim_responses_leave_nothing) {
  ck_assert_int_eq(TAKE("HTTP/1.1 103 Early Hints\r\n", "Content-Type: text/html\r\n", "ETag: a\r\n", "\r\n"),
                   RESPONSE_MORE);
  ck_assert_int_eq(TAKE("HTTP/1.1 200 OK\r\n", "\r\n"), RESPONSE_END);
  ck_assert_ptr_null(response.content_type);
  ck_assert_ptr_null(response.etag);
  ck_assert_uint_gt(response.header_bytes, 60);
}
END_TEST

static const struct {
  const char *line;
  int status;
} status_lines[] = {
    {"HTTP/1.1 200 OK\r\n", 200},
    {"HTTP/1.0 404 Not Found\r\n", 404},
    {"HTTP/2 503 \r\n", 503},
    {"HTTP/1.1 429\r\n", 429},
    {"http/1.1 301 Moved\r\n", 301},
    {"HTTP/1.1\r\n", 0},
    {"HTTP/1.1 2000 OK\r\n", 0},
    {"HTTP/1.1 20 OK\r\n", 0},
    {"HTTP/1.1 -20 OK\r\n", 0},
    {"HTTP/1.1 099 Low\r\n", 0},
    {"HTTP/1.1 999 High\r\n", 999},
    {"HTTP/1.1 ", 0},
    {"Server: x\r\n", 0},
    {"\r\n", 0},
};

START_TEST(a_response_begins_with_a_status_line) {
  enum response_line word = TAKE(status_lines[_i].line);
  if (status_lines[_i].status) ck_assert_int_eq(response.status, status_lines[_i].status);
  ck_assert_int_eq(word, status_lines[_i].status ? RESPONSE_MORE : RESPONSE_FAULT);
  ck_assert(!response.fault == (word == RESPONSE_MORE));
}
END_TEST

/* Amid the headers, a line that looks like a status line is a header like others. */
START_TEST(a_status_line_counts_only_where_one_is_due) {
  ck_assert_int_eq(TAKE("HTTP/1.1 200 OK\r\n", "ETag: a\r\n", "HTTP/x: 404\r\n", "HTTP/1.1 101 Other\r\n"),
                   RESPONSE_MORE);
  ck_assert_int_eq(response.status, 200);
  ck_assert_str_eq(response.etag, "a");
  ck_assert_int_eq(TAKE("\r\n"), RESPONSE_END);
  response_clear(&response);
  ck_assert_int_eq(TAKE("HTTP/1.1 100 Continue\r\n", "\r\n", "ETag: a\r\n"), RESPONSE_FAULT);
}
END_TEST

START_TEST(an_unasked_change_of_protocol_is_no_response) {
  ck_assert_int_eq(TAKE("HTTP/1.1 103 Early Hints\r\n", "\r\n", "HTTP/1.1 101 Other\r\n", "Upgrade: x\r\n", "\r\n"),
                   RESPONSE_FAULT);
  ck_assert_ptr_nonnull(strstr(response.fault, "protocol"));
}
END_TEST

START_TEST(the_first_of_two_values_holds) {
  TAKE("HTTP/1.1 200 OK\r\n", "Content-Type: image/png\r\n", "Content-Type: text/html\r\n", "Location: /a\r\n",
       "Location: /b\r\n", "\r\n");
  ck_assert_str_eq(response.content_type, "image/png");
  ck_assert_str_eq(response.location, "/a");
}
END_TEST

START_TEST(all_robots_tags_are_kept) {
  TAKE("HTTP/1.1 200 OK\r\n", "X-Robots-Tag: noindex\r\n", "x-robots-tag:\r\n", "X-Robots-Tag: noai\r\n", "\r\n");
  ck_assert_ptr_nonnull(strstr(response.robots, "noindex"));
  ck_assert_ptr_nonnull(strstr(response.robots, "noai"));
}
END_TEST

/* Joined in place or behind others; and however many there are, they take no more room than a few times their size. */
START_TEST(joined_values_are_in_order_wherever_they_stand) {
  char line[64], joined[RESPONSE_HEADERS_MAX] = "a0";
  size_t size = 2;
  TAKE("HTTP/1.1 200 OK\r\n", "X-Robots-Tag: a0\r\n");
  for (int i = 1; i < 10000; i++) {
    if (i == 500) TAKE("ETag: \"x\"\r\n");
    if (i == 700) TAKE("Location: /a\r\n", "ETag: \"y\"\r\n");
    snprintf(line, sizeof line, "X-Robots-Tag: a%d\r\n", i);
    ck_assert_int_eq(response_line(&response, line, strlen(line)), RESPONSE_MORE);
    size += (size_t)sprintf(joined + size, "\na%d", i);
  }
  ck_assert_str_eq(response.robots, joined);
  ck_assert_str_eq(response.etag, "\"x\"");
  ck_assert_str_eq(response.location, "/a");
  ck_assert_uint_lt(response.capacity, 8 * size);
}
END_TEST

static const struct {
  const char *lines[2];
  bool has;
  uint64_t length;
  enum response_line end;
} lengths[] = {
    {{"Content-Length: 0\r\n"}, true, 0, RESPONSE_END},
    {{"Content-Length: 007\r\n"}, true, 7, RESPONSE_END},
    {{"Content-Length: 922337203685477579\r\n"}, true, 922337203685477579, RESPONSE_END},
    {{"Content-Lengths: 5\r\n"}, false, 0, RESPONSE_END},
    {{"Content-Length 5\r\n"}, false, 0, RESPONSE_END},
    /* the same number again is none too many */
    {{"Content-Length: 5\r\n", "content-length: 5\r\n"}, true, 5, RESPONSE_END},
    {{"Content-Length: 5, 5\r\n", "Content-Length: 05\r\n"}, true, 5, RESPONSE_END},
    /* and all else is none */
    {{"Content-Length: 5\r\n", "Content-Length: 6\r\n"}, true, 6, RESPONSE_FAULT},
    {{"Content-Length: 5, 6\r\n"}, true, 6, RESPONSE_FAULT},
    {{"Content-Length: 5 5\r\n"}, true, 5, RESPONSE_FAULT},
    {{"Content-Length: 5,\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length: +5\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length: -5\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length: 0x5\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length: 5;\r\n"}, true, 5, RESPONSE_FAULT},
    {{"Content-Length: many\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length:\r\n"}, true, 0, RESPONSE_FAULT},
    {{"Content-Length: 18446744073709551621\r\n", "Content-Length: 5\r\n"}, true, 5, RESPONSE_FAULT},
};

START_TEST(a_length_is_one_number) {
  TAKE("HTTP/1.1 200 OK\r\n", lengths[_i].lines[0]);
  if (lengths[_i].lines[1]) TAKE(lengths[_i].lines[1]);
  ck_assert_int_eq(TAKE("\r\n"), lengths[_i].end);
  ck_assert_msg(response.has_length == lengths[_i].has, "%s", lengths[_i].lines[0]);
  if (lengths[_i].end == RESPONSE_END) ck_assert_uint_eq(response.length, lengths[_i].length);
}
END_TEST

/* Where the length of a body does not follow from it, it may be what it likes (RFC 9112 6.3). */
START_TEST(a_length_that_does_not_count_is_no_fault) {
  ck_assert_int_eq(TAKE("HTTP/1.1 204 None\r\n", "Content-Length: 5\r\n", "Content-Length: 6\r\n", "\r\n"),
                   RESPONSE_END);
  response_clear(&response);
  ck_assert_int_eq(TAKE("HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "Content-Length: 6\r\n",
                        "Transfer-Encoding: chunked\r\n", "\r\n"),
                   RESPONSE_END);
}
END_TEST

/* The chunks say how long the body is, and a Content-Length beside them says nothing (RFC 9112 6.3). */
START_TEST(a_length_beside_chunks_does_not_count) {
  TAKE("HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "\r\n");
  ck_assert(!response.has_length);
  response_clear(&response);
  TAKE("HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 7\r\n", "\r\n");
  ck_assert(!response.has_length);
}
END_TEST

START_TEST(headers_without_end_are_a_flood) {
  enum response_line word = TAKE("HTTP/1.1 200 OK\r\n");
  size_t count = 0;
  while (word == RESPONSE_MORE && count < 1000000) {
    word = TAKE("X-Filler: 0123456789012345678901234567890123456789\r\n");
    count++;
  }
  ck_assert_int_eq(word, RESPONSE_FAULT);
  ck_assert_uint_lt(count, 2 * RESPONSE_HEADERS_MAX / 50);
}
END_TEST

START_TEST(interim_responses_without_end_are_a_flood) {
  enum response_line word = RESPONSE_MORE;
  size_t count = 0;
  while (word == RESPONSE_MORE && count++ < 1000000)
    word = TAKE("HTTP/1.1 103 Early Hints\r\n", "\r\n");
  ck_assert_int_eq(word, RESPONSE_FAULT);
}
END_TEST

/* Lines are not always ended, and need not be text. */
START_TEST(arbitrary_lines_are_no_harm) {
  unsigned seed = (unsigned)getpid();
  printf("seed %u\n", seed);
  srandom(seed);
  for (int i = 0; i < 20000; i++) {
    size_t size = (size_t)random() % 40;
    char *line = malloc(size + 1); /* ends with NUL, as libcurl's do */
    for (size_t k = 0; k < size; k++)
      line[k] = (char)(random() % 4 ? "HTTP/1 :\r\n\tcontent-length5"[random() % 25] : (char)random());
    line[size] = '\0';
    response_line(&response, line, size);
    free(line);
    if (i % 500 == 0) response_clear(&response);
  }
}
END_TEST

/* An answer without one of its values would be another: that there was no room is told, and what is there stays. */
START_TEST(a_value_without_memory_is_told) {
  static char type[2000], place[9000];
  const char *const lines[] = {"HTTP/1.1 302 Found\r\n", "ETag: first\r\n", type, place, "X-Robots-Tag: a\r\n", "\r\n"};
  snprintf(type, sizeof type, "Content-Type: %01900d\r\n", 1);
  snprintf(place, sizeof place, "Location: %08900d\r\n", 2);
  unsigned failed = 0;
  for (unsigned n = 1;; n++) {
    enum response_line last = RESPONSE_MORE;
    clear();
    calls_until_none = n;
    for (size_t i = 0; last == RESPONSE_MORE; i++)
      last = response_line(&response, lines[i], strlen(lines[i]));
    bool none = calls_until_none == 0;
    calls_until_none = 0;
    ck_assert_int_eq(last, none ? RESPONSE_NOMEM : RESPONSE_END);
    if (response.etag) ck_assert_str_eq(response.etag, "first");
    if (response.content_type) ck_assert_uint_eq(strlen(response.content_type), 1900);
    if (response.location) ck_assert_uint_eq(strlen(response.location), 8900);
    if (!none) break;
    failed++;
  }
  ck_assert_uint_ge(failed, 2);
  ck_assert_ptr_nonnull(response.location);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("response");
  TCase *tcase = tcase_create("response");
  tcase_add_checked_fixture(tcase, NULL, clear);
  tcase_add_test(tcase, values_are_taken_and_trimmed);
  tcase_add_test(tcase, a_value_without_memory_is_told);
  tcase_add_test(tcase, interim_responses_leave_nothing);
  tcase_add_loop_test(tcase, a_response_begins_with_a_status_line, 0, sizeof status_lines / sizeof *status_lines);
  tcase_add_test(tcase, a_status_line_counts_only_where_one_is_due);
  tcase_add_test(tcase, an_unasked_change_of_protocol_is_no_response);
  tcase_add_test(tcase, the_first_of_two_values_holds);
  tcase_add_test(tcase, all_robots_tags_are_kept);
  tcase_add_test(tcase, joined_values_are_in_order_wherever_they_stand);
  tcase_add_loop_test(tcase, a_length_is_one_number, 0, sizeof lengths / sizeof *lengths);
  tcase_add_test(tcase, a_length_that_does_not_count_is_no_fault);
  tcase_add_test(tcase, a_length_beside_chunks_does_not_count);
  tcase_add_test(tcase, headers_without_end_are_a_flood);
  tcase_add_test(tcase, interim_responses_without_end_are_a_flood);
  tcase_add_test(tcase, arbitrary_lines_are_no_harm);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
