/* What follows when a transfer has ended. */
#ifndef ENGINE_ENDING_H
#define ENGINE_ENDING_H

#include "engine.h"

/* Of struct transfer_events; `user` is the fetch. */
void ending_done(void *user, struct outcome *outcome);

#endif
