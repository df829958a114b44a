/* Calls the functions of the sink that --output-format names. */
#include "output/sink.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/xalloc.h"

#include <stdlib.h>

#define NAME(name, type)    name,
#define ADDRESS(name, type) &type,

const char *const sink_names[] = {SINKS(NAME) NULL};

static const struct sink_type *const types[] = {SINKS(ADDRESS)};

struct sink {
  const struct sink_type *type;
  void *state;
  struct naming *naming;
};

int sink_open(struct sink **sink, unsigned number, const struct sink_options *options) {
  struct sink *opened = xcalloc(1, sizeof *opened);
  char cause[512];
  int status = 0;
  opened->type = types[number];
  *sink = NULL;
  /* A template that is wrong is an error with every sink, before a folder is made. */
  if (naming_open(&opened->naming, options->name, options->content_disposition, cause, sizeof cause) != 0) {
    say("%s", cause);
    status = EXIT_USAGE;
  }
  if (status == 0 && opened->type->open) status = opened->type->open(&opened->state, options, opened->naming);
  if (status == 0) {
    *sink = opened;
  } else {
    naming_close(opened->naming);
    free(opened);
  }
  return status;
}

bool sink_stores(const struct sink *sink) {
  return sink->type->stores;
}

void sink_prepare(const struct sink *sink, seine_request_t *request, seine_place_cb on_place) {
  request->sink = sink->type->body;
  request->on_place = sink->type->place ? on_place : NULL;
}

bool sink_reserve(struct sink *sink, uint64_t id, const char *text, uint64_t url) {
  return !sink->type->reserve || sink->type->reserve(sink->state, id, text, url);
}

int sink_place(struct sink *sink, const struct sink_record *record, const seine_result_t *result, char *path,
               size_t size) {
  return sink->type->place(sink->state, record, result, path, size);
}

int sink_place_duplicate(struct sink *sink, const struct sink_record *record, const seine_result_t *result, char *path,
                         size_t size) {
  if (!sink->type->place_duplicate) return SEINE_PLACE_DUPLICATE;
  return sink->type->place_duplicate(sink->state, record, result, path, size);
}

void sink_stored(struct sink *sink, const struct sink_record *record, seine_fetch_t *fetch,
                 const seine_result_t *result) {
  if (sink->type->stored) sink->type->stored(sink->state, record, fetch, result);
}

struct taken_names *sink_taken_names(const struct sink *sink) {
  return sink->type->taken_names ? sink->type->taken_names(sink->state) : NULL;
}

void sink_close(struct sink *sink) {
  if (!sink) return;
  if (sink->type->close) sink->type->close(sink->state);
  naming_close(sink->naming);
  free(sink);
}
