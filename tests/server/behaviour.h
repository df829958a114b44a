/* From the URL of a request to what is sent for it. README has the whole list. */
#ifndef FAULTSERVER_BEHAVIOUR_H
#define FAULTSERVER_BEHAVIOUR_H

#include "counters.h"
#include "request.h"
#include "response.h"
#include "robots.h"

/* Fills *response, which must be zero. `attempt`: how often this host was asked for this target, from 1. */
void behaviour_answer(const struct request *request, unsigned attempt, struct counters *counters,
                      struct robots_pages *robots, struct response *response);

/* True for the server's own pages below /_/, which are not counted. */
bool behaviour_is_own(const struct request *request);

/* One line for each behaviour: its name and what it does. */
void behaviour_help(struct text *text);

#endif
