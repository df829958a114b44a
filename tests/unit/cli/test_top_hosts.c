/* Top failing hosts: exact while there are few, never too high when there are many. */
#include "fixtures/suite.h"
#include "report/top_hosts.h"

#include <check.h>
#include <seine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const struct {
  const char *url, *host; /* NULL: none */
} hosts[] = {
    {"http://h/a", "http://h"},
    {"HTTP://H.Example/A", "http://h.example"},
    {"https://h", "https://h"},
    {"https://h:443/", "https://h"},
    {"http://h:80?q", "http://h"},
    {"http://h:443#f", "http://h:443"},
    {"https://h:80\\x", "https://h:80"},
    {"http://h:8080/a:80", "http://h:8080"},
    {"http://[::1]:80/", "http://[::1]"},
    {"http://[::1]:81/", "http://[::1]:81"},
    {"http://[::80]/", "http://[::80]"},
    {"http:\\\\h\\a", "http://h"},
    {"http://h\t:080/a", "http://h"},
    {"http://0x7f.1/a", "http://127.0.0.1"},
    {"http:/h/a", "http://h"},
    {"http:///", NULL},
    {"nonsense", NULL},
    {"", NULL},
};

START_TEST(hosts_are_as_in_the_table) {
  char host[64];
  ck_assert_int_eq(top_hosts_host_of(hosts[_i].url, host, sizeof host), hosts[_i].host != NULL);
  if (hosts[_i].host) ck_assert_str_eq(host, hosts[_i].host);
}
END_TEST

START_TEST(hosts_without_end_are_cut) {
  char url[2000] = "http://", host[64];
  memset(url + 7, 'x', sizeof url - 8);
  url[sizeof url - 1] = '\0';
  ck_assert(top_hosts_host_of(url, host, sizeof host));
  ck_assert_uint_eq(strlen(host), sizeof host - 1);
}
END_TEST

static struct fingerprint_key key;

START_TEST(a_few_hosts_are_exact_and_in_order) {
  struct top_hosts *top_hosts = top_hosts_new(&key, 8);
  struct top_host list[10];
  ck_assert_uint_eq(top_hosts_list(top_hosts, list, 10), 0);
  top_hosts_add(top_hosts, "http://c/1", SEINE_EDNS, NULL);
  for (int i = 0; i < 3; i++)
    top_hosts_add(top_hosts, "http://b/1", i == 1 ? SEINE_ETIMEOUT : SEINE_ERESET, NULL);
  for (int i = 0; i < 3; i++)
    top_hosts_add(top_hosts, "http://A/1", SEINE_EHTTP, NULL);
  top_hosts_add(top_hosts, "nonsense", SEINE_EURL, NULL);
  ck_assert_uint_eq(top_hosts_list(top_hosts, list, 10), 3);
  ck_assert_str_eq(list[0].host, "http://a");
  ck_assert_str_eq(list[1].host, "http://b");
  ck_assert_str_eq(list[2].host, "http://c");
  ck_assert(list[0].exact && list[0].failed == 3 && list[0].error == SEINE_EHTTP);
  ck_assert(list[1].exact && list[1].failed == 3 && list[1].error == SEINE_ERESET);
  ck_assert(list[2].exact && list[2].failed == 1 && list[2].error == SEINE_EDNS);
  ck_assert_uint_eq(top_hosts_list(top_hosts, list, 1), 1);
  top_hosts_free(top_hosts);
}
END_TEST

/* Whoever failed once in a crowd is not listed. */
START_TEST(a_crowd_of_single_failures_names_nobody) {
  struct top_hosts *top_hosts = top_hosts_new(&key, 16);
  struct top_host list[10];
  for (int i = 0; i < 10000; i++) {
    char url[64];
    snprintf(url, sizeof url, "http://h%d/", i);
    top_hosts_add(top_hosts, url, SEINE_EDNS, NULL);
  }
  ck_assert_uint_eq(top_hosts_list(top_hosts, list, 10), 0);
  top_hosts_free(top_hosts);
}
END_TEST

/* Many hosts, few counters, and failures drawn so that some hosts have far more than others. */
START_TEST(counts_are_lower_bounds_and_the_heavy_are_found) {
  enum { HOSTS = 5000, COUNTERS = 64, FAILURES = 200000 };
  static uint64_t truth[HOSTS];
  unsigned seed = (unsigned)uv_hrtime() + (unsigned)_i;
  printf("top_hosts: seed %u\n", seed);
  srandom(seed);
  memset(truth, 0, sizeof truth);
  struct top_hosts *top_hosts = top_hosts_new(&key, COUNTERS);
  struct top_host list[COUNTERS];
  for (int i = 0; i < FAILURES; i++) {
    char url[64];
    long host = random() % HOSTS;
    if (random() % 2) host = host * (random() % 100) / 10000; /* half of all among 50 */
    truth[host]++;
    snprintf(url, sizeof url, "http://h%ld/%d", host, i);
    top_hosts_add(top_hosts, url, SEINE_EDNS, NULL);
  }
  size_t count = top_hosts_list(top_hosts, list, COUNTERS);
  ck_assert_uint_gt(count, 0);
  bool found[HOSTS] = {false};
  for (size_t i = 0; i < count; i++) {
    long host = atol(list[i].host + strlen("http://h"));
    found[host] = true;
    ck_assert_msg(list[i].failed <= truth[host], "seed %u: %s", seed, list[i].host);
    if (list[i].exact) ck_assert_msg(list[i].failed == truth[host], "seed %u: %s", seed, list[i].host);
    if (i > 0) ck_assert(list[i].failed <= list[i - 1].failed);
  }
  for (int host = 0; host < HOSTS; host++)
    if (truth[host] > 2 * FAILURES / COUNTERS) ck_assert_msg(found[host], "seed %u: h%d is missing", seed, host);
  top_hosts_free(top_hosts);
}
END_TEST

int main(void) {
  fingerprint_key_draw(&key);
  Suite *suite = suite_create("top_hosts");
  TCase *tcase = tcase_create("top_hosts");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, hosts_are_as_in_the_table, 0, sizeof hosts / sizeof *hosts);
  tcase_add_test(tcase, hosts_without_end_are_cut);
  tcase_add_test(tcase, a_few_hosts_are_exact_and_in_order);
  tcase_add_test(tcase, a_crowd_of_single_failures_names_nobody);
  tcase_add_loop_test(tcase, counts_are_lower_bounds_and_the_heavy_are_found, 0, 5);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
