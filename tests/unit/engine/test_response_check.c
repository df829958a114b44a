/* What is decided by headers, and by what a body is. */
#include <check.h>
#include <string.h>

#include "fixtures/suite.h"
#include "http/response_check.h"

static const char both[] = "noai,noimageai";

static const struct {
  const char *opt_out;
  const char *lines[3]; /* X-Robots-Tag headers, in order */
  const char *directive; /* NULL: none applies */
} robots[] = {
    {both, {"noai"}, "noai"},
    {both, {"NoAI"}, "NoAI"},
    {both, {"noindex, noai"}, "noai"},
    {both, {"noindex,noimageai , nofollow"}, "noimageai"},
    {both, {"noindex", "noai"}, "noai"},
    {both, {"noindex, nofollow"}, NULL},
    {both, {"noaiX, xnoai"}, NULL},
    {both, {""}, NULL},
    {both, {NULL}, NULL},
    {"", {"noai"}, NULL},
    {NULL, {"noai"}, NULL},
    {"noindex", {"noai, noindex"}, "noindex"},
    {both, {",, ,noai"}, "noai"},
    /* an agent's name holds for what follows it in its line */
    {both, {"seine: noai"}, "noai"},
    {both, {"Seine : noai"}, "noai"},
    {both, {"*: noai"}, "noai"},
    {both, {"otherbot: noai"}, NULL},
    {both, {"otherbot: noindex, noai"}, NULL},
    {both, {"otherbot: noai, seine: noai"}, "noai"},
    {both, {"seine: noindex, otherbot: noai"}, NULL},
    {both, {"seinex: noai"}, NULL},
    /* and not beyond it */
    {both, {"otherbot: noai", "noai"}, "noai"},
    {both, {"otherbot: noindex", "nofollow, noimageai"}, "noimageai"},
    {both, {"otherbot: noai", "seine: noindex"}, NULL},
    /* values behind a colon are not agents */
    {both, {"max-snippet: 5, noai"}, "noai"},
    {both, {"max-image-preview:large, noai"}, "noai"},
    {both, {"otherbot: max-snippet:5, noai"}, NULL},
    {both, {"unavailable_after: 25 Jun 2010 15:00:00 PST, noai"}, "noai"},
    {both, {"unavailable_after: 2010-06-25T15:00:00+00:00, noai"}, "noai"},
    {both, {"unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noai"}, "noai"},
    {both, {"unavailable_after: Friday, 25-Jun-10 15:00:00 UTC", "noai"}, "noai"},
};

START_TEST(directives_that_opt_out_are_found) {
  struct response response = {0};
  char directive[64] = "";
  static const char status[] = "HTTP/1.1 200 OK\r\n";
  response_line(&response, status, strlen(status));
  for (int i = 0; i < 3 && robots[_i].lines[i]; i++) {
    char line[200];
    int size = snprintf(line, sizeof line, "X-Robots-Tag: %s\r\n", robots[_i].lines[i]);
    ck_assert_int_eq(response_line(&response, line, (size_t)size), RESPONSE_MORE);
  }
  bool found = response_opted_out(robots[_i].opt_out, response.robots, directive, sizeof directive);
  ck_assert_msg(found == (robots[_i].directive != NULL), "%s: %s", robots[_i].lines[0], directive);
  if (found) ck_assert_str_eq(directive, robots[_i].directive);
  response_clear(&response);
}
END_TEST

static char location[] = "/a", html[] = "text/html; charset=utf-8", jpeg[] = "image/jpeg",
            bytes[] = "application/octet-stream", noai[] = "noai", jpg[] = "image/jpg";

static const struct {
  struct response response;
  enum response_action action;
  int error;
} checks[] = {
    {{.status = 200, .content_type = jpeg}, ACTION_RECEIVE, 0},
    {{.status = 200}, ACTION_RECEIVE, 0},
    {{.status = 200, .content_type = bytes}, ACTION_RECEIVE, 0},
    {{.status = 200, .content_type = jpg}, ACTION_RECEIVE, 0},
    {{.status = 203, .content_type = jpeg}, ACTION_RECEIVE, 0},
    {{.status = 200, .content_type = html}, ACTION_REJECT, SEINE_ETYPE},
    {{.status = 200, .content_type = jpeg, .robots = noai}, ACTION_REJECT, SEINE_EOPTOUT},
    {{.status = 200, .content_type = html, .robots = noai}, ACTION_REJECT, SEINE_EOPTOUT},
    {{.status = 200, .has_length = true, .length = 99}, ACTION_REJECT, SEINE_ESIZE},
    {{.status = 200, .has_length = true, .length = 100}, ACTION_RECEIVE, 0},
    {{.status = 200, .has_length = true, .length = 1000}, ACTION_RECEIVE, 0},
    {{.status = 200, .has_length = true, .length = 1001}, ACTION_REJECT, SEINE_ESIZE},
    {{.status = 301, .location = location}, ACTION_REDIRECT, 0},
    {{.status = 302, .location = location, .content_type = html, .robots = noai}, ACTION_REDIRECT, 0},
    {{.status = 303, .location = location}, ACTION_REDIRECT, 0},
    {{.status = 307, .location = location}, ACTION_REDIRECT, 0},
    {{.status = 308, .location = location}, ACTION_REDIRECT, 0},
    {{.status = 300, .location = location}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 304, .location = location}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 302}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 201, .location = location, .content_type = jpeg}, ACTION_RECEIVE, 0},
    {{.status = 205}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 206, .content_type = jpeg}, ACTION_RECEIVE, 0},
    {{.status = 206, .content_type = jpeg, .content_range = (char[]){"bytes 0-499/500"}}, ACTION_RECEIVE, 0},
    {{.status = 206, .content_type = jpeg, .content_range = (char[]){"bytes 0-498/500"}},
     ACTION_BROKEN,
     SEINE_ETRUNCATED},
    {{.status = 206, .content_type = jpeg, .content_range = (char[]){"bytes 1-499/500"}},
     ACTION_BROKEN,
     SEINE_ETRUNCATED},
    {{.status = 206, .content_type = jpeg, .content_range = (char[]){"bytes 0-499/*"}}, ACTION_RECEIVE, 0},
    {{.status = 200, .has_length = true, .length = 5000, .encoding = (char[]){"gzip"}}, ACTION_RECEIVE, 0},
    {{.status = 404, .content_type = jpeg}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 429, .content_type = html, .robots = noai}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 503}, ACTION_FAIL, SEINE_EHTTP},
    {{.status = 999}, ACTION_FAIL, SEINE_EHTTP},
};

START_TEST(headers_are_judged) {
  seine_options_t options;
  struct response_decision decision;
  seine_options_init(&options);
  options.accept = "image/*";
  options.opt_out = both;
  options.min_size_bytes = 100;
  options.max_size_bytes = 1000;
  response_check_headers(&options, &(struct range){0}, &checks[_i].response, &decision);
  ck_assert_int_eq(decision.action, checks[_i].action);
  ck_assert_int_eq(decision.error, checks[_i].error);
  ck_assert_int_eq(decision.text[0] != '\0', decision.error != 0);
}
END_TEST

static char video[] = "video/mp4", json[] = "application/problem+json";

/* Rejections: whether another response may be accepted, and the size that is known. */
static const struct {
  struct response response;
  bool retryable;
  uint64_t whole_bytes;
} rejections[] = {
    {{.status = 200, .content_type = html}, true, 0},
    {{.status = 200, .content_type = html, .has_length = true, .length = 30}, true, 30},
    {{.status = 200, .content_type = json}, true, 0},
    {{.status = 200, .content_type = video}, false, 0},
    {{.status = 202, .content_type = video}, true, 0},
    {{.status = 200, .content_type = video, .has_length = true, .length = 0}, true, 0},
    {{.status = 200, .content_type = jpeg, .has_length = true, .length = 0}, true, 0},
    {{.status = 202, .content_type = jpeg, .has_length = true, .length = 9}, true, 9},
    {{.status = 200, .content_type = jpeg, .has_length = true, .length = 9}, false, 9},
    {{.status = 200, .content_type = jpeg, .has_length = true, .length = 1001}, false, 1001},
    {{.status = 200, .content_type = html, .robots = noai}, false, 0},
};

START_TEST(a_rejection_may_pass_or_not) {
  seine_options_t options;
  struct response_decision decision;
  seine_options_init(&options);
  options.accept = "image/*";
  options.opt_out = both;
  options.min_size_bytes = 100;
  options.max_size_bytes = 1000;
  response_check_headers(&options, &(struct range){0}, &rejections[_i].response, &decision);
  ck_assert_int_eq(decision.action, ACTION_REJECT);
  ck_assert_int_eq(decision.retryable, rejections[_i].retryable);
  ck_assert_uint_eq(decision.whole_bytes, rejections[_i].whole_bytes);
}
END_TEST

static const struct {
  const char *accept, *type;
  uint64_t size_bytes;
  int error;
} bodies[] = {
    {NULL, "text/html", 500, 0},
    {"image/*", "image/png", 500, 0},
    {"image/*", "text/html", 500, SEINE_ETYPE},
    {"image/*", "image/png", 99, SEINE_ESIZE},
    {"image/*", "image/png", 1001, SEINE_ESIZE},
    {"image/*", "text/html", 0, SEINE_ESIZE},
    {"image/png,text/*", "text/html", 100, 0},
    {"image/png,text/*", "image/gif", 1000, SEINE_ETYPE},
};

START_TEST(bodies_are_judged) {
  seine_options_t options;
  char text[DECISION_TEXT_MAX] = "";
  seine_options_init(&options);
  options.accept = bodies[_i].accept;
  options.min_size_bytes = 100;
  options.max_size_bytes = 1000;
  ck_assert_int_eq(response_check_body(&options, bodies[_i].type, bodies[_i].size_bytes, text), bodies[_i].error);
  ck_assert_int_eq(text[0] != '\0', bodies[_i].error != 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("response_check");
  TCase *tcase = tcase_create("responses");
  tcase_add_loop_test(tcase, directives_that_opt_out_are_found, 0, sizeof robots / sizeof *robots);
  tcase_add_loop_test(tcase, headers_are_judged, 0, sizeof checks / sizeof *checks);
  tcase_add_loop_test(tcase, a_rejection_may_pass_or_not, 0, sizeof rejections / sizeof *rejections);
  tcase_add_loop_test(tcase, bodies_are_judged, 0, sizeof bodies / sizeof *bodies);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
