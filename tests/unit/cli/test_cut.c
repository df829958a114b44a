/* The cutters of lists, that is of lines, CSV and JSON: the same records however the text comes, and a bounded number
 * of looks at each byte, however wrong the text is. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "fixtures/suite.h"
#include "input/csv_cut.h"
#include "input/encoding.h"
#include "input/json_cut.h"
#include "input/line_cut.h"
#include "input/separator.h"
#include "input/table_hint.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RECORD_MAX   65536
#define LARGE        ((size_t)10 << 20)

static struct csv_cutter csv_cutter(void) {
  return (struct csv_cutter){.dialect = {.separator = ',', .quotes = QUOTES_DOUBLE}, .record_max = RECORD_MAX};
}

/* ---- Work ---- */

/* Lines, repeated, of which each meets the same fault again as far as a scan can see. */
static const char *const hostile[] = {
    "\"q\"r,\"s\n", "x\",\"z\n",          "a,\"\n",       "\"\n", "\"\"\"\n", ",\"\"x\n", "a,\"b\nc\n",
    "\"a\n,\"\n",   "u,\"never closed\n", "\"\"\"\"\n\"", "\n\"", "a\r\n\"b", "\",\"\n",  "a,\"b\",\"c\n",
};

static char *repeat(const char *text, size_t size) {
  char *data = xmalloc(size + 1);
  for (size_t at = 0; at < size;) {
    size_t part = strlen(text) < size - at ? strlen(text) : size - at;
    memcpy(data + at, text, part);
    at += part;
  }
  data[size] = '\0';
  return data;
}

/* The text is cut as a list does it, by windows of what a reader holds; gives the number of records. */
static size_t cut_all(struct csv_cutter *cutter, const char *data, size_t size) {
  size_t at = 0, records = 0, held = 300000;
  struct cut cut;
  while (at < size) {
    size_t length = held < size - at ? held : size - at;
    if (!csv_cut(cutter, data + at, length, length == size - at, &cut)) {
      ck_assert_uint_lt(length, size - at);
      held += 300000;
      continue;
    }
    ck_assert_uint_gt(cut.next, 0);
    at += cut.next;
    records++;
    held = 300000;
  }
  return records;
}

START_TEST(wrong_quotes_cost_a_bounded_number_of_looks) {
  static const enum quote_style styles[] = {QUOTES_DOUBLE, QUOTES_BACKSLASH, QUOTES_DOUBLE};
  struct csv_cutter cutter = csv_cutter();
  size_t size = _i == 0 ? LARGE : LARGE / 16;
  char *data = repeat(hostile[_i % (int)COUNT(hostile)], size);
  int way = _i / (int)COUNT(hostile);
  cutter.dialect.quotes = styles[way];
  cutter.dialect.cr_ends = way == 2;
  cut_all(&cutter, data, size);
  ck_assert_msg(cutter.scanned_bytes < 4 * size, "%zu looks at %zu bytes", (size_t)cutter.scanned_bytes, size);
  free(data);
}
END_TEST

/* The same with lines drawn at random. Prints the seed. */
START_TEST(random_quotes_cost_a_bounded_number_of_looks) {
  static const char *const parts[] = {"\"", "\"", "\"\"", ",", ",", "\n", "x", "\",\"", "yyyyyyyyyyyyyyyyyyyy"};
  unsigned seed = (unsigned)_i;
  struct text data = {0};
  struct csv_cutter cutter = csv_cutter();
  printf("seed %u\n", seed);
  while (data.length < LARGE / 16) {
    const char *part = parts[(size_t)rand_r(&seed) % COUNT(parts)];
    size_t times = rand_r(&seed) % 50 == 0 ? 2000 : 1;
    for (size_t i = 0; i < times; i++)
      text_add(&data, part, strlen(part));
  }
  cut_all(&cutter, data.data, data.length);
  ck_assert_msg(cutter.scanned_bytes < 5 * data.length, "%zu looks at %zu bytes", (size_t)cutter.scanned_bytes,
                data.length);
  text_clear(&data);
}
END_TEST

/* A carriage return or a line feed that is rare is not searched for again and again. */
START_TEST(lines_are_found_in_one_pass) {
  static const char *const texts[] = {"a\r", "a\n", "a\n\r\n", "\r\r\r\n"};
  struct line_cutter cutter = {.line_max = RECORD_MAX, .cr_ends = true, .trims = true};
  char *data = repeat(texts[_i], LARGE / 16);
  struct cut cut;
  size_t at = 0, last_feed = 0, last_back = 0;
  while (line_cut(&cutter, data + at, LARGE / 16 - at, true, &cut)) {
    at += cut.next;
    ck_assert_uint_ge(at + cutter.feed, last_feed);
    ck_assert_uint_ge(at + cutter.back, last_back);
    last_feed = at + cutter.feed;
    last_back = at + cutter.back;
  }
  free(data);
}
END_TEST

/* ---- The same, however the text comes ---- */

static const char *const json_texts[] = {
    "[{\"url\":\"u\"}, {\"url\":\"v\"}]",
    "[\n {\n  \"url\": \"u\\\"\"\n },\n {\n  \"url\": \"v\"\n }\n]\n",
    "{\"url\":\"u\"}\n{\"url\":\"v\"\n[]\n\"w\"\n",
    "[\"u\",\"v\", 7, nullx{}]",
    "{\n\"url\":\"u\"}{\"url\":\"v\"}",
    "[{\"a\":\"b},{\"a\":\"c\"},{\"a\":\"d\"}]",
    "[{\"a\":\"b\n},{\"a\":\"c\"}]",
};

/* "[record]", and "!" before one with a problem. */
static void add(struct text *out, const char *text, const struct cut *cut) {
  text_printf(out, "%s[%.*s]", cut->problem != NULL ? "!" : "", (int)cut->length, text + cut->skip);
}

static void cut_json(struct text *out, const char *text, size_t step) {
  struct json_cutter cutter = {.record_max = RECORD_MAX};
  size_t at = 0, length = 0, size = strlen(text);
  struct cut cut;
  for (;;) {
    if (json_cut(&cutter, text + at, length - at, length == size, &cut)) {
      add(out, text + at, &cut);
      at += cut.next;
      continue;
    }
    at += cut.skip;
    if (length == size) return;
    length = size - length < step ? size : length + step;
  }
}

START_TEST(json_may_come_in_pieces) {
  struct text whole = {0};
  cut_json(&whole, json_texts[_i], 1000);
  for (size_t step = 1; step < 8; step++) {
    struct text seen = {0};
    cut_json(&seen, json_texts[_i], step);
    ck_assert_str_eq(seen.data, whole.data);
    text_clear(&seen);
  }
  text_clear(&whole);
}
END_TEST

/* A value that is too long is lost, by its brackets, and the next is not; a small array may follow on the same line. */
START_TEST(json_that_is_too_long_is_passed_over) {
  struct json_cutter cutter = {.record_max = RECORD_MAX};
  struct text data = {0}, seen = {0};
  struct cut cut;
  text_printf(&data, "[{\"url\":\"u\",\"a\":[");
  while (data.length < 300000)
    text_printf(&data, "{\"b\":\"]}\"},");
  text_printf(&data, "1]},{\"url\":\"v\"}]");
  for (size_t at = 0, length = 0; at < data.length;) {
    if (!json_cut(&cutter, data.data + at, length, at + length == data.length, &cut)) {
      at += cut.skip;
      length -= cut.skip;
      ck_assert_uint_le(length, RECORD_MAX);
      if (at + length == data.length) break;
      length += 1000 < data.length - at - length ? 1000 : data.length - at - length;
      continue;
    }
    text_printf(&seen, "%s%zu ", cut.problem != NULL ? "!" : "", cut.problem != NULL ? 0 : cut.length);
    at += cut.next;
    length -= cut.next;
  }
  ck_assert_str_eq(seen.data, "!0 11 ");
  text_clear(&data);
  text_clear(&seen);
}
END_TEST

/* ---- Dialects ---- */

static const struct {
  const char *text, *wanted;
  char separator;
  bool cr_ends;
  size_t skip;
} dialects[] = {
    {"url,a\n", NULL, ',', false, 0},         {"url;a\n", NULL, ';', false, 0},
    {"a;url,b\n", NULL, ',', false, 0},       {"a,b;url\n", NULL, ';', false, 0},
    {"a|b|c;d\n", NULL, '|', false, 0},       {"a|b|c;d\n", "c;d", '|', false, 0},
    {"a\tb\n", NULL, '\t', false, 0},         {"url\n", NULL, ',', false, 0},
    {"http://h/a;b\n", NULL, ',', false, 0},  {"http://h/a\tb\n", NULL, '\t', false, 0},
    {"1;http://h/a,b\n", "2", ';', false, 0}, {"\"url;x\",b\n", NULL, ',', false, 0},
    {"url,a\r", NULL, ',', true, 0},          {"url,\"a\r\nb\"\r", NULL, ',', true, 0},
    {"url,a\r\n", NULL, ',', false, 0},       {"\n\nurl;a\n", NULL, ';', false, 2},
    {"sep=|\nurl|a\n", NULL, '|', false, 6},  {"SEP=\t\r\nurl\ta\n", NULL, '\t', false, 7},
    {"sep=;;\nurl,a\n", NULL, ';', false, 0}, {"", NULL, ',', false, 0},
};

START_TEST(dialects_are_found_in_the_header) {
  struct dialect dialect = {.quotes = QUOTES_DOUBLE};
  size_t skip;
  const char *text = dialects[_i].text;
  ck_assert(separator_detect(&dialect, ',', dialects[_i].wanted, text, strlen(text), true, &skip));
  ck_assert_msg(dialect.separator == dialects[_i].separator, "'%c'", dialect.separator);
  ck_assert_int_eq(dialect.cr_ends, dialects[_i].cr_ends);
  ck_assert_uint_eq(skip, dialects[_i].skip);
}
END_TEST

static const struct {
  const char *text, *expected; /* fields with | between them */
  enum quote_style quotes;
  char separator;
} splits[] = {
    {"a,\"b \\\"c\\\", d\",e", "a|b \"c\", d|e", QUOTES_BACKSLASH, ','},
    {"\"a\\\\\",\"b\\n\"", "a\\|b\\n", QUOTES_BACKSLASH, ','},
    {"a\\,b,c\\\\,\\N", "a,b|c\\|\\N", QUOTES_BACKSLASH, ','},
    {"\"\",\"a \"\"b\"\"\"", "|a \"b\"", QUOTES_BACKSLASH, ','},
    {"a\\\tb\tc\\", "a\tb|c\\", QUOTES_BACKSLASH, '\t'},
    {"\"a,b\",c", "\"a|b\"|c", QUOTES_NONE, ','},
    {"\"a;b\" ;c;\"d\"\r", "a;b|c|d", QUOTES_DOUBLE, ';'},
    {"a  b", "a||b", QUOTES_DOUBLE, ' '},
    {"", "", QUOTES_DOUBLE, ','},
    {",", "|", QUOTES_DOUBLE, ','},
};

START_TEST(fields_are_split_by_their_dialect) {
  struct dialect dialect = {.separator = splits[_i].separator, .quotes = splits[_i].quotes};
  struct fields fields = {0};
  struct text seen = {0};
  struct csv_span span;
  char *text = xstrdup(splits[_i].text);
  csv_scan(&dialect, text, strlen(text), &span);
  ck_assert_int_eq(span.end, CSV_CUT);
  csv_split(&dialect, text, strlen(text), &fields);
  ck_assert_uint_eq(span.fields, fields.count);
  for (size_t i = 0; i < fields.count; i++) {
    ck_assert_uint_eq(fields.fields[i].length, strlen(fields.fields[i].text));
    text_printf(&seen, "%s%s", i > 0 ? "|" : "", fields.fields[i].text);
  }
  ck_assert_str_eq(seen.data, splits[_i].expected);
  text_clear(&seen);
  fields_clear(&fields);
  free(text);
}
END_TEST

/* ---- Hints and encodings ---- */

static const struct {
  const char *text, *what;
  size_t column;
} hints[] = {
    {"n01\thttp://h/a\n", "tabs", 2},
    {"http://h/a\t1:1\t2:0.9\n", "tabs", 1},
    {"id\turl\nA\tb\thttps://h/a\n", "tabs", 3},
    {"# a\tb\n1;http://h/a;Katze\n", "semicolons", 2},
    {"\"http://h/a\",\"a cat, black\"\n", "commas", 1},
    {"7|http://h/a\n", "bars", 2},
    {"n01 http://h/a\n", "spaces", 2},
    {"http://h/a,b;c|d e\n", NULL, 0},
    {"http://h/a\n", NULL, 0},
    {"a\tb\nhttp://h/a\n", NULL, 0},
    {"n01\thttp://h/a", NULL, 0},
    {"", NULL, 0},
};

START_TEST(rows_of_a_table_are_seen_in_a_plain_list) {
  struct table_hint hint;
  table_hint(&hint, hints[_i].text, strlen(hints[_i].text));
  ck_assert_pstr_eq(hint.what, hints[_i].what);
  ck_assert_uint_eq(hint.column, hints[_i].column);
}
END_TEST

#define BYTES(text) text, sizeof text - 1

static const struct {
  const char *text;
  size_t length;
  const char *encoding;
} guesses[] = {
    {BYTES("h\0t\0t\0p\0"), "UTF-16LE"},
    {BYTES("\0h\0t\0t\0p"), "UTF-16BE"},
    {BYTES("h\0\0\0t\0\0\0"), "UTF-32LE"},
    {BYTES("\0\0\0h\0\0\0t"), "UTF-32BE"},
    {BYTES("\x2b\x73,\0u\0r\0l\0\n\0h\0t\0"), "UTF-16LE"},
    {BYTES("http://h/a\0http://h/b\0"), NULL},
    {BYTES("a\0b\n"), NULL},
    {BYTES("\0\0\0\0\0\0\0\0"), NULL},
    {BYTES("http://h/a\n"), NULL},
};

START_TEST(encodings_without_a_mark_are_guessed) {
  ck_assert_pstr_eq(encoding_guess(guesses[_i].text, guesses[_i].length), guesses[_i].encoding);
}
END_TEST

static const struct {
  const char *name, *text;
  size_t length;
  const char *expected;
  size_t converted;
} conversions[] = {
    {"windows-1252", BYTES("caf\xe9 \x80"), "caf\xc3\xa9 \xe2\x82\xac", 6},
    {"latin1", BYTES("\xe9"), "\xc3\xa9", 1},
    {"utf-16", BYTES("h\0\xe9\0x"), "h\xc3\xa9", 4},
    {"UTF-16BE", BYTES("\xd8\x3d\0h"), "\xef\xbf\xbdh", 4},
    {"UTF-16LE", BYTES("\x3d\xd8"), "", 0},
    {"utf-32be", BYTES("\0\x11\0\0\0\0\0h"), "\xef\xbf\xbdh", 8},
    {"shift_jis", BYTES("\x94\x4c\x94"), "\xe7\x8c\xab", 2},
};

START_TEST(text_is_converted) {
  char out[64];
  size_t length = conversions[_i].length;
  struct encoding *encoding = encoding_open(conversions[_i].name);
  if (encoding == NULL) return; /* a system without the tables of this one */
  size_t written = encoding_convert(encoding, conversions[_i].text, &length, out);
  out[written] = '\0';
  ck_assert_str_eq(out, conversions[_i].expected);
  ck_assert_uint_eq(length, conversions[_i].converted);
  encoding_close(encoding);
}
END_TEST

START_TEST(unknown_encodings_are_refused) {
  ck_assert(encoding_is_known("utf-16"));
  ck_assert(!encoding_is_known("no-such-encoding"));
  ck_assert(!encoding_is_known("latin1//IGNORE"));
  ck_assert(!encoding_is_known(""));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cut");
  TCase *tcase = tcase_create("cut");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, wrong_quotes_cost_a_bounded_number_of_looks, 0, 3 * (int)COUNT(hostile));
  tcase_add_loop_test(tcase, random_quotes_cost_a_bounded_number_of_looks, 1, 11);
  tcase_add_loop_test(tcase, lines_are_found_in_one_pass, 0, 4);
  tcase_add_loop_test(tcase, json_may_come_in_pieces, 0, COUNT(json_texts));
  tcase_add_test(tcase, json_that_is_too_long_is_passed_over);
  tcase_add_loop_test(tcase, dialects_are_found_in_the_header, 0, COUNT(dialects));
  tcase_add_loop_test(tcase, fields_are_split_by_their_dialect, 0, COUNT(splits));
  tcase_add_loop_test(tcase, rows_of_a_table_are_seen_in_a_plain_list, 0, COUNT(hints));
  tcase_add_loop_test(tcase, encodings_without_a_mark_are_guessed, 0, COUNT(guesses));
  tcase_add_loop_test(tcase, text_is_converted, 0, COUNT(conversions));
  tcase_add_test(tcase, unknown_encodings_are_refused);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
