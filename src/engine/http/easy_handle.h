/* The settings of an easy handle that no transfer changes. */
#ifndef SEINE_ENGINE_EASY_HANDLE_H
#define SEINE_ENGINE_EASY_HANDLE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "seine.h"

struct easy_terms {
  const seine_options_t *options;
  const char *ca_file; /* NULL: libcurl's own */
  CURLSH *share;
};

/* Sets up a new handle. False without memory. */
bool easy_set_up(CURL *easy, const struct easy_terms *terms);

/* Sets an option to a copy of a text. False without memory for that. */
bool easy_set_string(CURL *easy, CURLoption option, const char *text);

/* The system's bundle of certificates; NULL if none is readable. Static. */
const char *easy_default_ca_file(void);

/* Lets requests share a connection where the TLS handshake chose HTTP/2, and wait for one that may be shared. Never
 * without TLS: libcurl 7.88 believes a status line that names HTTP/2, and would send a further request on an HTTP/1
 * connection that is in use. A new handle shares nothing. */
void easy_set_multiplexing(CURL *easy, bool multiplexes, const seine_options_t *options);

#endif
