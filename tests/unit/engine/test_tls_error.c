/* Which failures of TLS handshakes another attempt could mend. */
#include "fixtures/suite.h"
#include "http/tls_error.h"

static const struct {
  const char *text;
  enum tls_error is;
} cases[] = {
    {"", TLS_ERROR_NONE},
    {"OpenSSL SSL_connect: Connection reset by peer in connection to h:443 ", TLS_ERROR_NONE},
    {"OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443 ", TLS_ERROR_NONE},
    {"error:", TLS_ERROR_NONE},
    {"error:xyz:SSL routines::a", TLS_ERROR_NONE},
    {"error:0A000410", TLS_ERROR_NONE},
    {"error:80000068:system library::Connection reset by peer", TLS_ERROR_NONE},
    {"OpenSSL/3.0.17: error:0A000410:SSL routines::sslv3 alert handshake failure", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A00042E:SSL routines::tlsv1 alert protocol version", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000458:SSL routines::tlsv1 unrecognized name", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000412:SSL routines::sslv3 alert bad certificate", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000418:SSL routines::tlsv1 alert unknown ca", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000460:SSL routines::reason(1120)", TLS_ERROR_FINAL},
    {"OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A00010B:SSL routines::wrong version number", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000102:SSL routines::unsupported protocol", TLS_ERROR_FINAL},
    {"OpenSSL/3.0.17: error:0A000438:SSL routines::tlsv1 alert internal error", TLS_ERROR_TRANSIENT},
    {"OpenSSL/3.0.17: error:0A0003FC:SSL routines::sslv3 alert bad record mac", TLS_ERROR_TRANSIENT},
    {"OpenSSL/3.0.17: error:0A000126:SSL routines::unexpected eof while reading", TLS_ERROR_TRANSIENT},
};

START_TEST(a_text_says_what_the_table_says) {
  ck_assert_msg(tls_error_of(cases[_i].text) == cases[_i].is, "%s", cases[_i].text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tls_error");
  TCase *tcase = tcase_create("tls_error");
  tcase_add_loop_test(tcase, a_text_says_what_the_table_says, 0, (int)(sizeof cases / sizeof *cases));
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
