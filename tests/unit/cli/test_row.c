/* Rows of the manifest: their exact text, and what is read back from it. */
#include "base/utf8.h"
#include "base/xalloc.h"
#include "fixtures/scale.h"
#include "fixtures/suite.h"
#include "manifest/manifest_fields.h"
#include "manifest/row.h"
#include "manifest/row_fast.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint8_t digest[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                   0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                   0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
#define DIGEST_HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const struct row full = {
    .id = 17,
    .url = "http://h/a.jpg?q=\"1\",2",
    .status = SEINE_STATUS_OK,
    .path = "a/b, c.jpg",
    .sha256 = digest,
    .bytes = 15591,
    .media_type = "image/jpeg",
    .http_status = 200,
    .attempts = 1,
    .content_type = "image/jpeg",
    .etag = "W/\"x\\y\"",
    .ip = "203.0.113.9",
    .started_unix_ms = 1795246200123, /* 2026-11-21T07:30:00.123Z */
    .elapsed_ms = 41,
    .width = 640,
    .height = 480,
    .trailing_bytes = 12,
    .input = "{\"a\":\"b, c\"}",
};

static const struct row empty = {.url = "not a url",
                                 .status = SEINE_STATUS_FAILED,
                                 .error = SEINE_EURL,
                                 .message = "no\nscheme \x7f \xff \xe2\x80\xa8 \xe2\x80\xae \xc3\xa9"};

static const struct row rejected = {.id = 4,
                                    .url = "http://h/page",
                                    .status = SEINE_STATUS_REJECTED,
                                    .http_status = 200,
                                    .error = SEINE_ETYPE,
                                    .message = "declared as text/html",
                                    .retryable = true,
                                    .attempts = 1,
                                    .final_url = "http://h/\"p\"",
                                    .content_type = "text/html; x=\"y,z\""};

/* What a sheet would run as formulas. */
static const struct row formulas = {.url = "=HYPERLINK(\"x\",1)",
                                    .status = SEINE_STATUS_FAILED,
                                    .path = "''@a",
                                    .media_type = "'a",
                                    .error = SEINE_EURL,
                                    .message = "-1",
                                    .retryable = true,
                                    .content_type = "+1",
                                    .etag = "a=1"};

/* The same by their full-width and small forms; a full-width "a" is none. */
static const struct row wide_formulas = {.url = "\uff1d1",
                                         .status = SEINE_STATUS_FAILED,
                                         .path = "'\uff201",
                                         .media_type = "\uff411",
                                         .error = SEINE_EURL,
                                         .message = "\uff0d1",
                                         .content_type = "\uff0b1",
                                         .etag = "\ufe661",
                                         .last_modified = "a\uff1d"};

static const struct {
  const struct row *row;
  enum row_format format;
  const char *text;
} written[] = {
    {&wide_formulas, ROW_CSV,
     "0,'\uff1d1,failed,''\uff201,,0,\uff411,,,,,url,'\uff0d1,false,0,,'\uff0b1,'\ufe661,a\uff1d,,,0,\r\n"},
    {&rejected, ROW_JSON,
     "{\"id\":4,\"url\":\"http://h/page\",\"status\":\"rejected\",\"path\":null,\"sha256\":null,\"bytes\":0,"
     "\"media_type\":null,\"width\":null,\"height\":null,\"trailing_bytes\":null,\"http_status\":200,\"error\":"
     "\"type\","
     "\"message\":\"declared as text/html\",\"retryable\":true,\"attempts\":1,\"final_url\":\"http://h/\\\"p\\\"\","
     "\"content_type\":\"text/html; x=\\\"y,z\\\"\",\"etag\":null,\"last_modified\":null,\"ip\":null,"
     "\"started_at\":null,\"elapsed_ms\":0,\"input\":null}\n"},
    {&rejected, ROW_CSV,
     "4,http://h/page,rejected,,,0,,,,,200,type,declared as text/html,true,1,\"http://h/\"\"p\"\"\","
     "\"text/html; x=\"\"y,z\"\"\",,,,,0,\r\n"},
    {&formulas, ROW_CSV, "0,\"'=HYPERLINK(\"\"x\"\",1)\",failed,'''@a,,0,'a,,,,,url,'-1,true,0,,'+1,a=1,,,,0,\r\n"},
    {&full, ROW_JSON,
     "{\"id\":17,\"url\":\"http://h/a.jpg?q=\\\"1\\\",2\",\"status\":\"ok\",\"path\":\"a/b, "
     "c.jpg\",\"sha256\":\"" DIGEST_HEX "\",\"bytes\":15591,\"media_type\":\"image/"
     "jpeg\",\"width\":640,\"height\":480,\"trailing_bytes\":12,\"http_status\":200,\"error\":null,\"message\":null,"
     "\"retryable\":null,\"attempts\":1,\"final_url\":"
     "null,\"content_type\":\"image/jpeg\",\"etag\":\"W/"
     "\\\"x\\\\y\\\"\",\"last_modified\":null,\"ip\":\"203.0.113.9\","
     "\"started_at\":\"2026-11-21T07:30:00.123Z\",\"elapsed_ms\":41,\"input\":{\"a\":\"b, c\"}}\n"},
    {&empty, ROW_JSON,
     "{\"id\":0,\"url\":\"not a "
     "url\",\"status\":\"failed\",\"path\":null,\"sha256\":null,\"bytes\":0,\"media_type\":null,\"width\":null,"
     "\"height\":null,"
     "\"trailing_bytes\":null,\"http_status\":"
     "null,\"error\":\"url\",\"message\":\"no\\u000ascheme \\u007f %FF \\u2028 \\u202e "
     "\xc3\xa9\",\"retryable\":false,\"attempts\":0,\"final_url\":"
     "null,\"content_type\":null,\"etag\":null,\"last_modified\":null,\"ip\":null,\"started_at\":null,\"elapsed_ms\":0,"
     "\"input\":null}"
     "\n"},
    {&full, ROW_CSV,
     "17,\"http://h/a.jpg?q=\"\"1\"\",2\",ok,\"a/b, c.jpg\"," DIGEST_HEX
     ",15591,image/jpeg,640,480,12,200,,,,1,,image/jpeg,"
     "\"W/\"\"x\\y\"\"\",,203.0.113.9,2026-11-21T07:30:00.123Z,41,\"{\"\"a\"\":\"\"b, c\"\"}\"\r\n"},
    {&empty, ROW_CSV,
     "0,not a url,failed,,,0,,,,,,url,no%0Ascheme %7F %FF %E2%80%A8 %E2%80%AE \xc3\xa9,false,0,,,,,,,0,\r\n"},
};

START_TEST(text_is_as_in_the_table) {
  char *out = xmalloc(row_bound(written[_i].row) + 1);
  *row_write(out, written[_i].row, written[_i].format) = '\0';
  ck_assert_str_eq(out, written[_i].text);
  free(out);
}
END_TEST

/* The first byte of a value, by the table of fields. */
static bool is_of_type(char first, enum field_type type) {
  static const char *const firsts[] = {
      [FIELD_NUMBER] = "0123456789", [FIELD_STRING] = "\"", [FIELD_BOOLEAN] = "tf", [FIELD_OBJECT] = "{"};
  return first && strchr(firsts[type], first) != NULL;
}

START_TEST(values_are_as_in_the_table_of_fields) {
  static const struct {
    const char *name;
    enum field_type type;
    enum field_presence presence;
  } fields[] = {
#define XX(NAME, name, type, presence, format, value, meaning) {name, FIELD_##type, FIELD_##presence},
      MANIFEST_FIELDS(XX)
#undef XX
  };
  if (written[_i].format != ROW_JSON) return;
  const char *at = written[_i].text;
  bool not_ok = written[_i].row->status > SEINE_STATUS_DUPLICATE;
  for (size_t i = 0; i < MANIFEST_FIELD_COUNT; i++) {
    char key[32];
    snprintf(key, sizeof key, "\"%s\":", fields[i].name);
    at = strstr(at, key); /* in their order */
    ck_assert_msg(at != NULL, "no %s", fields[i].name);
    at += strlen(key);
    bool is_null = strncmp(at, "null", 4) == 0;
    ck_assert_msg(is_null || is_of_type(*at, fields[i].type), "%s", fields[i].name);
    if (fields[i].presence == FIELD_ALWAYS) ck_assert_msg(!is_null, "%s", fields[i].name);
    if (fields[i].presence == FIELD_IF_NOT_OK) ck_assert_msg(is_null != not_ok, "%s", fields[i].name);
  }
}
END_TEST

START_TEST(what_was_written_is_read) {
  struct row_view view;
  char *line = xstrdup(written[_i].text);
  const struct row *row = written[_i].row;
  ck_assert(row_read(line, strlen(line) - 1, written[_i].format, &view));
  ck_assert_uint_eq(view.id, row->id);
  ck_assert_str_eq(view.url, row->url);
  ck_assert_int_eq(view.status, row->status);
  ck_assert_int_eq(view.error, row->error);
  ck_assert_int_eq(view.http_status, row->http_status);
  ck_assert_int_eq(view.retryable, row->retryable);
  ck_assert_uint_eq(view.width, row->width);
  ck_assert_uint_eq(view.height, row->height);
  ck_assert_pstr_eq(view.media_type, row->media_type);
  if (row->status == SEINE_STATUS_REJECTED) ck_assert_pstr_eq(view.content_type, row->content_type);
  ck_assert_int_eq(view.has_sha256, row->sha256 != NULL);
  if (row->sha256) ck_assert_mem_eq(view.sha256, row->sha256, 32);
  if (row->path)
    ck_assert_str_eq(view.path, row->path);
  else
    ck_assert_ptr_null(view.path);
  free(line);
}
END_TEST

#define HEAD     "{\"id\":1,\"url\":\"u\",\"status\":\"ok\",\"path\":null,\"sha256\":null,\"bytes\":1,\"media_type\":null,"
#define TAIL     ",\"message\":null}"
#define NO_SIDES "\"width\":null,\"height\":null,\"trailing_bytes\":null,"
#define GOOD     HEAD NO_SIDES "\"http_status\":200,\"error\":null" TAIL

static const struct {
  const char *line;
  enum row_format format;
  bool good;
} lines[] = {
    {GOOD, ROW_JSON, true},
    {"", ROW_JSON, false},
    {"{}", ROW_JSON, false},
    {"{\"id\":", ROW_JSON, false},
    {"nonsense", ROW_JSON, false},
    {HEAD NO_SIDES "\"http_status\":200,\"error\":null,\"message\":\"torn", ROW_JSON, false},
    {HEAD NO_SIDES "\"http_status\":1000,\"error\":null" TAIL, ROW_JSON, false},
    {HEAD NO_SIDES "\"http_status\":null,\"error\":\"no-such-error\"" TAIL, ROW_JSON, false},
    {HEAD NO_SIDES "\"http_status\":null,\"error\":\"dns\"" TAIL, ROW_JSON, true},
    {"{\"id\":1,\"url\":null,\"status\":\"ok\"}", ROW_JSON, false},
    {"{\"id\":1,\"url\":\"\\u00\",\"status\":\"ok\"}", ROW_JSON, false},
    {"{\"id\":1,\"url\":\"\\u0000\",\"status\":\"ok\"}", ROW_JSON, false},
    {"{\"id\":1,\"url\":\"a\\", ROW_JSON, false},
    {"{\"id\":1,\"url\":\"a\\\"}", ROW_JSON, false},
    {"{\"id\":1,\"url\":\"u\",\"status\":\"ok\",\"path\":null,\"sha256\":\"ba78\"", ROW_JSON, false},
    {"1,u,ok,p," DIGEST_HEX ",1,,,,,200,,,,1,,,x", ROW_CSV, true},
    {"1,u,ok,p," DIGEST_HEX "0,1,,,,,200,,,,1", ROW_CSV, false},
    {"1,\"u\"\"v\",failed,,,,,,,,404,http,m,false,1,,text/html,x", ROW_CSV, true},
    {"1,\"u,failed,,,,,,,,404,http,m,1", ROW_CSV, false},
    {"1,\"u\"v,failed,,,,,,,,404,http,m,1", ROW_CSV, false},
    {"id,url,status,path,sha256,bytes,media_type,width,height,trailing_bytes,http_status,error,message", ROW_CSV,
     false},
    {"1,u,ok", ROW_CSV, false},
    {HEAD "\"width\":3,\"height\":2,\"trailing_bytes\":null,\"http_status\":200,\"error\":null" TAIL, ROW_JSON, true},
    {HEAD "\"http_status\":200,\"error\":null" TAIL, ROW_JSON, false},
    {HEAD "\"width\":3,\"http_status\":200,\"error\":null" TAIL, ROW_JSON, false},
    {HEAD "\"width\":\"3\",\"height\":2,\"trailing_bytes\":null,\"http_status\":200,\"error\":null" TAIL, ROW_JSON,
     false},
    {HEAD "\"width\":3,\"height\":2,\"http_status\":200,\"error\":null" TAIL, ROW_JSON, false},
    {"", ROW_CSV, false},
};

START_TEST(other_lines_are_not_understood) {
  struct row_view view;
  char *line = xstrdup(lines[_i].line);
  ck_assert_int_eq(row_read(line, strlen(line), lines[_i].format, &view), lines[_i].good);
  free(line);
}
END_TEST

static const struct {
  const char *end;
  bool good, retryable;
} retryables[] = {
    {"\"message\":\"\\\"m\",\"retryable\":true,\"attempts\":1}", true, true},
    {"\"message\":null,\"retryable\":false,\"attempts\":1}", true, false},
    {"\"message\":\"m\",\"retryable\":1,\"attempts\":1}", false, false},
    {"\"message\":\"m\",\"retryable\":\"true\",\"attempts\":1}", false, false},
    {"\"message\":\"m\",\"attempts\":1}", false, false},
};

START_TEST(retryable_is_read) {
  char *line = xasprintf("{\"id\":1,\"url\":\"u\",\"status\":\"failed\",\"path\":null,\"sha256\":null,\"bytes\":1,"
                         "\"media_type\":null," NO_SIDES "\"http_status\":200,\"error\":\"type\",%s",
                         retryables[_i].end);
  struct row_view view;
  ck_assert_int_eq(row_read(line, strlen(line), ROW_JSON, &view), retryables[_i].good);
  if (retryables[_i].good) ck_assert_int_eq(view.retryable, retryables[_i].retryable);
  free(line);
}
END_TEST

/* ---- Bounds ---- */

static char *text_of(const char *piece, size_t count) {
  char *text = xmalloc(strlen(piece) * count + 1), *end = text;
  *end = '\0';
  while (count--)
    end = stpcpy(end, piece);
  return text;
}

static char *written_row(const struct row *row, enum row_format format) {
  size_t bound = row_bound(row);
  char *line = xmalloc(bound + 1), *end = row_write(line, row, format);
  ck_assert_uint_le((size_t)(end - line), bound);
  *end = '\0';
  return line;
}

/* A piece, how many of them are the longest text that is whole, and how many are left of a longer one. */
static const struct {
  const char *piece;
  enum row_format format;
  size_t most, left;
} bounds[] = {
    {"a", ROW_JSON, 2048, 2045},         {"a", ROW_CSV, 2048, 2045},         {"\x01", ROW_JSON, 341, 340},
    {"\x01", ROW_CSV, 682, 681},         {"\"", ROW_JSON, 1024, 1022},       {"\"", ROW_CSV, 1024, 1022},
    {"\\", ROW_JSON, 1024, 1022},        {"\xc3\xa9", ROW_JSON, 1024, 1022}, {"\xff", ROW_JSON, 682, 681},
    {"\xe2\x80\xae", ROW_CSV, 227, 227}, {"\U0001f600", ROW_CSV, 512, 511},
};

START_TEST(texts_of_servers_are_bounded) {
  enum row_format format = bounds[_i].format;
  char *most = text_of(bounds[_i].piece, bounds[_i].most), *more = text_of(bounds[_i].piece, bounds[_i].most + 1);
  char *left = text_of(bounds[_i].piece, bounds[_i].left), *cut = xasprintf("%s...", left);
  struct row whole = {.url = "u", .media_type = most, .message = most, .final_url = most, .content_type = most};
  struct row longer = {.url = "u", .media_type = more, .message = more, .final_url = more, .content_type = more};
  struct row expected = {.url = "u", .media_type = cut, .message = cut, .final_url = cut, .content_type = cut};
  whole.etag = whole.last_modified = most;
  longer.etag = longer.last_modified = more;
  char *whole_line = written_row(&whole, format), *line = written_row(&longer, format);
  char *expected_line = written_row(&expected, format);
  ck_assert_ptr_null(strstr(whole_line, "..."));
  ck_assert_str_eq(line, expected_line);
  ck_assert_uint_le(strlen(line), 4 * (ROW_TEXT_MOST + 3) + 512);
  free(expected_line);
  free(line);
  free(whole_line);
  free(cut);
  free(left);
  free(more);
  free(most);
}
END_TEST

static void random_text(char *text, size_t size) {
  size_t length = (size_t)rand() % size;
  for (size_t i = 0; i < length; i++)
    text[i] = (char)(rand() % 3 ? "\"\\,\n\r %/\xe2\x80\xae\xc3\xa9 abc"[rand() % 17] : 1 + rand() % 255);
  text[length] = '\0';
}

/* What cannot be kept as it is, in the form that the row has it. */
static void as_in_row(const char *text, enum row_format format, char *out) {
  struct row row = {.url = text, .status = SEINE_STATUS_FAILED};
  char *line = xmalloc(row_bound(&row)), *end = row_write(line, &row, format);
  struct row_view view;
  ck_assert_ptr_null(memchr(line, '\n', (size_t)(end - line) - 1));
  ck_assert(utf8_is_valid(line, (size_t)(end - line)));
  ck_assert(row_read(line, (size_t)(end - line) - 1, format, &view));
  strcpy(out, view.url ? view.url : "");
  free(line);
}

START_TEST(random_rows_survive) {
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("row: seed %u\n", seed);
  srand(seed);
  for (int i = 0; i < scaled(20000); i++) {
    enum row_format format = i % 2 ? ROW_CSV : ROW_JSON;
    char text[64], once[256], twice[256];
    random_text(text, sizeof text);
    as_in_row(text, format, once);
    as_in_row(once, format, twice);
    ck_assert_str_eq(once, twice);
    if (format == ROW_JSON && utf8_is_valid(text, strlen(text))) ck_assert_str_eq(once, text);
  }
}
END_TEST

/* Garbage must be refused without a look beyond its end; the sanitizers see to that. */
START_TEST(mangled_rows_are_safe) {
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("row: seed %u\n", seed);
  srand(seed);
  for (int i = 0; i < scaled(20000); i++) {
    const char *text = written[rand() % 4].text;
    size_t length = (size_t)rand() % strlen(text);
    char *line = xmalloc(length + 1);
    struct row_view view;
    memcpy(line, text, length);
    for (int n = rand() % 4; n > 0 && length > 0; n--)
      line[(size_t)rand() % length] = (char)rand();
    row_read(line, length, rand() % 2 ? ROW_CSV : ROW_JSON, &view);
    free(line);
  }
}
END_TEST

/* ---- The quick way gives what the other gives ---- */

static const char *pick(const char *const *texts, size_t count) {
  return texts[(size_t)rand() % count];
}

#define PICK(texts) pick(texts, sizeof texts / sizeof *texts)

/* A row as they are; `odd` for one that may be anything. */
static size_t write_random_row(char *line, size_t size, bool odd) {
  static const char *const hosts[] = {"http://127.0.0.1:8080/", "https://a.example/", "http://h/~x/%C3%A9/?q=1&r=[2]"};
  static const char *const types[] = {"image/jpeg", "image/svg+xml", "", NULL};
  static const int errors[] = {0, SEINE_EDNS, SEINE_EHTTP, SEINE_EHOSTDOWN, SEINE_EPROTOCOL};
  static const unsigned https[] = {0, 200, 404, 999};
  char url[256], path[128], text[64];
  random_text(text, sizeof text);
  int length = snprintf(url, sizeof url, "%s%0*d", PICK(hosts), 1 + rand() % 40, rand());
  if (odd) snprintf(url + length, sizeof url - (size_t)length, "%s", text);
  snprintf(path, sizeof path, "%0*d/%s.jpg", 1 + rand() % 20, rand(), odd ? text : "x");
  uint8_t sha256[32];
  for (size_t i = 0; i < sizeof sha256; i++)
    sha256[i] = (uint8_t)rand();
  struct row row = {.id = (uint64_t)rand() << rand() % 32, .url = url, .status = (seine_status_t)(rand() % 4)};
  row.path = rand() % 3 ? path : NULL;
  row.sha256 = rand() % 3 ? sha256 : NULL;
  row.bytes = (uint64_t)rand() << rand() % 32;
  row.media_type = PICK(types);
  row.width = rand() % 2 ? (unsigned)rand() % 9999 : 0;
  row.height = rand() % 2 ? (unsigned)rand() % 9999 : 0;
  row.final_url = rand() % 2 ? url : NULL;
  row.content_type = PICK(types);
  row.http_status = (int)https[rand() % 4];
  row.error = errors[rand() % 5];
  row.message = rand() % 2 ? odd ? text : "HTTP status 404" : NULL;
  row.retryable = rand() % 2;
  ck_assert_uint_le(row_bound(&row), size);
  return (size_t)(row_write(line, &row, ROW_JSON) - line) - 1;
}

static void assert_same_views(const struct row_view *a, const struct row_view *b) {
  ck_assert_uint_eq(a->id, b->id);
  ck_assert_str_eq(a->url, b->url);
  ck_assert_int_eq(a->status, b->status);
  ck_assert_int_eq(a->error, b->error);
  ck_assert_int_eq(a->http_status, b->http_status);
  ck_assert_int_eq(a->retryable, b->retryable);
  ck_assert_pstr_eq(a->path, b->path);
  ck_assert_pstr_eq(a->media_type, b->media_type);
  ck_assert_pstr_eq(a->content_type, b->content_type);
  ck_assert_uint_eq(a->width, b->width);
  ck_assert_uint_eq(a->height, b->height);
  ck_assert_uint_eq(a->bytes, b->bytes);
  ck_assert_int_eq(a->has_sha256, b->has_sha256);
  if (a->has_sha256) ck_assert_mem_eq(a->sha256, b->sha256, 32);
}

/* Exactly as long as the line and the byte that may be written, for the sanitizers. */
static char *copy_of(const char *line, size_t length) {
  char *copy = xmalloc(length + 1);
  memcpy(copy, line, length);
  copy[length] = '\n';
  return copy;
}

START_TEST(scanned_rows_are_as_read) {
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  int scanned = 0;
  static char line[65536];
  printf("row: seed %u\n", seed);
  srand(seed);
  for (int i = 0; i < scaled(20000); i++) {
    bool odd = rand() % 3 == 0;
    size_t length = write_random_row(line, sizeof line, odd);
    int changes = rand() % 2 ? 0 : rand() % 3;
    for (int n = changes; n > 0; n--)
      line[(size_t)rand() % length] = rand() % 2 ? (char)rand() : "\"\\,:{}#@09afAF"[rand() % 14];
    if (changes && rand() % 4 == 0) length = (size_t)rand() % length;
    char *one = copy_of(line, length), *two = copy_of(line, length);
    struct row_view quick = {0}, general = {0};
    if (row_read_fast(one, length, &quick)) {
      scanned++;
      ck_assert(row_read(two, length, ROW_JSON, &general));
      assert_same_views(&quick, &general);
    } else {
      ck_assert(odd || changes);
      ck_assert_mem_eq(one, line, length);
    }
    free(one);
    free(two);
  }
  ck_assert_int_gt(scanned, scaled(8000));
}
END_TEST

static const struct {
  int64_t unix_ms;
  const char *text;
} times[] = {
    {1, "1970-01-01T00:00:00.001Z"},
    {951782400000, "2000-02-29T00:00:00.000Z"},
    {1709251199999, "2024-02-29T23:59:59.999Z"},
    {1735689599000, "2024-12-31T23:59:59.000Z"},
    {4107542400000, "2100-03-01T00:00:00.000Z"},
};

START_TEST(times_are_as_in_the_table) {
  struct row row = {.url = "u", .started_unix_ms = times[_i].unix_ms};
  char *line = xmalloc(row_bound(&row) + 1);
  *row_write(line, &row, ROW_JSON) = '\0';
  ck_assert_ptr_nonnull(strstr(line, times[_i].text));
  free(line);
}
END_TEST

#define TABLE(test, rows) tcase_add_loop_test(tcase, test, 0, sizeof rows / sizeof *rows)

int main(void) {
  Suite *suite = suite_create("row");
  TCase *tcase = tcase_create("row");
  tcase_set_timeout(tcase, 120);
  TABLE(text_is_as_in_the_table, written);
  TABLE(values_are_as_in_the_table_of_fields, written);
  TABLE(what_was_written_is_read, written);
  TABLE(other_lines_are_not_understood, lines);
  TABLE(retryable_is_read, retryables);
  TABLE(texts_of_servers_are_bounded, bounds);
  TABLE(times_are_as_in_the_table, times);
  tcase_add_test(tcase, random_rows_survive);
  tcase_add_test(tcase, mangled_rows_are_safe);
  tcase_add_test(tcase, scanned_rows_are_as_read);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
