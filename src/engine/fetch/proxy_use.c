/* Reports to the proxy pool, and as events, how attempts through a proxy ended. */
#include "fetch/proxy_use.h"

#include <string.h>

static void emit_proxy_event(struct seine *engine, const struct proxy *proxy, enum proxy_change change) {
  uint64_t now = uv_now(engine->loop), wake = proxy_wake_ms(proxy);
  seine_event_t event = {.kind = change == PROXY_UP ? SEINE_EVENT_PROXY_UP : SEINE_EVENT_PROXY_DOWN,
                         .host = proxy_public(proxy),
                         .delay_ms = wake > now ? wake - now : 0};
  if (change == PROXY_DOWN || change == PROXY_UP) engine_emit(engine, &event);
}

void proxy_use_report(struct seine_fetch *fetch, enum proxy_fault fault) {
  struct seine *engine = fetch->engine;
  struct proxy *proxy = fetch->proxy;
  if (!proxy) return;
  fetch->proxy = NULL;
  emit_proxy_event(engine, proxy, proxy_report(&engine->proxies, proxy, fault, fetch->proxy_ms, uv_now(engine->loop)));
}

void proxy_use_return(struct seine_fetch *fetch) {
  struct proxy *proxy = fetch->proxy;
  if (!proxy) return;
  fetch->proxy = NULL;
  emit_proxy_event(fetch->engine, proxy, proxy_return(proxy, fetch->proxy_ms));
}

enum proxy_fault proxy_use_fault(const struct seine_fetch *fetch, const struct outcome *outcome) {
  struct proxied_outcome seen = {.code = outcome->code,
                                 .kind = proxy_kind(fetch->proxy),
                                 .tunnel = strncmp(fetch->host->key, "https:", 6) == 0,
                                 .connected = outcome->connected,
                                 .connects = outcome->connects,
                                 .connect_code = outcome->connect_code,
                                 .proxy_error = outcome->proxy_error,
                                 .proxy_verify = outcome->proxy_verify,
                                 .status = fetch->attempt->response.status};
  return proxy_fault_of(&seen);
}
