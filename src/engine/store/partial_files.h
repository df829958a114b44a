/* Unfinished bodies that outlive a run: files below PARTIAL_FOLDER of the store's directory, each with a footer at its
 * end of what it is a part of. Blocking; for workers, but for partial_list. */
#ifndef SEINE_ENGINE_PARTIAL_FILES_H
#define SEINE_ENGINE_PARTIAL_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define PARTIAL_FOLDER        ".seine-parts"
#define PARTIAL_MAX_FILES     256 /* in one folder; no more are kept */
#define PARTIAL_MAX_DAYS      7 /* that a part is kept without being asked for */
#define PARTIAL_VALIDATOR_MAX 256
#define PARTIAL_NAME_SIZE     44 /* 32 hex digits, ".part", NUL, and room */

/* What stands at the end of the file. It names no URL, since those may hold secrets: only hashes of them. */
struct partial_footer {
  char magic[8];
  uint64_t size_bytes; /* of the body, as far as it was received: what precedes the footer */
  uint64_t total_bytes; /* of the whole body; 0: not known */
  uint8_t origin[32]; /* SHA-256 of the URL that the bytes came from */
  uint8_t sha256[32]; /* of the bytes */
  uint8_t check[32]; /* SHA-256 of the footer with this left zero */
  char validator[PARTIAL_VALIDATOR_MAX];
};

/* The name of the part of a URL. */
void partial_name(const char *url, char name[PARTIAL_NAME_SIZE]);

/* Calls on_name for each part that may still be of use, and removes the others: files that are not named or owned as
 * ours, too old, or too many; all of them if on_name is NULL. Blocking: as many system calls as there are files, of
 * which there are few. */
void partial_list(struct store *store, void (*on_name)(void *user, const char *name), void *user);

/* A part that an earlier run kept, for reading. Nothing changes on the disk before partial_claim. */
struct partial_file;

int partial_open(struct store *store, const char *name, struct partial_file **file, struct partial_footer *footer,
                 struct store_failure *failure);
/* The number of bytes read, 0 at the end of the body, -1 on failure. */
long partial_read(struct partial_file *file, void *data, size_t size, struct store_failure *failure);
/* Turns it into a large_file to which the rest can be written; its name is removed. Frees `file`, also on failure. */
int partial_claim(struct partial_file *file, struct large_file **large_file, struct store_failure *failure);
/* Frees it. remove: the file is of no use. NULL is fine. */
void partial_close(struct partial_file *file, bool remove);

/* Saves a large_file under this name. Frees it; on failure the file is removed. */
int large_file_keep(struct large_file *large_file, const char *name, struct partial_footer *footer,
                    struct store_failure *failure);

#endif
