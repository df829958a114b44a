/* The output folder: made, opened, locked against a second run, and cleaned of what a crash left. */
#ifndef SEINE_CLI_OUTDIR_H
#define SEINE_CLI_OUTDIR_H

#include <stdbool.h>
#include <stddef.h>

struct stat;

#define OUTDIR_LOCK    ".seine.lock"
#define OUTDIR_PARTIAL ".seine-parts" /* where the engine keeps unfinished files for the next run */

struct outdir {
  int fd; /* of the folder; -1: not open */
  int lock; /* of .seine.lock in it, which says "running" while a run is on */
  bool
      unclean_shutdown; /* the run before this one did not end cleanly: outdir_sweep has something to look for. To be set
                    to false once it has */
};

/* 0, or the exit status of a command that cannot use the folder, which has been said on stderr. */
int outdir_open(struct outdir *outdir, const char *path);

/* Keeps runs out of a folder that is only read: a descriptor that holds the lock, or -1 with errno, EWOULDBLOCK if a
 * run is on. */
int outdir_share(int folder);

/* Removes unfinished files (".seine-*.part") below the folder, never through symbolic links. Blocks: for a worker.
 * Gives how many there were. */
size_t outdir_sweep(const struct outdir *outdir);

/* Why a file of the folder that is to be written to is none that a run made, in words that follow its name; NULL if it
 * may be one: regular, with one name, and owned by the user or by the folder's owner, as everything is on some network
 * file systems. */
const char *outdir_objection(int folder, const struct stat *file);

/* Opens a file below the folder, never through a symbolic link or out of it: a descriptor, or -1 with errno. */
int outdir_openat(int folder, const char *path, int flags);
/* What stands at a path below the folder, a symbolic link itself: 0, or an errno. Blocks: for a worker. */
int outdir_stat(const struct outdir *outdir, const char *path, struct stat *st);

/* Whether `size` bytes could be stored in the folder now: 0, or an errno. Blocks: for a worker. */
int outdir_probe(const struct outdir *outdir, unsigned long long size);

/* Marks the end as clean, unless what was torn was not swept or rows were lost (unclean_shutdown), and unlocks. */
void outdir_close(struct outdir *outdir);

/* Makes the folders above a path, as `mkdir -p $(dirname path)`: 0, or an errno with a sentence in cause[0..size). */
int folders_make_above(const char *path, char *cause, size_t size);

#endif
