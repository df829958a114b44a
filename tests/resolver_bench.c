/* A name server of the tests' own, and a resolver that asks it, on one loop. */
#include "resolver_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

uv_loop_t loop;
char servers[40];
struct seen seen;
static uv_udp_t server;

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

struct resolver *resolver;
char hosts_path[] = "/tmp/seine-hosts-XXXXXX";
static bool closed;

void setup(void) {
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

void open_with(struct resolver_options options) {
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

void close_resolver(void) {
  resolver_close(resolver, resolver_closed, &closed);
  ck_assert(!closed);
}

void teardown(void) {
  if (resolver) close_resolver();
  uv_close((uv_handle_t *)&server, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert(closed || !resolver);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
  unlink(hosts_path);
  resolver = NULL;
}

void teardown_closed(void) {
  ck_assert(closed);
  resolver = NULL;
  teardown();
}

void hosts_write(const char *text) {
  FILE *file = fopen(hosts_path, "w");
  fputs(text, file);
  fclose(file);
}

void on_look(void *user, const struct resolver_answer *answer) {
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

struct resolver_query *start(const char *host, struct look *look) {
  struct resolver_query *query;
  memset(look, 0, sizeof(*look));
  ck_assert_int_eq(resolver_lookup(resolver, host, on_look, look, &query), 0);
  ck_assert_ptr_nonnull(query);
  ck_assert_int_eq(look->calls, 0);
  return query;
}

void wait_for(const struct look *look) {
  int alive = 1;
  while (!look->calls && alive)
    alive = uv_run(&loop, UV_RUN_ONCE);
  ck_assert_int_eq(look->calls, 1);
}

struct look look_up(const char *host) {
  struct look look;
  start(host, &look);
  wait_for(&look);
  return look;
}

void run_for(uint64_t ms) {
  uint64_t until = uv_now(&loop) + ms;
  while (uv_now(&loop) < until) {
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_sleep(1);
    uv_update_time(&loop);
  }
}

struct addresses *await_cached(const char *host) {
  struct addresses *cached;
  while (!(cached = resolver_cached(resolver, host)))
    run_for(1);
  return cached;
}
