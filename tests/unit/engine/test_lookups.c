/* Look-ups as the engine makes them: ahead of time, and so that one that hangs holds up nobody else. */
#include "fixtures/engine_fixture.h"
#include "fixtures/suite.h"

#include <stdlib.h>

static struct fixture fixture;
static char servers[40];

static void open_bench(void) {
  fixture_init(&fixture);
}

static void close_bench(void) {
  fixture_clear(&fixture);
}

static void ask_at(const char *address) {
  snprintf(servers, sizeof servers, "%s:%d", address, server_port(fixture.server));
  fixture.options.dns_servers = servers;
}

/* Takes the host. */
static struct got *fetch(char *host, const char *path) {
  char *url = print("http://%s:%d%s", host, server_port(fixture.server), path);
  struct got *got = fixture_request(&fixture, &(seine_request_t){.url = url, .sink = SEINE_SINK_NULL});
  free(url);
  free(host);
  return got;
}

#define HOSTS 20

/* The only slot is taken for good: whoever looks up only what can start will never ask. */
START_TEST(names_are_asked_for_while_there_is_no_slot) {
  ask_at("127.0.1.1");
  fixture.options.concurrency = 1;
  fixture_open(&fixture);
  struct got *first = fetch(print("127.0.0.1"), "/img/png/first?silence=1");
  while (server_requests(fixture.server, "127.0.0.1", NULL) == 0)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  for (int i = 0; i < HOSTS; i++)
    fetch(print("127-0-0-2.k%d.test", i), "/img/png/a");
  while (server_questions(fixture.server, NULL, "A", NULL, 0) < HOSTS)
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
  ck_assert_uint_eq(fixture.done, 0);
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), 1);
  seine_cancel(first->fetch);
  fixture_run(&fixture);
  ck_assert_uint_eq(server_questions(fixture.server, NULL, "A", NULL, 0), HOSTS);
  for (size_t i = 1; i < fixture.count; i++)
    ck_assert_int_eq(fixture.got[i].status, SEINE_STATUS_OK);
}
END_TEST

#define DEAD  600 /* more than are asked for at once */
#define ALIVE 40

static const struct {
  const char *server, *dead, *alive; /* with %d in them */
} hangs[] = {
    {"127.0.1.2", "k%d.test", "127.0.0.%d"}, /* no server that answers, and hosts that need none */
    {"127.0.1.1", "silent.k%d.test", "127-0-0-1.k%d.test"}, /* one that does not know all */
};

/* Those that hang come first, and are more than there are slots. By the order in which all of them end, nobody waits
 * for a look-up but who has that name. */
START_TEST(a_look_up_that_hangs_holds_up_nobody_else) {
  char host[100];
  ask_at(hangs[_i].server);
  fixture.options.concurrency = 4;
  fixture.options.retries = 0;
  fixture_open(&fixture);
  for (int i = 0; i < DEAD; i++) {
    snprintf(host, sizeof host, hangs[_i].dead, i);
    fetch(print("%s", host), "/img/png/a");
  }
  for (int i = 1; i <= ALIVE; i++) {
    snprintf(host, sizeof host, hangs[_i].alive, i);
    fetch(print("%s", host), "/img/png/a");
  }
  fixture.hold = true;
  while (fixture.done < ALIVE)
    uv_run(&fixture.loop, UV_RUN_ONCE);
  for (size_t i = 0; i < fixture.count; i++)
    ck_assert_int_eq(fixture.got[i].calls, i >= DEAD);
  for (size_t i = DEAD; i < fixture.count; i++)
    ck_assert_int_eq(fixture.got[i].status, SEINE_STATUS_OK);
  for (size_t i = 0; i < DEAD; i++)
    seine_cancel(fixture.got[i].fetch);
  fixture.hold = false;
  fixture_run(&fixture);
  ck_assert_uint_eq(server_requests(fixture.server, NULL, NULL), ALIVE);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("lookups");
  TCase *tests = tcase_create("lookups");
  tcase_set_timeout(tests, 120);
  tcase_add_checked_fixture(tests, open_bench, close_bench);
  tcase_add_test(tests, names_are_asked_for_while_there_is_no_slot);
  tcase_add_loop_test(tests, a_look_up_that_hangs_holds_up_nobody_else, 0, 2);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
