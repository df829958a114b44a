/* What goes out for a URL that libcurl was given in parts: the same as for its text. Every request comes to a
 * socket of the test's own, wherever it was to go. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fixtures/suite.h"
#include "http/curl_url.h"

#define ROUNDS 400

static const char *const urls[] = {
    "http://example.com/a/b.jpg",
    "http://example.com/a/c.jpg?x=1&y=2",
    "http://example.com/a/b.jpg",
    "http://example.com/a/e?f?g",
    "http://example.com/a%2Fb",
    "http://example.com/%c3%A9?%C3%a9",
    "http://example.com/a/../b/./c",
    "http://example.com/..",
    "http://example.com/a/.hidden",
    "http://example.com/a/b...c",
    "http://example.com/a?b/../c",
    "http://example.com/a#b",
    "http://example.com/a?b#c",
    "http://example.com//a//b",
    "http://example.com/~a;b=c,d'(e)!$&+@:|{}[]^`\"<>\\",
    "http://example.com",
    "http://example.com?x=1",
    "http://example.com#x",
    "http://example.com:80/a",
    "http://example.com:8080/a",
    "http://EXAMPLE.com/a",
    "HTTP://example.com/a",
    "http://example.co/a",
    "http://example.com.au/a",
    "http://user:secret@example.com/a",
    "http://user:other@example.com/a",
    "http://user@example.com/a?b",
    "http://example.com/a@b",
    "http://127.0.0.1/a",
    "http://127.1/a",
    "http://[::1]/a",
    "http://[::1]:8080/b",
    "http://[fe80::1%25lo]/a",
    "http:///example.com/a",
    "http:/example.com/a",
    "http://127.0.0.1:0/a",
    "http://exa mple.com/a",
    "http://example.com/a b",
    "http://example.com/\xc3\xa9",
    "nothing",
    "",
};
#define URLS (sizeof urls / sizeof *urls)

/* ---- One request ---- */

static int listener;
static struct sockaddr_in receiving;

static void listen_on_loopback(void) {
  socklen_t size = sizeof receiving;
  receiving = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  ck_assert_int_eq(bind(listener, (struct sockaddr *)&receiving, sizeof receiving), 0);
  ck_assert_int_eq(listen(listener, 8), 0);
  ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&receiving, &size), 0);
}

/* Wherever it was to go. */
static curl_socket_t open_to_listener(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)user, (void)purpose;
  address->family = AF_INET;
  address->addrlen = sizeof receiving;
  memcpy(&address->addr, &receiving, sizeof receiving);
  return socket(AF_INET, SOCK_STREAM, 0);
}

static CURL *easy_new(void) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_to_listener);
  return easy;
}

struct seen {
  CURLcode code;
  char request[4096], redirect[4096];
};

/* Reads what is there of the request, and answers it when it is all there. */
static void serve(int *peer, struct seen *seen) {
  static const char answer[] = "HTTP/1.1 302 Found\r\nLocation: ../next?z\r\nContent-Length: 0\r\n\r\n";
  if (*peer < 0) *peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  size_t size = strlen(seen->request);
  if (*peer < 0 || read(*peer, seen->request + size, sizeof seen->request - 1 - size) <= 0) return;
  if (strstr(seen->request, "\r\n\r\n")) ck_assert_int_eq(write(*peer, answer, sizeof answer - 1), sizeof answer - 1);
}

static void perform(CURL *easy, struct seen *seen) {
  static char ports[2][20] = {"*:80:127.0.0.1", "*:8080:127.0.0.1"};
  struct curl_slist second = {ports[1], NULL}, addresses = {ports[0], &second}; /* so that nobody is asked */
  CURLM *multi = curl_multi_init();
  char *redirect = NULL;
  int peer = -1, running = 1, left;
  memset(seen, 0, sizeof *seen);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, &addresses);
  ck_assert_int_eq(curl_multi_add_handle(multi, easy), CURLM_OK);
  while (running) {
    ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
    serve(&peer, seen);
    if (running) curl_multi_poll(multi, NULL, 0, 1, NULL);
  }
  seen->code = curl_multi_info_read(multi, &left)->data.result;
  curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &redirect);
  snprintf(seen->redirect, sizeof seen->redirect, "%s", redirect ? redirect : "");
  curl_multi_remove_handle(multi, easy);
  curl_multi_cleanup(multi);
  if (peer >= 0) close(peer);
}

/* ---- The same twice ---- */

static void compare(CURL *by_parts, struct transfer_url *target, CURL *by_text, const char *url) {
  struct seen parts, text;
  ck_assert_int_eq(transfer_url_set(target, by_parts, url), 0);
  perform(by_parts, &parts);
  ck_assert_int_eq(curl_easy_setopt(by_text, CURLOPT_URL, url), CURLE_OK);
  perform(by_text, &text);
  ck_assert_msg(parts.code == text.code, "%s: %d, not %d", url, parts.code, text.code);
  ck_assert_msg(strcmp(parts.request, text.request) == 0, "%s:\n%s\nnot\n%s", url, parts.request, text.request);
  ck_assert_msg(strcmp(parts.redirect, text.redirect) == 0, "%s: to %s, not %s", url, parts.redirect, text.redirect);
}

START_TEST(requests_are_those_for_the_text) {
  struct transfer_url target = {.parts = NULL};
  unsigned seed = (unsigned)time(NULL);
  printf("seed %u\n", seed);
  srandom(seed);
  listen_on_loopback();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL *by_parts = easy_new(), *by_text = easy_new();
  for (size_t i = 0; i < URLS; i++)
    compare(by_parts, &target, by_text, urls[i]);
  for (size_t i = 0; i < ROUNDS; i++)
    compare(by_parts, &target, by_text, urls[(size_t)random() % URLS]);
  curl_easy_cleanup(by_parts);
  curl_easy_cleanup(by_text);
  transfer_url_clear(&target);
  curl_global_cleanup();
  close(listener);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("target");
  TCase *tests = tcase_create("requests");
  tcase_add_test(tests, requests_are_those_for_the_text);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
