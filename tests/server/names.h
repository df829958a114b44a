/* A name server by UDP, for names that say what they lead to: 10-0-0-1.any.name has the address 10.0.0.1, and
 * 64-ff9b--a00-1.any.name has 64:ff9b::a00:1; all other names have none. */
#ifndef FAULTSERVER_NAMES_H
#define FAULTSERVER_NAMES_H

#include <uv.h>

/* On 127.0.0.1. 0, or libuv's code; the handle is to be closed in either case. */
int names_listen(uv_udp_t *udp, uv_loop_t *loop, int port);

#endif
