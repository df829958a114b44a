/* The stage of a run, and small questions about it. */
#include "run/run_state.h"

#include <assert.h>

void run_set_stage(struct run *run, enum run_stage stage) {
  assert(stage > run->stage); /* a run never goes back */
  run->stage = stage;
}

void run_stop_reading(struct run *run) {
  if (run->stage == RUN_FETCHING) run_set_stage(run, RUN_ENDING);
}

/* An active idle handle is all that it takes. */
static void do_nothing(uv_idle_t *idle) {
  (void)idle;
}

void run_keep_awake(struct run *run) {
  uv_idle_start(&run->keep_loop_awake, do_nothing);
}

size_t run_in_flight(const struct run *run) {
  seine_stats_t stats;
  if (!run->engine) return 0;
  seine_get_stats(run->engine, &stats);
  return stats.resolving + stats.transferring + stats.inspecting + stats.storing;
}
