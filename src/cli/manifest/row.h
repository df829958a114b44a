/* Rows of the manifest, written as JSON lines or CSV, and read back. Any thread. */
#ifndef SEINE_CLI_ROW_H
#define SEINE_CLI_ROW_H

#include <seine.h>

enum row_format { ROW_JSON, ROW_CSV };

/* What a row says. Strings are borrowed, NULL for "nothing is known", and may hold remote bytes as they came. */
struct row {
  uint64_t id;
  const char *url; /* without userinfo */
  seine_status_t status;
  const char *path;
  const uint8_t *sha256; /* 32 bytes */
  uint64_t bytes;
  const char *media_type;
  uint32_t width, height; /* 0: not known */
  uint64_t trailing_bytes; /* 0: none */
  int http_status; /* 0: no response came */
  int error; /* one of SEINE_E..., 0 for none */
  const char *message;
  bool retryable; /* written where the status is neither ok nor duplicate */
  unsigned attempts;
  const char *final_url, *content_type, *etag, *last_modified, *ip;
  int64_t started_unix_ms; /* 0: never started */
  uint64_t elapsed_ms;
  const char *input; /* what else the list says of the URL: a JSON object in one line, written as it is */
};

/* The first line of a CSV manifest, with its line end; "" for JSON. */
const char *row_header(enum row_format format);

/* Limit of each text that a server chose, in bytes as written. A longer media type, Content-Type, final URL or message
 * is cut and ends in "..."; a longer ETag or Last-Modified is null, since a part of one is of no use. */
#define ROW_TEXT_MOST 2048

/* No row is longer than this, its line end included. */
size_t row_bound(const struct row *row);

/* Writes the row with its line end (LF for JSON, CRLF for CSV) to out, which has room for row_bound(row) bytes. Gives
 * the end of it; no NUL is added. A row never holds a line break inside: bytes that are not UTF-8 are percent-encoded,
 * and control and bidirectional characters are escaped (as \u.... in JSON, percent-encoded in CSV). No field of a CSV
 * begins as a formula: an apostrophe is put before it, which reading takes off. */
char *row_write(char *out, const struct row *row, enum row_format format);

/* What is needed of a row that was read. Strings lie in the line that was given, which is changed by reading. */
struct row_view {
  uint64_t id;
  char *url;
  seine_status_t status;
  int error, http_status;
  bool retryable; /* false for ok and duplicate */
  const char *path;
  uint64_t bytes;
  const char *media_type;
  const char *content_type; /* read of rejected rows alone */
  uint32_t width, height; /* 0: not known */
  bool has_sha256;
  uint8_t sha256[32];
};

/* Reads a line of our own, without its line end, of which line[length] can be written (a NUL is put there). False for
 * anything else, among them the header of a CSV. */
bool row_read(char *line, size_t length, enum row_format format, struct row_view *view);

#endif
