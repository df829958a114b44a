/* Which descriptors of libcurl are taken for connections, and when those are idle. */
#include "fixtures/suite.h"
#include "http/curl_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static uv_loop_t loop;
static struct curl_loop curl_loop;
static CURLcode ended_with;
static bool ended, closed, pauses;
static struct connection_user connection; /* of the one transfer at a time */
static curl_socket_t opened;

static void on_done(void *user, CURL *easy, CURLcode code) {
  (void)user;
  curl_loop_remove(&curl_loop, easy);
  curl_loop_end_request(&connection);
  ended_with = code;
  ended = true;
  uv_stop(&loop);
}

static void on_closed(void *user) {
  (void)user;
  closed = true;
}

static void setup(void) {
  ended = closed = pauses = false;
  connection = (struct connection_user){0};
  curl_global_init(CURL_GLOBAL_DEFAULT);
  uv_loop_init(&loop);
  ck_assert_int_eq(curl_loop_open(&curl_loop, &loop, 16, 60000, on_done, on_closed, NULL), 0);
}

static void teardown(void) {
  uv_run(&loop, UV_RUN_DEFAULT);
  ck_assert(closed);
  ck_assert_int_eq(uv_loop_close(&loop), 0);
  curl_global_cleanup();
}

static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)user;
  (void)purpose;
  int fd = socket(address->family, address->socktype, address->protocol);
  ck_assert(curl_loop_opened(&curl_loop, &connection, fd));
  opened = fd;
  return fd;
}

static int on_prereq(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port) {
  const struct connection_ends ends = {remote_ip, remote_port, local_port};
  (void)local_ip;
  ck_assert_int_eq(curl_loop_start_request(&curl_loop, user, &connection, &ends, true), REQUEST_SENDS);
  ck_assert_uint_eq(curl_loop.idle_count, 0);
  return CURL_PREREQFUNC_OK;
}

static CURL *easy_for(const char *url) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_prereq);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, easy);
  curl_loop_adopt(&curl_loop, easy);
  return easy;
}

static void on_prepare(uv_prepare_t *prepare) {
  (void)prepare;
}

/* Nothing of the curl loop keeps a uv loop alive: a handle does here. */
static void run_transfer(CURL *easy) {
  uv_prepare_t alive;
  uv_prepare_init(&loop, &alive);
  uv_prepare_start(&alive, on_prepare);
  ck_assert_int_eq(curl_loop_add(&curl_loop, easy), 0);
  ended = false;
  while (!ended)
    uv_run(&loop, UV_RUN_DEFAULT);
  uv_close((uv_handle_t *)&alive, NULL);
  uv_run(&loop, UV_RUN_NOWAIT);
  curl_easy_cleanup(easy);
}

/* libcurl's resolver thread reports by a pair of sockets, which libcurl closes without a callback. A label of 64
 * letters fails without a question to name servers. */
START_TEST(a_descriptor_of_libcurls_own_never_goes_idle) {
  CURL *easy = easy_for("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test/");
  run_transfer(easy);
  ck_assert_int_eq(ended_with, CURLE_COULDNT_RESOLVE_HOST);
  ck_assert_uint_eq(curl_loop.connections, 0);
  ck_assert_uint_eq(curl_loop.idle_count, 0);
  curl_loop_close(&curl_loop);
}
END_TEST

START_TEST(a_descriptor_that_is_still_polled_does_not_keep_the_loop_from_closing) {
  CURL *easy = easy_for("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test/");
  ck_assert_int_eq(curl_loop_add(&curl_loop, easy), 0);
  uv_run(&loop, UV_RUN_NOWAIT);
  uv_run(&loop, UV_RUN_NOWAIT);
  curl_loop_remove(&curl_loop, easy);
  curl_easy_cleanup(easy);
  ck_assert_uint_eq(curl_loop.idle_count, 0);
  curl_loop_close(&curl_loop);
}
END_TEST

/* ---- Connections ---- */

static uv_tcp_t door, peer;
static bool accepted;

static void on_written(uv_write_t *write, int status) {
  (void)status;
  free(write);
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
  static char room[4096];
  (void)handle;
  (void)size;
  *buffer = uv_buf_init(room, sizeof room);
}

static void on_request(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  uv_buf_t out = uv_buf_init(answer, sizeof answer - 1);
  (void)buffer;
  if (size > 0) uv_write(malloc(sizeof(uv_write_t)), stream, &out, 1, on_written);
  if (size < 0) uv_read_stop(stream);
}

static void on_connection(uv_stream_t *server, int status) {
  ck_assert_int_eq(status, 0);
  uv_tcp_init(&loop, &peer);
  ck_assert_int_eq(uv_accept(server, (uv_stream_t *)&peer), 0);
  uv_read_start((uv_stream_t *)&peer, on_buffer, on_request);
  accepted = true;
}

static size_t on_write(char *data, size_t one, size_t size, void *user) {
  (void)data;
  (void)one;
  (void)user;
  return pauses ? CURL_WRITEFUNC_PAUSE : size;
}

static int listen_somewhere(void) {
  struct sockaddr_in address;
  int size = sizeof address;
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_init(&loop, &door);
  ck_assert_int_eq(uv_tcp_bind(&door, (struct sockaddr *)&address, 0), 0);
  ck_assert_int_eq(uv_listen((uv_stream_t *)&door, 8, on_connection), 0);
  uv_tcp_getsockname(&door, (struct sockaddr *)&address, &size);
  return ntohs(address.sin_port);
}

START_TEST(a_connection_goes_idle_and_is_closed_by_libcurl) {
  char url[64];
  accepted = false;
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", listen_somewhere());
  CURL *easy = easy_for(url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
  run_transfer(easy);
  ck_assert_int_eq(ended_with, CURLE_OK);
  ck_assert(accepted);
  ck_assert_uint_eq(curl_loop.connections, 1);
  ck_assert_uint_eq(curl_loop.idle_count, 1);
  curl_loop_close(&curl_loop);
  ck_assert_uint_eq(curl_loop.connections, 0);
  ck_assert_uint_eq(curl_loop.idle_count, 0);
  uv_close((uv_handle_t *)&peer, NULL);
  uv_close((uv_handle_t *)&door, NULL);
}
END_TEST

static void on_resume(uv_timer_t *timer) {
  ck_assert_uint_eq(curl_loop.connections, 1);
  ck_assert_uint_eq(curl_loop.idle_count, 0);
  pauses = false;
  curl_easy_pause(timer->data, CURLPAUSE_CONT);
  uv_close((uv_handle_t *)timer, NULL);
}

/* libcurl polls neither, and reports the end of a response that had arrived in full by nothing. */
START_TEST(a_connection_is_idle_after_a_pause_and_not_during_it) {
  char url[64];
  uv_timer_t timer;
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", listen_somewhere());
  CURL *easy = easy_for(url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
  uv_timer_init(&loop, &timer);
  timer.data = easy;
  uv_timer_start(&timer, on_resume, 100, 0);
  pauses = true;
  run_transfer(easy);
  ck_assert_int_eq(ended_with, CURLE_OK);
  ck_assert_uint_eq(curl_loop.idle_count, 1);
  curl_loop_close(&curl_loop);
  uv_close((uv_handle_t *)&peer, NULL);
  uv_close((uv_handle_t *)&door, NULL);
}
END_TEST

/* ---- A response that is there as soon as the request was sent ---- */

static void *answer_three(void *listener) {
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  char request[4096];
  int fd = accept(*(int *)listener, NULL, NULL);
  for (int i = 0; i < 3; i++)
    if (read(fd, request, sizeof request) <= 0 || write(fd, answer, sizeof answer - 1) <= 0) break;
  while (read(fd, request, sizeof request) > 0)
    ;
  close(fd);
  return NULL;
}

/* libcurl calls this between sending a request and reading its response. */
static int await_response(CURL *easy, curl_infotype type, char *data, size_t size, void *user) {
  struct pollfd readable = {.fd = opened, .events = POLLIN};
  (void)easy, (void)data, (void)size, (void)user;
  if (type == CURLINFO_HEADER_OUT) poll(&readable, 1, 10000);
  return 0;
}

static CURL *easy_that_waits(const char *url) {
  CURL *easy = easy_for(url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, await_response);
  return easy;
}

/* libcurl polls the connection neither for the response nor during the pause, and so does not say that it is in use. */
START_TEST(a_connection_that_libcurl_need_not_poll_is_in_use_all_the_same) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  char url[64];
  uv_timer_t timer;
  pthread_t thread;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(listen(listener, 1), 0);
  getsockname(listener, (struct sockaddr *)&address, &size);
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  pthread_create(&thread, NULL, answer_three, &listener);
  run_transfer(easy_that_waits(url));
  ck_assert_uint_eq(curl_loop.idle_count, 1);
  run_transfer(easy_that_waits(url)); /* ends within one call of libcurl */
  ck_assert_int_eq(ended_with, CURLE_OK);
  ck_assert_uint_eq(curl_loop.connections, 1);
  ck_assert_uint_eq(curl_loop.idle_count, 1);
  CURL *easy = easy_that_waits(url); /* pauses within it */
  uv_timer_init(&loop, &timer);
  timer.data = easy;
  uv_timer_start(&timer, on_resume, 100, 0);
  pauses = true;
  run_transfer(easy);
  ck_assert_int_eq(ended_with, CURLE_OK);
  ck_assert_uint_eq(curl_loop.connections, 1);
  ck_assert_uint_eq(curl_loop.idle_count, 1);
  curl_loop_close(&curl_loop);
  pthread_join(thread, NULL);
  close(listener);
}
END_TEST

START_TEST(a_connection_that_is_refused_leaves_nothing) {
  char url[64];
  int port = listen_somewhere();
  uv_close((uv_handle_t *)&door, NULL);
  uv_run(&loop, UV_RUN_NOWAIT);
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
  run_transfer(easy_for(url));
  ck_assert_int_eq(ended_with, CURLE_COULDNT_CONNECT);
  ck_assert_uint_eq(curl_loop.connections, 0);
  curl_loop_close(&curl_loop);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("curl_loop");
  TCase *tcase = tcase_create("descriptors");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, a_descriptor_of_libcurls_own_never_goes_idle);
  tcase_add_test(tcase, a_descriptor_that_is_still_polled_does_not_keep_the_loop_from_closing);
  tcase_add_test(tcase, a_connection_goes_idle_and_is_closed_by_libcurl);
  tcase_add_test(tcase, a_connection_is_idle_after_a_pause_and_not_during_it);
  tcase_add_test(tcase, a_connection_that_libcurl_need_not_poll_is_in_use_all_the_same);
  tcase_add_test(tcase, a_connection_that_is_refused_leaves_nothing);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
