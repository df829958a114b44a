/* Makes responses that break the protocol, each in one way. */
#include "malformed.h"

#include <stdlib.h>
#include <string.h>

struct fault {
  const char *name;
  const char *help;
  void (*write)(struct response *response, const char *type, size_t size);
  enum ending ending;
  bool with_body;
};

static void usual(struct response *response, const char *type, size_t size, const char *extra) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", type, size);
  text_format(&response->head, "%s\r\n", extra);
}

static void headed(struct response *response, const char *type, const char *line) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s\r\n", type, line);
}

static void repeat(struct response *response, const char *line, uint64_t times) {
  text_format(&response->head, "%s", line);
  response->repeat_size = strlen(line);
  response->repeats = times;
}

static void write_1xx_flood(struct response *response, const char *type, size_t size) {
  (void)type, (void)size;
  repeat(response, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", 200000);
}

static void write_100_flood(struct response *response, const char *type, size_t size) {
  (void)type, (void)size;
  repeat(response, "HTTP/1.1 100 Continue\r\n\r\n", 1000000);
}

static void write_102_flood(struct response *response, const char *type, size_t size) {
  (void)type, (void)size;
  repeat(response, "HTTP/1.1 102 Processing\r\n\r\n", 1000000);
}

static void write_bad_chunk(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: chunked\r\n");
  text_format(&response->head, "zzzz\r\n");
}

static void write_bad_length(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Content-Length: many\r\n");
}

static void write_bad_status(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 abc What\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, size);
}

static void write_bare_lf(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 200 OK\nContent-Type: %s\nContent-Length: %zu\n\n", type, size);
}

static void write_cut_headers(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", type, size);
}

static void write_cut_status(struct response *response, const char *type, size_t size) {
  (void)type, (void)size;
  text_format(&response->head, "HTTP/1.1 200 OK\r\n");
}

static void write_empty(struct response *response, const char *type, size_t size) {
  (void)response, (void)type, (void)size;
}

static void write_endless_body(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "");
  text_add(&response->head, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
  repeat(response, "\xff\xfe\x1f\xfe 0123456789012345678901234567890123456789012345678901234567890123", 1u << 30);
}

static void write_endless_extension(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: chunked\r\n");
  text_format(&response->head, "10");
  repeat(response, ";name=0123456789012345678901234567890123456789012345678901234567890123", 1u << 30);
}

static void write_endless_headers(struct response *response, const char *type, size_t size) {
  (void)size;
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n", type);
  repeat(response, "X-Filler: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n", 1000000);
}

static void write_endless_line(struct response *response, const char *type, size_t size) {
  char filler[1025] = "";
  memset(filler, 'x', sizeof filler - 1);
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Huge: ", type, size);
  repeat(response, filler, 100 * 1024);
}

static void write_endless_trailers(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: chunked\r\n");
  text_format(&response->head, "4\r\nabcd\r\n0\r\n");
  repeat(response, "X-Filler: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n", 1u << 30);
}

static void write_folded(struct response *response, const char *type, size_t size) {
  usual(response, type, size, "X-Long: one\r\n  two\r\n\tthree\r\n");
}

static void write_folded_first(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\n folded: x\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
              size);
}

static void write_http2_status(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/2 200\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, size);
}

static void write_garbage(struct response *response, const char *type, size_t size) {
  (void)type, (void)size;
  for (unsigned i = 0, x = 1; i < 2000; i++, x = x * 1103515245u + 12345u)
    text_add(&response->head, &(char){(char)(x >> 16)}, 1);
}

static void add_bits(struct response *response, const char *bits) {
  for (; *bits; bits += 8) {
    unsigned byte = 0;
    for (unsigned i = 0; i < 8; i++)
      byte |= (unsigned)(bits[i] - '0') << i;
    text_add(&response->head, &(char){(char)byte}, 1);
  }
}

/* Zeros without end, a thousandth of them on the wire: a block with fixed codes, the byte 0 five times, and then again
 * and again 11000101 00000, which is "258 bytes as one byte back". */
static void write_gzip_transfer(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: gzip\r\n");
  text_add(&response->head, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  add_bits(response, "11000110000001100000011000000110000001100001100010100000");
  for (int i = 0; i < 80; i++)
    add_bits(
        response,
        "11000101000001100010100000110001010000011000101000001100010100000110001010000011000101000001100010100000");
  response->repeat_size = (size_t)80 * 13;
  response->repeats = 1u << 27;
}

/* 100,000 zeros in 132 bytes. */
static void add_packed(struct response *response) {
  static const uint8_t start[] = {0x1f, 0x8b, 8, 0, 0,    0,    0,    0,    2,    3,    0xed, 0xc1, 0x31,
                                  1,    0,    0, 0, 0xc2, 0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0};
  static const uint8_t end[] = {0x80, 0x57, 3, 0x7d, 0x95, 0x11, 0xd4, 0xa0, 0x86, 1, 0};
  static const uint8_t zeros[132 - sizeof start - sizeof end] = {0};
  text_add(&response->head, (const char *)start, sizeof start);
  text_add(&response->head, (const char *)zeros, sizeof zeros);
  text_add(&response->head, (const char *)end, sizeof end);
}

static void write_packed_body(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Content-Encoding: gzip\r\nContent-Length: 132\r\n");
  add_packed(response);
}

static void write_packed_transfer(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: gzip\r\n");
  add_packed(response);
}

static void write_huge_chunk(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Transfer-Encoding: chunked\r\n");
  text_format(&response->head, "fffffffffffffffff\r\n");
}

static void write_huge_header(struct response *response, const char *type, size_t size) {
  size_t length = 1024 * 1024;
  char *filler = must(malloc(length));
  memset(filler, 'x', length);
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Huge: ", type, size);
  text_add(&response->head, filler, length);
  text_format(&response->head, "\r\n\r\n");
  free(filler);
}

static void write_many_headers(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", type, size);
  for (int i = 0; i < 10000; i++)
    text_format(&response->head, "X-Filler-%d: 0123456789012345678901234567890123456789\r\n", i);
  text_format(&response->head, "\r\n");
}

static void write_negative_length(struct response *response, const char *type, size_t size) {
  (void)size;
  headed(response, type, "Content-Length: -5\r\n");
}

static void write_no_colon(struct response *response, const char *type, size_t size) {
  usual(response, type, size, "this line has no colon\r\n");
}

static void write_no_head(struct response *response, const char *type, size_t size) {
  (void)response, (void)type, (void)size;
}

static void write_no_status(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, size);
}

static void write_null_byte(struct response *response, const char *type, size_t size) {
  static const char line[] = "X-Null: a\0b\r\n\r\n";
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", type, size);
  text_add(&response->head, line, sizeof line - 1);
}

static void write_two_lengths(struct response *response, const char *type, size_t size) {
  text_format(&response->head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", type, size);
  text_format(&response->head, "Content-Length: %zu\r\n\r\n", size + 100);
}

static const struct fault faults[] = {
    {"100-flood", "a million interim responses, then RST", write_100_flood, ENDING_RESET, false},
    {"102-flood", "a million interim responses of another kind, then RST", write_102_flood, ENDING_RESET, false},
    {"1xx-flood", "200,000 interim responses, then RST", write_1xx_flood, ENDING_RESET, false},
    {"bad-chunk", "a chunk size that is no number", write_bad_chunk, ENDING_CLOSE, true},
    {"bad-length", "Content-Length: many", write_bad_length, ENDING_CLOSE, true},
    {"bad-status", "a status that is no number", write_bad_status, ENDING_CLOSE, true},
    {"bare-lf", "lines end in LF alone (tolerated by most clients)", write_bare_lf, ENDING_CLOSE, true},
    {"cut-headers", "closed amid the headers", write_cut_headers, ENDING_CLOSE, false},
    {"cut-status", "closed after the status line", write_cut_status, ENDING_CLOSE, false},
    {"empty", "closed without a byte", write_empty, ENDING_CLOSE, false},
    {"endless-body", "a JPEG that never ends, without a length", write_endless_body, ENDING_CLOSE, false},
    {"endless-extension", "a chunk whose extensions never end", write_endless_extension, ENDING_CLOSE, false},
    {"endless-headers", "80 MB of header lines, then RST", write_endless_headers, ENDING_RESET, false},
    {"endless-line", "a header line of 100 MiB", write_endless_line, ENDING_RESET, false},
    {"endless-trailers", "a chunked body with trailers that never end", write_endless_trailers, ENDING_CLOSE, false},
    {"folded", "a header continued over three lines (tolerated)", write_folded, ENDING_CLOSE, true},
    {"folded-first", "a continuation line before any header", write_folded_first, ENDING_CLOSE, true},
    {"garbage", "2,000 arbitrary bytes", write_garbage, ENDING_CLOSE, false},
    {"gzip-transfer", "Transfer-Encoding: gzip, of zeros without end", write_gzip_transfer, ENDING_CLOSE, false},
    {"http2-status", "a status line of HTTP/2, in HTTP/1.1", write_http2_status, ENDING_CLOSE, true},
    {"huge-chunk", "a chunk of 2^68 bytes", write_huge_chunk, ENDING_CLOSE, true},
    {"huge-header", "one header of 1 MiB", write_huge_header, ENDING_CLOSE, true},
    {"many-headers", "ten thousand headers, 600 KB", write_many_headers, ENDING_CLOSE, true},
    {"negative-length", "Content-Length: -5", write_negative_length, ENDING_CLOSE, true},
    {"no-colon", "a header line without a colon", write_no_colon, ENDING_CLOSE, true},
    {"no-head", "the body alone, as in HTTP/0.9", write_no_head, ENDING_CLOSE, true},
    {"no-status", "headers, but no status line", write_no_status, ENDING_CLOSE, true},
    {"null-byte", "a NUL byte in a header", write_null_byte, ENDING_CLOSE, true},
    {"packed-body", "Content-Encoding: gzip unasked, 100,000 zeros in 132 bytes", write_packed_body, ENDING_CLOSE,
     false},
    {"packed-transfer", "Transfer-Encoding: gzip, of the same", write_packed_transfer, ENDING_CLOSE, false},
    {"two-lengths", "two different Content-Lengths, the true one first", write_two_lengths, ENDING_CLOSE, true},
};

int malformed_response(const char *name, struct response *response, const char *type, uint8_t *body, size_t size) {
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    const struct fault *fault = &faults[i];
    if (strcmp(fault->name, name) != 0) continue;
    fault->write(response, type, size);
    response->ending = fault->ending;
    if (fault->with_body) {
      response->body = body;
      response->body_size = size;
    } else {
      free(body);
    }
    return 0;
  }
  free(body);
  return -1;
}

void malformed_help(struct text *text) {
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    text_format(text, "  %-16s %s\n", faults[i].name, faults[i].help);
}
