/* Reads the host of a URL as browsers do (url.spec.whatwg.org), or refuses it: nobody behind this reads it in another
 * way, neither the resolver nor libcurl. */
#include "base/url_host.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MALFORMED   "the URL's host is malformed"
#define NAME_OCTETS "abcdefghijklmnopqrstuvwxyz0123456789-_."
#define ZONE_OCTETS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"
#define ZONE_MAX    32 /* bytes; names of network interfaces are shorter */

const char url_no_memory[] = "there is not enough memory";

/* ---- IPv4 ---- */

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return 16;
}

/* Reads a number as inet_aton does: decimal, octal after "0", hexadecimal after "0x". False for anything else. What is
 * too large is UINT32_MAX + 1. */
static bool read_number(const char *text, size_t size, uint64_t *number) {
  int base = 10;
  if (!size) return false;
  if (size >= 2 && text[0] == '0') {
    base = text[1] == 'x' ? 16 : 8;
    text += base == 16 ? 2 : 1;
    size -= base == 16 ? 2 : 1;
  }
  *number = 0;
  for (; size; text++, size--) {
    int digit = digit_of(*text);
    if (digit >= base) return false;
    *number = *number * (unsigned)base + (unsigned)digit;
    if (*number > UINT32_MAX) *number = (uint64_t)UINT32_MAX + 1;
  }
  return true;
}

/* The last label, before a dot at the end. */
static const char *last_label(const char *name, size_t *size) {
  size_t length = strlen(name);
  if (length && name[length - 1] == '.') length--;
  const char *dot = memrchr(name, '.', length), *label = dot ? dot + 1 : name;
  *size = (size_t)(name + length - label);
  return label;
}

/* Whether a name is to be an IPv4 address, well written or not: resolvers would take it for one. */
static bool ends_in_number(const char *name) {
  size_t size;
  uint64_t number;
  const char *label = last_label(name, &size);
  return size && (strspn(label, "0123456789") >= size || read_number(label, size, &number));
}

/* Writes the four numbers of an address that may have fewer, and in other bases. */
static const char *read_ipv4(const char *name, char **host) {
  uint64_t numbers[4], address = 0;
  unsigned count = 0;
  size_t length = strlen(name);
  if (name[length - 1] == '.') length--;
  for (const char *at = name, *end = name + length; at <= end; count++) {
    const char *dot = memchr(at, '.', (size_t)(end - at)), *stop = dot ? dot : end;
    if (count == 4 || !read_number(at, (size_t)(stop - at), &numbers[count])) return MALFORMED;
    at = stop + 1;
  }
  for (unsigned i = 0; i + 1 < count; i++) {
    if (numbers[i] > 255) return MALFORMED;
    address |= numbers[i] << (24 - 8 * i);
  }
  if (numbers[count - 1] >> (8 * (5 - count))) return MALFORMED;
  address |= numbers[count - 1];
  if (asprintf(host, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
               (unsigned)(address >> 8 & 255), (unsigned)(address & 255)) >= 0)
    return NULL;
  *host = NULL;
  return url_no_memory;
}

/* ---- IPv6 ---- */

/* Reads what stands between brackets. A zone, as in [fe80::1%25eth0], is what browsers refuse; it leads to the same
 * address. */
static const char *read_ipv6(const char *text, size_t size, char **host) {
  char address[INET6_ADDRSTRLEN], zone[ZONE_MAX + 1] = "", binary[sizeof(struct in6_addr)];
  const char *percent = memchr(text, '%', size);
  size_t address_size = percent ? (size_t)(percent - text) : size;
  if (address_size >= sizeof address) return MALFORMED;
  memcpy(address, text, address_size);
  address[address_size] = '\0';
  if (percent) {
    size_t rest = size - address_size;
    if (rest < 4 || rest > 3 + ZONE_MAX || memcmp(percent, "%25", 3) != 0) return MALFORMED;
    size_t zone_size = rest - 3;
    memcpy(zone, percent + 3, zone_size);
    if (strspn(zone, ZONE_OCTETS) != zone_size) return MALFORMED;
  }
  if (inet_pton(AF_INET6, address, binary) != 1) return MALFORMED;
  inet_ntop(AF_INET6, binary, address, sizeof address);
  if (asprintf(host, "[%s%s%s]", address, *zone ? "%25" : "", zone) >= 0) return NULL;
  *host = NULL;
  return url_no_memory;
}

/* ---- Names ---- */

/* Whether the rules of 2003 and of 2008 write some letter of a name in two ways: sharp s, final sigma, joiners. */
static bool has_letter_of_two_readings(const char *name) {
  static const char *const letters[] = {"\xc3\x9f", "\xe1\xba\x9e", "\xcf\x82", "\xe2\x80\x8c", "\xe2\x80\x8d"};
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
    if (strstr(name, letters[i])) return true;
  return false;
}

/* Writes a name in UTF-8 in ASCII, as browsers do: by UTS 46, nontransitional. IDNA 2008 refuses symbols, which there
 * are names of; for these, the older rules give the same name, except for the letters above. */
static const char *to_ascii(const char *name, char **ascii) {
  uint8_t *made = NULL;
  int error = idn2_lookup_u8((const uint8_t *)name, &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (error && error != IDN2_MALLOC && !has_letter_of_two_readings(name))
    error = idn2_lookup_u8((const uint8_t *)name, &made, IDN2_TRANSITIONAL);
  if (error) return error == IDN2_MALLOC ? url_no_memory : MALFORMED;
  *ascii = strdup((const char *)made);
  idn2_free(made);
  return *ascii ? NULL : url_no_memory;
}

static int hex_value(char c) {
  return digit_of(c >= 'A' && c <= 'F' ? (char)(c | 0x20) : c);
}

/* Decodes %XX, and refuses what can be in no name. Returns what is wrong, or NULL. */
static const char *decode(const char *text, size_t size, char *name) {
  for (size_t i = 0; i < size; i++) {
    char c = text[i];
    if (c == '%') {
      if (size - i < 3 || hex_value(text[i + 1]) > 15 || hex_value(text[i + 2]) > 15) return MALFORMED;
      c = (char)(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
      i += 2;
    }
    if (c == ' ') return "the URL's host contains a space";
    if ((unsigned char)c < ' ' || c == 0x7f) return "the URL's host contains a control character";
    *name++ = c;
  }
  *name = '\0';
  return NULL;
}

static bool is_ascii(const char *text) {
  while (*text && !(*text & 0x80))
    text++;
  return !*text;
}

/* Checks a name in ASCII and puts it into lower case; one that is meant as an IPv4 address becomes that. */
static const char *settle(char *name, char **host) {
  for (char *at = name; *at; at++)
    if (*at >= 'A' && *at <= 'Z') *at = (char)(*at | 0x20);
  if (!*name) return "the URL has no host";
  if (name[strspn(name, NAME_OCTETS)]) return MALFORMED;
  if (ends_in_number(name)) return read_ipv4(name, host);
  *host = strdup(name);
  return *host ? NULL : url_no_memory;
}

const char *url_host_read(const char *text, size_t size, char **host) {
  *host = NULL;
  if (!size) return "the URL has no host";
  if (*text == '[') return text[size - 1] == ']' ? read_ipv6(text + 1, size - 2, host) : MALFORMED;
  char *name = malloc(size + 1), *ascii = NULL;
  if (!name) return url_no_memory;
  const char *problem = decode(text, size, name);
  if (!problem && !is_ascii(name)) problem = to_ascii(name, &ascii);
  if (!problem) problem = settle(ascii ? ascii : name, host);
  free(name);
  free(ascii);
  return problem;
}

/* ---- Hosts that are settled already ---- */

/* Names whose last label begins with a letter, so that nobody takes them for an address. */
static size_t settled_name(const char *text) {
  size_t length = 0, label = 0;
  for (;; length++) {
    char c = text[length];
    if (c == '.') {
      if (label == length) return 0;
      label = length + 1;
    } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
      break;
    }
  }
  return label < length && text[label] >= 'a' && length <= URL_HOST_MAX ? length : 0;
}

static size_t settled_address(const char *text) {
  const char *at = text;
  for (int part = 0; part < 4; part++) {
    if (part > 0 && *at++ != '.') return 0;
    const char *digits = at;
    unsigned number = 0;
    while (*at >= '0' && *at <= '9' && at - digits < 3)
      number = number * 10 + (unsigned)(*at++ - '0');
    if (at == digits || number > 255 || (*digits == '0' && at - digits > 1)) return 0;
  }
  return (size_t)(at - text);
}

size_t url_host_canonical_length(const char *text) {
  size_t length = settled_name(text);
  return length ? length : settled_address(text);
}
