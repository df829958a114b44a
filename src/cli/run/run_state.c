/* The stage of a run. */
#include "run/run_state.h"

#include <assert.h>

void run_set_stage(struct run *run, enum run_stage stage) {
  assert(stage > run->stage); /* a run never goes back */
  run->stage = stage;
}
