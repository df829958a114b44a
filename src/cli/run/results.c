/* Results into rows: where a body goes, whether it is held already, and what the manifest says of it. */
#include "output/hard_link.h"
#include "run/run_state.h"
#include "base/util.h"
#include "seine_tools.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define URL_SHOWN 300 /* bytes, in a message */

/* What is known of a duplicate while the row of its first copy is awaited or read. One allocation, strings included. */
struct kept {
  struct row row;
  uint8_t sha256[32];
  uint64_t offset; /* of the first copy's row */
  char *path; /* of the first copy, from a row of an earlier run; owned */
  uv_work_t look;
  bool there; /* a regular file of as many bytes is at `path` */
  const char *request_url;
  char texts[];
};

/* Whether a failure says something of the URL's host, rather than of the URL, of a proxy or of this machine. */
static bool is_of_host(int error) {
  return error != SEINE_EURL && error != SEINE_EPROXY && error != SEINE_EIO && error != SEINE_ENOMEM;
}

static void count_row(struct run *run, const struct row *row) {
  struct run_stats *run_stats = &run->run_stats;
  run_stats->by_status[row->status]++;
  if (row->error < 0 && row->error > -FIGURES_ERRORS) {
    run_stats->by_error[-row->error]++;
    if (row->status == SEINE_STATUS_REJECTED) run_stats->rejected_by_error[-row->error]++;
  }
  if (row->error == SEINE_EHTTP && row->http_status >= 0 && row->http_status < FIGURES_STATUSES)
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

static uint64_t write_row(struct run *run, const struct row *row) {
  if (run->stage > RUN_CLOSING) return 0; /* it came after all, but was left behind already */
  count_row(run, row);
  if (row->error && run->settings->verbosity >= (run->few ? 0 : 1)) say_why(run, row);
  return manifest_append(run->manifest, row);
}

void record_bad_url(struct run *run, uint64_t id, const char *shown_url, const char *cause, const char *input) {
  struct row row = {.id = id, .url = shown_url, .status = SEINE_STATUS_FAILED, .error = SEINE_EURL, .message = cause};
  row.input = input;
  write_row(run, &row);
}

static void row_of_result(struct item *item, const seine_result_t *result, struct row *row) {
  struct run *run = item->run;
  *row = (struct row){
      .id = item->id,
      .url = item->as_written ? result->url : feed_show(run, result->url),
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
  if (!item->nameless) return;
  row->message = "no file name can be made for this URL by the template given with --name";
  row->retryable = true; /* with another template */
}

static void free_kept(struct item *item) {
  if (!item->kept) return;
  free(item->kept->path);
  free(item->kept);
  item->kept = NULL;
}

static void release(struct item *item) {
  free_kept(item);
  feed_release(item);
}

void record_unfinished(struct item *item) {
  item->run->run_stats.unfinished++;
  release(item);
}

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
  item->nameless = place == SEINE_EIO;
  return place;
}

/* ---- Duplicates ---- */

/* A text and how much of it is kept; enough for a row to show that it is too long for one. */
static size_t kept_size(const char *text, bool whole) {
  return text ? (whole ? strlen(text) : strnlen(text, ROW_TEXT_MOST + 1)) + 1 : 0;
}

static const char *keep_text(char **room, const char *text, bool whole) {
  if (!text) return NULL;
  size_t size = kept_size(text, whole);
  char *kept = *room;
  memcpy(kept, text, size - 1);
  kept[size - 1] = '\0';
  *room += size;
  return kept;
}

static void keep_row(struct item *item, const struct row *row, const char *request_url) {
  const struct {
    const char *text;
    size_t offset;
  } texts[] = {{row->media_type, offsetof(struct row, media_type)},
               {row->message, offsetof(struct row, message)},
               {row->final_url, offsetof(struct row, final_url)},
               {row->content_type, offsetof(struct row, content_type)},
               {row->etag, offsetof(struct row, etag)},
               {row->last_modified, offsetof(struct row, last_modified)},
               {row->ip, offsetof(struct row, ip)}};
  size_t size = kept_size(row->url, true) + kept_size(request_url, true);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    size += kept_size(texts[i].text, false);
  struct kept *kept = xcalloc(1, sizeof *kept + size);
  char *room = kept->texts;
  kept->row = *row;
  if (row->sha256) kept->row.sha256 = memcpy(kept->sha256, row->sha256, sizeof kept->sha256);
  kept->row.url = keep_text(&room, row->url, true);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *(const char **)((char *)&kept->row + texts[i].offset) = keep_text(&room, texts[i].text, false);
  kept->request_url = keep_text(&room, request_url, true);
  item->kept = kept;
}

static void count_shared(struct item *item) {
  char name[TOP_HOST_NAME_MAX];
  if (!top_hosts_host_of(item->kept->row.url, name, TOP_HOST_NAME_MAX - 65)) return;
  char *end = strchr(name, '\0');
  *end++ = ' ';
  for (size_t i = 0; i < sizeof item->kept->sha256; i++)
    end += sprintf(end, "%02x", item->kept->sha256[i]);
  top_hosts_count(item->run->shared, name);
}

static void write_duplicate_row(struct item *item, const char *path) {
  count_shared(item);
  item->kept->row.status = SEINE_STATUS_DUPLICATE;
  item->kept->row.path = path;
  write_row(item->run, &item->kept->row);
  release(item);
}

void record_failure(struct item *item, const char *message) {
  struct row *row = &item->kept->row;
  row->status = SEINE_STATUS_FAILED;
  row->error = SEINE_EIO;
  row->retryable = true;
  row->path = NULL;
  row->message = message;
  write_row(item->run, row);
  release(item);
}

uint64_t record_kept_bytes(const struct item *item) {
  return item->kept->row.bytes;
}

static void write_lost(struct item *item) {
  record_failure(item, "the first copy of these bytes could not be stored");
}

/* The bytes are not held after all: the URL is fetched once more. */
void record_fetch_again(struct item *item) {
  struct run *run = item->run;
  if (run->stopped || run->stage > RUN_ENDING) {
    record_unfinished(item);
    return;
  }
  struct kept *kept = item->kept;
  item->kept = NULL;
  feed_submit(item, kept->request_url);
  free(kept->path);
  free(kept);
}

static bool links_are_impossible(int sys) {
  return sys == EXDEV || sys == EPERM || sys == EOPNOTSUPP || sys == ENOSYS;
}

static void link_made(int sys, void *user) {
  struct item *item = user;
  struct run *run = item->run;
  struct kept *kept = item->kept;
  if (sys == 0) {
    write_duplicate_row(item, item->own_path);
  } else if (sys == ENOENT || sys == EMLINK) {
    /* Gone, or with as many names as a file can have: this one becomes the first copy. */
    dedup_forget(run->dedup, kept->sha256, kept->offset);
    record_fetch_again(item);
  } else if (links_are_impossible(sys)) {
    if (!run->no_links)
      RUN_SAY(run, "links cannot be made in %s (%s): each URL gets a file of its own", run->settings->output,
              strerror(sys));
    run->no_links = true;
    record_fetch_again(item);
  } else {
    char *message = xasprintf("cannot link %s to the first copy of its bytes: %s", item->own_path, strerror(sys));
    record_failure(item, message);
    free(message);
  }
}

/* The first copy is at `path`. */
static void write_duplicate(struct item *item, const char *path) {
  struct run *run = item->run;
  if (item->own_path && strcmp(item->own_path, path) != 0)
    hard_link_make(&run->loop, run->outdir.fd, path, item->own_path, link_made, item);
  else
    write_duplicate_row(item, path);
}

/* Goes by the folder's descriptor, and never through a link: somebody may have edited the row. */
static void look_at_file(uv_work_t *look) {
  struct item *item = look->data;
  struct kept *kept = item->kept;
  struct stat st;
  kept->there = outdir_stat(&item->run->outdir, kept->path, &st) == 0 && S_ISREG(st.st_mode) &&
                (uint64_t)st.st_size == kept->row.bytes;
}

static void first_copy_looked_at(uv_work_t *look, int status) {
  struct item *item = look->data;
  struct kept *kept = item->kept;
  if (status == 0 && kept->there) {
    write_duplicate(item, kept->path);
    return;
  }
  dedup_forget(item->run->dedup, kept->sha256, kept->offset);
  record_fetch_again(item);
}

/* A row of an earlier run names a file that may have been moved, removed or replaced since. */
static void look_at_first_copy(struct item *item, const char *path) {
  struct kept *kept = item->kept;
  kept->path = xstrdup(path);
  kept->look.data = item;
  if (uv_queue_work(&item->run->loop, &kept->look, look_at_file, first_copy_looked_at) != 0) record_fetch_again(item);
}

static void first_row_read(const struct row_view *view, void *user) {
  struct item *item = user;
  struct kept *kept = item->kept;
  bool tells = view && view->has_sha256 && view->status == SEINE_STATUS_OK && view->path;
  if (tells && memcmp(view->sha256, kept->sha256, sizeof kept->sha256) == 0) {
    if (kept->offset < manifest_earlier_bytes(item->run->manifest))
      look_at_first_copy(item, view->path);
    else
      write_duplicate(item, view->path);
    return;
  }
  if (!tells) dedup_forget(item->run->dedup, kept->sha256, kept->offset);
  item->alone = tells; /* other bytes with the same fingerprint */
  record_fetch_again(item);
}

static void record_duplicate(struct item *item, const seine_result_t *result) {
  struct run *run = item->run;
  struct row row;
  uint64_t offset = 0;
  row_of_result(item, result, &row);
  keep_row(item, &row, result->url);
  switch (dedup_find(run->dedup, item->kept->sha256, &offset)) {
  case DEDUP_CLAIMED:
    dedup_wait(run->dedup, item->kept->sha256, &item->waiter);
    break;
  case DEDUP_STORED:
    item->kept->offset = offset;
    manifest_read(run->manifest, offset, first_row_read, item);
    break;
  default:
    /* The first copy failed, or was forgotten for want of names, between the question and this answer. */
    record_fetch_again(item);
  }
}

static struct item *item_of(struct dedup_waiter *waiter) {
  return (struct item *)((char *)waiter - offsetof(struct item, waiter));
}

/* Those that waited for the first copy get their rows after its own, or fail with it. */
static void end_claim(struct item *item, const struct row *row, uint64_t offset, bool unfinished) {
  struct dedup_waiters waiters;
  struct dedup_waiter *waiter;
  bool stored = row->status == SEINE_STATUS_OK && row->path;
  if (!item->claim) return;
  if (stored)
    dedup_commit(item->run->dedup, item->claim, offset, &waiters);
  else
    dedup_abort(item->run->dedup, item->claim, &waiters);
  item->claim = NULL;
  while ((waiter = STAILQ_FIRST(&waiters))) {
    STAILQ_REMOVE_HEAD(&waiters, link);
    item_of(waiter)->kept->offset = offset;
    if (stored)
      write_duplicate(item_of(waiter), row->path);
    else if (unfinished)
      record_unfinished(item_of(waiter));
    else
      write_lost(item_of(waiter));
  }
}

/* It was fetched anew for want of a descriptor, and is something else now: those that waited fetch theirs, too. */
static void drop_claim(struct item *item) {
  struct dedup_waiters waiters;
  struct dedup_waiter *waiter;
  dedup_abort(item->run->dedup, item->claim, &waiters);
  item->claim = NULL;
  while ((waiter = STAILQ_FIRST(&waiters))) {
    STAILQ_REMOVE_HEAD(&waiters, link);
    record_fetch_again(item_of(waiter));
  }
}

static int place_of_duplicate(struct item *item, const seine_result_t *result, char *path, size_t size) {
  struct sink_record record = record_of(item);
  item->nameless = false; /* it needs none */
  if (!item->run->was_used) return SEINE_PLACE_DUPLICATE;
  return sink_place_duplicate(item->run->sink, &record, result, path, size);
}

int record_place(seine_fetch_t *fetch, const seine_result_t *result, char *path, size_t size) {
  struct item *item = seine_fetch_user(fetch);
  struct run *run = item->run;
  uint64_t offset;
  int unwanted = error_of_unwanted(run, result);
  if (unwanted) return unwanted;
  if (item->claim && result->sha256 && !dedup_claims(item->claim, result->sha256)) drop_claim(item);
  bool compare = run->dedup && !run->no_links && result->sha256 && !item->alone && !item->claim;
  enum dedup_answer answer = compare ? dedup_find(run->dedup, result->sha256, &offset) : DEDUP_OTHER;
  bool held = answer == DEDUP_STORED || answer == DEDUP_CLAIMED;
  if (held && run->settings->dedup != DEDUP_LINK) return place_of_duplicate(item, result, path, size);
  int place = name_file(item, result, path, size);
  if (held && place == SEINE_PLACE_STORE) {
    free(item->own_path);
    item->own_path = xstrdup(path);
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

void record_result(seine_fetch_t *fetch, const seine_result_t *result) {
  struct item *item = seine_fetch_user(fetch);
  struct run *run = item->run;
  struct row row;
  if (result->error != SEINE_ECANCELLED) measure(run, result);
  int unwanted = error_of_unwanted(run, result);
  if (unwanted && item->claim) drop_claim(item);
  if (result->status == SEINE_STATUS_DUPLICATE && !unwanted) {
    record_duplicate(item, result);
    return;
  }
  row_of_result(item, result, &row);
  if (unwanted) reject(&row, unwanted);
  if (row.error == SEINE_EIO && disk_is_full(result->sys_errno) && !run->stopped) {
    keep_row(item, &row, result->url); /* before anything below identifies another URL */
    if (item->claim) drop_claim(item);
    disk_await_space(item);
    return;
  }
  bool disk_fails = row.error == SEINE_EIO && disk_is_unusable(result->sys_errno);
  if (disk_fails) disk_leave(run, result->sys_errno);
  if (disk_fails || row.error == SEINE_ECANCELLED) {
    end_claim(item, &row, 0, true); /* without a row: the next run fetches it */
    record_unfinished(item);
    return;
  }
  struct sink_record record = record_of(item);
  if (row.status == SEINE_STATUS_OK) sink_stored(run->sink, &record, fetch, result);
  uint64_t offset = write_row(run, &row);
  /* run->shown is the row's URL: nothing below may show another before the row is done with. */
  end_claim(item, &row, offset, false);
  if (row.status == SEINE_STATUS_OK) run->io_failures = 0;
  bool alone = item->nameless || result->sys_errno == EFBIG; /* it says nothing of other files */
  if (row.error == SEINE_EIO && !alone) disk_check(run, result);
  release(item);
}
