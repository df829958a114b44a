/* The table of options, and what is made of it: the command line and its help. */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "fixtures/options_fixture.h"
#include "fixtures/suite.h"
#include "options/option_errors.h"

/* ---- The table ---- */

/* An argument that lists its values, as "on|off", lists all of them and no others. */
static void check_argument(const struct option_row *row) {
  size_t length = 0;
  if (row->choices == NULL || strchr(row->argument, '|') == NULL) return;
  for (size_t i = 0; row->choices[i] != NULL; i++) {
    ck_assert_msg(strstr(row->argument, row->choices[i]) != NULL, "%s takes %s", row->name, row->choices[i]);
    length += strlen(row->choices[i]) + (i > 0);
  }
  ck_assert_uint_eq(strlen(row->argument), length);
}

START_TEST(the_table_is_sorted_and_whole) {
  bool letters[256] = {false};
  for (size_t i = 0; i < option_count; i++) {
    const struct option_row *row = &option_table[i];
    if (i > 0) ck_assert_msg(strcmp(option_table[i - 1].name, row->name) < 0, "%s stands too late", row->name);
    ck_assert(!letters[(unsigned char)row->letter] || row->letter == 0);
    letters[(unsigned char)row->letter] = true;
    ck_assert_ptr_nonnull(row->help);
    ck_assert_int_eq(row->kind == OPTION_CHOICE, row->choices != NULL);
    check_argument(row);
    bool bare = row->kind == OPTION_FLAG || row->kind == OPTION_HELP || row->kind == OPTION_VERSION;
    ck_assert_int_eq(bare, row->argument == NULL);
    if (row->kind == OPTION_COUNT || row->kind == OPTION_BYTES || row->kind == OPTION_SECONDS) {
      ck_assert(row->least < row->most);
      ck_assert_ptr_nonnull(row->preset);
    }
  }
}
END_TEST

START_TEST(presets_are_the_engines_defaults) {
  seine_options_t engine;
  seine_options_init(&engine);
  parse_good("list");
  const seine_options_t *ours = &settings.engine;
  ck_assert_str_eq(ours->accept, "image/*");
  ck_assert_str_eq(ours->opt_out, "noai,noimageai");
  ck_assert_str_eq(ours->retry_on, SEINE_RETRY_ON);
  ck_assert_str_eq(ours->user_agent, engine.user_agent);
  ck_assert_uint_eq(ours->min_size_bytes, engine.min_size_bytes);
  ck_assert_uint_eq(ours->max_size_bytes, UINT64_C(1) << 30); /* of files; a library has no disk to fill */
  ck_assert_uint_eq(engine.max_size_bytes, 0);
  ck_assert_uint_eq(ours->concurrency, engine.concurrency);
  ck_assert_uint_eq(ours->per_host, engine.per_host);
  ck_assert(ours->rate_per_host <= 0 && engine.rate_per_host <= 0);
  ck_assert_uint_eq(ours->limit_rate_bytes, engine.limit_rate_bytes);
  ck_assert_uint_eq(ours->max_memory_bytes, engine.max_memory_bytes);
  ck_assert_uint_eq(ours->memory_threshold_bytes, engine.memory_threshold_bytes);
  ck_assert_uint_eq(ours->retries, engine.retries);
  ck_assert_uint_eq(ours->retry_delay_ms, engine.retry_delay_ms);
  ck_assert_uint_eq(ours->retry_max_delay_ms, engine.retry_max_delay_ms);
  ck_assert_uint_eq(ours->retry_max_time_ms, engine.retry_max_time_ms);
  ck_assert(!ours->robots && ours->rules == NULL && ours->rule_count == 0 && settings.host_rules == NULL);
  ck_assert_uint_eq(ours->connect_timeout_ms, engine.connect_timeout_ms);
  ck_assert_uint_eq(ours->stall_timeout_ms, engine.stall_timeout_ms);
  ck_assert_uint_eq(ours->max_time_ms, engine.max_time_ms);
  ck_assert_uint_eq(ours->max_redirects, engine.max_redirects);
  ck_assert_uint_eq(ours->max_crawl_delay_ms, engine.max_crawl_delay_ms);
  ck_assert(ours->directory == NULL && ours->headers == NULL && ours->proxies == NULL && ours->no_proxy == NULL);
  ck_assert(!ours->insecure && !ours->http1 && !ours->deny_private);
  ck_assert(settings.dedup && settings.output_format == 0 && !settings.fresh && !settings.retry_failed &&
            !settings.durable);
  ck_assert(!settings.content_disposition && settings.summary == NULL);
  ck_assert_uint_eq(settings.read_ahead, 100000);
  ck_assert_int_eq(settings.verbosity, 0);
  ck_assert_int_eq(settings.progress, PROGRESS_AUTO);
  ck_assert_str_eq(settings.name, "url");
  settings_clear(&settings);
}
END_TEST

/* Every option takes its own default, so that neither range nor rule contradicts it. */
START_TEST(every_option_takes_its_default) {
  for (size_t i = 0; i < option_count; i++) {
    const struct option_row *row = &option_table[i];
    if (row->preset == NULL) continue;
    char *line = xasprintf("--%s=%s list", row->name, row->preset);
    parse_good(line);
    settings_clear(&settings);
    free(line);
  }
}
END_TEST

/* ---- The command line ---- */

START_TEST(every_option_is_stored) {
  parse_good("-o out -n id --manifest m.csv --output-format none --dedup off -a image/png,video/* --min-size 2k "
             "--max-size 1.5M "
             "-j 10 --per-host 2 --rate-per-host 0.5 --limit-rate 1M --read-ahead 7 --max-memory 2G --retries 0 "
             "--retry-delay 0.25 --retry-max-delay 5 --retry-on +403,-500 --retry-failed --connect-timeout 1.5 "
             "--stall-timeout 2 --max-time 3 --max-redirects 0 -H A:_1 -H B:_2 -U me -x http://p:1 -x socks5h://q:2 "
             "--no-proxy h,i -k --http1.1 --deny-private --opt-out ~ --fresh --durable -v --progress plain --summary s "
             "--content-disposition --checksum --min-image-size 200 --max-image-area 2.5M --max-aspect-ratio 2.5 "
             "--retry-max-time 90.5 "
             "--robots --max-crawl-delay 2.5 one - http://h/a");
  const seine_options_t *engine = &settings.engine;
  ck_assert_str_eq(settings.output, "out");
  ck_assert_str_eq(settings.name, "id");
  ck_assert_str_eq(settings.manifest, "m.csv");
  ck_assert_str_eq(settings.summary, "s");
  ck_assert(settings.output_format == 1 && !settings.dedup && settings.retry_failed && settings.fresh &&
            settings.durable);
  ck_assert(settings.content_disposition && engine->insecure && engine->http1 && engine->deny_private);
  ck_assert_str_eq(engine->accept, "image/png,video/*");
  ck_assert_uint_eq(engine->min_size_bytes, 2048);
  ck_assert_uint_eq(engine->max_size_bytes, 1572864);
  ck_assert_uint_eq(engine->concurrency, 10);
  ck_assert_uint_eq(engine->per_host, 2);
  ck_assert(engine->rate_per_host > 0.4999 && engine->rate_per_host < 0.5001);
  ck_assert_uint_eq(engine->limit_rate_bytes, 1048576);
  ck_assert_uint_eq(engine->max_memory_bytes, UINT64_C(2) << 30);
  ck_assert_uint_eq(settings.read_ahead, 7);
  ck_assert_uint_eq(engine->retries, 0);
  ck_assert_uint_eq(engine->retry_delay_ms, 250);
  ck_assert_uint_eq(engine->retry_max_delay_ms, 5000);
  ck_assert_uint_eq(engine->retry_max_time_ms, 90500);
  ck_assert(engine->robots);
  ck_assert_uint_eq(engine->max_crawl_delay_ms, 2500);
  ck_assert(settings.checksum);
  ck_assert_uint_eq(engine->min_image_size, 200);
  ck_assert_uint_eq(engine->max_image_area, 2500000);
  ck_assert(engine->max_aspect_ratio > 2.4999 && engine->max_aspect_ratio < 2.5001);
  ck_assert_str_eq(engine->retry_on, "+403,-500");
  ck_assert_uint_eq(engine->connect_timeout_ms, 1500);
  ck_assert_uint_eq(engine->stall_timeout_ms, 2000);
  ck_assert_uint_eq(engine->max_time_ms, 3000);
  ck_assert_uint_eq(engine->max_redirects, 0);
  ck_assert_str_eq(engine->headers[0], "A: 1");
  ck_assert_str_eq(engine->headers[1], "B: 2");
  ck_assert_ptr_null(engine->headers[2]);
  ck_assert_str_eq(engine->user_agent, "me");
  ck_assert_str_eq(engine->proxies[0], "http://p:1");
  ck_assert_str_eq(engine->proxies[1], "socks5h://q:2");
  ck_assert_ptr_null(engine->proxies[2]);
  ck_assert_str_eq(engine->no_proxy, "h,i");
  ck_assert_str_eq(engine->opt_out, "");
  ck_assert_int_eq(settings.verbosity, 1);
  ck_assert_int_eq(settings.progress, PROGRESS_PLAIN);
  ck_assert_uint_eq(settings.list_count, 3);
  ck_assert_str_eq(settings.lists[0], "one");
  ck_assert_str_eq(settings.lists[1], "-");
  ck_assert_str_eq(settings.lists[2], "http://h/a");
  settings_clear(&settings);
}
END_TEST

static const struct {
  const char *line;
  unsigned per_host; /* what each of them sets */
} spellings[] = {
    {"--per-host 3 l", 3},
    {"--per-host=3 l", 3},
    {"l --per-host 3", 3},
    {"--per 3 l", 3},
    {"--pe=3 l", 3},
    {"-q --per-host 3 -k l", 3},
    {"--per-host 1 --per-host 3 l", 3},
    {"-- --per-host", 8},
    {"-- -j", 8},
    {"l -- --per-host=3", 8},
    {"-k -q l", 8},
    {"-kq l", 8},
    {"-kj 5 l --per-host 3", 3},
    {"-kj5 l", 8},
    {"-qkj5 - --per-host=100000", 100000},
    {"- l", 8},
    {"--insecure=off l", 8},
    {"--insecure=on l", 8},
    {"--retries=3 l", 8},
    {"--max-size none l", 8},
    {"--max-size 0 l", 8},
    {"--limit-rate 0 l", 8},
    {"--rate-per-host none l", 8},
    {"--max-time=0 l", 8},
    {"-H A: l", 8},
    {"-U ~ l", 8},
    {"-x ~ l", 8},
    {"--min-size .5k l", 8},
    {"--retry-delay 0 l", 8},
    {"--retry-max-delay 1. l", 8},
    {"--no-proxy * l", 8},
    {"--no-proxy ,a,_.b.c.,3d.example,d_e l", 8},
    {"--no-proxy 192.0.2.1,10.0.0.0/8,10.0.0.0/,::1,[::1],[2001:db8::]/32 l", 8},
    {"--opt-out noai_,_max-image-preview l", 8},
    {"--user-agent= l", 8},
    {"--max-memory 1T l", 8},
    {"--per-host 0003 l", 3},
};

START_TEST(words_are_spelt_in_many_ways) {
  parse_good(spellings[_i].line);
  ck_assert_uint_eq(settings.engine.per_host, spellings[_i].per_host);
  settings_clear(&settings);
}
END_TEST

static const struct {
  const char *line, *said;
} refused[] = {
    {"--per-host 0 l", "seine: --per-host: \"0\" is out of range (1 to 100000); try \"seine --help\"\n"},
    {"--per-host 100001 l", "\"100001\" is out of range (1 to 100000)"},
    {"--per-host 99999999999999999999999999 l", "is out of range"},
    {"--per-host x l", "--per-host: \"x\" is not a whole number"},
    {"--per-host -3 l", "\"-3\" is not a whole number"},
    {"--per-host 1.5 l", "not a whole number"},
    {"--per-host 1k l", "not a whole number"},
    {"--per-host=_1 l", "not a whole number"},
    {"--per-host= l", "\"\" is not a whole number"},
    {"--per-host none l", "not a whole number"},
    {"--min-size 1x l", "--min-size: \"1x\" is not a number of bytes, like 65536, 64k, 1.5M or 2G"},
    {"--min-size 1kk l", "not a number of bytes"},
    {"--min-size k l", "not a number of bytes"},
    {"--min-size . l", "not a number of bytes"},
    {"--min-size -1 l", "not a number of bytes"},
    {"--max-size 99999999999999999999 l", "is out of range"},
    {"--max-size 9999999999999999999T l", "is out of range"},
    {"--max-memory 1k l", "\"1k\" is out of range (1M to 1024T)"},
    {"--connect-timeout 0 l", "\"0\" is out of range (0.001 to 86400)"},
    {"--connect-timeout 10s l", "\"10s\" is not a number of seconds, like 10 or 0.5"},
    {"--connect-timeout 1e3 l", "not a number of seconds"},
    {"--connect-timeout nan l", "not a number of seconds"},
    {"--max-time 9999999 l", "is out of range (0.001 to 1728000, or none)"},
    {"--max-aspect-ratio wide l", "not a number, like 2"},
    {"--max-aspect-ratio 0.5 l", "out of range"},
    {"--max-image-area many l", "not a number of pixels"},
    {"--max-image-area 9 --min-image-size 4 l", "--max-image-area (9) is less than a square of --min-image-size (4)"},
    {"--rate-per-host fast l", "not a number a second"},
    {"--rate-per-host 0.0001 l", "\"0.0001\" is out of range (0.001 to 1000000, or none)"},
    {"--output-format file l", "--output-format: \"file\" is not files or none"},
    {"--dedup yes l", "--dedup: \"yes\" is not off, on or link"},
    {"--progress Bar l", "\"Bar\" is not auto, bar, plain or none"},
    {"--insecure=yes l", "--insecure: \"yes\" is not on or off"},
    {"--help=x l", "--help: takes no value"},
    {"--nonsense l", "--nonsense is not an option; try"},
    {"--nonsense=x l", "--nonsense is not an option"},
    {"--=x l", "is not an option"},
    {"--retr 3 l",
     "--retr could be --retries, --retry-delay, --retry-failed, --retry-max-delay, --retry-max-time, --retry-on"},
    {"--retry 3 l", "--retry could be --retry-delay"},
    {"-Z l", "-Z is not an option"},
    {"-qZ l", "-Z is not an option"},
    {"-\x1b[31m l", "-\\x1B is not an option"},
    {"l -j", "--concurrency: needs a value (N)"},
    {"l --output", "--output: needs a value (DIR)"},
    {"-o ~ l", "--output: the value is empty"},
    {"--manifest= l", "--manifest: the value is empty"},
    {"-n ~ l", "--name: the value is empty"},
    {"-a ~ l", "--accept: the value is empty"},
    {"-H A:_b\r\nC:_d l", "--header: the value contains a control character"},
    {"-H A:_b\x7f l", "contains a control character"},
    {"-H nonsense l", "--header: the value has no name and colon; write \"Name: value\""},
    {"-H :x l", "--header: the value has no name and colon"},
    {"-H A_b:x l", "header"},
    {"-U a\nb l", "--user-agent: the value contains a control character"},
    {"-x http://p\n l", "--proxy: the value contains a control character"},
    {"-x gopher://p l", "proxy"},
    {"--no-proxy a\nb l", "control character"},
    {"--no-proxy http://x l", "seine: --no-proxy: \"http://x\" is not a host; they are like example.org, 192.0.2.1"},
    {"--no-proxy a,b:80,c l", "--no-proxy: \"b:80\" is not a host; they"},
    {"--no-proxy *.example.org l", "\"*.example.org\" is not a host"},
    {"--no-proxy a,* l", "\"*\" is not a host"},
    {"--no-proxy a/8 l", "\"a/8\" is not a host"},
    {"--no-proxy user@a l", "\"user@a\" is not a host"},
    {"--no-proxy 10.1 l", "\"10.1\" is not a host"},
    {"--no-proxy . l", "\".\" is not a host"},
    {"--no-proxy / l", "\"/\" is not a host"},
    {"--no-proxy [ l", "\"[\" is not a host"},
    {"--no-proxy 10.0.0.0/33 l", "\"10.0.0.0/33\" is not a host"},
    {"--no-proxy 10.0.0.0/x l", "\"10.0.0.0/x\" is not a host"},
    {"--no-proxy [::1]:80 l", "\"[::1]:80\" is not a host"},
    {"--no-proxy ::1/129 l", "\"::1/129\" is not a host"},
    {"--retry-on 9x9 l", "seine: --retry-on: \"9x9\" is no list of statuses: a status is three digits; try"},
    {"--retry-on ~ l", "the value is empty"},
    {"--opt-out a,,b l", "seine: --opt-out \"a,,b\" has an empty item; try \"seine --help\"\n"},
    {"--opt-out a_b l", "seine: --opt-out: \"a b\" is no directive; they are single words, like noai,noimageai; try"},
    {"-a jpeg l", "seine: --accept: \"jpeg\" is no media type"},
    {"-a image/png, l", "seine: --accept \"image/png,\" has an empty item"},
    {"--retry-max-time 0.0001 l", "is out of range (0.001 to 31536000, or none)"},
    {"--proxy-file ~ l", "--proxy-file: the value is empty"},
    {"--proxy-file /nonexistent/p l", "the file of proxies \"/nonexistent/p\" cannot be read: No such file"},
    {"--prox p l", "--prox could be --proxy, --proxy-file"},
    {"--summary - --manifest - l", "seine: --manifest and --summary cannot both be standard output; try"},
    {"--host-rules ~ l", "--host-rules: the value is empty"},
    {"--host-rules /nonexistent/r l", "the file of rules \"/nonexistent/r\" cannot be read: No such file"},
    {"-a image l", "image"},
    {"--min-size 2 --max-size 1 l", "--max-size is smaller than --min-size"},
    {"--dns-min-ttl 4000 l", "--dns-max-ttl is smaller than --dns-min-ttl"},
    {"--dns-servers ns.example l", "--dns-servers: \"ns.example\" is no list of addresses"},
    {"--dns-concurrency 0 l", "--dns-concurrency: \"0\" is out of range (1 to 10000)"},
    {"--tls-min 1.1 l", "--tls-min: \"1.1\" is not 1.2 or 1.3"},
    {"--retry-delay 70 l", "--retry-max-delay is smaller than --retry-delay"},
    {"-a image/png;q=1 l", "--accept: \"image/png;q=1\" is no media type"},
    {"-H Content-Length:1 l", "the header Content-Length says where a message ends, and cannot be set"},
    {"--cacert /dev/null l", "--cacert: \"/dev/null\" holds no certificate in PEM; try"},
    {"--cacert /tmp l", "--cacert: \"/tmp\" holds no certificate in PEM"},
    {"--cacert /nonexistent/ca.pem l", "--cacert: \"/nonexistent/ca.pem\" cannot be read: No such file"},
    {"--config /nonexistent/c l", "the config file \"/nonexistent/c\" cannot be read"},
    {"--config /tmp l", "the config file \"/tmp\" cannot be read: Is a directory"},
    {"~ --per-host 0", "out of range"},
};

START_TEST(bad_words_are_refused) {
  char *said = parse_bad(refused[_i].line);
  ck_assert_msg(strncmp(said, "seine: ", 7) == 0, "%s", said);
  ck_assert_msg(strstr(said, refused[_i].said) != NULL, "\"%s\" said: %s", refused[_i].line, said);
  ck_assert_msg(strchr(said, '\n') == said + strlen(said) - 1, "more than a line: %s", said);
  free(said);
}
END_TEST

START_TEST(no_list_shows_the_usage) {
  char *said = parse_bad("-k --per-host 3");
  ck_assert_ptr_nonnull(strstr(said, "no list of URLs was given"));
  ck_assert_ptr_nonnull(strstr(said, "Usage: seine [OPTION]... LIST..."));
  free(said);
}
END_TEST

/* ---- What is worked out ---- */

static const struct {
  const char *line, *output, *manifest;
} outputs[] = {
    {"cats.txt", "cats", "cats/manifest.jsonl"},
    {"/x/cats.txt", "cats", "cats/manifest.jsonl"},
    {"./a.b.c.txt", "a.b.c", "a.b.c/manifest.jsonl"},
    {"cats", "cats-out", "cats-out/manifest.jsonl"},
    {".txt", "seine-out", "seine-out/manifest.jsonl"},
    {"-", "seine-out", "seine-out/manifest.jsonl"},
    {"http://h/cats.txt", "seine-out", "seine-out/manifest.jsonl"},
    {"a.txt b.txt", "seine-out", "seine-out/manifest.jsonl"},
    {"/dev/fd/63", "seine-out", "seine-out/manifest.jsonl"},
    {"/dev/stdin", "seine-out", "seine-out/manifest.jsonl"},
    {"/proc/self/fd/0", "seine-out", "seine-out/manifest.jsonl"},
    {"x/", "seine-out", "seine-out/manifest.jsonl"},
    {"x/..", "seine-out", "seine-out/manifest.jsonl"},
    {"-- -x.txt", "-x", "-x/manifest.jsonl"},
    {"-o out cats.txt", "out", "out/manifest.jsonl"},
    {"--manifest - cats.txt", "cats", "-"},
    {"--manifest m.csv -o out cats.txt", "out", "m.csv"},
};

START_TEST(folders_have_a_default) {
  parse_good(outputs[_i].line);
  ck_assert_str_eq(settings.output, outputs[_i].output);
  ck_assert_str_eq(settings.manifest, outputs[_i].manifest);
  settings_clear(&settings);
}
END_TEST

/* ---- What the engine says ---- */

START_TEST(fields_are_called_by_their_options) {
  char cause[256];
  seine_options_t options;
  seine_options_init(&options);
  ck_assert_int_eq(option_check_engine(&options, cause, sizeof cause), 0);
  options.opt_out = "opt_out,,accept";
  ck_assert_int_eq(option_check_engine(&options, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_str_eq(cause, "--opt-out \"opt_out,,accept\" has an empty item");
  seine_options_init(&options);
  options.min_size_bytes = 2;
  options.max_size_bytes = 1;
  ck_assert_int_eq(option_check_engine(&options, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_str_eq(cause, "--max-size (1) is smaller than --min-size (2)");
  options.concurrency = 0;
  ck_assert_int_eq(option_check_engine(&options, cause, 20), SEINE_EINVAL);
  ck_assert_str_eq(cause, "--concurrency is 0;");
  seine_options_init(&options);
  options.user_agent = "\n";
  ck_assert_int_eq(option_check_engine(&options, cause, sizeof cause), SEINE_EINVAL);
  ck_assert_str_eq(cause, "--user-agent contains a control character");
}
END_TEST

/* ---- Help ---- */

START_TEST(help_shows_every_option_within_80_columns) {
  struct capture capture = capture_start(STDOUT_FILENO);
  ck_assert_int_eq(parse("--help"), 1);
  char *help = capture_end(&capture);
  settings_clear(&settings);
  for (size_t i = 0; i < option_count; i++) {
    char *name = xasprintf(" --%s", option_table[i].name);
    ck_assert_msg(strstr(help, name) != NULL, "%s is not in --help", name);
    free(name);
  }
  for (const char *line = help; *line != '\0'; line += strcspn(line, "\n") + 1) {
    size_t length = strcspn(line, "\n");
    ck_assert_msg(length < 80, "%zu columns: %.*s", length, (int)length, line);
    ck_assert_msg(length == 0 || !isblank((unsigned char)line[length - 1]), "a blank at the end of %s", line);
  }
  free(help);
}
END_TEST

START_TEST(help_and_version_need_no_list) {
  static const char *const lines[] = {"-h", "--help", "--hel", "-V", "--version", "-kV", "-h --per-host 0"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    struct capture capture = capture_start(STDOUT_FILENO);
    ck_assert_int_eq(parse(lines[i]), 1);
    char *said = capture_end(&capture);
    if (strchr(lines[i], 'V') != NULL || strstr(lines[i], "version") != NULL)
      ck_assert_str_eq(said, "seine " SEINE_VERSION "\n");
    settings_clear(&settings);
    free(said);
  }
}
END_TEST

int main(void) {
  clear_environment();
  Suite *suite = suite_create("options");
  TCase *tcase = tcase_create("options");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, the_table_is_sorted_and_whole);
  tcase_add_test(tcase, presets_are_the_engines_defaults);
  tcase_add_test(tcase, every_option_takes_its_default);
  tcase_add_test(tcase, every_option_is_stored);
  tcase_add_loop_test(tcase, words_are_spelt_in_many_ways, 0, sizeof spellings / sizeof spellings[0]);
  tcase_add_loop_test(tcase, bad_words_are_refused, 0, sizeof refused / sizeof refused[0]);
  tcase_add_test(tcase, no_list_shows_the_usage);
  tcase_add_loop_test(tcase, folders_have_a_default, 0, sizeof outputs / sizeof outputs[0]);
  tcase_add_test(tcase, fields_are_called_by_their_options);
  tcase_add_test(tcase, help_shows_every_option_within_80_columns);
  tcase_add_test(tcase, help_and_version_need_no_list);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
