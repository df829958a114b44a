/* What libcurl's TLS connections do not show by their descriptor. */
#ifndef SEINE_ENGINE_TLS_H
#define SEINE_ENGINE_TLS_H

#include <curl/curl.h>
#include <stdbool.h>

/* Whether the TLS connection that this handle has now holds bytes that it received and nobody read. False without TLS,
 * and where libcurl uses another library than OpenSSL. */
bool tls_holds_bytes(CURL *easy);

/* Whether the TLS handshake of the connection that this handle has now chose HTTP/2 (ALPN, RFC 7301). True where it
 * cannot be asked, as libcurl uses another library than OpenSSL. */
bool tls_chose_http2(CURL *easy);

#endif
