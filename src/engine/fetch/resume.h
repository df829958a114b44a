/* What was received of a large body whose transfer broke off, until another attempt, or another run, goes on with
 * it. */
#ifndef SEINE_ENGINE_RESUME_H
#define SEINE_ENGINE_RESUME_H

#include "fetch/engine_state.h"

/* Every piece of state that `parts` names belongs to engine->parts. */
void partials_open(struct seine *engine);
void partials_close(struct seine *engine);

/* The headers of a body that is wanted are there: notes what is needed to ask for the rest of it, should it break
 * off. */
void partial_begin(struct seine_fetch *fetch, const struct response *response);

/* What the rest of the body is asked for by; false if the attempt begins from the start. */
bool partial_range(struct seine_fetch *fetch, struct range *range);

/* The rest comes: the body goes on in this attempt. */
struct body *partial_resume(struct seine_fetch *fetch);

/* The attempt broke off: keeps its body for the next one, if it is worth that. */
void partial_keep(struct seine_fetch *fetch);

/* The fetch ends without its body, for a reason that may pass: keeps the body for another run, if it is worth that. */
void partial_save(struct seine_fetch *fetch);

/* Forgets it, and removes what is on the disk. */
void partial_discard(struct seine_fetch *fetch);

/* Whether an earlier run left a part of this body, which a worker now reads: the fetch waits, and is queued again
 * then. */
bool partial_read_back(struct seine_fetch *fetch);

/* Whether that is going on. */
bool partial_is_being_read(const struct seine_fetch *fetch);

#endif
