/* Speaks TLS with ALPN "h2" and sends the frames of a script. Loop thread only. */
#ifndef SEINE_TESTS_FUZZ_HTTP2_SERVER_H
#define SEINE_TESTS_FUZZ_HTTP2_SERVER_H

#include <openssl/ssl.h>

#include "http2_script.h"
#include "loop_server.h"

struct http2_server {
  struct loop_server loop_server;
  const struct http2_script *script;
  SSL_CTX *context;
  char certificate[64]; /* the file to trust; removed at the end of the process */
  unsigned requests; /* since it was set to 0 */
};

void http2_server_init(struct http2_server *server);

#endif
