/* Where accepted bodies go, as --output-format says. Loop thread only. */
#ifndef SEINE_CLI_SINK_H
#define SEINE_CLI_SINK_H

#include "output/sink_type.h"

struct sink;

/* Values of --output-format, NULL-terminated. A sink's index here is its number in the settings. */
extern const char *const sink_names[];

/* Opens the sink of that number. 0, or an exit status after a message on stderr, with *sink NULL. */
int sink_open(struct sink **sink, unsigned number, const struct sink_options *options);

/* Returns whether bodies are kept. If not, nothing can be a duplicate. */
bool sink_stores(const struct sink *sink);

/* Sets in a request what the engine does with the body. `on_place` is set if the sink gives bodies a place. */
void sink_prepare(const struct sink *sink, seine_request_t *request, seine_place_cb on_place);

/* The functions of struct sink_type, which says what they do. */
bool sink_reserve(struct sink *sink, uint64_t id, const char *text, uint64_t url);
int sink_place(struct sink *sink, const struct sink_record *record, const seine_result_t *result, char *path,
               size_t size);
int sink_place_duplicate(struct sink *sink, const struct sink_record *record, const seine_result_t *result, char *path,
                         size_t size);
void sink_stored(struct sink *sink, const struct sink_record *record, seine_fetch_t *fetch,
                 const seine_result_t *result);
struct taken_names *sink_taken_names(const struct sink *sink);
void sink_close(struct sink *sink); /* NULL is fine */

#endif
