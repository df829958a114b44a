/* What follows when a transfer has ended. */
#ifndef SEINE_ENGINE_COMPLETION_H
#define SEINE_ENGINE_COMPLETION_H

#include "fetch/engine_state.h"

/* Of struct transfer_events; `user` is the fetch. */
void completion_done(void *user, struct outcome *outcome);

#endif
