/* Bodies whose bytes are stored already: their rows are written after the row of the first copy. */
#include "run/duplicates.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "output/hard_link.h"
#include "run/result_row.h"
#include "run/submit.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Rows ---- */

/* Counts a duplicate under "HOST SHA-256", for the summary. */
static void count_shared(struct item *item) {
  char name[TOP_HOST_NAME_MAX];
  if (!top_hosts_host_of(item->saved->row.url, name, TOP_HOST_NAME_MAX - 65)) return;
  char *end = strchr(name, '\0');
  *end++ = ' ';
  for (size_t i = 0; i < sizeof item->saved->sha256; i++)
    end += sprintf(end, "%02x", item->saved->sha256[i]);
  top_hosts_count(item->run->shared, name);
}

static void write_duplicate_row(struct item *item, const char *path) {
  count_shared(item);
  item->saved->row.status = SEINE_STATUS_DUPLICATE;
  item->saved->row.path = path;
  result_row_write(item->run, &item->saved->row);
  item_release(item);
}

static bool links_are_impossible(int sys) {
  return sys == EXDEV || sys == EPERM || sys == EOPNOTSUPP || sys == ENOSYS;
}

static void link_made(int sys, void *user) {
  struct item *item = user;
  struct run *run = item->run;
  struct saved_row *saved = item->saved;
  if (sys == 0) {
    write_duplicate_row(item, item->link_path);
  } else if (sys == ENOENT || sys == EMLINK) {
    /* The first copy is gone, or has as many links as a file can have: this body becomes the first copy. */
    dedup_forget(run->dedup, saved->sha256, saved->offset);
    item_fetch_again(item);
  } else if (links_are_impossible(sys)) {
    if (!run->links_unsupported)
      RUN_SAY(run, "links cannot be made in %s (%s): each URL gets a file of its own", run->settings->output,
              strerror(sys));
    run->links_unsupported = true;
    item_fetch_again(item);
  } else {
    char *message = xasprintf("cannot link %s to the first copy of its bytes: %s", item->link_path, strerror(sys));
    item_end_failed(item, message);
    free(message);
  }
}

/* Writes the row, with a link first if the name differs from `path`, where the first copy is. */
static void write_duplicate(struct item *item, const char *path) {
  struct run *run = item->run;
  if (item->link_path && strcmp(item->link_path, path) != 0)
    hard_link_make(&run->loop, run->outdir.fd, path, item->link_path, link_made, item);
  else
    write_duplicate_row(item, path);
}

/* ---- The first copy ---- */

/* Worker thread. Does not follow symbolic links: somebody may have edited the row. */
static void stat_first_copy(uv_work_t *work) {
  struct item *item = work->data;
  struct saved_row *saved = item->saved;
  struct stat st;
  saved->exists = outdir_stat(&item->run->outdir, saved->path, &st) == 0 && S_ISREG(st.st_mode) &&
                  (uint64_t)st.st_size == saved->row.bytes;
}

static void first_copy_stated(uv_work_t *work, int status) {
  struct item *item = work->data;
  struct saved_row *saved = item->saved;
  if (status == 0 && saved->exists) {
    write_duplicate(item, saved->path);
    return;
  }
  dedup_forget(item->run->dedup, saved->sha256, saved->offset);
  item_fetch_again(item);
}

/* A row of an earlier run names a file that may have been moved, removed or replaced since. */
static void check_first_copy(struct item *item, const char *path) {
  struct saved_row *saved = item->saved;
  saved->path = xstrdup(path);
  saved->work.data = item;
  if (uv_queue_work(&item->run->loop, &saved->work, stat_first_copy, first_copy_stated) != 0) item_fetch_again(item);
}

static void first_row_read(const struct row_view *view, void *user) {
  struct item *item = user;
  struct saved_row *saved = item->saved;
  bool is_stored = view && view->has_sha256 && view->status == SEINE_STATUS_OK && view->path;
  if (is_stored && memcmp(view->sha256, saved->sha256, sizeof saved->sha256) == 0) {
    if (saved->offset < manifest_earlier_bytes(item->run->manifest))
      check_first_copy(item, view->path);
    else
      write_duplicate(item, view->path);
    return;
  }
  if (!is_stored) dedup_forget(item->run->dedup, saved->sha256, saved->offset);
  item->skip_dedup = is_stored; /* other bytes with the same fingerprint */
  item_fetch_again(item);
}

void duplicate_end(struct item *item, const seine_result_t *result) {
  struct run *run = item->run;
  struct row row;
  uint64_t offset = 0;
  result_row_fill(&row, item, result);
  item_save_row(item, &row, result->url);
  switch (dedup_find(run->dedup, item->saved->sha256, &offset)) {
  case DEDUP_CLAIMED: dedup_wait(run->dedup, item->saved->sha256, &item->waiter); break;
  case DEDUP_STORED:
    item->saved->offset = offset;
    manifest_read(run->manifest, offset, first_row_read, item);
    break;
  default:
    /* Since on_place the first copy failed, or was forgotten because it cannot get more links. */
    item_fetch_again(item);
  }
}

/* ---- Claims ---- */

static struct item *item_of(struct dedup_waiter *waiter) {
  return (struct item *)((char *)waiter - offsetof(struct item, waiter));
}

void duplicate_end_claim(struct item *item, const struct row *row, uint64_t offset, bool unfinished) {
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
    item_of(waiter)->saved->offset = offset;
    if (stored)
      write_duplicate(item_of(waiter), row->path);
    else if (unfinished)
      item_end_unfinished(item_of(waiter));
    else
      item_end_failed(item_of(waiter), "the first copy of these bytes could not be stored");
  }
}

void duplicate_drop_claim(struct item *item) {
  struct dedup_waiters waiters;
  struct dedup_waiter *waiter;
  dedup_abort(item->run->dedup, item->claim, &waiters);
  item->claim = NULL;
  while ((waiter = STAILQ_FIRST(&waiters))) {
    STAILQ_REMOVE_HEAD(&waiters, link);
    item_fetch_again(item_of(waiter));
  }
}
