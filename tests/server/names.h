/* Name servers, by UDP and TCP, for names that say what they lead to (see zone.h and README). */
#ifndef FAULTSERVER_NAMES_H
#define FAULTSERVER_NAMES_H

#include "zone.h"

#include <uv.h>

#define NAMES_CLIENTS 32

struct names;

/* A connection, of those that ask by TCP. */
struct names_client {
  uv_tcp_t tcp;
  struct names *names;
  bool open;
  uint8_t data[ZONE_UDP + 2]; /* a question, behind its length */
  size_t size;
};

/* Handles, and nothing else to be freed. */
struct names {
  uv_udp_t udp[3]; /* 127.0.0.1; 127.0.1.1; 127.0.1.2, which never answers */
  uv_tcp_t tcp; /* 127.0.1.1 */
  struct names_client clients[NAMES_CLIENTS];
  struct counters *counters;
};

/* 0, or libuv's code; the handles that were opened are to be closed in either case. */
int names_listen(struct names *names, uv_loop_t *loop, int port, struct counters *counters);

#endif
