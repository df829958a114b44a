/* Rows of a manifest, read and written. The input is a line of JSON, or of CSV if it does not begin with "{". */
#include "fuzz.h"
#include "input/list.h"
#include "manifest/row.h"
#include "manifest/row_fast.h"

static bool same(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Writes what was read as the other columns' nothings, and reads it again. Escapes change bytes that are not UTF-8 or
 * are controls, so that it is the second reading that the third must equal. */
static void write_and_read(const struct row_view *view, enum row_format format, int times) {
  struct row row = {.id = view->id,
                    .url = view->url,
                    .status = view->status,
                    .path = view->path,
                    .sha256 = view->has_sha256 ? view->sha256 : NULL,
                    .http_status = view->http_status,
                    .error = view->error,
                    .retryable = view->retryable};
  size_t bound = row_bound(&row);
  char *line = malloc(bound + 1);
  struct row_view again;
  if (!line) abort();
  size_t length = (size_t)(row_write(line, &row, format) - line);
  MUST(length <= bound && length >= 2 && line[length - 1] == '\n');
  MUST(memchr(line, '\n', length - 1) == NULL);
  MUST(row_read(line, length - 1, format, &again));
  MUST(again.id == view->id && again.status == view->status && again.error == view->error &&
       again.http_status == view->http_status);
  MUST(again.has_sha256 == view->has_sha256 && again.retryable == view->retryable);
  MUST(!view->has_sha256 || memcmp(again.sha256, view->sha256, 32) == 0);
  if (times > 1)
    MUST(same(again.url, view->url) && same(again.path, view->path));
  else
    write_and_read(&again, format, times + 1);
  free(line);
}

/* What is read quickly is what is read. */
static void scan(const uint8_t *data, size_t size, const struct row_view *view) {
  char *line = fuzz_text(data, size);
  struct row_view quick;
  if (row_read_fast(line, size, &quick)) {
    MUST(view && quick.id == view->id && quick.status == view->status && quick.error == view->error);
    MUST(quick.retryable == view->retryable && quick.http_status == view->http_status && quick.bytes == view->bytes &&
         quick.has_sha256 == view->has_sha256);
    MUST(!quick.has_sha256 || memcmp(quick.sha256, view->sha256, 32) == 0);
    MUST(same(quick.url, view->url) && same(quick.path, view->path));
  } else {
    MUST(memcmp(line, data, size) == 0);
  }
  free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum row_format format = size > 0 && data[0] == '{' ? ROW_JSON : ROW_CSV;
  char *line = fuzz_text(data, size);
  struct row_view view;
  bool good = row_read(line, size, format, &view);
  if (format == ROW_JSON) scan(data, size, good ? &view : NULL);
  if (good) {
    MUST(view.url && strlen(view.url) <= size);
    write_and_read(&view, format, 1);
  }
  free(line);
  return 0;
}
