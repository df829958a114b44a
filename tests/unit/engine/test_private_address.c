/* Which addresses --deny-private refuses. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "dns/private_address.h"
#include "fixtures/suite.h"

static const struct {
  const char *text;
  bool inside;
} addresses[] = {
    /* the first and the last of each range, and their neighbours */
    {"0.0.0.0", true},
    {"0.255.255.255", true},
    {"1.0.0.0", false},
    {"9.255.255.255", false},
    {"10.0.0.0", true},
    {"10.255.255.255", true},
    {"11.0.0.0", false},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"126.255.255.255", false},
    {"127.0.0.0", true},
    {"127.0.0.1", true},
    {"127.255.255.255", true},
    {"128.0.0.0", false},
    {"169.253.255.255", false},
    {"169.254.0.0", true},
    {"169.254.169.254", true},
    {"169.254.255.255", true},
    {"169.255.0.0", false},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"192.0.0.0", true},
    {"192.0.0.255", true},
    {"192.0.1.0", false},
    {"192.0.2.0", true},
    {"192.0.2.255", true},
    {"192.0.3.0", false},
    {"192.167.255.255", false},
    {"192.168.0.0", true},
    {"192.168.255.255", true},
    {"192.169.0.0", false},
    {"198.17.255.255", false},
    {"198.18.0.0", true},
    {"198.19.255.255", true},
    {"198.20.0.0", false},
    {"198.51.100.0", true},
    {"198.51.101.0", false},
    {"203.0.113.255", true},
    {"203.0.114.0", false},
    {"223.255.255.255", false},
    {"224.0.0.0", true},
    {"239.255.255.255", true},
    {"240.0.0.0", true},
    {"255.255.255.255", true},
    {"8.8.8.8", false},
    {"::", true},
    {"::1", true},
    {"::2", true},
    {"::8.8.8.8", true}, /* IPv4-compatible, out of use */
    {"::ffff:127.0.0.1", true},
    {"::ffff:10.1.2.3", true},
    {"::ffff:169.254.169.254", true},
    {"::ffff:8.8.8.8", false},
    {"::ffff:0:127.0.0.1", true}, /* IPv4-translated */
    {"64:ff9b::127.0.0.1", true}, /* NAT64 */
    {"64:ff9b::192.168.1.1", true},
    {"64:ff9b::8.8.8.8", false},
    {"64:ff9b:1::8.8.8.8", true}, /* NAT64 of one network */
    {"2002:7f00:1::", true}, /* 6to4 of 127.0.0.1 */
    {"2002:a01:203::1", true}, /* of 10.1.2.3 */
    {"2002:c0a8:101::1", true}, /* of 192.168.1.1 */
    {"2002:808:808::1", false}, /* of 8.8.8.8 */
    {"100::1", true}, /* discard */
    {"1fff:ffff::1", true},
    {"2001::1", true}, /* Teredo */
    {"2001:2::1", true},
    {"2001:20::1", true},
    {"2001:1ff:ffff::1", true},
    {"2001:200::1", false},
    {"2001:db7::1", false},
    {"2001:db8::1", true},
    {"2001:db9::1", false},
    {"2001:4860:4860::8888", false},
    {"2606:4700::1111", false},
    {"3fff::1", true}, /* documentation, RFC 9637 */
    {"3fff:fff:ffff::1", true},
    {"3fff:1000::1", false},
    {"4000::1", true},
    {"5f00::1", true},
    {"fc00::1", true},
    {"fdff:ffff::1", true},
    {"fe80::1", true},
    {"febf::1", true},
    {"fec0::1", true},
    {"ff02::1", true},
};

static bool is_inside(const char *text) {
  struct sockaddr_storage room = {0};
  struct sockaddr_in *v4 = (struct sockaddr_in *)&room;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&room;
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
    v4->sin_family = AF_INET;
  else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
    v6->sin6_family = AF_INET6;
  else
    ck_abort_msg("%s is no address", text);
  return address_is_private((struct sockaddr *)&room);
}

START_TEST(an_address_is_inside_or_not) {
  ck_assert_msg(is_inside(addresses[_i].text) == addresses[_i].inside, "%s", addresses[_i].text);
}
END_TEST

START_TEST(other_families_are_refused) {
  struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/tmp/x"};
  ck_assert(address_is_private((struct sockaddr *)&local));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("address");
  TCase *tcase = tcase_create("address");
  tcase_add_loop_test(tcase, an_address_is_inside_or_not, 0, sizeof addresses / sizeof *addresses);
  tcase_add_test(tcase, other_families_are_refused);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
