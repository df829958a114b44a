/* Memory that is not there: a request goes out as it was asked for, or not at all, and so does the next; an engine
 * opens whole, or not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"
#include "seine_tools.h"

#define MOST 200 /* copies for a request; there are some tens */

static struct {
  enum { NONE, COPIES, ALL } armed; /* which allocations count: the copies that libcurl makes of texts, or all */
  bool failed;
  unsigned long count, n; /* the one after n of them fails */
} faults;

static bool is_due(bool is_copy) {
  if (faults.armed == NONE || (faults.armed == COPIES && !is_copy) || faults.count++ != faults.n) return false;
  faults.failed = true;
  return true;
}

static void arm(int which) {
  faults.count = 0;
  faults.failed = false;
  faults.armed = which;
}

/* The linker puts these before the functions of libc, in the program with all of the engine (--wrap). */
void *__real_malloc(size_t size), *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size), *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size), *__wrap_realloc(void *old, size_t size);
char *__real_strdup(const char *text), *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size) {
  return is_due(false) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return is_due(false) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
  return is_due(false) ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text) {
  return is_due(false) ? NULL : __real_strdup(text);
}

static char *duplicate(const char *text) {
  return is_due(true) ? NULL : __real_strdup(text);
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

static struct got *ask(struct fixture *fixture, const struct wanted *what, bool fails) {
  static const char *const own[] = {"X-Own: 2", NULL};
  char *url = print("http://%s@127.0.0.%d:%d/echo", what->user, what->host, server_port(fixture->server));
  struct got *got = fixture_request(fixture, &(seine_request_t){.url = url, .headers = own, .sink = SEINE_SINK_MEMORY});
  free(url);
  arm(fails ? COPIES : NONE);
  fixture_wait(fixture);
  faults.armed = NONE;
  return got;
}

/* A request that failed has to tell of the memory; but once there is a connection, libcurl says the same of a header
 * line that is too long. */
static void check(const struct got *got, const struct wanted *what, bool by_proxy) {
  if (got->status != SEINE_STATUS_OK) {
    bool said = got->error == SEINE_ENOMEM ? got->retryable : got->error == SEINE_EPROTOCOL;
    ck_assert_msg(faults.failed && said, "copy %lu: %s", faults.n, seine_strerror(got->error));
    return;
  }
  for (int i = 0; i < (by_proxy ? LINES : LINES - 1); i++)
    ck_assert_msg(memmem(got->data, got->size_bytes, what->lines[i], strlen(what->lines[i])), "copy %lu: without %s",
                  faults.n, what->lines[i]);
}

/* ---- Tests ---- */

/* A bench with a proxy for one host, another by a rule, and lines of all three kinds. Lasts as long as the test. */
static void init(struct fixture *fixture, bool by_proxy) {
  static const char *const all[] = {"X-All: 1", NULL}, *const of_first[] = {"X-Host: 3", NULL};
  static const char *const of_second[] = {"X-Host: 4", NULL};
  static const char *proxies[2];
  static seine_rule_t rules[2];
  static char proxy[64], another[64];
  fixture_init(fixture);
  snprintf(proxy, sizeof proxy, "http://p:q@127.0.0.2:%d", server_port(fixture->server));
  snprintf(another, sizeof another, "http://r:s@127.0.0.4:%d", server_port(fixture->server));
  proxies[0] = proxy;
  rules[0] = (seine_rule_t){.pattern = "127.0.0.1", .headers = of_first};
  rules[1] = (seine_rule_t){.pattern = "127.0.0.3", .headers = of_second, .proxy = by_proxy ? another : NULL};
  fixture->options.headers = all;
  fixture->options.rules = rules;
  fixture->options.rule_count = 2;
  fixture->options.proxies = by_proxy ? proxies : NULL;
  fixture->options.no_proxy = "";
}

/* Three requests one after another, by the same transfer; a copy for the second fails. Whether there was one. */
static bool play(unsigned long n, bool by_proxy) {
  struct fixture fixture;
  bool any = false;
  init(&fixture, by_proxy);
  fixture_open(&fixture);
  faults.n = n;
  for (int i = 0; i < 3; i++) {
    check(ask(&fixture, &wanted[i % 2], i == 1), &wanted[i % 2], by_proxy);
    any |= faults.failed;
  }
  fixture_run(&fixture);
  fixture_clear(&fixture);
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

START_TEST(an_engine_opens_whole_or_not_at_all) {
  struct fixture fixture;
  unsigned without = 0;
  replace_allocator();
  for (faults.n = 0; faults.n < 10 * MOST; faults.n++) {
    init(&fixture, true);
    arm(ALL);
    int error = seine_open(&fixture.engine, &fixture.loop, &fixture.options);
    faults.armed = NONE;
    /* libcurl 7.88 can do without some, and takes a login that it could not copy for a bad one. */
    bool said = error == SEINE_ENOMEM || error == SEINE_EINVAL;
    ck_assert_msg(!error || (faults.failed && said), "allocation %lu: %s", faults.n, seine_strerror(error));
    without += error == SEINE_ENOMEM;
    fixture.closed = error != 0;
    fixture_run(&fixture);
    fixture_clear(&fixture);
    if (!faults.failed) break;
  }
  printf("%lu allocations to open, no engine without %u of them\n", faults.n, without);
  ck_assert(!faults.failed);
  /* c-ares 1.34 can do without more than half of what it asks for. */
  ck_assert_uint_gt(without, faults.n / 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("memory");
  TCase *tests = tcase_create("memory");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, a_request_is_whole_or_is_none, 0, 2);
  tcase_add_test(tests, an_engine_opens_whole_or_not_at_all);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
