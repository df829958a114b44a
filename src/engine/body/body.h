/* A body while it is received, and until it is stored: in memory up to a limit, streamed to a file past it, with one
 * budget for all. What blocks (disk, hashing, libmagic) is done by the crew. */
#ifndef SEINE_ENGINE_BODY_H
#define SEINE_ENGINE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "body/buffer_pool.h"
#include "body/inspect.h"
#include "base/free_list.h"
#include "store/store.h"
#include "store/partial_files.h"
#include "base/worker_pool.h"

struct body;

enum body_keep {
  BODY_MEMORY, /* all of it stays in memory, for the caller */
  BODY_FILE,   /* small: in memory until it is stored; large: streamed to a temporary file */
  BODY_DROP    /* small: in memory until it is inspected; large: hashed as it comes */
};

enum body_event {
  BODY_WRITABLE,      /* body_append takes bytes again */
  /* the type of a body still arriving is known: body->seen.type; or body->failure is set. Also says ROOM */
  BODY_TYPED,
  BODY_INSPECTED, /* after body_end: body->seen is complete, or body->failure says why not */
  BODY_PARTIAL_READ,  /* after body_read_partial: body->total_bytes are there, or body->failure is set */
  BODY_STORED     /* after body_store: in place, or body->failure says why not */
};

/* Comes from the loop, never from inside body_append, body_end or body_store. May drop the body. */
typedef void (*body_event_cb)(void *user, enum body_event event);

/* All bodies of an engine. */
struct bodies {
  struct worker_pool *pool;
  struct store *store; /* NULL: no files */
  uint64_t memory_threshold_bytes;
  uint64_t limit_bytes;
  uint64_t held_bytes;            /* buffers of all bodies */
  struct buffer_pool buffer_pool;         /* of none, for the next, */
  struct free_list free_list;           /* and the bodies themselves */
  TAILQ_HEAD(, body) waiting_for_memory;     /* BODY_MEMORY bodies that wait for held_bytes to fall */
  struct body *over_budget;         /* one of them may go past the limit, so that they never all wait for each other */
};

/* What a body that is left for another run is to be found by. */
struct partial_info {
  char name[PARTIAL_NAME_SIZE];
  struct partial_footer footer; /* but for what its worker knows */
};

struct stream; /* the part of a body that is on its way to disk */

struct body {
  struct bodies *bodies;
  body_event_cb on_event;
  void *user;
  enum body_keep keep;
  uint8_t *data; /* what is in memory; NULL once streamed or dropped */
  size_t size, capacity;
  uint64_t total_bytes; /* received */
  struct inspection seen;       /* as far as the last job that is done */
  struct store_failure failure; /* error is 0 unless a job failed */
  bool full;    /* a stream with too much outstanding */
  bool waiting_for_memory; /* in bodies.starved */
  bool at_work, dropped;
  TAILQ_ENTRY(body) memory_link; /* while starved */
  const char *path;           /* while body_store is at work; owned by the caller */
  bool replaces;              /* only what is there already; */
  bool replace_skipped;                  /* nothing was, and nothing was stored */
  struct stream *stream;      /* NULL while all is in memory */
  struct partial_info *partial_info;     /* NULL unless it was left for another run; owned */
  struct job job;
};

void bodies_init(struct bodies *bodies, struct worker_pool *pool, struct store *store, uint64_t memory_threshold_bytes,
                 uint64_t limit_bytes);
/* Nothing is to come for now: frees what is kept for the next bodies. */
void bodies_trim(struct bodies *bodies);

/* Opens and closes a worker's context, an inspector. Worker thread, and any thread. */
int body_open_context(void **context);
void body_close_context(void *context);

/* The functions of the crew's lanes. */
void body_run_inspect(struct job **jobs, size_t count, void *context);
void body_run_stream(struct job **jobs, size_t count, void *context);
void body_run_keep_partial(struct job **jobs, size_t count, void *context);
void body_run_store(struct job **jobs, size_t count, void *context);

/* NULL if there is no memory. */
struct body *body_new(struct bodies *bodies, enum body_keep keep, body_event_cb on_event, void *user);

/* How many bytes are to come, if somebody said so: one allocation instead of several. */
void body_expect(struct body *body, uint64_t size_bytes);

/* Takes bytes: 0; 1 if it takes none now (BODY_WRITABLE will come); SEINE_ENOMEM; or SEINE_EIO when an earlier write
 * failed. */
int body_append(struct body *body, const void *data, size_t size);

/* No more bytes. BODY_INSPECTED follows. */
void body_end(struct body *body);

/* Stores an inspected BODY_FILE at a path that stays valid until BODY_STORED comes; if it is only to replace a file,
 * and none is there, `replace_skipped` is set by then. */
void body_store(struct body *body, const char *path, bool replaces);

/* Gives the bytes of an inspected BODY_MEMORY to the caller, to be freed with free(). */
uint8_t *body_take(struct body *body);

/* Whether more bytes may follow later: it is streamed, nothing failed, and it has not ended. */
bool body_is_resumable(const struct body *body);

/* Its news go elsewhere from now on. What is in memory is written meanwhile. */
void body_hand_over(struct body *body, body_event_cb on_event, void *user);

/* A BODY_FILE that begins with what an earlier run left under this name. BODY_PARTIAL_READ will come, to whom it is handed
 * over. NULL if there is no memory. */
struct body *body_read_partial(struct bodies *bodies, const char *name, bool wants_md5);
/* What was found there; NULL if nothing was. Before the next body_append. */
const struct partial_footer *body_partial_footer(const struct body *body);

/* As body_drop, but its file is kept for another run, if that can be. Only if body_is_resumable. */
void body_keep_partial(struct body *body, const struct partial_info *partial_info);

/* Frees the body, when no worker holds it any more; no news comes after this. NULL is fine. */
void body_drop(struct body *body);

#endif
