/* Maps libcurl's error codes to SEINE_E codes. Pure. */
#ifndef SEINE_ENGINE_CURL_ERROR_H
#define SEINE_ENGINE_CURL_ERROR_H

#include <curl/curl.h>
#include <stdbool.h>

struct failure_class {
  int error; /* SEINE_E code; 0 for CURLE_OK */
  bool transient; /* another attempt may succeed */
  bool unreachable; /* there was no connection to the host */
};

/* connected: whether there was a connection when it failed. Failures of a proxy are recognised before, by
 * proxy_fault.h. */
struct failure_class curl_error_class(CURLcode code, bool connected);

#endif
