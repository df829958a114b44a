/* Reads lists of hosts that are reached directly, with the rules of libcurl 7.88. */
#include "proxy/no_proxy.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS ", \t"

struct piece {
  const char *text;
  size_t length;
};

struct address {
  int family; /* AF_UNSPEC: it is a name */
  uint8_t bytes[16];
};

static struct piece without_brackets(struct piece piece) {
  if (piece.length < 2 || piece.text[0] != '[' || piece.text[piece.length - 1] != ']') return piece;
  return (struct piece){piece.text + 1, piece.length - 2};
}

static struct piece without_last_dot(struct piece name) {
  if (name.length > 0 && name.text[name.length - 1] == '.') name.length--;
  return name;
}

static struct address read_address(struct piece piece) {
  struct address address = {.family = AF_INET};
  char text[INET6_ADDRSTRLEN];
  piece = without_brackets(piece);
  if (piece.length < sizeof text) {
    memcpy(text, piece.text, piece.length);
    text[piece.length] = '\0';
    if (inet_pton(AF_INET, text, address.bytes) == 1) return address;
    address.family = AF_INET6;
    if (inet_pton(AF_INET6, text, address.bytes) == 1) return address;
  }
  return (struct address){.family = AF_UNSPEC};
}

/* The number after a slash; without one, or 0, the whole address counts. False if it is none that fits. */
static bool read_bits(struct piece number, unsigned most, unsigned *bits) {
  *bits = 0;
  for (size_t i = 0; i < number.length; i++) {
    if (number.text[i] < '0' || number.text[i] > '9') return false;
    *bits = *bits * 10 + (unsigned)(number.text[i] - '0');
    if (*bits > most) return false;
  }
  if (*bits == 0) *bits = most;
  return true;
}

static bool address_is_in(const struct address *address, struct piece item) {
  const char *slash = memchr(item.text, '/', item.length);
  struct piece base = {item.text, slash ? (size_t)(slash - item.text) : item.length};
  struct piece number = {item.text + base.length + 1, slash ? item.length - base.length - 1 : 0};
  struct address network = read_address(base);
  unsigned bits, most = address->family == AF_INET ? 32 : 128;
  if (network.family != address->family || !read_bits(number, most, &bits)) return false;
  if (memcmp(address->bytes, network.bytes, bits / 8) != 0) return false;
  return bits % 8 == 0 || (address->bytes[bits / 8] ^ network.bytes[bits / 8]) >> (8 - bits % 8) == 0;
}

/* The domain itself, or below it. */
static bool name_is_in(struct piece name, struct piece domain) {
  domain = without_last_dot(domain);
  if (domain.length > 0 && domain.text[0] == '.') {
    domain.text++;
    domain.length--;
  }
  if (domain.length == 0 || domain.length > name.length) return false;
  const char *tail = name.text + (name.length - domain.length);
  return (tail == name.text || tail[-1] == '.') && strncasecmp(tail, domain.text, domain.length) == 0;
}

bool no_proxy_covers(const char *list, const char *host) {
  if (!list) return false;
  if (strcmp(list, "*") == 0) return true;
  struct piece name = {host, strlen(host)};
  const struct address address = read_address(name);
  if (address.family == AF_UNSPEC) name = without_last_dot(name);
  for (const char *at = list + strspn(list, SEPARATORS); *at; at += strspn(at, SEPARATORS)) {
    struct piece item = {at, strcspn(at, SEPARATORS)};
    if (address.family == AF_UNSPEC ? name_is_in(name, item) : address_is_in(&address, item)) return true;
    at += item.length;
  }
  return false;
}
