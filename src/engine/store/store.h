/* Stores bodies as files that appear complete or not at all, below one directory and never outside it. Worker thread:
 * blocks. */
#ifndef SEINE_ENGINE_STORE_H
#define SEINE_ENGINE_STORE_H

#include <stdbool.h>
#include <stddef.h>

/* A directory that files go below. Does not change once open: any number of threads may use it. */
struct store;

/* A body on its way into a file, for bodies too large for memory. One thread at a time. */
struct large_file;

struct store_failure {
  int error; /* SEINE_E code; 0 if nothing failed */
  int sys; /* errno; 0 if no system call failed */
  char text[256]; /* for people: what failed, which file, what to do */
};

/* One file of a batch. */
struct store_item {
  const char *path; /* relative to the store's directory */
  const void *data; /* borrowed for the call */
  size_t size;
  bool replaces; /* overwrite only an existing regular file */
  bool replace_skipped; /* set if there was no such file: nothing was written */
  struct store_failure failure; /* set by store_write_many; failure.error is 0 if the file is in place */
};

/* Whether a path is relative, and every segment of it a name: not empty, not "." or "..". */
bool store_path_is_plain(const char *path);

/* 0; SEINE_EIO with errno set if `directory` is none or cannot be opened; SEINE_ENOMEM. */
int store_open(struct store **store, const char *directory);
void store_close(struct store *store); /* NULL is fine; no large_file may be open */

/* Writes each item into a file of its own, in place of one that is there, and makes folders as needed. Items in the
 * same folder, next to each other, share the look-up of that folder. A path that is absolute, has an empty, "." or ".."
 * segment, or meets a symbolic link on the way is refused. The number of items that failed. */
size_t store_write_many(struct store *store, struct store_item *items, size_t count);

/* The same for one file. 0, or failure->error. */
int store_write(struct store *store, const char *path, const void *data, size_t size, struct store_failure *failure);

/* The file is temporary, in the store's own directory, until it is committed. */
int large_file_open(struct store *store, struct large_file **large_file, struct store_failure *failure);
int large_file_write(struct large_file *large_file, const void *data, size_t size, struct store_failure *failure);

/* Whether a regular file is at the path, no link being followed. Where that cannot be said, there is none. */
bool store_has_file(struct store *store, const char *path);

/* Moves the file into place as store_write would. Frees large_file, also on failure (the file is removed then). */
int large_file_commit(struct large_file *large_file, const char *path, struct store_failure *failure);

/* Removes the file and frees large_file; NULL is fine. */
void large_file_remove(struct large_file *large_file);

#endif
