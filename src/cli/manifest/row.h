/* Rows of the manifest, written as JSON lines or CSV, and read back. Any thread. */
#ifndef SEINE_CLI_ROW_H
#define SEINE_CLI_ROW_H

#include <seine.h>

enum row_format { ROW_JSON, ROW_CSV };

/* Values of a row to be written. Strings are borrowed, NULL where not known, and may hold any bytes of a server. */
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
  const char *input; /* other columns or members of the record: a JSON object in one line, written unchanged */
};

/* Returns the first line of a CSV manifest, with its line end; "" for JSON. */
const char *row_header(enum row_format format);

/* Limit of each text that a server chose, in bytes as written. A longer media type, Content-Type, final URL or message
 * is cut and ends in "..."; a longer ETag or Last-Modified is null, since a part of one is of no use. */
#define ROW_TEXT_MOST 2048

/* Returns an upper bound of the length of the row, its line end included. */
size_t row_bound(const struct row *row);

/* Writes the row with its line end (LF for JSON, CRLF for CSV) to out, which has space for row_bound(row) bytes.
 * Returns the end; no NUL is added. A row contains no line break: bytes that are not UTF-8 are percent-encoded, and
 * control and bidirectional characters are escaped (as \u.... in JSON, percent-encoded in CSV). No field of a CSV
 * begins as a formula: an apostrophe before it prevents that, and is removed by reading. */
char *row_write(char *out, const struct row *row, enum row_format format);

/* Values read from a row. Strings point into the line that was read, which reading changes. */
struct row_view {
  uint64_t id;
  char *url;
  seine_status_t status;
  int error, http_status;
  bool retryable; /* false for ok and duplicate */
  const char *path;
  uint64_t bytes;
  const char *media_type;
  const char *content_type; /* NULL unless the row is rejected */
  uint32_t width, height; /* 0: not known */
  bool has_sha256;
  uint8_t sha256[32];
};

/* Reads a line of our own, without its line end, of which line[length] can be written (a NUL is put there). False for
 * anything else, among them the header of a CSV. */
bool row_read(char *line, size_t length, enum row_format format, struct row_view *view);

#endif
