/* names: a name server on loopback that gives every name an address of its own in 127.0.0.0/8, at once or after a fixed
 * time; to a question for IPv6 it says that there is none. A number in the name ("h17.test") makes the address.
 * Usage: names [--delay MS] [--port N]. Prints "port N". */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uv.h>

#define QUESTION_MAX 300

/* An answer that waits for its time. */
struct answer {
  STAILQ_ENTRY(answer) link;
  uint64_t due_ms;
  struct sockaddr_in to;
  size_t size;
  char data[QUESTION_MAX + 16];
};

struct server {
  uv_loop_t *loop;
  uv_udp_t udp;
  uv_timer_t timer; /* for the first of waiting */
  STAILQ_HEAD(, answer) waiting; /* the one that was asked first in front */
  uint64_t delay_ms;
};

static void die(const char *what) {
  fprintf(stderr, "names: %s\n", what);
  exit(2);
}

static void send_now(struct server *server, const struct answer *answer) {
  uv_buf_t buf = uv_buf_init((char *)answer->data, (unsigned)answer->size);
  uv_udp_try_send(&server->udp, &buf, 1, (const struct sockaddr *)&answer->to); /* what is lost is asked again */
}

static void on_timer(uv_timer_t *timer) {
  struct server *server = timer->data;
  struct answer *first;
  uint64_t now = uv_now(server->loop);
  while ((first = STAILQ_FIRST(&server->waiting)) && first->due_ms <= now) {
    STAILQ_REMOVE_HEAD(&server->waiting, link);
    send_now(server, first);
    free(first);
  }
  if (first) uv_timer_start(timer, on_timer, first->due_ms - now, 0);
}

/* 127.1.0.0 and on, by the first number in the first label; without one, by the label itself. */
static uint32_t address_of(const char *label, size_t length) {
  uint32_t number = 0, hash = 2166136261u;
  size_t at = 0;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)label[i]) * 16777619u;
  while (at < length && (label[at] < '0' || label[at] > '9'))
    at++;
  if (at == length) number = hash % 16000000u;
  for (; at < length && label[at] >= '0' && label[at] <= '9'; at++)
    number = (number * 10 + (uint32_t)(label[at] - '0')) % 16000000u;
  return 0x7f010000u + number;
}

/* Makes the question its answer. False if it is none. */
static int reply(struct answer *answer) {
  size_t at = 12;
  while (at < answer->size && answer->data[at])
    at += (uint8_t)answer->data[at] + 1u;
  if (at + 5 > answer->size || at + 5 > QUESTION_MAX) return 0;
  unsigned type = (uint8_t)answer->data[at + 1] << 8 | (uint8_t)answer->data[at + 2];
  uint32_t address = htonl(address_of(answer->data + 13, (uint8_t)answer->data[12]));
  memcpy(answer->data + 2, "\x81\x80", 2);
  memset(answer->data + 6, 0, 6); /* the question alone stands; what came after it is cut off */
  answer->size = at + 5;
  if (type != 1) return 1;
  answer->data[7] = 1;
  memcpy(answer->data + answer->size, "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4", 12);
  memcpy(answer->data + answer->size + 12, &address, 4);
  answer->size += 16;
  return 1;
}

static void on_question(uv_udp_t *udp, ssize_t size, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags) {
  struct server *server = udp->data;
  (void)flags;
  if (size < 17 || size > QUESTION_MAX || !from) return;
  struct answer *made = malloc(sizeof *made);
  if (!made) return;
  memcpy(made->data, buf->base, (size_t)size);
  memcpy(&made->to, from, sizeof made->to);
  made->size = (size_t)size;
  made->due_ms = uv_now(server->loop) + server->delay_ms;
  if (!reply(made) || !server->delay_ms) {
    if (made->data[2] & 0x80) send_now(server, made);
    free(made);
    return;
  }
  if (STAILQ_EMPTY(&server->waiting)) uv_timer_start(&server->timer, on_timer, server->delay_ms, 0);
  STAILQ_INSERT_TAIL(&server->waiting, made, link);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  static char room[65536];
  (void)handle;
  (void)size;
  *buf = uv_buf_init(room, sizeof room);
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"delay", required_argument, NULL, 'd'}, {"port", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
  struct server server = {.loop = uv_default_loop()};
  struct sockaddr_in address;
  int port = 0, size = sizeof address, room = 4 << 20;
  for (int letter; (letter = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (letter == 'd')
      server.delay_ms = strtoull(optarg, NULL, 10);
    else if (letter == 'p')
      port = atoi(optarg);
    else
      die("usage: names [--delay MS] [--port N]");
  }
  STAILQ_INIT(&server.waiting);
  uv_timer_init(server.loop, &server.timer);
  uv_udp_init(server.loop, &server.udp);
  server.timer.data = server.udp.data = &server;
  uv_ip4_addr("127.0.0.1", port, &address);
  if (uv_udp_bind(&server.udp, (struct sockaddr *)&address, 0)) die("the port cannot be bound");
  uv_recv_buffer_size((uv_handle_t *)&server.udp, &room); /* as much as the system allows */
  uv_udp_getsockname(&server.udp, (struct sockaddr *)&address, &size);
  uv_udp_recv_start(&server.udp, give_room, on_question);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  uv_run(server.loop, UV_RUN_DEFAULT);
  return 0;
}
