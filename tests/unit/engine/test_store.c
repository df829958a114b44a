/* Files that appear whole or not at all, and never outside their directory. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixtures/restricted_syscalls.h"
#include "fixtures/suite.h"
#include "seine.h"
#include "store/store.h"

static char base[64]; /* of this test */
static char directory[128]; /* the store's, below it */
static struct store *store;

static void setup(void) {
  strcpy(base, "/tmp/seine-store-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(base));
  snprintf(directory, sizeof(directory), "%s/out", base);
  ck_assert_int_eq(mkdir(directory, 0777), 0);
  ck_assert_int_eq(store_open(&store, directory), 0);
}

static void remove_tree(const char *path) {
  char command[300];
  snprintf(command, sizeof(command), "rm -rf '%s'", path);
  ck_assert_int_eq(system(command), 0);
}

static void teardown(void) {
  store_close(store);
  remove_tree(base);
}

static const char *below(const char *path) {
  static char whole[8192];
  snprintf(whole, sizeof(whole), "%s/%s", directory, path);
  return whole;
}

static void expect_file(const char *path, const void *data, size_t size) {
  char *held = malloc(size + 1);
  FILE *file = fopen(below(path), "rb");
  ck_assert_msg(file != NULL, "%s is missing", path);
  ck_assert_uint_eq(fread(held, 1, size + 1, file), size);
  if (size) ck_assert_mem_eq(held, data, size);
  fclose(file);
  free(held);
}

/* Files and folders below `path`, whatever their names. */
static int entries(const char *path) {
  DIR *dir = opendir(path);
  int count = 0;
  ck_assert_ptr_nonnull(dir);
  for (struct dirent *entry; (entry = readdir(dir));)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) count++;
  closedir(dir);
  return count;
}

static int descriptors(void) {
  return entries("/proc/self/fd");
}

static const char *const paths[] = {
    "a.jpg", "folder/a.jpg", "a/b/c/d/e/f.jpg", "..a/b..", "spaces and \xc3\xa9/\xf0\x9f\x90\x9f.png",
    "a\nb",  ".hidden/.x",
};

START_TEST(a_file_appears_and_is_replaced) {
  struct store_failure failure;
  struct stat found;
  mode_t mask = umask(027);
  int before = descriptors();
  ck_assert_int_eq(store_write(store, paths[_i], "first", 5, &failure), 0);
  ck_assert_int_eq(failure.error, 0);
  expect_file(paths[_i], "first", 5);
  ck_assert_int_eq(stat(below(paths[_i]), &found), 0);
  ck_assert_int_eq(found.st_mode & 07777, 0640);
  ck_assert_int_eq(store_write(store, paths[_i], "the second", 10, &failure), 0);
  expect_file(paths[_i], "the second", 10);
  ck_assert_int_eq(store_write(store, paths[_i], "", 0, &failure), 0);
  expect_file(paths[_i], "", 0);
  ck_assert_int_eq(entries(directory), 1);
  ck_assert_int_eq(descriptors(), before);
  umask(mask);
}
END_TEST

static const char *const refused[] = {
    "",    "/",     "/etc/passwd",       "..", ".", "../x", "a/../x", "a/..", "a/.", "./a", "a//b", "a/",
    "//a", "a/./b", "../../../../tmp/x",
};

START_TEST(a_path_that_is_not_plain_is_refused) {
  struct store_failure failure;
  struct large_file *large_file;
  ck_assert_int_eq(store_write(store, refused[_i], "x", 1, &failure), SEINE_EIO);
  ck_assert_int_eq(failure.sys, EINVAL);
  ck_assert_uint_gt(strlen(failure.text), 0);
  ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
  ck_assert_int_eq(large_file_commit(large_file, refused[_i], &failure), SEINE_EIO);
  ck_assert_int_eq(entries(directory), 0);
  ck_assert_int_eq(entries(base), 1);
}
END_TEST

/* What stands in the way, the path that meets it, and what is said. */
START_TEST(symbolic_links_are_not_followed) {
  static const char *const victims[] = {"link/x", "link/deeper/x", "real/link/x", "dangling/x", "self/x"};
  struct store_failure failure;
  struct large_file *large_file;
  char outside[128], target[200];
  snprintf(outside, sizeof(outside), "%s/outside", base);
  ck_assert_int_eq(mkdir(outside, 0777), 0);
  ck_assert_int_eq(mkdir(below("real"), 0777), 0);
  ck_assert_int_eq(symlink(outside, below("link")), 0);
  ck_assert_int_eq(symlink("../../outside", below("real/link")), 0);
  snprintf(target, sizeof(target), "%s/nowhere", base);
  ck_assert_int_eq(symlink(target, below("dangling")), 0);
  ck_assert_int_eq(symlink("self", below("self")), 0);
  for (size_t i = 0; i < sizeof(victims) / sizeof(victims[0]); i++) {
    ck_assert_int_eq(store_write(store, victims[i], "x", 1, &failure), SEINE_EIO);
    ck_assert_int_eq(failure.sys, ELOOP);
    ck_assert_msg(strstr(failure.text, "symbolic link") != NULL, "%s", failure.text);
    ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
    ck_assert_int_eq(large_file_commit(large_file, victims[i], &failure), SEINE_EIO);
  }
  ck_assert_int_eq(entries(outside), 0);
  ck_assert_int_eq(entries(base), 2);
  /* In the file's own place a link is replaced, and what it points to is left alone. */
  snprintf(target, sizeof(target), "%s/precious", outside);
  FILE *precious = fopen(target, "w");
  fputs("precious", precious);
  fclose(precious);
  ck_assert_int_eq(symlink(target, below("x.jpg")), 0);
  ck_assert_int_eq(store_write(store, "x.jpg", "new", 3, &failure), 0);
  struct stat found;
  ck_assert_int_eq(lstat(below("x.jpg"), &found), 0);
  ck_assert(S_ISREG(found.st_mode));
  expect_file("x.jpg", "new", 3);
  expect_file("../outside/precious", "precious", 8);
}
END_TEST

START_TEST(what_is_in_the_way_is_told) {
  struct store_failure failure;
  char longest[300];
  ck_assert_int_eq(store_write(store, "file", "x", 1, &failure), 0);
  ck_assert_int_eq(store_write(store, "file/below", "x", 1, &failure), SEINE_EIO);
  ck_assert_int_eq(failure.sys, ENOTDIR);
  ck_assert_int_eq(mkdir(below("folder"), 0777), 0);
  ck_assert_int_eq(store_write(store, "folder", "x", 1, &failure), SEINE_EIO);
  ck_assert_msg(strstr(failure.text, "a folder is where the file should be") != NULL, "%s", failure.text);
  memset(longest, 'n', sizeof(longest) - 1);
  longest[sizeof(longest) - 1] = 0;
  ck_assert_int_eq(store_write(store, longest, "x", 1, &failure), SEINE_EIO);
  ck_assert_int_eq(failure.sys, ENAMETOOLONG);
  ck_assert_msg(strstr(failure.text, "choose shorter names") != NULL, "%s", failure.text);
  longest[200] = '/';
  longest[299 - 1] = 0;
  ck_assert_int_eq(store_write(store, longest, "x", 1, &failure), 0);
  ck_assert_int_eq(entries(directory), 3);
}
END_TEST

START_TEST(a_directory_that_is_none_is_refused) {
  struct store *other;
  struct store_failure failure;
  ck_assert_int_eq(store_open(&other, below("missing")), SEINE_EIO);
  ck_assert_int_eq(errno, ENOENT);
  ck_assert_ptr_null(other);
  ck_assert_int_eq(store_write(store, "file", "x", 1, &failure), 0);
  ck_assert_int_eq(store_open(&other, below("file")), SEINE_EIO);
  ck_assert_int_eq(errno, ENOTDIR);
}
END_TEST

START_TEST(a_batch_writes_all_it_can) {
  struct store_item items[64];
  char names[64][40], data[64][20];
  int before = descriptors();
  memset(items, 0xee, sizeof(items));
  for (int i = 0; i < 64; i++) {
    snprintf(names[i], sizeof(names[i]), i % 16 == 15 ? "../%d" : "f%d/%d.jpg", i % 16 == 15 ? i : i / 8, i);
    items[i].replaces = false;
    items[i].path = names[i];
    items[i].data = data[i];
    items[i].size = (size_t)snprintf(data[i], sizeof(data[i]), "data %d", i);
  }
  ck_assert_uint_eq(store_write_many(store, items, 64), 4);
  for (int i = 0; i < 64; i++) {
    if (i % 16 == 15) {
      ck_assert_int_eq(items[i].failure.error, SEINE_EIO);
      ck_assert_msg(strstr(items[i].failure.text, names[i]) != NULL, "%s", items[i].failure.text);
    } else {
      ck_assert_int_eq(items[i].failure.error, 0);
      expect_file(names[i], data[i], items[i].size);
    }
  }
  ck_assert_int_eq(entries(directory), 8);
  ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(what_only_replaces_makes_no_file) {
  struct store_item items[] = {{.path = "f/there"},   {.path = "f/new"}, {.path = "none/new"},      {.path = "link"},
                               {.path = "way/there"}, {.path = "f"},     {.path = "../out/f/there"}};
  enum { COUNT = sizeof items / sizeof *items };
  struct store_failure failure;
  ck_assert_int_eq(store_write(store, "f/there", "old", 3, &failure), 0);
  ck_assert_int_eq(symlink("f/there", below("link")), 0);
  ck_assert_int_eq(symlink("f", below("way")), 0);
  for (int i = 0; i < COUNT; i++) {
    items[i].data = "new";
    items[i].size = 3;
    items[i].replaces = true;
  }
  int before = descriptors();
  ck_assert_uint_eq(store_write_many(store, items, COUNT), 0);
  for (int i = 0; i < COUNT; i++)
    ck_assert_msg(items[i].replace_skipped == (i > 0) && !items[i].failure.error, "%s", items[i].path);
  expect_file("f/there", "new", 3);
  ck_assert_int_eq(entries(below("f")), 1);
  ck_assert_int_eq(entries(directory), 3);
  ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(a_spool_becomes_a_file_or_nothing) {
  struct store_failure failure;
  struct large_file *large_file;
  char piece[1000];
  int before = descriptors();
  memset(piece, 'p', sizeof(piece));
  ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(large_file_write(large_file, piece, sizeof(piece), &failure), 0);
  ck_assert_int_eq(large_file_commit(large_file, "deep/er/big.bin", &failure), 0);
  struct stat found;
  ck_assert_int_eq(stat(below("deep/er/big.bin"), &found), 0);
  ck_assert_int_eq(found.st_size, 100000);
  ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
  ck_assert_int_eq(large_file_write(large_file, "small", 5, &failure), 0);
  ck_assert_int_eq(large_file_commit(large_file, "deep/er/big.bin", &failure), 0);
  expect_file("deep/er/big.bin", "small", 5);
  ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
  ck_assert_int_eq(large_file_write(large_file, piece, sizeof(piece), &failure), 0);
  large_file_remove(large_file);
  large_file_remove(NULL);
  ck_assert_int_eq(entries(directory), 1);
  ck_assert_int_eq(entries(below("deep/er")), 1);
  ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(a_folder_that_vanished_is_made_again) {
  struct store_failure failure;
  ck_assert_int_eq(store_write(store, "a/b/1", "x", 1, &failure), 0);
  remove_tree(below("a"));
  ck_assert_int_eq(store_write(store, "a/b/2", "x", 1, &failure), 0);
  expect_file("a/b/2", "x", 1);
}
END_TEST

/* The limit on file sizes stops a write in the middle, as a full disk would. */
START_TEST(a_write_that_fails_leaves_nothing) {
  static char data[65536];
  struct store_failure failure;
  struct large_file *large_file;
  struct rlimit limit = {.rlim_cur = 30000, .rlim_max = RLIM_INFINITY}, old;
  ck_assert_int_eq(store_write(store, "kept", "old", 3, &failure), 0);
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &old);
  setrlimit(RLIMIT_FSIZE, &limit);
  int whole = store_write(store, "kept", data, sizeof(data), &failure);
  int sys = failure.sys;
  int opened = large_file_open(store, &large_file, &failure);
  int spooled = large_file_write(large_file, data, sizeof(data), &failure);
  setrlimit(RLIMIT_FSIZE, &old);
  ck_assert_int_eq(whole, SEINE_EIO);
  ck_assert_int_eq(sys, EFBIG);
  ck_assert_int_eq(opened, 0);
  ck_assert_int_eq(spooled, SEINE_EIO);
  large_file_remove(large_file);
  expect_file("kept", "old", 3);
  ck_assert_int_eq(entries(directory), 1);
}
END_TEST

/* Mounts need a privilege; without it there is nothing to be tested here. */
static bool mount_small(const char *path) {
  ck_assert_int_eq(mkdir(path, 0777), 0);
  return mount("seine-test", path, "tmpfs", 0, "size=256k") == 0;
}

START_TEST(a_full_disk_is_told_and_leaves_nothing) {
  static char data[400000];
  struct store_failure failure;
  struct store *small;
  struct large_file *large_file;
  char path[200];
  snprintf(path, sizeof(path), "%s/small", base);
  if (!mount_small(path)) return;
  int opened = store_open(&small, path);
  int wrote = store_write(small, "a/big", data, sizeof(data), &failure);
  struct store_failure full = failure;
  int spooled = large_file_open(small, &large_file, &failure) == 0
                    ? large_file_write(large_file, data, sizeof(data), &failure)
                    : 0;
  large_file_remove(large_file);
  int after = store_write(small, "a/small", data, 1000, &failure);
  int left = entries(path);
  store_close(small);
  ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
  ck_assert_int_eq(opened, 0);
  ck_assert_int_eq(wrote, SEINE_EIO);
  ck_assert_int_eq(full.sys, ENOSPC);
  ck_assert_msg(strstr(full.text, path) && strstr(full.text, "no space is left"), "%s", full.text);
  ck_assert_int_eq(spooled, SEINE_EIO);
  ck_assert_int_eq(after, 0);
  ck_assert_int_eq(left, 1);
}
END_TEST

/* A folder of the store on another file system: nothing can be renamed into it. */
START_TEST(a_spool_reaches_another_file_system) {
  struct store_failure failure;
  struct large_file *large_file;
  char path[200];
  snprintf(path, sizeof(path), "%s/other", directory);
  if (!mount_small(path)) return;
  int opened = large_file_open(store, &large_file, &failure);
  int wrote = large_file_write(large_file, "across", 6, &failure);
  int committed = large_file_commit(large_file, "other/place/x", &failure);
  FILE *file = fopen(below("other/place/x"), "r");
  char held[10] = "";
  if (file) ck_assert_ptr_nonnull(fgets(held, sizeof(held), file));
  if (file) fclose(file);
  int again = store_write(store, "other/place/y", "across", 6, &failure);
  int left = entries(below("other/place"));
  ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
  ck_assert_int_eq(opened, 0);
  ck_assert_int_eq(wrote, 0);
  ck_assert_int_eq(committed, 0);
  ck_assert_str_eq(held, "across");
  ck_assert_int_eq(again, 0);
  ck_assert_int_eq(left, 2);
  ck_assert_int_eq(entries(directory), 1);
}
END_TEST

START_TEST(older_systems_do_as_well) {
  static const bool missing[][3] = {
      {true, false, false}, {false, true, false}, {false, false, true}, {true, true, true}};
  struct store_failure failure;
  struct large_file *large_file;
  const char *fork = getenv("CK_FORK");
  if (fork && strcmp(fork, "no") == 0) return; /* it could not be given back */
  ck_assert_int_eq(symlink("/tmp", below("link")), 0);
  if (!take_away(missing[_i][0], missing[_i][1], missing[_i][2])) return;
  int before = descriptors();
  for (int round = 0; round < 3; round++) {
    ck_assert_int_eq(store_write(store, "a/b/x", "whole", 5, &failure), 0);
    expect_file("a/b/x", "whole", 5);
    ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
    ck_assert_int_eq(large_file_write(large_file, "spooled", 7, &failure), 0);
    ck_assert_int_eq(large_file_commit(large_file, "a/c/y", &failure), 0);
    expect_file("a/c/y", "spooled", 7);
    ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
    large_file_remove(large_file);
    ck_assert_int_eq(large_file_open(store, &large_file, &failure), 0);
    ck_assert_int_eq(large_file_commit(large_file, "../x", &failure), SEINE_EIO);
    ck_assert_int_eq(store_write(store, "link/x", "x", 1, &failure), SEINE_EIO);
    ck_assert_int_eq(failure.sys, ELOOP);
    ck_assert_int_eq(store_write(store, "a/b", "x", 1, &failure), SEINE_EIO);
  }
  ck_assert_int_eq(entries(directory), 2);
  ck_assert_int_eq(entries(below("a")), 2);
  ck_assert_int_eq(entries(below("a/b")) + entries(below("a/c")), 2);
  ck_assert_int_eq(descriptors(), before);
}
END_TEST

static void *writer(void *arg) {
  size_t failed = 0;
  for (int i = 0; i < 200; i++) {
    char path[60], data[200];
    struct store_failure failure;
    snprintf(path, sizeof(path), "f%d/g%d/%s", i % 7, i % 3, i % 2 ? "same" : (const char *)arg);
    memset(data, *(const char *)arg, sizeof(data));
    if (store_write(store, path, data, sizeof(data), &failure) != 0) failed++;
  }
  return (void *)failed;
}

/* Nobody sees half of one and half of another, and folders are made by whoever comes first. */
START_TEST(threads_do_not_disturb_each_other) {
  static char names[4][2] = {"a", "b", "c", "d"};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, writer, names[i]), 0);
  for (int i = 0; i < 4; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    ck_assert_ptr_null(failed);
  }
  for (int i = 0; i < 42; i++) {
    char path[60], data[201];
    snprintf(path, sizeof(path), "f%d/g%d/same", i % 7, i % 3);
    FILE *file = fopen(below(path), "r");
    if (!file) continue;
    ck_assert_uint_eq(fread(data, 1, sizeof(data), file), 200);
    fclose(file);
    for (int at = 1; at < 200; at++)
      ck_assert_int_eq(data[at], data[0]);
    snprintf(path, sizeof(path), "f%d/g%d", i % 7, i % 3);
    ck_assert_int_le(entries(below(path)), 5);
  }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("store");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, a_file_appears_and_is_replaced, 0, COUNT(paths));
  tcase_add_loop_test(tests, a_path_that_is_not_plain_is_refused, 0, COUNT(refused));
  tcase_add_test(tests, symbolic_links_are_not_followed);
  tcase_add_test(tests, what_is_in_the_way_is_told);
  tcase_add_test(tests, a_directory_that_is_none_is_refused);
  tcase_add_test(tests, a_batch_writes_all_it_can);
  tcase_add_test(tests, what_only_replaces_makes_no_file);
  tcase_add_test(tests, a_spool_becomes_a_file_or_nothing);
  tcase_add_test(tests, a_folder_that_vanished_is_made_again);
  tcase_add_test(tests, a_write_that_fails_leaves_nothing);
  tcase_add_test(tests, a_full_disk_is_told_and_leaves_nothing);
  tcase_add_test(tests, a_spool_reaches_another_file_system);
  tcase_add_loop_test(tests, older_systems_do_as_well, 0, 4);
  tcase_add_test(tests, threads_do_not_disturb_each_other);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
