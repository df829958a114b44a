/* What proxies are given under --deny-private, and who looks names up for SOCKS. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;
static char servers[40], proxy_url[64];
static const char *proxies[] = {proxy_url, NULL};

/* ---- A SOCKS proxy that notes the target of each request, and refuses it ---- */

struct client {
  uv_tcp_t tcp;
  uint8_t data[512];
  size_t size;
};

static uv_tcp_t door;
static unsigned connections;
static char target[300]; /* "4 1.2.3.4", "5 name" */

static void on_client_closed(uv_handle_t *handle) {
  free(handle->data);
}

static void on_written(uv_write_t *write, int status) {
  (void)status;
  free(write);
}

static void answer(struct client *client, const char *bytes, size_t size) {
  uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)size);
  uv_write(malloc(sizeof(uv_write_t)), (uv_stream_t *)&client->tcp, &buffer, 1, on_written);
  client->size = 0;
}

static void note4(const uint8_t *data, size_t size) {
  char ip[INET_ADDRSTRLEN];
  if (data[4] == 0 && data[5] == 0 && data[6] == 0 && size > 10)
    snprintf(target, sizeof target, "4 %s", (const char *)data + 9); /* behind an empty user name */
  else
    snprintf(target, sizeof target, "4 %s", inet_ntop(AF_INET, data + 4, ip, sizeof ip));
}

static void note5(const uint8_t *data) {
  char ip[INET6_ADDRSTRLEN];
  if (data[3] == 3)
    snprintf(target, sizeof target, "5 %.*s", data[4], (const char *)data + 5);
  else
    snprintf(target, sizeof target, "5 %s", inet_ntop(data[3] == 1 ? AF_INET : AF_INET6, data + 4, ip, sizeof ip));
}

static void on_request(struct client *client) {
  if (client->data[0] == 5 && client->size < 7) {
    answer(client, "\5\0", 2);
  } else if (client->data[0] == 5) {
    note5(client->data);
    answer(client, "\5\2\0\1\0\0\0\0\0\0", 10);
  } else {
    note4(client->data, client->size);
    answer(client, "\0\133\0\0\0\0\0\0", 8);
  }
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
  struct client *client = handle->data;
  (void)size;
  *buffer = uv_buf_init((char *)client->data + client->size, (unsigned)(sizeof client->data - client->size));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  struct client *client = stream->data;
  (void)buffer;
  if (size < 0) {
    uv_close((uv_handle_t *)stream, on_client_closed);
    return;
  }
  client->size += (size_t)size;
  if (client->size) on_request(client);
}

static void on_connection(uv_stream_t *stream, int status) {
  struct client *client = calloc(1, sizeof *client);
  ck_assert_int_eq(status, 0);
  connections++;
  uv_tcp_init(&fixture.loop, &client->tcp);
  client->tcp.data = client;
  ck_assert_int_eq(uv_accept(stream, (uv_stream_t *)&client->tcp), 0);
  uv_unref((uv_handle_t *)&client->tcp);
  uv_read_start((uv_stream_t *)&client->tcp, on_room, on_read);
}

static int listen_somewhere(void) {
  struct sockaddr_in address;
  int size = sizeof address;
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_init(&fixture.loop, &door);
  ck_assert_int_eq(uv_tcp_bind(&door, (struct sockaddr *)&address, 0), 0);
  ck_assert_int_eq(uv_listen((uv_stream_t *)&door, 8, on_connection), 0);
  uv_unref((uv_handle_t *)&door);
  uv_tcp_getsockname(&door, (struct sockaddr *)&address, &size);
  return ntohs(address.sin_port);
}

/* ---- Tests ---- */

static const struct {
  const char *scheme, *host;
  bool deny;
  const char *target; /* "" if the proxy is not to be asked */
  int questions; /* for the target's name */
} cases[] = {
    {"socks5", "8-8-8-8.test", false, "5 8.8.8.8", 1},
    {"socks5", "10-0-0-1.test", false, "5 10.0.0.1", 1},
    {"socks4", "8-8-8-8.test", false, "4 8.8.8.8", 1},
    {"socks5", "-8-8-8-8.8-8-4-4.test", true, "5 8.8.4.4", 1},
    {"socks5", "10-0-0-1.test", true, "", 1},
    {"socks4", "10-0-0-1.test", true, "", 1},
    {"socks5", "10-0-0-1.8-8-8-8.test", true, "5 8.8.8.8", 1},
    {"socks4", "127-0-0-1.8-8-8-8.192-168-0-1.test", true, "4 8.8.8.8", 1},
    {"socks5", "8.8.8.8", true, "5 8.8.8.8", 0},
    {"socks5", "10.0.0.1", true, "", 0},
    {"socks5h", "10-0-0-1.test", true, "5 10-0-0-1.test", 0},
    {"socks4a", "10-0-0-1.test", true, "4 10-0-0-1.test", 0},
    {"socks4", "localhost", true, "", 0},
    {"socks5", "a.localhost", true, "", 0},
    {"socks4a", "localhost.", true, "", 0},
    {"socks5h", "LOCALHOST", true, "", 0},
    {"http", "x.y.localhost", true, "", 0},
    {"socks5h", "localhost.test", true, "5 localhost.test", 0},
};

START_TEST(a_proxy_is_given_what_the_table_says) {
  fixture_init(&fixture);
  connections = 0;
  *target = '\0';
  snprintf(servers, sizeof servers, "127.0.0.1:%d", server_port(fixture.server));
  snprintf(proxy_url, sizeof proxy_url, "%s://127.0.0.1:%d", cases[_i].scheme, listen_somewhere());
  fixture.options.dns_servers = servers;
  fixture.options.proxies = proxies;
  fixture.options.deny_private = cases[_i].deny;
  fixture.options.retries = 0;
  fixture_open(&fixture);
  char *url = print("http://%s:8080/", cases[_i].host);
  struct got *got = fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_NULL});
  fixture_wait(&fixture);
  uv_close((uv_handle_t *)&door, NULL);
  fixture_run(&fixture);
  ck_assert_str_eq(target, cases[_i].target);
  ck_assert_uint_eq(connections, *cases[_i].target ? 1 : 0);
  ck_assert_int_eq(got->error == SEINE_EDENIED, !*cases[_i].target);
  ck_assert_uint_eq(server_questions(fixture.server, cases[_i].host, "A", NULL, 0), (size_t)cases[_i].questions);
  free(url);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_target_without_an_address_is_no_fault_of_the_proxy) {
  fixture_init(&fixture);
  connections = 0;
  snprintf(servers, sizeof servers, "127.0.0.1:%d", server_port(fixture.server));
  snprintf(proxy_url, sizeof proxy_url, "socks5://127.0.0.1:%d", listen_somewhere());
  fixture.options.dns_servers = servers;
  fixture.options.proxies = proxies;
  fixture_open(&fixture);
  struct got *got =
      fixture_request(&fixture, &(seine_request_t){.url = "http://nxdomain.test/", .sink = SEINE_SINK_NULL});
  fixture_wait(&fixture);
  uv_close((uv_handle_t *)&door, NULL);
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_EDNS);
  ck_assert_uint_eq(got->attempts, 1);
  ck_assert_uint_eq(connections, 0);
  fixture_clear(&fixture);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("socks");
  TCase *tests = tcase_create("socks");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, a_proxy_is_given_what_the_table_says, 0, (int)(sizeof cases / sizeof *cases));
  tcase_add_test(tests, a_target_without_an_address_is_no_fault_of_the_proxy);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
