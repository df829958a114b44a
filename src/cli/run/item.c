/* Items: their saved rows, and their release. */
#include "run/item.h"
#include "base/url_key.h"
#include "base/xalloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *item_show_url(struct run *run, const char *url) {
  size_t size = strlen(url) * 3 + 1; /* each byte may be percent-encoded */
  if (size > run->shown_url_size) run->shown_url = xrealloc(run->shown_url, run->shown_url_size = size);
  url_shown(url, run->shown_url, run->shown_url_size);
  return run->shown_url;
}

/* ---- Saved rows ---- */

/* Bytes to copy of a text: all, or enough for the row to show that the text is too long. */
static size_t saved_size(const char *text, bool whole) {
  return text ? (whole ? strlen(text) : strnlen(text, ROW_TEXT_MOST + 1)) + 1 : 0;
}

static const char *save_text(char **end, const char *text, bool whole) {
  if (!text) return NULL;
  size_t size = saved_size(text, whole);
  char *copy = *end;
  memcpy(copy, text, size - 1);
  copy[size - 1] = '\0';
  *end += size;
  return copy;
}

void item_save_row(struct item *item, const struct row *row, const char *request_url) {
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
  size_t size = saved_size(row->url, true) + saved_size(request_url, true);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    size += saved_size(texts[i].text, false);
  struct saved_row *saved = xcalloc(1, sizeof *saved + size);
  char *end = saved->texts;
  saved->row = *row;
  if (row->sha256) saved->row.sha256 = memcpy(saved->sha256, row->sha256, sizeof saved->sha256);
  saved->row.url = save_text(&end, row->url, true);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *(const char **)((char *)&saved->row + texts[i].offset) = save_text(&end, texts[i].text, false);
  saved->request_url = save_text(&end, request_url, true);
  item->saved = saved;
}

void saved_row_free(struct saved_row *saved) {
  if (!saved) return;
  free(saved->path);
  free(saved);
}

/* ---- Release ---- */

void item_release(struct item *item) {
  struct run *run = item->run;
  run->items--;
  run->input_bytes -= item->input_bytes;
  /* The next record can be read now, and no other event may come that would wake the loop. */
  if (run->stage == RUN_FETCHING && !run->list_waits) run_keep_awake(run);
  saved_row_free(item->saved);
  free(item->checksum);
  free(item->input);
  free(item->link_path);
  free(item);
}
