/* Lists of every format and packing: records as they are read, what is carried beside the URL, and what is damaged. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>
#include <zlib.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "fixtures/compressed.h"
#include "fixtures/suite.h"
#include "input/file_signature.h"
#include "input/list.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char folder[32]; /* of one test */

static char *path_of(const char *name) {
  return xasprintf("%s/%s", folder, name);
}

static char *write_bytes(const char *name, const void *data, size_t size) {
  char *path = path_of(name);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(data, 1, size, file), size);
  fclose(file);
  return path;
}

static void do_nothing(struct list *list, void *user) {
  (void)list;
  (void)user;
}

/* "URL rest" or "! problem", a line each, without the folder; at last what is wrong with the whole, behind "= ". */
static void read_list(char *path, enum input_format format, const char *column, struct text *seen) {
  struct list_options options = {.sources = &path, .count = 1, .format = format, .url_column = column};
  struct record record;
  struct list *list;
  uv_loop_t loop;
  enum list_event event;
  uint64_t id = 0;
  uv_loop_init(&loop);
  ck_assert_int_eq(list_open(&list, &loop, &options, do_nothing, NULL), 0);
  while ((event = list_next(list, &record)) != LIST_END) {
    if (event == LIST_AGAIN) {
      uv_run(&loop, UV_RUN_ONCE);
      continue;
    }
    ck_assert_uint_eq(record.id, id++);
    ck_assert_uint_eq(record.length, strlen(record.text));
    if (record.problem != NULL)
      text_printf(seen, "! %s\n", record.problem);
    else
      text_printf(seen, "%s%s%s\n", record.text, record.rest != NULL ? " " : "",
                  record.rest != NULL ? record.rest : "");
    if (record.rest != NULL) ck_assert_uint_eq(record.rest_length, strlen(record.rest));
  }
  if (list_problem(list) != NULL) text_printf(seen, "= %s\n", list_problem(list));
  list_close(list);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void expect(struct text *seen, const char *expected) {
  char *at;
  while (seen->data != NULL && (at = strstr(seen->data, folder)) != NULL)
    memmove(at, at + strlen(folder) + 1, strlen(at + strlen(folder) + 1) + 1);
  const char *data = seen->data != NULL ? seen->data : "";
  ck_assert_msg(strcmp(data, expected) == 0, "read\n%s\nnot\n%s", data, expected);
  text_clear(seen);
}

/* ---- Formats ---- */

static const struct {
  const char *name, *data, *column, *expected;
} formats[] = {
    {"a.csv", "url,name\nhttp://h/a,one\n", NULL, "http://h/a {\"name\":\"one\"}\n"},
    {"a.csv", "name,URL\r\none,http://h/a\r\n", NULL, "http://h/a {\"name\":\"one\"}\n"},
    {"a.csv", "\xef\xbb\xbfurl,name\nhttp://h/a,one", NULL, "http://h/a {\"name\":\"one\"}\n"},
    {"a.csv", "\xef\xbb\xbf\"url\",name\nhttp://h/a,one", NULL, "http://h/a {\"name\":\"one\"}\n"},
    {"a.CSV", "x,y\na,http://h/a\n", "y", "http://h/a {\"x\":\"a\"}\n"},
    {"a.csv", "x,y\na,http://h/a\n", "2", "http://h/a {\"x\":\"a\"}\n"},
    {"a.csv", "a,http://h/a\nb,http://h/b\n", "2", "http://h/a {\"1\":\"a\"}\nhttp://h/b {\"1\":\"b\"}\n"},
    {"a.csv", "link\nhttp://h/a\n\n\r\nhttp://h/b\n", NULL, "http://h/a {}\nhttp://h/b {}\n"},
    {"a.csv", "http://h/a\nhttp://h/b\n", NULL, "http://h/a {}\nhttp://h/b {}\n"},
    {"a.csv", "url,a,a,,\nu,1,2,3,4\n", NULL, "u {\"a\":\"1\",\"3\":\"2\",\"4\":\"3\",\"5\":\"4\"}\n"},
    {"a.csv", "url,t\n\"http://h/a,b\",\"say \"\"hi\"\"\"\n", NULL, "http://h/a,b {\"t\":\"say \\\"hi\\\"\"}\n"},
    {"a.csv", "url,t\nu,\"two\r\nlines\"\nv,x\n", NULL, "u {\"t\":\"two\\u000d\\u000alines\"}\nv {\"t\":\"x\"}\n"},
    {"a.csv", "url,t\nu,\"\"\nv,\"\"\"\"\nw,\n", NULL, "u {\"t\":\"\"}\nv {\"t\":\"\\\"\"}\nw {\"t\":\"\"}\n"},
    {"a.csv", "url,t\nu,5\" disk\nv,6\n", NULL, "u {\"t\":\"5\\\" disk\"}\nv {\"t\":\"6\"}\n"},
    {"a.csv", "url,t\n  u  , x \n#v,y\n", NULL, "u {\"t\":\" x \"}\n#v {\"t\":\"y\"}\n"},
    {"a.csv", "url,t\nu,\"x\"y\nv,z\n", NULL,
     "! line 2 of a.csv has something between a closing quote and the next separator\nv {\"t\":\"z\"}\n"},
    {"a.csv", "url,t\nu,\"x\"y\"\nv,z\n", NULL,
     "! line 2 of a.csv has something between a closing quote and the next separator\nv {\"t\":\"z\"}\n"},
    {"a.csv", "url,t\nu,\"x\nv,y\nw,z\n", NULL,
     "! line 2 of a.csv opens a quote that is not closed\nv {\"t\":\"y\"}\nw {\"t\":\"z\"}\n"},
    {"a.csv", "url,t\nu,\"x", NULL, "! line 2 of a.csv opens a quote that is not closed\n"},
    {"a.csv", "url,t\nu\nv,1,2\n,x\n", NULL,
     "! line 2 of a.csv has 1 field instead of 2\n! line 3 of a.csv has 3 fields instead of 2\n"
     "! line 4 of a.csv has no URL\n"},
    {"a.csv", "url,t\nu,\"1\n2\"\n,x\n", NULL, "u {\"t\":\"1\\u000a2\"}\n! line 4 of a.csv has no URL\n"},
    {"a.csv", "url,t\nu,\xff\xe2\x80\xae\xc3\xa9\n", NULL, "u {\"t\":\"%FF\\u202e\xc3\xa9\"}\n"},
    {"a.csv", "id,link\n1,http://h/a\n", NULL,
     "= the list \"a.csv\" has no column \"url\"; --url-column says which of its columns holds the URLs: id, link\n"},
    {"a.csv", "id,link\n1,http://h/a\n", "href",
     "= the list \"a.csv\" has no column \"href\"; its columns are: id, link\n"},
    {"a.csv", "id,link\n1,http://h/a\n", "3", "= the list \"a.csv\" has no column \"3\"; its columns are: id, link\n"},
    {"a.csv", "", NULL, ""},
    {"a.csv", "url,t\n", NULL, ""},
    {"a.tsv", "url\tt\nu\t\"x, y\nv\t\n", NULL, "u {\"t\":\"\\\"x, y\"}\nv {\"t\":\"\"}\n"},
    {"a.tsv", "t\turl\r\n\tu\r\n", NULL, "u {\"t\":\"\"}\n"},
    {"a.tsv", "t\turl\nx\n", NULL, "! line 2 of a.tsv has 1 field instead of 2\n"},
    {"a.jsonl", "{\"url\":\"http://h/a\"}\n", NULL, "http://h/a {}\n"},
    {"a.ndjson", " { \"a\" : 1.50 , \"URL\" : \"u\" , \"b\" : [ true , null , { } , [ ] ] } \r\n\n", NULL,
     "u {\"a\":1.50,\"b\":[true,null,{},[]]}\n"},
    {"a.jsonl", "{\"src\":\"http:\\/\\/h\\/\\u00e9\\ud83d\\udc1f\",\"url\":\"x\"}", "src",
     "http://h/\xc3\xa9\xf0\x9f\x90\x9f {\"url\":\"x\"}\n"},
    {"a.jsonl", "{\"url\":\"u\",\"n\":123456789012345678901234567890,\"e\":-1E+5,\"z\":0}\n", NULL,
     "u {\"n\":123456789012345678901234567890,\"e\":-1E+5,\"z\":0}\n"},
    {"a.jsonl", "{\"b\":1,\"url\":\"u\",\"a\":\"\\ud800 \\\" \xe2\x80\xae\"}\n", NULL,
     "u {\"b\":1,\"a\":\"\\ufffd \\\" \\u202e\"}\n"},
    {"a.jsonl", "{\"u\\u0072l\":\"u\"}\n", "url", "u {}\n"},
    {"a.jsonl", "{\"url\":7}\n[]\nx\n{\"a\":\"b\"}\n{\"url\":\"u\"\n{\"url\":\"u\"}x\n", NULL,
     "! line 1 of a.jsonl has a URL that is no string\n! line 2 of a.jsonl is no JSON object\n"
     "! line 3 of a.jsonl is no JSON object\n! line 4 of a.jsonl has no member for the URL; --url-column names it\n"
     "! line 5 of a.jsonl is a JSON object that does not end\n! line 6 of a.jsonl has something behind its JSON "
     "object\n"},
    {"a.jsonl",
     "{\"url\":\"\\u0000\"}\n{\"url\":\"\\udc00\"}\n{\"url\":\"\"}\n{\"url\":\"\\x\"}\n{\"url\":\"u\xff\"}\n", NULL,
     "! line 1 of a.jsonl has a URL with a NUL byte\n\xef\xbf\xbd {}\n! line 3 of a.jsonl has no URL\n\\x {}\n"
     "u\xff {}\n"},
    {"a.jsonl", "{\"url\":\"u\",\"a\" 1}\n{\"url\":\"u\",\"a\":[1}\n{\"a\":\"b\n{\"url\":\"u\",a:1}\n", NULL,
     "! line 1 of a.jsonl has a name without a value\n! line 2 of a.jsonl has brackets that do not match\n"
     "! line 3 of a.jsonl has a string that does not end\n! line 4 of a.jsonl has a member without a name\n"},
    /* A flaw in another member costs nothing, and what is carried is strict JSON. */
    {"a.jsonl",
     "{\"a\":01,\"url\":\"u\"}\n{\"a\":1.,\"b\":+1,\"c\":.5,\"url\":\"u\"}\n{\"a\":tru,\"b\":True,\"url\":\"u\"}\n"
     "{\"url\":\"u\",\"a\":1,}\n{\"a\":[1 2,,3,],\"b\":,\"url\":\"u\"},\n{\"a\":1 \"url\":\"u\"}\n",
     NULL,
     "u {\"a\":\"01\"}\nu {\"a\":\"1.\",\"b\":\"+1\",\"c\":\".5\"}\nu {\"a\":\"tru\",\"b\":\"True\"}\nu {\"a\":1}\n"
     "u {\"a\":[1,2,3],\"b\":null}\nu {\"a\":1}\n"},
    {"a.jsonl",
     "{\"url\":\"u\",\"a\":NaN,\"b\":-Infinity,\"c\":[nan,Infinity,-0.5e3]}\n{\"a\":\"caf\xe9 "
     "\xed\xa0\x80\",\"url\":\"u\"}\n"
     "{\"a\":\"tab\there\x1b\x7f\",\"url\":\"u\"}\n{\"a\":\"\\ud83d x "
     "\\udc1f\\ud83d\\udc1f\\ud83d\\ud83d\\udc1f\",\"url\":\"u\"}\n"
     "{\"a\":\"\\x \\u12 \\\",\\ud83d\",\"url\":\"u\"}\n{\"\\udc1f\xff\":1,\"url\":\"u\"}\n",
     NULL,
     "u {\"a\":null,\"b\":null,\"c\":[null,null,-0.5e3]}\nu {\"a\":\"caf%E9 %ED%A0%80\"}\n"
     "u {\"a\":\"tab\\u0009here\\u001b\\u007f\"}\n"
     "u {\"a\":\"\\ufffd x \\ufffd\\ud83d\\udc1f\\ufffd\\ud83d\\udc1f\"}\n"
     "u {\"a\":\"\\\\x \\\\u12 \\\",\\ufffd\"}\nu {\"\\ufffd%FF\":1}\n"},
    /* Lists of URLs, and URLs alone. */
    {"a.jl", "{\"n\":1,\"url\":[\"u\",null,\"\\u0076\"],\"m\":2}\n{\"url\":[]}\n{\"url\":[1]}\n{\"url\":null}\n\"w\"\n",
     NULL,
     "u {\"n\":1,\"m\":2}\nv {\"n\":1,\"m\":2}\n! line 2 of a.jl has no URL\n! line 3 of a.jl has a URL that is no "
     "string\n"
     "! line 4 of a.jl has no URL\nw {}\n"},
    {"a.json", "[\"u\",\"v\"]", NULL, "u {}\nv {}\n"},
    {"a.json", "[{\"url\":\"u\",\"a\":[{}]}, {\"url\":\"v\"}]\n", NULL, "u {\"a\":[{}]}\nv {}\n"},
    {"a.json", "[\n {\n  \"url\": \"u\",\n  \"a\": {\n   \"b\": \"}]\"\n  }\n },\n {\n  \"url\": 1\n }\n]\n", NULL,
     "u {\"a\":{\"b\":\"}]\"}}\n! line 8 of a.json has a URL that is no string\n"},
    {"a.json", "{\n \"url\": \"u\"\n}\n{\n \"url\": \"v\"\n}", NULL, "u {}\nv {}\n"},
    {"a.json", "{\"url\":\"u\"}{\"url\":\"v\"}\r{\"url\":\"w\"}", NULL, "u {}\nv {}\nw {}\n"},
    {"a.json", "\x1e{\"url\":\"u\"}\n\x1e{\"url\":\"v\"}\n", NULL, "u {}\nv {}\n"},
    {"a.json", "u\nv\n", NULL, "u\nv\n"},
    {"a.txt", " \n{\"url\":\"u\"}\n{\"url\":\"v\"}\n", NULL, "u {}\nv {}\n"},
    {"a.txt", "[\n\"u\"\n]\n", NULL, "u {}\n"},
    {"a.txt", "[::1]/a\nv\n", NULL, "[::1]/a\nv\n"},
    {"a.json", "[{\"url\":\"u\"},{\"url\":\"v},{\"url\":\"w\"},{\"url\":\"x\"}]", NULL,
     "u {}\n! line 1 of a.json is a JSON value with a quote too few or too many\nw {}\nx {}\n"},
    {"a.json", "[\n{\"url\":\"u\n},\n{\"url\":\"v\"},\n{\"url\":\"w\"", NULL,
     "! line 2 of a.json is a JSON value with a quote too few or too many\nv {}\n"
     "! line 5 of a.json is a JSON value that does not end\n"},
    /* Dialects of CSV. */
    {"a.csv", "url,t\ru,x\rv,y", NULL, "u {\"t\":\"x\"}\nv {\"t\":\"y\"}\n"},
    {"a.csv", "url,t\ru,\"x\ry\"\r,z\r", NULL, "u {\"t\":\"x\\u000dy\"}\n! line 4 of a.csv has no URL\n"},
    {"a.csv", "url,t\nu,x\ry\n", NULL, "u {\"t\":\"x\\u000dy\"}\n"},
    {"a.csv", "url;t\nu;x\nv;\"y;\"\"z\"\n", NULL, "u {\"t\":\"x\"}\nv {\"t\":\"y;\\\"z\"}\n"},
    {"a.csv", "id;url;t\n1;u;a, b\n", NULL, "u {\"id\":\"1\",\"t\":\"a, b\"}\n"},
    {"a.csv", "id;url;t, long\n1;u;a, b\n", NULL, "u {\"id\":\"1\",\"t, long\":\"a, b\"}\n"},
    {"a.csv", "url\tt\nu\tx\n", NULL, "u {\"t\":\"x\"}\n"},
    {"a.csv", "id|src\n1|u\n", "src", "u {\"id\":\"1\"}\n"},
    {"a.csv", "1;http://h/a\n2;http://h/b,c\n", "2", "http://h/a {\"1\":\"1\"}\nhttp://h/b,c {\"1\":\"2\"}\n"},
    {"a.csv", "http://h/a;b|c\n", NULL, "http://h/a;b|c {}\n"},
    {"a.tsv", "url,t\nu,x\n", NULL, "u {\"t\":\"x\"}\n"},
    {"a.csv", "sep=;\r\nurl;t,u\r\nu;x\r\n", NULL, "u {\"t,u\":\"x\"}\n"},
    {"a.csv", "\"sep=|\"\nurl|t\nu|x\n", NULL, "u {\"t\":\"x\"}\n"},
    {"a.csv", " url , the name \nu,x\n", NULL, "u {\"the name\":\"x\"}\n"},
    {"a.csv", "x,2,1\na,b,c\n", "2", "b {\"x\":\"a\",\"1\":\"c\"}\n"},
    {"a.csv", "2,,url\na,b,u\n", NULL, "u {\"2\":\"a\",\"2+\":\"b\"}\n"},
    /* Quotes that a later line closes. */
    {"a.csv", "url,t\nu,\"never\nv,b\nw,\"later\"\nx,ok\n", NULL,
     "! line 2 of a.csv has something between a closing quote and the next separator\nv {\"t\":\"b\"}\n"
     "w {\"t\":\"later\"}\nx {\"t\":\"ok\"}\n"},
    {"a.csv", "url,t,n\nhttp://h/u,\"never\nhttp://h/v,b\nhttp://h/w,\"\nx,ok,1\n", NULL,
     "! line 2 of a.csv opens a quote that a later record closes\nhttp://h/v {\"t\":\"b\"}\n"
     "! line 4 of a.csv opens a quote that is not closed\nx {\"t\":\"ok\",\"n\":\"1\"}\n"},
    {"a.csv", "url,t\nu,\"say \\\"hi\\\"\"\nv,y\n", NULL,
     "! line 2 of a.csv has a backslash before a quote, as Spark and MySQL write it; --quote-style backslash reads "
     "that\nv {\"t\":\"y\"}\n"},
    /* More and fewer fields than the header. */
    {"a.csv", "url,t,n\nhttp://h/a\nhttp://h/b,x\nhttp://h/c,1,2,3\nx\n", NULL,
     "http://h/a {}\nhttp://h/b {\"t\":\"x\"}\nhttp://h/c {\"t\":\"1\",\"n\":\"2\",\"4\":\"3\"}\n"
     "! line 5 of a.csv has 1 field instead of 3\n"},
    {"a.txt", "url,name\n", NULL, "url,name\n"},
};

START_TEST(formats_are_read) {
  struct text seen = {0};
  char *path = write_bytes(formats[_i].name, formats[_i].data, strlen(formats[_i].data));
  read_list(path, INPUT_AUTO, formats[_i].column, &seen);
  unlink(path);
  free(path);
  expect(&seen, formats[_i].expected);
}
END_TEST

/* The same records packed, in names that tell both, behind so many others that chunks end everywhere. */
START_TEST(formats_are_read_packed_and_long) {
  static const char *const filters[] = {"gzip", "zstd", "xz", "bzip2"}, *const endings[] = {"gz", "zst", "xz", "bz2"};
  struct text data = {0}, expected = {0}, seen = {0};
  text_printf(&data, "url,t\n");
  for (int i = 0; i < 12000; i++) {
    text_printf(&data, "http://h/%d,\"a \"\"%d\"\",\nb\"\n", i, i);
    text_printf(&expected, "http://h/%d {\"t\":\"a \\\"%d\\\",\\u000ab\"}\n", i, i);
  }
  size_t size;
  char *bytes = packed(filters[_i], data.data, data.length, &size), *name = xasprintf("a.csv.%s", endings[_i]);
  char *path = write_bytes(name, bytes, size);
  read_list(path, INPUT_AUTO, NULL, &seen);
  unlink(path);
  expect(&seen, expected.data);
  free(path);
  free(name);
  free(bytes);
  text_clear(&expected);
  text_clear(&data);
}
END_TEST

START_TEST(a_record_may_be_64_kib_long_and_no_longer) {
  struct text data = {0}, seen = {0};
  char *filler = xmalloc(70000);
  memset(filler, 'x', 70000);
  text_printf(&data, "url,t\nu,");
  text_add(&data, filler, 65534);
  text_printf(&data, "\nv,");
  text_add(&data, filler, 65535);
  text_printf(&data, "\nw,\"a\n");
  text_add(&data, filler, 70000);
  text_printf(&data, "\nx,1\n");
  char *path = write_bytes("a.csv", data.data, data.length);
  read_list(path, INPUT_AUTO, NULL, &seen);
  ck_assert(strncmp(seen.data, "u {\"t\":\"xxx", 11) == 0);
  memmove(seen.data, strchr(seen.data, '\n') + 1, strlen(strchr(seen.data, '\n')));
  expect(&seen,
         "! line 3 of a.csv is longer than 64 KiB\n! line 4 of a.csv opens a quote that is not closed within 64 KiB\n"
         "! line 5 of a.csv is longer than 64 KiB\nx {\"t\":\"1\"}\n");
  unlink(path);
  free(path);
  free(filler);
  text_clear(&data);
}
END_TEST

/* ---- Packings ---- */

struct packing_row {
  const char *filter;
  /* 0: none; 1: cut in half; 2: overwritten in the middle; 3: twice; 4: garbage behind; 5: check sum changed */
  int change;
  bool all; /* every record is read */
  const char *problem; /* a part of it; NULL: none */
};

static const struct packing_row packings[] = {
    {"gzip", 0, true, NULL},
    {"zstd", 0, true, NULL},
    {"xz", 0, true, NULL},
    {"bzip2", 0, true, NULL},
    {"gzip", 1, false, "too early"},
    {"zstd", 1, false, "zstd data are damaged, or end too early"},
    {"xz", 1, false, "damaged"},
    {"bzip2", 1, false, "damaged, or end too early"},
    {"gzip", 2, false, "damaged"},
    {"zstd", 2, false, "damaged"},
    {"xz", 2, false, "damaged"},
    {"bzip2", 2, false, "damaged"},
    {"gzip", 3, true, NULL},
    {"zstd", 3, true, NULL},
    {"xz", 3, true, NULL},
    {"bzip2", 3, true, NULL},
    {"gzip", 4, true, "something else"},
    {"gzip", 5, true, "incorrect data check"},
};

static char *damage(char *bytes, size_t *size, int change) {
  if (change == 1) *size /= 2;
  if (change == 2) memset(bytes + *size / 2, 0xff, 256); /* zstd has no check sum here: a bit may go unseen */
  if (change == 5) bytes[*size - 6] ^= 1;
  if (change < 3 || change > 4) return bytes;
  size_t more = change == 3 ? *size : 7;
  bytes = xrealloc(bytes, *size + more);
  memcpy(bytes + *size, change == 3 ? bytes : "garbage", more);
  *size += more;
  return bytes;
}

/* Numbers that do not compress to nothing, so that half of them is far from all. */
static void make_lines(struct text *data) {
  uint32_t number = 1;
  for (int i = 0; i < 20000; i++) {
    number = number * 1664525 + 1013904223;
    text_printf(data, "http://h/%u\n", number);
  }
}

START_TEST(packed_lists_are_known_by_their_bytes) {
  const struct packing_row *row = &packings[_i];
  struct text data = {0}, seen = {0};
  size_t size;
  make_lines(&data);
  char *bytes = damage(packed(row->filter, data.data, data.length, &size), &size, row->change);
  char *path = write_bytes("list", bytes, size);
  read_list(path, INPUT_AUTO, NULL, &seen);
  char *end = strstr(seen.data != NULL ? seen.data : "", "= the list");
  if (row->problem == NULL) ck_assert(end == NULL);
  if (row->problem != NULL) {
    ck_assert_msg(end != NULL && strstr(end, row->problem) != NULL, "%s", end != NULL ? end : "no problem");
    ck_assert_ptr_nonnull(strstr(end, "could not be read to its end"));
    *end = '\0';
  }
  size_t length = strlen(seen.data != NULL ? seen.data : "");
  /* What was read is a beginning of the whole, in whole lines. A wrong bit may be found late. */
  if (row->change != 2) ck_assert(memcmp(seen.data, data.data, length < data.length ? length : data.length) == 0);
  if (row->all) ck_assert_uint_eq(length, row->change == 3 ? 2 * data.length : data.length);
  if (row->change == 1) ck_assert(length > 0 && length < data.length && seen.data[length - 1] == '\n');
  unlink(path);
  free(path);
  free(bytes);
  text_clear(&seen);
  text_clear(&data);
}
END_TEST

/* A dictionary of 1.5 GiB, as a few bytes of a file can ask for it, is refused before any memory is taken. */
START_TEST(xz_may_not_take_any_memory) {
  struct text seen = {0};
  size_t size, header = 12;
  char *bytes = packed("xz", "http://h/a\n", 11, &size);
  size_t length = ((unsigned char)bytes[header] + 1u) * 4;
  char *filter = memmem(bytes + header, length, "\x21\x01", 2);
  ck_assert_ptr_nonnull(filter);
  filter[2] = (char)_i;
  uint32_t sum = (uint32_t)crc32(0, (const Bytef *)bytes + header, (uInt)(length - 4));
  for (size_t i = 0; i < 4; i++)
    bytes[header + length - 4 + i] = (char)(sum >> (8 * i));
  char *path = write_bytes("list", bytes, size);
  read_list(path, INPUT_AUTO, NULL, &seen);
  if (_i < 30)
    ck_assert_str_eq(seen.data, "http://h/a\n");
  else
    ck_assert_msg(strstr(seen.data, "its xz data need too much memory to be unpacked: ") != NULL, "%s", seen.data);
  text_clear(&seen);
  unlink(path);
  free(path);
  free(bytes);
}
END_TEST

/* Nothing in it is one thing, and a beginning that is not whole another. */
START_TEST(an_empty_packed_list_is_no_broken_one) {
  static const char *const filters[] = {"gzip", "zstd", "xz", "bzip2"};
  struct text seen = {0};
  size_t size;
  char *bytes = packed(filters[_i], "", 0, &size), *path = write_bytes("list", bytes, size);
  read_list(path, INPUT_AUTO, NULL, &seen);
  expect(&seen, "");
  free(bytes);
  free(path);
  bytes = packed(filters[_i], "http://h/a\n", 11, &size);
  path = write_bytes("list", bytes, size - 10);
  read_list(path, INPUT_AUTO, NULL, &seen);
  ck_assert_ptr_nonnull(seen.data);
  ck_assert_ptr_nonnull(strstr(seen.data, "could not be read to its end"));
  text_clear(&seen);
  unlink(path);
  free(bytes);
  free(path);
}
END_TEST

START_TEST(what_only_begins_like_a_packed_list_is_text) {
  static const char *const texts[] = {"B\n", "BZ\n", "BZh\n", "BZh91AY&S\n", "BZh9", "(\n", "\x1f\n", "\x1f\x8b"};
  struct text seen = {0};
  /* Control characters before a URL are trimmed. */
  const char *shown = texts[_i][1] == '\x8b' ? texts[_i] + 1 : texts[_i];
  char *path = write_bytes("list", texts[_i], strlen(texts[_i])),
       *expected = xasprintf("%.*s\n", (int)strcspn(shown, "\n"), shown);
  read_list(path, INPUT_AUTO, NULL, &seen);
  expect(&seen, expected);
  unlink(path);
  free(path);
  free(expected);
}
END_TEST

/* A packed list by a pipe that is never closed: the list can be closed while a worker waits. */
START_TEST(a_packed_list_can_be_closed_while_it_waits) {
  struct record record;
  struct list *list;
  uv_loop_t loop;
  int ends[2];
  size_t size;
  char *bytes = packed(_i % 2 ? "gzip" : "xz", "http://h/a\n", 11, &size);
  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(write(ends[1], bytes, size - 1), (ssize_t)size - 1);
  char *path = xasprintf("/dev/fd/%d", ends[0]);
  uv_loop_init(&loop);
  ck_assert_int_eq(list_open(&list, &loop, &(struct list_options){.sources = &path, .count = 1}, do_nothing, NULL), 0);
  for (int turn = 0; turn < _i; turn++) {
    list_next(list, &record);
    uv_run(&loop, UV_RUN_NOWAIT);
    usleep(1000);
  }
  list_close(list);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
  close(ends[0]);
  close(ends[1]);
  free(path);
  free(bytes);
}
END_TEST

/* ---- What is no list ---- */

static const struct {
  const char *data; /* of which the rest is NUL bytes */
  size_t size;
  const char *kind; /* NULL: it is taken as text */
} other_files[] = {
    {"PK\3\4\n", 300, "is a zip archive or an office document; unpack it, or save it as CSV, first"},
    {"PK\5\6", 22, "is a zip archive"},
    {"7z\xbc\xaf\x27\x1c", 6, "is a 7z archive; unpack it first"},
    {"Rar!\x1a\x07\x01", 20, "is a RAR archive"},
    {"%PDF-1.7\nhttp://h/a\n", 20, "is a PDF document; give a file of URLs"},
    {"PAR1\x15\x04", 100, "is a Parquet file; write it as CSV or JSON lines first"},
    {"\x89PNG\r\n\x1a\n", 60, "is an image; give a file of URLs"},
    {"\xff\xd8\xff\xe0", 4, "is an image"},
    {"GIF89a", 13, "is an image"},
    {"urls.txt", 512, "is a tar archive; unpack it first"}, /* the word is put in below */
    {"urls.txt", 261, NULL},
    {"P", 1, NULL},
    {"PK\n", 3, NULL},
    {"PK\3\3\n", 5, NULL},
    {"%PDF\n", 5, NULL},
    {"GIF88a\n", 7, NULL},
    {"PAR1,url\n", 9, NULL},
};

static char *other_file_bytes(int row) {
  char *bytes = xcalloc(other_files[row].size + 1, 1);
  memcpy(bytes, other_files[row].data, strnlen(other_files[row].data, other_files[row].size));
  if (strcmp(other_files[row].data, "urls.txt") == 0) memcpy(bytes + 257, "ustar", other_files[row].size < 262 ? 4 : 5);
  return bytes;
}

/* As a plain file, packed, and in pieces that do not show at once what they are. */
START_TEST(what_is_no_list_is_said_to_be_none) {
  size_t size = other_files[_i].size;
  char *bytes = other_file_bytes(_i), cause[1024] = "";
  char *squeezed = packed("gzip", bytes, size, &size);
  char *sources[] = {write_bytes("plain", bytes, other_files[_i].size), write_bytes("squeezed", squeezed, size)};
  for (int i = 0; i < 2; i++) {
    struct text seen = {0};
    int error = list_check(&(struct list_options){.sources = &sources[i], .count = 1}, cause, sizeof cause);
    ck_assert_int_eq(error, other_files[_i].kind != NULL ? -1 : 0);
    read_list(sources[i], INPUT_AUTO, NULL, &seen);
    if (other_files[_i].kind != NULL) {
      ck_assert_msg(strstr(cause, other_files[_i].kind) != NULL, "%s", cause);
      ck_assert_int_eq(strncmp(seen.data, "= the list \"", 12), 0);
      ck_assert_msg(strstr(seen.data, other_files[_i].kind) != NULL, "%s", seen.data);
    } else {
      ck_assert_ptr_null(strstr(seen.data, "= the list"));
    }
    text_clear(&seen);
    unlink(sources[i]);
    free(sources[i]);
  }
  free(squeezed);
  free(bytes);
}
END_TEST

START_TEST(what_is_no_list_may_come_in_pieces) {
  char *bytes = other_file_bytes(_i);
  size_t size = other_files[_i].size, least = strncmp(bytes, "urls", 4) == 0 ? 9 : 1;
  const char *known = NULL;
  bool more = true;
  for (size_t length = least; length <= size && more; length++)
    known = file_signature_kind(bytes, length, &more);
  if (other_files[_i].kind != NULL)
    ck_assert_ptr_nonnull(strstr(known, other_files[_i].kind));
  else
    ck_assert_ptr_null(known);
  free(bytes);
}
END_TEST

/* ---- Before anything starts ---- */

START_TEST(headers_are_checked) {
  size_t size;
  const char *header = "id,link\n1,http://h/a\n";
  char *bytes = packed("xz", header, strlen(header), &size), cause[1024];
  char *plain = write_bytes("a.csv", header, strlen(header)), *squeezed = write_bytes("a.csv.xz", bytes, size);
  char *lines = write_bytes("a.txt", "http://h/a\n", 11);
  char *sources[] = {plain, squeezed, lines};
  struct list_options options = {.sources = sources, .count = 3, .url_column = "link"};
  ck_assert_int_eq(list_check(&options, cause, sizeof cause), 0);
  for (int i = 0; i < 2; i++) {
    options = (struct list_options){.sources = &sources[i], .count = 1};
    ck_assert_int_eq(list_check(&options, cause, sizeof cause), -1);
    ck_assert_ptr_nonnull(
        strstr(cause, "has no column \"url\"; --url-column says which of its columns holds the URLs: id, link"));
  }
  options = (struct list_options){.sources = &lines, .count = 1, .url_column = "link"};
  ck_assert_int_eq(list_check(&options, cause, sizeof cause), -1);
  ck_assert_ptr_nonnull(strstr(cause, "no list has columns"));
  for (int i = 0; i < 3; i++) {
    unlink(sources[i]);
    free(sources[i]);
  }
  free(bytes);
}
END_TEST

static void make_folder(void) {
  strcpy(folder, "/tmp/test_formats.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void) {
  rmdir(folder);
}

int main(void) {
  Suite *suite = suite_create("formats");
  TCase *tcase = tcase_create("formats");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, make_folder, remove_folder);
  tcase_add_loop_test(tcase, formats_are_read, 0, COUNT(formats));
  tcase_add_loop_test(tcase, formats_are_read_packed_and_long, 0, 4);
  tcase_add_test(tcase, a_record_may_be_64_kib_long_and_no_longer);
  tcase_add_loop_test(tcase, packed_lists_are_known_by_their_bytes, 0, COUNT(packings));
  tcase_add_loop_test(tcase, xz_may_not_take_any_memory, 28, 40);
  tcase_add_loop_test(tcase, an_empty_packed_list_is_no_broken_one, 0, 4);
  tcase_add_loop_test(tcase, what_only_begins_like_a_packed_list_is_text, 0, 8);
  tcase_add_loop_test(tcase, a_packed_list_can_be_closed_while_it_waits, 0, 12);
  tcase_add_loop_test(tcase, what_is_no_list_is_said_to_be_none, 0, COUNT(other_files));
  tcase_add_loop_test(tcase, what_is_no_list_may_come_in_pieces, 0, COUNT(other_files));
  tcase_add_test(tcase, headers_are_checked);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
