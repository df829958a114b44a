/* The log of results: rows are appended at once, written in groups off the loop, and can be read back by their
 * offset. */
#ifndef SEINE_CLI_MANIFEST_H
#define SEINE_CLI_MANIFEST_H

#include "manifest/manifest_file.h"
#include "manifest/row.h"

struct manifest;

/* 0, or the exit status of a command that cannot use the manifest, which has been said on stderr. */
int manifest_open(struct manifest **manifest, const struct manifest_options *options);

/* Appends a row and gives its offset. */
uint64_t manifest_append(struct manifest *manifest, const struct row *row);

/* Bytes of rows that are not written yet. A program that is faster than what it writes to waits for this to shrink. */
size_t manifest_backlog(const struct manifest *manifest);

/* Reads the row at an offset. The callback gets NULL if there is none that can be read; it comes at once, from inside
 * this call, for a row that is still in memory, and later from the loop for any other. The view is valid in the
 * callback only. */
typedef void (*manifest_read_cb)(const struct row_view *view, void *user);
void manifest_read(struct manifest *manifest, uint64_t offset, manifest_read_cb on_read, void *user);

/* Goes over the rows of earlier runs in their order; blocks, so it is for a worker, before the first append. The view
 * is NULL for a line that is not understood. Ends early when the callback gives false. 0, or an errno. */
typedef bool (*manifest_scan_cb)(const struct row_view *view, uint64_t offset, void *user);
int manifest_scan(const struct manifest *manifest, manifest_scan_cb on_row, void *user);
uint64_t manifest_earlier_bytes(const struct manifest *manifest); /* that a scan goes over */

/* Gives up a write to a pipe that nobody reads, so that closing does not wait for it. */
void manifest_hurry(struct manifest *manifest);

/* Writes what is left, then frees and calls on_closed. Reads that are under way call back before. `lost`: rows that
 * were appended and are not in the manifest, since writing failed. */
typedef void (*manifest_close_cb)(void *user, uint64_t lost);
void manifest_close(struct manifest *manifest, manifest_close_cb on_closed, void *user);

#endif
