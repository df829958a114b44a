/* What arrives for a fetch while it is transferred, inspected and stored. */
#ifndef SEINE_ENGINE_RECEIVE_H
#define SEINE_ENGINE_RECEIVE_H

#include "fetch/engine_state.h"

/* Of struct transfer_events; `user` is the fetch. */
enum header_action receive_headers(void *user, const struct response *response);
int receive_data(void *user, const uint8_t *data, size_t size);

/* A worker could not do its part for the body: what that means for the fetch. */
void receive_job_failed(struct seine_fetch *fetch);

#endif
