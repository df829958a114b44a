/* Maps libcurl's error codes to SEINE_E codes. */
#include "http/curl_error.h"

#include <stddef.h>

#include "seine.h"

struct row {
  CURLcode code;
  struct failure_class is;
};

static const struct row rows[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, {SEINE_EURL, false, false}},
    {CURLE_URL_MALFORMAT, {SEINE_EURL, false, false}},
    {CURLE_COULDNT_RESOLVE_PROXY, {SEINE_EPROXY, true, false}},
    {CURLE_COULDNT_RESOLVE_HOST, {SEINE_EDNS, true, true}},
    {CURLE_COULDNT_CONNECT, {SEINE_ECONNECT, true, true}},
    {CURLE_INTERFACE_FAILED, {SEINE_ECONNECT, true, false}},
    {CURLE_PROXY, {SEINE_EPROXY, true, false}},
    {CURLE_OPERATION_TIMEDOUT, {SEINE_ETIMEOUT, true, false}},
    {CURLE_PARTIAL_FILE, {SEINE_ETRUNCATED, true, false}},
    {CURLE_GOT_NOTHING, {SEINE_ERESET, true, false}},
    {CURLE_SEND_ERROR, {SEINE_ERESET, true, false}},
    {CURLE_RECV_ERROR, {SEINE_ERESET, true, false}},
    {CURLE_AGAIN, {SEINE_ERESET, true, false}},
    {CURLE_HTTP2, {SEINE_ERESET, true, false}},
    {CURLE_HTTP2_STREAM, {SEINE_ERESET, true, false}},
    {CURLE_NO_CONNECTION_AVAILABLE, {SEINE_ERESET, true, false}},
    {CURLE_SSL_CONNECT_ERROR, {SEINE_ETLS, true, false}}, /* resets and alerts in the handshake */
    {CURLE_PEER_FAILED_VERIFICATION, {SEINE_ETLS, false, false}},
    {CURLE_SSL_CERTPROBLEM, {SEINE_ETLS, false, false}},
    {CURLE_SSL_CIPHER, {SEINE_ETLS, false, false}},
    {CURLE_SSL_CACERT_BADFILE, {SEINE_ETLS, false, false}},
    {CURLE_SSL_ISSUER_ERROR, {SEINE_ETLS, false, false}},
    {CURLE_SSL_INVALIDCERTSTATUS, {SEINE_ETLS, false, false}},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, {SEINE_ETLS, false, false}},
    {CURLE_USE_SSL_FAILED, {SEINE_ETLS, false, false}},
    {CURLE_TOO_MANY_REDIRECTS, {SEINE_EREDIRECT, false, false}},
    {CURLE_OUT_OF_MEMORY, {SEINE_ENOMEM, true, false}},
};

static struct failure_class look_up(CURLcode code) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].code == code) return rows[i].is;
  return (struct failure_class){SEINE_EPROTOCOL, false, false};
}

struct failure_class curl_error_class(CURLcode code, bool connected) {
  static const struct failure_class no_connection = {SEINE_ECONNECT, true, true};
  static const struct failure_class nonsense = {SEINE_EPROTOCOL, false, false};
  if (code == CURLE_OK) return (struct failure_class){0};
  if (code == CURLE_OPERATION_TIMEDOUT && !connected) return no_connection;
  /* Of an answer these mean an HTTP version that is none, and a header line beyond libcurl's limit. */
  if (connected && (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_OUT_OF_MEMORY)) return nonsense;
  return look_up(code);
}
