/* Decides whether a failed transfer through a proxy is the fault of the proxy or of the target. Pure. */
#ifndef SEINE_ENGINE_PROXY_FAULT_H
#define SEINE_ENGINE_PROXY_FAULT_H

#include <curl/curl.h>
#include <stdbool.h>

enum proxy_kind { PROXY_HTTP, PROXY_HTTPS, PROXY_SOCKS };

/* libcurl's information about such a transfer. */
struct proxied_outcome {
  CURLcode code;
  enum proxy_kind kind;
  bool tunnel; /* the URL is https; plain http is handed to a PROXY_HTTP or PROXY_HTTPS as a request */
  bool connected; /* all the way to the target, TLS included: CURLINFO_CONNECT_TIME_T or PRETRANSFER above 0 */
  long connects; /* CURLINFO_NUM_CONNECTS: 0 if a connection was used again, or none came about */
  long connect_code; /* CURLINFO_HTTP_CONNECTCODE: the answer to CONNECT; 0 if none came */
  long proxy_error; /* CURLINFO_PROXY_ERROR */
  long proxy_verify; /* CURLINFO_PROXY_SSL_VERIFYRESULT */
  int status; /* of the response; 0 if none came */
};

enum proxy_fault {
  FAULT_NONE, /* the proxy did its part: judge the transfer as if there were no proxy */
  FAULT_UNCLEAR, /* judge it likewise; but that the proxy works was not seen */
  FAULT_UNREACHED, /* it did not reach the target, or so it seems: class connect, and the host is charged */
  FAULT_UNRESOLVED, /* the target's name could not be resolved on this side, or the proxy's: class dns */
  FAULT_REFUSED, /* it will not serve this target, others perhaps: class proxy, nobody is charged */
  FAULT_PROXY /* it cannot be reached, or used: class proxy, and the proxy is charged */
};

enum proxy_fault proxy_fault_of(const struct proxied_outcome *outcome);

#endif
