/* Decides what is sent for a URL: the path says what, the query says what is wrong with it. */
#include "behaviour.h"
#include "bodies.h"
#include "malformed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define HEADERS_MAX 16
#define SIZE_LIMIT  ((uint64_t)1 << 30)
#define CHUNK_USUAL 8192
#define LIE_BYTES   1000000

/* A query, taken apart. Strings are decoded, and NULL where the query does not say. */
struct wish {
  char *memory; /* holds the strings */
  const char *size, *seed, *delay, *rate, *trickle, *stall, *truncate, *faults, *status, *retry_after, *retry_date;
  const char *type, *reset, *redirect, *redirect_status, *moved, *malformed, *disposition, *etag, *last_modified;
  const char *chunked, *no_type, *no_length, *silence, *close, *ranges, *until;
  const char *cut, *sides, *trail, *text, *host, *ignored, *changed, *lie, *as, *unasked, *later, *encode, *refuse;
  const char *headers[HEADERS_MAX];
  size_t header_count;
  const char *unknown; /* a parameter that does not exist: answered by a 400, since it is a mistake in a test */
};

struct parameter {
  const char *name;
  size_t offset;
  const char *help;
};

#define AT(member) offsetof(struct wish, member)
static const struct parameter parameters[] = {
    {"as", AT(as), "the body, with its faults, comes with this status instead of 200"},
    {"body", AT(text), "this text is the body, instead of an image"},
    {"changed", AT(changed), "from the N-th attempt on the bytes are those of seed=1, and the validators are others"},
    {"chunked", AT(chunked), "1: Transfer-Encoding: chunked; N > 1: with chunks of N bytes"},
    {"close", AT(close), "1: closes the connection after the response, and says so"},
    {"cut", AT(cut), "the last N bytes of the image do not exist, and the length says so"},
    {"delay", AT(delay), "milliseconds before the first byte"},
    {"disposition", AT(disposition), "the Content-Disposition header"},
    {"encode", AT(encode), "gzip, deflate or raw (deflate without zlib's header): Content-Encoding, and the body so"},
    {"etag", AT(etag), "the ETag header; If-None-Match and If-Range are then obeyed"},
    {"faults", AT(faults), "as, malformed, reset, silence, stall and truncate hold for the first N attempts only"},
    {"host", AT(host), "of /_/robots: whose robots.txt it is"},
    {"last-modified", AT(last_modified), "the Last-Modified header"},
    {"later", AT(later), "milliseconds between the response and unasked"},
    {"lie", AT(lie), "to a Range: none, start, total, length, short, long, unasked, stale, 416: see add_content_range"},
    {"malformed", AT(malformed), "breaks the protocol in the way that is called so"},
    {"no-length", AT(no_length), "1: no Content-Length, the end of the connection ends the body"},
    {"no-type", AT(no_type), "1: no Content-Type"},
    {"ranges", AT(ranges), "1: Accept-Ranges, and Range is obeyed with a 206"},
    {"rate", AT(rate), "bytes of the body a second"},
    {"redirect", AT(redirect), "redirects there"},
    {"moved", AT(moved), "from attempt changed=N on it redirects there instead"},
    {"redirect-status", AT(redirect_status), "by this status instead of 302"},
    {"refuse", AT(refuse), "500 if the request's head holds this text"},
    {"reset", AT(reset), "RST after N bytes of the body; 'request': before a byte; 'header': amid the headers"},
    {"retry-after", AT(retry_after), "the Retry-After header of statuses other than 200"},
    {"retry-date", AT(retry_date), "the same, as an HTTP date so many seconds ahead"},
    {"seed", AT(seed), "a number: equal kinds, seeds and sizes are equal bytes"},
    {"sides", AT(sides), "WxH: the width and height that a GIF claims"},
    {"silence", AT(silence), "1: never answers"},
    {"size", AT(size), "bytes of the body; 16384"},
    {"stall", AT(stall), "sends N bytes of the body and no more, and keeps the connection"},
    {"status", AT(status), "by attempt: 503,503,200; the last one holds on"},
    {"trail", AT(trail), "zero bytes that follow the image"},
    {"trickle", AT(trickle), "milliseconds for each byte, those of the headers too"},
    {"truncate", AT(truncate), "closes after N bytes of the body"},
    {"type", AT(type), "the declared Content-Type"},
    {"unasked", AT(unasked), "this text follows the response on the kept connection"},
    {"until", AT(until), "redirects only until the request's head holds this text"},
    {"x", AT(ignored), "means nothing: makes URLs different, or long"},
};

void behaviour_help(struct text *text) {
  for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
    text_format(text, "  %-16s %s\n", parameters[i].name, parameters[i].help);
  text_format(text, "  %-16s %s\n", "header", "Name:Value, a further header; repeatable");
}

/* ---- The query ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void percent_decode(char *text) {
  char *out = text;
  for (; *text; text++) {
    int high = *text == '%' ? hex_digit(text[1]) : -1;
    int low = high >= 0 ? hex_digit(text[2]) : -1;
    if (low >= 0 && high * 16 + low > 0) {
      *out++ = (char)(high * 16 + low);
      text += 2;
    } else {
      *out++ = *text;
    }
  }
  *out = '\0';
}

static void take_parameter(struct wish *wish, const char *name, const char *value) {
  if (strcmp(name, "header") == 0 && wish->header_count < HEADERS_MAX) {
    wish->headers[wish->header_count++] = value;
    return;
  }
  for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
    if (strcmp(parameters[i].name, name) == 0) {
      *(const char **)((char *)wish + parameters[i].offset) = value;
      return;
    }
  if (*name) wish->unknown = name;
}

static void wish_read(struct wish *wish, const char *target) {
  const char *query = strchr(target, '?');
  *wish = (struct wish){0};
  if (!query) return;
  wish->memory = text_copy(query + 1, strlen(query + 1));
  char *rest = wish->memory;
  for (char *pair; (pair = strsep(&rest, "&"));) {
    char *value = strchr(pair, '=');
    if (value) *value++ = '\0';
    if (value) percent_decode(value);
    take_parameter(wish, pair, value ? value : "1");
  }
}

static uint64_t number(const char *text, uint64_t otherwise) {
  return text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- Simple answers ---- */

static const char *reason(unsigned status) {
  static const struct {
    unsigned status;
    const char *reason;
  } reasons[] = {{200, "OK"},
                 {206, "Partial Content"},
                 {301, "Moved Permanently"},
                 {302, "Found"},
                 {304, "Not Modified"},
                 {404, "Not Found"},
                 {410, "Gone"},
                 {416, "Range Not Satisfiable"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    if (reasons[i].status == status) return reasons[i].reason;
  return "Status";
}

/* Ends the head, and says whether the connection goes on. */
static void end_head(const struct request *request, const struct wish *wish, struct response *response) {
  if (wish->close || !request->keep_alive || (wish->no_length && !wish->chunked)) {
    response->ending = ENDING_CLOSE;
    text_format(&response->head, "Connection: close\r\n");
  }
  text_format(&response->head, "\r\n");
}

static void add_headers(const struct wish *wish, struct response *response) {
  for (size_t i = 0; i < wish->header_count; i++)
    text_format(&response->head, "%s\r\n", wish->headers[i]);
}

/* A short body of known text. */
static void answer_text(const struct request *request, unsigned status, const char *type, const char *body, size_t size,
                        struct response *response) {
  text_format(&response->head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", status, reason(status),
              type, size);
  end_head(request, &(struct wish){0}, response);
  if (strcmp(request->method, "HEAD") != 0) text_add(&response->head, body, size);
}

static void answer_sentence(const struct request *request, unsigned status, const char *sentence,
                            struct response *response) {
  answer_text(request, status, "text/plain", sentence, strlen(sentence), response);
}

static void answer_redirect(const struct request *request, const struct wish *wish, const char *location,
                            struct response *response) {
  unsigned status = (unsigned)number(wish->redirect_status, 302);
  text_format(&response->head, "HTTP/1.1 %u %s\r\nLocation: %s\r\nContent-Length: 0\r\n", status, reason(status),
              location);
  add_headers(wish, response);
  end_head(request, wish, response);
}

static unsigned status_of_attempt(const char *list, unsigned attempt) {
  unsigned status = 200;
  for (unsigned i = 0; list && i < attempt; i++) {
    status = (unsigned)strtoul(list, NULL, 10);
    list = strchr(list, ',');
    if (list) list++;
  }
  return status;
}

static void answer_status(const struct request *request, const struct wish *wish, unsigned status,
                          struct response *response) {
  char page[128];
  int length =
      snprintf(page, sizeof page, "<!DOCTYPE html>\n<html><body>%u %s</body></html>\n", status, reason(status));
  if (status == 204 || status == 304) length = 0;
  text_format(&response->head, "HTTP/1.1 %u %s\r\nContent-Length: %d\r\n", status, reason(status), length);
  if (length > 0) text_format(&response->head, "Content-Type: %s\r\n", wish->type ? wish->type : "text/html");
  if (wish->retry_after) text_format(&response->head, "Retry-After: %s\r\n", wish->retry_after);
  if (wish->retry_date) {
    time_t when = time(NULL) + (time_t)number(wish->retry_date, 0);
    struct tm parts;
    char date[64];
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&when, &parts));
    text_format(&response->head, "Retry-After: %s\r\n", date);
  }
  add_headers(wish, response);
  end_head(request, wish, response);
  if (strcmp(request->method, "HEAD") != 0) text_add(&response->head, page, (size_t)length);
}

/* ---- Bodies ---- */

struct body {
  uint8_t *data;
  size_t size;
  const char *type;
};

/* The text that is wished for, or the body of "/img/KIND/NAME" below `path`; false if there is no such kind, or it
 * would be too large. */
static bool make_body(const char *path, const struct wish *wish, struct body *body) {
  if (wish->text) {
    body->size = strlen(wish->text);
    body->data = (uint8_t *)text_copy(wish->text, body->size);
    body->type = "text/plain";
    return true;
  }
  const char *name = path + strlen("/img/");
  size_t length = strcspn(name, "/?");
  const struct body_kind *kind = body_kind_find(name, length);
  uint64_t wanted = number(wish->size, 16384);
  if (!kind || wanted > SIZE_LIMIT) return false;
  uint64_t seed = wish->seed ? number(wish->seed, 0) : body_seed(name, strcspn(name, "?"));
  size_t trail = (size_t)number(wish->trail, 0) % 65536;
  body->size = body_size(kind, wanted);
  body->data = must(calloc(1, body->size + trail + 1));
  body->type = kind->type;
  body_write(kind, seed, body->data, body->size);
  unsigned width, height;
  if (wish->sides && strcmp(kind->type, "image/gif") == 0 && sscanf(wish->sides, "%ux%u", &width, &height) == 2) {
    const uint8_t sides[] = {(uint8_t)width, (uint8_t)(width >> 8), (uint8_t)height, (uint8_t)(height >> 8)};
    memcpy(body->data + 6, sides, sizeof sides);
  }
  body->size += trail;
  return true;
}

/* Frames the first `limit` bytes as chunks, with the closing one only if that is all. */
static void frame_chunks(struct body *body, size_t chunk, size_t limit) {
  struct text framed = {0};
  for (size_t at = 0; at < limit; at += chunk) {
    size_t part = body->size - at < chunk ? body->size - at : chunk;
    size_t sent = limit - at < part ? limit - at : part;
    text_format(&framed, "%zx\r\n", part);
    text_add(&framed, body->data + at, sent);
    if (sent == part) text_add(&framed, "\r\n", 2);
  }
  if (limit == body->size) text_format(&framed, "0\r\n\r\n");
  free(body->data);
  body->data = (uint8_t *)framed.data;
  body->size = framed.size;
}

/* Where the body stops short, and how: returns how many of its bytes are sent. */
static size_t apply_limits(const struct wish *wish, size_t size, struct response *response) {
  size_t limit = size;
  const struct {
    const char *at;
    enum ending ending;
  } cuts[] = {{wish->truncate, ENDING_CLOSE}, {wish->stall, ENDING_HANG}, {wish->reset, ENDING_RESET}};
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
    if (cuts[i].at && number(cuts[i].at, 0) <= limit) {
      limit = number(cuts[i].at, 0);
      response->ending = cuts[i].ending;
    }
  return limit;
}

static bool is(const char *text, const char *expected) {
  return text && strcmp(text, expected) == 0;
}

/* "bytes=a-b", "bytes=a-" or "bytes=-n" of a body: narrows it. 200 if the whole is to be sent, 206, or 416. */
static unsigned apply_range(const struct request *request, const struct wish *wish, size_t size, size_t *from,
                            size_t *to) {
  *from = 0;
  *to = size;
  if (!wish->ranges || !request->range || strncmp(request->range, "bytes=", 6) != 0) return 200;
  bool etag = wish->etag && request->if_range && strcmp(request->if_range, wish->etag) == 0;
  bool date = wish->last_modified && request->if_range && strcmp(request->if_range, wish->last_modified) == 0;
  if (request->if_range && !etag && !date && !wish->lie) return 200;
  char *rest;
  const char *text = request->range + 6;
  if (*text == '-') {
    uint64_t tail = strtoull(text + 1, NULL, 10);
    *from = tail < size ? size - (size_t)tail : 0;
    return 206;
  }
  *from = (size_t)strtoull(text, &rest, 10);
  if (is(wish->lie, "416")) return 416;
  uint64_t last = *rest == '-' && rest[1] ? strtoull(rest + 1, NULL, 10) : size - 1;
  if (*rest != '-' || *from >= size || last < *from) return 416;
  *to = last < size ? (size_t)last + 1 : size;
  return 206;
}

/* What "lie" is: no Content-Range, one of another start, another total, another length; "stale" goes on with other
 * bytes as if they were the same, but for their ETag; "unasked" is a 206 for everybody. "short" keeps the last megabyte
 * of a rest that is longer back, and "long" adds some; both are for "chunked", without which Content-Length would
 * tell. */
static void add_content_range(const struct wish *wish, size_t from, size_t to, size_t whole,
                              struct response *response) {
  size_t start = is(wish->lie, "start") ? from - 100 : from, last = is(wish->lie, "length") ? to - 2 : to - 1;
  size_t total = is(wish->lie, "total") ? whole + 1 : whole;
  if (!is(wish->lie, "none")) text_format(&response->head, "Content-Range: bytes %zu-%zu/%zu\r\n", start, last, total);
}

/* Replaces the body by what zlib makes of it. */
static void encode(const char *coding, struct body *body) {
  z_stream stream = {.next_in = body->data, .avail_in = (uInt)body->size};
  int bits = strcmp(coding, "gzip") == 0 ? MAX_WBITS + 16 : strcmp(coding, "raw") == 0 ? -MAX_WBITS : MAX_WBITS;
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY);
  size_t room = deflateBound(&stream, body->size);
  uint8_t *coded = must(malloc(room));
  stream.next_out = coded;
  stream.avail_out = (uInt)room;
  deflate(&stream, Z_FINISH);
  free(body->data);
  body->data = coded;
  body->size = stream.total_out;
  deflateEnd(&stream);
}

static void add_body_headers(const struct wish *wish, const struct body *body, struct response *response) {
  if (!wish->no_type) text_format(&response->head, "Content-Type: %s\r\n", wish->type ? wish->type : body->type);
  if (wish->chunked)
    text_format(&response->head, "Transfer-Encoding: chunked\r\n");
  else if (!wish->no_length)
    text_format(&response->head, "Content-Length: %zu\r\n", body->size);
  if (wish->encode)
    text_format(&response->head, "Content-Encoding: %s\r\n", is(wish->encode, "gzip") ? "gzip" : "deflate");
  if (wish->etag) text_format(&response->head, "ETag: %s\r\n", wish->etag);
  if (wish->last_modified) text_format(&response->head, "Last-Modified: %s\r\n", wish->last_modified);
  if (wish->disposition) text_format(&response->head, "Content-Disposition: %s\r\n", wish->disposition);
  if (wish->ranges) text_format(&response->head, "Accept-Ranges: bytes\r\n");
  add_headers(wish, response);
}

static void answer_body(const struct request *request, const struct wish *wish, struct body *body,
                        struct response *response) {
  uint64_t cut = number(wish->cut, 0);
  body->size -= cut < body->size ? (size_t)cut : body->size;
  size_t from, to, whole = body->size;
  unsigned status = apply_range(request, wish, whole, &from, &to);
  if (status == 416) {
    free(body->data);
    answer_status(request, wish, status, response);
    return;
  }
  memmove(body->data, body->data + from, to - from);
  body->size = to - from;
  if (status == 206 && is(wish->lie, "short") && body->size > LIE_BYTES) body->size -= LIE_BYTES;
  if (status == 206 && is(wish->lie, "long") && from >= LIE_BYTES) body->size += LIE_BYTES;
  if (status == 200 && is(wish->lie, "unasked")) status = 206;
  if (wish->as) status = (unsigned)number(wish->as, 200);
  if (wish->encode) encode(wish->encode, body);
  text_format(&response->head, "HTTP/1.1 %u %s\r\n", status, reason(status));
  if (status == 206 && !wish->as) add_content_range(wish, from, to, whole, response);
  add_body_headers(wish, body, response);
  end_head(request, wish, response);
  if (strcmp(request->method, "HEAD") == 0) {
    free(body->data);
    return;
  }
  if (wish->unasked) text_add(&response->unasked, wish->unasked, strlen(wish->unasked));
  response->later_ms = number(wish->later, 0);
  size_t limit = apply_limits(wish, body->size, response);
  uint64_t chunk = number(wish->chunked, 1);
  if (wish->chunked)
    frame_chunks(body, chunk > 1 ? (size_t)chunk : CHUNK_USUAL, limit);
  else
    body->size = limit;
  response->body = body->data;
  response->body_size = body->size;
}

/* ---- Paths ---- */

/* Takes away the faults that end after so many attempts. */
static void drop_faults(struct wish *wish) {
  wish->as = wish->malformed = wish->reset = wish->silence = wish->stall = wish->truncate = NULL;
}

/* The resource has another state from some attempt on. */
static void change(struct wish *wish, unsigned attempt) {
  static const char next[2] = "1";
  if (!wish->changed || attempt < number(wish->changed, 1)) return;
  if (wish->moved) wish->redirect = wish->moved;
  wish->seed = next;
  if (wish->etag) wish->etag = "\"changed\"";
  if (wish->last_modified) wish->last_modified = "Sat, 21 Nov 2026 09:00:00 GMT";
}

static void answer_image(const struct request *request, const char *path, unsigned attempt, struct wish *wish,
                         struct response *response) {
  if (attempt > number(wish->faults, UINT64_MAX)) drop_faults(wish);
  change(wish, attempt);
  response->delay_ms = number(wish->delay, 0);
  response->rate = number(wish->rate, 0);
  response->trickle_ms = number(wish->trickle, 0);
  if (wish->silence) {
    response->ending = ENDING_HANG;
    return;
  }
  if (wish->reset && strcmp(wish->reset, "request") == 0) {
    response->ending = ENDING_RESET;
    return;
  }
  if (wish->refuse && strstr(request->head, wish->refuse)) {
    answer_status(request, wish, 500, response);
    return;
  }
  if (wish->redirect && !(wish->until && strstr(request->head, wish->until))) {
    answer_redirect(request, wish, wish->redirect, response);
    return;
  }
  unsigned status = status_of_attempt(wish->status, attempt);
  if (wish->etag && request->if_none_match && strcmp(request->if_none_match, wish->etag) == 0) status = 304;
  if (status != 200) {
    answer_status(request, wish, status, response);
    return;
  }
  struct body body;
  if (!make_body(path, wish, &body)) {
    answer_sentence(request, 404, "no such kind of body, or too large\n", response);
    return;
  }
  if (wish->malformed) {
    if (malformed_response(wish->malformed, response, wish->type ? wish->type : body.type, body.data, body.size) < 0)
      answer_sentence(request, 400, "nothing malformed is called so\n", response);
    return;
  }
  answer_body(request, wish, &body, response);
  if (wish->reset && strcmp(wish->reset, "header") == 0) {
    response->head.size /= 2;
    response->body_size = 0;
    response->ending = ENDING_RESET;
  }
}

static void answer_loop(const struct request *request, struct wish *wish, struct response *response) {
  char location[64];
  snprintf(location, sizeof location, "/loop/%" PRIu64, number(request->target + strlen("/loop/"), 0) + 1);
  answer_redirect(request, wish, location, response);
}

/* "/zeros/N": N MiB of zeros, which the server holds only once. */
static void answer_zeros(const struct request *request, struct response *response) {
  uint64_t count = number(request->target + strlen("/zeros/"), 0);
  size_t block = 1024 * 1024;
  char *zeros = must(calloc(1, block));
  text_format(&response->head,
              "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %" PRIu64 "\r\n\r\n",
              count * block);
  text_add(&response->head, zeros, block);
  free(zeros);
  response->repeat_size = block;
  response->repeats = count - 1;
}

/* "/hop/3/REST" leads to "/hop/2/REST" ... and "/hop/1/REST" to "/REST". */
static void answer_hop(const struct request *request, struct wish *wish, struct response *response) {
  char *rest;
  uint64_t hops = strtoull(request->target + strlen("/hop/"), &rest, 10);
  struct text location = {0};
  if (hops > 1) text_format(&location, "/hop/%" PRIu64, hops - 1);
  text_format(&location, "%s", *rest ? rest : "/");
  answer_redirect(request, wish, location.data, response);
  free(location.data);
}

static bool starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

/* "/_/robots?host=HOST&...": what /robots.txt of this host is from now on. */
static void answer_set_robots(const struct request *request, struct robots_pages *robots, struct response *response) {
  struct wish wish;
  wish_read(&wish, request->target);
  if (!wish.host || wish.unknown) {
    answer_sentence(request, 400, "/_/robots takes host=HOST and what README says of /img/\n", response);
  } else {
    robots_pages_set(robots, wish.host, request->target + strlen("/_/robots?"));
    answer_sentence(request, 200, "set\n", response);
  }
  free(wish.memory);
}

/* As an image with the query that was set would be; 404 for a host that has none. */
static void answer_robots(const struct request *request, unsigned attempt, const struct robots_pages *robots,
                          struct response *response) {
  const char *query = robots_pages_find(robots, request->host);
  if (!query) {
    answer_sentence(request, 404, "no robots.txt was set for this host\n", response);
    return;
  }
  struct wish wish;
  struct text target = {0};
  text_format(&target, "/robots.txt?%s", query);
  wish_read(&wish, target.data);
  free(target.data);
  if (!wish.text) wish.text = "";
  answer_image(request, request->target, attempt, &wish, response);
  free(wish.memory);
}

static void answer_own(const struct request *request, struct counters *counters, struct robots_pages *robots,
                       struct response *response) {
  const char *target = request->target;
  if (starts_with(target, "/_/plain/img/")) {
    struct wish wish;
    struct body body;
    wish_read(&wish, target);
    if (make_body(target + strlen("/_/plain"), &wish, &body))
      answer_body(request, &(struct wish){.memory = NULL}, &body, response);
    else
      answer_sentence(request, 404, "no such kind of body, or too large\n", response);
    free(wish.memory);
  } else if (starts_with(target, "/_/stats")) {
    size_t size;
    char *text = counters_text(counters, strstr(target, "starts=1") != NULL, &size);
    answer_text(request, 200, "text/plain", text, size, response);
    free(text);
  } else if (starts_with(target, "/_/reset")) {
    counters_reset(counters);
    robots_pages_reset(robots);
    answer_sentence(request, 200, "forgotten\n", response);
  } else if (starts_with(target, "/_/robots?")) {
    answer_set_robots(request, robots, response);
  } else {
    answer_sentence(request, 404, "there is /_/stats, /_/reset, /_/robots?host=... and /_/plain/img/...\n", response);
  }
}

bool behaviour_is_own(const struct request *request) {
  return starts_with(request->target, "/_/");
}

void behaviour_answer(const struct request *request, unsigned attempt, struct counters *counters,
                      struct robots_pages *robots, struct response *response) {
  if (behaviour_is_own(request)) {
    answer_own(request, counters, robots, response);
    return;
  }
  struct wish wish;
  wish_read(&wish, request->target);
  if (wish.unknown)
    answer_sentence(request, 400, "the query has a parameter that this server does not know\n", response);
  else if (starts_with(request->target, "/img/"))
    answer_image(request, request->target, attempt, &wish, response);
  else if (strcmp(request->target, "/robots.txt") == 0)
    answer_robots(request, attempt, robots, response);
  else if (starts_with(request->target, "/loop/"))
    answer_loop(request, &wish, response);
  else if (starts_with(request->target, "/hop/"))
    answer_hop(request, &wish, response);
  else if (starts_with(request->target, "/zeros/"))
    answer_zeros(request, response);
  else if (starts_with(request->target, "/echo"))
    answer_sentence(request, 200, request->head, response);
  else
    answer_sentence(request, 404, "there is /img/KIND/NAME, /loop/N, /hop/N/..., /echo and /_/stats\n", response);
  free(wish.memory);
}

void response_clear(struct response *response) {
  free(response->head.data);
  free(response->body);
  free(response->unasked.data);
  *response = (struct response){.ending = ENDING_KEEP};
}
