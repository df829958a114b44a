/* How many transfers may be in flight: as many as the options say, or fewer for a while after descriptors ran out. */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

struct alarm;
struct seine;

struct slots {
  unsigned limit; /* transfers in flight, at most */
  unsigned said; /* the lowest limit told since it was full; 0: none */
  unsigned shortages; /* one after the other */
  uint64_t grow_ms; /* uv_now from which the limit may grow by a step */
  struct alarm *pause; /* nothing starts before it rings; NULL: no pause */
};

void slots_open(struct seine *engine);
void slots_close(struct seine *engine);

/* Whether one more transfer may start. */
bool slots_free(struct seine *engine);

/* No descriptor was left for something. Fewer transfers from now on, and none for a moment. */
void slots_short(struct seine *engine);

#endif
