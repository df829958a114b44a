/* Opens the files of a manifest, locks them, checks that they hold one, and cuts off an incomplete last line. Loop
 * thread only, at the start and the end of a run. */
#ifndef SEINE_CLI_MANIFEST_FILE_H
#define SEINE_CLI_MANIFEST_FILE_H

#include <uv.h>

#include "manifest/row.h"

/* Called once, from the loop, when writing has failed: rows appended from then on are lost. */
typedef void (*manifest_error_cb)(const char *sentence, void *user);

struct manifest_options {
  uv_loop_t *loop;
  const char *path; /* "-": standard output; CSV if it ends in ".csv". Parent folders are created */
  int folder; /* the output folder, borrowed until manifest_close; -1: none */
  bool is_default; /* not chosen by --manifest: its last component is opened in `folder`, and must be a file that a
                      run wrote */
  bool fresh; /* empty an earlier manifest */
  bool durable; /* sync `folder`, then write a group of rows, then sync them */
  bool read_back; /* manifest_read will be used */
  manifest_error_cb on_error;
  void *user;
};

struct manifest_file {
  int rows; /* file of rows, read back by offset; -1: none */
  int stream; /* a pipe, terminal or device that gets the rows as well; -1: none */
  enum row_format format;
  uint64_t size; /* of what earlier runs wrote */
  char *name; /* for messages; owned */
};

/* Returns 0, or an exit status after a message on stderr. */
int manifest_file_open(struct manifest_file *file, const struct manifest_options *options);
/* Reserves disk space for rows from `offset` on, where the file system supports it: bodies may fill the disk. */
void manifest_file_reserve(const struct manifest_file *file, uint64_t offset);
void manifest_file_close(struct manifest_file *file);

#endif
