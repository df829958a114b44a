/* Lists: every kind of source and every kind of line, read without blocking the loop. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/text.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "fixtures/scale.h"
#include "fixtures/suite.h"
#include "input/list.h"

/* ---- A list read to its end ---- */

struct reader {
  uv_loop_t loop;
  struct list *list;
  struct text seen; /* a line for each record */
  size_t records;
  size_t stop_after; /* records, after which the list is closed; 0: never */
  bool in_next;
  bool ended;
  char problem[512];
};

static void note(struct reader *reader, const struct record *record) {
  ck_assert_uint_eq(record->id, reader->records++);
  ck_assert_uint_eq(record->length, strlen(record->text));
  if (record->length > 300)
    text_printf(&reader->seen, "%.10s... (%zu bytes)", record->text, record->length);
  else
    text_printf(&reader->seen, "%s", record->text);
  text_printf(&reader->seen, record->problem != NULL ? " ! %s\n" : "\n", record->problem);
}

static void read_on(struct list *list, void *user) {
  struct reader *reader = user;
  struct record record;
  enum list_event event;
  ck_assert(!reader->in_next);
  ck_assert(!reader->ended);
  reader->in_next = true;
  while ((event = list_next(list, &record)) == LIST_RECORD) {
    note(reader, &record);
    if (reader->stop_after == reader->records) break;
  }
  reader->in_next = false;
  if (event == LIST_AGAIN) return;
  if (event == LIST_END) ck_assert_int_eq(list_next(list, &record), LIST_END);
  if (list_problem(list) != NULL) snprintf(reader->problem, sizeof reader->problem, "%s", list_problem(list));
  reader->ended = true;
  list_close(list);
}

static void start(struct reader *reader, char *const *sources, size_t count) {
  *reader = (struct reader){0};
  uv_loop_init(&reader->loop);
  ck_assert_int_eq(list_open(&reader->list, &reader->loop, &(struct list_options){.sources = sources, .count = count},
                             read_on, reader),
                   0);
}

static void finish(struct reader *reader) {
  uv_run(&reader->loop, UV_RUN_DEFAULT);
  ck_assert(reader->ended);
  ck_assert_int_eq(uv_loop_close(&reader->loop), 0);
}

static void expect(struct reader *reader, const char *expected) {
  const char *seen = reader->seen.data != NULL ? reader->seen.data : "";
  ck_assert_msg(strcmp(seen, expected) == 0, "read\n%s\nnot\n%s", seen, expected);
  text_clear(&reader->seen);
}

static char folder[32]; /* of one test */

static char *path_of(const char *name) {
  return xasprintf("%s/%s", folder, name);
}

static char *write_list(const char *name, const void *data, size_t size) {
  char *path = path_of(name);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(data, 1, size, file), size);
  fclose(file);
  return path;
}

/* ---- Lines ---- */

#define TOO_LONG  " ! the line is longer than 64 KiB\n"
#define WITH_NUL  " ! the line contains a NUL byte; a list is plain text, in UTF-8\n"
#define ROW(data) data, sizeof data - 1

static const struct {
  const char *data;
  size_t size;
  const char *expected;
} rows[] = {
    {ROW(""), ""},
    {ROW("\n"), ""},
    {ROW("\n\n \t\r\n\n"), ""},
    {ROW("# comment"), ""},
    {ROW("#\n  # indented\n\t#\n"), ""},
    {ROW("http://h/a\n"), "http://h/a\n"},
    {ROW("http://h/a"), "http://h/a\n"},
    {ROW("http://h/a\nhttp://h/b"), "http://h/a\nhttp://h/b\n"},
    {ROW("http://h/a\r\nhttp://h/b\r\n"), "http://h/a\nhttp://h/b\n"},
    {ROW("http://h/a\r\n\r\n# c\r\nhttp://h/b\r"), "http://h/a\nhttp://h/b\n"},
    {ROW("  http://h/a \t \n\v\fhttp://h/b\f\n"), "http://h/a\nhttp://h/b\n"},
    {ROW("http://h/a b\n"), "http://h/a b\n"},
    {ROW("http://h/a#b\nhttp://h/ # c\n"), "http://h/a#b\nhttp://h/ # c\n"},
    {ROW("\xef\xbb\xbfhttp://h/a\nhttp://h/b\n"), "http://h/a\nhttp://h/b\n"},
    {ROW("\xef\xbb\xbf"), ""},
    {ROW("\xef\xbb\xbf\n"), ""},
    {ROW("\xef\xbb\xbf  # c\nx"), "x\n"},
    {ROW("a\n\xef\xbb\xbf"
         "b\n\xe2\x80\x8b c\xe2\x80\x8f\t\n\xef\xbb\xbf \n\002d\n"),
     "a\nb\nc\nd\n"},
    {ROW("\x01\x02\n\x1f\xef\xbb\xbf\n"), "\x01\x02\n\x1f\xef\xbb\xbf\n"},
    {ROW("\xef\xbb"), "\xef\xbb\n"},
    {ROW("a\rb\n"), "a\nb\n"},
    {ROW("a\rb\r# c\rd"), "a\nb\nd\n"},
    {ROW("a\r\rb\r\nc\nd\re\n"), "a\nb\nc\nd\ne\n"},
    {ROW("a\0b\nc\n"), "a%00b" WITH_NUL "c\n"},
    {ROW("\0\nc"), "%00" WITH_NUL "c\n"},
    {ROW("a\0"), "a%00" WITH_NUL},
    {ROW("#a\0b\nc\n"), "c\n"},
    {ROW("\xff\xfeh\0t\0\n\0"), "ht\n"},
    {ROW("\xfe\xff\0h\0t\0\r\0\n\0u"), "ht\nu\n"},
    {ROW("\xff\xfe\0\0h\0\0\0\n\0\0\0\x1d\xf4\1\0"), "h\n\xf0\x9f\x90\x9d\n"},
    {ROW("\0\0\xfe\xff\0\0\0h"), "h\n"},
    {ROW("\xff\xfeh\0\x3d\xd8\x1f\xdc\x1f\xdct\0x"), "h\xf0\x9f\x90\x9f\xef\xbf\xbdt\xef\xbf\xbd\n"},
    {ROW("\xff\xfe"), ""},
    {ROW("\xff\xfe\0\0"), ""},
    {ROW("\xff"), "\xff\n"},
    {ROW("\xfe\n"), "\xfe\n"},
    {ROW("caf\xe9\n\xe2\x82\xac\n"), "caf\xe9\n\xe2\x82\xac\n"},
    {ROW("\xff\x80\x01\x1b[31m\n"), "\xff\x80\x01\x1b[31m\n"},
    {ROW("ftp://h/a\nnonsense\n"), "ftp://h/a\nnonsense\n"},
    {ROW("PK\nGIF89\n"), "PK\nGIF89\n"},
    {ROW("GIF89"), "GIF89\n"},
};

START_TEST(lines_of_a_file) {
  struct reader reader;
  char *path = write_list("list", rows[_i].data, rows[_i].size);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, rows[_i].expected);
  ck_assert_str_eq(reader.problem, "");
  unlink(path);
  free(path);
}
END_TEST

/* The same lines through a pipe, a byte or a few at a time, so that every boundary falls everywhere. */
struct trickle {
  uv_timer_t timer;
  int fd;
  const char *data;
  size_t size, step, at;
};

static void on_trickle(uv_timer_t *timer) {
  struct trickle *trickle = timer->data;
  size_t size = trickle->size - trickle->at < trickle->step ? trickle->size - trickle->at : trickle->step;
  ssize_t sent = size > 0 ? write(trickle->fd, trickle->data + trickle->at, size) : 0;
  if (sent > 0) trickle->at += (size_t)sent;
  if (trickle->at < trickle->size) return;
  close(trickle->fd);
  uv_close((uv_handle_t *)timer, NULL);
}

static char *start_trickle(struct trickle *trickle, uv_loop_t *loop, const char *data, size_t size, size_t step,
                           int *read_end) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  *trickle = (struct trickle){.fd = ends[1], .data = data, .size = size, .step = step};
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  *read_end = ends[0];
  uv_timer_init(loop, &trickle->timer);
  trickle->timer.data = trickle;
  uv_timer_start(&trickle->timer, on_trickle, 0, 1);
  return xasprintf("/dev/fd/%d", ends[0]);
}

static void read_pipe(const char *data, size_t size, size_t step, const char *expected) {
  struct reader reader = {0};
  struct trickle trickle;
  int read_end;
  uv_loop_init(&reader.loop);
  char *path = start_trickle(&trickle, &reader.loop, data, size, step, &read_end);
  ck_assert_int_eq(
      list_open(&reader.list, &reader.loop, &(struct list_options){.sources = &path, .count = 1}, read_on, &reader), 0);
  read_on(reader.list, &reader);
  finish(&reader);
  close(read_end);
  expect(&reader, expected);
  free(path);
}

START_TEST(lines_of_a_pipe) {
  read_pipe(rows[_i].data, rows[_i].size, 1, rows[_i].expected);
  read_pipe(rows[_i].data, rows[_i].size, 3, rows[_i].expected);
  read_pipe(rows[_i].data, rows[_i].size, 1000, rows[_i].expected);
}
END_TEST

START_TEST(records_come_while_the_pipe_is_open) {
  int ends[2];
  struct reader reader;
  ck_assert_int_eq(pipe(ends), 0);
  char *path = xasprintf("/dev/fd/%d", ends[0]);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  ck_assert_int_eq(write(ends[1], "first\nsec", 9), 9);
  while (reader.records == 0)
    uv_run(&reader.loop, UV_RUN_ONCE);
  ck_assert_uint_eq(reader.records, 1);
  ck_assert_int_eq(write(ends[1], "ond\n", 4), 4);
  while (reader.records == 1)
    uv_run(&reader.loop, UV_RUN_ONCE);
  close(ends[1]);
  finish(&reader);
  close(ends[0]);
  expect(&reader, "first\nsecond\n");
  free(path);
}
END_TEST

/* ---- Long lines ---- */

static char *repeat(char byte, size_t count, const char *after, size_t *size) {
  *size = count + strlen(after);
  char *data = xmalloc(*size + 1);
  memset(data, byte, count);
  memcpy(data + count, after, strlen(after) + 1);
  return data;
}

static const struct {
  char byte;
  size_t count;
  const char *after, *expected;
} long_rows[] = {
    {'a', 65536, "\nx\n", "aaaaaaaaaa... (65536 bytes)\nx\n"},
    {'a', 65536, "", "aaaaaaaaaa... (65536 bytes)\n"},
    {'a', 65537, "\nx\n", "@" TOO_LONG "x\n"},
    {'a', 65537, "", "@" TOO_LONG},
    {'a', 1 << 20, "\nx\n", "@" TOO_LONG "x\n"},
    {'a', 1 << 20, "", "@" TOO_LONG},
    {'a', 5 << 20, "\n\nx", "@" TOO_LONG "x\n"},
    {'#', 1 << 20, "\nx\n", "x\n"},
    {' ', 1 << 20, "\nx\n", "x\n"},
    {' ', 1 << 20, "x\ny", "x\ny\n"},
    {'\n', 1 << 20, "x\n", "x\n"},
    {'a', 262143, "\nx\n", "@" TOO_LONG "x\n"},
    {'a', 262144, "\nx\n", "@" TOO_LONG "x\n"},
    {'\n', 262144, "x\n", "x\n"},
    {'\n', 262143, "xy\nz", "xy\nz\n"},
    {'\n', 524287, "xy\nz", "xy\nz\n"},
};

START_TEST(long_lines_are_passed_over) {
  struct reader reader;
  size_t size, shown_size;
  char *data = repeat(long_rows[_i].byte, long_rows[_i].count, long_rows[_i].after, &size);
  char *shown = repeat('a', LIST_SHOWN_MAX, "", &shown_size);
  const char *rest = long_rows[_i].expected;
  char *expected = *rest == '@' ? xasprintf("%s%s", shown, rest + 1) : xstrdup(rest);
  char *path = write_list("list", data, size);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, expected);
  read_pipe(data, size, 50000, expected);
  free(path);
  free(expected);
  free(shown);
  free(data);
}
END_TEST

START_TEST(a_cut_line_ends_with_a_whole_character) {
  struct reader reader;
  struct text data = {0};
  text_add(&data, "a", 1);
  while (data.length < 70000)
    text_add(&data, "\u732b", 3);
  char *path = write_list("list", data.data, data.length);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  ck_assert_uint_eq(reader.seen.length, 256 + strlen(TOO_LONG));
  ck_assert(utf8_is_valid(reader.seen.data, reader.seen.length));
  text_clear(&reader.seen);
  text_clear(&data);
  free(path);
}
END_TEST

START_TEST(many_lines_come_in_order) {
  struct reader reader;
  struct text data = {0};
  for (int i = 0; i < scaled(100000); i++)
    text_printf(&data, "http://h/%d\n", i);
  char *path = write_list("list", data.data, data.length);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, data.data);
  text_clear(&data);
  free(path);
}
END_TEST

/* ---- Sources ---- */

START_TEST(several_sources_are_read_in_order) {
  struct reader reader = {0};
  struct trickle trickle;
  int read_end;
  uv_loop_init(&reader.loop);
  char *sources[] = {
      write_list("one", "a\nb", 3),
      xstrdup(" HTTP://h/c "),
      start_trickle(&trickle, &reader.loop, "d\ne", 3, 1, &read_end),
      write_list("empty", "", 0),
      xstrdup("https://h/f#g"),
      write_list("two", "\xef\xbb\xbfh\n", 5),
      xstrdup("ftp://h/i"),
  };
  ck_assert_int_eq(
      list_open(&reader.list, &reader.loop, &(struct list_options){.sources = sources, .count = 7}, read_on, &reader),
      0);
  read_on(reader.list, &reader);
  finish(&reader);
  /* What begins with a blank is no URL but the name of a file, and there is no such file. */
  ck_assert_ptr_nonnull(strstr(reader.problem, " HTTP://h/c "));
  expect(&reader, "a\nb\nd\ne\nhttps://h/f#g\nh\nftp://h/i\n");
  close(read_end);
  for (size_t i = 0; i < 7; i++)
    free(sources[i]);
}
END_TEST

START_TEST(urls_need_no_loop) {
  char first[] = "http://h/a", second[] = "http://h/b";
  char *sources[] = {first, second};
  struct reader reader;
  start(&reader, sources, 2);
  read_on(reader.list, &reader);
  ck_assert(reader.ended);
  ck_assert_int_eq(uv_loop_close(&reader.loop), 0);
  expect(&reader, "http://h/a\nhttp://h/b\n");
}
END_TEST

START_TEST(no_source_is_the_end) {
  struct reader reader;
  start(&reader, NULL, 0);
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, "");
}
END_TEST

START_TEST(standard_input_is_read_from_where_it_stands) {
  char input[] = "-";
  char *sources[] = {input};
  struct reader reader;
  char *path = write_list("input", "a\nb\nc\n", 6);
  int saved = dup(STDIN_FILENO), fd = open(path, O_RDONLY);
  dup2(fd, STDIN_FILENO);
  close(fd);
  lseek(STDIN_FILENO, 2, SEEK_SET);
  start(&reader, sources, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  dup2(saved, STDIN_FILENO);
  close(saved);
  expect(&reader, "b\nc\n");
  free(path);
}
END_TEST

START_TEST(a_pipe_as_standard_input_stays_blocking_for_others) {
  char input[] = "-";
  char *sources[] = {input};
  int ends[2], saved = dup(STDIN_FILENO);
  struct reader reader;
  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(write(ends[1], "a\nb", 3), 3);
  close(ends[1]);
  dup2(ends[0], STDIN_FILENO);
  start(&reader, sources, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  ck_assert_int_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
  dup2(saved, STDIN_FILENO);
  close(saved);
  close(ends[0]);
  expect(&reader, "a\nb\n");
}
END_TEST

START_TEST(a_named_pipe_may_be_opened_before_its_writer) {
  struct reader reader;
  char *path = path_of("fifo");
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  for (int i = 0; i < 5; i++) {
    uv_run(&reader.loop, UV_RUN_NOWAIT);
    usleep(2000);
  }
  ck_assert(!reader.ended);
  int fd = open(path, O_WRONLY);
  ck_assert_int_eq(write(fd, "a\nb\n", 4), 4);
  close(fd);
  finish(&reader);
  expect(&reader, "a\nb\n");
  unlink(path);
  free(path);
}
END_TEST

START_TEST(a_terminal_is_read) {
  struct reader reader;
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) return; /* no terminals here */
  char *path = xstrdup(ptsname(master));
  int slave = open(path, O_RDWR | O_NOCTTY);
  start(&reader, &path, 1);
  read_on(reader.list, &reader);
  ck_assert_int_eq(write(master, "a\nb\n\x04", 5), 5);
  finish(&reader);
  expect(&reader, "a\nb\n");
  close(slave);
  close(master);
  free(path);
}
END_TEST

START_TEST(dev_null_is_empty) {
  char null[] = "/dev/null";
  char *sources[] = {null};
  struct reader reader;
  start(&reader, sources, 1);
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, "");
  ck_assert_str_eq(reader.problem, "");
}
END_TEST

/* ---- Ends that come early ---- */

START_TEST(a_list_that_cannot_be_read_is_a_problem_of_its_own) {
  struct reader reader;
  char *sources[] = {path_of("missing"), write_list("good", "a\n", 2), xstrdup(folder)};
  start(&reader, sources, 3);
  read_on(reader.list, &reader);
  finish(&reader);
  ck_assert_ptr_nonnull(strstr(reader.problem, "missing"));
  expect(&reader, "a\n");
  for (size_t i = 0; i < 3; i++)
    free(sources[i]);
}
END_TEST

START_TEST(a_list_can_be_closed_at_any_time) {
  /* After so many turns of the loop: while it is opened, read, waited for, closed. */
  struct reader reader;
  struct text data = {0};
  int ends[2];
  while (data.length < 600000)
    text_add(&data, "http://h/\n", 10);
  ck_assert_int_eq(pipe(ends), 0);
  char *sources[] = {_i % 2 ? xasprintf("/dev/fd/%d", ends[0]) : write_list("list", data.data, data.length)};
  start(&reader, sources, 1);
  if (_i % 4 < 2) ck_assert_int_eq(write(ends[1], "a\nb", 3), 3);
  for (int turn = 0; turn < _i / 4; turn++) {
    struct record record;
    if (turn == 1 && !reader.ended) list_next(reader.list, &record);
    uv_run(&reader.loop, UV_RUN_NOWAIT);
    usleep(500);
  }
  if (!reader.ended) list_close(reader.list);
  reader.ended = true;
  finish(&reader);
  close(ends[0]);
  close(ends[1]);
  text_clear(&reader.seen);
  text_clear(&data);
  free(sources[0]);
}
END_TEST

START_TEST(a_list_can_be_closed_from_its_callback) {
  struct reader reader;
  char *path = write_list("list", "a\nb\nc\n", 6);
  start(&reader, &path, 1);
  reader.stop_after = 2;
  read_on(reader.list, &reader);
  finish(&reader);
  expect(&reader, "a\nb\n");
  free(path);
}
END_TEST

/* ---- Before anything starts ---- */

START_TEST(lists_are_checked) {
  char *good = write_list("good", "a\n", 2), *missing = path_of("missing");
  const struct {
    const char *sources[3];
    size_t count;
    const char *cause; /* NULL: fine */
  } checks[] = {
      {{good}, 1, NULL},
      {{"-"}, 1, NULL},
      {{"-", good, "http://h/a"}, 3, NULL},
      {{"ftp://h/a"}, 1, NULL},
      {{"/dev/null"}, 1, NULL},
      {{"-", good, "-"}, 3, "given twice"},
      {{good, missing}, 2, "does not exist"},
      {{folder}, 1, "is a folder"},
      {{""}, 1, "empty name"},
      {{"h/a.jpg"}, 1, "does not exist"},
  };
  for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    char cause[1536] = "";
    int error =
        list_check(&(struct list_options){.sources = (char *const *)checks[i].sources, .count = checks[i].count}, cause,
                   sizeof cause);
    ck_assert_int_eq(error, checks[i].cause != NULL ? -1 : 0);
    if (checks[i].cause != NULL) ck_assert_msg(strstr(cause, checks[i].cause) != NULL, "%s", cause);
  }
  if (geteuid() != 0) { /* whom nothing is forbidden */
    char cause[1536];
    chmod(good, 0);
    ck_assert_int_eq(list_check(&(struct list_options){.sources = &good, .count = 1}, cause, sizeof cause), -1);
    ck_assert_ptr_nonnull(strstr(cause, "cannot be read"));
  }
  free(good);
  free(missing);
}
END_TEST

static void make_folder(void) {
  strcpy(folder, "/tmp/test_list.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void) {
  static const char *const names[] = {"list", "one", "two", "empty", "input", "good", "fifo"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char *path = path_of(names[i]);
    unlink(path);
    free(path);
  }
  rmdir(folder);
}

int main(void) {
  Suite *suite = suite_create("list");
  TCase *tcase = tcase_create("list");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, make_folder, remove_folder);
  tcase_add_loop_test(tcase, lines_of_a_file, 0, sizeof rows / sizeof rows[0]);
  tcase_add_loop_test(tcase, lines_of_a_pipe, 0, sizeof rows / sizeof rows[0]);
  tcase_add_test(tcase, records_come_while_the_pipe_is_open);
  tcase_add_loop_test(tcase, long_lines_are_passed_over, 0, sizeof long_rows / sizeof long_rows[0]);
  tcase_add_test(tcase, a_cut_line_ends_with_a_whole_character);
  tcase_add_test(tcase, many_lines_come_in_order);
  tcase_add_test(tcase, several_sources_are_read_in_order);
  tcase_add_test(tcase, urls_need_no_loop);
  tcase_add_test(tcase, no_source_is_the_end);
  tcase_add_test(tcase, standard_input_is_read_from_where_it_stands);
  tcase_add_test(tcase, a_pipe_as_standard_input_stays_blocking_for_others);
  tcase_add_test(tcase, a_named_pipe_may_be_opened_before_its_writer);
  tcase_add_test(tcase, a_terminal_is_read);
  tcase_add_test(tcase, dev_null_is_empty);
  tcase_add_test(tcase, a_list_that_cannot_be_read_is_a_problem_of_its_own);
  tcase_add_loop_test(tcase, a_list_can_be_closed_at_any_time, 0, 32);
  tcase_add_test(tcase, a_list_can_be_closed_from_its_callback);
  tcase_add_test(tcase, lists_are_checked);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
