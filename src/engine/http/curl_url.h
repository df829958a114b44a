/* Sets the URL of an easy handle, parsed only as far as it changed. */
#ifndef SEINE_ENGINE_CURL_URL_H
#define SEINE_ENGINE_CURL_URL_H

#include <curl/curl.h>

/* Zeroed, it is empty. One for each easy handle, which must be gone before it is cleared. */
struct transfer_url {
  CURLU *parts;
  char *origin; /* the text of the URL up to its path, where the next may only differ after it; NULL: it may not */
};

/* Sets the URL of a transfer that was not started yet. 0 or SEINE_ENOMEM. */
int transfer_url_set(struct transfer_url *target, CURL *easy, const char *url);
void transfer_url_clear(struct transfer_url *target);

#endif
