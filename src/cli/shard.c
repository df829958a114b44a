/* A URL's host, by a glance where that is enough, and the part of the list that it belongs to. */
#include "shard.h"

#include <seine.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LABEL_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

int shard_set(struct shard *shard, const char *text) {
  unsigned long numbers[2];
  *shard = (struct shard){0};
  if (text == NULL) return 0;
  for (int i = 0; i < 2; i++) {
    char *end;
    if (*text < '0' || *text > '9') return -1;
    numbers[i] = strtoul(text, &end, 10);
    if (*end != (i == 0 ? '/' : '\0')) return -1;
    text = end + 1;
  }
  if (numbers[0] < 1 || numbers[0] > numbers[1] || numbers[1] > SHARDS_MOST) return -1;
  shard->part = (uint32_t)numbers[0] - 1;
  shard->parts = (uint32_t)numbers[1];
  return 0;
}

uint32_t shard_of_host(const char *host, size_t length, uint32_t parts) {
  uint8_t digest[32];
  uint64_t number = 0;
  seine_sha256(host, length, digest);
  for (int i = 0; i < 8; i++)
    number = number << 8 | digest[i];
  return (uint32_t)(number % parts);
}

/* ---- A glance at a URL ---- */

/* "127.0.0.1": four numbers up to 255 without zeros in front. Other ways to write an address are many. */
static bool is_plain_address(const char *at, size_t length) {
  for (int i = 0; i < 4; i++) {
    unsigned number = 0;
    size_t digits = 0;
    for (; digits < length && digits < 3 && at[digits] >= '0' && at[digits] <= '9'; digits++)
      number = number * 10 + (unsigned)(at[digits] - '0');
    if (digits == 0 || number > 255 || (digits > 1 && *at == '0')) return false;
    at += digits;
    length -= digits;
    if (i == 3) return length == 0;
    if (length == 0 || *at != '.') return false;
    at++;
    length--;
  }
  return false;
}

static bool is_plain_port(const char *at, size_t length) {
  unsigned number = 0;
  if (length == 0 || length > 5) return false;
  for (; length > 0 && *at >= '0' && *at <= '9'; at++, length--)
    number = number * 10 + (unsigned)(*at - '0');
  return length == 0 && number >= 1 && number <= 65535;
}

/* A name that every parser reads alike. */
static bool is_plain_host(const char *host, size_t length) {
  if (length == 0 || length > 253 || *host == '.') return false;
  if (*host >= '0' && *host <= '9') return is_plain_address(host, length);
  for (size_t i = 0; i + 1 < length; i++)
    if (host[i] == '.' && host[i + 1] == '.') return false;
  return true;
}

/* The host of an http(s) URL if nothing about the URL is out of the ordinary; NULL if the parser must be asked. */
static const char *glance(const char *url, size_t *length) {
  if (strncasecmp(url, "http", 4) != 0) return NULL;
  const char *host = url + 4 + (url[4] == 's' || url[4] == 'S');
  if (strncmp(host, "://", 3) != 0) return NULL;
  host += 3;
  *length = strspn(host, LABEL_CHARACTERS ".");
  const char *at = host + *length;
  if (!is_plain_host(host, *length)) return NULL;
  if (*at == ':') {
    size_t port = strcspn(at + 1, "/?#");
    if (!is_plain_port(at + 1, port)) return NULL;
    at += 1 + port;
  }
  if (*at != '/' && *at != '?' && *at != '#' && *at != '\0') return NULL;
  while (*at > ' ' && *at < 0x7f)
    at++;
  return *at == '\0' ? host : NULL;
}

/* ---- Its part ---- */

static uint32_t part_of(struct shard *shard, const char *host, size_t length) {
  char name[sizeof shard->last];
  if (length >= sizeof name) return shard_of_host(host, length, shard->parts);
  for (size_t i = 0; i < length; i++)
    name[i] = host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] + 'a' - 'A') : host[i];
  name[length] = '\0';
  if (strcmp(name, shard->last) == 0) return shard->last_part;
  memcpy(shard->last, name, length + 1);
  shard->last_part = shard_of_host(name, length, shard->parts);
  return shard->last_part;
}

uint32_t shard_of(struct shard *shard, const char *url) {
  size_t length;
  const char *host = glance(url, &length);
  if (host != NULL) return part_of(shard, host, length);
  seine_url_t parsed;
  uint32_t part = 0;
  if (seine_url_parse(&parsed, url, NULL, 0) == 0) part = part_of(shard, parsed.host, strlen(parsed.host));
  seine_url_clear(&parsed);
  return part;
}

bool shard_takes(struct shard *shard, const char *url) {
  return shard->parts <= 1 || shard_of(shard, url) == shard->part;
}
