/* Unfinished bodies that outlive a run: files below PARTS_FOLDER of the store's directory, each with a record at its
 * end of what it is a part of. Blocking; for workers, but for parts_list. */
#ifndef SEINE_ENGINE_PARTIAL_FILES_H
#define SEINE_ENGINE_PARTIAL_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define PARTS_FOLDER       ".seine-parts"
#define PARTS_MOST         256 /* in one folder; no more are kept */
#define PARTS_DAYS         7 /* that a part is kept without being asked for */
#define PART_VALIDATOR_MAX 256
#define PART_NAME_SIZE     44 /* 32 hex digits, ".part", NUL, and room */

/* What stands at the end of the file. It names no URL, since those may hold secrets: only hashes of them. */
struct part_record {
  char magic[8];
  uint64_t size_bytes; /* of the body, as far as it was received: what precedes the record */
  uint64_t total_bytes; /* of the whole body; 0: not known */
  uint8_t origin[32]; /* SHA-256 of the URL that the bytes came from */
  uint8_t sha256[32]; /* of the bytes */
  uint8_t check[32]; /* SHA-256 of the record with this left zero */
  char validator[PART_VALIDATOR_MAX];
};

/* The name of the part of a URL. */
void part_name(const char *url, char name[PART_NAME_SIZE]);

/* Calls on_name for each part that may still be of use, and removes the others: files that are not named or owned as
 * ours, too old, or too many; all of them if on_name is NULL. Blocking: as many system calls as there are files, of
 * which there are few. */
void parts_list(struct store *store, void (*on_name)(void *user, const char *name), void *user);

/* A part that an earlier run kept, for reading. Nothing changes on the disk before part_claim. */
struct part_file;

int part_open(struct store *store, const char *name, struct part_file **file, struct part_record *record,
              struct store_failure *failure);
/* The number of bytes read, 0 at the end of the body, -1 on failure. */
long part_read(struct part_file *file, void *data, size_t size, struct store_failure *failure);
/* Turns it into a spool to which the rest can be written: it is under its name no longer. Frees `file`, also on
 * failure. */
int part_claim(struct part_file *file, struct spool **spool, struct store_failure *failure);
/* Frees it. remove: the file is of no use. NULL is fine. */
void part_close(struct part_file *file, bool remove);

/* Keeps what a spool holds under this name. Frees the spool; on failure nothing is left. */
int spool_keep(struct spool *spool, const char *name, struct part_record *record, struct store_failure *failure);

#endif
