/* The files under a manifest: opened, locked, checked to be ours, and cut back to their last whole line. */
#ifndef SEINE_CLI_MANIFEST_FILE_H
#define SEINE_CLI_MANIFEST_FILE_H

#include <uv.h>

#include "manifest/row.h"

/* Writing failed; nothing is written any more, and rows appended from now on are lost. Called once, from the loop. */
typedef void (*manifest_error_cb)(const char *sentence, void *user);

struct manifest_options {
  uv_loop_t *loop;
  const char *path; /* "-" is standard output; ".csv" at the end makes it CSV. Folders above it are made */
  int folder; /* the output folder, borrowed until manifest_close; -1: none */
  bool is_default; /* the path was not chosen by the user: its last part is opened in `folder`, and has to be a file of
                      our own */
  bool fresh; /* an earlier manifest is emptied */
  bool durable; /* sync `folder`, then write a group of rows, then sync them */
  bool read_back; /* manifest_read will be used */
  manifest_error_cb on_error;
  void *user;
};

struct manifest_file {
  int rows; /* where rows are written and read back by offset; -1: nowhere */
  int stream; /* a pipe, terminal or device that gets the rows as well; -1: none */
  enum row_format format;
  uint64_t size; /* of what earlier runs wrote */
  char *name; /* for messages; owned */
};

/* 0, or the exit status of a command that cannot use it, which has been said on stderr. */
int manifest_file_open(struct manifest_file *file, const struct manifest_options *options);
/* Sees to it that some rows can still be written from `offset` on when files have filled the disk, where that can
 * be. */
void manifest_file_reserve(const struct manifest_file *file, uint64_t offset);
void manifest_file_close(struct manifest_file *file);

#endif
