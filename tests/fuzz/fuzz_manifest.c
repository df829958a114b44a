/* Rows of a manifest from any texts: what is written is read again, and holds no byte that a reader, a terminal or a
 * sheet would obey. The input is the texts, a line each; the first byte says more. */
#include "base/utf8.h"
#include "fuzz.h"
#include "manifest/row.h"

/* url, path, media_type, message, final_url, content_type, etag and ip */
enum { TEXTS = 8 };

/* Nothing but visible characters, line end aside. */
static void check_bytes(const char *line, size_t length) {
  uint32_t code;
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(line + at, length - at, &code);
    MUST(step > 0 && !code_is_control(code) && !(code >= 0x2028 && code <= 0x202e) && code != 0xfeff);
  }
}

/* No field begins as a formula does. */
static void check_fields(const char *line, size_t length) {
  bool quoted = false, start = true;
  for (size_t i = 0; i < length; i++) {
    bool opens = start && line[i] == '"';
    char first = opens && i + 1 < length ? line[i + 1] : line[i];
    if (start) MUST(first == '\0' || !strchr("=+-@", first));
    start = !quoted && line[i] == ',';
    if (line[i] == '"') quoted = !quoted;
  }
}

static bool same(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether a text is one that is written as it is, apart from quotes. */
static bool is_plain(const char *text, bool controls) {
  uint32_t code;
  size_t length = text ? strlen(text) : 0;
  for (size_t at = 0, step; at < length; at += step) {
    step = utf8_decode(text + at, length - at, &code);
    if (step == 0 || (!controls && (code_is_control(code) || code_is_invisible(code)))) return false;
  }
  return true;
}

static void check(const struct row *row, enum row_format format) {
  size_t bound = row_bound(row);
  char *line = malloc(bound + 1);
  struct row_view view;
  if (!line) abort();
  size_t length = (size_t)(row_write(line, row, format) - line), end = format == ROW_JSON ? 1 : 2;
  MUST(length <= bound && length > end && line[length - 1] == '\n');
  check_bytes(line, length - end);
  if (format == ROW_CSV) check_fields(line, length - end);
  MUST(row_read(line, length - 1, format, &view));
  MUST(view.id == row->id && view.status == row->status && view.error == row->error &&
       view.http_status == row->http_status);
  MUST(view.has_sha256 == (row->sha256 != NULL));
  MUST(!row->sha256 || memcmp(view.sha256, row->sha256, 32) == 0);
  if (is_plain(row->url, format == ROW_JSON)) MUST(same(view.url, row->url));
  if (is_plain(row->path, format == ROW_JSON)) MUST(same(view.path, row->path));
  free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  uint8_t sha256[32], choice = data[0];
  char *text = fuzz_text(data + 1, size - 1), *rest = text, *texts[TEXTS] = {NULL};
  for (size_t i = 0; i < TEXTS && rest; i++)
    texts[i] = strsep(&rest, "\n");
  memset(sha256, choice, sizeof sha256);
  struct row row = {.id = choice * UINT64_C(10000000019),
                    .url = texts[0] ? texts[0] : "",
                    .status = (seine_status_t)(choice % 4),
                    .path = texts[1],
                    .sha256 = choice & 0x40 ? sha256 : NULL,
                    .bytes = size,
                    .media_type = texts[2],
                    .http_status = choice & 0x20 ? 200 + choice : 0,
                    .error = choice & 0x10 ? -1 - choice % 19 : 0,
                    .message = texts[3],
                    .final_url = texts[4],
                    .content_type = texts[5],
                    .etag = texts[6],
                    .ip = texts[7],
                    .started_unix_ms = (int64_t)choice << (choice % 40),
                    .elapsed_ms = choice};
  check(&row, ROW_JSON);
  check(&row, ROW_CSV);
  free(text);
  return 0;
}
