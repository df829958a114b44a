/* robots.txt that is large, hostile or random. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/suite.h"
#include "host/robots.h"

/* ---- Large and hostile ---- */

static char *repeated(const char *head, const char *line, size_t count, size_t *size) {
  size_t head_size = strlen(head), line_size = strlen(line);
  char *text = malloc(head_size + line_size * count + 1);
  memcpy(text, head, head_size + 1);
  for (size_t i = 0; i < count; i++)
    memcpy(text + head_size + i * line_size, line, line_size);
  *size = head_size + line_size * count;
  text[*size] = '\0';
  return text;
}

static struct robots *parse_repeated(const char *head, const char *line, size_t count) {
  struct robots *robots;
  size_t size;
  char *text = repeated(head, line, count, &size);
  ck_assert_int_eq(robots_parse(&robots, text, size, "seine"), 0);
  free(text);
  return robots;
}

START_TEST(a_mebibyte_of_stars_is_one_star) {
  struct robots *robots = parse_repeated("User-agent: *\nDisallow: /", "*", 1 << 20);
  ck_assert(robots_allows(robots, "/x")); /* the line has no end within the limit */
  robots_unref(robots);
  robots = parse_repeated("User-agent: *\nDisallow: /", "*", 500000);
  ck_assert(!robots_allows(robots, "/x"));
  robots_unref(robots);
}
END_TEST

START_TEST(a_million_rules_are_read_up_to_the_limit) {
  struct robots *robots = parse_repeated("User-agent: *\nDisallow: /first\n", "Disallow: /aaaa\n", 1000000);
  ck_assert(!robots_allows(robots, "/first") && !robots_allows(robots, "/aaaa") && robots_allows(robots, "/b"));
  robots_unref(robots);
}
END_TEST

START_TEST(what_follows_the_limit_is_not_read) {
  for (int beyond = 0; beyond < 2; beyond++) {
    struct robots *robots;
    size_t size, line = strlen("Disallow: /last\n"), head = strlen("User-agent: *\n");
    char *text = repeated("User-agent: *\n", "\n", ROBOTS_SIZE_MAX, &size);
    memcpy(text + ROBOTS_SIZE_MAX - line + (size_t)beyond, "Disallow: /last\n", line);
    ck_assert_uint_gt(size, ROBOTS_SIZE_MAX + head - 1);
    ck_assert_int_eq(robots_parse(&robots, text, size, "seine"), 0);
    ck_assert_int_eq(robots_allows(robots, "/last"), beyond);
    ck_assert(robots_allows(robots, "/las")); /* no half of the rule either */
    robots_unref(robots);
    free(text);
  }
}
END_TEST

START_TEST(half_a_mebibyte_is_read) {
  size_t size;
  char *text = repeated("User-agent: *\n", "# a line that says nothing\n", 500 * 1024 / 27, &size);
  struct robots *robots;
  text = realloc(text, size + 64);
  size += (size_t)sprintf(text + size, "Disallow: /late\n");
  ck_assert_int_eq(robots_parse(&robots, text, size, "seine"), 0);
  ck_assert(!robots_allows(robots, "/late"));
  robots_unref(robots);
  free(text);
}
END_TEST

START_TEST(a_pattern_of_any_length_is_read) {
  size_t size;
  char *path = repeated("/", "abc%20", 20000, &size);
  char *text = malloc(size + 64);
  int length = sprintf(text, "User-agent: *\nDisallow: %s$\n", path);
  struct robots *robots;
  ck_assert_int_eq(robots_parse(&robots, text, (size_t)length, "seine"), 0);
  ck_assert(!robots_allows(robots, path));
  path[size - 1] = '1';
  ck_assert(robots_allows(robots, path));
  robots_unref(robots);
  free(text);
  free(path);
}
END_TEST

/* With backtracking this would outlast the sun. */
START_TEST(many_wildcards_take_no_more_than_one_pass) {
  size_t size;
  struct robots *robots = parse_repeated("User-agent: *\nDisallow: /", "*a", 200000);
  char *path = repeated("/", "a", 60000, &size);
  ck_assert(robots_allows(robots, path));
  robots_unref(robots);
  robots = parse_repeated("User-agent: *\nDisallow: /", "*a", 60000);
  ck_assert(!robots_allows(robots, path));
  robots_unref(robots);
  free(path);
}
END_TEST

START_TEST(what_cannot_be_judged_in_time_is_not_allowed) {
  size_t size;
  struct robots *robots = parse_repeated("User-agent: *\n", "Disallow: *b\n", 40000);
  char *path = repeated("/", "a", 60000, &size);
  ck_assert(!robots_allows(robots, path));
  ck_assert(robots_allows(robots, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  ck_assert(!robots_allows(robots, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
  robots_unref(robots);
  free(path);
}
END_TEST

START_TEST(nul_bytes_are_bytes) {
  static const char text[] = "User-agent: *\nDis\0allow: /a\nDisallow: /b\0c\nDisallow: /\0\0d\n\0\0\n";
  struct robots *robots;
  ck_assert_int_eq(robots_parse(&robots, text, sizeof text, "seine"), 0);
  ck_assert(robots_allows(robots, "/a") && robots_allows(robots, "/b") && robots_allows(robots, "/d"));
  ck_assert(!robots_allows(robots, "/b%00c") && !robots_allows(robots, "/%00%00dd"));
  robots_unref(robots);
  ck_assert_int_eq(robots_parse(&robots, NULL, 0, "seine"), 0);
  ck_assert(robots_allows(robots, "/"));
  robots_unref(robots);
}
END_TEST

/* ---- Random ---- */

static const char *const free_list[] = {"User-agent: ",
                                        "user-agent:*\n",
                                        "seine",
                                        "Seine/1.0\n",
                                        "other\n",
                                        "Allow: ",
                                        "Disallow: ",
                                        "Disallow: /\n",
                                        "Crawl-delay: ",
                                        "1.5",
                                        "\n",
                                        "\r\n",
                                        "\r",
                                        " ",
                                        "#",
                                        ":",
                                        "/",
                                        "*",
                                        "$",
                                        "?",
                                        "=",
                                        "%",
                                        "%2F",
                                        "%2a",
                                        "%E3%83%84",
                                        "\xe3\x83\x84",
                                        "a",
                                        "b",
                                        "ab",
                                        "/robots.txt",
                                        "\xef\xbb\xbf",
                                        "Sitemap: x\n"};

static size_t random_text(char *text, size_t room) {
  size_t size = 0;
  for (long n = random() % 60; n > 0; n--) {
    const char *piece = free_list[(size_t)random() % (sizeof free_list / sizeof free_list[0])];
    size_t length = strlen(piece);
    if (size + length + 1 >= room) break;
    memcpy(text + size, piece, length);
    size += length;
    if (random() % 40 == 0) text[size++] = (char)random();
  }
  text[size] = '\0';
  return size;
}

/* A copy of its own size, so that a read past its end is seen. */
static bool allows_exactly(const char *text, size_t size, const char *path, uint64_t *delay_ms) {
  struct robots *robots;
  char *copy = malloc(size ? size : 1);
  memcpy(copy, text, size);
  ck_assert_int_eq(robots_parse(&robots, copy, size, "seine"), 0);
  free(copy);
  bool allowed = robots_allows(robots, path);
  *delay_ms = robots_crawl_delay_ms(robots);
  robots_unref(robots);
  return allowed;
}

START_TEST(random_files_are_read_as_they_are_with_other_line_ends) {
  unsigned seed = (unsigned)time(NULL);
  printf("seed %u\n", seed);
  srandom(seed);
  for (int i = 0; i < 20000; i++) {
    char text[1024], dos[2048], path[1024];
    size_t size = random_text(text, sizeof text), dos_size = 0;
    uint64_t delay_ms, dos_delay_ms;
    random_text(path + 1, sizeof path - 1);
    path[0] = '/';
    for (size_t j = 0; j < size; j++) {
      if (text[j] == '\n') dos[dos_size++] = '\r';
      dos[dos_size++] = text[j];
    }
    bool allowed = allows_exactly(text, size, path, &delay_ms);
    ck_assert_int_eq(allows_exactly(dos, dos_size, path, &dos_delay_ms), allowed);
    ck_assert_uint_eq(dos_delay_ms, delay_ms);
    ck_assert_uint_le(delay_ms, 3600000);
  }
}
END_TEST

/* The meaning of a pattern, by trying everything. */
static bool fits_slowly(const char *pattern, const char *path) {
  if (*pattern == '\0') return true;
  if (strcmp(pattern, "$") == 0) return *path == '\0';
  if (*pattern == '*') return fits_slowly(pattern + 1, path) || (*path && fits_slowly(pattern, path + 1));
  return *path == *pattern && fits_slowly(pattern + 1, path + 1);
}

START_TEST(random_patterns_fit_as_their_definition_says) {
  static const char letters[] = "ab*ab/*ab";
  unsigned seed = (unsigned)time(NULL);
  printf("seed %u\n", seed);
  srandom(seed);
  for (int i = 0; i < 50000; i++) {
    char pattern[16] = "/", path[24] = "/", text[64];
    size_t pattern_size = 1, path_size = 1;
    for (long n = random() % 9; n > 0; n--)
      pattern[pattern_size++] = letters[random() % 9];
    if (random() % 3 == 0) pattern[pattern_size++] = '$';
    for (long n = random() % 14; n > 0; n--)
      path[path_size++] = "ab/"[random() % 3];
    uint64_t delay_ms;
    int size = snprintf(text, sizeof text, "User-agent: *\nDisallow: %s\n", pattern);
    ck_assert_msg(allows_exactly(text, (size_t)size, path, &delay_ms) == !fits_slowly(pattern, path), "%s and %s",
                  pattern, path);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("hostile robots");
  TCase *hostile = tcase_create("hostile");
  tcase_set_timeout(hostile, 300); /* valgrind */
  tcase_add_test(hostile, a_mebibyte_of_stars_is_one_star);
  tcase_add_test(hostile, a_million_rules_are_read_up_to_the_limit);
  tcase_add_test(hostile, what_follows_the_limit_is_not_read);
  tcase_add_test(hostile, half_a_mebibyte_is_read);
  tcase_add_test(hostile, a_pattern_of_any_length_is_read);
  tcase_add_test(hostile, many_wildcards_take_no_more_than_one_pass);
  tcase_add_test(hostile, what_cannot_be_judged_in_time_is_not_allowed);
  tcase_add_test(hostile, nul_bytes_are_bytes);
  tcase_add_test(hostile, random_files_are_read_as_they_are_with_other_line_ends);
  tcase_add_test(hostile, random_patterns_fit_as_their_definition_says);
  suite_add_tcase(suite, hostile);
  return suite_run(suite);
}
