/* Saves interrupted bodies so that they can be resumed: between attempts in memory (open file and hash state), between
 * runs on disk. */
#include "fetch/resume.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "body/body.h"
#include "body/body_check.h"
#include "http/range.h"
#include "seine_tools.h"
#include "store/partial_files.h"

#define KEEP_MIN_BYTES ((uint64_t)8 * 1024 * 1024) /* resuming less costs more than receiving it again */
#define KEPT_MAX       64 /* kept bodies; each has a file descriptor */

struct partial {
  TAILQ_ENTRY(partial) link; /* in partials.kept, while it has a body */
  struct seine_fetch *fetch;
  struct body *body; /* NULL while an attempt has it */
  bool is_read; /* a worker reads it from a file of an earlier run; the fetch is FETCH_WAITING until then */
  uint8_t origin[32]; /* SHA-256 of the URL that its bytes came from, once it has a body */
  uint64_t total_bytes; /* 0: not known */
  char validator[PARTIAL_VALIDATOR_MAX];
};

/* The name of a partial file of an earlier run. */
struct partial_name {
  UT_hash_handle hh;
  char name[PARTIAL_NAME_SIZE];
};

/* ---- Partial files of earlier runs ---- */

static void on_saved_name(void *user, const char *name) {
  struct partials *partials = user;
  struct partial_name *saved = calloc(1, sizeof *saved);
  if (!saved) return; /* its body is received from the start */
  strcpy(saved->name, name);
  HASH_ADD_STR(partials->saved, name, saved);
  partials->on_disk++;
}

static void forget_saved(struct partials *partials, struct partial_name *saved) {
  HASH_DEL(partials->saved, saved);
  free(saved);
}

void partials_open(struct seine *engine) {
  TAILQ_INIT(&engine->partials.kept);
  const seine_options_t *options = &engine->options;
  if (!engine->store || !options->keep_partial) return;
  partial_list(engine->store, options->discard_partial ? NULL : on_saved_name, &engine->partials);
}

void partials_close(struct seine *engine) {
  while (engine->partials.saved)
    forget_saved(&engine->partials, engine->partials.saved);
}

/* Derives the file name from the URL without user and password, so that not even a hash of those is on disk. */
static bool name_of(const struct seine_fetch *fetch, char name[PARTIAL_NAME_SIZE]) {
  seine_url_t url = {0};
  if (!strchr(fetch->url, '@')) {
    partial_name(fetch->url, name);
    return true;
  }
  bool known = seine_url_parse(&url, fetch->url, NULL, 0) == 0;
  if (known) partial_name(url.public_url, name);
  seine_url_clear(&url);
  return known;
}

/* ---- The partial body of a fetch ---- */

static bool origin_of(const struct seine_fetch *fetch, uint8_t origin[32]) {
  seine_url_t url = {0};
  const char *text = fetch->redirect_url;
  bool known = text || seine_url_parse(&url, fetch->url, NULL, 0) == 0;
  if (!text) text = url.public_url;
  if (known) seine_sha256(text, strlen(text), origin);
  seine_url_clear(&url);
  return known;
}

static void on_partial_event(void *user, enum body_event event);

static void attach_body(struct partial *partial, struct body *body) {
  struct partials *partials = &partial->fetch->engine->partials;
  partial->body = body;
  TAILQ_INSERT_TAIL(&partials->kept, partial, link);
  partials->kept_count++;
  body_hand_over(body, on_partial_event, partial);
}

static struct body *detach_body(struct partial *partial) {
  struct partials *partials = &partial->fetch->engine->partials;
  struct body *body = partial->body;
  if (!body) return NULL;
  TAILQ_REMOVE(&partials->kept, partial, link);
  partials->kept_count--;
  partial->body = NULL;
  return body;
}

void partial_discard(struct seine_fetch *fetch) {
  struct partial *partial = fetch->partial;
  if (!partial) return;
  body_drop(detach_body(partial));
  free(partial);
  fetch->partial = NULL;
}

static struct partial *partial_new(struct seine_fetch *fetch) {
  struct partial *partial = calloc(1, sizeof *partial);
  if (partial) partial->fetch = fetch;
  fetch->partial = partial;
  return partial;
}

void partial_begin(struct seine_fetch *fetch, const struct response *response) {
  partial_discard(fetch);
  if (fetch->queued.is_internal || (fetch->sink != SEINE_SINK_FILE && fetch->sink != SEINE_SINK_NULL)) return;
  if (response->encoding) return; /* ranges count its bytes in the coding */
  if (response->status != 200 || (response->has_length && response->length <= KEEP_MIN_BYTES)) return;
  const char *validator = range_validator(response);
  if (!validator || strlen(validator) >= PARTIAL_VALIDATOR_MAX) return;
  struct partial *partial = partial_new(fetch);
  if (!partial) return;
  partial->total_bytes = response->has_length ? response->length : 0;
  strcpy(partial->validator, validator);
}

bool partial_range(struct seine_fetch *fetch, struct range *range) {
  const struct partial *partial = fetch->partial;
  uint8_t origin[32];
  if (!partial || !partial->body || !origin_of(fetch, origin) || memcmp(origin, partial->origin, sizeof origin) != 0)
    return false;
  *range = (struct range){
      .from_bytes = partial->body->total_bytes, .total_bytes = partial->total_bytes, .validator = partial->validator};
  return true;
}

struct body *partial_resume(struct seine_fetch *fetch) {
  return detach_body(fetch->partial);
}

static struct partial *partial_min_bytes(const struct partials *partials) {
  struct partial *partial, *least = NULL;
  TAILQ_FOREACH (partial, &partials->kept, link)
    if (!partial->is_read && body_is_resumable(partial->body) &&
        (!least || partial->body->total_bytes < least->body->total_bytes))
      least = partial;
  return least;
}

/* Discards the smallest bodies while there are more than KEPT_MAX; one that is being read is not discarded before. */
static void discard_excess(struct partials *partials) {
  struct partial *least;
  while (partials->kept_count > KEPT_MAX && (least = partial_min_bytes(partials)))
    partial_discard(least->fetch);
}

void partial_keep(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  struct partial *partial = fetch->partial;
  if (!partial || partial->body) return; /* or the attempt did not come as far as to go on with it */
  struct body *body = attempt ? attempt->body : NULL;
  if (!body || body->total_bytes < KEEP_MIN_BYTES || !body_is_resumable(body) || !origin_of(fetch, partial->origin)) {
    partial_discard(fetch);
    return;
  }
  attempt->body = NULL;
  attach_body(partial, body);
  discard_excess(&fetch->engine->partials);
}

void partial_save(struct seine_fetch *fetch) {
  struct partials *partials = &fetch->engine->partials;
  struct partial_info info = {.footer = {.size_bytes = 0}};
  partial_keep(fetch);
  struct partial *partial = fetch->partial;
  bool worth = partial && partial->body && partial->body->keep == BODY_FILE && body_is_resumable(partial->body) &&
               fetch->engine->options.keep_partial && partials->on_disk < PARTIAL_MAX_FILES &&
               name_of(fetch, info.name);
  if (worth) {
    info.footer.total_bytes = partial->total_bytes;
    memcpy(info.footer.origin, partial->origin, sizeof partial->origin);
    strcpy(info.footer.validator, partial->validator);
    partials->on_disk++;
    body_keep_partial(detach_body(partial), &info);
  }
  partial_discard(fetch);
}

/* ---- Results of jobs ---- */

static void on_partial_read(struct partial *partial) {
  struct seine_fetch *fetch = partial->fetch;
  const struct partial_footer *footer = body_partial_footer(partial->body);
  partial->is_read = false;
  /* Anybody can plant a file whose check fits: its validator goes into a request header. */
  if (partial->body->failure.error || !footer || !range_is_validator(footer->validator)) {
    partial_discard(fetch); /* the body is received from the start */
  } else {
    partial->total_bytes = footer->total_bytes;
    memcpy(partial->origin, footer->origin, sizeof partial->origin);
    strcpy(partial->validator, footer->validator);
    discard_excess(&fetch->engine->partials);
  }
  fetch->queued.at_head = true;
  fetch_enter(fetch, FETCH_QUEUED);
}

static void on_partial_event(void *user, enum body_event event) {
  struct partial *partial = user;
  engine_wake(partial->fetch->engine);
  if (event == BODY_PARTIAL_READ)
    on_partial_read(partial);
  else if (partial->body->failure.error)
    partial_discard(partial->fetch);
}

bool partial_read_back(struct seine_fetch *fetch) {
  struct partials *partials = &fetch->engine->partials;
  struct partial_name *saved = NULL;
  char name[PARTIAL_NAME_SIZE];
  if (!partials->saved || fetch->attempts || fetch->redirects || fetch->sink != SEINE_SINK_FILE) return false;
  if (name_of(fetch, name)) HASH_FIND_STR(partials->saved, name, saved);
  if (!saved) return false;
  forget_saved(partials, saved);
  partials->on_disk--;
  struct partial *partial = partial_new(fetch);
  bool wants_md5 = fetch->expected && fetch->expected->has_md5;
  struct body *body = partial ? body_read_partial(&fetch->engine->bodies, name, wants_md5) : NULL;
  if (!body) {
    partial_discard(fetch);
    return false;
  }
  partial->is_read = true;
  attach_body(partial, body);
  fetch_enter(fetch, FETCH_WAITING);
  return true;
}

bool partial_is_being_read(const struct seine_fetch *fetch) {
  return fetch->partial && fetch->partial->is_read;
}
