/* Shards: the same part of the same host for ever, whatever its URL looks like, and one answer with the URL parser. */
#include <check.h>
#include <seine_tools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/scale.h"
#include "fixtures/suite.h"
#include "input/partition.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Worked out by another program. These numbers must never change. */
static const struct {
  const char *host;
  uint32_t of_2, of_3, of_7, of_1000;
} hosts[] = {
    {"example.org", 0, 0, 4, 862},           {"127.0.0.1", 0, 2, 5, 852},
    {"www.debian.org", 0, 1, 1, 972},        {"localhost", 0, 1, 0, 424},
    {"xn--bcher-kva.example", 0, 1, 3, 160},
};

START_TEST(hosts_stay_in_their_partitions) {
  size_t length = strlen(hosts[_i].host);
  ck_assert_uint_eq(partition_of_host(hosts[_i].host, length, 1), 0);
  ck_assert_uint_eq(partition_of_host(hosts[_i].host, length, 2), hosts[_i].of_2);
  ck_assert_uint_eq(partition_of_host(hosts[_i].host, length, 3), hosts[_i].of_3);
  ck_assert_uint_eq(partition_of_host(hosts[_i].host, length, 7), hosts[_i].of_7);
  ck_assert_uint_eq(partition_of_host(hosts[_i].host, length, 1000), hosts[_i].of_1000);
}
END_TEST

static const struct {
  const char *url, *host; /* NULL: no URL */
} urls[] = {
    {"http://example.org", "example.org"},
    {"http://example.org/", "example.org"},
    {"https://EXAMPLE.org:8443/a?b#c", "example.org"},
    {"HTTP://user:secret@example.org/a", "example.org"},
    {"http://example.org?a=http://localhost/", "example.org"},
    {"http://example.org#@localhost/", "example.org"},
    {"http://example%2eorg/", "example.org"},
    {"http:/example.org/", "example.org"},
    {"http:\\\\example.org\\a", "example.org"},
    {"http:///example.org/", "example.org"},
    {"http://127.0.0.1:80/", "127.0.0.1"},
    {"http://127.1/", "127.0.0.1"},
    {"http://0x7f000001/", "127.0.0.1"},
    {"http://0177.0.0.1/", "127.0.0.1"},
    {"http://b\xc3\xbc"
     "cher.example/",
     "xn--bcher-kva.example"},
    {"http://example.org/\xc3\xa9", "example.org"},
    {"http://example.org:0/", NULL},
    {"http://example.org:99999/", NULL},
    {"http://example.org/a b", "example.org"},
    {"http://example.org/\x01", "example.org"},
    {"http://example.org\\@localhost/", NULL},
    {"http://256.1.1.1/", NULL},
    {"http://h.1/", NULL},
    {"ftp://example.org/", NULL},
    {"example.org", NULL},
    {"http://", NULL},
    {"", NULL},
};

START_TEST(urls_are_in_the_partitions_of_their_hosts) {
  struct partition partition;
  ck_assert_int_eq(partition_set(&partition, "1/1000"), 0);
  const char *host = urls[_i].host;
  uint32_t expected = host != NULL ? partition_of_host(host, strlen(host), 1000) : 0;
  for (int again = 0; again < 2; again++)
    ck_assert_msg(partition_of(&partition, urls[_i].url) == expected, "%s", urls[_i].url);
}
END_TEST

/* Pieces of URLs put together at random: the part is that of the host that the parser gives. */
START_TEST(parts_are_those_of_parsed_hosts) {
  static const char *const pieces[] = {"http", "https", "://",  ":/",        "/",       "a.b",   "A-_.c", "127.0.0.1",
                                       "1.2",  "[::1]", ":",    "80",        "0",       "99999", "@",     "?",
                                       "#",    "%41",   "\\",   "..",        ".",       " ",     "\t",    "\xc3\xa9",
                                       "=",    "x",     "HTTP", "256.1.1.1", "01.2.3.4"};
  unsigned seed = (unsigned)time(NULL) ^ (unsigned)_i;
  struct partition partition;
  printf("seed %u\n", seed);
  partition_set(&partition, "1/1000000");
  for (int i = 0, most = scaled(100000); i < most; i++) {
    char url[256] = "";
    if (rand_r(&seed) % 4) strcpy(url, "http://");
    for (int n = rand_r(&seed) % 8; n >= 0; n--)
      strcat(url, pieces[(size_t)rand_r(&seed) % COUNT(pieces)]);
    seine_url_t parsed;
    bool good = seine_url_parse(&parsed, url, NULL, 0) == 0;
    uint32_t expected = good ? partition_of_host(parsed.host, strlen(parsed.host), 1000000) : 0;
    ck_assert_msg(partition_of(&partition, url) == expected, "seed %u: %s", seed, url);
    seine_url_clear(&parsed);
  }
}
END_TEST

START_TEST(partitions_are_written_i_of_n) {
  static const char *const good[] = {"1/1", "1/2", "2/2", "64/64", "1000000/1000000"};
  static const char *const bad[] = {"",    "1",    "/",    "1/",        "/2",
                                    "0/2", "3/2",  "1/0",  "-1/2",      "1/2/3",
                                    "a/b", " 1/2", "1/2 ", "1/1000001", "1/99999999999999999999"};
  struct partition partition;
  for (size_t i = 0; i < COUNT(good); i++)
    ck_assert_msg(partition_set(&partition, good[i]) == 0, "%s", good[i]);
  for (size_t i = 0; i < COUNT(bad); i++)
    ck_assert_msg(partition_set(&partition, bad[i]) < 0, "%s", bad[i]);
  ck_assert_int_eq(partition_set(&partition, NULL), 0);
  ck_assert(partition_takes(&partition, "anything"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("partition");
  TCase *tcase = tcase_create("partition");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, hosts_stay_in_their_partitions, 0, COUNT(hosts));
  tcase_add_loop_test(tcase, urls_are_in_the_partitions_of_their_hosts, 0, COUNT(urls));
  tcase_add_test(tcase, parts_are_those_of_parsed_hosts);
  tcase_add_test(tcase, partitions_are_written_i_of_n);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
