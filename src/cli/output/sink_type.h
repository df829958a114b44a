/* The table of sinks, and what a sink does. A new one is a row here and a file sink_NAME.c. */
#ifndef SEINE_CLI_SINK_TYPE_H
#define SEINE_CLI_SINK_TYPE_H

#include "base/fingerprint_table.h"
#include "output/naming.h"
#include "output/outdir.h"
#include "output/taken_names.h"

#include "seine.h"

/* Value of --output-format, and the sink's type. */
#define SINKS(ROW)                                                                                                     \
  ROW("files", sink_files)                                                                                             \
  ROW("none", sink_none)

/* Borrowed until the sink is closed. */
struct sink_options {
  const char *folder; /* of --output */
  struct outdir *outdir; /* to be opened by a sink that puts files into the folder; closed by the caller */
  const char *name; /* preset or template of --name */
  bool content_disposition;
  const struct fingerprint_key *key;
};

/* The record that a body belongs to. */
struct sink_record {
  uint64_t id; /* number in the lists */
  uint64_t url; /* fingerprint of its URL */
  bool distinct; /* another URL has the same name: this one gets a name of its own */
};

/* Functions are called on the loop's thread, with the `state` that open set. NULL stands for a function that has
 * nothing to do. */
struct sink_type {
  seine_sink_t body; /* what the engine does with the bodies */
  bool stores; /* bodies are kept; else they are received, inspected and dropped */

  /* Prepares for bodies. 0, or an exit status after a message on stderr. `naming` is open, and borrowed. */
  int (*open)(void **state, const struct sink_options *options, struct naming *naming);
  /* Reserves the name of a record where that is known before the fetch: false if another URL has it. */
  bool (*reserve)(void *state, uint64_t id, const char *text, uint64_t url);
  /* Answers on_place of a SEINE_SINK_FILE: SEINE_PLACE_STORE, SEINE_EIO if the template gives no name, SEINE_ENOMEM. */
  int (*place)(void *state, const struct sink_record *record, const seine_result_t *result, char *path, size_t size);
  /* Answers it where equal bytes are stored already, but a killed run may have left a file of this record:
   * SEINE_PLACE_REPLACE with the path of that file, or SEINE_PLACE_DUPLICATE. */
  int (*place_duplicate)(void *state, const struct sink_record *record, const seine_result_t *result, char *path,
                         size_t size);
  /* Takes the body of a result that is ok, before its row is written. */
  void (*stored)(void *state, const struct sink_record *record, seine_fetch_t *fetch, const seine_result_t *result);
  /* Returns the names given so far, owned by the sink; NULL if no two URLs can get the same name. */
  struct taken_names *(*taken_names)(void *state);
  void (*close)(void *state);
};

#define SINK_DECLARE(name, type) extern const struct sink_type type;
SINKS(SINK_DECLARE)
#undef SINK_DECLARE

#endif
