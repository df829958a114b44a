/* Copies that libcurl cannot make: a request goes out as it was asked for, or not at all, and so does the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_bench.h"

#define MOST 200 /* copies for a request; there are some tens */

static struct {
  bool armed, failed;
  unsigned long count, n;
} copies;

static char *duplicate(const char *text) {
  if (copies.armed && copies.count++ == copies.n) {
    copies.failed = true;
    return NULL;
  }
  return strdup(text);
}

static void replace_allocator(void) {
  static const seine_allocator_t allocator = {malloc, free, realloc, duplicate, calloc};
  ck_assert_int_eq(seine_replace_allocator(&allocator), 0);
}

/* ---- Requests for /echo, whose body is the head of the request ---- */

#define LINES 5

struct wanted {
  int host;
  const char *user; /* of the URL */
  const char *lines[LINES]; /* that the head must have; the last one only by a proxy */
};

static const struct wanted wanted[] = {
    {1,
     "user:secret",
     {"Authorization: Basic dXNlcjpzZWNyZXQ=", "X-All: 1", "X-Own: 2", "X-Host: 3", "Proxy-Authorization: Basic cDpx"}},
    {3,
     "other:word",
     {"Authorization: Basic b3RoZXI6d29yZA==", "X-All: 1", "X-Own: 2", "X-Host: 4", "Proxy-Authorization: Basic cjpz"}},
};

static struct got *ask(struct bench *bench, const struct wanted *what, bool fails) {
  static const char *const own[] = {"X-Own: 2", NULL};
  char *url = print("http://%s@127.0.0.%d:%d/echo", what->user, what->host, server_port(bench->server));
  struct got *got = bench_request(bench, &(seine_request_t){.url = url, .headers = own, .sink = SEINE_SINK_MEMORY});
  free(url);
  copies.count = 0;
  copies.failed = false;
  copies.armed = fails;
  bench_wait(bench);
  copies.armed = false;
  return got;
}

/* A request that failed has to tell of the memory; but once there is a connection, libcurl says the same of a header line
 * that is too long. */
static void check(const struct got *got, const struct wanted *what, bool by_proxy) {
  if (got->status != SEINE_STATUS_OK) {
    bool said = got->error == SEINE_ENOMEM ? got->transient : got->error == SEINE_EPROTOCOL;
    ck_assert_msg(copies.failed && said, "copy %lu: %s", copies.n, seine_strerror(got->error));
    return;
  }
  for (int i = 0; i < (by_proxy ? LINES : LINES - 1); i++)
    ck_assert_msg(memmem(got->data, got->size_bytes, what->lines[i], strlen(what->lines[i])), "copy %lu: without %s",
                  copies.n, what->lines[i]);
}

/* Three requests one after another, by the same transfer; the n-th copy for the second fails. Whether there was one. */
static bool play(unsigned long n, bool by_proxy) {
  static const char *const all[] = {"X-All: 1", NULL}, *const of_first[] = {"X-Host: 3", NULL};
  static const char *const of_second[] = {"X-Host: 4", NULL};
  struct bench bench;
  bench_init(&bench);
  char *proxy = print("http://p:q@127.0.0.2:%d", server_port(bench.server));
  char *another = print("http://r:s@127.0.0.4:%d", server_port(bench.server));
  const char *const proxies[] = {proxy, NULL};
  const seine_rule_t rules[] = {{.pattern = "127.0.0.1", .headers = of_first},
                                {.pattern = "127.0.0.3", .headers = of_second, .proxy = by_proxy ? another : NULL}};
  bench.options.headers = all;
  bench.options.rules = rules;
  bench.options.rule_count = 2;
  bench.options.proxies = by_proxy ? proxies : NULL;
  bench.options.no_proxy = "";
  bench_open(&bench);
  copies.n = n;
  bool any = false;
  for (int i = 0; i < 3; i++) {
    check(ask(&bench, &wanted[i % 2], i == 1), &wanted[i % 2], by_proxy);
    any |= copies.failed;
  }
  bench_run(&bench);
  bench_clear(&bench);
  free(proxy);
  free(another);
  return any;
}

START_TEST(a_request_is_whole_or_is_none) {
  unsigned long n = 0;
  replace_allocator();
  while (n < MOST && play(n, _i))
    n++;
  printf("%s: %lu copies\n", _i ? "by a proxy" : "directly", n);
  ck_assert_uint_gt(n, 4);
  ck_assert_uint_lt(n, MOST);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("memory");
  TCase *tests = tcase_create("memory");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, a_request_is_whole_or_is_none, 0, 2);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
