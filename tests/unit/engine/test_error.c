/* Names and texts of errors and statuses: all there, all different. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures/suite.h"
#include "seine.h"

static const struct {
  int code;
  const char *name;
} errors[] = {
#define XX(name, value, machine, people) {SEINE_##name, machine},
    SEINE_ERROR_MAP(XX)
#undef XX
};
#define ERRORS (sizeof(errors) / sizeof(errors[0]))

START_TEST(every_error_has_a_name_and_a_text_of_its_own) {
  ck_assert_str_eq(seine_err_name(errors[_i].code), errors[_i].name);
  ck_assert_uint_gt(strlen(seine_strerror(errors[_i].code)), 5);
  for (size_t other = 0; other < ERRORS; other++) {
    if (other == (size_t)_i) continue;
    ck_assert_int_ne(errors[other].code, errors[_i].code);
    ck_assert_str_ne(errors[other].name, errors[_i].name);
    ck_assert_str_ne(seine_strerror(errors[other].code), seine_strerror(errors[_i].code));
  }
}
END_TEST

START_TEST(what_is_no_error_is_said_so) {
  ck_assert_ptr_null(seine_err_name(0));
  ck_assert_str_eq(seine_strerror(0), "no error");
  ck_assert_str_eq(seine_err_name(-999), "unknown");
  ck_assert_str_eq(seine_err_name(7), "unknown");
  ck_assert_str_eq(seine_strerror(-999), "unknown error");
}
END_TEST

START_TEST(the_manifest_names_do_not_change) {
  ck_assert_str_eq(seine_err_name(SEINE_EHOSTDOWN), "host-down");
  ck_assert_str_eq(seine_err_name(SEINE_EOPTOUT), "opt-out");
  ck_assert_str_eq(seine_status_name(SEINE_STATUS_OK), "ok");
  ck_assert_str_eq(seine_status_name(SEINE_STATUS_DUPLICATE), "duplicate");
  ck_assert_str_eq(seine_status_name(SEINE_STATUS_REJECTED), "rejected");
  ck_assert_str_eq(seine_status_name(SEINE_STATUS_FAILED), "failed");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("error");
  TCase *tests = tcase_create("error");
  tcase_add_loop_test(tests, every_error_has_a_name_and_a_text_of_its_own, 0, (int)ERRORS);
  tcase_add_test(tests, what_is_no_error_is_said_so);
  tcase_add_test(tests, the_manifest_names_do_not_change);
  suite_add_tcase(suite, tests);
  return suite_run(suite);
}
