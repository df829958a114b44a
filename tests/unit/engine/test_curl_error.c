/* libcurl's error codes in the classes of the manifest. */
#include <check.h>

#include "fixtures/suite.h"
#include "http/curl_error.h"
#include "seine.h"

static const struct {
  CURLcode code;
  bool connected;
  int error;
  bool transient, unreachable;
} cases[] = {
    {CURLE_OK, true, 0, false, false},
    {CURLE_COULDNT_RESOLVE_PROXY, false, SEINE_EPROXY, true, false},
    {CURLE_PROXY, true, SEINE_EPROXY, true, false},
    {CURLE_COULDNT_CONNECT, false, SEINE_ECONNECT, true, true},
    {CURLE_COULDNT_RESOLVE_HOST, false, SEINE_EDNS, true, true},
    {CURLE_OPERATION_TIMEDOUT, false, SEINE_ECONNECT, true, true},
    {CURLE_OPERATION_TIMEDOUT, true, SEINE_ETIMEOUT, true, false},
    {CURLE_PARTIAL_FILE, true, SEINE_ETRUNCATED, true, false},
    {CURLE_GOT_NOTHING, true, SEINE_ERESET, true, false},
    {CURLE_RECV_ERROR, true, SEINE_ERESET, true, false},
    {CURLE_SEND_ERROR, true, SEINE_ERESET, true, false},
    {CURLE_HTTP2, true, SEINE_ERESET, true, false},
    {CURLE_HTTP2_STREAM, true, SEINE_ERESET, true, false},
    {CURLE_SSL_CONNECT_ERROR, true, SEINE_ETLS, true, false},
    {CURLE_PEER_FAILED_VERIFICATION, true, SEINE_ETLS, false, false},
    {CURLE_SSL_CACERT_BADFILE, true, SEINE_ETLS, false, false},
    {CURLE_URL_MALFORMAT, false, SEINE_EURL, false, false},
    {CURLE_UNSUPPORTED_PROTOCOL, false, SEINE_EURL, false, false},
    {CURLE_UNSUPPORTED_PROTOCOL, true, SEINE_EPROTOCOL, false, false}, /* an answer in HTTP/0.9 */
    {CURLE_OUT_OF_MEMORY, false, SEINE_ENOMEM, true, false},
    {CURLE_OUT_OF_MEMORY, true, SEINE_EPROTOCOL, false, false}, /* a header line beyond libcurl's limit */
    {CURLE_TOO_MANY_REDIRECTS, true, SEINE_EREDIRECT, false, false},
    {CURLE_WEIRD_SERVER_REPLY, true, SEINE_EPROTOCOL, false, false},
    {CURLE_BAD_CONTENT_ENCODING, true, SEINE_EPROTOCOL, false, false},
};

START_TEST(a_code_has_its_class) {
  struct failure_class class = curl_error_class(cases[_i].code, cases[_i].connected);
  ck_assert_msg(class.error == cases[_i].error, "%s: %d", curl_easy_strerror(cases[_i].code), class.error);
  ck_assert_int_eq(class.transient, cases[_i].transient);
  ck_assert_int_eq(class.unreachable, cases[_i].unreachable);
}
END_TEST

/* Whatever libcurl adds: an error is an error, and has a name. */
START_TEST(every_code_has_a_class) {
  for (int code = 1; code < 200; code++)
    for (int connected = 0; connected < 2; connected++) {
      struct failure_class class = curl_error_class((CURLcode)code, connected);
      ck_assert_int_lt(class.error, 0);
      ck_assert_str_ne(seine_err_name(class.error), "unknown");
    }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("classify");
  TCase *tcase = tcase_create("classify");
  tcase_add_loop_test(tcase, a_code_has_its_class, 0, sizeof cases / sizeof *cases);
  tcase_add_test(tcase, every_code_has_a_class);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
