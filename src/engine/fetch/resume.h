/* Interrupted large bodies, kept until another attempt or another run resumes them (RFC 9110 section 14). Loop thread
 * only. */
#ifndef SEINE_ENGINE_RESUME_H
#define SEINE_ENGINE_RESUME_H

#include "fetch/engine_state.h"

/* Opens and closes engine->partials: reads the names of the partial files on disk. */
void partials_open(struct seine *engine);
void partials_close(struct seine *engine);

/* Stores the validator and size of a response whose body will be received, if it can be resumed later. */
void partial_begin(struct seine_fetch *fetch, const struct response *response);

/* Fills *range for a request that resumes the body; false: request the whole body. */
bool partial_range(struct seine_fetch *fetch, struct range *range);

/* Returns the kept body, to which the response appends; the caller owns it. */
struct body *partial_resume(struct seine_fetch *fetch);

/* Keeps the body of a failed attempt for the next one, if it is large enough and resumable. */
void partial_keep(struct seine_fetch *fetch);

/* Saves the body to disk for another run, if options.keep_partial is set and it is large enough and resumable. */
void partial_save(struct seine_fetch *fetch);

/* Frees the partial body and its temporary file. */
void partial_discard(struct seine_fetch *fetch);

/* Starts reading the partial file of an earlier run, if there is one. Returns true if so: the fetch is FETCH_WAITING
 * until a worker has read it, and is queued again then. */
bool partial_read_back(struct seine_fetch *fetch);

/* Returns whether a worker is reading a partial file for this fetch. */
bool partial_is_being_read(const struct seine_fetch *fetch);

#endif
