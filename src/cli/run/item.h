/* A URL between its submission and its row. Loop thread only. */
#ifndef SEINE_CLI_ITEM_H
#define SEINE_CLI_ITEM_H

#include "input/checksum.h"
#include "manifest/row.h"
#include "run/run_state.h"

struct item {
  struct run *run;
  uint64_t id, url; /* number of the record, fingerprint of the URL */
  struct dedup_claim *claim; /* this body is the first copy of its bytes */
  struct dedup_waiter waiter; /* for the row of the first copy */
  char *link_path; /* with --dedup=link, the name of a duplicate; owned */
  struct saved_row *saved; /* its row, while it cannot be written; owned */
  struct checksum *checksum; /* that its bytes must have; owned; NULL: any */
  bool skip_dedup; /* its bytes are stored even if they look like a duplicate */
  bool distinct; /* another URL has the same name */
  bool unnamed; /* the template gave no path */
  bool lacked_space; /* it is fetched again, since the disk was full the first time */
  struct item *next_without_space; /* in run.space.waiting */
  bool rejected_before; /* by an earlier run, for its type */
  bool url_as_written; /* rows show the URL unchanged */
  char *input; /* other columns of its record; owned; NULL: none */
  size_t input_bytes;
};

/* A copy of a row that has to wait: for the row of the first copy of its bytes, or for space on the disk. One
 * allocation, strings included. */
struct saved_row {
  struct row row;
  uint8_t sha256[32];
  uint64_t offset; /* of the first copy's row */
  char *path; /* of the first copy, from a row of an earlier run; owned */
  uv_work_t work;
  bool exists; /* `path` is a regular file of the same size */
  const char *request_url;
  char texts[];
};

/* Returns the URL as rows show it, in run->shown_url, valid until the next call. */
const char *item_show_url(struct run *run, const char *url);

/* Sets item->saved to a copy of the row. `request_url` is the URL to fetch should that be needed again. */
void item_save_row(struct item *item, const struct row *row, const char *request_url);
void saved_row_free(struct saved_row *saved); /* NULL is fine */

/* Frees an item once its row is written. */
void item_release(struct item *item);

#endif
