/* Whether a later run fetches a URL again, by its row and by that run's options. */
#include <check.h>

#include "fixtures/suite.h"
#include "seine.h"

#define FAILED(...)                                                                                                    \
  { .status = SEINE_STATUS_FAILED, __VA_ARGS__ }
#define REJECTED(...)                                                                                                  \
  { .status = SEINE_STATUS_REJECTED, __VA_ARGS__ }

static const struct {
  seine_result_t earlier;
  seine_options_t options;
  bool again;
} rows[] = {
    {{.status = SEINE_STATUS_OK, .retryable = true}, {0}, false},
    {{.status = SEINE_STATUS_DUPLICATE}, {0}, false},
    {FAILED(.error = SEINE_ETIMEOUT, .retryable = true), {0}, true},
    {FAILED(.error = SEINE_EPROTOCOL), {0}, false},
    /* statuses */
    {FAILED(.error = SEINE_EHTTP, .http_status = 404), {0}, false},
    {FAILED(.error = SEINE_EHTTP, .http_status = 404, .retryable = true), {0}, true},
    {FAILED(.error = SEINE_EHTTP, .http_status = 403), {.retry_on = "+403"}, true},
    {FAILED(.error = SEINE_EHTTP, .http_status = 403), {.retry_on = "404"}, false},
    {FAILED(.error = SEINE_EHTTP, .http_status = 503), {0}, true},
    {FAILED(.error = SEINE_EHTTP, .http_status = 503), {.retry_on = "-503"}, false},
    {FAILED(.error = SEINE_EHTTP, .http_status = 999), {.retry_on = "999"}, true},
    /* types */
    {REJECTED(.error = SEINE_ETYPE, .type = "image/png"), {.accept = "image/*"}, true},
    {REJECTED(.error = SEINE_ETYPE, .type = "image/png"), {.accept = "image/jpeg"}, false},
    {REJECTED(.error = SEINE_ETYPE, .type = "image/png", .declared_type = "text/html"), {.accept = "text/*"}, false},
    {REJECTED(.error = SEINE_ETYPE, .declared_type = "text/html"), {.accept = "image/*"}, false},
    {REJECTED(.error = SEINE_ETYPE, .declared_type = "text/html"), {.accept = "image/*", .trust_bytes = true}, true},
    {REJECTED(.error = SEINE_ETYPE, .declared_type = "Text/HTML;x"), {.accept = "text/html"}, true},
    {REJECTED(.error = SEINE_ETYPE, .declared_type = "text/plain"), {.accept = "image/*"}, true},
    {REJECTED(.error = SEINE_ETYPE, .type = "text/html", .retryable = true), {.accept = "image/*"}, true},
    /* sizes */
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 0), {.min_size_bytes = 1}, false},
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 99), {.min_size_bytes = 100}, false},
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 99), {.min_size_bytes = 99}, true},
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 1001), {.max_size_bytes = 1000}, false},
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 1001), {.max_size_bytes = 1001}, true},
    {REJECTED(.error = SEINE_ESIZE, .size_bytes = 1001), {0}, true},
    /* sides */
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99),
     {.min_image_size = 10},
     false},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99), {.min_image_size = 9}, true},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99),
     {.max_aspect_ratio = 11},
     true},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99),
     {.max_aspect_ratio = 10},
     false},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99),
     {.max_image_area = 890},
     false},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png", .width = 9, .height = 99),
     {.max_image_area = 891},
     true},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png"), {.min_image_size = 1}, false},
    {REJECTED(.error = SEINE_EDIMENSIONS, .type = "image/png"), {0}, true},
    /* switches */
    {REJECTED(.error = SEINE_EOPTOUT), {.opt_out = "noai"}, false},
    {REJECTED(.error = SEINE_EOPTOUT), {.opt_out = ""}, true},
    {REJECTED(.error = SEINE_EOPTOUT), {0}, true},
    {REJECTED(.error = SEINE_EROBOTS), {.robots = true}, false},
    {REJECTED(.error = SEINE_EROBOTS), {0}, true},
    {FAILED(.error = SEINE_EDENIED), {.deny_private = true}, false},
    {FAILED(.error = SEINE_EDENIED), {0}, true},
    {FAILED(.error = SEINE_ETLS), {0}, false},
    {FAILED(.error = SEINE_ETLS), {.insecure = true}, true},
    {REJECTED(.error = SEINE_ECHECKSUM), {0}, false},
    {FAILED(.error = SEINE_ETRUNCATED, .width = 9, .height = 9), {0}, false},
    {FAILED(.error = SEINE_ETRUNCATED, .width = 9, .height = 9), {.allow_truncated = true}, true},
    {FAILED(.error = SEINE_ETRUNCATED), {.allow_truncated = true}, false},
};

START_TEST(a_row_is_fetched_again_as_in_the_table) {
  ck_assert_int_eq(seine_should_refetch(&rows[_i].options, &rows[_i].earlier), rows[_i].again);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("refetch");
  TCase *tests = tcase_create("refetch");
  tcase_add_loop_test(tests, a_row_is_fetched_again_as_in_the_table, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
