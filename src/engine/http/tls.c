/* What libcurl's TLS connections do not show by their descriptor. */
#include "http/tls.h"

#include <openssl/ssl.h>

bool tls_holds_bytes(CURL *easy) {
  const struct curl_tlssessioninfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) || !info || !info->internals) return false;
  return info->backend == CURLSSLBACKEND_OPENSSL && SSL_has_pending(info->internals);
}
