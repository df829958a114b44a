/* Follows redirects: the target is read from Location as soon as the headers are complete, whatever the body does. */
#include "redirect.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "attempt.h"

/* Where `location` leads from `base`, absolute; the caller frees it. 0, SEINE_ENOMEM or SEINE_EURL. */
static int resolve(const char *base, const char *location, char **absolute) {
  CURLU *parts = curl_url();
  char *text = NULL;
  CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME) : CURLUE_OUT_OF_MEMORY;
  if (!code) code = curl_url_set(parts, CURLUPART_URL, location, CURLU_NON_SUPPORT_SCHEME);
  if (!code) code = curl_url_get(parts, CURLUPART_URL, &text, 0);
  curl_url_cleanup(parts);
  *absolute = code ? NULL : strdup(text);
  curl_free(text);
  if (code == CURLUE_OUT_OF_MEMORY) return SEINE_ENOMEM;
  return code ? SEINE_EURL : *absolute ? 0 : SEINE_ENOMEM;
}

/* Reads the target, and holds its host. 0, SEINE_ENOMEM or another error of the URL. */
static int find_target(struct seine_fetch *fetch, seine_url_t *url, struct host **host) {
  char *absolute = NULL;
  const char *base = fetch->target ? fetch->target : fetch->full ? fetch->full : fetch->url;
  int error = resolve(base, fetch->attempt->response.location, &absolute);
  if (!error) error = seine_url_parse(url, absolute, NULL, 0);
  free(absolute);
  if (error) return error;
  *host = hosts_hold(&fetch->engine->hosts, url);
  if (*host) return 0;
  seine_url_clear(url);
  return SEINE_ENOMEM;
}

void redirect_follow(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  seine_url_t url;
  struct host *host;
  char text[VERDICT_TEXT_MAX];
  unsigned most = attempt_options(fetch)->max_redirects;
  if (fetch->redirects >= most) {
    snprintf(text, sizeof text, "more than %u redirects", most);
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EREDIRECT, false, text);
    return;
  }
  if (engine->draining) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ECANCELLED, true, NULL);
    return;
  }
  int error = find_target(fetch, &url, &host);
  if (error == SEINE_ENOMEM) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ENOMEM, true, NULL);
    return;
  }
  if (error) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EREDIRECT, false, "the redirect leads to no http or https URL");
    return;
  }
  if (host != fetch->host) fetch->is_foreign = true;
  host_let_go(fetch->host);
  fetch->host = host;
  free(fetch->target);
  fetch->target = url.public_url;
  url.public_url = NULL;
  seine_url_clear(&url);
  fetch->redirects++;
  fetch->is_urgent = true;
  fetch_enter(fetch, FETCH_QUEUED);
}
