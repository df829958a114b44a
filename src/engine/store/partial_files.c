/* Saves unfinished bodies as files for another run, and lists and reads them. */
#include "store/partial_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seine_tools.h"
#include "store/store_internal.h"

#define NAME_DIGITS 32
#define ENDING      ".part"

static const char magic[8] = "seinep1";

struct partial_file {
  struct store *store;
  int folder, fd;
  char name[PARTIAL_NAME_SIZE];
  uint64_t left_bytes;
  uint64_t size_bytes;
};

static int fail(struct store *store, struct store_failure *failure, int sys) {
  return store_fail(store, failure, PARTIAL_FOLDER, sys);
}

void partial_name(const char *url, char name[PARTIAL_NAME_SIZE]) {
  uint8_t hash[32];
  seine_sha256(url, strlen(url), hash);
  for (int i = 0; i < NAME_DIGITS / 2; i++)
    snprintf(name + 2 * i, 3, "%02x", hash[i]);
  strcpy(name + NAME_DIGITS, ENDING);
}

static bool is_part_name(const char *name) {
  return strspn(name, "0123456789abcdef") == NAME_DIGITS && strcmp(name + NAME_DIGITS, ENDING) == 0;
}

static int folder_open(const struct store *store) {
  return openat(store->root, PARTIAL_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A folder without parts is not left behind; one with parts stays by itself. */
static void folder_close(const struct store *store, int folder) {
  close(folder);
  unlinkat(store->root, PARTIAL_FOLDER, AT_REMOVEDIR);
}

/* A regular file with one name and our owner: what was planted is not written to. */
static bool is_ours(const struct stat *found) {
  return S_ISREG(found->st_mode) && found->st_nlink == 1 && found->st_uid == geteuid();
}

void partial_list(struct store *store, void (*on_name)(void *user, const char *name), void *user) {
  int fd = folder_open(store);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  int count = 0;
  if (!folder) {
    if (fd >= 0) close(fd);
    return;
  }
  time_t oldest = time(NULL) - PARTIAL_MAX_DAYS * (time_t)86400;
  for (struct dirent *entry; (entry = readdir(folder));) {
    struct stat found;
    if (!is_part_name(entry->d_name) || fstatat(fd, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (on_name && is_ours(&found) && found.st_mtime >= oldest && count++ < PARTIAL_MAX_FILES)
      on_name(user, entry->d_name);
    else
      unlinkat(fd, entry->d_name, 0);
  }
  closedir(folder);
  unlinkat(store->root, PARTIAL_FOLDER, AT_REMOVEDIR);
}

/* ---- Records ---- */

static void footer_check(const struct partial_footer *footer, uint8_t check[32]) {
  struct partial_footer copy = *footer;
  memset(copy.check, 0, sizeof copy.check);
  seine_sha256(&copy, sizeof copy, check);
}

static bool footer_read(int fd, const struct stat *found, struct partial_footer *footer) {
  uint8_t check[32];
  if (found->st_size <= (off_t)sizeof *footer) return false;
  off_t at = found->st_size - (off_t)sizeof *footer;
  if (pread(fd, footer, sizeof *footer, at) != (ssize_t)sizeof *footer) return false;
  footer_check(footer, check);
  return memcmp(footer->magic, magic, sizeof magic) == 0 && footer->size_bytes == (uint64_t)at &&
         memcmp(footer->check, check, sizeof check) == 0 && memchr(footer->validator, 0, sizeof footer->validator);
}

/* ---- Back from an earlier run ---- */

void partial_close(struct partial_file *file, bool remove) {
  if (!file) return;
  if (remove) unlinkat(file->folder, file->name, 0);
  if (file->fd >= 0) close(file->fd);
  folder_close(file->store, file->folder);
  free(file);
}

static int open_checked(struct partial_file *file, struct partial_footer *footer) {
  struct stat found;
  file->fd = openat(file->folder, file->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file->fd < 0 || fstat(file->fd, &found) != 0) return errno;
  return is_ours(&found) && footer_read(file->fd, &found, footer) ? 0 : EINVAL;
}

int partial_open(struct store *store, const char *name, struct partial_file **result, struct partial_footer *footer,
                 struct store_failure *failure) {
  struct partial_file *file = calloc(1, sizeof *file);
  if (!file) return fail(store, failure, ENOMEM);
  *file = (struct partial_file){.store = store, .fd = NONE, .folder = folder_open(store)};
  if (file->folder < 0) {
    free(file);
    return fail(store, failure, errno);
  }
  snprintf(file->name, sizeof file->name, "%s", name);
  int error = open_checked(file, footer);
  if (error) {
    partial_close(file, error == EINVAL); /* a footer that is none */
    return fail(store, failure, error);
  }
  file->left_bytes = file->size_bytes = footer->size_bytes;
  *result = file;
  return 0;
}

long partial_read(struct partial_file *file, void *data, size_t size, struct store_failure *failure) {
  if (size > file->left_bytes) size = (size_t)file->left_bytes;
  ssize_t got = size ? read(file->fd, data, size) : 0;
  if (got < 0 || (size && !got)) {
    fail(file->store, failure, got < 0 ? errno : EIO);
    return -1;
  }
  file->left_bytes -= (uint64_t)got;
  return (long)got;
}

/* Under a name like those of temporary files: should this run be killed, the next one sweeps it away. */
int partial_claim(struct partial_file *file, struct large_file **result, struct store_failure *failure) {
  struct store *store = file->store;
  struct large_file *large_file = calloc(1, sizeof *large_file);
  int error = large_file ? 0 : ENOMEM;
  if (!error) {
    *large_file = (struct large_file){.store = store, .temp_file = {.fd = file->fd, .folder = store->root}};
    temp_file_name(large_file->temp_file.name, sizeof large_file->temp_file.name);
    if (renameat(file->folder, file->name, store->root, large_file->temp_file.name) != 0) error = errno;
  }
  if (error) {
    free(large_file);
    partial_close(file, false);
    return fail(store, failure, error);
  }
  if (ftruncate(file->fd, (off_t)file->size_bytes) != 0) error = errno;
  file->fd = NONE;
  partial_close(file, false);
  if (error) {
    large_file_remove(large_file);
    return fail(store, failure, error);
  }
  *result = large_file;
  return 0;
}

/* ---- For another run ---- */

static int keep_once(struct large_file *large_file, const char *name) {
  struct store *store = large_file->store;
  struct temp_file *temp_file = &large_file->temp_file;
  if (mkdirat(store->root, PARTIAL_FOLDER, 0777) != 0 && errno != EEXIST) return errno;
  int folder = folder_open(store), error = 0;
  if (folder < 0) return errno;
  if (temp_file->name[0]) {
    if (renameat(temp_file->folder, temp_file->name, folder, name) != 0) error = errno;
    if (!error) temp_file->name[0] = 0;
  } else {
    unlinkat(folder, name, 0);
    error = temp_file_link(store, temp_file, folder, name);
  }
  folder_close(store, folder);
  return error;
}

int large_file_keep(struct large_file *large_file, const char *name, struct partial_footer *footer,
                    struct store_failure *failure) {
  struct store *store = large_file->store;
  *failure = (struct store_failure){0};
  memcpy(footer->magic, magic, sizeof magic);
  footer_check(footer, footer->check);
  int error = temp_file_write(&large_file->temp_file, footer, sizeof *footer);
  if (!error) error = keep_once(large_file, name);
  /* Another worker may have removed the folder, empty, just then. */
  if (error == ENOENT) error = keep_once(large_file, name);
  large_file_remove(large_file);
  return error ? fail(store, failure, error) : 0;
}
