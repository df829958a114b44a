/* Reads the manifest of earlier runs into the history, the table of duplicates and the taken names, in one pass, and
 * removes unfinished files after a crash. Worker thread. */
#ifndef SEINE_CLI_REPLAY_H
#define SEINE_CLI_REPLAY_H

#include "manifest/history.h"
#include "manifest/manifest.h"
#include "options/reject_list.h"
#include "output/dedup.h"
#include "output/outdir.h"
#include "output/taken_names.h"

#include <stdatomic.h>

struct replay {
  /* Set by the caller, who does not touch them until replay_read returns. */
  const struct outdir *outdir;
  const struct manifest *manifest;
  const struct fingerprint_key *key; /* of the URLs in the history */
  struct history *history;
  struct dedup *dedup; /* NULL: bytes are not compared */
  struct taken_names *paths; /* NULL: no two URLs get the same name */
  const seine_options_t *options; /* of this run */
  bool retry_failed; /* fetch all failed URLs again */
  bool retry_rejected; /* fetch all rejected URLs again */
  bool checksum; /* --checksum is given */
  const struct digest_set *rejected; /* digests of --reject-sha256; NULL: none */
  bool rejects_redirects; /* there are patterns of rejected redirects */
  bool check_files; /* fetch again if the file is missing or has another size */
  atomic_bool stop; /* set by the loop's thread to stop early */

  /* Progress, updated every 1024 rows. Any thread. */
  atomic_uint_least64_t rows_so_far, bytes_so_far;

  /* Results. */
  uint64_t rows;
  uint64_t not_understood; /* lines */
  uint64_t missing, resized; /* of check_files: rows whose file is gone, or has another size */
  size_t leftovers; /* unfinished files removed */
  int error; /* errno; 0 */
};

/* Worker thread. */
void replay_read(struct replay *replay);

#endif
