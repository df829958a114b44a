/* What earlier runs left behind: their rows, taken into memory in one pass, and unfinished files, removed. */
#ifndef SEINE_CLI_REPLAY_H
#define SEINE_CLI_REPLAY_H

#include "output/dedup.h"
#include "manifest/history.h"
#include "manifest/manifest.h"
#include "output/outdir.h"
#include "output/taken_names.h"
#include "options/reject_list.h"

#include <stdatomic.h>

struct replay {
  /* Given; nobody else touches these until replay_read is done. */
  const struct outdir *outdir;
  const struct manifest *manifest;
  const struct fingerprint_key *key; /* of the URLs in the history */
  struct history *history;
  struct dedup *dedup; /* NULL: bytes are not compared */
  struct taken_names *paths; /* NULL: names cannot meet */
  const seine_options_t *options; /* of this run */
  bool retry_failed; /* failures that are not retryable are not done either */
  bool retry_rejected; /* nor are rejections */
  bool checksum; /* the lists' checksums count */
  const struct digest_set *rejected; /* bytes that are not wanted; NULL: none */
  bool rejects_redirects; /* there are patterns for where redirects may not lead */
  bool check_files;  /* what has no file any more, or one of another size, is not done */
  atomic_bool stop;  /* set from the loop's thread to end it early */

  /* How far it is, a little late, for anyone. */
  atomic_uint_least64_t rows_so_far, bytes_so_far;

  /* Found. */
  uint64_t rows;
  uint64_t not_understood; /* lines */
  uint64_t missing, resized; /* of check_files: rows whose file is gone, or has another size */
  size_t leftovers;        /* unfinished files removed */
  int error;               /* errno; 0 */
};

/* Blocks: for a worker. */
void replay_read(struct replay *replay);

#endif
