/* Results of fetches: where a body goes, and how its item ends. */
#include "run/results.h"
#include "base/xalloc.h"
#include "run/disk_space.h"
#include "run/duplicates.h"
#include "run/result_row.h"
#include "run/submit.h"

#include <errno.h>
#include <stdlib.h>

#define LARGE_BYTES ((uint64_t)1 << 20) /* a body from this size on takes space while it is received */

/* ---- Places ---- */

/* The error of what the user wants to be rejected; 0 if it is not. */
static int error_of_unwanted(const struct run *run, const seine_result_t *result) {
  const struct settings *settings = run->settings;
  if (result->error == SEINE_ECANCELLED) return 0;
  if (result->final_url && url_matches((const char *const *)settings->reject_redirect_to, result->final_url))
    return SEINE_EREDIRECT;
  return result->sha256 && digest_set_has(&settings->rejected, result->sha256) ? SEINE_ECHECKSUM : 0;
}

static struct sink_record record_of(const struct item *item) {
  return (struct sink_record){.id = item->id, .url = item->url, .distinct = item->distinct};
}

static int name_file(struct item *item, const seine_result_t *result, char *path, size_t size) {
  struct sink_record record = record_of(item);
  int place = sink_place(item->run->sink, &record, result, path, size);
  item->unnamed = place == SEINE_EIO;
  return place;
}

static int place_of_duplicate(struct item *item, const seine_result_t *result, char *path, size_t size) {
  struct sink_record record = record_of(item);
  item->unnamed = false; /* it needs none */
  if (!item->run->folder_was_used) return SEINE_PLACE_DUPLICATE;
  return sink_place_duplicate(item->run->sink, &record, result, path, size);
}

static int on_place(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size) {
  struct item *item = seine_fetch_user(fetch);
  struct run *run = item->run;
  uint64_t offset;
  int unwanted = error_of_unwanted(run, result);
  if (unwanted) return unwanted;
  if (item->claim && result->sha256 && !dedup_claims(item->claim, result->sha256)) duplicate_drop_claim(item);
  bool compare = run->dedup && !run->links_unsupported && result->sha256 && !item->skip_dedup && !item->claim;
  enum dedup_answer answer = compare ? dedup_find(run->dedup, result->sha256, &offset) : DEDUP_OTHER;
  bool held = answer == DEDUP_STORED || answer == DEDUP_CLAIMED;
  if (held && run->settings->dedup != DEDUP_LINK) return place_of_duplicate(item, result, path, size);
  int place = name_file(item, result, path, size);
  if (held && place == SEINE_PLACE_STORE) {
    free(item->link_path);
    item->link_path = xstrdup(path);
    return SEINE_PLACE_DUPLICATE;
  }
  if (answer == DEDUP_NEW && place == SEINE_PLACE_STORE) item->claim = dedup_claim(run->dedup, result->sha256);
  return place;
}

/* ---- Results ---- */

static void measure(struct run *run, const seine_result_t *result) {
  if (result->http_status) histogram_add(&run->ttfb, result->first_byte_ms);
  if (result->status <= SEINE_STATUS_DUPLICATE) histogram_add(&run->total, result->elapsed_ms);
}

static void reject(struct row *row, int error) {
  row->status = SEINE_STATUS_REJECTED;
  row->error = error;
  row->retryable = false;
  row->path = NULL;
  row->message = error == SEINE_EREDIRECT ? "redirects lead to a URL that --reject-redirect-to names"
                                          : "the SHA-256 of these bytes is in the file of --reject-sha256";
}

/* Ends an item that found no space on the disk. A large body is what took the space, and fails alone. A small one found
 * none because of it, and is fetched again, once. */
static void end_without_space(struct item *item, bool has_space) {
  struct run *run = item->run;
  uint64_t bytes = item->saved->row.bytes;
  if (run->stop_status || !has_space) {
    item_end_unfinished(item);
  } else if (bytes < LARGE_BYTES && !item->lacked_space) {
    item->lacked_space = true;
    item_fetch_again(item);
  } else {
    char *message = xasprintf("there was no space left on the disk when %llu bytes of this file had been received",
                              (unsigned long long)bytes);
    item_end_failed(item, message);
    free(message);
    disk_count_failure(run, ENOSPC);
  }
}

static void on_result(seine_fetch_t *fetch, const seine_result_t *result) {
  struct item *item = seine_fetch_user(fetch);
  struct run *run = item->run;
  struct row row;
  if (result->error != SEINE_ECANCELLED) measure(run, result);
  int unwanted = error_of_unwanted(run, result);
  if (unwanted && item->claim) duplicate_drop_claim(item);
  if (result->status == SEINE_STATUS_DUPLICATE && !unwanted) {
    duplicate_end(item, result);
    return;
  }
  result_row_fill(&row, item, result);
  if (unwanted) reject(&row, unwanted);
  if (row.error == SEINE_EIO && disk_is_full(result->sys_errno) && !run->stop_status) {
    item_save_row(item, &row, result->url); /* while run->shown_url is its URL */
    if (item->claim) duplicate_drop_claim(item);
    disk_await_space(item, end_without_space);
    return;
  }
  bool disk_fails = row.error == SEINE_EIO && disk_is_unusable(result->sys_errno);
  if (disk_fails) disk_stop_run(run, result->sys_errno);
  if (disk_fails || row.error == SEINE_ECANCELLED) {
    duplicate_end_claim(item, &row, 0, true); /* without a row: the next run fetches it */
    item_end_unfinished(item);
    return;
  }
  struct sink_record record = record_of(item);
  if (row.status == SEINE_STATUS_OK) sink_stored(run->sink, &record, fetch, result);
  uint64_t offset = result_row_write(run, &row);
  /* The row's URL may be run->shown_url: item_show_url may not be called before duplicate_end_claim is done. */
  duplicate_end_claim(item, &row, offset, false);
  if (row.status == SEINE_STATUS_OK) run->io_failures = 0;
  bool alone = item->unnamed || result->sys_errno == EFBIG; /* it says nothing of other files */
  if (row.error == SEINE_EIO && !alone) disk_check(run, result);
  item_release(item);
}

void results_open(struct run *run) {
  run->on_place = on_place;
  run->on_result = on_result;
}
