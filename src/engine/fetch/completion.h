/* Handles the end of a transfer. Loop thread only. */
#ifndef SEINE_ENGINE_COMPLETION_H
#define SEINE_ENGINE_COMPLETION_H

#include "fetch/engine_state.h"

/* The on_done of struct transfer_events; `user` is the fetch. */
void completion_done(void *user, struct outcome *outcome);

#endif
