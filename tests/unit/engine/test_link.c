/* One more name for a file: in place, never outside of the directory, never through a symbolic link. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixtures/restricted_syscalls.h"
#include "fixtures/suite.h"
#include "seine.h"
#include "seine_tools.h"

static char directory[64];
static int folder; /* descriptor of it */

static const char *below(const char *path) {
  static char whole[4096];
  snprintf(whole, sizeof whole, "%s/%s", directory, path);
  return whole;
}

static void run(const char *command) {
  char whole[512];
  snprintf(whole, sizeof whole, "cd %s && %s", directory, command);
  ck_assert_int_eq(system(whole), 0);
}

static void setup(void) {
  strcpy(directory, "/tmp/seine-link-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  ck_assert_int_ge(folder, 0);
  run("mkdir a folder && echo one >a/file && echo two >other && ln -s a/file pointer && ln -s a way && ln -s /tmp out");
}

static void teardown(void) {
  run("rm -rf \"$PWD\"");
  close(folder);
}

static const struct {
  const char *from, *to;
  int error; /* errno */
} links[] = {
    {"a/file", "new", 0},
    {"a/file", "a/new", 0},
    {"a/file", "b/c/d/new", 0},
    {"a/file", "other", 0}, /* in its place */
    {"a/file", "a/file", 0}, /* itself */
    {"a/file", "pointer", 0}, /* the link goes, not what it points to */
    {"a/missing", "new", ENOENT},
    {"missing/file", "new", ENOENT},
    {"a", "new", ENOENT}, /* a folder */
    {"pointer", "new", ELOOP},
    {"way/file", "new", ELOOP},
    {"a/file", "way/new", ELOOP},
    {"a/file", "out/seine-link-test", ELOOP},
    {"a/file", "other/new", ENOTDIR},
    {"a/file", "folder", EISDIR},
    {"../etc/passwd", "new", EINVAL},
    {"/etc/passwd", "new", EINVAL},
    {"a/file", "../new", EINVAL},
    {"a/file", "/tmp/new", EINVAL},
    {"a/../a/file", "new", EINVAL},
    {"a//file", "new", EINVAL},
    {"", "new", EINVAL},
    {"a/file", "", EINVAL},
    {"a/file", "new/", EINVAL},
};

#define LINKS ((int)(sizeof links / sizeof links[0]))

/* Also where folders are found name by name. */
START_TEST(links_are_as_in_the_table) {
  int row = _i % LINKS;
  struct stat from, to;
  if (_i >= LINKS && !take_away(true, false, false)) return;
  errno = 0;
  int error = seine_link(folder, links[row].from, links[row].to);
  int sys = errno;
  if (links[row].error) {
    ck_assert_int_eq(error, SEINE_EIO);
    ck_assert_int_eq(sys, links[row].error);
    ck_assert_int_eq(lstat(below("a/file"), &from), 0);
    ck_assert_uint_eq(from.st_nlink, 1);
    run("test \"$(cat other)\" = two");
  } else {
    ck_assert_msg(error == 0, "%s", strerror(sys));
    ck_assert_int_eq(lstat(below(links[row].from), &from), 0);
    ck_assert_int_eq(lstat(below(links[row].to), &to), 0);
    ck_assert_uint_eq(from.st_ino, to.st_ino);
    ck_assert_uint_eq(from.st_nlink, strcmp(links[row].from, links[row].to) == 0 ? 1 : 2);
  }
  run("test -z \"$(find . -name '.seine-*')\"");
}
END_TEST

START_TEST(a_link_is_made_again) {
  struct stat status;
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(seine_link(folder, "a/file", "b/new"), 0);
  ck_assert_int_eq(lstat(below("b/new"), &status), 0);
  ck_assert_uint_eq(status.st_nlink, 2);
  run("test -z \"$(find . -name '.seine-*')\"");
}
END_TEST

START_TEST(a_closed_directory_is_an_error) {
  ck_assert_int_eq(seine_link(-1, "a", "b"), SEINE_EIO);
  ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(a_directory_that_was_renamed_keeps_its_links) {
  char moved[sizeof directory + 8];
  struct stat status;
  snprintf(moved, sizeof moved, "%s-moved", directory);
  ck_assert_int_eq(rename(directory, moved), 0);
  int error = seine_link(folder, "a/file", "b/new");
  ck_assert_int_eq(rename(moved, directory), 0);
  ck_assert_int_eq(error, 0);
  ck_assert_int_eq(lstat(below("b/new"), &status), 0);
  ck_assert_uint_eq(status.st_nlink, 2);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("link");
  TCase *tcase = tcase_create("link");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, links_are_as_in_the_table, 0, 2 * LINKS);
  tcase_add_test(tcase, a_link_is_made_again);
  tcase_add_test(tcase, a_closed_directory_is_an_error);
  tcase_add_test(tcase, a_directory_that_was_renamed_keeps_its_links);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
