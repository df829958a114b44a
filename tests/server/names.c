/* A name server: the name says what its address is, so that tests make up whatever they need. */
#include "names.h"

#include "text.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PACKET_MAX 512
#define HEAD       12
#define TYPE_A     1
#define TYPE_AAAA  28

struct reply {
  uv_udp_send_t send;
  uint8_t data[PACKET_MAX];
};

/* "10-0-0-1" with dots, "64-ff9b--1" with colons for the dashes; true if that is an address of the family. */
static bool read_address(const char *label, int family, uint8_t *address) {
  char text[64];
  size_t i = 0;
  for (; label[i] && i + 1 < sizeof text; i++)
    text[i] = label[i] != '-' ? label[i] : family == AF_INET ? '.' : ':';
  text[i] = '\0';
  return inet_pton(family, text, address) == 1;
}

/* The first label of the question's name, and where the question ends; 0 if it is none. */
static size_t read_question(const uint8_t *data, size_t size, char label[64]) {
  size_t at = HEAD;
  if (size < HEAD + 5 || data[at] == 0 || data[at] > 63) return 0;
  memcpy(label, data + at + 1, data[at]);
  label[data[at]] = '\0';
  while (at < size && data[at] > 0 && data[at] <= 63)
    at += data[at] + 1u;
  return at + 5 <= size ? at + 5 : 0;
}

static size_t write_answer(uint8_t *out, const uint8_t *data, size_t size) {
  static const uint8_t record[] = {0xc0, HEAD, 0, 0, 0, 1, 0, 0, 0, 60, 0};
  char label[64];
  uint8_t address[16];
  size_t end = read_question(data, size, label);
  if (end == 0 || end + sizeof record + 17 > PACKET_MAX) return 0;
  unsigned type = data[end - 3];
  int family = type == TYPE_A ? AF_INET : AF_INET6;
  size_t length = type == TYPE_A ? 4 : 16;
  memcpy(out, data, end);
  memcpy(out + 2, "\x81\x80\0\1\0\0\0\0\0\0", 10);
  if ((type != TYPE_A && type != TYPE_AAAA) || !read_address(label, family, address)) return end;
  out[7] = 1;
  memcpy(out + end, record, sizeof record);
  out[end + 3] = (uint8_t)type;
  out[end + sizeof record] = (uint8_t)length;
  memcpy(out + end + sizeof record + 1, address, length);
  return end + sizeof record + 1 + length;
}

static void on_sent(uv_udp_send_t *send, int status) {
  (void)status;
  free(send->data);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(must(malloc(PACKET_MAX)), PACKET_MAX);
}

static void on_question(uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer, const struct sockaddr *from,
                        unsigned flags) {
  (void)flags;
  if (size > 0 && from) {
    struct reply *reply = must(calloc(1, sizeof *reply));
    size_t length = write_answer(reply->data, (const uint8_t *)buffer->base, (size_t)size);
    uv_buf_t out = uv_buf_init((char *)reply->data, (unsigned)length);
    reply->send.data = reply;
    if (length == 0 || uv_udp_send(&reply->send, udp, &out, 1, from, on_sent) != 0) free(reply);
  }
  free(buffer->base);
}

int names_listen(uv_udp_t *udp, uv_loop_t *loop, int port) {
  struct sockaddr_in address;
  uv_ip4_addr("127.0.0.1", port, &address);
  int status = uv_udp_init(loop, udp);
  if (!status) status = uv_udp_bind(udp, (const struct sockaddr *)&address, 0);
  return status ? status : uv_udp_recv_start(udp, on_room, on_question);
}
