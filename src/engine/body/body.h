/* A body while it is received and until it is stored: small ones in memory, larger ones written to a temporary file as
 * they arrive. One memory budget for all bodies. Disk access, hashing and libmagic run on the worker pool. Loop thread
 * only, unless stated. */
#ifndef SEINE_ENGINE_BODY_H
#define SEINE_ENGINE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/free_list.h"
#include "base/worker_pool.h"
#include "body/buffer_pool.h"
#include "body/inspect.h"
#include "store/partial_files.h"
#include "store/store.h"

struct body;

enum body_keep {
  BODY_MEMORY, /* all of it stays in memory, for the caller */
  BODY_FILE, /* small: in memory until it is stored; large: streamed to a temporary file */
  BODY_DROP /* small: in memory until it is inspected; large: hashed as it comes */
};

enum body_event {
  BODY_WRITABLE, /* body_append accepts bytes again */
  /* a large body: body->seen.type is known, or body->failure is set. Implies BODY_WRITABLE */
  BODY_TYPED,
  BODY_INSPECTED, /* after body_end: body->seen is complete, or body->failure is set */
  BODY_PARTIAL_READ, /* after body_read_partial: body->total_bytes were read, or body->failure is set */
  BODY_STORED /* after body_store: stored, or body->failure is set */
};

/* Called from the loop, never from inside body_append, body_end or body_store. May drop the body. */
typedef void (*body_event_cb)(void *user, enum body_event event);

/* All bodies of an engine. */
struct bodies {
  struct worker_pool *pool;
  struct store *store; /* NULL: no files */
  uint64_t memory_threshold_bytes;
  uint64_t limit_bytes;
  uint64_t held_bytes; /* buffers of all bodies */
  struct buffer_pool buffer_pool; /* unused buffers, kept for the next bodies */
  struct free_list free_list; /* unused struct body */
  TAILQ_HEAD(, body) waiting_for_memory; /* BODY_MEMORY bodies that wait for held_bytes to fall */
  struct body *over_budget; /* the one body that may exceed the limit, so that not all wait for each other */
};

/* Name and footer under which an unfinished body is saved for the next run. */
struct partial_info {
  char name[PARTIAL_NAME_SIZE];
  struct partial_footer footer; /* size_bytes and hashes are filled in by the worker */
};

struct stream; /* the chunks of a large body on their way to disk; see large_body.h */

struct body {
  struct bodies *bodies;
  body_event_cb on_event;
  void *user;
  enum body_keep keep;
  uint8_t *data; /* the bytes in memory; NULL once streamed or dropped */
  size_t size, capacity;
  uint64_t total_bytes; /* received */
  struct inspection seen; /* findings of the jobs that have completed */
  struct store_failure failure; /* error is 0 unless a job failed */
  bool full; /* a stream with too much outstanding */
  bool waiting_for_memory; /* in bodies.waiting_for_memory */
  bool at_work, dropped;
  TAILQ_ENTRY(body) memory_link; /* while waiting_for_memory */
  const char *path; /* while body_store is at work; owned by the caller */
  bool replaces; /* body_store overwrites only an existing file */
  bool replace_skipped; /* set if there was no such file: nothing was stored */
  struct stream *stream; /* NULL while all is in memory */
  struct partial_info *partial_info; /* NULL unless it is being saved for another run; owned */
  struct job job;
};

void bodies_init(struct bodies *bodies, struct worker_pool *pool, struct store *store, uint64_t memory_threshold_bytes,
                 uint64_t limit_bytes);
/* Frees the memory kept for the next bodies. */
void bodies_trim(struct bodies *bodies);

/* Open and close a worker's context, an inspector. Worker thread; closing: any thread. */
int body_open_context(void **context);
void body_close_context(void *context);

/* Run the jobs of each kind of the worker pool. Worker thread. */
void body_run_inspect(struct job **jobs, size_t count, void *context);
void body_run_stream(struct job **jobs, size_t count, void *context);
void body_run_keep_partial(struct job **jobs, size_t count, void *context);
void body_run_store(struct job **jobs, size_t count, void *context);

/* NULL if there is no memory. */
struct body *body_new(struct bodies *bodies, enum body_keep keep, body_event_cb on_event, void *user);

/* Announces the size, for instance from Content-Length: one allocation instead of several. */
void body_expect(struct body *body, uint64_t size_bytes);

/* Appends bytes. Returns 0; 1 if it accepts none now, until BODY_WRITABLE; SEINE_ENOMEM; or SEINE_EIO if an earlier
 * write failed. */
int body_append(struct body *body, const void *data, size_t size);

/* Marks the end of the body. BODY_INSPECTED follows. */
void body_end(struct body *body);

/* Stores an inspected BODY_FILE at a path that stays valid until BODY_STORED comes; if it is only to replace a file,
 * and none is there, `replace_skipped` is set by then. */
void body_store(struct body *body, const char *path, bool replaces);

/* Transfers the bytes of an inspected BODY_MEMORY to the caller, who must free() them. */
uint8_t *body_take(struct body *body);

/* Whether more bytes may follow later: it is streamed, nothing failed, and it has not ended. */
bool body_is_resumable(const struct body *body);

/* Changes the receiver of events. Chunks that wait are written meanwhile. */
void body_hand_over(struct body *body, body_event_cb on_event, void *user);

/* Makes a BODY_FILE that begins with the partial file of this name. Call body_hand_over next: BODY_PARTIAL_READ
 * follows. NULL without memory. */
struct body *body_read_partial(struct bodies *bodies, const char *name, bool wants_md5);
/* Returns the footer of that file; NULL if it was invalid. Valid until the next body_append. */
const struct partial_footer *body_partial_footer(const struct body *body);

/* As body_drop, but its file is kept for another run, if that can be. Only if body_is_resumable. */
void body_keep_partial(struct body *body, const struct partial_info *partial_info);

/* Frees the body as soon as no worker uses it; no event follows. NULL is fine. */
void body_drop(struct body *body);

#endif
