/* Writes the summary of a run: counts by status and class, durations, top failing hosts, and what to do next. */
#include "report/summary.h"
#include "base/human_format.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/xalloc.h"
#include "manifest/row.h"
#include "output/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT_WIDTH  11 /* columns: "999,999,999" */
#define REASON_SHOWN 80
#define HOST_SHOWN   100 /* bytes; a hostile list has names of any length */

/* ---- For people ---- */

static void begin_line(struct text *text, const char *what, uint64_t count) {
  char number[AMOUNT_ROOM];
  text_printf(text, "  %-12s %*s", what, COUNT_WIDTH, format_count(count, number));
}

/* A class of error, or a status of HTTP. */
struct class {
  uint64_t count;
  int error, http;
};

static int compare_classes(const void *a, const void *b) {
  const struct class *left = a, *right = b;
  if (left->count != right->count) return left->count < right->count ? 1 : -1;
  return left->error != right->error ? right->error - left->error : left->http - right->http;
}

/* The classes of what was rejected, or of what failed, those of HTTP by status; the largest first. */
static void add_classes(struct text *text, const struct run_stats *run_stats, bool rejected) {
  struct class classes[RUN_STATS_ERRORS + RUN_STATS_STATUSES];
  size_t count = 0;
  for (int error = 1; error < RUN_STATS_ERRORS; error++) {
    uint64_t of_rejected = run_stats->rejected_by_error[error];
    uint64_t errors = rejected ? of_rejected : run_stats->by_error[error] - of_rejected;
    if (errors && -error != SEINE_EHTTP) classes[count++] = (struct class){errors, -error, 0};
  }
  for (int status = 0; !rejected && status < RUN_STATS_STATUSES; status++)
    if (run_stats->by_http[status]) classes[count++] = (struct class){run_stats->by_http[status], SEINE_EHTTP, status};
  qsort(classes, count, sizeof *classes, compare_classes);
  for (size_t i = 0; i < count; i++) {
    char name[24], number[AMOUNT_ROOM];
    snprintf(name, sizeof name, classes[i].error == SEINE_EHTTP ? "%s %d" : "%s", seine_err_name(classes[i].error),
             classes[i].http);
    text_printf(text, "    %-10s %*s\n", name, COUNT_WIDTH, format_count(classes[i].count, number));
  }
}

static void add_counts(struct text *text, const struct summary *summary) {
  const struct run_stats *run_stats = summary->run_stats;
  begin_line(text, "ok", run_stats->by_status[SEINE_STATUS_OK]);
  if (summary->output) text_printf(text, "  in %s", summary->output);
  text_printf(text, "\n");
  begin_line(text, "duplicate", run_stats->by_status[SEINE_STATUS_DUPLICATE]);
  text_printf(text, "\n");
  begin_line(text, "rejected", run_stats->by_status[SEINE_STATUS_REJECTED]);
  text_printf(text, "\n");
  add_classes(text, run_stats, true);
  begin_line(text, "failed", run_stats->by_status[SEINE_STATUS_FAILED]);
  text_printf(text, "\n");
  add_classes(text, run_stats, false);
  if (run_stats->done_before) {
    char number[AMOUNT_ROOM];
    begin_line(text, "done before", run_stats->done_before);
    if (run_stats->done_before_bad)
      text_printf(text, "  of which %s rejected or failed for good", format_count(run_stats->done_before_bad, number));
    text_printf(text, "\n");
  }
  if (run_stats->repeated) {
    begin_line(text, "repeated", run_stats->repeated);
    text_printf(text, "  in the list already\n");
  }
  if (run_stats->other_partitions) {
    begin_line(text, "other parts", run_stats->other_partitions);
    text_printf(text, "  passed over\n");
  }
  if (run_stats->unfinished) {
    begin_line(text, "unfinished", run_stats->unfinished);
    text_printf(text, "\n");
  }
}

/* ---- Times and hosts ---- */

static void add_latency(struct text *text, const char *what, const struct histogram *histogram) {
  char middle[AMOUNT_ROOM], most[AMOUNT_ROOM], all[AMOUNT_ROOM];
  if (!histogram || histogram->count == 0) return;
  text_printf(text, "  %-12s p50 %s, p95 %s, p99 %s\n", what, format_wait(histogram_at(histogram, 500), middle),
              format_wait(histogram_at(histogram, 950), most), format_wait(histogram_at(histogram, 990), all));
}

/* The cause, which stands first, where something follows from it. */
static void add_reason(struct text *text, const char *reason) {
  char shown[REASON_SHOWN + 1];
  size_t length = reason ? strcspn(reason, ";") : 0;
  if (length == 0) return;
  bool whole = escape_for_terminal(reason, length, shown, sizeof shown) < sizeof shown;
  text_printf(text, " (%s%s)", shown, whole ? "" : "...");
}

static void add_top_hosts(struct text *text, const struct summary *summary) {
  if (summary->top_host_count > 0) text_printf(text, "  top failing hosts\n");
  for (size_t i = 0; i < summary->top_host_count; i++) {
    const struct top_host *host = &summary->top_hosts[i];
    char number[AMOUNT_ROOM], count[AMOUNT_ROOM + 16], shown[HOST_SHOWN + 1];
    snprintf(count, sizeof count, "%s%s", host->exact ? "" : "at least ", format_count(host->failed, number));
    bool whole = escape_for_terminal(host->host, strlen(host->host), shown, sizeof shown) < sizeof shown;
    text_printf(text, "  %*s  %s%s  %s", 13 + COUNT_WIDTH, count, shown, whole ? "" : "...",
                seine_err_name(host->error));
    add_reason(text, host->reason);
    text_printf(text, "\n");
  }
}

/* Of each "HOST SHA-256" the bytes on a line of their own: both are long. */
static void add_shared(struct text *text, const struct summary *summary) {
  if (summary->shared_count > 0)
    text_printf(text, "  duplicates of the same bytes, by host (pictures of what is gone? --reject-sha256)\n");
  for (size_t i = 0; i < summary->shared_count; i++) {
    const struct top_host *bytes = &summary->shared[i];
    const char *sha256 = strrchr(bytes->host, ' ');
    char number[AMOUNT_ROOM], count[AMOUNT_ROOM + 16], shown[HOST_SHOWN + 1];
    if (!sha256) continue;
    snprintf(count, sizeof count, "%s%s", bytes->exact ? "" : "at least ", format_count(bytes->failed, number));
    escape_for_terminal(bytes->host, (size_t)(sha256 - bytes->host), shown, sizeof shown);
    text_printf(text, "  %*s  %s\n  %*s %s\n", 13 + COUNT_WIDTH, count, shown, 13 + COUNT_WIDTH, "", sha256);
  }
}

static void add_advice(struct text *text, const struct summary *summary) {
  const struct run_stats *run_stats = summary->run_stats;
  char number[AMOUNT_ROOM];
  uint64_t again = run_stats->retryable;
  if (strcmp(summary->manifest, "-") == 0) return;
  text_printf(text, "  %-12s %s\n", "manifest", summary->manifest);
  if (summary->interrupted || run_stats->unfinished)
    text_printf(text, "run the same command again: it goes on from here%s\n",
                again ? ", and retries what may pass" : "");
  else if (again)
    text_printf(text, "run the same command again to retry %s URL%s that may succeed then\n",
                format_count(again, number), again == 1 ? "" : "s");
}

void summary_text(const struct summary *summary, struct text *text) {
  const struct run_stats *run_stats = summary->run_stats;
  char urls[AMOUNT_ROOM], rate[AMOUNT_ROOM], received[AMOUNT_ROOM], speed[AMOUNT_ROOM];
  uint64_t ended = run_stats_ended(run_stats) - run_stats->done_before;
  double seconds = run_stats->elapsed_ms > 0 ? (double)run_stats->elapsed_ms / 1000 : 0.001;
  text_printf(text, "%s URL%s in %.1f s (%s/s), %s received (%s/s)\n", format_count(ended, urls), ended == 1 ? "" : "s",
              seconds, format_rate((double)ended / seconds, rate),
              format_bytes((double)run_stats->received_bytes, received),
              format_bytes((double)run_stats->received_bytes / seconds, speed));
  add_counts(text, summary);
  add_latency(text, "first byte", summary->ttfb);
  add_latency(text, "transfer", summary->total);
  add_top_hosts(text, summary);
  add_shared(text, summary);
  bool none_well = run_stats->by_status[SEINE_STATUS_OK] + run_stats->by_status[SEINE_STATUS_DUPLICATE] == 0;
  if (summary->reasons && none_well) reasons_text(summary->reasons, text);
  add_advice(text, summary);
}

char *summary_of_nothing(char *const *lists, size_t count) {
  if (count != 1) return xasprintf("no URLs in any of the %zu lists", count);
  return strcmp(lists[0], "-") == 0 ? xstrdup("no URLs on standard input") : xasprintf("no URLs in %s", lists[0]);
}

/* ---- For machines ---- */

static void add_number(struct text *text, const char *key, uint64_t number) {
  text_printf(text, ",\"%s\":%" PRIu64, key, number);
}

static void add_value(struct text *text, const char *value) {
  char *json = xmalloc(text_escape_bound(value) + 1);
  text_add(text, json, (size_t)(text_escape_json(json, value) - json));
  free(json);
}

static void add_string(struct text *text, const char *key, const char *value) {
  text_printf(text, ",\"%s\":", key);
  add_value(text, value);
}

static void add_latency_json(struct text *text, const char *key, const struct histogram *histogram) {
  static const struct histogram none;
  if (!histogram) histogram = &none;
  text_printf(text, ",\"%s\":{\"count\":%" PRIu64, key, histogram->count);
  if (histogram->count == 0)
    text_printf(text, ",\"p50\":null,\"p95\":null,\"p99\":null}");
  else
    text_printf(text, ",\"p50\":%" PRIu64 ",\"p95\":%" PRIu64 ",\"p99\":%" PRIu64 "}", histogram_at(histogram, 500),
                histogram_at(histogram, 950), histogram_at(histogram, 990));
}

static void add_top_hosts_json(struct text *text, const struct summary *summary) {
  text_printf(text, ",\"top_failing_hosts\":[");
  for (size_t i = 0; i < summary->top_host_count; i++) {
    const struct top_host *host = &summary->top_hosts[i];
    text_printf(text, "%s{\"host\":", i > 0 ? "," : "");
    add_value(text, host->host);
    text_printf(text, ",\"failed\":%" PRIu64 ",\"exact\":%s,\"error\":\"%s\"}", host->failed,
                host->exact ? "true" : "false", seine_err_name(host->error));
  }
  text_printf(text, "]");
}

static void add_shared_json(struct text *text, const struct summary *summary) {
  text_printf(text, ",\"shared_bytes\":[");
  for (size_t i = 0; i < summary->shared_count; i++) {
    const struct top_host *bytes = &summary->shared[i];
    const char *sha256 = strrchr(bytes->host, ' ');
    if (!sha256) continue;
    char *host = xstrndup(bytes->host, (size_t)(sha256 - bytes->host));
    text_printf(text, "%s{\"host\":", i > 0 ? "," : "");
    add_value(text, host);
    text_printf(text, ",\"sha256\":\"%s\",\"duplicates\":%" PRIu64 ",\"exact\":%s}", sha256 + 1, bytes->failed,
                bytes->exact ? "true" : "false");
    free(host);
  }
  text_printf(text, "]");
}

static void add_classes_json(struct text *text, const struct run_stats *run_stats) {
  const char *comma = "";
  text_printf(text, ",\"errors\":{");
  for (int error = 1; error < RUN_STATS_ERRORS; error++) {
    if (!run_stats->by_error[error]) continue;
    text_printf(text, "%s\"%s\":%" PRIu64, comma, seine_err_name(-error), run_stats->by_error[error]);
    comma = ",";
  }
  text_printf(text, "},\"http_errors\":{");
  comma = "";
  for (int status = 0; status < RUN_STATS_STATUSES; status++) {
    if (!run_stats->by_http[status]) continue;
    text_printf(text, "%s\"%d\":%" PRIu64, comma, status, run_stats->by_http[status]);
    comma = ",";
  }
  text_printf(text, "}");
}

void summary_json(const struct summary *summary, struct text *text) {
  const struct run_stats *run_stats = summary->run_stats;
  text_printf(text, "{\"version\":\"%s\",\"exit_status\":%d,\"interrupted\":%s", SEINE_VERSION, summary->exit_status,
              summary->interrupted ? "true" : "false");
  add_number(text, "records", run_stats->records);
  add_number(text, "repeated", run_stats->repeated);
  add_number(text, "other_partitions", run_stats->other_partitions);
  add_number(text, "done_before", run_stats->done_before);
  add_number(text, "done_before_not_ok", run_stats->done_before_bad);
  for (int status = SEINE_STATUS_OK; status <= SEINE_STATUS_FAILED; status++)
    add_number(text, seine_status_name((seine_status_t)status), run_stats->by_status[status]);
  add_number(text, "retryable", run_stats->retryable);
  add_number(text, "unfinished", run_stats->unfinished);
  add_classes_json(text, run_stats);
  add_latency_json(text, "ttfb_ms", summary->ttfb);
  add_latency_json(text, "total_ms", summary->total);
  add_top_hosts_json(text, summary);
  add_shared_json(text, summary);
  add_number(text, "received_bytes", run_stats->received_bytes);
  add_number(text, "stored_bytes", run_stats->stored_bytes);
  add_number(text, "elapsed_ms", run_stats->elapsed_ms);
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
  bool to_output = strcmp(path, "-") == 0;
  int error = to_output ? 0 : folders_make_above(path, cause, size);
  if (error) return error;
  summary_json(summary, &json);
  error = to_output ? write_whole(STDOUT_FILENO, json.data, json.length) : write_replacing(path, &json);
  text_clear(&json);
  if (error) snprintf(cause, size, "the summary %s cannot be written: %s", path, strerror(error));
  return error;
}
