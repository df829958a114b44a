/* One connection: collects a request, sends the response at its pace, ends as the response says, and goes on. */
#include "connection.h"

#include "behaviour.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* A paced response is sent in slices of this long. */
#define SLICE_MS 10
/* Between the last byte and a RST, so that the client has read what came before it. */
#define RESET_DELAY_MS 20

struct connection {
  LIST_ENTRY(connection) entry;
  struct site *site;
  uv_tcp_t tcp;
  uv_timer_t timer;
  uv_write_t write;
  int handles; /* not closed yet */
  bool closing;
  bool busy; /* a response is being sent, or hangs */
  bool served;
  struct text input;
  uint64_t skip; /* bytes of a request's body still to be passed over */
  struct ticket ticket;
  struct response response;
  struct text unasked; /* of the response before, until it is due */
  size_t sent; /* of head and body together */
  size_t writing;
  uint64_t paced_from_ms; /* when the first paced byte was due */
};

static void advance(struct connection *connection);
static void send_more(struct connection *connection);

/* ---- The end ---- */

static void on_close(uv_handle_t *handle) {
  struct connection *connection = handle->data;
  if (--connection->handles > 0) return;
  response_clear(&connection->response);
  free(connection->input.data);
  free(connection->unasked.data);
  free(connection);
}

static void connection_close(struct connection *connection, bool reset) {
  if (connection->closing) return;
  connection->closing = true;
  LIST_REMOVE(connection, entry);
  counters_leave(connection->site->counters, connection->ticket);
  counters_disconnected(connection->site->counters);
  uv_close((uv_handle_t *)&connection->timer, on_close);
  if (!reset || uv_tcp_close_reset(&connection->tcp, on_close) != 0)
    uv_close((uv_handle_t *)&connection->tcp, on_close);
}

void connections_close(struct site *site) {
  while (!LIST_EMPTY(&site->open))
    connection_close(LIST_FIRST(&site->open), false);
}

/* ---- Responses ---- */

static void on_reset_due(uv_timer_t *timer) {
  connection_close(timer->data, true);
}

static void on_unasked_due(uv_timer_t *timer) {
  struct connection *connection = timer->data;
  struct text *unasked = &connection->unasked;
  uv_buf_t buffer = uv_buf_init(unasked->data, (unsigned)unasked->size);
  uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1);
}

static void keep_unasked(struct connection *connection) {
  struct text *unasked = &connection->response.unasked;
  if (!unasked->size) return;
  free(connection->unasked.data);
  connection->unasked = *unasked;
  *unasked = (struct text){0};
  uv_timer_start(&connection->timer, on_unasked_due, connection->response.later_ms, 0);
}

static void finish(struct connection *connection) {
  switch (connection->response.ending) {
  case ENDING_KEEP:
    keep_unasked(connection);
    counters_leave(connection->site->counters, connection->ticket);
    connection->ticket = (struct ticket){0};
    response_clear(&connection->response);
    connection->busy = false;
    break;
  case ENDING_CLOSE: connection_close(connection, false); break;
  case ENDING_RESET: uv_timer_start(&connection->timer, on_reset_due, RESET_DELAY_MS, 0); break;
  case ENDING_HANG: break;
  }
}

static void on_due(uv_timer_t *timer) {
  struct connection *connection = timer->data;
  send_more(connection);
  advance(connection);
}

/* How far the response may have been sent by now; *wait_ms until it may go further. */
static size_t paced_limit(const struct connection *connection, uint64_t *wait_ms) {
  const struct response *response = &connection->response;
  size_t total = response->head.size + response->body_size;
  uint64_t passed = uv_now(connection->site->loop) - connection->paced_from_ms;
  if (response->trickle_ms > 0) {
    *wait_ms = response->trickle_ms;
    size_t due = (size_t)(passed / response->trickle_ms) + 1;
    return due < total ? due : total;
  }
  if (response->rate == 0) return total;
  *wait_ms = response->rate >= 1000 / SLICE_MS ? SLICE_MS : 1000 / response->rate;
  size_t due = response->head.size + (size_t)(passed * response->rate / 1000);
  return due < total ? due : total;
}

static void account(struct connection *connection, size_t bytes) {
  connection->sent += bytes;
  counters_sent(connection->site->counters, connection->ticket, bytes);
}

static void on_written(uv_write_t *write, int status) {
  struct connection *connection = write->data;
  if (connection->closing) return;
  if (status < 0) {
    connection_close(connection, false);
    return;
  }
  account(connection, connection->writing);
  connection->writing = 0;
  send_more(connection);
  advance(connection);
}

/* The bytes from what was sent up to `limit`. */
static unsigned slices(struct connection *connection, size_t limit, uv_buf_t buffers[2]) {
  struct response *response = &connection->response;
  size_t head = response->head.size, from = connection->sent;
  unsigned count = 0;
  if (from < head) {
    size_t to = limit < head ? limit : head;
    buffers[count++] = uv_buf_init(response->head.data + from, (unsigned)(to - from));
    from = to;
  }
  if (from < limit) buffers[count++] = uv_buf_init((char *)response->body + (from - head), (unsigned)(limit - from));
  return count;
}

/* Writes up to `limit`: true if the kernel took all of it at once; else on_written goes on. */
static bool write_up_to(struct connection *connection, size_t limit) {
  uv_buf_t buffers[2];
  unsigned count = slices(connection, limit, buffers);
  if (count == 0) return true;
  int written = uv_try_write((uv_stream_t *)&connection->tcp, buffers, count);
  if (written > 0) account(connection, (size_t)written);
  if (connection->sent == limit) return true;
  if (written < 0 && written != UV_EAGAIN) {
    connection_close(connection, false);
    return false;
  }
  count = slices(connection, limit, buffers);
  connection->writing = limit - connection->sent;
  if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp, buffers, count, on_written) != 0)
    connection_close(connection, false);
  return false;
}

static void send_more(struct connection *connection) {
  struct response *response = &connection->response;
  if (connection->closing || connection->writing > 0) return;
  for (;;) {
    uint64_t wait_ms = 0;
    size_t total = response->head.size + response->body_size;
    size_t limit = paced_limit(connection, &wait_ms);
    if (limit > connection->sent && !write_up_to(connection, limit)) return;
    if (limit < total) {
      uv_timer_start(&connection->timer, on_due, wait_ms, 0);
      return;
    }
    if (response->repeats == 0) break;
    response->repeats--;
    connection->sent = response->head.size - response->repeat_size;
  }
  finish(connection);
}

static void on_delayed(uv_timer_t *timer) {
  struct connection *connection = timer->data;
  connection->paced_from_ms = uv_now(connection->site->loop);
  send_more(connection);
  advance(connection);
}

static void begin(struct connection *connection, const struct request *request) {
  struct site *site = connection->site;
  unsigned attempt = 0;
  if (!behaviour_is_own(request))
    connection->ticket = counters_enter(site->counters, request->host, request->target, !connection->served,
                                        uv_now(site->loop), &attempt);
  connection->served = true;
  connection->busy = true;
  uv_timer_stop(&connection->timer);
  connection->sent = 0;
  connection->skip = request->body_size;
  behaviour_answer(request, attempt, site->counters, site->robots, &connection->response);
  connection->paced_from_ms = uv_now(site->loop);
  if (connection->response.delay_ms > 0)
    uv_timer_start(&connection->timer, on_delayed, connection->response.delay_ms, 0);
  else
    send_more(connection);
}

/* ---- Requests ---- */

static void drop_input(struct connection *connection, size_t size) {
  struct text *input = &connection->input;
  input->size -= size;
  if (input->size > 0) {
    memmove(input->data, input->data + size, input->size);
    return;
  }
  free(input->data); /* an idle connection holds no buffer: there may be thousands */
  *input = (struct text){0};
}

static void skip_body(struct connection *connection) {
  size_t part = connection->skip < connection->input.size ? (size_t)connection->skip : connection->input.size;
  if (part == 0) return;
  connection->skip -= part;
  drop_input(connection, part);
}

/* Answers what has been received, request after request, as far as responses can be sent at once. */
static void advance(struct connection *connection) {
  while (!connection->closing && !connection->busy) {
    skip_body(connection);
    if (connection->input.size == 0) return;
    struct request request;
    long length = request_parse(&request, connection->input.data, connection->input.size);
    if (length == 0) return;
    if (length < 0) {
      connection_close(connection, false);
      return;
    }
    drop_input(connection, (size_t)length);
    begin(connection, &request);
    request_clear(&request);
  }
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  struct connection *connection = handle->data;
  (void)suggested;
  *buffer = uv_buf_init(connection->site->input, SITE_INPUT);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  struct connection *connection = stream->data;
  if (size < 0 || connection->input.size > 2 * REQUEST_HEAD_MAX) {
    connection_close(connection, false);
    return;
  }
  text_add(&connection->input, buffer->base, (size_t)size);
  advance(connection);
}

void connection_accept(struct site *site, uv_stream_t *listener) {
  struct connection *connection = must(calloc(1, sizeof *connection));
  connection->site = site;
  connection->handles = 2;
  uv_tcp_init(site->loop, &connection->tcp);
  uv_timer_init(site->loop, &connection->timer);
  connection->tcp.data = connection->timer.data = connection->write.data = connection;
  LIST_INSERT_HEAD(&site->open, connection, entry);
  counters_connected(site->counters);
  if (uv_accept(listener, (uv_stream_t *)&connection->tcp) != 0) {
    connection_close(connection, false);
    return;
  }
  uv_tcp_nodelay(&connection->tcp, 1);
  uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_read);
}
