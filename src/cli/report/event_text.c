/* Writes events of the engine as sentences. */
#include "report/event_text.h"
#include "base/human_format.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* As in URLs, and in the summary: without the port that is the scheme's own. */
static char *host_of(const seine_event_t *event) {
  if (event->host == NULL) return NULL;
  const char *own = strncmp(event->host, "https:", 6) == 0 ? ":443" : ":80";
  size_t length = strlen(event->host), end = strlen(own);
  bool is_own = length > end && strcmp(event->host + length - end, own) == 0;
  return xstrndup(event->host, is_own ? length - end : length);
}

void event_text(const seine_event_t *event, struct text *text) {
  char wait[AMOUNT_ROOM], *host = host_of(event);
  const char *plural = event->cap == 1 ? "" : "s";
  format_wait(event->delay_ms, wait);
  switch (event->kind) {
  case SEINE_EVENT_HOST_THROTTLED:
    text_printf(text, "%s is overloaded: nothing for %s, then %u request%s at a time", host, wait, event->cap, plural);
    break;
  case SEINE_EVENT_HOST_RECOVERED:
    text_printf(text, "%s is back at %u request%s at a time", host, event->cap, plural);
    break;
  case SEINE_EVENT_DOWN:
    text_printf(text, "%s does not answer: its URLs fail at once, and it is tried again in %s", host, wait);
    break;
  case SEINE_EVENT_UP: text_printf(text, "%s answers again", host); break;
  case SEINE_EVENT_PROXY_DOWN: text_printf(text, "the proxy %s failed, and rests for %s", event->host, wait); break;
  case SEINE_EVENT_PROXY_UP: text_printf(text, "the proxy %s is in use again", event->host); break;
  case SEINE_EVENT_ROBOTS:
    text_printf(text, "robots.txt of %s was read", host);
    if (event->delay_ms > 0) text_printf(text, "; there will be %s between requests, by its Crawl-delay", wait);
    break;
  case SEINE_EVENT_CONCURRENCY_REDUCED:
    text_printf(text,
                "too many files are open: %u transfer%s at once from now on, and more again after a while; raise the "
                "limit (ulimit -n) or lower --concurrency",
                event->cap, plural);
    break;
  }
  free(host);
}
