/* The proxies of an engine: rotation, a circuit for each proxy, and hosts that need none. Pure. */
#ifndef SEINE_ENGINE_PROXY_POOL_H
#define SEINE_ENGINE_PROXY_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/proxy_fault.h"
#include "seine.h"

struct proxy;

/* Proxies that take turns. */
struct proxy_pool {
  struct proxy **turns; /* NULL: none; the proxies are those of `all` */
  size_t count, next;
  uint64_t served; /* how often one of them did, ever */
};

struct proxies {
  struct proxy *all; /* each URL once, sorted, so that a proxy has one circuit wherever it is used */
  size_t count, resting;
  struct proxy_pool http, https; /* for URLs of that scheme */
  bool https_as_http; /* the first is for both */
  const char *no_proxy; /* of the options, as are the URLs */
  uint64_t rest_ms, rest_max_ms; /* the first rest, and the longest */
};

/* options is borrowed until proxies_close. 0, SEINE_EINVAL for a proxy that is no URL or of no known kind,
 * SEINE_ENOMEM; after an error nothing needs to be closed. */
int proxies_open(struct proxies *proxies, const seine_options_t *options);
void proxies_close(struct proxies *proxies);

/* The proxy for a request to `host`; NULL with *resting false: directly; NULL with *resting true: not before *wake_ms,
 * when the first of those that might serve may be tried again, or the one that is being tried may have served
 * (proxy_report then says PROXY_UP). rule_proxy: as in the host's rule, one of options.rules, and above no_proxy;
 * NULL: none. Every proxy chosen is told by proxy_report, exactly once, what came of it. */
struct proxy *proxies_choose(struct proxies *proxies, const char *scheme, const char *host, const char *rule_proxy,
                             uint64_t now_ms, bool *resting, uint64_t *wake_ms);

/* Whether a rule may name it: "none", or one of those of the options. */
bool proxies_knows(const struct proxies *proxies, const char *rule_proxy);

enum proxy_change {
  PROXY_UNCHANGED, /* no change to report */
  PROXY_DOWN, /* it rests from now on, for the first time since it served: until proxy_wake_ms */
  PROXY_STILL_DOWN, /* the probe failed (down until proxy_wake_ms), or was inconclusive (probe again) */
  PROXY_UP /* it serves again */
};

/* What a transfer by way of the proxy, begun at started_ms, says of it. */
enum proxy_change proxy_report(struct proxies *proxies, struct proxy *proxy, enum proxy_fault fault,
                               uint64_t started_ms, uint64_t now_ms);
/* The transfer says nothing about the proxy: cancelled, or failed on this side. */
enum proxy_change proxy_return(struct proxy *proxy, uint64_t started_ms);

size_t proxies_down(const struct proxies *proxies);

/* Strings live until proxies_close. */
const char *proxy_url(const struct proxy *proxy); /* as curl takes it, with userinfo: never to be shown */
const char *proxy_public(const struct proxy *proxy); /* "http://name:3128": for events and messages */
const char *proxy_host(const struct proxy *proxy); /* to be resolved; NULL for an address, and a name for curl alone */
unsigned proxy_port(const struct proxy *proxy);
bool proxy_needs_address(const struct proxy *proxy); /* socks4, socks5: no names, but addresses looked up here */
enum proxy_kind proxy_kind(const struct proxy *proxy);
uint64_t proxy_wake_ms(const struct proxy *proxy); /* 0: it does not rest */

#endif
