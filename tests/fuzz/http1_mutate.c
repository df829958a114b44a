/* Mutates inputs of fuzz_http1 by what HTTP is made of: records, lines, lengths and chunks. contrib/fuzz alone links
 * it. */
#include "edit.h"
#include "http1_script.h"

#define RECORDS_MOST 12
#define COUNT(list)  (uint32_t)(sizeof(list) / sizeof *(list))

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static const char *const lines[] = {"Content-Length: 0\r\n",
                                    "Content-Length: 5\r\n",
                                    "Content-Length: 10, 10\r\n",
                                    "Content-Length: -1\r\n",
                                    "Content-Length: 99999999999999999999\r\n",
                                    "Content-Length: 80100\r\n",
                                    "Content-Length: +5\r\n",
                                    "Transfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding: gzip, chunked\r\n",
                                    "Transfer-Encoding: identity\r\n",
                                    "Transfer-Encoding: chunked, chunked\r\n",
                                    "Connection: close\r\n",
                                    "Connection: keep-alive\r\n",
                                    "Connection: Upgrade\r\nUpgrade: h2c\r\n",
                                    "Upgrade: h2c\r\n",
                                    "Content-Encoding: gzip\r\n",
                                    "Content-Encoding: deflate\r\n",
                                    "Content-Encoding: br\r\n",
                                    "Content-Encoding: zstd\r\n",
                                    "Content-Encoding: gzip, gzip\r\n",
                                    "Content-Encoding: identity\r\n",
                                    "Content-Type: image/gif\r\n",
                                    "Content-Type: text/html\r\n",
                                    "Content-Type: text/plain\r\n",
                                    "Content-Type: image/svg+xml\r\n",
                                    "Content-Type: x\r\n",
                                    "Location: /2\r\n",
                                    "Location: /3?a b\r\n",
                                    "Location: http://127.0.0.8:00000/1\r\n",
                                    "Location: #x\r\n",
                                    "Location: http://127.0.0.1:00000/4\r\n",
                                    "Location: //127.0.0.7:00000/2\r\n",
                                    "Location: http://-a.example:00000/1\r\n",
                                    "Location: http://a\\@127.0.0.8:00000/1\r\n",
                                    "Location: http://@127.0.0.8:00000/1\r\n",
                                    "Location: https:/1\r\n",
                                    "Location: http://user:pw@127.0.0.1:00000/2\r\n",
                                    "Location: /\xe4\r\n",
                                    "Location: ftp://a/\r\n",
                                    "Location:\r\n",
                                    "Set-Cookie: a=b\r\n",
                                    "Set-Cookie: a=b; domain=127.0.0.1; path=/\r\n",
                                    "Set-Cookie: c=; max-age=0\r\n",
                                    "Retry-After: 0\r\n",
                                    "Retry-After: 0.5\r\n",
                                    "Retry-After: Mon, 02 Mar 2026 10:00:00 UTC\r\n",
                                    "ETag: \"a\"\r\n",
                                    "ETag: W/\"b\"\r\n",
                                    "Last-Modified: Mon, 02 Mar 2026 10:00:00 GMT\r\n",
                                    "X-Robots-Tag: noai\r\n",
                                    "Content-Disposition: attachment; filename=\"a\\b.gif\"\r\n",
                                    "Content-Range: bytes 0-9/10\r\n",
                                    "Content-Range: bytes 5-9/10\r\n",
                                    "Content-Range: bytes */10\r\n",
                                    "Accept-Ranges: bytes\r\n",
                                    " folded\r\n",
                                    "\tfolded\r\n",
                                    "HTTP/1.1 200 OK\r\n",
                                    "HTTP/x: 404\r\n",
                                    "HTTP/1.1 100 Continue\r\n\r\n",
                                    "HTTP/1.1 103 Early\r\n\r\n",
                                    ": no name\r\n",
                                    "no colon\r\n",
                                    "X-NUL: a\\0b\r\n",
                                    "Trailer: ETag\r\n",
                                    "\r\n",
                                    "\n",
                                    "0\r\n\r\n",
                                    "5\r\nabcde\r\n",
                                    "ffffffffffffffff\r\n",
                                    "5;a=b\r\n",
                                    "WWW-Authenticate: Basic realm=x\r\n",
                                    "Alt-Svc: h2=\":00000\"\r\n",
                                    "Strict-Transport-Security: max-age=9\r\n",
                                    "Proxy-Authenticate: Basic\r\n",
                                    "Refresh: 0; url=/2\r\n",
                                    "User-agent: *\nDisallow: /1\n",
                                    "User-agent: seine\nAllow: /\nDisallow: /2$\n",
                                    "Sitemap: /x\n"};

static const char *const statuses[] = {
    "100", "101", "102", "200", "201", "202", "203", "204", "205", "206", "226", "299", "300", "301", "302", "303",
    "304", "305", "307", "308", "400", "401", "403", "404", "407", "408", "410", "416", "421", "425", "429", "451",
    "500", "501", "502", "503", "504", "511", "520", "522", "530", "600", "999", "000", "099", "20",  "2000"};

static const char *const responses[] = {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
                                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                                        "HTTP/1.1 302 Found\r\nLocation: /5\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 101 Switching Protocols\r\n\r\nx",
                                        "HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 204 No Content\r\n\r\n",
                                        "HTTP/1.0 200 OK\r\n\r\nall",
                                        "</html>\r\n",
                                        "x"};

/* ---- Records ---- */

static size_t find_records(const struct edit *edit, struct range_of records[RECORDS_MOST]) {
  size_t count = 0;
  for (size_t i = 0; i < edit->size && count < RECORDS_MOST; i++) {
    if (edit->data[i] != SCRIPT_MARK) continue;
    size_t end = i + 1;
    while (end < edit->size && edit->data[end] != SCRIPT_MARK)
      end++;
    records[count++] = (struct range_of){i, end};
    i = end - 1;
  }
  return count;
}

/* A record's response, without its head. */
static struct range_of response_of(const struct edit *edit, struct range_of record) {
  const uint8_t *feed = memchr(edit->data + record.begin, '\n', record.end - record.begin);
  return (struct range_of){feed ? (size_t)(feed + 1 - edit->data) : record.end, record.end};
}

static struct range_of body_of(const struct edit *edit, struct range_of response) {
  const uint8_t *end = memmem(edit->data + response.begin, response.end - response.begin, "\r\n\r\n", 4);
  return (struct range_of){end ? (size_t)(end + 4 - edit->data) : response.end, response.end};
}

/* ---- Mutations of one response ---- */

static void set_flags(struct edit *edit, struct range_of record) {
  static const char letters[] = "kcmnsfL";
  char head[8];
  int size = snprintf(head, sizeof head, "%c%c%c%c\n", SCRIPT_MARK, "r123456"[edit_draw(edit, 7)],
                      letters[edit_draw(edit, 2)], letters[2 + edit_draw(edit, edit_draw(edit, 20) ? 4 : 5)]);
  edit_replace(edit, (struct range_of){record.begin, response_of(edit, record).begin}, head, (size_t)size);
}

static void set_status(struct edit *edit, struct range_of response) {
  const uint8_t *blank = memchr(edit->data + response.begin, ' ', response.end - response.begin);
  size_t at = blank ? (size_t)(blank + 1 - edit->data) : response.begin, end = at;
  while (end < response.end && edit->data[end] >= '0' && edit->data[end] <= '9')
    end++;
  const char *status = statuses[edit_draw(edit, COUNT(statuses))];
  edit_replace(edit, (struct range_of){at, end}, status, strlen(status));
}

/* Makes Content-Length what the body has. */
static void set_length(struct edit *edit, struct range_of response) {
  static const char name[] = "Content-Length: ";
  struct range_of body = body_of(edit, response);
  char digits[24];
  int size = snprintf(digits, sizeof digits, "%zu", body.end - body.begin);
  uint8_t *found = memmem(edit->data + response.begin, body.begin - response.begin, name, sizeof name - 1);
  if (!found) return;
  size_t at = (size_t)(found - edit->data) + sizeof name - 1, end = at;
  while (end < body.begin && edit->data[end] != '\r' && edit->data[end] != '\n')
    end++;
  edit_replace(edit, (struct range_of){at, end}, digits, (size_t)size);
}

/* Cuts the body into chunks, and says so. */
static void set_chunks(struct edit *edit, struct range_of response) {
  struct range_of body = body_of(edit, response);
  size_t step = 1 + edit_draw(edit, 60);
  if (body.begin < response.begin + 4) return;
  edit_insert(edit, body.end, "0\r\n\r\n");
  for (size_t begin = body.begin + (body.end - body.begin) / step * step;; begin -= step) {
    size_t end = begin + step < body.end ? begin + step : body.end;
    char head[16];
    snprintf(head, sizeof head, "%zx\r\n", end - begin);
    if (end > begin && edit_insert(edit, end, "\r\n")) edit_insert(edit, begin, head);
    if (begin == body.begin) break;
  }
  edit_insert(edit, body.begin - 2, "Transfer-Encoding: chunked\r\n");
}

/* A line of the headers, mostly; sometimes of the body. */
static struct range_of any_line(struct edit *edit, struct range_of response) {
  size_t end = edit_draw(edit, 5) ? body_of(edit, response).begin : response.end;
  return edit_line(edit, (struct range_of){response.begin, end});
}

static void mutate_line(struct edit *edit, struct range_of response) {
  struct range_of line = any_line(edit, response), other;
  switch (edit_draw(edit, 6)) {
  case 0: edit_replace(edit, line, "", 0); break;
  case 1:
    edit_replace(edit, (struct range_of){line.end, line.end}, edit->data + line.begin, line.end - line.begin);
    break;
  case 2:
    other = any_line(edit, response);
    edit_replace(edit, (struct range_of){line.end, line.end}, edit->data + other.begin, other.end - other.begin);
    break;
  case 3: edit_mutate(edit, line); break;
  default: edit_insert(edit, line.end, lines[edit_draw(edit, COUNT(lines))]); break;
  }
}

static void mutate_response(struct edit *edit, struct range_of response) {
  struct range_of body = body_of(edit, response);
  size_t at = response.begin + edit_draw(edit, (uint32_t)(response.end - response.begin));
  switch (edit_draw(edit, 12)) {
  case 0: set_status(edit, response); break;
  case 1: set_length(edit, response); break;
  case 2: set_chunks(edit, response); break;
  case 3: edit_replace(edit, (struct range_of){at, response.end}, "", 0); break;
  case 4: edit_insert(edit, response.end, responses[edit_draw(edit, COUNT(responses))]); break;
  case 5: edit_insert(edit, response.begin, responses[edit_draw(edit, COUNT(responses))]); break;
  case 6: edit_mutate(edit, response); break;
  case 7: edit_mutate(edit, body); break;
  default: mutate_line(edit, response); break;
  }
}

/* ---- Mutations of the input ---- */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  struct edit edit = {data, size, max_size, seed};
  struct range_of records[RECORDS_MOST];
  size_t count = find_records(&edit, records);
  if (count == 0 || edit_draw(&edit, 40) == 0) return LLVMFuzzerMutate(data, size, max_size);
  for (uint32_t left = 1 + edit_draw(&edit, 4); left > 0; left--) {
    count = find_records(&edit, records);
    if (count == 0) break;
    struct range_of record = records[edit_draw(&edit, (uint32_t)count)], response = response_of(&edit, record);
    switch (edit_draw(&edit, 16)) {
    case 0: set_flags(&edit, record); break;
    case 1: edit_replace(&edit, record, "", 0); break;
    case 2:
      edit_replace(&edit, (struct range_of){edit.size, edit.size}, data + record.begin, record.end - record.begin);
      break;
    case 3:
      edit_replace(&edit, (struct range_of){0, records[0].begin}, &"rrwiri"[edit_draw(&edit, 6)],
                   edit_draw(&edit, 3) ? 0 : 1);
      break;
    default:
      if (response.end > response.begin) mutate_response(&edit, response);
      break;
    }
  }
  return edit.size;
}
