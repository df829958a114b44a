/* Goes through a folder and those below it, never through symbolic links, in memory of a fixed size. Blocking. */
#ifndef SEINE_CLI_FOLDER_WALK_H
#define SEINE_CLI_FOLDER_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WALK_DEPTH 256 /* folders one in another; each holds a descriptor and 32 KB while what is below it is read */

/* A regular file: its folder, its name there, and its path below the first folder. */
typedef void (*walk_file_cb)(int folder, const char *name, const char *path, void *user);

/* Calls back for each regular file below `folder`, whose descriptor stays open. A folder that `skip` names at the top
 * (NULL: none) is passed over. Gives how many folders were passed over as they lie too deep. */
uint64_t walk_files(int folder, const char *skip, walk_file_cb on_file, void *user);

#endif
