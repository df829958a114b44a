/* Records out of the lists into the engine: no more than it has room for, and no URL twice. */
#include "base/human_format.h"
#include "base/url_key.h"
#include "run/run_state.h"
#include "base/util.h"
#include "seine_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_RECORDS 4096
#define TURN_NS      4000000 /* as long as a turn of the loop may read */
#define BACKLOG_MOST ((size_t)8 << 20) /* rows that wait to be written, bytes */
#define INPUT_MOST   ((size_t)64 << 20) /* what records carry beside their URLs, bytes */

const char *feed_show(struct run *run, const char *url) {
  size_t room = strlen(url) * 3 + 1; /* each byte may be percent-encoded */
  if (room > run->shown_room) run->shown = xrealloc(run->shown, run->shown_room = room);
  url_shown(url, run->shown, run->shown_room);
  return run->shown;
}

/* An active idle handle keeps the loop from sleeping, and needs to do no more. */
static void keep_awake(uv_idle_t *idle) {
  (void)idle;
}

void feed_release(struct item *item) {
  struct run *run = item->run;
  run->held--;
  run->held_bytes -= item->input_bytes;
  /* There may be room for more now, and nothing else to come that would wake the loop. */
  if (run->stage == RUN_FETCHING && !run->list_waits) uv_idle_start(&run->keep_loop_awake, keep_awake);
  free(item->checksum);
  free(item->input);
  free(item->own_path);
  free(item);
}

bool feed_submit(struct item *item, const char *url) {
  struct run *run = item->run;
  seine_request_t request = {.url = url, .user = item};
  sink_prepare(run->sink, &request, record_place);
  const struct checksum *checksum = item->checksum;
  if (checksum && checksum->size == 32) request.sha256 = checksum->bytes;
  if (checksum && checksum->size == 16) request.md5 = checksum->bytes;
  int error = seine_submit(run->engine, &request, record_result, NULL);
  if (error == 0) return true;

  if (error == SEINE_EURL) {
    char cause[256];
    seine_url_t parsed;
    if (seine_url_parse(&parsed, url, cause, sizeof cause) == 0)
      snprintf(cause, sizeof cause, "%s", seine_strerror(error));
    seine_url_clear(&parsed);
    record_bad_url(run, item->id, feed_show(run, url), cause, item->input);
  } else {
    run->run_stats.unfinished++;
    RUN_SAY(run, "a URL could not be submitted: %s; the run ends here", seine_strerror(error));
    shutdown_begin(run, EXIT_BROKEN);
  }
  feed_release(item);
  return false;
}

/* Whether the URL is met for the first time, in this run and all before it. */
static bool is_new(struct run *run, enum history_seen seen) {
  switch (seen) {
  case HISTORY_NEW:
  case HISTORY_REJECTED:
    return true;
  case HISTORY_DONE_BAD:
    run->run_stats.done_before_bad++;
    run->run_stats.done_before++;
    return false;
  case HISTORY_DONE:
    run->run_stats.done_before++;
    return false;
  default:
    run->run_stats.repeated++;
    return false;
  }
}

/* Reads the checksum of the record, if it has one. */
static struct checksum *take_checksum(struct record *record) {
  if (record->problem || !record->checksum) return NULL;
  struct checksum *checksum = xcalloc(1, sizeof *checksum);
  if (checksum_read(checksum, record->checksum) != 0) record->problem = CHECKSUM_PROBLEM;
  return checksum;
}

static bool take_url(struct run *run, const struct record *record, struct checksum *checksum) {
  bool is_canonical = !record->problem && seine_url_canonical_length(record->text) > 0;
  const char *shown = is_canonical ? record->text : feed_show(run, record->text);
  uint64_t url = record->problem ? url_key_of_text(&run->key, shown) : url_key(&run->key, record->text, shown);
  run->run_stats.records++;
  enum history_seen seen = history_visit(run->history, url);
  bool is_wanted = is_new(run, seen);
  bool is_alone = seen == HISTORY_REPEATED || record->problem || sink_reserve(run->sink, record->id, record->text, url);
  if (is_wanted && record->problem) record_bad_url(run, record->id, shown, record->problem, NULL);
  if (!is_wanted || record->problem) {
    free(checksum);
    return false;
  }
  struct item *item = xcalloc(1, sizeof *item);
  *item = (struct item){.run = run, .id = record->id, .url = url, .checksum = checksum, .distinct = !is_alone};
  item->rejected_before = seen == HISTORY_REJECTED;
  item->as_written = strcmp(shown, record->text) == 0;
  if (record->rest) {
    item->input = xstrndup(record->rest, record->rest_length);
    item->input_bytes = record->rest_length;
  }
  if (!checksum) run->run_stats.without_checksum++;
  run->held++;
  run->held_bytes += item->input_bytes;
  return feed_submit(item, record->text);
}

/* What is no URL has no host; one machine tells of it. */
static bool is_ours(struct run *run, const struct record *record) {
  if (run->partition.parts <= 1) return true;
  return record->problem ? run->partition.part == 0 : partition_takes(&run->partition, record->text);
}

/* True if the engine was given something. */
static bool take_record(struct run *run, struct record *record) {
  struct checksum *checksum = take_checksum(record);
  bool taken = false;
  if (is_ours(run, record)) {
    taken = take_url(run, record, checksum);
  } else {
    run->run_stats.other_partitions++;
    free(checksum);
  }
  return taken;
}

static bool has_room(const struct run *run) {
  return run->held < run->settings->read_ahead && run->held_bytes < INPUT_MOST &&
         manifest_backlog(run->manifest) < BACKLOG_MOST && !disk_lacks_space(run) &&
         seine_free_slots(run->engine) > 0;
}

/* Reads until there is a reason not to; true if the only one is that others want their turn. */
static bool read_on(struct run *run) {
  uint64_t until = uv_hrtime() + TURN_NS;
  bool room = has_room(run);
  for (unsigned n = 1; room && run->stage == RUN_FETCHING; n++) {
    struct record record;
    enum list_event event = list_next(run->list, &record);
    const char *notice = list_notice(run->list);
    if (notice) RUN_SAY(run, "%s", notice);
    if (event != LIST_RECORD) {
      run->list_waits = event == LIST_AGAIN;
      if (event == LIST_END) feed_stop(run);
      return false;
    }
    /* What was passed over takes no room, and a rerun passes over millions; but rows of bad URLs fill the backlog. */
    if (take_record(run, &record) || n % 64 == 0) room = has_room(run);
    if (n == TURN_RECORDS || (n % 64 == 0 && uv_hrtime() > until)) return room;
  }
  return false;
}

void feed_turn(struct run *run) {
  bool more = run->stage == RUN_FETCHING && !run->list_waits && read_on(run);
  if (more)
    uv_idle_start(&run->keep_loop_awake, keep_awake);
  else
    uv_idle_stop(&run->keep_loop_awake);
}

void feed_list_ready(struct list *list, void *user) {
  struct run *run = user;
  (void)list;
  run->list_waits = false;
}

void feed_say_unchecked(struct run *run) {
  char count[AMOUNT_ROOM];
  uint64_t unchecked = run->run_stats.without_checksum;
  if (unchecked == 0 || (!run->settings->checksum && !run->settings->checksum_column)) return;
  RUN_SAY(run, "--checksum: %s URL%s no checksum in the list, and nothing was compared for %s",
          format_count(unchecked, count), unchecked == 1 ? " has" : "s have", unchecked == 1 ? "it" : "them");
}

void feed_stop(struct run *run) {
  if (run->stage == RUN_FETCHING) run_set_stage(run, RUN_ENDING);
}
