/* Processes a large body on a worker, chunk by chunk: hash, type, end of an image, temporary file. */
#include "body/large_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/fd_shortage.h"
#include "base/free_list.h"
#include "seine.h"

struct stream *stream_new(struct store *store, bool to_file, bool wants_md5) {
  struct stream *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  TAILQ_INIT(&stream->waiting);
  TAILQ_INIT(&stream->working);
  stream->store = store;
  stream->to_file = to_file;
  stream->seen.wants_md5 = wants_md5;
  return stream;
}

static void push(struct stream *stream, struct chunk *chunk) {
  TAILQ_INSERT_TAIL(&stream->waiting, chunk, link);
  stream->waiting_bytes += chunk->capacity;
}

bool stream_adopt(struct stream *stream, uint8_t *data, size_t size, size_t capacity) {
  struct chunk *chunk = malloc(sizeof *chunk);
  if (!chunk) return false;
  *chunk = (struct chunk){.size = size, .capacity = capacity, .data = data};
  push(stream, chunk);
  return true;
}

static struct chunk *chunk_new(size_t capacity) {
  struct chunk *chunk = malloc(sizeof *chunk);
  uint8_t *data = malloc(capacity);
  if (!chunk || !data) {
    free(chunk);
    free(data);
    return NULL;
  }
  *chunk = (struct chunk){.capacity = capacity, .data = data};
  return chunk;
}

bool stream_add(struct stream *stream, const void *data, size_t size, size_t *grown) {
  struct chunk *chunk = TAILQ_LAST(&stream->waiting, chunks);
  *grown = 0;
  if (!chunk || chunk->capacity - chunk->size < size) {
    chunk = chunk_new(size > STREAM_CHUNK_BYTES ? size : STREAM_CHUNK_BYTES);
    if (!chunk) return false;
    push(stream, chunk);
    *grown = chunk->capacity;
  }
  memcpy(chunk->data + chunk->size, data, size);
  chunk->size += size;
  return true;
}

void stream_load(struct stream *stream) {
  TAILQ_CONCAT(&stream->working, &stream->waiting, link);
  stream->working_bytes = stream->waiting_bytes;
  stream->waiting_bytes = 0;
  stream->last = stream->ended;
}

static void fail(struct stream *stream, int error) {
  struct store_failure *failure = &stream->failure;
  failure->error = error;
  failure->sys = fd_shortage();
  snprintf(failure->text, sizeof failure->text, "%s", seine_strerror(error));
}

/* The first chunk holds at least as much as inspection reads, unless the body is smaller. */
static void begin(struct stream *stream, const struct chunk *first, struct inspector *inspector) {
  struct inspection *seen = &stream->seen;
  int error = inspector ? 0 : SEINE_ELIBRARY;
  if (!error) error = inspector_type(inspector, first->data, first->size, seen->type);
  if (!error) error = digest_open(&stream->digest, DIGEST_SHA256);
  if (!error) error = digest_start(stream->digest);
  if (!error && seen->wants_md5) error = digest_open(&stream->md5, DIGEST_MD5);
  if (!error && stream->md5) error = digest_start(stream->md5);
  if (!error) image_scan_start(&stream->image_scan, seen->type);
  if (error)
    fail(stream, error);
  else if (stream->to_file && !stream->partial_reader)
    large_file_open(stream->store, &stream->large_file, &stream->failure);
}

static int look_at(struct stream *stream, const uint8_t *data, size_t size) {
  image_scan_feed(&stream->image_scan, data, size);
  stream->worked_bytes += size;
  int error = digest_add(stream->digest, data, size);
  return error || !stream->md5 ? error : digest_add(stream->md5, data, size);
}

void stream_work(struct stream *stream, struct inspector *inspector) {
  struct chunk *chunk;
  TAILQ_FOREACH (chunk, &stream->working, link) {
    if (!stream->failure.error && !stream->digest) begin(stream, chunk, inspector);
    if (stream->failure.error) return;
    int error = look_at(stream, chunk->data, chunk->size);
    if (error)
      fail(stream, error);
    else if (stream->to_file)
      large_file_write(stream->large_file, chunk->data, chunk->size, &stream->failure);
  }
  if (stream->failure.error || !stream->last) return;
  int error = digest_end(stream->digest, stream->seen.sha256);
  if (!error && stream->md5) error = digest_end(stream->md5, stream->seen.md5);
  if (error) fail(stream, error);
  inspection_end(&stream->seen, &stream->image_scan);
}

/* ---- From run to run ---- */

#define RECALL_BYTES ((size_t)8 * 1024 * 1024) /* at once; other work waits meanwhile */

static void end_partial_read(struct stream *stream) {
  struct partial_reader *partial_reader = stream->partial_reader;
  uint8_t sha256[32];
  struct partial_file *file = partial_reader->file;
  partial_reader->file = NULL;
  int error = stream->digest ? digest_peek(stream->digest, sha256) : SEINE_EIO;
  bool differs = !error && memcmp(sha256, partial_reader->footer.sha256, sizeof sha256) != 0;
  if (error || differs) {
    partial_close(file, differs);
    fail(stream, error ? error : SEINE_EIO);
  } else if (partial_claim(file, &stream->large_file, &stream->failure) == 0) {
    partial_reader->done = true;
  }
}

void large_body_read_partial(struct stream *stream, struct inspector *inspector) {
  struct partial_reader *partial_reader = stream->partial_reader;
  struct store_failure *failure = &stream->failure;
  if (!partial_reader->file &&
      partial_open(stream->store, partial_reader->name, &partial_reader->file, &partial_reader->footer, failure))
    return;
  struct chunk chunk = {.capacity = STREAM_CHUNK_BYTES, .data = malloc(STREAM_CHUNK_BYTES)};
  if (!chunk.data) fail(stream, SEINE_ENOMEM);
  for (size_t at = 0; !failure->error && partial_reader->file && at < RECALL_BYTES; at += chunk.size) {
    long got = partial_read(partial_reader->file, chunk.data, chunk.capacity, failure);
    chunk.size = got > 0 ? (size_t)got : 0;
    if (got > 0 && !stream->digest) begin(stream, &chunk, inspector);
    if (got > 0 && !failure->error && look_at(stream, chunk.data, chunk.size)) fail(stream, SEINE_ELIBRARY);
    if (got == 0) end_partial_read(stream);
  }
  free(chunk.data);
}

void stream_keep(struct stream *stream, const char *name, struct partial_footer *footer) {
  struct large_file *large_file = stream->large_file;
  int error = large_file ? digest_peek(stream->digest, footer->sha256) : SEINE_EIO;
  if (error) {
    fail(stream, error);
    return;
  }
  stream->large_file = NULL;
  footer->size_bytes = stream->worked_bytes;
  large_file_keep(large_file, name, footer, &stream->failure);
}

static size_t free_chunks(struct chunks *chunks) {
  struct chunk *chunk;
  size_t bytes = 0;
  while ((chunk = TAILQ_FIRST(chunks))) {
    TAILQ_REMOVE(chunks, chunk, link);
    bytes += chunk->capacity;
    free(chunk->data);
    free(chunk);
  }
  return bytes;
}

size_t stream_unload(struct stream *stream) {
  stream->working_bytes = 0;
  return free_chunks(&stream->working);
}

void stream_commit(struct stream *stream, const char *path, struct store_failure *failure) {
  struct large_file *large_file = stream->large_file;
  stream->large_file = NULL;
  large_file_commit(large_file, path, failure);
}

size_t stream_free(struct stream *stream) {
  if (!stream) return 0;
  size_t bytes = free_chunks(&stream->waiting) + free_chunks(&stream->working);
  large_file_remove(stream->large_file);
  digest_close(stream->digest);
  digest_close(stream->md5);
  if (stream->partial_reader) partial_close(stream->partial_reader->file, false);
  free(stream->partial_reader);
  free(stream);
  return bytes;
}
