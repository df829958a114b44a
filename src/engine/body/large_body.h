/* The part of a large body that is on its way through a worker: chunks in order, to a hash and a temporary file. */
#ifndef SEINE_ENGINE_LARGE_BODY_H
#define SEINE_ENGINE_LARGE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "body/inspect.h"
#include "store/store.h"
#include "store/partial_files.h"

#define STREAM_CHUNK_BYTES ((size_t)256 * 1024)
#define STREAM_HIGH_BYTES  ((size_t)4 * 1024 * 1024) /* outstanding, above which the transfer is paused */
#define STREAM_LOW_BYTES   ((size_t)1024 * 1024)     /* and below which it goes on */
#define STREAM_HEAD_BYTES  ((size_t)64 * 1024)       /* enough to inspect */

struct chunk {
  TAILQ_ENTRY(chunk) link;
  size_t size, capacity;
  uint8_t *data;
};

TAILQ_HEAD(chunks, chunk);

struct digest;

/* A part of an earlier run that is being read again, for its hash and its structure. */
struct partial_reader {
  char name[PARTIAL_NAME_SIZE];
  struct partial_file *file; /* NULL before the first piece, and after the last */
  struct partial_footer footer;
  bool done;
};

/* `waiting` and the flags are the loop's. The rest is the worker's while it is at work; what it found, and what failed,
 * the loop takes over from here when that is done. */
struct stream {
  struct chunks waiting;
  size_t waiting_bytes;     /* capacity of the chunks that wait */
  size_t working_bytes;     /* capacity of those at work */
  bool ended, typed;
  struct chunks working;
  bool to_file, last;       /* last: finish the hash after these chunks */
  struct store *store;
  struct large_file *large_file;      /* NULL until the first chunk, and after stream_take_file */
  struct digest *digest;
  struct digest *md5; /* NULL unless it is wanted */
  struct image_scan image_scan; /* once the type is known */
  uint64_t worked_bytes;      /* hashed, and written */
  struct partial_reader *partial_reader;      /* NULL but for a part of an earlier run, until it was taken up */
  struct inspection seen;
  struct store_failure failure; /* nothing is done once its error is not 0 */
};

struct stream *stream_new(struct store *store, bool to_file, bool wants_md5);

/* Puts bytes behind those that wait; false if there is no memory. Returns how many bytes of memory that took in
 * *grown. */
bool stream_add(struct stream *stream, const void *data, size_t size, size_t *grown);

/* The same for a whole buffer made by malloc, which becomes the stream's. */
bool stream_adopt(struct stream *stream, uint8_t *data, size_t size, size_t capacity);

/* Moves what waits to where stream_work finds it. */
void stream_load(struct stream *stream);

/* On a worker: hashes and writes the loaded chunks, finds the type from the first, completes stream->seen after the
 * last. */
void stream_work(struct stream *stream, struct inspector *inspector);

/* Frees the chunks that were worked on; how many bytes of memory that gave back. */
size_t stream_unload(struct stream *stream);

/* On a worker: reads a piece of what stream->recall names; recall->done after the last. */
void large_body_read_partial(struct stream *stream, struct inspector *inspector);

/* On a worker: the file, as far as it came, to where another run finds it. */
void stream_keep(struct stream *stream, const char *name, struct partial_footer *footer);

/* On a worker: the file into place. */
void stream_commit(struct stream *stream, const char *path, struct store_failure *failure);

/* Frees everything; the temporary file is removed (two system calls). NULL is fine. The bytes of memory given back. */
size_t stream_free(struct stream *stream);

#endif
