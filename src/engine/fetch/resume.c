/* Keeps the bodies of broken transfers: in an attempt's absence as they are, with their descriptor and their running
 * hash; and beyond the engine's end below its directory. */
#include "fetch/resume.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "body/body.h"
#include "body/body_check.h"
#include "http/range.h"
#include "store/partial_files.h"

#define LEAST_BYTES ((uint64_t)8 * 1024 * 1024) /* less is sooner received again than asked about */
#define HELD_MOST   64 /* each has a descriptor, and none of the fetches a transfer */

struct part {
  TAILQ_ENTRY(part) link; /* in parts.held, while it has a body */
  struct seine_fetch *fetch;
  struct body *body; /* NULL while an attempt has it */
  bool
      is_read; /* from an earlier run's file: the fetch waits for the end of that, and would wait for ever without it */
  uint8_t origin[32]; /* SHA-256 of the URL that its bytes came from, once it has a body */
  uint64_t total_bytes; /* 0: not known */
  char validator[PART_VALIDATOR_MAX];
};

/* The name of a part that an earlier run left. */
struct left {
  UT_hash_handle hh;
  char name[PART_NAME_SIZE];
};

/* ---- Parts of earlier runs ---- */

static void on_left(void *user, const char *name) {
  struct parts *parts = user;
  struct left *left = calloc(1, sizeof *left);
  if (!left) return; /* its body is received from the start */
  strcpy(left->name, name);
  HASH_ADD_STR(parts->left, name, left);
  parts->on_disk++;
}

static void forget_left(struct parts *parts, struct left *left) {
  HASH_DEL(parts->left, left);
  free(left);
}

void parts_open(struct seine *engine) {
  TAILQ_INIT(&engine->parts.held);
  const seine_options_t *options = &engine->options;
  if (!engine->store || !options->keep_parts) return;
  parts_list(engine->store, options->drop_parts ? NULL : on_left, &engine->parts);
}

void parts_close(struct seine *engine) {
  while (engine->parts.left)
    forget_left(&engine->parts, engine->parts.left);
}

/* A name that gives no password away, not even as a hash. */
static bool name_of(const struct seine_fetch *fetch, char name[PART_NAME_SIZE]) {
  seine_url_t url = {0};
  if (!strchr(fetch->url, '@')) {
    part_name(fetch->url, name);
    return true;
  }
  bool known = seine_url_parse(&url, fetch->url, NULL, 0) == 0;
  if (known) part_name(url.public_url, name);
  seine_url_clear(&url);
  return known;
}

/* ---- The part of a fetch ---- */

static bool origin_of(const struct seine_fetch *fetch, uint8_t origin[32]) {
  seine_url_t url = {0};
  const char *text = fetch->target;
  bool known = text || seine_url_parse(&url, fetch->url, NULL, 0) == 0;
  if (!text) text = url.public_url;
  if (known) seine_sha256(text, strlen(text), origin);
  seine_url_clear(&url);
  return known;
}

static void on_part_news(void *user, enum body_news news);

static void give_body(struct part *part, struct body *body) {
  struct parts *parts = &part->fetch->engine->parts;
  part->body = body;
  TAILQ_INSERT_TAIL(&parts->held, part, link);
  parts->held_count++;
  body_hand_over(body, on_part_news, part);
}

static struct body *take_body(struct part *part) {
  struct parts *parts = &part->fetch->engine->parts;
  struct body *body = part->body;
  if (!body) return NULL;
  TAILQ_REMOVE(&parts->held, part, link);
  parts->held_count--;
  part->body = NULL;
  return body;
}

void part_drop(struct seine_fetch *fetch) {
  struct part *part = fetch->part;
  if (!part) return;
  body_drop(take_body(part));
  free(part);
  fetch->part = NULL;
}

static struct part *part_new(struct seine_fetch *fetch) {
  struct part *part = calloc(1, sizeof *part);
  if (part) part->fetch = fetch;
  fetch->part = part;
  return part;
}

void part_begin(struct seine_fetch *fetch, const struct response *response) {
  part_drop(fetch);
  if (fetch->is_internal || (fetch->sink != SEINE_SINK_FILE && fetch->sink != SEINE_SINK_NULL)) return;
  if (response->encoding) return; /* ranges count its bytes in the coding */
  if (response->status != 200 || (response->has_length && response->length <= LEAST_BYTES)) return;
  const char *validator = range_validator(response);
  if (!validator || strlen(validator) >= PART_VALIDATOR_MAX) return;
  struct part *part = part_new(fetch);
  if (!part) return;
  part->total_bytes = response->has_length ? response->length : 0;
  strcpy(part->validator, validator);
}

bool part_range(struct seine_fetch *fetch, struct range *range) {
  const struct part *part = fetch->part;
  uint8_t origin[32];
  if (!part || !part->body || !origin_of(fetch, origin) || memcmp(origin, part->origin, sizeof origin) != 0)
    return false;
  *range = (struct range){
      .from_bytes = part->body->total_bytes, .total_bytes = part->total_bytes, .validator = part->validator};
  return true;
}

struct body *part_resume(struct seine_fetch *fetch) {
  return take_body(fetch->part);
}

static struct part *least_part(const struct parts *parts) {
  struct part *part, *least = NULL;
  TAILQ_FOREACH (part, &parts->held, link)
    if (!part->is_read && body_may_go_on(part->body) && (!least || part->body->total_bytes < least->body->total_bytes))
      least = part;
  return least;
}

/* Those that are soonest received again make room; one that is being read does so once it is. */
static void make_room(struct parts *parts) {
  struct part *least;
  while (parts->held_count > HELD_MOST && (least = least_part(parts)))
    part_drop(least->fetch);
}

void part_keep(struct seine_fetch *fetch) {
  struct attempt *attempt = fetch->attempt;
  struct part *part = fetch->part;
  if (!part || part->body) return; /* or the attempt did not come as far as to go on with it */
  struct body *body = attempt ? attempt->body : NULL;
  if (!body || body->total_bytes < LEAST_BYTES || !body_may_go_on(body) || !origin_of(fetch, part->origin)) {
    part_drop(fetch);
    return;
  }
  attempt->body = NULL;
  give_body(part, body);
  make_room(&fetch->engine->parts);
}

void part_leave(struct seine_fetch *fetch) {
  struct parts *parts = &fetch->engine->parts;
  struct body_will will = {.record = {.size_bytes = 0}};
  part_keep(fetch);
  struct part *part = fetch->part;
  bool worth = part && part->body && part->body->keep == BODY_FILE && body_may_go_on(part->body) &&
               fetch->engine->options.keep_parts && parts->on_disk < PARTS_MOST && name_of(fetch, will.name);
  if (worth) {
    will.record.total_bytes = part->total_bytes;
    memcpy(will.record.origin, part->origin, sizeof part->origin);
    strcpy(will.record.validator, part->validator);
    parts->on_disk++;
    body_leave(take_body(part), &will);
  }
  part_drop(fetch);
}

/* ---- What its workers say ---- */

static void on_recalled(struct part *part) {
  struct seine_fetch *fetch = part->fetch;
  const struct part_record *record = body_record(part->body);
  part->is_read = false;
  if (part->body->failure.error || !record) {
    part_drop(fetch); /* it is received from the start */
  } else {
    part->total_bytes = record->total_bytes;
    memcpy(part->origin, record->origin, sizeof part->origin);
    strcpy(part->validator, record->validator);
    make_room(&fetch->engine->parts);
  }
  fetch->is_urgent = true;
  fetch_enter(fetch, FETCH_QUEUED);
}

static void on_part_news(void *user, enum body_news news) {
  struct part *part = user;
  engine_wake(part->fetch->engine);
  if (news == BODY_RECALLED)
    on_recalled(part);
  else if (part->body->failure.error)
    part_drop(part->fetch);
}

bool part_recall(struct seine_fetch *fetch) {
  struct parts *parts = &fetch->engine->parts;
  struct left *left = NULL;
  char name[PART_NAME_SIZE];
  if (!parts->left || fetch->attempts || fetch->redirects || fetch->sink != SEINE_SINK_FILE) return false;
  if (name_of(fetch, name)) HASH_FIND_STR(parts->left, name, left);
  if (!left) return false;
  forget_left(parts, left);
  parts->on_disk--;
  struct part *part = part_new(fetch);
  bool wants_md5 = fetch->expected && fetch->expected->has_md5;
  struct body *body = part ? body_recall(&fetch->engine->bodies, name, wants_md5) : NULL;
  if (!body) {
    part_drop(fetch);
    return false;
  }
  part->is_read = true;
  give_body(part, body);
  fetch_enter(fetch, FETCH_WAITING);
  return true;
}

bool part_is_read(const struct seine_fetch *fetch) {
  return fetch->part && fetch->part->is_read;
}
