/* How far a run is, and what it came to, as text. */
#include "base/human_format.h"
#include "fixtures/suite.h"
#include "report/event_text.h"
#include "report/progress.h"
#include "report/summary.h"

#include <check.h>
#include <seine.h>
#include <stdlib.h>
#include <string.h>

static const struct run_stats some = {
    .records = 50005,
    .repeated = 5,
    .by_status = {12000, 300, 40, 5},
    .retryable = 2,
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
  bool ended, trouble; /* hosts frozen and down, a proxy down, fetches waiting, an earlier run */
  const char *first, *second;
} bars[] = {
    {120, true, false, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [======>                     ]",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {70, true, false, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [==>        ]",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {69, true, false, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [==>       ]",
     "ok 12,000  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {66, true, false, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32",
     "ok 12,000  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {50, true, false, "12,345 of 50,000   24%   1,204/s  eta 0:32", "ok 12,000  rejected 40  failed 5  in flight 256"},
    {40, true, false, "12,345 of 50,000   24%   1,204/s", "ok 12,000  failed 5  in flight 256"},
    {20, true, false, " 24%  [==>        ]", "ok 12,000  failed 5"},
    {12, true, false, " 24%", "ok 12,000"},
    {5, true, false, " 24%", ""},
    {0, true, false, "", ""},
    {70, false, false, "12,345 done, 50,000 read   1,204/s   18.3 MB/s  0:41",
     "ok 12,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,204"},
    {30, false, false, "12,345 done, 50,000 read", "ok 12,000  failed 5"},
    {160, true, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [======>                     ]",
     "ok 11,000  dup 300  rejected 40  failed 5  in flight 256  hosts 1,199  frozen 3  down 2  proxies down 1  to "
     "retry 10  "
     "done before 1,000"},
    {100, true, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [======>                     ]",
     "ok 11,000  rejected 40  failed 5  in flight 256  hosts 1,199  frozen 3  down 2  proxies down 1"},
    {80, true, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32  [=====>               ]",
     "ok 11,000  rejected 40  failed 5  in flight 256  hosts 1,199  frozen 3  down 2"},
    {60, true, true, "12,345 of 50,000   24%   1,204/s   18.3 MB/s  eta 0:32",
     "ok 11,000  rejected 40  failed 5  in flight 256  down 2"},
};

START_TEST(bars_are_as_in_the_table) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM];
  struct run_stats run_stats = some;
  struct throughput throughput = {.files = 1204, .bytes = 18.3e6};
  run_stats.list_ended = bars[_i].ended;
  if (bars[_i].trouble) {
    run_stats.by_status[0] -= run_stats.done_before = 1000;
    run_stats.hosts_throttled = 3;
    run_stats.hosts_down = 2;
    run_stats.proxies_down = 1;
  } else {
    run_stats.waiting = 0;
  }
  progress_bar(&run_stats, &throughput, bars[_i].width, lines);
  ck_assert_str_eq(lines[0], bars[_i].first);
  ck_assert_str_eq(lines[1], bars[_i].second);
}
END_TEST

START_TEST(every_line_fits_its_width) {
  struct run_stats extreme;
  struct throughput throughput = {.files = 1e18, .bytes = 1e18};
  memset(&extreme, 0xff, sizeof extreme);
  extreme.list_ended = true;
  for (size_t width = 0; width < 600; width++) {
    char lines[PROGRESS_LINES][PROGRESS_ROOM];
    extreme.replay.of_bytes = _i == 3 ? UINT64_MAX : 0;
    const struct run_stats *run_stats = _i == 0 ? &some : _i == 2 ? &(struct run_stats){0} : &extreme;
    progress_bar(run_stats, &throughput, width, lines);
    for (size_t i = 0; i < PROGRESS_LINES; i++)
      ck_assert(strlen(lines[i]) < (width ? width : 1));
  }
}
END_TEST

START_TEST(a_plain_line_says_the_same) {
  char line[PROGRESS_ROOM];
  struct run_stats run_stats = some;
  struct throughput throughput = {.files = 1204, .bytes = 18.3e6};
  progress_plain(&run_stats, &throughput, line);
  ck_assert_str_eq(line, "12,345 of 50,000, 1,204/s, 18.3 MB/s, eta 0:32; ok 12,000  dup 300  rejected 40  failed 5  "
                         "in flight 256  hosts 1,204  to retry 10");
  run_stats.list_ended = false;
  progress_plain(&run_stats, &throughput, line);
  ck_assert_str_eq(line, "12,345 done, 50,000 read, 1,204/s, 18.3 MB/s, 0:41; ok 12,000  dup 300  rejected 40  "
                         "failed 5  in flight 256  hosts 1,204  to retry 10");
}
END_TEST

static const struct {
  size_t width;
  uint64_t bytes;
  const char *first, *second, *plain;
} replays[] = {
    {80, 250000000, "1,234,567 rows   50%  950,000/s  eta 0:02  [==============>             ]",
     "reading what is done already", "reading what is done already: 1,234,567 rows, 50%, 950,000/s"},
    {40, 500000001, "1,234,567 rows  100%  950,000/s", "reading what is done already",
     "reading what is done already: 1,234,567 rows, 100%, 950,000/s"},
    {20, 0, "  0%  [>          ]", "", "reading what is done already: 1,234,567 rows, 0%, 950,000/s"},
    {0, 1, "", "", "reading what is done already: 1,234,567 rows, 0%, 950,000/s"},
};

START_TEST(reading_what_is_done_has_a_bar_of_its_own) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM], line[PROGRESS_ROOM];
  struct run_stats run_stats = {.replay = {.rows = 1234567, .bytes = replays[_i].bytes, .of_bytes = 500000000}};
  struct throughput throughput = {.files = 950000, .bytes = 125e6};
  progress_bar(&run_stats, &throughput, replays[_i].width, lines);
  ck_assert_str_eq(lines[0], replays[_i].first);
  ck_assert_str_eq(lines[1], replays[_i].second);
  progress_plain(&run_stats, &throughput, line);
  ck_assert_str_eq(line, replays[_i].plain);
}
END_TEST

START_TEST(the_last_few_have_no_time) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM];
  struct run_stats run_stats = some;
  struct throughput throughput = {.files = 1204, .bytes = 18.3e6};
  run_stats.records = run_stats.repeated + run_stats_ended(&run_stats) + run_stats.in_flight + run_stats.waiting + 1;
  progress_bar(&run_stats, &throughput, 120, lines);
  ck_assert_ptr_nonnull(strstr(lines[0], "eta 0:01"));
  run_stats.records--;
  progress_bar(&run_stats, &throughput, 120, lines);
  ck_assert_ptr_null(strstr(lines[0], "eta"));
  ck_assert_ptr_nonnull(strstr(lines[0], "0:41"));
}
END_TEST

START_TEST(the_pace_follows_slowly) {
  struct throughput throughput = {.files = 100, .bytes = 1000};
  struct throughput next = throughput_update(throughput, 200, 0, 1);
  ck_assert(next.files > 100 && next.files < 200 && next.bytes > 0 && next.bytes < 1000);
  for (int i = 0; i < 200; i++)
    next = throughput_update(next, 20, 20, 0.2);
  ck_assert(next.files > 99 && next.files < 101);
  ck_assert(throughput_update(throughput, 5, 5, 0).files == throughput.files);
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
  ck_assert_str_eq(format_count(amounts[_i].count, out), amounts[_i].as_count);
  ck_assert_str_eq(format_bytes(amounts[_i].bytes, out), amounts[_i].as_bytes);
  ck_assert_str_eq(format_rate(amounts[_i].rate, out), amounts[_i].as_rate);
  ck_assert_str_eq(format_seconds(amounts[_i].seconds, out), amounts[_i].as_time);
}
END_TEST

static const struct {
  uint64_t ms;
  const char *shown;
} waits[] = {
    {0, "0 ms"},        {999, "999 ms"},      {1000, "1.0 s"},    {9949, "9.9 s"},
    {9950, "10 s"},     {60000, "60 s"},      {119499, "119 s"},  {119500, "2 min"},
    {600000, "10 min"}, {7169999, "119 min"}, {7170000, "2.0 h"}, {86400000, "24.0 h"},
};

START_TEST(waits_are_as_in_the_table) {
  char out[AMOUNT_ROOM];
  ck_assert_str_eq(format_wait(waits[_i].ms, out), waits[_i].shown);
}
END_TEST

/* ---- Events ---- */

static const struct {
  seine_event_t event;
  const char *text;
} events[] = {
    {{SEINE_EVENT_HOST_THROTTLED, "https://a.example:443", 2000, 1},
     "https://a.example is overloaded: nothing for 2.0 s, then 1 request at a time"},
    {{SEINE_EVENT_UP, "http://[::1]:80", 0, 0}, "http://[::1] answers again"},
    {{SEINE_EVENT_UP, "http://h:443", 0, 0}, "http://h:443 answers again"},
    {{SEINE_EVENT_UP, "https://h:4443", 0, 0}, "https://h:4443 answers again"},
    {{SEINE_EVENT_PROXY_UP, "http://p:80", 0, 0}, "the proxy http://p:80 is in use again"},
    {{SEINE_EVENT_HOST_THROTTLED, "h", 600000, 4}, "h is overloaded: nothing for 10 min, then 4 requests at a time"},
    {{SEINE_EVENT_HOST_RECOVERED, "h", 0, 8}, "h is back at 8 requests at a time"},
    {{SEINE_EVENT_DOWN, "h", 30000, 0}, "h does not answer: its URLs fail at once, and it is tried again in 30 s"},
    {{SEINE_EVENT_UP, "h", 0, 0}, "h answers again"},
    {{SEINE_EVENT_PROXY_DOWN, "http://p:3128", 5000, 0}, "the proxy http://p:3128 failed, and rests for 5.0 s"},
    {{SEINE_EVENT_PROXY_UP, "http://p:3128", 0, 0}, "the proxy http://p:3128 is in use again"},
    {{SEINE_EVENT_ROBOTS, "h", 0, 0}, "robots.txt of h was read"},
    {{SEINE_EVENT_ROBOTS, "h", 1500, 0},
     "robots.txt of h was read; there will be 1.5 s between requests, by its Crawl-delay"},
    {{(seine_event_kind_t)99, "h", 0, 0}, NULL},
};

START_TEST(events_are_as_in_the_table) {
  struct text text = {0};
  event_text(&events[_i].event, &text);
  ck_assert_pstr_eq(text.data, events[_i].text);
  text_clear(&text);
}
END_TEST

/* ---- The summary ---- */

static struct run_stats final_figures(void) {
  struct run_stats run_stats = some;
  run_stats.done_before = 37000;
  run_stats.done_before_bad = 120;
  run_stats.by_error[-SEINE_ETYPE] = 30;
  run_stats.by_error[-SEINE_EROBOTS] = 10;
  run_stats.rejected_by_error[-SEINE_ETYPE] = 30;
  run_stats.rejected_by_error[-SEINE_EROBOTS] = 10;
  run_stats.by_error[-SEINE_EDNS] = 2;
  run_stats.by_error[-SEINE_EHTTP] = 3;
  run_stats.by_http[404] = 2;
  run_stats.by_http[500] = 1;
  return run_stats;
}

#define DIGEST "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static struct histogram ttfb, total;

static const struct top_host top_hosts[] = {
    {"https://dead.example", 1204, true, SEINE_EHOSTDOWN, "no route to \x1b; not tried"},
    {"http://\x1b[31m.example:8080", 17, false, SEINE_EHTTP, NULL},
};

static struct summary final_summary(const struct run_stats *run_stats) {
  memset(&ttfb, 0, sizeof ttfb);
  memset(&total, 0, sizeof total);
  for (uint64_t ms = 1; ms <= 60; ms++)
    histogram_add(&ttfb, ms);
  histogram_add(&total, 1500);
  return (struct summary){.run_stats = run_stats,
                          .ttfb = &ttfb,
                          .total = &total,
                          .top_hosts = top_hosts,
                          .top_host_count = 2,
                          .output = "cats",
                          .manifest = "cats/manifest.jsonl",
                          .exit_status = 1};
}

START_TEST(the_summary_says_what_came_of_it) {
  struct run_stats run_stats = final_figures();
  struct summary summary = final_summary(&run_stats);
  struct text text = {0};
  summary_text(&summary, &text);
  ck_assert_str_eq(text.data, "12,345 URLs in 41.2 s (300/s), 781.0 MB received (19.0 MB/s)\n"
                              "  ok                12,000  in cats\n"
                              "  duplicate            300\n"
                              "  rejected              40\n"
                              "    type                30\n"
                              "    robots              10\n"
                              "  failed                 5\n"
                              "    dns                  2\n"
                              "    http 404             2\n"
                              "    http 500             1\n"
                              "  done before       37,000  of which 120 rejected or failed for good\n"
                              "  repeated               5  in the list already\n"
                              "  first byte   p50 30 ms, p95 57 ms, p99 60 ms\n"
                              "  transfer     p50 1.5 s, p95 1.5 s, p99 1.5 s\n"
                              "  top failing hosts\n"
                              "                     1,204  https://dead.example  host-down (no route to \\x1B)\n"
                              "               at least 17  http://\\x1B[31m.example:8080  http\n"
                              "  manifest     cats/manifest.jsonl\n"
                              "run the same command again to retry 2 URLs that may succeed then\n");
  text_clear(&text);
}
END_TEST

START_TEST(what_was_rejected_stands_there) {
  static const int errors[] = {SEINE_ETYPE,     SEINE_ESIZE,   SEINE_EDIMENSIONS,
                               SEINE_ECHECKSUM, SEINE_EOPTOUT, SEINE_EROBOTS};
  struct run_stats run_stats = {.list_ended = true};
  struct summary summary = {.run_stats = &run_stats, .output = "cats", .manifest = "-"};
  struct text text = {0};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    run_stats.by_error[-errors[i]] = run_stats.rejected_by_error[-errors[i]] = 7 - i;
  run_stats.by_error[-SEINE_ESIZE] += 2; /* a class in which others failed */
  summary_text(&summary, &text);
  ck_assert_ptr_nonnull(strstr(text.data, "  rejected               0\n"
                                          "    type                 7\n"
                                          "    size                 6\n"
                                          "    dimensions           5\n"
                                          "    checksum             4\n"
                                          "    opt-out              3\n"
                                          "    robots               2\n"
                                          "  failed                 0\n"
                                          "    size                 2\n"));
  text_clear(&text);
}
END_TEST

static const struct top_host shared[] = {
    {"http://h.example:8080 " DIGEST, 1204, true, 0, ""},
    {"https://\x1b.example " DIGEST, 3, false, 0, ""},
};

START_TEST(shared_bytes_stand_there) {
  struct run_stats run_stats = {.list_ended = true};
  struct summary summary = {
      .run_stats = &run_stats, .output = "cats", .manifest = "-", .shared = shared, .shared_count = 2};
  struct text text = {0};
  summary_text(&summary, &text);
  ck_assert_ptr_nonnull(strstr(text.data,
                               "  duplicates of the same bytes, by host (pictures of what is gone? --reject-sha256)\n"
                               "                     1,204  http://h.example:8080\n"
                               "                            " DIGEST "\n"
                               "                at least 3  https://\\x1B.example\n"
                               "                            " DIGEST "\n"));
  text_clear(&text);
  summary_json(&summary, &text);
  ck_assert_ptr_nonnull(strstr(text.data,
                               ",\"shared_bytes\":[{\"host\":\"http://h.example:8080\",\"sha256\":\"" DIGEST
                               "\",\"duplicates\":1204,\"exact\":true},{\"host\":\"https://\\u001b.example\","));
  text_clear(&text);
}
END_TEST

/* What is shown where nothing ended well. */
START_TEST(reasons_stand_there) {
  struct reasons reasons = {0};
  struct run_stats run_stats = {.list_ended = true};
  struct summary summary = {.run_stats = &run_stats, .output = "cats", .manifest = "-", .reasons = &reasons};
  struct text text = {0};
  struct row row = {
      .url = "http://h/\x1b", .status = SEINE_STATUS_FAILED, .error = SEINE_ETLS, .message = "a certificate"};
  reasons_note(&reasons, &row);
  row.url = "http://h/2";
  reasons_note(&reasons, &row);
  row = (struct row){.url = "http://h/3", .status = SEINE_STATUS_FAILED, .error = SEINE_ECONNECT, .message = "refused"};
  reasons_note(&reasons, &row);
  summary_text(&summary, &text);
  ck_assert_ptr_nonnull(strstr(text.data, "  why, by one example of each\n"
                                          "    connect     http://h/3\n"
                                          "                refused\n"
                                          "    tls         http://h/\\x1B\n"
                                          "                a certificate\n"
                                          "                (certificates of your own: --cacert FILE; "));
  text_clear(&text);
  run_stats.by_status[SEINE_STATUS_OK] = 1;
  summary_text(&summary, &text);
  ck_assert_ptr_null(strstr(text.data, "why"));
  text_clear(&text);
  reasons_clear(&reasons);
}
END_TEST

START_TEST(long_hosts_are_cut) {
  char host[300];
  struct run_stats run_stats = {.list_ended = true, .unfinished = 1, .retryable = 1};
  struct top_host one = {host, 1, true, SEINE_EDNS, ""};
  struct summary summary = {
      .run_stats = &run_stats, .output = "cats", .manifest = "m", .top_hosts = &one, .top_host_count = 1};
  struct text text = {0};
  memset(host, 'a', sizeof host - 1);
  host[sizeof host - 1] = '\0';
  summary_text(&summary, &text);
  const char *line = strstr(text.data, "  aaa");
  ck_assert_ptr_nonnull(line);
  ck_assert_uint_eq(strspn(line + 2, "a"), 100);
  ck_assert_ptr_nonnull(strstr(line, "aaa...  dns\n"));
  const char *advice = strstr(line, "run the");
  ck_assert_str_eq(advice, "run the same command again: it goes on from here, and retries what may pass\n");
  text_clear(&text);
}
END_TEST

START_TEST(the_summary_of_nothing_is_short) {
  static const struct run_stats nothing = {.list_ended = true};
  struct summary summary = {.run_stats = &nothing, .output = "cats", .manifest = "-"};
  struct text text = {0};
  summary_text(&summary, &text);
  ck_assert_str_eq(text.data, "0 URLs in 0.0 s (0.0/s), 0 B received (0 B/s)\n"
                              "  ok                     0  in cats\n"
                              "  duplicate              0\n"
                              "  rejected               0\n"
                              "  failed                 0\n");
  text_clear(&text);
}
END_TEST

static const struct {
  const char *lists[4];
  const char *text;
} empty_lists[] = {
    {{"list.txt"}, "no URLs in list.txt"},
    {{"-"}, "no URLs on standard input"},
    {{"a", "b"}, "no URLs in any of the 2 lists"},
};

START_TEST(empty_lists_are_named) {
  size_t count = 0;
  while (empty_lists[_i].lists[count])
    count++;
  char *text = summary_of_nothing((char *const *)empty_lists[_i].lists, count);
  ck_assert_str_eq(text, empty_lists[_i].text);
  free(text);
}
END_TEST

START_TEST(the_summary_is_json_with_stable_keys) {
  struct run_stats run_stats = final_figures();
  struct summary summary = final_summary(&run_stats);
  struct text text = {0};
  summary.output = NULL;
  summary.manifest = "a \"b\"";
  summary.exit_status = 130;
  summary.interrupted = true;
  summary_json(&summary, &text);
  ck_assert_str_eq(
      text.data,
      "{\"version\":\"" SEINE_VERSION "\",\"exit_status\":130,\"interrupted\":true,\"records\":50005,"
      "\"repeated\":5,\"other_partitions\":0,\"done_before\":37000,\"done_before_not_ok\":120,\"ok\":12000,"
      "\"duplicate\":300,"
      "\"rejected\":40,\"failed\":5,\"retryable\":2,\"unfinished\":0,\"errors\":{\"dns\":2,\"http\":3,"
      "\"type\":30,\"robots\":10},\"http_errors\":{\"404\":2,\"500\":1},"
      "\"ttfb_ms\":{\"count\":60,\"p50\":30,\"p95\":57,\"p99\":60},"
      "\"total_ms\":{\"count\":1,\"p50\":1500,\"p95\":1500,\"p99\":1500},"
      "\"top_failing_hosts\":[{\"host\":\"https://dead.example\",\"failed\":1204,\"exact\":true,"
      "\"error\":\"host-down\"},{\"host\":\"http://\\u001b[31m.example:8080\",\"failed\":17,"
      "\"exact\":false,\"error\":\"http\"}],\"shared_bytes\":[],\"received_bytes\":781000000,\"stored_bytes\":0,"
      "\"elapsed_ms\":41200,\"output\":null,\"manifest\":\"a \\\"b\\\"\"}\n");
  text_clear(&text);
}
END_TEST

START_TEST(json_of_nothing_has_all_keys) {
  static const struct run_stats nothing;
  struct summary summary = {.run_stats = &nothing, .output = "o", .manifest = "-"};
  struct text text = {0};
  summary_json(&summary, &text);
  ck_assert_ptr_nonnull(strstr(text.data, "\"ttfb_ms\":{\"count\":0,\"p50\":null,\"p95\":null,\"p99\":null},"
                                          "\"total_ms\":{\"count\":0,\"p50\":null,\"p95\":null,\"p99\":null},"
                                          "\"top_failing_hosts\":[],\"shared_bytes\":[],"));
  text_clear(&text);
}
END_TEST

#define TABLE(test, rows) tcase_add_loop_test(tcase, test, 0, sizeof rows / sizeof *rows)

int main(void) {
  Suite *suite = suite_create("progress");
  TCase *tcase = tcase_create("progress");
  TABLE(bars_are_as_in_the_table, bars);
  TABLE(reading_what_is_done_has_a_bar_of_its_own, replays);
  tcase_add_loop_test(tcase, every_line_fits_its_width, 0, 4);
  tcase_add_test(tcase, a_plain_line_says_the_same);
  tcase_add_test(tcase, the_last_few_have_no_time);
  tcase_add_test(tcase, the_pace_follows_slowly);
  TABLE(amounts_are_as_in_the_table, amounts);
  TABLE(waits_are_as_in_the_table, waits);
  TABLE(events_are_as_in_the_table, events);
  TABLE(empty_lists_are_named, empty_lists);
  tcase_add_test(tcase, the_summary_says_what_came_of_it);
  tcase_add_test(tcase, what_was_rejected_stands_there);
  tcase_add_test(tcase, long_hosts_are_cut);
  tcase_add_test(tcase, shared_bytes_stand_there);
  tcase_add_test(tcase, reasons_stand_there);
  tcase_add_test(tcase, the_summary_of_nothing_is_short);
  tcase_add_test(tcase, json_of_nothing_has_all_keys);
  tcase_add_test(tcase, the_summary_is_json_with_stable_keys);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
