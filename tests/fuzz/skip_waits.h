/* Lets the loop of a fuzz target skip the time for which it would wait. */
#ifndef SEINE_TESTS_FUZZ_SKIP_WAITS_H
#define SEINE_TESTS_FUZZ_SKIP_WAITS_H

#include <uv.h>

/* From here on, on the calling thread, the monotonic clock jumps to the next timer when this loop has nothing else to
 * do: no event, and no job of a worker. So a delay of a minute costs a millisecond. NULL: no more. */
void skip_waits_of(const uv_loop_t *loop);

#endif
