/* What a run came to: counts by status and class, where things are, and what to do next. */
#include "summary.h"
#include "amount.h"
#include "outdir.h"
#include "row.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT_WIDTH 11 /* columns: "999,999,999" */

/* ---- For people ---- */

static void begin_line(struct text *text, const char *what, uint64_t count) {
  char number[AMOUNT_ROOM];
  text_printf(text, "  %-12s %*s", what, COUNT_WIDTH, amount_count(count, number));
}

static void add_detail(struct text *text, bool *first, const char *name, uint64_t count) {
  char number[AMOUNT_ROOM];
  text_printf(text, "%s%s %s", *first ? "  " : ", ", amount_count(count, number), name);
  *first = false;
}

static bool is_reason_to_reject(int error) {
  return error == SEINE_ETYPE || error == SEINE_ESIZE || error == SEINE_EOPTOUT;
}

/* The classes of what was rejected, or of what failed, those of HTTP by status. */
static void add_classes(struct text *text, const struct figures *figures, bool rejected) {
  bool first = true;
  for (int error = 1; error < FIGURES_ERRORS; error++) {
    uint64_t count = figures->by_error[error];
    if (count == 0 || is_reason_to_reject(-error) != rejected || -error == SEINE_EHTTP) continue;
    add_detail(text, &first, seine_err_name(-error), count);
  }
  for (int status = 0; !rejected && status < FIGURES_STATUSES; status++) {
    char name[24];
    snprintf(name, sizeof name, "http %d", status);
    if (figures->by_http[status]) add_detail(text, &first, name, figures->by_http[status]);
  }
}

static void add_counts(struct text *text, const struct summary *summary) {
  const struct figures *figures = summary->figures;
  begin_line(text, "ok", figures->by_status[SEINE_STATUS_OK]);
  if (summary->output) text_printf(text, "  in %s", summary->output);
  text_printf(text, "\n");
  begin_line(text, "duplicate", figures->by_status[SEINE_STATUS_DUPLICATE]);
  text_printf(text, "\n");
  begin_line(text, "rejected", figures->by_status[SEINE_STATUS_REJECTED]);
  add_classes(text, figures, true);
  text_printf(text, "\n");
  begin_line(text, "failed", figures->by_status[SEINE_STATUS_FAILED]);
  add_classes(text, figures, false);
  text_printf(text, "\n");
  if (figures->done_before) {
    char number[AMOUNT_ROOM];
    begin_line(text, "done before", figures->done_before);
    if (figures->done_before_bad)
      text_printf(text, "  of which %s rejected or failed for good", amount_count(figures->done_before_bad, number));
    text_printf(text, "\n");
  }
  if (figures->repeated) {
    begin_line(text, "repeated", figures->repeated);
    text_printf(text, "  in the list already\n");
  }
  if (figures->unfinished) {
    begin_line(text, "unfinished", figures->unfinished);
    text_printf(text, "\n");
  }
}

static void add_advice(struct text *text, const struct summary *summary) {
  const struct figures *figures = summary->figures;
  char number[AMOUNT_ROOM];
  uint64_t again = figures->transient;
  if (strcmp(summary->manifest, "-") == 0) return;
  text_printf(text, "  %-12s %s\n", "manifest", summary->manifest);
  if (summary->interrupted || figures->unfinished)
    text_printf(text, "run the same command again to go on from here%s\n",
                again ? "; failures that may pass are retried" : "");
  else if (again)
    text_printf(text, "run the same command again to retry %s transient failure%s\n", amount_count(again, number),
                again == 1 ? "" : "s");
}

void summary_text(const struct summary *summary, struct text *text) {
  const struct figures *figures = summary->figures;
  char urls[AMOUNT_ROOM], rate[AMOUNT_ROOM], received[AMOUNT_ROOM], speed[AMOUNT_ROOM];
  uint64_t ended = figures_ended(figures) - figures->done_before;
  double seconds = figures->elapsed_ms > 0 ? (double)figures->elapsed_ms / 1000 : 0.001;
  text_printf(text, "%s URL%s in %.1f s (%s/s), %s received (%s/s)\n", amount_count(ended, urls), ended == 1 ? "" : "s",
              seconds, amount_rate((double)ended / seconds, rate),
              amount_bytes((double)figures->received_bytes, received),
              amount_bytes((double)figures->received_bytes / seconds, speed));
  add_counts(text, summary);
  add_advice(text, summary);
}

/* ---- For machines ---- */

static void add_number(struct text *text, const char *key, uint64_t number) {
  text_printf(text, ",\"%s\":%" PRIu64, key, number);
}

static void add_string(struct text *text, const char *key, const char *value) {
  char *json = xmalloc(row_text_bound(value) + 1);
  *row_put_text(json, value) = '\0';
  text_printf(text, ",\"%s\":%s", key, json);
  free(json);
}

static void add_classes_json(struct text *text, const struct figures *figures) {
  const char *comma = "";
  text_printf(text, ",\"errors\":{");
  for (int error = 1; error < FIGURES_ERRORS; error++) {
    if (!figures->by_error[error]) continue;
    text_printf(text, "%s\"%s\":%" PRIu64, comma, seine_err_name(-error), figures->by_error[error]);
    comma = ",";
  }
  text_printf(text, "},\"http_errors\":{");
  comma = "";
  for (int status = 0; status < FIGURES_STATUSES; status++) {
    if (!figures->by_http[status]) continue;
    text_printf(text, "%s\"%d\":%" PRIu64, comma, status, figures->by_http[status]);
    comma = ",";
  }
  text_printf(text, "}");
}

void summary_json(const struct summary *summary, struct text *text) {
  const struct figures *figures = summary->figures;
  text_printf(text, "{\"version\":\"%s\",\"exit_status\":%d,\"interrupted\":%s", SEINE_VERSION, summary->exit_status,
              summary->interrupted ? "true" : "false");
  add_number(text, "records", figures->records);
  add_number(text, "repeated", figures->repeated);
  add_number(text, "done_before", figures->done_before);
  add_number(text, "done_before_not_ok", figures->done_before_bad);
  for (int status = SEINE_STATUS_OK; status <= SEINE_STATUS_FAILED; status++)
    add_number(text, seine_status_name((seine_status_t)status), figures->by_status[status]);
  add_number(text, "transient", figures->transient);
  add_number(text, "unfinished", figures->unfinished);
  add_classes_json(text, figures);
  add_number(text, "received_bytes", figures->received_bytes);
  add_number(text, "stored_bytes", figures->stored_bytes);
  add_number(text, "elapsed_ms", figures->elapsed_ms);
  add_string(text, "output", summary->output);
  add_string(text, "manifest", summary->manifest);
  text_printf(text, "}\n");
}

static int write_whole(int fd, const char *data, size_t size) {
  while (size > 0) {
    ssize_t n = write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    data += n;
    size -= (size_t)n;
  }
  return 0;
}

/* A device or a pipe is written to as it is: a rename would replace it by a file. */
static int write_replacing(const char *path, const struct text *json) {
  struct stat st;
  bool direct = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
  char *temporary = direct ? xstrdup(path) : xasprintf("%s.%ld.part", path, (long)getpid());
  int flags = direct ? O_WRONLY | O_CLOEXEC | O_NOCTTY : O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = open(temporary, flags, 0666);
  int error = fd < 0 ? errno : write_whole(fd, json->data, json->length);
  if (fd >= 0 && close(fd) != 0 && !error) error = errno;
  if (!direct && !error && rename(temporary, path) != 0) error = errno;
  if (!direct && error && fd >= 0) unlink(temporary);
  free(temporary);
  return error;
}

int summary_write(const struct summary *summary, const char *path, char *cause, size_t size) {
  struct text json = {0};
  int error = folders_make_above(path, cause, size);
  if (error) return error;
  summary_json(summary, &json);
  error = write_replacing(path, &json);
  text_clear(&json);
  if (error) snprintf(cause, size, "the summary %s cannot be written: %s", path, strerror(error));
  return error;
}
