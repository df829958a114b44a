/* Follows redirects. Only the headers matter: a failure of the redirect's body is ignored. */
#include "fetch/redirect.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/url.h"
#include "fetch/attempt.h"

/* Reads the target, and holds its host. 0, SEINE_ENOMEM, or SEINE_EURL with a sentence in cause[0..size). */
static int find_target(struct seine_fetch *fetch, seine_url_t *url, struct host **host, char *cause, size_t size) {
  const char *base = fetch->redirect_url ? fetch->redirect_url : fetch->curl_url ? fetch->curl_url : fetch->url;
  int error = url_resolve(url, base, fetch->attempt->response.location, cause, size);
  if (error) return error;
  *host = host_table_find(&fetch->engine->hosts, url);
  if (*host) return 0;
  seine_url_clear(url);
  return SEINE_ENOMEM;
}

void redirect_follow(struct seine_fetch *fetch, struct curl_slist **cookies) {
  struct seine *engine = fetch->engine;
  seine_url_t url;
  struct host *host;
  char text[DECISION_TEXT_MAX], cause[DECISION_TEXT_MAX / 2];
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
  int error = find_target(fetch, &url, &host, cause, sizeof cause);
  if (error == SEINE_ENOMEM) {
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_ENOMEM, true, NULL);
    return;
  }
  if (error) {
    snprintf(text, sizeof text, "the redirect leads to no URL: %s", cause);
    fetch_end(fetch, SEINE_STATUS_FAILED, SEINE_EREDIRECT, false, text);
    return;
  }
  if (host != fetch->host) fetch->cross_origin = true;
  if (strncmp(fetch->host->key, "https:", 6) == 0 && strcmp(url.scheme, "http") == 0) fetch->left_tls = true;
  host_release(fetch->host);
  fetch->host = host;
  free(fetch->redirect_url);
  fetch->redirect_url = url.public_url;
  url.public_url = NULL;
  seine_url_clear(&url);
  curl_slist_free_all(fetch->cookies);
  fetch->cookies = *cookies;
  *cookies = NULL;
  fetch->redirects++;
  fetch->queued.at_head = true;
  fetch_enter(fetch, FETCH_QUEUED);
}
