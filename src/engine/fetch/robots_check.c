/* Requests robots.txt of hosts, and checks URLs against it. */
#include "fetch/robots_check.h"
#include "fetch/submit.h"
#include "seine_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGENT "seine" /* the product token in robots.txt */

static bool allows(const struct robots *robots, struct seine_fetch *fetch) {
  seine_url_t url;
  char *target = NULL;
  bool allowed = false;
  if (seine_url_parse(&url, fetch->redirect_url ? fetch->redirect_url : fetch->url, NULL, 0) == 0 &&
      asprintf(&target, "%s%s%s", url.path, url.query ? "?" : "", url.query ? url.query : "") >= 0)
    allowed = robots_allows(robots, target);
  free(target);
  seine_url_clear(&url);
  return allowed;
}

static enum robots_access access_by_result(const seine_result_t *result) {
  if (result->status == SEINE_STATUS_OK) return ROBOTS_PARSE;
  if (result->error == SEINE_EREDIRECT) return ROBOTS_ALLOW; /* too many, or to nowhere */
  /* A 2xx that was not taken has rules that nobody read. */
  bool decides = result->error == SEINE_EHTTP && result->http_status >= 300;
  return robots_of_status(decides ? result->http_status : 0);
}

static void on_robots(seine_fetch_t *fetch, const seine_result_t *result) {
  struct host *host = fetch->user;
  struct seine *engine = fetch->engine;
  struct robots *robots = NULL;
  enum robots_access decision = access_by_result(result);
  if (decision == ROBOTS_PARSE && robots_parse(&robots, (const char *)result->data, result->size_bytes, AGENT))
    decision = ROBOTS_DISALLOW;
  host_robots(host, robots, decision == ROBOTS_DISALLOW, uv_now(engine->loop) + robots_keep_ms(decision));
  engine_emit(engine, &(seine_event_t){.kind = SEINE_EVENT_ROBOTS,
                                       .host = host->key,
                                       .delay_ms = host_crawl_delay_ms(host),
                                       .cap = host->cap});
  host_release(host);
}

/* Requests the robots.txt of the host that `fetch` is about to be requested from. The request holds the host, since a
 * redirect may take it elsewhere. */
static bool request_robots(const struct seine_fetch *fetch) {
  struct host *host = fetch->host;
  struct seine *engine = fetch->engine;
  char url[320];
  bool bare6 = strchr(host->name, ':');
  snprintf(url, sizeof url, "%.*s://%s%s%s:%u/robots.txt", (int)strcspn(host->key, ":"), host->key, bare6 ? "[" : "",
           host->name, bare6 ? "]" : "", host->port);
  host_retain(host);
  host_set_robots_pending(host);
  if (engine_submit_internal(fetch, url, on_robots, host) == 0) return true;
  host_robots(host, NULL, true, uv_now(engine->loop) + robots_keep_ms(ROBOTS_DISALLOW));
  host_release(host);
  return false;
}

enum permission robots_check(struct seine_fetch *fetch) {
  struct seine *engine = fetch->engine;
  struct host *host = fetch->host;
  if (!engine->options.robots || fetch->queued.is_internal) return PERMISSION_ALLOWED;
  if (host->robots_until_ms <= uv_now(engine->loop))
    return request_robots(fetch) ? PERMISSION_PENDING : PERMISSION_UNKNOWN;
  if (host->robots_unknown) return PERMISSION_UNKNOWN;
  return !host->robots || allows(host->robots, fetch) ? PERMISSION_ALLOWED : PERMISSION_DISALLOWED;
}
