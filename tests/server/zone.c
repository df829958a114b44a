/* Answers to questions for names: each label is an address, or a word for what goes wrong, or means nothing. */
#include "zone.h"

#include "counters.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD          12
#define TYPE_A        1
#define TYPE_CNAME    5
#define TYPE_AAAA     28
#define ADDRESSES_MAX 16
#define ALIASES_MAX   50
#define NAME_SIZE     256

enum { SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };

struct question {
  char name[NAME_SIZE]; /* with dots, in lower case */
  unsigned type;
  size_t end; /* of it in the packet */
};

struct wish {
  unsigned code, aliases;
  bool silent, truncated, loop;
  uint8_t addresses[ADDRESSES_MAX][16];
  size_t count;
};

struct packet {
  uint8_t *data;
  size_t size;
  unsigned records;
};

static bool read_question(const uint8_t *data, size_t size, struct question *question) {
  size_t at = HEAD, length = 0;
  while (at < size && data[at] > 0) {
    if (data[at] > 63 || at + data[at] + 1 > size || length + data[at] + 2 > NAME_SIZE) return false;
    if (length) question->name[length++] = '.';
    for (unsigned i = 1; i <= data[at]; i++) {
      char c = (char)data[at + i];
      question->name[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    at += data[at] + 1u;
  }
  question->name[length] = '\0';
  question->end = at + 5;
  if (question->end > size || length == 0) return false;
  question->type = (unsigned)data[at + 1] << 8 | data[at + 2];
  return true;
}

/* "10-0-0-1" with dots, "64-ff9b--1" with colons for the dashes; true if that is an address of the family. */
static bool read_address(const char *label, int family, uint8_t *address) {
  char text[64];
  size_t i = 0;
  for (; label[i] && i + 1 < sizeof text; i++)
    text[i] = label[i] != '-' ? label[i] : family == AF_INET ? '.' : ':';
  text[i] = '\0';
  return inet_pton(family, text, address) == 1;
}

/* "servfail", or "servfail-2" as long as no more than 2 were asked. */
static bool is_word(const char *label, const char *word, unsigned attempt) {
  size_t length = strlen(word);
  if (strncmp(label, word, length) != 0) return false;
  if (!label[length]) return true;
  return label[length] == '-' && attempt <= (unsigned)atoi(label + length + 1);
}

static void read_label(struct wish *wish, const char *label, unsigned type, unsigned attempt) {
  if (wish->count < ADDRESSES_MAX && (type == TYPE_A || type == TYPE_AAAA))
    wish->count += read_address(label, type == TYPE_A ? AF_INET : AF_INET6, wish->addresses[wish->count]);
  if (is_word(label, "servfail", attempt)) wish->code = SERVFAIL;
  if (is_word(label, "refused", attempt)) wish->code = REFUSED;
  if (is_word(label, "nxdomain", attempt)) wish->code = NXDOMAIN;
  if (is_word(label, "silent", attempt)) wish->silent = true;
  if (is_word(label, "truncated", attempt)) wish->truncated = true;
  if (strcmp(label, "alias-loop") == 0) wish->loop = true;
  if (strncmp(label, "alias-", 6) == 0) wish->aliases = (unsigned)atoi(label + 6);
  if (wish->aliases > ALIASES_MAX) wish->aliases = ALIASES_MAX;
}

static struct wish read_wish(const struct question *question, unsigned attempt) {
  struct wish wish = {0};
  char name[NAME_SIZE], *rest = name;
  strcpy(name, question->name);
  for (char *label; (label = strsep(&rest, "."));)
    read_label(&wish, label, question->type, attempt);
  return wish;
}

static void put16(struct packet *packet, unsigned value) {
  packet->data[packet->size++] = (uint8_t)(value >> 8);
  packet->data[packet->size++] = (uint8_t)value;
}

static void put_record(struct packet *packet, size_t owner, unsigned type, const uint8_t *data, size_t size) {
  put16(packet, 0xc000u | (unsigned)owner);
  put16(packet, type);
  put16(packet, 1);
  put16(packet, 0);
  put16(packet, 60);
  put16(packet, (unsigned)size);
  memcpy(packet->data + packet->size, data, size);
  packet->size += size;
  packet->records++;
}

/* The name at `owner` is x17 before the name that was asked for; where that stands. */
static size_t put_alias(struct packet *packet, size_t owner, unsigned number) {
  uint8_t target[8];
  int length = snprintf((char *)target + 1, sizeof target - 1, "x%u", number);
  target[0] = (uint8_t)length;
  target[length + 1] = 0xc0;
  target[length + 2] = HEAD;
  put_record(packet, owner, TYPE_CNAME, target, (size_t)length + 3);
  return packet->size - (size_t)length - 3;
}

static void put_records(struct packet *packet, const struct wish *wish, unsigned type) {
  static const uint8_t back[] = {0xc0, HEAD};
  size_t owner = HEAD;
  for (unsigned i = 1; i <= wish->aliases; i++)
    owner = put_alias(packet, owner, i);
  if (wish->loop) {
    owner = put_alias(packet, owner, 1);
    put_record(packet, owner, TYPE_CNAME, back, sizeof back);
    return;
  }
  for (size_t i = 0; i < wish->count; i++)
    put_record(packet, owner, type, wish->addresses[i], type == TYPE_A ? 4 : 16);
}

size_t zone_answer(struct counters *counters, uint64_t now_ms, bool tcp, const uint8_t *data, size_t size,
                   uint8_t out[ZONE_PACKET]) {
  struct question question;
  if (size < HEAD + 5 || !read_question(data, size, &question)) return 0;
  const char *type = question.type == TYPE_A ? "A" : question.type == TYPE_AAAA ? "AAAA" : "other";
  unsigned attempt = counters_asked(counters, question.name, type, tcp, now_ms);
  struct wish wish = read_wish(&question, attempt);
  if (wish.silent) return 0;
  struct packet packet = {out, question.end, 0};
  memcpy(out, data, question.end);
  if (!wish.code && (tcp || !wish.truncated)) put_records(&packet, &wish, question.type);
  bool cut = !tcp && (wish.truncated || packet.size > ZONE_UDP);
  memcpy(out + 2, "\x81\x80\0\1\0\0\0\0\0\0", 10);
  out[3] |= (uint8_t)wish.code;
  if (!cut) {
    out[7] = (uint8_t)packet.records;
    return packet.size;
  }
  out[2] |= 2;
  return question.end;
}
