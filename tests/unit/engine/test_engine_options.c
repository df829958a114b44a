/* The engine's options: defaults, the check of each, the copy. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/options.h"
#include "fixtures/suite.h"

static int check(const seine_options_t *options, char *cause, size_t size) {
  cause[0] = 0;
  int error = seine_options_check(options, cause, size);
  ck_assert_int_eq(seine_options_check(options, NULL, 0), error);
  ck_assert(error == 0 || strlen(cause) > 10);
  return error;
}

START_TEST(the_defaults_are_the_documented_ones) {
  seine_options_t options;
  char cause[256];
  memset(&options, 0xff, sizeof(options));
  seine_options_init(&options);
  ck_assert_int_eq(check(&options, cause, sizeof(cause)), 0);
  ck_assert_uint_eq(options.concurrency, 256);
  ck_assert_uint_eq(options.per_host, 8);
  ck_assert_uint_eq(options.min_size_bytes, 1);
  ck_assert_uint_eq(options.max_memory_bytes, 512u << 20);
  ck_assert_uint_eq(options.memory_threshold_bytes, 1u << 20);
  ck_assert_uint_eq(options.retries, 5);
  ck_assert_uint_eq(options.retry_delay_ms, 1000);
  ck_assert_uint_eq(options.retry_max_delay_ms, 60000);
  ck_assert_uint_eq(options.connect_timeout_ms, 10000);
  ck_assert_uint_eq(options.stall_timeout_ms, 60000);
  ck_assert_uint_eq(options.max_redirects, 10);
  ck_assert_uint_eq(options.max_crawl_delay_ms, 30000);
  ck_assert_uint_eq(options.idle_timeout_ms, 30000);
  ck_assert_uint_eq(options.dns_min_ttl_ms, 60000);
  ck_assert_uint_eq(options.dns_max_ttl_ms, 3600000);
  ck_assert_uint_eq(options.dns_concurrency, 512);
  ck_assert_int_eq(options.tls_min, SEINE_TLS_1_2);
  ck_assert_ptr_null(options.dns_servers);
  ck_assert_str_eq(options.user_agent, "seine/" SEINE_VERSION);
  ck_assert_ptr_null(options.accept);
  ck_assert_ptr_null(options.headers);
}
END_TEST

/* One change to the defaults, and a part of what is said of it; NULL if it is fine. */
struct change {
  const char *member, *value, *cause;
};

static const struct change changes[] = {
    {"accept", "image/*", NULL},
    {"accept", "image/png, image/gif", NULL},
    {"accept", "*", NULL},
    {"accept", "", NULL},
    {"accept", "image/png,", "empty item"},
    {"accept", ",", "empty item"},
    {"accept", "image/png,,image/gif", "empty item"},
    {"accept", "jpeg", "no media type"},
    {"accept", "image/png , */*", NULL},
    {"accept", "image/png;q=1", "no media type"},
    {"accept", "image/png image/gif", "no media type"},
    {"accept", "*/*,\"image/png\"", "no media type"},
    {"accept", "image/\n*", "control"},
    {"opt_out", "noai,noimageai", NULL},
    {"opt_out", "", NULL},
    {"opt_out", "noai,", "empty item"},
    {"opt_out", " noai , noimageai\t", NULL},
    {"opt_out", "noai,no imageai", "\"no imageai\" is no directive"},
    {"opt_out", "noai;noimageai", "no directive"},
    {"opt_out", "seine: noai", "no directive"},
    {"opt_out", "max-snippet:0", "no directive"},
    {"retry_on", "+403,-500", NULL},
    {"retry_on", "", NULL},
    {"retry_on", "403,+404", "retry_on: \"403,+404\" is no list of statuses"},
    {"user_agent", "x\r\nEvil: 1", "control"},
    {"no_proxy", "a\nb", "control"},
    {"dns_servers", "127.0.0.1", NULL},
    {"dns_servers", "127.0.0.1:5353,::1,[2001:db8::1]:53,[::1]", NULL},
    {"dns_servers", "", "no list of addresses"},
    {"dns_servers", "localhost", "no list of addresses"},
    {"dns_servers", "127.0.0.1:", "no list of addresses"},
    {"dns_servers", "127.0.0.1:0", "no list of addresses"},
    {"dns_servers", "127.0.0.1:65536", "no list of addresses"},
    {"dns_servers", "127.0.0.1:53x", "no list of addresses"},
    {"dns_servers", "127.0.0.1,", "no list of addresses"},
    {"dns_servers", "[127.0.0.1]:53", "no list of addresses"},
    {"dns_servers", "[::1", "no list of addresses"},
    {"dns_servers", "[::1]53", "no list of addresses"},
    {"dns_servers", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23", "no list of addresses"},
    {"directory", "", "directory"},
    {"ca_file", "", "ca_file"},
    {"header", "Accept: image/*", NULL},
    {"header", "X-Empty:", NULL},
    {"header", "Referer: http://example.com/\ttab", NULL},
    {"header", "Host: other.example", NULL},
    {"header", "no colon", "needs to be"},
    {"header", ": no name", "needs to be"},
    {"header", "Bad Name: x", "needs to be"},
    {"header", "", "needs to be"},
    {"header", "X: a\r\nEvil: 1", "control"},
    {"header", "X: a\x7f", "control"},
    {"header", "content-length: 5", "cannot be set"},
    {"header", "Transfer-Encoding: chunked", "cannot be set"},
    {"proxy", "http://127.0.0.1:3128", NULL},
    {"proxy", "https://user:secret@proxy.example:3128", NULL},
    {"proxy", "socks4://127.0.0.1:1080", NULL},
    {"proxy", "socks4a://127.0.0.1:1080", NULL},
    {"proxy", "socks5://127.0.0.1:1080", NULL},
    {"proxy", "SOCKS5H://127.0.0.1:1080", NULL},
    {"proxy", "ftp://127.0.0.1:1080", "none of the kinds"},
    {"proxy", "proxy.example:3128", "no URL"},
    {"proxy", "", "no URL"},
    {"proxy", "http://", "no URL"},
    {"proxy", "http://secret@a:b:c", "no URL"},
    {"proxy", "http://127.0.0.1:3128/\n", "control"},
};

START_TEST(texts_are_checked) {
  const struct change *change = &changes[_i];
  const char *list[] = {"X-First: 1", change->value, NULL};
  char cause[256];
  seine_options_t options;
  seine_options_init(&options);
  if (strcmp(change->member, "accept") == 0) options.accept = change->value;
  if (strcmp(change->member, "opt_out") == 0) options.opt_out = change->value;
  if (strcmp(change->member, "retry_on") == 0) options.retry_on = change->value;
  if (strcmp(change->member, "user_agent") == 0) options.user_agent = change->value;
  if (strcmp(change->member, "no_proxy") == 0) options.no_proxy = change->value;
  if (strcmp(change->member, "directory") == 0) options.directory = change->value;
  if (strcmp(change->member, "dns_servers") == 0) options.dns_servers = change->value;
  if (strcmp(change->member, "ca_file") == 0) options.ca_file = change->value;
  if (strcmp(change->member, "header") == 0) options.headers = list;
  if (strcmp(change->member, "proxy") == 0) options.proxies = list + 1;
  int error = check(&options, cause, sizeof(cause));
  ck_assert_msg(error == (change->cause ? SEINE_EINVAL : 0), "%s %s: %s", change->member, change->value, cause);
  if (change->cause) ck_assert_msg(strstr(cause, change->cause) != NULL, "%s", cause);
  ck_assert_msg(!strstr(cause, "secret"), "%s", cause);
}
END_TEST

START_TEST(numbers_are_checked) {
  static const struct {
    size_t offset;
    bool wide;
    uint64_t value;
    const char *cause;
  } numbers[] = {
#define NARROW(member, value, cause) {offsetof(seine_options_t, member), false, value, cause}
#define WIDE(member, value, cause)                                                                                     \
  { offsetof(seine_options_t, member), true, value, cause }
      NARROW(concurrency, 0, "concurrency"),
      NARROW(concurrency, 100001, "concurrency"),
      NARROW(dns_concurrency, 0, "dns_concurrency"),
      NARROW(dns_concurrency, 10001, "dns_concurrency"),
      WIDE(dns_max_ttl_ms, 0, "dns_max_ttl_ms"),
      WIDE(dns_max_ttl_ms, 59999, "smaller than dns_min_ttl_ms"),
      WIDE(dns_min_ttl_ms, 0, NULL),
      WIDE(idle_timeout_ms, 0, NULL),
      WIDE(idle_timeout_ms, 86400001, "idle_timeout_ms"),
      NARROW(concurrency, 1, NULL),
      NARROW(per_host, 0, "per_host"),
      NARROW(retries, 0, NULL),
      NARROW(retries, 1001, "retries"),
      NARROW(max_redirects, 0, NULL),
      NARROW(max_redirects, 5000, "max_redirects"),
      WIDE(memory_threshold_bytes, 0, "memory_threshold_bytes"),
      WIDE(memory_threshold_bytes, 4096, NULL),
      WIDE(max_memory_bytes, 0, "max_memory_bytes"),
      WIDE(max_memory_bytes, 1u << 19, NULL), /* less than a spool */
      WIDE(retry_delay_ms, 60001, NULL),
      WIDE(retry_max_delay_ms, 0, NULL),
      WIDE(retry_max_delay_ms, UINT64_MAX, "retry_max_delay_ms"),
      WIDE(connect_timeout_ms, 0, "connect_timeout_ms"),
      WIDE(stall_timeout_ms, 0, "stall_timeout_ms"),
      WIDE(max_time_ms, 0, NULL),
      WIDE(max_time_ms, UINT64_MAX, "max_time_ms"),
      WIDE(max_crawl_delay_ms, 0, NULL),
      WIDE(max_crawl_delay_ms, 86400001, "max_crawl_delay_ms"),
      WIDE(max_size_bytes, 1, NULL),
      WIDE(max_size_bytes, UINT64_MAX, "max_size_bytes"),
      WIDE(min_size_bytes, 0, NULL),
      WIDE(limit_rate_bytes, UINT64_MAX, "limit_rate_bytes"),
      WIDE(min_speed_bytes, UINT64_MAX, "min_speed_bytes"),
  };
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    seine_options_t options;
    char cause[256];
    unsigned narrow = (unsigned)numbers[i].value;
    seine_options_init(&options);
    memcpy((char *)&options + numbers[i].offset, numbers[i].wide ? (const void *)&numbers[i].value : &narrow,
           numbers[i].wide ? sizeof(uint64_t) : sizeof(unsigned));
    int error = check(&options, cause, sizeof(cause));
    ck_assert_msg(error == (numbers[i].cause ? SEINE_EINVAL : 0), "number %zu: %s", i, cause);
    if (numbers[i].cause) ck_assert_msg(strstr(cause, numbers[i].cause) != NULL, "number %zu: %s", i, cause);
  }
}
END_TEST

START_TEST(rates_and_pairs_are_checked) {
  static const double bad[] = {-1, 2e6, NAN, INFINITY};
  seine_options_t options;
  char cause[256];
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    seine_options_init(&options);
    options.rate_per_host = bad[i];
    ck_assert_int_eq(check(&options, cause, sizeof(cause)), SEINE_EINVAL);
  }
  seine_options_init(&options);
  options.rate_per_host = 0.25;
  options.min_size_bytes = 10;
  options.max_size_bytes = 10;
  ck_assert_int_eq(check(&options, cause, sizeof(cause)), 0);
  options.max_size_bytes = 9;
  ck_assert_int_eq(check(&options, cause, sizeof(cause)), SEINE_EINVAL);
}
END_TEST

START_TEST(a_copy_is_whole_and_its_own) {
  char directory[] = "/tmp/x", accept[] = "image/*", header[] = "A: 1", proxy[] = "http://p:1";
  const char *headers[] = {header, "B: 2", NULL}, *proxies[] = {proxy, NULL}, *none[] = {NULL};
  seine_options_t from, to;
  seine_options_init(&from);
  from.directory = directory;
  from.accept = accept;
  from.opt_out = "";
  from.retry_on = "+403";
  from.headers = headers;
  from.proxies = proxies;
  from.no_proxy = "localhost";
  from.ca_file = "/ca";
  from.rate_per_host = 2.5;
  ck_assert_int_eq(options_copy(&to, &from), 0);
  directory[0] = accept[0] = header[0] = proxy[0] = '!';
  headers[1] = NULL;
  ck_assert_str_eq(to.directory, "/tmp/x");
  ck_assert_str_eq(to.accept, "image/*");
  ck_assert_ptr_null(to.opt_out);
  ck_assert_str_eq(to.retry_on, "+403");
  ck_assert_str_eq(to.headers[0], "A: 1");
  ck_assert_str_eq(to.headers[1], "B: 2");
  ck_assert_ptr_null(to.headers[2]);
  ck_assert_str_eq(to.proxies[0], "http://p:1");
  ck_assert_ptr_null(to.proxies[1]);
  ck_assert_str_eq(to.no_proxy, "localhost");
  ck_assert_str_eq(to.ca_file, "/ca");
  ck_assert_str_eq(to.user_agent, from.user_agent);
  ck_assert_ptr_ne(to.user_agent, from.user_agent);
  ck_assert_double_eq(to.rate_per_host, 2.5);
  options_clear(&to);
  ck_assert_ptr_null(to.directory);
  options_clear(&to);
  seine_options_init(&from);
  from.headers = none;
  ck_assert_int_eq(options_copy(&to, &from), 0);
  ck_assert_ptr_null(to.headers);
  options_clear(&to);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("engine options");
  TCase *tests = tcase_create("options");
  tcase_add_test(tests, the_defaults_are_the_documented_ones);
  tcase_add_loop_test(tests, texts_are_checked, 0, (int)(sizeof(changes) / sizeof(changes[0])));
  tcase_add_test(tests, numbers_are_checked);
  tcase_add_test(tests, rates_and_pairs_are_checked);
  tcase_add_test(tests, a_copy_is_whole_and_its_own);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
