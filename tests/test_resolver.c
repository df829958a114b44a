/* The resolver against a name server of the test's own, on the same loop. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "resolver.h"
#include "seine.h"

/* ---- A name server ---- */

enum kind { NOTHING, SILENT, FAILS, REFUSES, NO_NAME, ADDRESS, ALIAS };

/* What the server says of a name, to each kind of question. Names like h17.test have an address each, 10.0.0.17. */
static const struct zone {
  const char *name;
  enum kind a, aaaa;
  uint32_t ttl;
} zones[] = {
    {"v4.test", ADDRESS, NOTHING, 120},        {"v6.test", NOTHING, ADDRESS, 120},
    {"both.test", ADDRESS, ADDRESS, 120},      {"nx.test", NO_NAME, NO_NAME, 0},
    {"nodata.test", NOTHING, NOTHING, 0},      {"fails.test", FAILS, FAILS, 0},
    {"refuses.test", REFUSES, REFUSES, 0},     {"silent.test", SILENT, SILENT, 0},
    {"half.test", FAILS, NOTHING, 0},          {"late6.test", ADDRESS, SILENT, 120},
    {"broken6.test", ADDRESS, FAILS, 120},     {"alias.test", ALIAS, NOTHING, 5},
    {"brief.test", ADDRESS, NOTHING, 0},       {"long.test", ADDRESS, NOTHING, 999999},
    {"one.search.test", ADDRESS, NOTHING, 60},
};

static uv_loop_t loop;
static uv_udp_t server;
static char servers[40];
static struct {
  unsigned questions, a, aaaa;
  unsigned held, most_held; /* questions not yet answered, where the server takes its time */
  bool slow;
  char last[256], first[256];
} seen;

struct reply {
  uv_udp_send_t send;
  uv_timer_t timer;
  struct sockaddr_storage to;
  uint8_t data[512];
  size_t size;
};

static void reply_freed(uv_handle_t *handle) {
  free(handle->data);
}

static void reply_sent(uv_udp_send_t *send, int status) {
  struct reply *reply = send->data;
  (void)status;
  uv_close((uv_handle_t *)&reply->timer, reply_freed);
}

static void reply_now(uv_timer_t *timer) {
  struct reply *reply = timer->data;
  uv_buf_t buf = uv_buf_init((char *)reply->data, (unsigned)reply->size);
  seen.held--;
  reply->send.data = reply;
  if (uv_is_closing((uv_handle_t *)&server) ||
      uv_udp_send(&reply->send, &server, &buf, 1, (struct sockaddr *)&reply->to, reply_sent) != 0)
    uv_close((uv_handle_t *)timer, reply_freed);
}

static void put16(struct reply *reply, unsigned value) {
  reply->data[reply->size++] = (uint8_t)(value >> 8);
  reply->data[reply->size++] = (uint8_t)value;
}

static void put_record(struct reply *reply, unsigned owner, unsigned type, uint32_t ttl, const void *data,
                       size_t size) {
  put16(reply, 0xc000 | owner);
  put16(reply, type);
  put16(reply, 1);
  put16(reply, ttl >> 16);
  put16(reply, ttl & 0xffff);
  put16(reply, (unsigned)size);
  memcpy(reply->data + reply->size, data, size);
  reply->size += size;
}

static void put_answer(struct reply *reply, enum kind kind, unsigned type, uint32_t ttl, const char *name) {
  static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
  static const uint8_t alias[] = {6, 't', 'a', 'r', 'g', 'e', 't', 4, 't', 'e', 's', 't', 0};
  unsigned number = 0;
  sscanf(name, "h%u.test", &number);
  uint8_t v4[4] = {number ? 10 : 192, 0, number ? (uint8_t)(number >> 8) : 2, number ? (uint8_t)number : 1};
  unsigned owner = 12, code = kind == NO_NAME ? 3 : kind == FAILS ? 2 : kind == REFUSES ? 5 : 0;
  if (kind == ALIAS) {
    put_record(reply, 12, 5, ttl, alias, sizeof(alias));
    owner = (unsigned)(reply->size - sizeof(alias));
    ttl = 600;
  }
  if (kind == ADDRESS || kind == ALIAS) put_record(reply, owner, type, ttl, type == 1 ? v4 : v6, type == 1 ? 4 : 16);
  reply->data[2] = 0x81;
  reply->data[3] = (uint8_t)(0x80 | code);
  reply->data[7] = kind == ALIAS ? 2 : kind == ADDRESS;
}

static void asked(const uint8_t *data, size_t size, const struct sockaddr *from) {
  char name[256] = "";
  size_t at = 12;
  while (at < size && data[at]) {
    sprintf(name + strlen(name), "%s%.*s", *name ? "." : "", data[at], data + at + 1);
    at += data[at] + 1u;
  }
  unsigned type = (unsigned)data[at + 1] << 8 | data[at + 2];
  enum kind kind = strncmp(name, "h", 1) == 0 ? (type == 1 ? ADDRESS : NOTHING) : NO_NAME;
  uint32_t ttl = 300;
  for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
    size_t length = strlen(name), zone = strlen(zones[i].name);
    bool below = length > zone && zones[i].a == SILENT && strcmp(name + length - zone, zones[i].name) == 0;
    if (!below && strcmp(zones[i].name, name) != 0) continue;
    kind = type == 1 ? zones[i].a : zones[i].aaaa;
    ttl = zones[i].ttl;
  }
  seen.questions++;
  *(type == 1 ? &seen.a : &seen.aaaa) += 1;
  strcpy(seen.last, name);
  if (!*seen.first) strcpy(seen.first, name);
  if (kind == SILENT) return;
  struct reply *reply = calloc(1, sizeof(*reply));
  memcpy(reply->data, data, at + 5);
  reply->size = at + 5;
  memset(reply->data + 6, 0, 6);
  memcpy(&reply->to, from, from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
  put_answer(reply, kind, type, ttl, name);
  if (++seen.held > seen.most_held) seen.most_held = seen.held;
  uv_timer_init(&loop, &reply->timer);
  reply->timer.data = reply;
  uv_timer_start(&reply->timer, reply_now, seen.slow ? 2 : 0, 0);
}

static void server_room(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  static char room[65536];
  (void)handle;
  (void)size;
  *buf = uv_buf_init(room, sizeof(room));
}

static void server_read(uv_udp_t *udp, ssize_t size, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags) {
  (void)udp;
  (void)flags;
  if (size > 16 && from) asked((const uint8_t *)buf->base, (size_t)size, from);
}

/* ---- What each test stands on ---- */

static struct resolver *resolver;
static bool closed;
static char hosts_path[] = "/tmp/seine-hosts-XXXXXX";

static void setup(void) {
  struct sockaddr_in any;
  int length = sizeof(any);
  memset(&seen, 0, sizeof(seen));
  closed = false;
  ck_assert_int_eq(uv_loop_init(&loop), 0);
  uv_udp_init(&loop, &server);
  uv_ip4_addr("127.0.0.1", 0, &any);
  ck_assert_int_eq(uv_udp_bind(&server, (struct sockaddr *)&any, 0), 0);
  uv_udp_getsockname(&server, (struct sockaddr *)&any, &length);
  snprintf(servers, sizeof(servers), "127.0.0.1:%d", ntohs(any.sin_port));
  uv_udp_recv_start(&server, server_room, server_read);
  uv_unref((uv_handle_t *)&server);
  strcpy(hosts_path, "/tmp/seine-hosts-XXXXXX");
  close(mkstemp(hosts_path));
}

static void open_with(struct resolver_options options) {
  options.servers = servers;
  options.hosts = hosts_path;
  if (!options.timeout_ms) options.timeout_ms = 3000;
  if (!options.tries) options.tries = 1;
  ck_assert_int_eq(resolver_open(&resolver, &loop, &options), 0);
}

static void resolver_closed(void *user) {
  ck_assert_ptr_eq(user, &closed);
  closed = true;
}

static void close_resolver(void) {
  resolver_close(resolver, resolver_closed, &closed);
  ck_assert(!closed);
}

static void teardown(void) {
  if (resolver) close_resolver();
  uv_close((uv_handle_t *)&server, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert(closed || !resolver);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
  unlink(hosts_path);
  resolver = NULL;
}

/* Closing is the test's own affair. */
static void teardown_closed(void) {
  ck_assert(closed);
  resolver = NULL;
  teardown();
}

static void hosts_write(const char *text) {
  FILE *file = fopen(hosts_path, "w");
  fputs(text, file);
  fclose(file);
}

struct look {
  int calls, error;
  bool permanent;
  char message[100], text[200];
  unsigned count;
  uint64_t life_ms;
};

static void on_look(void *user, const struct resolver_answer *answer) {
  struct look *look = user;
  look->calls++;
  look->error = answer->error;
  look->permanent = answer->permanent;
  ck_assert_int_eq(answer->error == 0, answer->addresses != NULL);
  ck_assert_int_eq(answer->error == 0, answer->message == NULL);
  snprintf(look->message, sizeof(look->message), "%s", answer->message ? answer->message : "");
  snprintf(look->text, sizeof(look->text), "%s", answer->addresses ? answer->addresses->text : "");
  look->count = answer->addresses ? answer->addresses->count : 0;
  look->life_ms = answer->addresses ? answer->addresses->expires_ms - uv_now(&loop) : 0;
}

static struct resolver_query *start(const char *host, struct look *look) {
  struct resolver_query *query;
  memset(look, 0, sizeof(*look));
  ck_assert_int_eq(resolver_lookup(resolver, host, on_look, look, &query), 0);
  ck_assert_ptr_nonnull(query);
  ck_assert_int_eq(look->calls, 0);
  return query;
}

static void wait_for(const struct look *look) {
  int alive = 1;
  while (!look->calls && alive)
    alive = uv_run(&loop, UV_RUN_ONCE);
  ck_assert_int_eq(look->calls, 1);
}

static struct look look_up(const char *host) {
  struct look look;
  start(host, &look);
  wait_for(&look);
  return look;
}

static void run_for(uint64_t ms) {
  uint64_t until = uv_now(&loop) + ms;
  while (uv_now(&loop) < until) {
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_sleep(1);
    uv_update_time(&loop);
  }
}

/* The answer that is on its way to the cache, whenever it comes. */
static struct addresses *await_cached(const char *host) {
  struct addresses *cached;
  while (!(cached = resolver_cached(resolver, host)))
    run_for(1);
  return cached;
}

/* ---- Tests ---- */

static const struct {
  const char *host, *text; /* NULL: it is no name */
} own[] = {
    {"127.0.0.1", "127.0.0.1"},
    {"192.0.2.77", "192.0.2.77"},
    {"::1", "[::1]"},
    {"2001:DB8:0::7", "[2001:db8::7]"},
    {"localhost", "127.0.0.1,[::1]"},
    {"LocalHost.", "127.0.0.1,[::1]"},
    {"a.b.localhost", "127.0.0.1,[::1]"},
    {"", NULL},
    {".", NULL},
    {"a..b", NULL},
    {".a", NULL},
    {"a b", NULL},
    {"a\\.b", NULL},
    {"a/b", NULL},
    {"[::1]", NULL},
    {"b\xc3\xbc"
     "cher.example",
     NULL},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test", NULL}, /* a label of 64 */
};

START_TEST(some_names_need_no_server) {
  open_with((struct resolver_options){0});
  struct addresses *cached = resolver_cached(resolver, own[_i].host);
  struct look look = look_up(own[_i].host);
  ck_assert_int_eq(look.error, own[_i].text ? 0 : SEINE_EDNS);
  ck_assert_str_eq(look.text, own[_i].text ? own[_i].text : "");
  ck_assert_int_eq(look.permanent, own[_i].text == NULL);
  ck_assert_int_eq(cached != NULL, own[_i].text != NULL);
  if (cached) ck_assert_str_eq(cached->text, look.text);
  addresses_unref(cached);
  ck_assert_uint_eq(seen.questions, 0);
}
END_TEST

START_TEST(a_name_can_be_long_but_not_too_long) {
  char name[300] = "";
  open_with((struct resolver_options){0});
  for (int i = 0; i < 25; i++)
    strcat(name, "aaaaaaaaa.");
  strcat(name, "aaa"); /* 253 */
  ck_assert_int_eq(look_up(name).permanent, true);
  ck_assert_uint_eq(seen.questions, 2);
  strcat(name, "a");
  struct look look = look_up(name);
  ck_assert_str_eq(look.message, "the name is malformed");
  ck_assert_uint_eq(seen.questions, 2);
}
END_TEST

static const struct {
  const char *host, *text, *message;
  bool permanent;
} answers[] = {
    {"v4.test", "192.0.2.1", "", false},     {"V4.Test.", "192.0.2.1", "", false},
    {"v6.test", "[2001:db8::1]", "", false}, {"both.test", NULL, "", false},
    {"alias.test", "192.0.2.1", "", false},  {"broken6.test", "192.0.2.1", "", false},
    {"nx.test", "", "no such name", true},   {"nodata.test", "", "the name has no address", true},
    {"fails.test", "", NULL, false},         {"refuses.test", "", NULL, false},
    {"half.test", "", NULL, false}, /* a failure for one family must not pass for the lack of an address */
};

START_TEST(answers_are_told_apart) {
  open_with((struct resolver_options){0});
  struct look look = look_up(answers[_i].host);
  bool found = !answers[_i].text || *answers[_i].text;
  ck_assert_int_eq(look.error, found ? 0 : SEINE_EDNS);
  if (answers[_i].text) ck_assert_str_eq(look.text, answers[_i].text);
  if (answers[_i].message) ck_assert_str_eq(look.message, answers[_i].message);
  ck_assert_int_eq(look.permanent, answers[_i].permanent);
  if (!answers[_i].text) {
    const char *first = resolver_family() == AF_UNSPEC ? "[2001:db8::1],192.0.2.1" : "192.0.2.1,[2001:db8::1]";
    ck_assert_str_eq(look.text, first);
  }
}
END_TEST

START_TEST(silence_is_not_forever_and_not_permanent) {
  open_with((struct resolver_options){.timeout_ms = 50, .tries = 2});
  struct look look = look_up("silent.test");
  ck_assert_int_eq(look.error, SEINE_EDNS);
  ck_assert(!look.permanent);
  ck_assert_str_eq(look.message, "the name servers did not answer in time");
  ck_assert_uint_eq(seen.questions, 4);
}
END_TEST

START_TEST(no_server_at_all_is_not_permanent) {
  strcpy(servers, "127.0.0.1:1");
  open_with((struct resolver_options){.timeout_ms = 50});
  struct look look = look_up("v4.test");
  ck_assert_int_eq(look.error, SEINE_EDNS);
  ck_assert(!look.permanent);
}
END_TEST

START_TEST(one_family_does_not_wait_long_for_the_other) {
  open_with((struct resolver_options){.timeout_ms = 20000});
  struct look look = look_up("late6.test");
  ck_assert_str_eq(look.text, "192.0.2.1");
  ck_assert_uint_eq(seen.aaaa, 1);
}
END_TEST

START_TEST(one_family_asks_once) {
  open_with((struct resolver_options){.family = AF_INET});
  ck_assert_str_eq(look_up("both.test").text, "192.0.2.1");
  ck_assert_str_eq(look_up("localhost").text, "127.0.0.1,[::1]");
  ck_assert_uint_eq(seen.a, 1);
  ck_assert_uint_eq(seen.aaaa, 0);
}
END_TEST

START_TEST(equal_look_ups_are_joined) {
  struct look looks[50];
  open_with((struct resolver_options){0});
  for (int i = 0; i < 50; i++)
    start(i % 2 ? "v4.test" : "V4.TEST.", &looks[i]);
  for (int i = 0; i < 50; i++) {
    wait_for(&looks[i]);
    ck_assert_str_eq(looks[i].text, "192.0.2.1");
  }
  ck_assert_uint_eq(seen.a, 1);
  ck_assert_uint_eq(seen.aaaa, 1);
}
END_TEST

START_TEST(what_was_found_is_remembered) {
  open_with((struct resolver_options){0});
  ck_assert_ptr_null(resolver_cached(resolver, "v4.test"));
  look_up("v4.test");
  struct addresses *cached = resolver_cached(resolver, "V4.test");
  ck_assert_ptr_nonnull(cached);
  ck_assert_str_eq(cached->text, "192.0.2.1");
  ck_assert_uint_eq(cached->count, 1);
  ck_assert_int_eq(cached->list[0].any.sa_family, AF_INET);
  addresses_unref(cached);
  ck_assert_str_eq(look_up("v4.test").text, "192.0.2.1");
  ck_assert_uint_eq(seen.questions, 2);
}
END_TEST

START_TEST(what_was_not_found_is_remembered_too) {
  open_with((struct resolver_options){.failure_ttl_ms = 100000});
  for (int i = 0; i < 3; i++) {
    ck_assert(look_up("nx.test").permanent);
    ck_assert(!look_up("fails.test").permanent);
    ck_assert_ptr_null(resolver_cached(resolver, "nx.test"));
  }
  ck_assert_uint_eq(seen.questions, 4);
}
END_TEST

START_TEST(memories_fade) {
  open_with((struct resolver_options){.min_ttl_ms = 5, .negative_ttl_ms = 5, .failure_ttl_ms = 5});
  look_up("brief.test");
  look_up("nx.test");
  look_up("fails.test");
  ck_assert_uint_eq(seen.questions, 6);
  run_for(20);
  ck_assert_ptr_null(resolver_cached(resolver, "brief.test"));
  ck_assert_str_eq(look_up("brief.test").text, "192.0.2.1");
  ck_assert(look_up("nx.test").permanent);
  look_up("fails.test");
  ck_assert_uint_eq(seen.questions, 12);
}
END_TEST

/* The answer may have been a while on its way from the cache to its callback. */
static bool lives_for(const char *host, uint64_t ms) {
  uint64_t life_ms = look_up(host).life_ms;
  return life_ms <= ms && life_ms + 5000 > ms;
}

START_TEST(lives_are_kept_within_bounds) {
  open_with((struct resolver_options){.min_ttl_ms = 30000, .max_ttl_ms = 100000});
  ck_assert(lives_for("alias.test", 30000)); /* the alias's 5 s */
  ck_assert(lives_for("brief.test", 30000));
  ck_assert(lives_for("long.test", 100000));
}
END_TEST

START_TEST(the_oldest_are_forgotten_first) {
  open_with((struct resolver_options){.cache_names = 2});
  look_up("h1.test");
  look_up("h2.test");
  look_up("h3.test");
  ck_assert_ptr_null(resolver_cached(resolver, "h1.test"));
  for (int i = 2; i <= 3; i++) {
    char name[20];
    sprintf(name, "h%d.test", i);
    struct addresses *cached = resolver_cached(resolver, name);
    ck_assert_ptr_nonnull(cached);
    addresses_unref(cached);
  }
}
END_TEST

START_TEST(no_more_is_outstanding_than_allowed) {
  static struct look looks[300];
  open_with((struct resolver_options){.outstanding = 4});
  seen.slow = true;
  for (int i = 0; i < 300; i++) {
    char name[20];
    sprintf(name, "h%d.test", i + 1);
    start(name, &looks[i]);
  }
  for (int i = 0; i < 300; i++) {
    char text[20];
    wait_for(&looks[i]);
    sprintf(text, "10.0.%d.%d", (i + 1) >> 8, (i + 1) & 255);
    ck_assert_str_eq(looks[i].text, text);
  }
  ck_assert_str_eq(seen.first, "h1.test");
  ck_assert_str_eq(seen.last, "h300.test");
  ck_assert_uint_eq(seen.questions, 600);
  ck_assert_uint_le(seen.most_held, 8);
  ck_assert_uint_ge(seen.most_held, 4);
}
END_TEST

START_TEST(dead_names_hold_up_nobody_else) {
  static struct look dead[8], alive;
  open_with((struct resolver_options){.outstanding = 2, .timeout_ms = 60000});
  for (int i = 0; i < 8; i++) {
    char name[30];
    sprintf(name, "dead%d.silent.test", i);
    start(name, &dead[i]);
  }
  start("v4.test", &alive);
  wait_for(&alive);
  ck_assert_str_eq(alive.text, "192.0.2.1");
  for (int i = 0; i < 8; i++)
    ck_assert_int_eq(dead[i].calls, 0);
}
END_TEST

START_TEST(what_is_asked_ahead_is_there_in_time) {
  struct look look;
  open_with((struct resolver_options){.outstanding = 4});
  ck_assert_uint_eq(resolver_room(resolver), 4);
  resolver_prefetch(resolver, "v4.test");
  resolver_prefetch(resolver, "V4.test.");
  resolver_prefetch(resolver, "127.0.0.1");
  resolver_prefetch(resolver, "no name at all");
  ck_assert_uint_eq(resolver_waiting(resolver), 1);
  start("v4.test", &look);
  wait_for(&look);
  ck_assert_uint_eq(seen.questions, 2);
  resolver_prefetch(resolver, "h7.test");
  struct addresses *cached = await_cached("h7.test");
  ck_assert_str_eq(cached->text, "10.0.0.7");
  addresses_unref(cached);
  resolver_prefetch(resolver, "h8.test"); /* still in line when it closes */
}
END_TEST

static const struct {
  const char *hosts, *worked, *text; /* NULL: as it was */
} preferences[] = {
    {"10.1.1.1", "10.1.1.1", NULL},
    {"10.1.1.1 10.1.1.2 10.1.1.3", "10.1.1.1", NULL},
    {"10.1.1.1 10.1.1.2 10.1.1.3", "10.1.1.2", "10.1.1.2,10.1.1.3,10.1.1.1"},
    {"10.1.1.1 10.1.1.2 10.1.1.3", "10.1.1.3", "10.1.1.3,10.1.1.1,10.1.1.2"},
    {"10.1.1.1 10.1.1.2", "10.9.9.9", NULL}, /* it is none of them */
    {"::5 10.1.1.1", "10.1.1.1", NULL}, /* the other family may only have been slower */
    {"::5 10.1.1.1 10.1.1.2", "10.1.1.2", "[::5],10.1.1.2,10.1.1.1"},
    {"::5 ::6 10.1.1.1", "::6", "[::6],10.1.1.1,[::5]"},
};

START_TEST(what_failed_is_tried_last) {
  char file[200] = "", list[100];
  strcpy(list, preferences[_i].hosts);
  for (char *rest, *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
    sprintf(file + strlen(file), "%s many\n", word);
  hosts_write(file);
  open_with((struct resolver_options){0});
  struct addresses *cached = resolver_cached(resolver, "many");
  struct addresses *better = resolver_prefer(resolver, "many", cached, preferences[_i].worked);
  ck_assert_int_eq(better != NULL, preferences[_i].text != NULL);
  if (better) ck_assert_str_eq(better->text, preferences[_i].text);
  addresses_unref(better);
  addresses_unref(cached);
}
END_TEST

START_TEST(what_is_cancelled_does_not_call_back) {
  struct look looks[6];
  struct resolver_query *queries[6];
  open_with((struct resolver_options){.outstanding = 1});
  queries[0] = start("127.0.0.1", &looks[0]); /* ready */
  queries[1] = start("silent.test", &looks[1]);
  queries[2] = start("silent.test", &looks[2]);
  queries[3] = start("h3.test", &looks[3]); /* these stand in line */
  queries[4] = start("h4.test", &looks[4]);
  queries[5] = start("h4.test", &looks[5]);
  resolver_cancel(queries[0]);
  for (int i = 0; i < 3; i++)
    uv_run(&loop, UV_RUN_NOWAIT); /* silent.test is being asked for */
  resolver_cancel(queries[1]);
  resolver_cancel(queries[2]);
  resolver_cancel(queries[3]);
  resolver_cancel(queries[4]);
  run_for(20);
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(looks[i].calls, 0);
  ck_assert_str_eq(seen.last, "silent.test");
}
END_TEST

START_TEST(a_cancelled_answer_serves_later) {
  struct look look;
  open_with((struct resolver_options){0});
  struct resolver_query *query = start("v4.test", &look);
  while (!seen.questions)
    uv_run(&loop, UV_RUN_ONCE);
  resolver_cancel(query);
  struct addresses *cached = await_cached("v4.test");
  addresses_unref(cached);
  ck_assert_int_eq(look.calls, 0);
}
END_TEST

START_TEST(search_domains_are_for_bare_names) {
  setenv("LOCALDOMAIN", "search.test", 1);
  open_with((struct resolver_options){.family = AF_INET});
  unsetenv("LOCALDOMAIN");
  ck_assert(look_up("nx.test").permanent);
  ck_assert_uint_eq(seen.questions, 1);
  ck_assert_str_eq(look_up("one").text, "192.0.2.1");
}
END_TEST

START_TEST(the_hosts_file_is_honoured) {
  hosts_write("# comment\n10.1.1.1 printer Printer.Lan. # more\n\n::5 printer\nnonsense words\n10.1.1.2 nx.test\r\n"
              "10.1.1.3\nfe80::1%eth0 scoped\n");
  open_with((struct resolver_options){.hosts_check_ms = 1});
  ck_assert_str_eq(look_up("printer").text, "10.1.1.1,[::5]");
  ck_assert_str_eq(look_up("PRINTER.lan").text, "10.1.1.1");
  ck_assert_str_eq(look_up("nx.test").text, "10.1.1.2");
  ck_assert_uint_eq(seen.questions, 0);
  hosts_write("10.1.1.9 printer\n");
  for (int i = 0; i < 1000 && strcmp(look_up("printer").text, "10.1.1.9") != 0; i++)
    run_for(3);
  ck_assert_str_eq(look_up("printer").text, "10.1.1.9");
  ck_assert(look_up("nx.test").permanent);
  unlink(hosts_path);
  for (int i = 0; i < 1000 && look_up("printer").count; i++)
    run_for(3);
  ck_assert_int_eq(look_up("printer").count, 0);
}
END_TEST

START_TEST(servers_that_are_none_are_refused) {
  struct resolver *none;
  ck_assert_int_eq(resolver_open(&none, &loop, &(struct resolver_options){.servers = "not an address"}), SEINE_EINVAL);
  ck_assert_ptr_null(none);
}
END_TEST

START_TEST(an_idle_resolver_does_not_hold_the_loop) {
  open_with((struct resolver_options){0});
  look_up("v4.test");
  look_up("nx.test");
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(uv_loop_alive(&loop), 0);
}
END_TEST

/* ---- Closing ---- */

START_TEST(closing_drops_what_waits) {
  static struct look looks[40];
  open_with((struct resolver_options){.outstanding = 3, .hosts_check_ms = 1});
  run_for(3);
  for (int i = 0; i < 30; i++) {
    char name[20];
    sprintf(name, "h%d.test", i + 1);
    start(i % 5 ? name : "silent.test", &looks[i]);
  }
  for (int i = 0; i < _i; i++)
    uv_run(&loop, UV_RUN_NOWAIT);
  for (int i = 30; i < 40; i++)
    start("localhost", &looks[i]);
  int before = 0, after = 0;
  for (int i = 0; i < 40; i++)
    before += looks[i].calls;
  close_resolver();
  ck_assert_ptr_null(resolver_cached(resolver, "localhost"));
  ck_assert_int_eq(resolver_lookup(resolver, "localhost", on_look, &looks[0], NULL), SEINE_ECLOSING);
  uv_run(&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < 40; i++)
    after += looks[i].calls;
  ck_assert_int_eq(before, after);
}
END_TEST

static struct look others[3];
static struct resolver_query *other;

static void cancels_and_asks(void *user, const struct resolver_answer *answer) {
  on_look(user, answer);
  resolver_cancel(other);
  ck_assert_int_eq(resolver_lookup(resolver, "127.0.0.1", on_look, &others[1], NULL), 0);
  ck_assert_int_eq(resolver_lookup(resolver, "h9.test", on_look, &others[2], NULL), 0);
  ck_assert_int_eq(others[1].calls + others[2].calls, 0);
}

START_TEST(a_callback_may_cancel_and_look_up) {
  struct look look = {0};
  memset(others, 0, sizeof(others));
  open_with((struct resolver_options){0});
  ck_assert_int_eq(resolver_lookup(resolver, "v4.test", cancels_and_asks, &look, NULL), 0);
  other = start("v4.test", &others[0]);
  wait_for(&look);
  wait_for(&others[1]);
  wait_for(&others[2]);
  ck_assert_str_eq(others[2].text, "10.0.0.9");
  ck_assert_int_eq(others[0].calls, 0);
}
END_TEST

static void closes(void *user, const struct resolver_answer *answer) {
  on_look(user, answer);
  close_resolver();
  if (answer->addresses) ck_assert_uint_gt(strlen(answer->addresses->text), 0);
}

START_TEST(a_callback_may_close) {
  static const char *const hosts[] = {"v4.test", "127.0.0.1", "nx.test"};
  struct look first = {0}, second = {0}, third;
  open_with((struct resolver_options){0});
  ck_assert_int_eq(resolver_lookup(resolver, hosts[_i], closes, &first, NULL), 0);
  ck_assert_int_eq(resolver_lookup(resolver, hosts[_i], on_look, &second, NULL), 0);
  start("silent.test", &third);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq(first.calls, 1);
  ck_assert_int_eq(second.calls, 0);
  ck_assert_int_eq(third.calls, 0);
}
END_TEST

START_TEST(anything_in_any_order_calls_back_once) {
  enum { LOOKS = 2000 };
  static struct look looks[LOOKS];
  static struct resolver_query *queries[LOOKS];
  static bool cancelled[LOOKS];
  unsigned seed = (unsigned)time(NULL) + (unsigned)_i;
  printf("seed %u\n", seed);
  srandom(seed);
  memset(cancelled, 0, sizeof(cancelled));
  open_with((struct resolver_options){.outstanding = 8,
                                      .cache_names = 20,
                                      .min_ttl_ms = 1,
                                      .max_ttl_ms = 3,
                                      .timeout_ms = 20,
                                      .negative_ttl_ms = 2,
                                      .failure_ttl_ms = 1,
                                      .hosts_check_ms = 1});
  for (int i = 0; i < LOOKS; i++) {
    char name[30];
    sprintf(name, "h%ld.test", random() % 60 + 1);
    const char *host = random() % 4 ? name : random() % 9 ? zones[(size_t)random() % 9].name : "localhost";
    queries[i] = start(host, &looks[i]);
    if (random() % 3 == 0) uv_run(&loop, UV_RUN_NOWAIT);
    int victim = (int)(random() % (i + 1));
    if (random() % 5 == 0 && !looks[victim].calls && !cancelled[victim]) {
      resolver_cancel(queries[victim]);
      cancelled[victim] = true;
    }
  }
  for (int i = 0; i < LOOKS; i++) {
    if (cancelled[i]) continue;
    wait_for(&looks[i]);
  }
  for (int i = 0; i < LOOKS; i++)
    ck_assert_int_eq(looks[i].calls, !cancelled[i]);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("resolver");
  TCase *tests = tcase_create("look-ups"), *closing = tcase_create("closing");
  tcase_set_timeout(tests, 60);
  tcase_set_timeout(closing, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, some_names_need_no_server, 0, COUNT(own));
  tcase_add_test(tests, a_name_can_be_long_but_not_too_long);
  tcase_add_loop_test(tests, answers_are_told_apart, 0, COUNT(answers));
  tcase_add_test(tests, silence_is_not_forever_and_not_permanent);
  tcase_add_test(tests, no_server_at_all_is_not_permanent);
  tcase_add_test(tests, one_family_does_not_wait_long_for_the_other);
  tcase_add_test(tests, one_family_asks_once);
  tcase_add_test(tests, equal_look_ups_are_joined);
  tcase_add_test(tests, what_was_found_is_remembered);
  tcase_add_test(tests, what_was_not_found_is_remembered_too);
  tcase_add_test(tests, memories_fade);
  tcase_add_test(tests, lives_are_kept_within_bounds);
  tcase_add_test(tests, the_oldest_are_forgotten_first);
  tcase_add_test(tests, no_more_is_outstanding_than_allowed);
  tcase_add_test(tests, dead_names_hold_up_nobody_else);
  tcase_add_test(tests, what_is_asked_ahead_is_there_in_time);
  tcase_add_loop_test(tests, what_failed_is_tried_last, 0, COUNT(preferences));
  tcase_add_test(tests, what_is_cancelled_does_not_call_back);
  tcase_add_test(tests, a_cancelled_answer_serves_later);
  tcase_add_test(tests, search_domains_are_for_bare_names);
  tcase_add_test(tests, the_hosts_file_is_honoured);
  tcase_add_test(tests, servers_that_are_none_are_refused);
  tcase_add_test(tests, an_idle_resolver_does_not_hold_the_loop);
  tcase_add_test(tests, a_callback_may_cancel_and_look_up);
  tcase_add_loop_test(tests, anything_in_any_order_calls_back_once, 0, 5);
  tcase_add_checked_fixture(closing, setup, teardown_closed);
  tcase_add_loop_test(closing, closing_drops_what_waits, 0, 8);
  tcase_add_loop_test(closing, a_callback_may_close, 0, 3);
  suite_add_tcase(suite, tests);
  suite_add_tcase(suite, closing);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
