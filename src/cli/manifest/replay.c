/* Reads the manifest of earlier runs once, and cleans the output folder if the last run did not end cleanly. */
#include "manifest/replay.h"
#include "base/url_key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* rows: enough that what the first of them touches is in the processor's cache by the time it is noted */
#define AHEAD 16

/* What a row comes to, before history and dedup hear of it. */
struct note {
  uint64_t url, bytes, offset;
  enum history_past past;
  bool has_bytes;
};

struct pass {
  struct replay *replay;
  struct note ahead[AHEAD]; /* a ring: the last AHEAD rows of `met` */
  size_t met;
};

static uint64_t key_of_row(const struct replay *replay, const struct row_view *view) {
  if (view->error == SEINE_EURL) return url_key_of_text(replay->key, view->url);
  return url_key(replay->key, view->url, view->url);
}

static void keep(struct replay *replay, const struct note *note) {
  history_add(replay->history, note->url, note->past);
  if (note->has_bytes) dedup_add_prefetched(replay->dedup, note->bytes, note->offset);
}

/* Notes are kept in the order of their rows, for the last row of a URL counts, and the first of equal bytes. */
static void keep_later(struct pass *pass, const struct note *note) {
  struct note *place = &pass->ahead[pass->met % AHEAD];
  if (pass->met++ >= AHEAD) keep(pass->replay, place);
  *place = *note;
}

static void keep_rest(struct pass *pass) {
  for (size_t i = pass->met > AHEAD ? pass->met - AHEAD : 0; i < pass->met; i++)
    keep(pass->replay, &pass->ahead[i % AHEAD]);
}

static bool file_is_lost(struct replay *replay, const struct row_view *view) {
  struct stat st;
  bool there = outdir_stat(replay->outdir, view->path, &st) == 0 && S_ISREG(st.st_mode);
  if (there && (uint64_t)st.st_size == view->bytes) return false;
  if (there)
    replay->resized++;
  else
    replay->missing++;
  return true;
}

/* Reports progress, and returns whether to continue. Every 1024 rows is often enough for both. */
static bool goes_on(struct replay *replay, uint64_t offset) {
  if (++replay->rows % 1024 != 0 && !replay->check_files) return true;
  atomic_store_explicit(&replay->rows_so_far, replay->rows, memory_order_relaxed);
  atomic_store_explicit(&replay->bytes_so_far, offset, memory_order_relaxed);
  return !atomic_load(&replay->stop);
}

/* Whether this run fetches the URL of a row again, its file aside. */
static bool is_due(const struct replay *replay, const struct row_view *view) {
  if (view->status <= SEINE_STATUS_DUPLICATE) return false;
  if (view->status == SEINE_STATUS_FAILED && replay->retry_failed) return true;
  if (view->status == SEINE_STATUS_REJECTED && replay->retry_rejected) return true;
  if (view->status == SEINE_STATUS_REJECTED && view->error == SEINE_EREDIRECT) return !replay->rejects_redirects;
  bool unwanted = view->has_sha256 && replay->rejected && digest_set_has(replay->rejected, view->sha256);
  if (view->error == SEINE_ECHECKSUM && !replay->checksum) return !unwanted;
  seine_result_t earlier = {.status = view->status,
                            .error = view->error,
                            .retryable = view->retryable,
                            .http_status = view->http_status,
                            .type = view->media_type,
                            .declared_type = view->content_type,
                            .size_bytes = view->bytes,
                            .width = view->width,
                            .height = view->height};
  return seine_should_refetch(replay->options, &earlier);
}

static enum history_past past_of(const struct replay *replay, const struct row_view *view) {
  if (is_due(replay, view)) return view->error == SEINE_ETYPE ? HISTORY_PAST_REJECTED : HISTORY_PAST_OPEN;
  return view->status <= SEINE_STATUS_DUPLICATE ? HISTORY_PAST_GOOD : HISTORY_PAST_BAD;
}

static bool note_row(const struct row_view *view, uint64_t offset, void *user) {
  struct pass *pass = user;
  struct replay *replay = pass->replay;
  if (!view) {
    replay->not_understood++;
    return true;
  }
  struct note note = {.url = key_of_row(replay, view), .offset = offset};
  history_prefetch(replay->history, note.url);
  bool lost = replay->check_files && view->path && file_is_lost(replay, view);
  note.past = lost ? HISTORY_PAST_OPEN : past_of(replay, view);
  note.has_bytes = view->status == SEINE_STATUS_OK && view->path && replay->dedup && view->has_sha256 && !lost;
  if (note.has_bytes) note.bytes = dedup_prefetch(replay->dedup, view->sha256);
  keep_later(pass, &note);
  /* A duplicate has a path of its own where it is a link; else that path is taken already. */
  if (view->status <= SEINE_STATUS_DUPLICATE && view->path && replay->paths)
    taken_names_add(replay->paths, view->path, note.url);
  return goes_on(replay, offset);
}

void replay_read(struct replay *replay) {
  struct pass pass = {.replay = replay};
  if (replay->outdir->unclean_shutdown) replay->leftovers = outdir_sweep(replay->outdir);
  replay->error = manifest_scan(replay->manifest, note_row, &pass);
  keep_rest(&pass);
}
