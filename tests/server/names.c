/* The sockets of the name servers: questions come in, and what the zone says goes out. */
#include "names.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

struct reply {
  uv_udp_send_t send;
  uint8_t data[ZONE_PACKET];
};

struct whole_reply {
  uv_write_t write;
  uint8_t data[2 + ZONE_PACKET];
};

/* ---- UDP ---- */

static void on_sent(uv_udp_send_t *send, int status) {
  (void)status;
  free(send->data);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(must(malloc(ZONE_UDP)), ZONE_UDP);
}

static void on_question(uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer, const struct sockaddr *from,
                        unsigned flags) {
  struct names *names = udp->data;
  (void)flags;
  if (size > 0 && from) {
    struct reply *reply = must(calloc(1, sizeof *reply));
    size_t length = zone_answer(names->counters, uv_now(udp->loop), false, (const uint8_t *)buffer->base, (size_t)size,
                                reply->data);
    uv_buf_t out = uv_buf_init((char *)reply->data, (unsigned)length);
    reply->send.data = reply;
    if (length == 0 || uv_udp_send(&reply->send, udp, &out, 1, from, on_sent) != 0) free(reply);
  }
  free(buffer->base);
}

/* ---- TCP ---- */

static void on_client_closed(uv_handle_t *handle) {
  struct names_client *client = handle->data;
  client->open = false;
}

static void client_close(struct names_client *client) {
  if (!uv_is_closing((uv_handle_t *)&client->tcp)) uv_close((uv_handle_t *)&client->tcp, on_client_closed);
}

static void on_written(uv_write_t *write, int status) {
  (void)status;
  free(write->data);
}

static void client_answer(struct names_client *client, size_t size) {
  struct whole_reply *reply = must(calloc(1, sizeof *reply));
  size_t length =
      zone_answer(client->names->counters, uv_now(client->tcp.loop), true, client->data + 2, size, reply->data + 2);
  uv_buf_t out = uv_buf_init((char *)reply->data, (unsigned)length + 2);
  reply->data[0] = (uint8_t)(length >> 8);
  reply->data[1] = (uint8_t)length;
  reply->write.data = reply;
  if (length == 0 || uv_write(&reply->write, (uv_stream_t *)&client->tcp, &out, 1, on_written) != 0) free(reply);
}

static void on_client_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  struct names_client *client = handle->data;
  (void)suggested;
  *buffer = uv_buf_init((char *)client->data + client->size, (unsigned)(sizeof client->data - client->size));
}

static void on_client_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  struct names_client *client = stream->data;
  (void)buffer;
  if (size < 0) {
    client_close(client);
    return;
  }
  client->size += (size_t)size;
  while (client->size >= 2) {
    size_t length = (size_t)client->data[0] << 8 | client->data[1];
    if (length + 2 > sizeof client->data) {
      client_close(client);
      return;
    }
    if (client->size < length + 2) return;
    client_answer(client, length);
    client->size -= length + 2;
    memmove(client->data, client->data + length + 2, client->size);
  }
}

static void on_client(uv_stream_t *listener, int status) {
  struct names *names = listener->data;
  for (size_t i = 0; status == 0 && i < NAMES_CLIENTS; i++) {
    struct names_client *client = &names->clients[i];
    if (client->open) continue;
    uv_tcp_init(listener->loop, &client->tcp);
    client->tcp.data = client;
    client->names = names;
    client->open = true;
    client->size = 0;
    if (uv_accept(listener, (uv_stream_t *)&client->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&client->tcp, on_client_room, on_client_read) != 0)
      client_close(client);
    return;
  }
}

/* ---- Listening ---- */

int names_listen(struct names *names, uv_loop_t *loop, int port, struct counters *counters) {
  static const char *const addresses[] = {"127.0.0.1", "127.0.1.1", "127.0.1.2"};
  struct sockaddr_in address;
  int status = 0;
  names->counters = counters;
  for (int i = 0; i < 3 && !status; i++) {
    uv_ip4_addr(addresses[i], port, &address);
    status = uv_udp_init(loop, &names->udp[i]);
    names->udp[i].data = names;
    if (!status) status = uv_udp_bind(&names->udp[i], (const struct sockaddr *)&address, 0);
    if (!status && i < 2) status = uv_udp_recv_start(&names->udp[i], on_room, on_question);
  }
  if (status) return status;
  uv_ip4_addr(addresses[1], port, &address);
  status = uv_tcp_init(loop, &names->tcp);
  names->tcp.data = names;
  if (!status) status = uv_tcp_bind(&names->tcp, (const struct sockaddr *)&address, 0);
  return status ? status : uv_listen((uv_stream_t *)&names->tcp, NAMES_CLIENTS, on_client);
}
