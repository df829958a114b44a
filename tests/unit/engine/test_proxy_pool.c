/* Proxies: who needs none, turns, rests and tries, and who is to blame for a failure. */
#include <check.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures/suite.h"
#include "proxy/no_proxy.h"
#include "proxy/proxy_fault.h"
#include "proxy/proxy_pool.h"
#include "seine.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---- no_proxy ---- */

static const struct {
  const char *host, *list;
  bool covered;
  bool own; /* libcurl 7.88 differs, or cannot be asked */
} lists[] = {
    {"example.com", NULL, false, true},
    {"example.com", "", false, false},
    {"example.com", "example.com", true, false},
    {"EXAMPLE.com", "example.COM", true, false},
    {"www.example.com", "example.com", true, false},
    {"a.b.example.com", "example.com", true, false},
    {"www.example.com", ".example.com", true, false},
    {"example.com", ".example.com", true, false},
    {"nonexample.com", "example.com", false, false},
    {"example.com", "www.example.com", false, false},
    {"example.com.evil", "example.com", false, false},
    {"example.com", "a,example.com", true, false},
    {"example.com", "a, b ,example.com ,c", true, false},
    {"example.com", "a example.com", true, false},
    {"example.com", "\texample.com", true, false},
    {"example.com", ",,example.com", true, false},
    {"example.com", "example.com.", true, false},
    {"example.com.", "example.com", true, false},
    {"example.com", "example.com:80", false, false},
    {"example.com", ".", false, false},
    {"example.com", "..", false, false},
    {"example.com", ",", false, false},
    {"a.com", "com", true, false},
    {"x.y", "*", true, false},
    {"x.y", "a,*", false, false},
    {"x.y", "*,a", false, false},
    {"x.y", "*.y", false, false},
    {"127.0.0.1", "*", true, false},
    {"127.0.0.1", "127.0.0.1", true, false},
    {"127.0.0.1", "127.0.0.2", false, false},
    {"127.0.0.1", "127.0.0.0/8", true, false},
    {"128.0.0.1", "127.0.0.0/8", false, false},
    {"10.1.2.3", "10.1.9.9/16", true, false},
    {"10.127.0.1", "10.64.0.0/10", true, false},
    {"10.128.0.1", "10.64.0.0/10", false, false},
    {"192.168.1.129", "192.168.1.128/25", true, false},
    {"192.168.1.127", "192.168.1.128/25", false, false},
    {"127.0.0.1", "127.0.0.1/32", true, false},
    {"127.0.0.2", "127.0.0.1/32", false, false},
    {"127.0.0.1", "127.0.0.1/33", false, false},
    {"127.0.0.1", "127.0.0.1/-1", false, false},
    {"127.0.0.1", "127.0.0.0/0", false, false},
    {"127.0.0.1", "127.0.0.1/0", true, false},
    {"127.0.0.1", "0.0.1", false, false},
    {"127.0.0.1", ".127.0.0.1", false, false},
    {"127.0.0.1", "127.0.0.1:80", false, false},
    {"10.1.2.3", "10.1/16", false, false},
    {"10.1.2.3", "10.1.0.0/16x", false, true},
    {"10.1.2.3", "10.1.0.0/99999999999999999999", false, true},
    {"host", "127.0.0.0/8", false, false},
    {"::1", "::1", true, true},
    {"::1", "[::1]", true, true},
    {"[::1]", "::1", true, true},
    {"::1", "0:0:0:0:0:0:0:1", true, true},
    {"::1", "::2", false, true},
    {"::1", "127.0.0.1", false, true},
    {"2001:db8::1", "2001:DB8::/32", true, true},
    {"2001:db8:8000::1", "2001:db8::/33", false, true},
    {"2001:db8:7fff::1", "2001:db8::/33", true, true},
    {"2001:db8::1", "[2001:db8::]/32", true, true},
    {"2001:db8::1", "2001:db8::/129", false, true},
};

START_TEST(no_proxy_names_hosts) {
  ck_assert_msg(no_proxy_covers(lists[_i].list, lists[_i].host) == lists[_i].covered, "\"%s\" in \"%s\"",
                lists[_i].host, lists[_i].list);
}
END_TEST

static curl_socket_t note_port(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  struct sockaddr_in v4;
  (void)purpose;
  memcpy(&v4, &address->addr, sizeof v4);
  *(unsigned *)user = ntohs(v4.sin_port);
  return CURL_SOCKET_BAD;
}

/* What libcurl would connect to, without its doing so: the proxy's port or the host's. */
START_TEST(libcurl_says_the_same) {
  char url[64], entry[64];
  unsigned port = 0;
  /* Later versions do not take blanks for commas. */
  if (lists[_i].own || curl_version_info(CURLVERSION_NOW)->version_num >> 8 != 0x0758) return;
  CURL *easy = curl_easy_init();
  ck_assert_ptr_nonnull(easy);
  snprintf(entry, sizeof entry, "%s:80:127.0.0.9", lists[_i].host);
  snprintf(url, sizeof url, "http://%s/", lists[_i].host);
  struct curl_slist *resolve = curl_slist_append(NULL, entry);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve);
  curl_easy_setopt(easy, CURLOPT_PROXY, "http://127.0.0.1:3128");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, lists[_i].list);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, note_port);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &port);
  ck_assert_int_eq(curl_easy_perform(easy), CURLE_COULDNT_CONNECT);
  ck_assert_msg(port == (lists[_i].covered ? 80 : 3128), "\"%s\" in \"%s\": port %u", lists[_i].host, lists[_i].list,
                port);
  curl_easy_cleanup(easy);
  curl_slist_free_all(resolve);
}
END_TEST

/* ---- Opening ---- */

static struct proxies proxies;
static uint64_t wake_ms;
static bool resting;

static void open_with(const seine_options_t *changes) {
  seine_options_t options = *changes;
  if (!options.retry_delay_ms) options.retry_delay_ms = 1000;
  if (!options.retry_max_delay_ms) options.retry_max_delay_ms = 60000;
  static seine_options_t kept;
  kept = options;
  ck_assert_int_eq(proxies_open(&proxies, &kept), 0);
}

static struct proxy *choose_at(uint64_t now_ms) {
  return proxies_choose(&proxies, "http", "h", NULL, now_ms, &resting, &wake_ms);
}

static const char *chosen(const char *scheme, const char *host, const char *rule) {
  struct proxy *proxy = proxies_choose(&proxies, scheme, host, rule, 1, &resting, &wake_ms);
  return proxy ? proxy_url(proxy) : resting ? "resting" : NULL;
}

static const struct {
  const char *url, *public, *host;
  unsigned port;
  enum proxy_kind kind;
} urls[] = {
    {"http://p:3128", "http://p:3128", "p", 3128, PROXY_HTTP},
    {"http://p", "http://p:1080", "p", 1080, PROXY_HTTP},
    {"http://p:80", "http://p:80", "p", 80, PROXY_HTTP},
    {"https://p", "https://p:443", "p", 443, PROXY_HTTPS},
    {"HTTPS://p:1", "https://p:1", "p", 1, PROXY_HTTPS},
    {"socks4://p", "socks4://p:1080", "p", 1080, PROXY_SOCKS},
    {"socks4a://p:2", "socks4a://p:2", "p", 2, PROXY_SOCKS},
    {"socks5://p:2", "socks5://p:2", "p", 2, PROXY_SOCKS},
    {"socks5h://p:2", "socks5h://p:2", "p", 2, PROXY_SOCKS},
    {"http://user:secret@p:1", "http://p:1", "p", 1, PROXY_HTTP},
    {"http://secret@p:1", "http://p:1", "p", 1, PROXY_HTTP},
    {"http://u:se%40cret@p:1/", "http://p:1", "p", 1, PROXY_HTTP},
    {"http://u:secret@p:1/a?b#secret", "http://p:1", "p", 1, PROXY_HTTP},
    {"socks5h://u:secret@127.0.0.1:1", "socks5h://127.0.0.1:1", NULL, 1, PROXY_SOCKS},
    {"http://u:secret@[::1]:1", "http://[::1]:1", NULL, 1, PROXY_HTTP},
    {"http://pr\u00f6xy:1", "http://pr\u00f6xy:1", NULL, 1, PROXY_HTTP},
};

START_TEST(a_proxys_url_is_taken_apart) {
  const char *const list[] = {urls[_i].url, NULL};
  open_with(&(seine_options_t){.proxies = list});
  const struct proxy *proxy = choose_at(1);
  ck_assert_ptr_nonnull(proxy);
  ck_assert_str_eq(proxy_url(proxy), urls[_i].url);
  ck_assert_str_eq(proxy_public(proxy), urls[_i].public);
  ck_assert_ptr_null(strstr(proxy_public(proxy), "secret"));
  ck_assert_pstr_eq(proxy_host(proxy), urls[_i].host);
  ck_assert_uint_eq(proxy_port(proxy), urls[_i].port);
  ck_assert_int_eq(proxy_kind(proxy), urls[_i].kind);
  proxies_close(&proxies);
}
END_TEST

START_TEST(what_is_no_proxy_is_refused) {
  static const char *const bad[] = {"", "p:1", "ftp://p", "gopher://p:1", "http://", "http://a b", "socks6://p"};
  for (int i = 0; i < COUNT(bad); i++) {
    const char *const list[] = {"http://p:1", bad[i], NULL};
    const seine_rule_t rule = {.pattern = "*", .proxy = bad[i]};
    ck_assert_msg(proxies_open(&proxies, &(seine_options_t){.proxies = list}) == SEINE_EINVAL, "%s", bad[i]);
    ck_assert_int_eq(proxies_open(&proxies, &(seine_options_t){.https_proxies = list}), SEINE_EINVAL);
    ck_assert_int_eq(proxies_open(&proxies, &(seine_options_t){.rules = &rule, .rule_count = 1}), SEINE_EINVAL);
  }
}
END_TEST

/* ---- Turns ---- */

START_TEST(proxies_take_turns) {
  const char *const list[] = {"http://a:1", "http://b:1", "http://c:1", NULL};
  static const char *const turns[] = {"http://a:1", "http://b:1", "http://c:1", "http://a:1", "http://b:1"};
  open_with(&(seine_options_t){.proxies = list});
  for (int i = 0; i < COUNT(turns); i++)
    ck_assert_pstr_eq(chosen(i % 2 ? "https" : "http", "h", NULL), turns[i]);
  proxies_close(&proxies);
}
END_TEST

START_TEST(schemes_have_their_own) {
  const char *const plain[] = {"http://a:1", NULL}, *const tls[] = {"http://s:1", "http://t:1", NULL};
  const char *const none[] = {NULL};
  open_with(&(seine_options_t){.proxies = plain, .https_proxies = tls, .no_proxy = "x"});
  ck_assert_pstr_eq(chosen("http", "h", NULL), "http://a:1");
  ck_assert_pstr_eq(chosen("https", "h", NULL), "http://s:1");
  ck_assert_pstr_eq(chosen("http", "h", NULL), "http://a:1");
  ck_assert_pstr_eq(chosen("https", "h", NULL), "http://t:1");
  ck_assert_pstr_eq(chosen("https", "www.x", NULL), NULL);
  ck_assert_pstr_eq(chosen("http", "x", NULL), NULL);
  proxies_close(&proxies);
  open_with(&(seine_options_t){.proxies = plain, .https_proxies = none});
  ck_assert_pstr_eq(chosen("http", "h", NULL), "http://a:1");
  ck_assert_pstr_eq(chosen("https", "h", NULL), NULL);
  proxies_close(&proxies);
  open_with(&(seine_options_t){.https_proxies = tls});
  ck_assert_pstr_eq(chosen("http", "h", NULL), NULL);
  ck_assert_pstr_eq(chosen("https", "h", NULL), "http://s:1");
  proxies_close(&proxies);
  open_with(&(seine_options_t){0});
  ck_assert_pstr_eq(chosen("http", "h", NULL), NULL);
  ck_assert_pstr_eq(chosen("https", "h", NULL), NULL);
  proxies_close(&proxies);
}
END_TEST

START_TEST(rules_name_proxies) {
  const char *const list[] = {"http://a:1", NULL};
  const seine_rule_t rules[] = {{.pattern = "r", .proxy = "socks5h://u:p@r:1"},
                                {.pattern = "s", .proxy = "http://a:1"},
                                {.pattern = "t", .proxy = "none"},
                                {.pattern = "u"}};
  open_with(&(seine_options_t){.proxies = list, .no_proxy = "*", .rules = rules, .rule_count = 4});
  ck_assert_pstr_eq(chosen("http", "r", "socks5h://u:p@r:1"), "socks5h://u:p@r:1");
  ck_assert_pstr_eq(chosen("https", "s", "http://a:1"), "http://a:1");
  ck_assert_pstr_eq(chosen("http", "t", "none"), NULL);
  ck_assert_pstr_eq(chosen("http", "u", NULL), NULL);
  ck_assert_pstr_eq(chosen("http", "v", "http://unheard-of:1"), "resting");
  ck_assert_uint_eq(proxies.count, 2);
  proxies_close(&proxies);
}
END_TEST

/* ---- Rests ---- */

static enum proxy_change hear(struct proxy *proxy, enum proxy_fault fault, uint64_t began_ms, uint64_t now_ms) {
  ck_assert_ptr_nonnull(proxy);
  return proxy_report(&proxies, proxy, fault, began_ms, now_ms);
}

/* Fails until it rests; what is in flight at the same time changes nothing. */
static void bring_down(struct proxy *proxy, uint64_t now_ms) {
  ck_assert_int_eq(hear(proxy, FAULT_PROXY, now_ms, now_ms), PROXY_UNCHANGED);
  ck_assert_int_eq(hear(proxy, FAULT_PROXY, now_ms, now_ms), PROXY_UNCHANGED);
  ck_assert_int_eq(hear(proxy, FAULT_PROXY, now_ms, now_ms), PROXY_DOWN);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(hear(proxy, i % 2 ? FAULT_PROXY : FAULT_NONE, now_ms, now_ms + 1), PROXY_UNCHANGED);
}

START_TEST(a_failing_proxy_rests_and_is_tried) {
  static const uint64_t rests_ms[] = {8000, 16000, 32000, 60000, 60000};
  const char *const list[] = {"http://a:1", NULL};
  uint64_t now_ms = 5000;
  open_with(&(seine_options_t){.proxies = list});
  struct proxy *proxy = choose_at(now_ms);
  bring_down(proxy, now_ms);
  for (int i = 0; i < COUNT(rests_ms); i++) {
    ck_assert_uint_eq(proxies_down(&proxies), 1);
    ck_assert_uint_eq(proxy_wake_ms(proxy), now_ms + rests_ms[i]);
    ck_assert_ptr_null(choose_at(now_ms + rests_ms[i] - 1));
    ck_assert(resting);
    ck_assert_uint_eq(wake_ms, now_ms + rests_ms[i]);
    now_ms += rests_ms[i];
    ck_assert_ptr_eq(choose_at(now_ms), proxy);
    ck_assert_ptr_null(choose_at(now_ms)); /* one try at a time */
    ck_assert(resting && wake_ms > now_ms && wake_ms < now_ms + 5000);
    ck_assert_int_eq(hear(proxy, FAULT_PROXY, now_ms, now_ms + 10), PROXY_STILL_DOWN);
    now_ms += 10;
  }
  now_ms += 60000;
  ck_assert_ptr_eq(choose_at(now_ms), proxy);
  ck_assert_int_eq(hear(proxy, FAULT_NONE, now_ms, now_ms + 10), PROXY_UP);
  ck_assert_uint_eq(proxies_down(&proxies), 0);
  ck_assert_uint_eq(proxy_wake_ms(proxy), 0);
  ck_assert_ptr_eq(choose_at(now_ms), proxy);
  bring_down(proxy, now_ms);
  ck_assert_uint_eq(proxy_wake_ms(proxy), now_ms + 8000); /* the first rest again */
  proxies_close(&proxies);
}
END_TEST

START_TEST(only_failures_in_a_row_count) {
  const char *const list[] = {"http://a:1", NULL};
  open_with(&(seine_options_t){.proxies = list});
  struct proxy *proxy = choose_at(1);
  for (int i = 0; i < 50; i++)
    ck_assert_int_eq(hear(proxy, i % 3 == 2 ? FAULT_NONE : FAULT_PROXY, 1, 2), PROXY_UNCHANGED);
  ck_assert_uint_eq(proxies_down(&proxies), 0);
  proxies_close(&proxies);
}
END_TEST

START_TEST(others_serve_while_one_rests) {
  const char *const list[] = {"http://a:1", "http://b:1", "http://c:1", NULL};
  open_with(&(seine_options_t){.proxies = list});
  struct proxy *a = choose_at(1), *b = choose_at(1), *c = choose_at(1);
  bring_down(b, 1);
  for (int i = 0; i < 10; i++)
    ck_assert_ptr_eq(choose_at(2), i % 2 ? c : a);
  bring_down(a, 1000);
  bring_down(c, 2000);
  ck_assert_uint_eq(proxies_down(&proxies), 3);
  ck_assert_ptr_null(choose_at(3000));
  ck_assert(resting);
  ck_assert_uint_eq(wake_ms, proxy_wake_ms(b));
  ck_assert_ptr_eq(choose_at(proxy_wake_ms(c)), a); /* all are due: one after the other */
  ck_assert_ptr_eq(choose_at(proxy_wake_ms(c)), b);
  ck_assert_ptr_eq(choose_at(proxy_wake_ms(c)), c);
  ck_assert_ptr_null(choose_at(proxy_wake_ms(c)));
  proxies_close(&proxies);
}
END_TEST

START_TEST(a_try_that_says_nothing_is_followed_by_another) {
  const char *const list[] = {"http://a:1", NULL};
  open_with(&(seine_options_t){.proxies = list});
  struct proxy *proxy = choose_at(1);
  bring_down(proxy, 1);
  ck_assert_int_eq(proxy_return(proxy, 1), PROXY_UNCHANGED); /* began before the rest */
  uint64_t due_ms = proxy_wake_ms(proxy);
  ck_assert_ptr_eq(choose_at(due_ms), proxy);
  ck_assert_int_eq(proxy_return(proxy, due_ms), PROXY_STILL_DOWN);
  ck_assert_ptr_eq(choose_at(due_ms), proxy);
  ck_assert_int_eq(hear(proxy, FAULT_UNRESOLVED, due_ms, due_ms), PROXY_STILL_DOWN);
  ck_assert_ptr_eq(choose_at(due_ms), proxy);
  ck_assert_int_eq(hear(proxy, FAULT_UNREACHED, due_ms, due_ms), PROXY_UP); /* it was reached itself */
  ck_assert_ptr_eq(choose_at(due_ms), proxy);
  ck_assert_int_eq(hear(proxy, FAULT_UNREACHED, due_ms, due_ms), PROXY_UNCHANGED);
  proxies_close(&proxies);
}
END_TEST

START_TEST(rests_have_bounds) {
  static const struct {
    uint64_t delay_ms, most_ms, rest_ms;
  } bounds[] = {
      {1000, 60000, 8000}, {1000, 3000, 3000}, {1, 60000, 100}, {10, 20, 100}, {31536000000, 31536000000, 31536000000}};
  for (int i = 0; i < COUNT(bounds); i++) {
    const char *const list[] = {"http://a:1", NULL};
    open_with(&(seine_options_t){
        .proxies = list, .retry_delay_ms = bounds[i].delay_ms, .retry_max_delay_ms = bounds[i].most_ms});
    struct proxy *proxy = choose_at(1);
    bring_down(proxy, 1);
    ck_assert_uint_eq(proxy_wake_ms(proxy), 1 + bounds[i].rest_ms);
    proxies_close(&proxies);
  }
}
END_TEST

/* One proxy in both pools and in a rule has one circuit. */
START_TEST(a_proxy_rests_everywhere) {
  const char *const list[] = {"http://a:1", NULL};
  const seine_rule_t rule = {.pattern = "r", .proxy = "http://a:1"};
  open_with(&(seine_options_t){.proxies = list, .https_proxies = list, .rules = &rule, .rule_count = 1});
  bring_down(choose_at(1), 1);
  ck_assert_uint_eq(proxies_down(&proxies), 1);
  ck_assert_pstr_eq(chosen("http", "h", NULL), "resting");
  ck_assert_pstr_eq(chosen("https", "h", NULL), "resting");
  ck_assert_pstr_eq(chosen("http", "r", "http://a:1"), "resting");
  proxies_close(&proxies);
}
END_TEST

/* ---- Doubts ---- */

START_TEST(dead_hosts_bring_no_proxy_down) {
  const char *const list[] = {"http://a:1", "http://b:1", NULL};
  open_with(&(seine_options_t){.proxies = list});
  for (int i = 0; i < 10000; i++) /* each 20th host lives */
    ck_assert_int_eq(hear(choose_at(1), i / 2 % 20 ? FAULT_UNREACHED : FAULT_NONE, 1, 2), PROXY_UNCHANGED);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(hear(choose_at(1), i % 2 ? FAULT_UNCLEAR : FAULT_REFUSED, 1, 2), PROXY_UNCHANGED);
  proxies_close(&proxies);
}
END_TEST

START_TEST(a_proxy_that_reaches_nothing_rests_while_another_serves) {
  const char *const list[] = {"http://a:1", "http://b:1", NULL};
  open_with(&(seine_options_t){.proxies = list});
  struct proxy *a = choose_at(1), *b = choose_at(1);
  int before = 0;
  while (hear(a, FAULT_UNREACHED, 1, 2) == PROXY_UNCHANGED && before < 100) {
    ck_assert_int_eq(hear(b, FAULT_NONE, 1, 2), PROXY_UNCHANGED);
    before++;
  }
  ck_assert_int_eq(before, 16);
  ck_assert_uint_eq(proxies_down(&proxies), 1);
  uint64_t due_ms = proxy_wake_ms(a);
  ck_assert_ptr_eq(choose_at(due_ms), a);
  ck_assert_int_eq(hear(a, FAULT_UNREACHED, due_ms, due_ms), PROXY_STILL_DOWN);
  due_ms = proxy_wake_ms(a);
  choose_at(due_ms);
  ck_assert_ptr_eq(choose_at(due_ms), a);
  ck_assert_int_eq(hear(a, FAULT_NONE, due_ms, due_ms), PROXY_UP);
  proxies_close(&proxies);
}
END_TEST

/* ---- Blame: each row was seen with libcurl 7.88; tinyproxy, microsocks and socat's TLS as proxies ---- */

static const struct {
  const char *what;
  struct proxied_outcome outcome;
  enum proxy_fault fault;
} outcomes[] = {
    {"served, plain", {.kind = PROXY_HTTP, .connected = true, .connects = 1, .status = 200}, FAULT_NONE},
    {"served, tunnel",
     {.kind = PROXY_HTTP, .tunnel = true, .connected = true, .connects = 1, .connect_code = 200, .status = 200},
     FAULT_NONE},
    {"served on a connection used again",
     {.kind = PROXY_HTTP, .tunnel = true, .connected = true, .status = 200},
     FAULT_NONE},
    {"an error status, from whom ever",
     {.kind = PROXY_HTTP, .connected = true, .connects = 1, .status = 503},
     FAULT_NONE},
    {"a target's own 407",
     {.kind = PROXY_HTTP, .tunnel = true, .connected = true, .connect_code = 200, .status = 407},
     FAULT_NONE},
    {"the same behind SOCKS", {.kind = PROXY_SOCKS, .connected = true, .status = 407}, FAULT_NONE},
    {"407, plain", {.kind = PROXY_HTTP, .connected = true, .connects = 1, .status = 407}, FAULT_PROXY},
    {"407, plain, by TLS", {.kind = PROXY_HTTPS, .connected = true, .connects = 1, .status = 407}, FAULT_PROXY},
    {"407 to CONNECT",
     {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 407},
     FAULT_PROXY},
    {"a wrong password",
     {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 401},
     FAULT_PROXY},
    {"403 to CONNECT",
     {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 403},
     FAULT_REFUSED},
    {"a dead target behind CONNECT",
     {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 500},
     FAULT_UNREACHED},
    {"the same, as others say it",
     {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 503},
     FAULT_UNREACHED},
    {"connection refused", {.code = CURLE_COULDNT_CONNECT, .kind = PROXY_HTTP}, FAULT_PROXY},
    {"connection refused, SOCKS", {.code = CURLE_COULDNT_CONNECT, .kind = PROXY_SOCKS, .tunnel = true}, FAULT_PROXY},
    {"no connection in time", {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_HTTP, .tunnel = true}, FAULT_PROXY},
    {"the proxy's name", {.code = CURLE_COULDNT_RESOLVE_PROXY, .kind = PROXY_HTTP}, FAULT_PROXY},
    {"SOCKS, a wrong password",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_USER_REJECTED},
     FAULT_PROXY},
    {"SOCKS, no password",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_NO_AUTH},
     FAULT_PROXY},
    {"SOCKS, hangs up",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_CLOSED},
     FAULT_PROXY},
    {"SOCKS, the target refuses",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_REPLY_CONNECTION_REFUSED},
     FAULT_UNREACHED},
    {"SOCKS, no such host",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_REPLY_GENERAL_SERVER_FAILURE},
     FAULT_UNREACHED},
    {"SOCKS, no way there",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_REPLY_HOST_UNREACHABLE},
     FAULT_UNREACHED},
    {"SOCKS, not allowed",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_REPLY_NOT_ALLOWED},
     FAULT_REFUSED},
    {"SOCKS5, a name not resolved on this side",
     {.code = CURLE_PROXY, .kind = PROXY_SOCKS, .connects = 1, .proxy_error = CURLPX_RESOLVE_HOST},
     FAULT_UNRESOLVED},
    {"SOCKS, silent", {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_SOCKS, .connects = 1}, FAULT_UNREACHED},
    {"SOCKS, the target hangs up",
     {.code = CURLE_GOT_NOTHING, .kind = PROXY_SOCKS, .connected = true, .connects = 1},
     FAULT_NONE},
    {"SOCKS, the target's TLS fails",
     {.code = CURLE_SSL_CONNECT_ERROR, .kind = PROXY_SOCKS, .tunnel = true, .connects = 1},
     FAULT_NONE},
    {"CONNECT never answered",
     {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_HTTP, .tunnel = true, .connects = 1},
     FAULT_UNREACHED},
    {"CONNECT cut off", {.code = CURLE_RECV_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1}, FAULT_PROXY},
    {"TLS to the proxy never ends",
     {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_HTTPS, .tunnel = true, .connects = 1, .proxy_verify = 1},
     FAULT_PROXY},
    {"TLS to the proxy cut off",
     {.code = CURLE_SSL_CONNECT_ERROR, .kind = PROXY_HTTPS, .tunnel = true, .connects = 1, .proxy_verify = 1},
     FAULT_PROXY},
    {"the proxy's certificate",
     {.code = CURLE_PEER_FAILED_VERIFICATION, .kind = PROXY_HTTPS, .connects = 1, .proxy_verify = 18},
     FAULT_PROXY},
    {"the target's certificate",
     {.code = CURLE_PEER_FAILED_VERIFICATION, .kind = PROXY_HTTPS, .tunnel = true, .connects = 1, .connect_code = 200},
     FAULT_NONE},
    {"the target's TLS",
     {.code = CURLE_SSL_CONNECT_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 200},
     FAULT_NONE},
    {"a target silent behind CONNECT",
     {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_HTTP, .tunnel = true, .connects = 1, .connect_code = 200},
     FAULT_NONE},
    {"plain, hangs up",
     {.code = CURLE_GOT_NOTHING, .kind = PROXY_HTTP, .connected = true, .connects = 1},
     FAULT_UNCLEAR},
    {"plain, silent",
     {.code = CURLE_OPERATION_TIMEDOUT, .kind = PROXY_HTTP, .connected = true, .connects = 1},
     FAULT_UNCLEAR},
    {"plain, cut off in the body",
     {.code = CURLE_PARTIAL_FILE, .kind = PROXY_HTTP, .connected = true, .connects = 1, .status = 200},
     FAULT_UNCLEAR},
    {"a tunnel that had stood breaks",
     {.code = CURLE_SEND_ERROR, .kind = PROXY_HTTP, .tunnel = true, .connected = true},
     FAULT_UNCLEAR},
    {"stopped by us",
     {.code = CURLE_WRITE_ERROR, .kind = PROXY_HTTP, .connected = true, .connects = 1, .status = 200},
     FAULT_NONE},
    {"our own memory", {.code = CURLE_OUT_OF_MEMORY, .kind = PROXY_HTTP}, FAULT_UNCLEAR},
};

START_TEST(the_right_one_is_blamed) {
  ck_assert_msg(proxy_fault_of(&outcomes[_i].outcome) == outcomes[_i].fault, "%s: %d", outcomes[_i].what,
                (int)proxy_fault_of(&outcomes[_i].outcome));
}
END_TEST

int main(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Suite *suite = suite_create("proxy");
  TCase *tests = tcase_create("proxy");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, no_proxy_names_hosts, 0, COUNT(lists));
  tcase_add_loop_test(tests, libcurl_says_the_same, 0, COUNT(lists));
  tcase_add_loop_test(tests, a_proxys_url_is_taken_apart, 0, COUNT(urls));
  tcase_add_test(tests, what_is_no_proxy_is_refused);
  tcase_add_test(tests, proxies_take_turns);
  tcase_add_test(tests, schemes_have_their_own);
  tcase_add_test(tests, rules_name_proxies);
  tcase_add_test(tests, a_failing_proxy_rests_and_is_tried);
  tcase_add_test(tests, only_failures_in_a_row_count);
  tcase_add_test(tests, others_serve_while_one_rests);
  tcase_add_test(tests, a_try_that_says_nothing_is_followed_by_another);
  tcase_add_test(tests, rests_have_bounds);
  tcase_add_test(tests, a_proxy_rests_everywhere);
  tcase_add_test(tests, dead_hosts_bring_no_proxy_down);
  tcase_add_test(tests, a_proxy_that_reaches_nothing_rests_while_another_serves);
  tcase_add_loop_test(tests, the_right_one_is_blamed, 0, COUNT(outcomes));
  suite_add_tcase(suite, tests);
  int failed = suite_run(suite);
  curl_global_cleanup();
  return failed;
}
