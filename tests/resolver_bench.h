/* What the tests of the resolver share: a name server and a resolver on one loop, and look-ups that are waited for. */
#ifndef SEINE_TESTS_RESOLVER_BENCH_H
#define SEINE_TESTS_RESOLVER_BENCH_H

#include <check.h>

#include "resolver.h"

extern uv_loop_t loop;
extern char servers[40]; /* "127.0.0.1:PORT" */
extern char hosts_path[]; /* an empty file */
extern struct resolver *resolver; /* NULL until open_with */

/* What the server was asked. */
struct seen {
  unsigned questions, a, aaaa;
  unsigned held, most_held; /* questions not yet answered, where the server takes its time */
  bool slow;
  char last[256], first[256];
};
extern struct seen seen;

/* A fixture: a server and a loop. */
void setup(void);
void teardown(void); /* closes the resolver if there is one */
void teardown_closed(void); /* closing was the test's own affair */

void hosts_write(const char *text);

/* Opens the resolver on the server, the file of hosts, 3 s and one try, where `options` says nothing of these. */
void open_with(struct resolver_options options);
void close_resolver(void);

/* What came of a look-up. */
struct look {
  int calls, error;
  bool permanent;
  char message[100], text[200];
  unsigned count;
  uint64_t life_ms;
};

/* The callback that fills one. */
void on_look(void *user, const struct resolver_answer *answer);
struct resolver_query *start(const char *host, struct look *look);
void wait_for(const struct look *look);
struct look look_up(const char *host);

void run_for(uint64_t ms);
/* The answer that is on its way to the cache, whenever it comes. */
struct addresses *await_cached(const char *host);

#endif
