/* The log of results: rows are appended in memory, written in groups by workers, and can be read back by offset. Loop
 * thread only, except manifest_scan. */
#ifndef SEINE_CLI_MANIFEST_H
#define SEINE_CLI_MANIFEST_H

#include "manifest/manifest_file.h"
#include "manifest/row.h"

struct manifest;

/* Returns 0, or an exit status after a message on stderr. */
int manifest_open(struct manifest **manifest, const struct manifest_options *options);

/* Appends a row and returns its offset. */
uint64_t manifest_append(struct manifest *manifest, const struct row *row);

/* Returns the bytes of rows not written yet. While it is large, the caller starts nothing new. */
size_t manifest_backlog(const struct manifest *manifest);

/* Reads the row at an offset. The callback gets NULL if no row can be read there. It is called from inside this call
 * for a row that is still in memory, else later from the loop. The view is valid in the callback only. */
typedef void (*manifest_read_cb)(const struct row_view *view, void *user);
void manifest_read(struct manifest *manifest, uint64_t offset, manifest_read_cb on_read, void *user);

/* Reads the rows of earlier runs in order. Worker thread, before the first append. The view is NULL for a line that is
 * no row. Stops when the callback returns false. Returns 0, or an errno. */
typedef bool (*manifest_scan_cb)(const struct row_view *view, uint64_t offset, void *user);
int manifest_scan(const struct manifest *manifest, manifest_scan_cb on_row, void *user);
uint64_t manifest_earlier_bytes(const struct manifest *manifest); /* that a scan reads */

/* Abandons a write to a pipe that is not being read, so that closing does not wait for it. */
void manifest_hurry(struct manifest *manifest);

/* Writes the remaining rows, frees the manifest and calls on_closed. Pending reads call back before. `lost`: rows
 * appended that are not in the file, since writing failed. */
typedef void (*manifest_close_cb)(void *user, uint64_t lost);
void manifest_close(struct manifest *manifest, manifest_close_cb on_closed, void *user);

#endif
