/* Sends the replies of a script to whoever asks. Loop thread only. */
#ifndef SEINE_TESTS_FUZZ_HTTP1_SERVER_H
#define SEINE_TESTS_FUZZ_HTTP1_SERVER_H

#include "http1_script.h"
#include "loop_server.h"

#define SERVER_SECRET "X-Secret: s3cret"

struct http1_server {
  struct loop_server loop_server;
  const struct script *script;
  unsigned listed_hosts; /* 127.0.0.1 to 127.0.0.N are in the list; others must not see the secret */
  unsigned requests; /* since it was set to 0 */
};

void http1_server_init(struct http1_server *server);

#endif
