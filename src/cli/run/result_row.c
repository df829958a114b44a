/* Rows of the manifest: filled from results, counted, appended. */
#include "run/result_row.h"
#include "base/message.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define URL_SHOWN 300 /* bytes, in a message */

/* Whether a failure says something of the URL's host, rather than of the URL, of a proxy or of this machine. */
static bool is_of_host(int error) {
  return error != SEINE_EURL && error != SEINE_EPROXY && error != SEINE_EIO && error != SEINE_ENOMEM;
}

static void count_row(struct run *run, const struct row *row) {
  struct run_stats *run_stats = &run->run_stats;
  run_stats->by_status[row->status]++;
  if (row->error < 0 && row->error > -RUN_STATS_ERRORS) {
    run_stats->by_error[-row->error]++;
    if (row->status == SEINE_STATUS_REJECTED) run_stats->rejected_by_error[-row->error]++;
  }
  if (row->error == SEINE_EHTTP && row->http_status >= 0 && row->http_status < RUN_STATS_STATUSES)
    run_stats->by_http[row->http_status]++;
  if (row->retryable) run_stats->retryable++;
  if (row->status == SEINE_STATUS_FAILED && is_of_host(row->error))
    top_hosts_add(run->top_hosts, row->url, row->error, row->error == SEINE_EHTTP ? NULL : row->message);
  reasons_note(&run->reasons, row);
  if (row->status == SEINE_STATUS_OK && row->path) run_stats->stored_bytes += row->bytes;
}

/* The manifest has the whole of a long URL. */
static void say_why(struct run *run, const struct row *row) {
  size_t length = strlen(row->url), shown = utf8_cut(row->url, length, URL_SHOWN);
  RUN_SAY(run, "%s (%s): %.*s%s: %s", seine_status_name(row->status), seine_err_name(row->error), (int)shown, row->url,
          shown < length ? "..." : "", row->message);
}

uint64_t result_row_write(struct run *run, const struct row *row) {
  if (run->stage > RUN_CLOSING) return 0; /* it came after all, but was left behind already */
  count_row(run, row);
  if (row->error && run->settings->verbosity >= (run->report_each_url ? 0 : 1)) say_why(run, row);
  return manifest_append(run->manifest, row);
}

void result_row_bad_url(struct run *run, uint64_t id, const char *shown_url, const char *cause, const char *input) {
  struct row row = {.id = id, .url = shown_url, .status = SEINE_STATUS_FAILED, .error = SEINE_EURL, .message = cause};
  row.input = input;
  result_row_write(run, &row);
}

void result_row_fill(struct row *row, struct item *item, const seine_result_t *result) {
  struct run *run = item->run;
  *row = (struct row){
      .id = item->id,
      .url = item->url_as_written ? result->url : item_show_url(run, result->url),
      .status = result->status,
      .path = result->path,
      .sha256 = result->sha256,
      .bytes = result->size_bytes,
      .media_type = result->type,
      .width = result->width,
      .height = result->height,
      .trailing_bytes = result->trailing_bytes,
      .http_status = result->http_status,
      .error = result->error,
      .message = result->message || !result->error ? result->message : seine_strerror(result->error),
      .retryable = result->retryable,
      .attempts = result->attempts,
      .final_url = result->final_url,
      .content_type = result->declared_type,
      .etag = result->etag,
      .last_modified = result->last_modified,
      .ip = result->ip,
      .started_unix_ms = result->started_unix_ms,
      .elapsed_ms = result->elapsed_ms,
      .input = item->input,
  };
  /* Twice in two runs, a page in place of a file is what the server has. */
  if (item->rejected_before && result->error == SEINE_ETYPE) row->retryable = false;
  if (!item->unnamed) return;
  row->message = "no file name can be made for this URL by the template given with --name";
  row->retryable = true; /* with another template */
}

void item_end_unfinished(struct item *item) {
  item->run->run_stats.unfinished++;
  item_release(item);
}

void item_end_failed(struct item *item, const char *message) {
  struct row *row = &item->saved->row;
  row->status = SEINE_STATUS_FAILED;
  row->error = SEINE_EIO;
  row->retryable = true;
  row->path = NULL;
  row->message = message;
  result_row_write(item->run, row);
  item_release(item);
}
