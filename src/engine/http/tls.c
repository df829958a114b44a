/* What libcurl's TLS connections do not show by their descriptor. */
#include "http/tls.h"

#include <openssl/ssl.h>
#include <string.h>

/* The connection's SSL object; NULL without TLS, and with another library. */
static SSL *ssl_of(CURL *easy) {
  const struct curl_tlssessioninfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) || !info) return NULL;
  return info->backend == CURLSSLBACKEND_OPENSSL ? info->internals : NULL;
}

bool tls_holds_bytes(CURL *easy) {
  const SSL *ssl = ssl_of(easy);
  return ssl && SSL_has_pending(ssl);
}

bool tls_chose_http2(CURL *easy) {
  const SSL *ssl = ssl_of(easy);
  const unsigned char *name = NULL;
  unsigned size = 0;
  if (!ssl) return true;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return size == 2 && memcmp(name, "h2", 2) == 0;
}
