/* Dead hosts, redirects, secrets, refused addresses, broken answers: how fetches end, and what the server saw of
 * them. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fixture fixture;

static void open_bench(void) {
  fixture_init(&fixture);
}

static void close_bench(void) {
  fixture_clear(&fixture);
}

__attribute__((format(printf, 2, 3))) static struct got *fetch(int n, const char *format, ...) {
  char *path;
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_gt(vasprintf(&path, format, arguments), 0);
  va_end(arguments);
  struct got *got = fixture_fetch(&fixture, n, path, SEINE_SINK_MEMORY);
  free(path);
  return got;
}

static struct got *fetch_url(const char *url) {
  return fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_MEMORY});
}

static uint64_t attempts_made(void) {
  seine_stats_t stats;
  seine_get_stats(fixture.engine, &stats);
  return stats.attempts;
}

/* ---- Dead hosts ---- */

/* A port that is taken, so that nobody else listens there, and refuses connections until somebody does. */
struct dead_port {
  int descriptor;
  int port;
};

static struct dead_port dead_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  struct dead_port dead = {.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ck_assert_int_eq(bind(dead.descriptor, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(getsockname(dead.descriptor, (struct sockaddr *)&address, &size), 0);
  dead.port = ntohs(address.sin_port);
  return dead;
}

static struct got *fetch_dead(const struct dead_port *dead, int i) {
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/%d", dead->port, i);
  return fetch_url(url);
}

START_TEST(ten_thousand_urls_of_a_dead_host_cost_few_attempts) {
  struct dead_port dead = dead_port();
  fixture_open(&fixture);
  for (int i = 0; i < 10000; i++)
    fetch_dead(&dead, i);
  for (int i = 0; i < 100; i++)
    fetch(1, "/img/png/%d", i);
  fixture_wait(&fixture);
  uint64_t attempts = attempts_made();
  fixture_run(&fixture);
  size_t down = 0;
  for (int i = 0; i < 10000; i++) {
    ck_assert(fixture.got[i].retryable);
    ck_assert(fixture.got[i].error == SEINE_EHOSTDOWN || fixture.got[i].error == SEINE_ECONNECT);
    down += fixture.got[i].error == SEINE_EHOSTDOWN;
  }
  for (int i = 10000; i < 10100; i++) {
    ck_assert_int_eq(fixture.got[i].status, SEINE_STATUS_OK);
    ck_assert_uint_eq(fixture.got[i].attempts, 1);
  }
  ck_assert_uint_gt(down, 9950);
  ck_assert_uint_lt(attempts - 100, 50);
  close(dead.descriptor);
}
END_TEST

/* A list is read as results come in: what is submitted one after the other must not knock each time either. */
static struct dead_port dead;

static void fetch_dead_next(struct got *got) {
  (void)got;
  if (fixture.count < 3000) fetch_dead(&dead, (int)fixture.count);
}

START_TEST(so_do_urls_that_come_one_by_one) {
  fixture.options.retry_delay_ms = 200;
  fixture.options.retry_max_delay_ms = 10000;
  fixture.options.retries = 0;
  fixture.on_got = fetch_dead_next;
  dead = dead_port();
  fixture_open(&fixture);
  fetch_dead(&dead, 0);
  fixture_wait(&fixture);
  uint64_t attempts = attempts_made();
  fixture_run(&fixture);
  ck_assert_uint_eq(fixture.count, 3000);
  ck_assert_uint_lt(attempts, 50);
  close(dead.descriptor);
}
END_TEST

/* A server for what the fault server cannot be: one that comes to life. */
static uv_tcp_t listener;

struct visitor {
  uv_tcp_t tcp;
  uv_write_t write;
};

static void on_visitor_closed(uv_handle_t *handle) {
  free(handle->data);
}

static void on_answered(uv_write_t *write, int status) {
  (void)status;
  uv_close((uv_handle_t *)write->handle, on_visitor_closed);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  static char room[4096];
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(room, sizeof room);
}

static void on_asked(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
  struct visitor *visitor = stream->data;
  uv_buf_t out = uv_buf_init(answer, sizeof answer - 1);
  (void)buffer;
  uv_read_stop(stream);
  if (size < 0 || uv_write(&visitor->write, stream, &out, 1, on_answered) != 0)
    uv_close((uv_handle_t *)stream, on_visitor_closed);
}

static void on_visitor(uv_stream_t *stream, int status) {
  struct visitor *visitor = calloc(1, sizeof *visitor);
  ck_assert_int_eq(status, 0);
  uv_tcp_init(stream->loop, &visitor->tcp);
  visitor->tcp.data = visitor;
  ck_assert_int_eq(uv_accept(stream, (uv_stream_t *)&visitor->tcp), 0);
  uv_read_start((uv_stream_t *)&visitor->tcp, on_room, on_asked);
}

static void come_to_life(void) {
  uv_tcp_init(&fixture.loop, &listener);
  ck_assert_int_eq(uv_tcp_open(&listener, dead.descriptor), 0);
  ck_assert_int_eq(uv_listen((uv_stream_t *)&listener, 64, on_visitor), 0);
}

static uv_timer_t again;

static void on_again(uv_timer_t *timer) {
  (void)timer;
  fetch_dead(&dead, (int)fixture.count);
}

/* Asks again, a little later, until the host is back; then ten times more. */
static void ask_on(struct got *got) {
  static size_t good;
  if (got->status == SEINE_STATUS_OK)
    good++;
  else
    ck_assert_uint_eq(good, 0);
  if (fixture.count == 20 && fixture.done == 20) come_to_life();
  if (fixture.done >= 20 && good < 10)
    uv_timer_start(&again, on_again, good ? 0 : 20, 0);
  else if (good == 10) {
    uv_close((uv_handle_t *)&again, NULL);
    uv_close((uv_handle_t *)&listener, NULL);
    fixture.hold = false;
  }
}

START_TEST(a_host_that_comes_back_is_used_again) {
  dead = dead_port();
  fixture.hold = true;
  fixture.on_got = ask_on;
  uv_timer_init(&fixture.loop, &again);
  fixture_open(&fixture);
  for (int i = 0; i < 20; i++)
    fetch_dead(&dead, i);
  fixture_run(&fixture);
  ck_assert_int_eq(fixture.got[19].error, SEINE_EHOSTDOWN);
  ck_assert_int_eq(fixture.got[fixture.count - 1].status, SEINE_STATUS_OK);
}
END_TEST

/* ---- Redirects ---- */

START_TEST(the_cap_holds_where_redirects_lead) {
  fixture.options.per_host = 3;
  fixture_open(&fixture);
  char *target = server_url(fixture.server, 1, "/img/png/target");
  for (int i = 0; i < 60; i++)
    fetch(2 + i % 12, "/img/png/%d?redirect=%s%d%%3Fdelay%%3D20", i, target, i);
  fixture_run(&fixture);
  for (size_t i = 0; i < fixture.count; i++)
    ck_assert_int_eq(fixture.got[i].status, SEINE_STATUS_OK);
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), 60);
  ck_assert_uint_eq(server_max_concurrent(fixture.server, "127.0.0.1"), 3);
  free(target);
}
END_TEST

START_TEST(redirects_that_lead_nowhere_end) {
  static const char *const paths[] = {"/loop/0",
                                      "/hop/11/img/png/a",
                                      "/img/png/b?redirect=ftp://127.0.0.1/b",
                                      "/img/png/c?redirect=file:///etc/passwd",
                                      "/img/png/d?redirect=javascript:alert(1)",
                                      "/img/png/e?redirect=http://"};
  fixture_open(&fixture);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    fetch(1, "%s", paths[i]);
  fixture_run(&fixture);
  for (size_t i = 0; i < fixture.count; i++) {
    ck_assert_msg(fixture.got[i].error == SEINE_EREDIRECT, "%s: %s", paths[i], seine_err_name(fixture.got[i].error));
    ck_assert(!fixture.got[i].retryable);
    ck_assert_uint_eq(fixture.got[i].attempts, 1);
  }
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), 11 + 11 + 4);
}
END_TEST

START_TEST(ten_redirects_are_followed) {
  fixture_open(&fixture);
  struct got *got = fetch(1, "/hop/10/img/png/a");
  fixture_run(&fixture);
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  ck_assert_uint_eq(got->attempts, 1);
}
END_TEST

/* ---- Secrets ---- */

static void assert_echo(const struct got *got, const char *line, bool expected) {
  ck_assert_int_eq(got->status, SEINE_STATUS_OK);
  bool found = memmem(got->data, got->size_bytes, line, strlen(line));
  ck_assert_msg(found == expected, "\"%s\" is %s in:\n%.*s", line, found ? "found" : "missing", (int)got->size_bytes,
                (const char *)got->data);
}

static const char *const lines[] = {"Authorization: Bearer secret", "Cookie: a=b", "X-Api-Key: key",
                                    "Accept-Language: de", NULL};

START_TEST(secrets_stay_with_the_host_that_was_asked) {
  fixture.options.headers = lines;
  fixture_open(&fixture);
  char *echo = server_url(fixture.server, 2, "/echo"), *back = server_url(fixture.server, 1, "/echo/back");
  struct got *direct = fetch(1, "/echo"), *within = fetch(1, "/hop/1/echo/within");
  struct got *away = fetch(1, "/img/png/a?redirect=%s", echo);
  struct got *round =
      fetch(1, "/img/png/a?redirect=http://127.0.0.2:%d/img/png/b?redirect=%s", server_port(fixture.server), back);
  fixture_run(&fixture);
  for (int i = 0; i < 4; i++) {
    assert_echo(direct, lines[i], true);
    assert_echo(within, lines[i], true);
    assert_echo(away, lines[i], i == 3);
    assert_echo(round, lines[i], i == 3);
  }
  free(echo);
  free(back);
}
END_TEST

START_TEST(each_attempt_begins_at_the_url_that_was_asked) {
  fixture.options.retries = 2;
  fixture_open(&fixture);
  struct got *got =
      fetch(1, "/img/png/a?redirect=http://127.0.0.2:%d/img/png/b%%3Fstatus%%3D500", server_port(fixture.server));
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_EHTTP);
  ck_assert_uint_eq(got->attempts, 3);
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.1", NULL), 3);
  ck_assert_uint_eq(server_requests(fixture.server, "127.0.0.2", NULL), 3);
}
END_TEST

START_TEST(lines_of_a_request_stay_with_its_host) {
  fixture_open(&fixture);
  char *echo = server_url(fixture.server, 2, "/echo"), *url = server_url(fixture.server, 1, "/echo");
  char *away_url = print("http://127.0.0.1:%d/img/png/a?redirect=%s", server_port(fixture.server), echo);
  struct got *direct =
      fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_MEMORY, .headers = lines});
  struct got *away =
      fixture_request(&fixture, &(seine_request_t){.url = away_url, .sink = SEINE_SINK_MEMORY, .headers = lines});
  struct got *other = fetch(1, "/echo/other");
  fixture_run(&fixture);
  for (int i = 0; i < 4; i++) {
    assert_echo(direct, lines[i], true);
    if (i < 3) assert_echo(away, lines[i], false);
    assert_echo(other, lines[i], false);
  }
  free(echo);
  free(url);
  free(away_url);
}
END_TEST

START_TEST(lines_of_a_rule_go_to_its_hosts_alone) {
  static const char *const own[] = {"X-Rule: one", "Authorization: Bearer secret", NULL};
  static const seine_rule_t rules[] = {{.pattern = "127.0.0.1", .headers = own}};
  fixture.options.rules = rules;
  fixture.options.rule_count = 1;
  fixture_open(&fixture);
  char *echo = server_url(fixture.server, 2, "/echo"), *to_rule = server_url(fixture.server, 1, "/echo");
  struct got *direct = fetch(1, "/echo"), *other = fetch(2, "/echo");
  struct got *away = fetch(1, "/img/png/a?redirect=%s", echo);
  struct got *towards = fetch(2, "/img/png/a?redirect=%s", to_rule);
  fixture_run(&fixture);
  for (int i = 0; i < 2; i++) {
    assert_echo(direct, own[i], true);
    assert_echo(other, own[i], false);
    assert_echo(away, own[i], false);
    assert_echo(towards, own[i], true);
  }
  free(echo);
  free(to_rule);
}
END_TEST

START_TEST(userinfo_goes_to_its_host_alone) {
  static const char basic[] = "Authorization: Basic dXNlcjpwYXNz";
  int port = server_port(fixture.server);
  fixture_open(&fixture);
  char *direct_url = print("http://user:pass@127.0.0.1:%d/echo", port);
  char *away_url = print("http://user:pass@127.0.0.1:%d/img/png/a?redirect=http://127.0.0.2:%d/echo", port, port);
  struct got *direct = fetch_url(direct_url), *away = fetch_url(away_url), *other = fetch(1, "/echo");
  fixture_run(&fixture);
  assert_echo(direct, basic, true);
  assert_echo(away, basic, false);
  assert_echo(other, basic, false);
  ck_assert_ptr_null(strstr(away->final_url, "pass"));
  free(direct_url);
  free(away_url);
}
END_TEST

START_TEST(userinfo_stays_over_redirects_within_its_host) {
  fixture_open(&fixture);
  char *url = print("http://user:pass@127.0.0.1:%d/hop/2/echo", server_port(fixture.server));
  struct got *got = fetch_url(url);
  fixture_run(&fixture);
  assert_echo(got, "Authorization: Basic dXNlcjpwYXNz", true);
  ck_assert_ptr_null(strstr(got->final_url, "pass"));
  free(url);
}
END_TEST

/* ---- Refused addresses ---- */

START_TEST(inside_addresses_are_refused_before_a_byte) {
  static const char *const names[] = {"127.0.0.1", "127.0.0.40",         "localhost",  "0.0.0.0",
                                      "[::1]",     "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"};
  uint64_t before = server_connections(fixture.server, NULL);
  fixture.options.deny_private = true;
  fixture_open(&fixture);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *url = print("http://%s:%d/img/png/a", names[i], server_port(fixture.server));
    fetch_url(url);
    free(url);
  }
  fixture_run(&fixture);
  for (size_t i = 0; i < fixture.count; i++) {
    ck_assert_msg(fixture.got[i].error == SEINE_EDENIED, "%s: %s", names[i], seine_err_name(fixture.got[i].error));
    ck_assert(!fixture.got[i].retryable);
    ck_assert_uint_eq(fixture.got[i].attempts, 1);
  }
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), 0);
  /* The question itself came by a connection. */
  ck_assert_uint_le(server_connections(fixture.server, NULL) - before, 3);
}
END_TEST

/* ---- Broken answers ---- */

static const struct {
  const char *path;
  int error; /* 0: ok */
  bool retryable;
  int http_status;
} endings[] = {
    {"/img/png/a?truncate=5000", SEINE_ETRUNCATED, true, 200},
    {"/img/png/a?truncate=5000&chunked=700", SEINE_ETRUNCATED, true, 200},
    {"/img/png/a?truncate=0", SEINE_ETRUNCATED, true, 200},
    {"/img/png/a?reset=3000", SEINE_ERESET, true, 200},
    {"/img/png/a?reset=request", SEINE_ERESET, true, 0},
    {"/img/png/a?reset=header", SEINE_ERESET, true, 200},
    {"/img/png/a?silence=1", SEINE_ETIMEOUT, true, 0},
    {"/img/png/a?stall=4000", SEINE_ETIMEOUT, true, 200},
    {"/img/png/a?status=503&stall=1", SEINE_EHTTP, true, 503},
    {"/img/png/a?status=404", SEINE_EHTTP, false, 404},
    {"/img/png/a?status=429", SEINE_EHTTP, true, 429},
    {"/img/png/a?status=300", SEINE_EHTTP, false, 300},
    {"/img/png/a?malformed=1xx-flood", SEINE_EPROTOCOL, false, 103},
    {"/img/png/a?malformed=bad-chunk", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=bad-length", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=bad-status", SEINE_EPROTOCOL, false, 0},
    {"/img/png/a?malformed=bare-lf", 0, false, 200},
    {"/img/png/a?malformed=cut-headers", SEINE_ETRUNCATED, true, 200},
    {"/img/png/a?malformed=cut-status", SEINE_ERESET, true, 200},
    {"/img/png/a?malformed=empty", SEINE_ERESET, true, 0},
    {"/img/png/a?malformed=endless-headers", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=folded", 0, false, 200},
    {"/img/png/a?malformed=garbage", SEINE_EPROTOCOL, false, 0},
    {"/img/png/a?malformed=huge-header", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=negative-length", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=no-colon", SEINE_EPROTOCOL, false, 200},
    {"/img/png/a?malformed=no-status", SEINE_EPROTOCOL, false, 0},
    {"/img/png/a?malformed=null-byte", SEINE_EPROTOCOL, false, 200},
};

START_TEST(broken_answers_have_their_class) {
  fixture.options.retries = 1;
  fixture.options.stall_timeout_ms = 500;
  fixture_open(&fixture);
  struct got *got = fetch(1, "%s", endings[_i].path);
  fixture_run(&fixture);
  int error = endings[_i].error;
  ck_assert_msg(got->error == error, "%s: %s (%s), not %s", endings[_i].path, seine_err_name(got->error),
                got->message ? got->message : "", seine_err_name(error));
  ck_assert_int_eq(got->status, error ? SEINE_STATUS_FAILED : SEINE_STATUS_OK);
  ck_assert_msg(got->retryable == endings[_i].retryable, "%s", endings[_i].path);
  ck_assert_uint_eq(got->attempts, endings[_i].retryable ? 2 : 1);
  ck_assert_msg(got->http_status == endings[_i].http_status, "%s: %d", endings[_i].path, got->http_status);
}
END_TEST

START_TEST(refused_connections_are_tried_again) {
  dead = dead_port();
  fixture.options.retries = 2;
  fixture_open(&fixture);
  struct got *got = fetch_dead(&dead, 0);
  fixture_run(&fixture);
  ck_assert_int_eq(got->error, SEINE_ECONNECT);
  ck_assert(got->retryable);
  ck_assert_uint_eq(got->attempts, 3);
  close(dead.descriptor);
}
END_TEST

/* ---- Connections that end between two requests ---- */

static const char *closing_path;

static void fetch_closing(struct got *got) {
  (void)got;
  if (fixture.count < 30) fetch(1, closing_path, fixture.count);
}

START_TEST(a_connection_that_closes_between_requests_is_no_failure) {
  static const char *const paths[] = {"/img/gif/%zu?size=3000&truncate=3000", "/img/gif/%zu?size=3000&reset=3000",
                                      "/img/gif/%zu?size=3000&close=1", "/img/gif/%zu?size=3000&no-length=1"};
  /* libcurl 7.88 repeats such a request by itself, but five times in the life of a handle: each sixth is ours to
   * repeat. */
  static const unsigned allowed[] = {5, 5, 0, 0};
  unsigned attempts = 0;
  closing_path = paths[_i];
  fixture.on_got = fetch_closing;
  fixture_open(&fixture);
  fetch_closing(NULL);
  fixture_run(&fixture);
  ck_assert_uint_eq(fixture.count, 30);
  for (size_t i = 0; i < fixture.count; i++) {
    ck_assert_msg(fixture.got[i].status == SEINE_STATUS_OK, "%zu: %s", i, fixture.got[i].message);
    attempts += fixture.got[i].attempts;
  }
  ck_assert_uint_le(attempts, 30 + allowed[_i]);
}
END_TEST

/* All of the body is with the kernel when the reset comes, and is read at leisure. */
START_TEST(what_came_before_a_reset_is_not_lost) {
  fixture.options.limit_rate_bytes = 200000;
  fixture.options.retries = 0;
  fixture_open(&fixture);
  struct got *got = fetch(1, "/img/png/a?size=60000&reset=60000");
  fixture_run(&fixture);
  ck_assert_msg(got->status == SEINE_STATUS_OK, "%s", got->message);
  ck_assert_uint_eq(got->size_bytes, 60000);
}
END_TEST

/* ---- Delays between attempts ---- */

static uint64_t longest_wait_ms;

static void on_handle(uv_handle_t *handle, void *user) {
  (void)user;
  if (handle->type != UV_TIMER || !uv_is_active(handle) || !uv_has_ref(handle)) return;
  uint64_t due_ms = uv_timer_get_due_in((uv_timer_t *)handle);
  if (due_ms > longest_wait_ms) longest_wait_ms = due_ms;
}

/* With one fetch, which waits, no other timer is set that keeps the loop: only that of idle connections. A delay may be
 * too short to be met. */
START_TEST(a_delay_between_attempts_is_within_its_bound) {
  static const uint64_t bounds[] = {40, 80, 160, 200, 200};
  fixture.options.retry_delay_ms = 40;
  fixture.options.retry_max_delay_ms = 200;
  fixture.options.idle_timeout_ms = 0; /* connections that idle have a timer of their own */
  fixture_open(&fixture);
  fetch(1, "/img/png/a?status=500");
  uint64_t attempts = 0, met = 0;
  seine_stats_t stats = {0};
  fixture.hold = true;
  while (fixture.done < fixture.count) {
    uv_run(&fixture.loop, UV_RUN_ONCE);
    seine_get_stats(fixture.engine, &stats);
    if (!stats.waiting || stats.attempts == attempts) continue;
    attempts = stats.attempts;
    met++;
    longest_wait_ms = 0;
    uv_walk(&fixture.loop, on_handle, NULL);
    ck_assert_uint_le(longest_wait_ms, bounds[attempts - 1]);
    ck_assert_uint_eq(stats.transferring, 0);
  }
  fixture_run(&fixture);
  ck_assert_uint_ge(met, 2);
  ck_assert_uint_eq(fixture.got[0].attempts, 6);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("manners: ends");
  TCase *tcase = tcase_create("ends");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, open_bench, close_bench);
  tcase_add_test(tcase, ten_thousand_urls_of_a_dead_host_cost_few_attempts);
  tcase_add_test(tcase, so_do_urls_that_come_one_by_one);
  tcase_add_test(tcase, a_host_that_comes_back_is_used_again);
  tcase_add_test(tcase, the_cap_holds_where_redirects_lead);
  tcase_add_test(tcase, redirects_that_lead_nowhere_end);
  tcase_add_test(tcase, ten_redirects_are_followed);
  tcase_add_test(tcase, secrets_stay_with_the_host_that_was_asked);
  tcase_add_test(tcase, each_attempt_begins_at_the_url_that_was_asked);
  tcase_add_test(tcase, lines_of_a_request_stay_with_its_host);
  tcase_add_test(tcase, lines_of_a_rule_go_to_its_hosts_alone);
  tcase_add_test(tcase, userinfo_goes_to_its_host_alone);
  tcase_add_test(tcase, userinfo_stays_over_redirects_within_its_host);
  tcase_add_test(tcase, inside_addresses_are_refused_before_a_byte);
  tcase_add_loop_test(tcase, broken_answers_have_their_class, 0, sizeof endings / sizeof *endings);
  tcase_add_test(tcase, refused_connections_are_tried_again);
  tcase_add_loop_test(tcase, a_connection_that_closes_between_requests_is_no_failure, 0, 4);
  tcase_add_test(tcase, what_came_before_a_reset_is_not_lost);
  tcase_add_test(tcase, a_delay_between_attempts_is_within_its_bound);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
