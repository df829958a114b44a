/* The text of a CSV list cut into records. Where quotes are wrong, only the first line of the record is lost. The lines
 * behind it, as far as the scan went, are then taken one by one: another scan over them would meet the same fault, and
 * with a fault in each line the time would grow with the square of the text. */
#include "input/csv_cut.h"

#include <string.h>

#define BACKSLASH_PROBLEM                                                                                              \
  "has a backslash before a quote, as Spark and MySQL write it; --quote-style backslash reads that"

static const char *broken_problem(const struct csv_span *span) {
  return span->backslash ? BACKSLASH_PROBLEM : "has something between a closing quote and the next separator";
}

static void fill(struct csv_cutter *cutter, struct cut *cut, const char *text, size_t length, size_t record,
                 const char *problem) {
  const char *end = text + record;
  *cut = (struct cut){.length = record, .problem = problem};
  cut->next = record < length ? (size_t)(csv_past_end(end, text + length) - text) : length;
  cutter->lone_bytes = cutter->lone_bytes > cut->next ? cutter->lone_bytes - cut->next : 0;
}

/* The beginning of the last line of the text. */
static size_t last_line(const struct dialect *dialect, const char *text, size_t length) {
  const char *feed = memrchr(text, '\n', length), *back = dialect->cr_ends ? memrchr(text, '\r', length) : NULL;
  if (feed == NULL || (back != NULL && back > feed)) feed = back;
  return feed != NULL ? (size_t)(feed + 1 - text) : 0;
}

/* The first line is the record, with a problem; the lines behind it, up to the one that `seen` ends in, are lone. */
static void cut_line(struct csv_cutter *cutter, const char *text, size_t length, size_t seen, const char *problem,
                     struct cut *cut) {
  const char *end = csv_line_end(&cutter->dialect, text, length);
  cutter->lone_bytes = last_line(&cutter->dialect, text, seen);
  fill(cutter, cut, text, length, end != NULL ? (size_t)(end - text) : length, problem);
}

/* A line that no other line belongs to. */
static bool cut_lone(struct csv_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  struct csv_span span;
  const char *end = csv_line_end(&cutter->dialect, text, length);
  size_t line = end != NULL ? (size_t)(end - text) : length;
  const char *problem = NULL;
  if (end == NULL && !last && length <= cutter->record_max) return false;
  if (line > cutter->record_max) {
    problem = "is longer than 64 KiB";
  } else {
    csv_scan(&cutter->dialect, text, line, &span);
    if (span.end == CSV_OPEN) problem = "opens a quote that is not closed in its line";
    if (span.end == CSV_BROKEN) problem = broken_problem(&span);
  }
  cutter->scanned_bytes += line;
  fill(cutter, cut, text, length, line, problem);
  cut->unended = end == NULL && !last;
  return true;
}

/* No record ends within its largest length: a quote takes in what follows, or the line itself is too long. */
static bool cut_too_long(struct csv_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  size_t window = cutter->record_max + 1 < length ? cutter->record_max + 1 : length;
  if (csv_line_end(&cutter->dialect, text, window) != NULL) {
    cut_line(cutter, text, length, window, "opens a quote that is not closed within 64 KiB", cut);
    return true;
  }
  const char *end = csv_line_end(&cutter->dialect, text, length);
  fill(cutter, cut, text, length, end != NULL ? (size_t)(end - text) : length, "is longer than 64 KiB");
  cut->unended = end == NULL && !last;
  return true;
}

/* Whether a line behind the first one holds a URL. */
static bool has_url_inside(const struct dialect *dialect, const char *text, size_t length) {
  const char *line = csv_line_end(dialect, text, length);
  return line != NULL && memmem(line, (size_t)(text + length - line), "://", 3) != NULL;
}

/* A record of more than one line may be two quotes that do not belong together, if it has not the fields of the header
 * and a line in its quotes holds a URL. */
static bool is_doubtful(struct csv_cutter *cutter, const char *text, const struct csv_span *span) {
  if (!span->multiline || !has_url_inside(&cutter->dialect, text, span->length)) return false;
  if (cutter->columns > 0 && span->fields != cutter->columns) return true;
  cutter->has_inner_urls = true;
  return false;
}

bool csv_cut(struct csv_cutter *cutter, const char *text, size_t length, bool last, struct cut *cut) {
  size_t window = cutter->record_max + 1 < length ? cutter->record_max + 1 : length;
  struct csv_span span;
  *cut = (struct cut){0};
  if (length == 0) return false;
  if (cutter->lone_bytes > 0) return cut_lone(cutter, text, length, last, cut);
  csv_scan(&cutter->dialect, text, window, &span);
  cutter->scanned_bytes += span.length;
  switch (span.end) {
  case CSV_WHOLE:
    if (is_doubtful(cutter, text, &span))
      cut_line(cutter, text, length, span.length, "opens a quote that a later record closes", cut);
    else
      fill(cutter, cut, text, length, span.length, NULL);
    return true;
  case CSV_BROKEN:
    if (csv_line_end(&cutter->dialect, text, window) == NULL && (!last || length > cutter->record_max)) break;
    cut_line(cutter, text, length, span.length, broken_problem(&span), cut);
    return true;
  default: break;
  }
  if (length > cutter->record_max) return cut_too_long(cutter, text, length, last, cut);
  if (!last) return false;
  if (span.end == CSV_OPEN)
    cut_line(cutter, text, length, length, "opens a quote that is not closed", cut);
  else
    fill(cutter, cut, text, length, length, NULL);
  return true;
}
