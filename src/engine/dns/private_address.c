/* Tells public addresses from those that --deny-private refuses (IANA's special-purpose registries, RFC 6890). */
#include "dns/private_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range4 {
  uint32_t base;
  int bits;
};

static const struct range4 inside4[] = {
    {0x00000000, 8}, /* 0.0.0.0/8, this network */
    {0x0a000000, 8}, /* 10.0.0.0/8 */
    {0x64400000, 10}, /* 100.64.0.0/10, shared by carriers */
    {0x7f000000, 8}, /* 127.0.0.0/8 */
    {0xa9fe0000, 16}, /* 169.254.0.0/16, link-local */
    {0xac100000, 12}, /* 172.16.0.0/12 */
    {0xc0000000, 24}, /* 192.0.0.0/24, protocol assignments */
    {0xc0000200, 24}, /* 192.0.2.0/24, documentation */
    {0xc0a80000, 16}, /* 192.168.0.0/16 */
    {0xc6120000, 15}, /* 198.18.0.0/15, benchmarks */
    {0xc6336400, 24}, /* 198.51.100.0/24, documentation */
    {0xcb007100, 24}, /* 203.0.113.0/24, documentation */
    {0xe0000000, 3}, /* multicast, reserved, broadcast */
};

static bool private4(uint32_t address) {
  for (size_t i = 0; i < sizeof inside4 / sizeof *inside4; i++)
    if ((address ^ inside4[i].base) >> (32 - inside4[i].bits) == 0) return true;
  return false;
}

static uint32_t read4(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool private6(const uint8_t bytes[16]) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
  static const uint8_t zero[12] = {0};
  if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nat64, 12) == 0) return private4(read4(bytes + 12));
  if (memcmp(bytes, zero, 12) == 0) return true; /* ::, ::1, IPv4-compatible */
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return private4(read4(bytes + 2)); /* 6to4 */
  if (read4(bytes) == 0x20010db8) return true; /* documentation */
  if (read4(bytes) >> 12 == 0x3fff0) return true; /* documentation, RFC 9637 */
  if (read4(bytes) == 0x0064ff9b) return true; /* 64:ff9b:1::/48, local NAT64 */
  if ((bytes[0] & 0xe0) != 0x20) return true; /* all but 2000::/3: unique local, link-local, site-local, multicast */
  return bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2; /* 2001::/23, protocol assignments, Teredo */
}

bool address_is_private(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return private4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    return private6(v6.sin6_addr.s6_addr);
  }
  return true;
}

bool address_text_is_private(const char *text) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return address_is_private((struct sockaddr *)&v4);
  return inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 && address_is_private((struct sockaddr *)&v6);
}
