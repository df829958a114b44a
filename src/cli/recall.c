/* Goes over the manifest of earlier runs once, and over the output folder if the last of them was torn. */
#include "recall.h"
#include "list.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct pass {
  struct recall *recall;
  char *identity; /* room for that of a row's URL */
  size_t room;
};

static uint64_t fingerprint_of_row(struct pass *pass, const char *url) {
  size_t room = strlen(url) * 3 + 1;
  if (room > pass->room) pass->identity = xrealloc(pass->identity, pass->room = room);
  size_t length = url_identity(url, pass->identity, pass->room);
  return history_fingerprint(pass->recall->history, pass->identity, length);
}

static bool file_is_lost(struct recall *recall, const struct row_view *view) {
  struct stat st;
  bool there = outdir_stat(recall->outdir, view->path, &st) == 0 && S_ISREG(st.st_mode);
  if (there && (uint64_t)st.st_size == view->bytes) return false;
  if (there)
    recall->resized++;
  else
    recall->missing++;
  return true;
}

static bool note_row(const struct row_view *view, uint64_t offset, void *user) {
  struct pass *pass = user;
  struct recall *recall = pass->recall;
  if (!view) {
    recall->not_understood++;
    return true;
  }
  uint64_t url = fingerprint_of_row(pass, view->url);
  bool lost = recall->check_files && view->path && file_is_lost(recall, view);
  bool failed = view->status == SEINE_STATUS_FAILED;
  bool again = failed && (recall->retry_failed ||
                          row_is_transient(view->status, view->error, view->http, &recall->statuses));
  history_note(recall->history, url, !again && !lost, view->status == SEINE_STATUS_OK || view->status == SEINE_STATUS_DUPLICATE);
  if (view->status == SEINE_STATUS_OK && view->path) {
    if (recall->dedup && view->has_sha256 && !lost) dedup_note(recall->dedup, view->sha256, offset);
  }
  /* A duplicate has a path of its own where it is a link; else that path is taken already. */
  if (view->status <= SEINE_STATUS_DUPLICATE && view->path && recall->paths) paths_take(recall->paths, view->path, url);
  /* An atomic load now and then is enough to leave in time. */
  return (++recall->rows % 1024 != 0 && !recall->check_files) || !atomic_load(&recall->stop);
}

void recall_read(struct recall *recall) {
  struct pass pass = {.recall = recall};
  if (recall->outdir->was_torn) recall->leftovers = outdir_sweep(recall->outdir);
  recall->error = manifest_scan(recall->manifest, note_row, &pass);
  free(pass.identity);
}
