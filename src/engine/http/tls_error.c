/* Reads the number of OpenSSL's error, "error:0A000410:SSL routines::...", out of libcurl's text. */
#include "http/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <stdlib.h>
#include <string.h>

/* The peer's alert; RFC 8446 6 has their numbers. Those left out, as internal_error, may pass. */
static bool alert_is_final(int alert) {
  static const int final[] = {SSL_AD_HANDSHAKE_FAILURE,
                              SSL_AD_BAD_CERTIFICATE,
                              SSL_AD_UNSUPPORTED_CERTIFICATE,
                              SSL_AD_CERTIFICATE_REVOKED,
                              SSL_AD_CERTIFICATE_EXPIRED,
                              SSL_AD_CERTIFICATE_UNKNOWN,
                              SSL_AD_ILLEGAL_PARAMETER,
                              SSL_AD_UNKNOWN_CA,
                              SSL_AD_ACCESS_DENIED,
                              SSL_AD_PROTOCOL_VERSION,
                              SSL_AD_INSUFFICIENT_SECURITY,
                              SSL_AD_MISSING_EXTENSION,
                              SSL_AD_UNSUPPORTED_EXTENSION,
                              SSL_AD_UNRECOGNIZED_NAME,
                              SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE,
                              SSL_AD_UNKNOWN_PSK_IDENTITY,
                              116, /* certificate_required, for which OpenSSL 3.0 has no name */
                              SSL_AD_NO_APPLICATION_PROTOCOL};
  for (size_t i = 0; i < sizeof final / sizeof *final; i++)
    if (final[i] == alert) return true;
  return false;
}

/* What this side refuses: an answer that is no TLS, or one too old or too weak. */
static bool refusal_is_final(int reason) {
  static const int final[] = {SSL_R_UNSUPPORTED_PROTOCOL,  SSL_R_WRONG_VERSION_NUMBER,
                              SSL_R_WRONG_SSL_VERSION,     SSL_R_UNKNOWN_PROTOCOL,
                              SSL_R_HTTP_REQUEST,          SSL_R_DH_KEY_TOO_SMALL,
                              SSL_R_WRONG_CIPHER_RETURNED, SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED};
  for (size_t i = 0; i < sizeof final / sizeof *final; i++)
    if (final[i] == reason) return true;
  return false;
}

enum tls_error tls_error_of(const char *text) {
  const char *found = strstr(text, "error:");
  char *end;
  unsigned long code = found ? strtoul(found + 6, &end, 16) : 0;
  if (!code || *end != ':' || ERR_GET_LIB(code) != ERR_LIB_SSL) return TLS_ERROR_NONE;
  int reason = ERR_GET_REASON(code);
  bool is_alert = reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
  bool final = is_alert ? alert_is_final(reason - SSL_AD_REASON_OFFSET) : refusal_is_final(reason);
  return final ? TLS_ERROR_FINAL : TLS_ERROR_TRANSIENT;
}
