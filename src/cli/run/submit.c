/* Items to the engine. */
#include "run/submit.h"
#include "base/message.h"
#include "run/result_row.h"
#include "run/shutdown.h"

#include <stdio.h>
#include <stdlib.h>

bool item_submit(struct item *item, const char *url) {
  struct run *run = item->run;
  seine_request_t request = {.url = url, .user = item};
  sink_prepare(run->sink, &request, run->on_place);
  const struct checksum *checksum = item->checksum;
  if (checksum && checksum->size == 32) request.sha256 = checksum->bytes;
  if (checksum && checksum->size == 16) request.md5 = checksum->bytes;
  int error = seine_submit(run->engine, &request, run->on_result, NULL);
  if (error == 0) return true;

  if (error == SEINE_EURL) {
    char cause[256];
    seine_url_t parsed;
    if (seine_url_parse(&parsed, url, cause, sizeof cause) == 0)
      snprintf(cause, sizeof cause, "%s", seine_strerror(error));
    seine_url_clear(&parsed);
    result_row_bad_url(run, item->id, item_show_url(run, url), cause, item->input);
  } else {
    run->run_stats.unfinished++;
    RUN_SAY(run, "a URL could not be submitted: %s; the run ends here", seine_strerror(error));
    shutdown_begin(run, EXIT_BROKEN);
  }
  item_release(item);
  return false;
}

void item_fetch_again(struct item *item) {
  struct run *run = item->run;
  if (run->stop_status || run->stage > RUN_ENDING) {
    item_end_unfinished(item);
    return;
  }
  struct saved_row *saved = item->saved;
  item->saved = NULL;
  item_submit(item, saved->request_url);
  saved_row_free(saved);
}
