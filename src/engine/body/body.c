/* Bodies from the first byte until they are stored: memory budget, jobs, events. */
#include "body/body.h"

#include <stdlib.h>
#include <string.h>

#include "base/fd_shortage.h"
#include "base/free_list.h"
#include "body/large_body.h"
#include "seine.h"

#define FIRST_CAPACITY ((size_t)16 * 1024)
#define SMALL_BYTES    ((size_t)32 * 1024) /* one more job's work each */

void bodies_init(struct bodies *bodies, struct worker_pool *pool, struct store *store, uint64_t memory_threshold_bytes,
                 uint64_t limit_bytes) {
  *bodies = (struct bodies){
      .pool = pool, .store = store, .memory_threshold_bytes = memory_threshold_bytes, .limit_bytes = limit_bytes};
  TAILQ_INIT(&bodies->waiting_for_memory);
}

void bodies_trim(struct bodies *bodies) {
  buffer_pool_clear(&bodies->buffer_pool);
  free_list_clear(&bodies->free_list);
}

/* Keeps the buffer for the next bodies, if the memory limit allows it. */
static void recycle_buffer(struct bodies *bodies, uint8_t *data, size_t size) {
  bool fits = bodies->held_bytes + bodies->buffer_pool.spare_bytes + size <= bodies->limit_bytes;
  if (fits)
    buffer_pool_put(&bodies->buffer_pool, data, size);
  else
    free(data);
}

static bool over_limit(const struct bodies *bodies) {
  return bodies->held_bytes >= bodies->limit_bytes;
}

struct body *body_new(struct bodies *bodies, enum body_keep keep, body_event_cb on_event, void *user) {
  struct body *body = free_list_get(&bodies->free_list, sizeof *body);
  if (!body) return NULL;
  body->bodies = bodies;
  body->keep = keep;
  body->on_event = on_event;
  body->user = user;
  return body;
}

static bool resize(struct body *body, size_t capacity) {
  struct bodies *bodies = body->bodies;
  uint8_t *data = body->data ? realloc(body->data, capacity) : buffer_pool_get(&bodies->buffer_pool, capacity);
  if (!data) return false;
  bodies->held_bytes += capacity;
  bodies->held_bytes -= body->capacity;
  body->data = data;
  body->capacity = capacity;
  return true;
}

void body_expect(struct body *body, uint64_t size_bytes) {
  if (body->capacity == 0 && size_bytes > 0 && size_bytes <= body->bodies->memory_threshold_bytes &&
      !over_limit(body->bodies))
    resize(body, buffer_size((size_t)size_bytes));
}

/* ---- Events, and the end of a body ---- */

/* Resumes the first body that waits for memory. */
static void resume_waiting(struct bodies *bodies) {
  struct body *body = TAILQ_FIRST(&bodies->waiting_for_memory);
  if (!body || (over_limit(bodies) && bodies->over_budget)) return;
  if (over_limit(bodies)) bodies->over_budget = body;
  TAILQ_REMOVE(&bodies->waiting_for_memory, body, memory_link);
  body->waiting_for_memory = false;
  body->on_event(body->user, BODY_WRITABLE);
}

static void release(struct bodies *bodies, size_t bytes) {
  bodies->held_bytes -= bytes;
  if (bytes) resume_waiting(bodies);
}

static void free_data(struct body *body) {
  size_t bytes = body->capacity;
  recycle_buffer(body->bodies, body->data, bytes);
  body->data = NULL;
  body->size = body->capacity = 0;
  release(body->bodies, bytes);
}

static void body_free(struct body *body) {
  struct bodies *bodies = body->bodies;
  if (body->waiting_for_memory) TAILQ_REMOVE(&bodies->waiting_for_memory, body, memory_link);
  if (bodies->over_budget == body) bodies->over_budget = NULL;
  bodies->held_bytes -= body->capacity + stream_free(body->stream);
  recycle_buffer(bodies, body->data, body->capacity);
  free(body->partial_info);
  free_list_put(&bodies->free_list, body);
  resume_waiting(bodies);
}

void body_drop(struct body *body) {
  if (!body) return;
  body->dropped = true;
  if (!body->at_work) body_free(body);
}

static void submit(struct body *body, enum job_kind kind, job_done_cb done) {
  body->at_work = true;
  body->job.kind = kind;
  body->job.weight = kind == JOB_INSPECT ? 1 + (unsigned)(body->size / SMALL_BYTES) : WEIGHT_FILE;
  body->job.done = done;
  worker_pool_submit(body->bodies->pool, &body->job);
}

static struct body *body_of(struct job *job) {
  return (struct body *)((char *)job - offsetof(struct body, job));
}

/* ---- Large bodies ---- */

static void save_or_free(struct body *body);

static void on_streamed(struct job *job);

static void submit_stream(struct body *body) {
  stream_load(body->stream);
  submit(body, JOB_STREAM, on_streamed);
}

/* Copies a worker's findings to the body. */
static void collect_findings(struct body *body) {
  body->at_work = false;
  body->seen = body->stream->seen;
  body->failure = body->stream->failure;
}

static void on_streamed(struct job *job) {
  struct body *body = body_of(job);
  struct stream *stream = body->stream;
  collect_findings(body);
  if (body->dropped) {
    save_or_free(body);
    return;
  }
  bool whole = stream->last;
  bool event = !stream->typed && !whole;
  stream->typed = true;
  release(body->bodies, stream_unload(stream));
  if (!whole && (stream->ended || stream->waiting_bytes)) submit_stream(body);
  if (whole) {
    body->on_event(body->user, BODY_INSPECTED);
  } else if (event || body->failure.error) {
    body->full = false;
    body->on_event(body->user, BODY_TYPED);
  } else if (body->full && stream->waiting_bytes + stream->working_bytes <= STREAM_LOW_BYTES) {
    body->full = false;
    body->on_event(body->user, BODY_WRITABLE);
  }
}

void body_run_stream(struct job **jobs, size_t count, void *context) {
  for (size_t i = 0; i < count; i++) {
    struct stream *stream = body_of(jobs[i])->stream;
    if (stream->failure.error) continue;
    if (stream->partial_reader)
      large_body_read_partial(stream, context);
    else
      stream_work(stream, context);
  }
}

bool body_is_resumable(const struct body *body) {
  const struct stream *stream = body->stream;
  bool is_read = stream && stream->partial_reader && body->at_work;
  return stream && !stream->ended && !body->failure.error && !is_read;
}

void body_hand_over(struct body *body, body_event_cb on_event, void *user) {
  body->on_event = on_event;
  body->user = user;
  if (!body->at_work && body->stream->waiting_bytes) submit_stream(body);
}

/* ---- Partial files ---- */

static void on_partial_kept(struct job *job) {
  body_free(body_of(job));
}

void body_run_keep_partial(struct job **jobs, size_t count, void *context) {
  (void)context;
  for (size_t i = 0; i < count; i++) {
    struct body *body = body_of(jobs[i]);
    stream_keep(body->stream, body->partial_info->name, &body->partial_info->footer);
  }
}

/* For a dropped body: writes the rest and saves it as a partial file, or frees it. */
static void save_or_free(struct body *body) {
  if (!body->partial_info || body->failure.error) {
    body_free(body);
    return;
  }
  release(body->bodies, stream_unload(body->stream));
  if (body->stream->waiting_bytes)
    submit_stream(body);
  else
    submit(body, JOB_KEEP_PARTIAL, on_partial_kept);
}

void body_keep_partial(struct body *body, const struct partial_info *partial_info) {
  body->dropped = true;
  body->partial_info = malloc(sizeof *partial_info); /* without memory it is not kept */
  if (body->partial_info) *body->partial_info = *partial_info;
  if (!body->at_work) save_or_free(body);
}

static void on_partial_read(struct job *job) {
  struct body *body = body_of(job);
  const struct partial_reader *partial_reader = body->stream->partial_reader;
  collect_findings(body);
  if (body->dropped) {
    body_free(body);
  } else if (partial_reader->done || body->failure.error) {
    body->stream->typed = true;
    body->total_bytes = partial_reader->footer.size_bytes;
    body->on_event(body->user, BODY_PARTIAL_READ);
  } else {
    submit(body, JOB_STREAM, on_partial_read);
  }
}

struct body *body_read_partial(struct bodies *bodies, const char *name, bool wants_md5) {
  struct body *body = body_new(bodies, BODY_FILE, NULL, NULL);
  if (!body) return NULL;
  body->stream = stream_new(bodies->store, true, wants_md5);
  if (body->stream) body->stream->partial_reader = calloc(1, sizeof *body->stream->partial_reader);
  if (!body->stream || !body->stream->partial_reader) {
    body_free(body);
    return NULL;
  }
  strcpy(body->stream->partial_reader->name, name);
  submit(body, JOB_STREAM, on_partial_read);
  return body;
}

const struct partial_footer *body_partial_footer(const struct body *body) {
  const struct partial_reader *partial_reader = body->stream ? body->stream->partial_reader : NULL;
  return partial_reader && partial_reader->done ? &partial_reader->footer : NULL;
}

/* ---- Appending to large bodies ---- */

static int start_stream(struct body *body) {
  struct stream *stream = stream_new(body->bodies->store, body->keep == BODY_FILE, body->seen.wants_md5);
  if (!stream || (body->size && !stream_adopt(stream, body->data, body->size, body->capacity))) {
    stream_free(stream);
    return SEINE_ENOMEM;
  }
  if (!body->size) free_data(body);
  body->stream = stream;
  body->data = NULL;
  body->size = body->capacity = 0;
  return 0;
}

static int append_stream(struct body *body, const void *data, size_t size) {
  struct stream *stream = body->stream;
  size_t grown;
  if (stream->partial_reader) { /* what it said was read; no worker holds the stream before the first append */
    free(stream->partial_reader);
    stream->partial_reader = NULL;
  }
  if (stream->waiting_bytes + stream->working_bytes > STREAM_HIGH_BYTES) {
    body->full = true;
    return 1;
  }
  if (!stream_add(stream, data, size, &grown)) return SEINE_ENOMEM;
  body->bodies->held_bytes += grown;
  body->total_bytes += size;
  if (!body->at_work && stream->waiting_bytes >= STREAM_HEAD_BYTES) submit_stream(body);
  return 0;
}

/* ---- Small bodies ---- */

static int append_memory(struct body *body, const void *data, size_t size) {
  if (body->capacity - body->size < size) {
    size_t capacity = body->capacity ? body->capacity : FIRST_CAPACITY;
    while (capacity - body->size < size)
      capacity *= 2;
    if (!resize(body, capacity)) return SEINE_ENOMEM;
  }
  memcpy(body->data + body->size, data, size);
  body->size += size;
  body->total_bytes += size;
  return 0;
}

/* A BODY_MEMORY cannot be written to disk: at the limit all but one wait. */
static int append_kept(struct body *body, const void *data, size_t size) {
  struct bodies *bodies = body->bodies;
  bool grows = body->capacity - body->size < size;
  if (grows && over_limit(bodies) && bodies->over_budget != body) {
    if (bodies->over_budget) {
      body->waiting_for_memory = true;
      TAILQ_INSERT_TAIL(&bodies->waiting_for_memory, body, memory_link);
      return 1;
    }
    bodies->over_budget = body;
  }
  return append_memory(body, data, size);
}

int body_append(struct body *body, const void *data, size_t size) {
  if (body->failure.error) return body->failure.error;
  if (body->keep == BODY_MEMORY) return append_kept(body, data, size);
  if (!body->stream) {
    bool large = body->size + size > body->bodies->memory_threshold_bytes;
    bool tight = over_limit(body->bodies) && body->size >= STREAM_HEAD_BYTES;
    if (!large && !tight) return append_memory(body, data, size);
    if (body->size ==
        0) { /* memory_threshold_bytes is tiny; inspection still needs a first chunk with something in it */
      int error = append_memory(body, data, size);
      return error ? error : start_stream(body);
    }
    if (start_stream(body)) return SEINE_ENOMEM;
  }
  return append_stream(body, data, size);
}

static void on_inspected(struct job *job) {
  struct body *body = body_of(job);
  body->at_work = false;
  if (body->dropped) {
    body_free(body);
    return;
  }
  if (body->keep == BODY_DROP) free_data(body);
  body->on_event(body->user, BODY_INSPECTED);
}

_Static_assert(WORKER_POOL_BATCH <= SHA256_BATCH_MAX, "a batch is looked at as a whole");

int body_open_context(void **context) {
  struct inspector *inspector;
  int error = inspector_open(&inspector);
  *context = error ? NULL : inspector;
  return error;
}

void body_close_context(void *context) {
  inspector_close(context);
}

void body_run_inspect(struct job **jobs, size_t count, void *context) {
  struct inspect_job inspect_jobs[WORKER_POOL_BATCH];
  for (size_t i = 0; i < count; i++) {
    struct body *body = body_of(jobs[i]);
    inspect_jobs[i] =
        (struct inspect_job){.data = body->data, .size = body->size, .seen = &body->seen, .error = SEINE_ELIBRARY};
  }
  if (context) inspector_run_many(context, inspect_jobs, count);
  for (size_t i = 0; i < count; i++) {
    struct body *body = body_of(jobs[i]);
    if (!inspect_jobs[i].error) continue;
    body->failure.error = inspect_jobs[i].error;
    body->failure.sys = fd_shortage(); /* the database of types is a file, too */
    strcpy(body->failure.text, "the bytes could not be inspected");
  }
}

void body_end(struct body *body) {
  if (!body->stream) {
    submit(body, JOB_INSPECT, on_inspected);
    return;
  }
  body->stream->ended = true;
  if (!body->at_work) submit_stream(body);
}

/* ---- Storing ---- */

static void on_stored(struct job *job) {
  struct body *body = body_of(job);
  body->at_work = false;
  if (body->dropped) {
    body_free(body);
    return;
  }
  free_data(body);
  body->on_event(body->user, BODY_STORED);
}

void body_run_store(struct job **jobs, size_t count, void *context) {
  struct store_item items[WORKER_POOL_BATCH];
  struct body *bodies[WORKER_POOL_BATCH];
  struct store *store = NULL;
  size_t small = 0;
  (void)context;
  for (size_t i = 0; i < count; i++) {
    struct body *body = body_of(jobs[i]);
    if (body->stream) {
      body->replace_skipped = body->replaces && !store_has_file(body->bodies->store, body->path);
      if (body->replace_skipped) continue; /* freeing the body removes the temporary file */
      stream_commit(body->stream, body->path, &body->failure);
      continue;
    }
    store = body->bodies->store;
    bodies[small] = body;
    items[small++] = (struct store_item){.path = body->path, .data = body->data, .size = body->size};
    items[small - 1].replaces = body->replaces;
  }
  if (small) store_write_many(store, items, small);
  for (size_t i = 0; i < small; i++) {
    bodies[i]->failure = items[i].failure;
    bodies[i]->replace_skipped = items[i].replace_skipped;
  }
}

void body_store(struct body *body, const char *path, bool replaces) {
  body->path = path;
  body->replaces = replaces;
  submit(body, JOB_STORE, on_stored);
}

uint8_t *body_take(struct body *body) {
  uint8_t *data = body->data;
  body->data = NULL;
  body->bodies->held_bytes -= body->capacity;
  body->size = body->capacity = 0;
  return data;
}
