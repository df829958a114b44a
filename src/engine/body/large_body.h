/* Processes a large body on a worker, chunk by chunk: hash, type, end of an image, temporary file. */
#ifndef SEINE_ENGINE_LARGE_BODY_H
#define SEINE_ENGINE_LARGE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "body/inspect.h"
#include "store/partial_files.h"
#include "store/store.h"

#define STREAM_CHUNK_BYTES ((size_t)256 * 1024)
#define STREAM_HIGH_BYTES  ((size_t)4 * 1024 * 1024) /* outstanding, above which the transfer is paused */
#define STREAM_LOW_BYTES   ((size_t)1024 * 1024) /* and below which it goes on */
#define STREAM_HEAD_BYTES  ((size_t)64 * 1024) /* enough to inspect */

struct chunk {
  TAILQ_ENTRY(chunk) link;
  size_t size, capacity;
  uint8_t *data;
};

TAILQ_HEAD(chunks, chunk);

struct digest;

/* A partial file of an earlier run that is being read, to restore its hash and image scan. */
struct partial_reader {
  char name[PARTIAL_NAME_SIZE];
  struct partial_file *file; /* NULL before the first piece, and after the last */
  struct partial_footer footer;
  bool done;
};

/* The loop owns `waiting` and the flags. While a job runs its worker owns the rest; then the loop copies `seen` and
 * `failure`. */
struct stream {
  struct chunks waiting;
  size_t waiting_bytes; /* capacity of the chunks that wait */
  size_t working_bytes; /* capacity of those at work */
  bool ended, typed;
  struct chunks working;
  bool to_file, last; /* last: finish the hash after these chunks */
  struct store *store;
  struct large_file *large_file; /* NULL until the first chunk, and after stream_take_file */
  struct digest *digest;
  struct digest *md5; /* NULL unless it is wanted */
  struct image_scan image_scan; /* once the type is known */
  uint64_t worked_bytes; /* hashed, and written */
  struct partial_reader *partial_reader; /* NULL unless it resumes a partial file that is not fully read */
  struct inspection seen;
  struct store_failure failure; /* nothing is done once its error is not 0 */
};

struct stream *stream_new(struct store *store, bool to_file, bool wants_md5);

/* Appends bytes to the waiting chunks; *grown: bytes of memory allocated for them. False without memory. */
bool stream_add(struct stream *stream, const void *data, size_t size, size_t *grown);

/* Appends a buffer allocated by malloc, which the stream then owns. */
bool stream_adopt(struct stream *stream, uint8_t *data, size_t size, size_t capacity);

/* Moves the waiting chunks to `working`, before a job starts. */
void stream_load(struct stream *stream);

/* Hashes and writes the loaded chunks; finds the type in the first, completes stream->seen after the last. Worker
 * thread. */
void stream_work(struct stream *stream, struct inspector *inspector);

/* Frees the processed chunks. Returns the bytes of memory freed. */
size_t stream_unload(struct stream *stream);

/* Reads a piece of the file of stream->partial_reader, whose `done` is set after the last. Worker thread. */
void large_body_read_partial(struct stream *stream, struct inspector *inspector);

/* Saves the unfinished file under `name` for another run. Worker thread. */
void stream_keep(struct stream *stream, const char *name, struct partial_footer *footer);

/* Moves the temporary file to `path`. Worker thread. */
void stream_commit(struct stream *stream, const char *path, struct store_failure *failure);

/* Frees everything; the temporary file is removed (two system calls). NULL is fine. Returns the bytes of memory freed.
 */
size_t stream_free(struct stream *stream);

#endif
