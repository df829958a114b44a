/* How far a run is, and what it came to, as text. */
#include "amount.h"
#include "progress.h"
#include "summary.h"

#include <check.h>
#include <seine.h>
#include <stdlib.h>
#include <string.h>

static const struct figures some = {
    .records = 50005,
    .repeated = 5,
    .by_status = {12000, 300, 40, 5},
    .transient = 2,
    .received_bytes = 781000000,
    .elapsed_ms = 41200,
    .list_ended = true,
    .in_flight = 256,
    .waiting = 10,
    .queued = 2,
    .hosts = 1204,
};

static const struct {
  size_t width;
  bool ended;
  const char *first, *second;
} bars[] = {
    {100, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [======>                     ]",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204  waiting 12"},
    {70, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [==>        ]",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {50, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s", "ok 12,000  dup 300  rejected 40  failed 5"},
    {20, true, "12,345 of 50,000", "ok 12,000  dup 300"},
    {5, true, " 24%", ""},
    {0, true, "", ""},
    {70, false, "12,345 done, 50,000 read   1,204/s   18.3 MB/s  0:41",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204"},
};

START_TEST(bars_are_as_in_the_table) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM];
  struct figures figures = some;
  struct pace pace = {.files = 1204, .bytes = 18.3e6};
  figures.list_ended = bars[_i].ended;
  progress_bar(&figures, &pace, bars[_i].width, lines);
  ck_assert_str_eq(lines[0], bars[_i].first);
  ck_assert_str_eq(lines[1], bars[_i].second);
}
END_TEST

START_TEST(every_line_fits_its_width) {
  struct figures extreme;
  struct pace pace = {.files = 1e18, .bytes = 1e18};
  memset(&extreme, 0xff, sizeof extreme);
  extreme.list_ended = true;
  for (size_t width = 0; width < 600; width++) {
    char lines[PROGRESS_LINES][PROGRESS_ROOM];
    const struct figures *figures = _i == 0 ? &some : _i == 1 ? &extreme : &(struct figures){0};
    progress_bar(figures, &pace, width, lines);
    for (size_t i = 0; i < PROGRESS_LINES; i++)
      ck_assert(strlen(lines[i]) < (width ? width : 1));
  }
}
END_TEST

START_TEST(a_plain_line_says_the_same) {
  char line[PROGRESS_ROOM];
  struct figures figures = some;
  struct pace pace = {.files = 1204, .bytes = 18.3e6};
  progress_plain(&figures, &pace, line);
  ck_assert_str_eq(line, "12,345 of 50,000, 1,204/s, 18.3 MB/s, eta 0:32; ok 12,000  dup 300  rejected 40  failed 5  "
                         "in flight 256  hosts 1,204  waiting 12");
  figures.list_ended = false;
  progress_plain(&figures, &pace, line);
  ck_assert_str_eq(line, "12,345 done, 50,000 read, 1,204/s, 18.3 MB/s, 0:41; ok 12,000  dup 300  rejected 40  "
                         "failed 5  in flight 256  hosts 1,204  waiting 12");
}
END_TEST

START_TEST(the_pace_follows_slowly) {
  struct pace pace = {.files = 100, .bytes = 1000};
  struct pace next = progress_pace(pace, 200, 0, 1);
  ck_assert(next.files > 100 && next.files < 200 && next.bytes > 0 && next.bytes < 1000);
  for (int i = 0; i < 200; i++)
    next = progress_pace(next, 20, 20, 0.2);
  ck_assert(next.files > 99 && next.files < 101);
  ck_assert(progress_pace(pace, 5, 5, 0).files == pace.files);
}
END_TEST

static const struct {
  uint64_t count;
  double bytes, rate;
  uint64_t seconds;
  const char *as_count, *as_bytes, *as_rate, *as_time;
} amounts[] = {
    {0, 0, 0, 0, "0", "0 B", "0.0", "0:00"},
    {999, 999, 0.25, 59, "999", "999 B", "0.25", "0:59"},
    {1000, 999.6, 9.94, 60, "1,000", "1.0 kB", "9.9", "1:00"},
    {999999, 999949, 9.96, 3599, "999,999", "999.9 kB", "10", "59:59"},
    {1000000, 999951, 99.4, 3600, "1,000,000", "1.0 MB", "99", "1:00:00"},
    {UINT64_MAX, 1e24, 12345.6, 93784, "18,446,744,073,709,551,615", "1000000.0 EB", "12,346", "1d 02:03"},
};

START_TEST(amounts_are_as_in_the_table) {
  char out[AMOUNT_ROOM];
  ck_assert_str_eq(amount_count(amounts[_i].count, out), amounts[_i].as_count);
  ck_assert_str_eq(amount_bytes(amounts[_i].bytes, out), amounts[_i].as_bytes);
  ck_assert_str_eq(amount_rate(amounts[_i].rate, out), amounts[_i].as_rate);
  ck_assert_str_eq(amount_time(amounts[_i].seconds, out), amounts[_i].as_time);
}
END_TEST

/* ---- The summary ---- */

static struct figures final_figures(void) {
  struct figures figures = some;
  figures.done_before = 37000;
  figures.done_before_bad = 120;
  figures.by_error[-SEINE_ETYPE] = 40;
  figures.by_error[-SEINE_EDNS] = 2;
  figures.by_error[-SEINE_EHTTP] = 3;
  figures.by_http[404] = 3;
  return figures;
}

START_TEST(the_summary_says_what_came_of_it) {
  struct figures figures = final_figures();
  struct summary summary = {.figures = &figures, .output = "cats", .manifest = "cats/manifest.jsonl", .exit_status = 1};
  struct text text = {0};
  summary_text(&summary, &text);
  ck_assert_str_eq(text.data, "12,345 URLs in 41.2 s (300/s), 781.0 MB received (19.0 MB/s)\n"
                              "  ok                12,000  in cats\n"
                              "  duplicate            300\n"
                              "  rejected              40  40 type\n"
                              "  failed                 5  2 dns, 3 http 404\n"
                              "  done before       37,000  of which 120 rejected or failed for good\n"
                              "  repeated               5  in the list already\n"
                              "  manifest     cats/manifest.jsonl\n"
                              "run the same command again to retry 2 transient failures\n");
  text_clear(&text);
}
END_TEST

START_TEST(the_summary_is_json_with_stable_keys) {
  struct figures figures = final_figures();
  struct summary summary = {.figures = &figures, .output = NULL, .manifest = "a \"b\"", .exit_status = 130};
  struct text text = {0};
  summary.interrupted = true;
  summary_json(&summary, &text);
  ck_assert_str_eq(text.data,
                   "{\"version\":\"" SEINE_VERSION "\",\"exit_status\":130,\"interrupted\":true,\"records\":50005,"
                   "\"repeated\":5,\"done_before\":37000,\"done_before_not_ok\":120,\"ok\":12000,\"duplicate\":300,"
                   "\"rejected\":40,\"failed\":5,\"transient\":2,\"unfinished\":0,\"errors\":{\"dns\":2,\"http\":3,"
                   "\"type\":40},\"http_errors\":{\"404\":3},\"received_bytes\":781000000,\"stored_bytes\":0,"
                   "\"elapsed_ms\":41200,\"output\":null,\"manifest\":\"a \\\"b\\\"\"}\n");
  text_clear(&text);
}
END_TEST

#define TABLE(test, rows) tcase_add_loop_test(tcase, test, 0, sizeof rows / sizeof *rows)

int main(void) {
  Suite *suite = suite_create("progress");
  TCase *tcase = tcase_create("progress");
  TABLE(bars_are_as_in_the_table, bars);
  tcase_add_loop_test(tcase, every_line_fits_its_width, 0, 3);
  tcase_add_test(tcase, a_plain_line_says_the_same);
  tcase_add_test(tcase, the_pace_follows_slowly);
  TABLE(amounts_are_as_in_the_table, amounts);
  tcase_add_test(tcase, the_summary_says_what_came_of_it);
  tcase_add_test(tcase, the_summary_is_json_with_stable_keys);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
