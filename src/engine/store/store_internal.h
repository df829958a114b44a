/* Temporary files, shared by store.c and partial_files.c. Worker thread. */
#ifndef SEINE_ENGINE_STORE_INTERNAL_H
#define SEINE_ENGINE_STORE_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>

#include "store/store.h"

#define NONE (-1)

struct store {
  int root;
  char *directory;
  /* Features found missing at run time (O_TMPFILE, AT_EMPTY_PATH). Never reset. */
  atomic_bool no_nameless;
  atomic_bool no_empty_path;
};

/* A file that is being written and has no final name yet. */
struct temp_file {
  int fd;
  int folder; /* where `name` is; borrowed */
  char name[40]; /* "" while it is nameless */
};

struct large_file {
  struct store *store;
  struct temp_file temp_file;
};

void temp_file_name(char *name, size_t size);
/* 0 or an errno. */
int temp_file_write(const struct temp_file *temp_file, const void *data, size_t size);
/* Links a nameless temporary file to a name that does not exist. 0 or an errno; EXDEV if links cannot be made here. */
int temp_file_link(struct store *store, const struct temp_file *temp_file, int folder, const char *name);

/* Fills *failure with error and text, and returns failure->error. */
int store_fail(const struct store *store, struct store_failure *failure, const char *path, int sys);

#endif
