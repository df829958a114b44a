/* Derives the fault from libcurl's CURLINFO values. Their meaning in each case was observed with libcurl 7.88 and real
 * proxies. */
#include "proxy/proxy_fault.h"

#include <openssl/x509_vfy.h>

/* The CONNECT of an https URL was answered, but not by 2xx. */
static enum proxy_fault fault_of_answer(long status) {
  switch (status) {
  case 401: /* tinyproxy's word for a wrong password */
  case 407:
  case 429: return FAULT_PROXY;
  case 408:
  case 500: /* tinyproxy's word for no connection; others say 502, 503 or 504 */
  case 502:
  case 503:
  case 504: return FAULT_UNREACHED;
  default: return FAULT_REFUSED; /* 403 is often about this host or port alone */
  }
}

static enum proxy_fault fault_of_socks(long error) {
  switch (error) {
  case CURLPX_RESOLVE_HOST: return FAULT_UNRESOLVED;
  case CURLPX_REPLY_CONNECTION_REFUSED:
  case CURLPX_REPLY_GENERAL_SERVER_FAILURE: /* microsocks' word for a name that it cannot resolve */
  case CURLPX_REPLY_HOST_UNREACHABLE:
  case CURLPX_REPLY_NETWORK_UNREACHABLE:
  case CURLPX_REPLY_TTL_EXPIRED:
  case CURLPX_REQUEST_FAILED: /* SOCKS4 has one word for all */ return FAULT_UNREACHED;
  case CURLPX_BAD_ADDRESS_TYPE:
  case CURLPX_LONG_HOSTNAME:
  case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
  case CURLPX_REPLY_NOT_ALLOWED: return FAULT_REFUSED;
  default: return FAULT_PROXY;
  }
}

/* Nothing was heard for too long. A proxy that waits for a dead target looks the same as one that is dead itself, and
 * is much more common; but there are times at which no target was named yet. */
static enum proxy_fault fault_of_silence(const struct proxied_outcome *outcome) {
  if (outcome->connects == 0) return FAULT_PROXY;
  /* libcurl sets this when the handshake with the proxy begins, and replaces it when that ends. */
  if (outcome->kind == PROXY_HTTPS && outcome->proxy_verify == X509_V_ERR_UNSPECIFIED) return FAULT_PROXY;
  return FAULT_UNREACHED;
}

/* On this side, or by our own wish. */
static bool is_our_own(CURLcode code) {
  return code == CURLE_WRITE_ERROR || code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OUT_OF_MEMORY ||
         code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_FAILED_INIT ||
         code == CURLE_SSL_CACERT_BADFILE;
}

/* Something came, or the target was reached. Where the proxy hands on requests, a connection that breaks is between it
 * and us; but perhaps only because the one behind it broke. */
static enum proxy_fault fault_of_contact(const struct proxied_outcome *outcome, bool relayed) {
  if (relayed && outcome->status == 407) return FAULT_PROXY;
  if (outcome->code == CURLE_OK || (outcome->status && is_our_own(outcome->code))) return FAULT_NONE;
  return relayed || outcome->connects == 0 ? FAULT_UNCLEAR : FAULT_NONE;
}

enum proxy_fault proxy_fault_of(const struct proxied_outcome *outcome) {
  bool relayed = outcome->kind != PROXY_SOCKS && !outcome->tunnel;
  if (outcome->status || outcome->connected || outcome->code == CURLE_OK) return fault_of_contact(outcome, relayed);
  if (is_our_own(outcome->code)) return FAULT_UNCLEAR;
  if (outcome->code == CURLE_COULDNT_RESOLVE_PROXY || outcome->code == CURLE_COULDNT_CONNECT) return FAULT_PROXY;
  if (outcome->code == CURLE_COULDNT_RESOLVE_HOST) return FAULT_UNRESOLVED;
  if (outcome->code == CURLE_PROXY) return fault_of_socks(outcome->proxy_error);
  if (outcome->connect_code / 100 == 2) return FAULT_NONE;
  if (outcome->connect_code) return fault_of_answer(outcome->connect_code);
  if (outcome->code == CURLE_OPERATION_TIMEDOUT) return fault_of_silence(outcome);
  if (outcome->connects == 0) return FAULT_UNCLEAR; /* a connection that had stood before, and broke */
  /* Before CONNECT was answered, or a request handed over: its own handshake, or it hung up. A SOCKS proxy's failures
   * have a code of their own; past its answer it is the target that fails. */
  return outcome->kind == PROXY_SOCKS ? FAULT_NONE : FAULT_PROXY;
}
