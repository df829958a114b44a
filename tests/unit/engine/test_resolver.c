/* What the resolver finds, remembers and asks for, and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/resolver_fixture.h"
#include "fixtures/suite.h"
#include "seine.h"

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
  struct inspect_job look = look_up(own[_i].host);
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
  struct inspect_job look = look_up(name);
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
  struct inspect_job look = look_up(answers[_i].host);
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
  struct inspect_job look = look_up("silent.test");
  ck_assert_int_eq(look.error, SEINE_EDNS);
  ck_assert(!look.permanent);
  ck_assert_str_eq(look.message, "the name servers did not answer in time");
  ck_assert_uint_eq(seen.questions, 4);
}
END_TEST

START_TEST(no_server_at_all_is_not_permanent) {
  strcpy(servers, "127.0.0.1:1");
  open_with((struct resolver_options){.timeout_ms = 50});
  struct inspect_job look = look_up("v4.test");
  ck_assert_int_eq(look.error, SEINE_EDNS);
  ck_assert(!look.permanent);
}
END_TEST

START_TEST(one_family_does_not_wait_long_for_the_other) {
  open_with((struct resolver_options){.timeout_ms = 20000});
  struct inspect_job look = look_up("late6.test");
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
  struct inspect_job looks[50];
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
  static struct inspect_job looks[300];
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
  static struct inspect_job dead[8], alive;
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
  struct inspect_job look;
  open_with((struct resolver_options){.outstanding = 4});
  ck_assert_uint_eq(resolver_available(resolver), 4);
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

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void) {
  Suite *suite = suite_create("resolver");
  TCase *tests = tcase_create("look-ups");
  tcase_set_timeout(tests, 60);
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
  tcase_add_test(tests, search_domains_are_for_bare_names);
  tcase_add_test(tests, the_hosts_file_is_honoured);
  tcase_add_test(tests, servers_that_are_none_are_refused);
  tcase_add_test(tests, an_idle_resolver_does_not_hold_the_loop);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
