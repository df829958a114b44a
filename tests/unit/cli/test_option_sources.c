/* Options that do not stand on the command line: in the environment, in config files, and in files of proxies and
 * rules. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "fixtures/options_fixture.h"
#include "fixtures/suite.h"

/* ---- The environment ---- */

static const struct {
  const char *variables[4]; /* name=value */
  const char *line;
  const char *http, *https, *no_proxy;
} environments[] = {
    {{NULL}, "l", NULL, NULL, NULL},
    {{"http_proxy=http://p:1"}, "l", "http://p:1", NULL, NULL},
    {{"http_proxy=p:1"}, "l", "http://p:1", NULL, NULL},
    {{"HTTP_PROXY=http://p:1"}, "l", NULL, NULL, NULL},
    {{"https_proxy=http://p:1"}, "l", NULL, "http://p:1", NULL},
    {{"HTTPS_PROXY=p:1"}, "l", NULL, "http://p:1", NULL},
    {{"https_proxy=http://p:1", "HTTPS_PROXY=http://q:1"}, "l", NULL, "http://p:1", NULL},
    {{"all_proxy=socks5h://p:1"}, "l", "socks5h://p:1", "socks5h://p:1", NULL},
    {{"ALL_PROXY=socks5h://p:1"}, "l", "socks5h://p:1", "socks5h://p:1", NULL},
    {{"all_proxy=http://p:1", "ALL_PROXY=http://q:1"}, "l", "http://p:1", "http://p:1", NULL},
    {{"all_proxy=http://p:1", "http_proxy=http://q:1"}, "l", "http://q:1", "http://p:1", NULL},
    {{"all_proxy=http://p:1", "https_proxy=http://q:1"}, "l", "http://p:1", "http://q:1", NULL},
    {{"http_proxy="}, "l", NULL, NULL, NULL},
    {{"http_proxy=", "all_proxy=http://p:1"}, "l", "http://p:1", "http://p:1", NULL},
    {{"http_proxy=http://p:1", "https_proxy=http://p:1"}, "l", "http://p:1", "http://p:1", NULL},
    {{"http_proxy=http://p:1", "https_proxy=http://q:2"}, "l", "http://p:1", "http://q:2", NULL},
    {{"http_proxy=http://p:1", "no_proxy=h,i"}, "l", "http://p:1", NULL, "h,i"},
    {{"http_proxy=http://p:1", "NO_PROXY=h,i"}, "l", "http://p:1", NULL, "h,i"},
    {{"http_proxy=http://p:1", "no_proxy=h", "NO_PROXY=i"}, "l", "http://p:1", NULL, "h"},
    {{"http_proxy=http://p:1", "no_proxy=*.h,i:80"}, "l", "http://p:1", NULL, "*.h,i:80"},
    {{"http_proxy=http://p:1", "no_proxy=h"}, "--no-proxy j l", "http://p:1", NULL, "j"},
    {{"http_proxy=http://p:1", "no_proxy=h"}, "--no-proxy ~ l", "http://p:1", NULL, ""},
    {{"http_proxy=http://p:1", "no_proxy=h"}, "-x http://x:9 l", "http://x:9", "http://x:9", "h"},
    {{"http_proxy=http://p:1"}, "-x ~ l", NULL, NULL, NULL},
    {{"https_proxy=http://p:1"}, "-x ~ l", NULL, NULL, NULL},
    {{"http_proxy=http://p:1", "https_proxy=http://q:2"}, "-x x:9 l", "http://x:9", "http://x:9", NULL},
};

/* The first for URLs of either scheme, as the engine reads the two lists. */
static const char *first_proxy(bool https) {
  const char *const *list = settings.engine.proxies;
  if (https && settings.engine.https_proxies != NULL) list = settings.engine.https_proxies;
  return list != NULL ? list[0] : NULL;
}

static const struct {
  const char *name, *value, *said;
} bad_environments[] = {
    {"http_proxy", "gopher://u:secret@p", "seine: the environment's http_proxy is of none of the kinds http,"},
    {"HTTPS_PROXY", "http://p:99999", "seine: the environment's HTTPS_PROXY is no URL; it needs to be like"},
    {"ALL_PROXY", "socks://p", "seine: the environment's ALL_PROXY is of none of the kinds"},
};

START_TEST(the_environment_is_blamed_for_its_proxies) {
  clear_environment();
  setenv(bad_environments[_i].name, bad_environments[_i].value, 1);
  char *said = parse_bad("l");
  ck_assert_msg(strncmp(said, bad_environments[_i].said, strlen(bad_environments[_i].said)) == 0, "%s", said);
  ck_assert_ptr_null(strstr(said, "secret"));
  free(said);
  parse_good("-x ~ l");
  settings_clear(&settings);
  clear_environment();
}
END_TEST

START_TEST(the_environment_names_proxies) {
  clear_environment();
  for (size_t i = 0; environments[_i].variables[i] != NULL; i++) {
    char *variable = xstrdup(environments[_i].variables[i]);
    char *value = strchr(variable, '=');
    *value = '\0';
    setenv(variable, value + 1, 1);
    free(variable);
  }
  parse_good(environments[_i].line);
  ck_assert_pstr_eq(first_proxy(false), environments[_i].http);
  ck_assert_pstr_eq(first_proxy(true), environments[_i].https);
  ck_assert_pstr_eq(settings.engine.no_proxy, environments[_i].no_proxy);
  settings_clear(&settings);
  clear_environment();
}
END_TEST

/* ---- Config files ---- */

START_TEST(a_config_file_is_read_before_the_command_line) {
  char *path =
      write_file("\xef\xbb\xbf# a comment\n\n  per-host = 3  \r\nconcurrency=7\nheader = A: 1\nheader = \"B: #2 \"\n"
                 "fresh\ninsecure = on\ndurable = off\nopt-out =\nname = {id}{ext}");
  char *line = xasprintf("-j 9 --config %s -H C:_3 --insecure=off l", path);
  parse_good(line);
  ck_assert_uint_eq(settings.engine.per_host, 3);
  ck_assert_uint_eq(settings.engine.concurrency, 9);
  ck_assert_str_eq(settings.engine.headers[0], "A: 1");
  ck_assert_str_eq(settings.engine.headers[2], "C: 3");
  ck_assert(settings.fresh && !settings.engine.insecure && !settings.durable);
  ck_assert_str_eq(settings.engine.opt_out, "");
  ck_assert_str_eq(settings.name, "{id}{ext}");
  settings_clear(&settings);
  unlink(path);
  free(line);
  free(path);
}
END_TEST

static const struct {
  const char *text, *said;
} bad_configs[] = {
    {"\n\nper-host = 0\n", ":3: per-host: \"0\" is out of range (1 to 100000)\n"},
    {"nonsense = 1", ":1: \"nonsense\" is not an option\n"},
    {"per = 1", ":1: \"per\" is not an option\n"},
    {"retry = 1", ":1: \"retry\" could be retry-delay"},
    {"--per-host = 1", ":1: \"--per-host\" is not an option\n"},
    {"per-host 3", ":1: \"per-host ...\" is not an option; write \"name = value\"\n"},
    {"per-host", ":1: per-host: needs a value: \"per-host = N\"\n"},
    {"= 3", ":1: the name before \"=\" is missing\n"},
    {"config = x", ":1: config: cannot stand in a config file\n"},
    {"help", ":1: help: cannot stand in a config file\n"},
    {"fresh = maybe", ":1: fresh: \"maybe\" is not on or off\n"},
    {"header Authorization: s3cret", ":1: \"header ...\" is not an option; write \"name = value\"\n"},
    {"Authorization: s3cret==", ":1: \"Authorization ...\" is not an option"},
    {"header = nonsense", ":1: header: the value has no name and colon"},
    {"user-agent = a\x1b[31m", ":1: user-agent: the value contains a control character\n"},
    {"\x1b[31m = 1", "\\x1B"},
    {"no-proxy = https://x", ":1: no-proxy: \"https://x\" is not a host; they"},
    {"opt-out = noai noimageai", ":1: --opt-out: \"noai noimageai\" is no directive; they are single words"},
    {"fresh\naccept = jpeg", ":2: --accept: \"jpeg\" is no media type; they are like image/jpeg or image/*\n"},
    {"retry-on = 1000", ":1: --retry-on: \"1000\" is no list of statuses: a status is three digits\n"},
    {"dns-servers = ns.example", ":1: --dns-servers: \"ns.example\" is no list of addresses"},
    {"header = A: 1\nheader = Content-Length: 4", ":2: the header Content-Length says where"},
};

START_TEST(bad_config_lines_are_named) {
  char *path = write_file(bad_configs[_i].text);
  char *line = xasprintf("--config=%s l", path);
  for (char *at = line; *at != '\0'; at++)
    ck_assert(*at != '_' && *at != '~');
  char *said = parse_bad(line);
  char *start = xasprintf("seine: %s:", path);
  ck_assert_msg(strncmp(said, start, strlen(start)) == 0, "%s", said);
  ck_assert_msg(strstr(said, bad_configs[_i].said) != NULL, "%s", said);
  unlink(path);
  free(start);
  free(said);
  free(line);
  free(path);
}
END_TEST

/* ---- Files of proxies, and passwords ---- */

START_TEST(proxies_are_read_from_files) {
  char *path = write_file("# two\nhttp://user:secret@p:1\n\n  q:2  \r\n"), *more = write_file("socks5h://r:3");
  char *line = xasprintf("-x o:9 --proxy-file %s --proxy-file=%s l", path, more);
  static const char *const wanted[] = {"http://o:9", "http://user:secret@p:1", "http://q:2", "socks5h://r:3"};
  setenv("all_proxy", "http://elsewhere:1", 1);
  parse_good(line);
  unsetenv("all_proxy");
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    ck_assert_str_eq(settings.engine.proxies[i], wanted[i]);
  ck_assert_ptr_null(settings.engine.proxies[4]);
  ck_assert_ptr_null(settings.engine.https_proxies);
  settings_clear(&settings);
  unlink(path);
  unlink(more);
  free(line);
  free(more);
  free(path);
}
END_TEST

static const struct {
  const char *text, *said;
} bad_proxy_files[] = {
    {"http://p:1\nhttp://u:secret@p:x\n", ":2: this is no URL; it needs to be like http://host:3128"},
    {"gopher://u:secret@p\n", ":1: this is of none of the kinds http, https,"},
    {"http://u:secret\x1b@p\n", ":1: this contains a control character\n"},
    {"# http://u:secret@p\n", "\" names none\n"},
    {"", "\" names none\n"},
};

START_TEST(bad_files_of_proxies_are_named) {
  char *path = write_file(bad_proxy_files[_i].text);
  char *line = xasprintf("-x http://o:1 --proxy-file=%s l", path);
  char *said = parse_bad(line);
  ck_assert_msg(strstr(said, path) != NULL && strstr(said, bad_proxy_files[_i].said) != NULL, "%s", said);
  ck_assert_ptr_null(strstr(said, "secret"));
  unlink(path);
  free(said);
  free(line);
  free(path);
}
END_TEST

static const struct {
  const char *word, *proxy, *left;
} hidden[] = {
    {"-xhttp://user:secret@p:1", "http://user:secret@p:1", "-xhttp://***********@p:1"},
    {"--proxy=socks5h://user:secret@p:1", "socks5h://user:secret@p:1", "--proxy=socks5h://***********@p:1"},
    {"--proxy=user:secret@p:1", "http://user:secret@p:1", "--proxy=***********@p:1"},
    {"--proxy=http://p:1", "http://p:1", "--proxy=http://p:1"},
    {"--proxy=@p:1", "http://@p:1", "--proxy=@p:1"},
    {"-qxhttp://u@p:1", "http://u@p:1", "-qxhttp://*@p:1"},
};

START_TEST(passwords_leave_the_arguments) {
  char name[] = "seine", list[] = "http://user:secret@h/", word[64];
  char *argv[] = {name, word, list, NULL};
  snprintf(word, sizeof word, "%s", hidden[_i].word);
  ck_assert_int_eq(options_parse(&settings, 3, argv), 0);
  ck_assert_str_eq(settings.engine.proxies[0], hidden[_i].proxy);
  ck_assert_str_eq(word, hidden[_i].left);
  ck_assert_str_eq(list, "http://***********@h/");
  ck_assert_str_eq(settings.lists[0], "http://user:secret@h/");
  settings_clear(&settings);
}
END_TEST

START_TEST(headers_leave_the_arguments) {
  char name[] = "seine", header[] = "-HX-Key: secret", option[] = "--header", next[] = "Cookie:a=b:c", list[] = "l@b";
  char *argv[] = {name, header, option, next, list, NULL};
  ck_assert_int_eq(options_parse(&settings, 5, argv), 0);
  ck_assert_str_eq(settings.engine.headers[0], "X-Key: secret");
  ck_assert_str_eq(settings.engine.headers[1], "Cookie:a=b:c");
  ck_assert_str_eq(header, "-HX-Key:*******");
  ck_assert_str_eq(next, "Cookie:*****");
  ck_assert_str_eq(list, "l@b"); /* a file */
  settings_clear(&settings);
}
END_TEST

/* ---- Rules by host ---- */

START_TEST(rules_by_host_are_read) {
  char *path = write_file("# two hosts\na.example concurrency=2 header=\"A: b\"\n*.a.example proxy=none\n");
  char *line = xasprintf("--host-rules %s l", path);
  parse_good(line);
  ck_assert_uint_eq(settings.engine.rule_count, 2);
  ck_assert_str_eq(settings.engine.rules[0].pattern, "a.example");
  ck_assert_str_eq(settings.engine.rules[0].headers[0], "A: b");
  ck_assert_str_eq(settings.engine.rules[1].proxy, "none");
  settings_clear(&settings);
  unlink(path);
  free(line);
  free(path);
}
END_TEST

START_TEST(bad_rules_end_it) {
  char *path = write_file("a.example concurrency=2\nb.example concurrency=x\n");
  char *line = xasprintf("--host-rules %s l", path);
  char *said = parse_bad(line), *wanted = xasprintf("seine: %s:2: concurrency: \"x\" is not a whole number\n", path);
  ck_assert_str_eq(said, wanted);
  unlink(path);
  free(wanted);
  free(said);
  free(line);
  free(path);
}
END_TEST

int main(void) {
  clear_environment();
  Suite *suite = suite_create("sources of options");
  TCase *tcase = tcase_create("sources of options");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, the_environment_is_blamed_for_its_proxies, 0,
                      sizeof bad_environments / sizeof bad_environments[0]);
  tcase_add_loop_test(tcase, the_environment_names_proxies, 0, sizeof environments / sizeof environments[0]);
  tcase_add_test(tcase, a_config_file_is_read_before_the_command_line);
  tcase_add_loop_test(tcase, bad_config_lines_are_named, 0, sizeof bad_configs / sizeof bad_configs[0]);
  tcase_add_test(tcase, proxies_are_read_from_files);
  tcase_add_loop_test(tcase, bad_files_of_proxies_are_named, 0, sizeof bad_proxy_files / sizeof bad_proxy_files[0]);
  tcase_add_loop_test(tcase, passwords_leave_the_arguments, 0, sizeof hidden / sizeof hidden[0]);
  tcase_add_test(tcase, headers_leave_the_arguments);
  tcase_add_test(tcase, rules_by_host_are_read);
  tcase_add_test(tcase, bad_rules_end_it);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
