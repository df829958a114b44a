/* Keeps one example of each class of error, and finds hints by class, HTTP status and message. */
#include "report/reasons.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#define URL_SHOWN     100 /* bytes, before they are escaped */
#define MESSAGE_SHOWN 200

static char *shown(const char *text, size_t most) {
  size_t length = strlen(text), cut = utf8_cut(text, length, most), room = cut * 4 + sizeof "...";
  char *out = xmalloc(room);
  size_t end = escape_for_terminal(text, cut, out, room);
  if (cut < length) strcpy(out + end, "...");
  return out;
}

void reasons_note(struct reasons *reasons, const struct row *row) {
  int error = -row->error;
  if (error <= 0 || error >= RUN_STATS_ERRORS || reasons->first[error].url) return;
  reasons->first[error].url = shown(row->url, URL_SHOWN);
  reasons->first[error].message = shown(row->message ? row->message : seine_strerror(row->error), MESSAGE_SHOWN);
  reasons->first[error].http_status = row->http_status;
}

void reasons_clear(struct reasons *reasons) {
  for (size_t i = 0; i < RUN_STATS_ERRORS; i++) {
    free(reasons->first[i].url);
    free(reasons->first[i].message);
  }
  *reasons = (struct reasons){0};
}

static const char *hint_of_status(int http_status) {
  switch (http_status) {
  case 401: return "the server wants a password: http://USER:PASSWORD@HOST/..., or --header \"Authorization: ...\"";
  case 403: return "some servers refuse programs they do not know: see --user-agent and --header";
  case 429:
  case 503: return "fewer requests may help: --per-host, --rate-per-host";
  default: return NULL;
  }
}

const char *reasons_hint(int error, int http_status, const char *message) {
  switch (error) {
  case SEINE_EDNS: return "look whether the names are right, and whether name servers answer: --dns-servers";
  case SEINE_ETLS:
    if (!strstr(message, "certificate")) return NULL;
    return "certificates of your own: --cacert FILE; none verified at all: --insecure";
  case SEINE_ETIMEOUT: return "more time: --connect-timeout, --stall-timeout, --max-time";
  case SEINE_EHTTP: return hint_of_status(http_status);
  case SEINE_EPROXY: return "the proxy is from --proxy, --proxy-file or the environment; without any: --no-proxy \"*\"";
  case SEINE_ETYPE: return "other types: --accept TYPES; any type: --accept \"*/*\"";
  case SEINE_ESIZE: return "other sizes: --min-size, --max-size";
  case SEINE_EIO:
    return strstr(message, "too many") ? "more open files: ulimit -n; fewer at once: --concurrency" : NULL;
  default: return NULL;
  }
}

void reasons_text(const struct reasons *reasons, struct text *text) {
  bool begun = false;
  for (int error = 1; error < RUN_STATS_ERRORS; error++) {
    const char *url = reasons->first[error].url, *message = reasons->first[error].message;
    if (!url) continue;
    const char *hint = reasons_hint(-error, reasons->first[error].http_status, message);
    if (!begun) text_printf(text, "  why, by one example of each\n");
    begun = true;
    text_printf(text, "    %-10s  %s\n                %s\n", seine_err_name(-error), url, message);
    if (hint) text_printf(text, "                (%s)\n", hint);
  }
}
