/* What the name server knows: names whose labels say what they lead to, and what goes wrong (see README). */
#ifndef FAULTSERVER_ZONE_H
#define FAULTSERVER_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZONE_PACKET 2048 /* room for any answer */
#define ZONE_UDP    512 /* what a datagram may hold */

struct counters;

/* The answer to a question, which is counted. Its size; 0: there is none. */
size_t zone_answer(struct counters *counters, uint64_t now_ms, bool tcp, const uint8_t *question, size_t size,
                   uint8_t out[ZONE_PACKET]);

#endif
