/* What libcurl's text of a failed TLS handshake says of the next attempt. Pure. */
#ifndef SEINE_ENGINE_TLS_ERROR_H
#define SEINE_ENGINE_TLS_ERROR_H

#include <stdbool.h>

enum tls_error {
  TLS_ERROR_NONE, /* the text holds no error of OpenSSL */
  TLS_ERROR_TRANSIENT, /* another attempt may succeed */
  TLS_ERROR_FINAL /* another attempt would end the same: no common version or cipher, no such name, a certificate
                          that is refused or missing */
};

enum tls_error tls_error_of(const char *text);

#endif
