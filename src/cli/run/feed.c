/* Reads records and submits their URLs: no more than the engine has room for, and no URL twice. */
#include "run/feed.h"
#include "base/message.h"
#include "base/url_key.h"
#include "base/xalloc.h"
#include "run/disk_space.h"
#include "run/result_row.h"
#include "run/submit.h"
#include "seine_tools.h"

#include <stdlib.h>
#include <string.h>

#define TURN_RECORDS 4096
#define TURN_NS      4000000 /* time that reading may take in one turn of the loop */
#define BACKLOG_MOST ((size_t)8 << 20) /* bytes of rows that wait to be written */
#define INPUT_MOST   ((size_t)64 << 20) /* bytes of other columns of records in memory */

/* Counts the URL, and returns whether it is to be fetched: neither done by an earlier run nor repeated in this one. */
static bool is_new(struct run *run, enum history_seen seen) {
  switch (seen) {
  case HISTORY_NEW:
  case HISTORY_REJECTED: return true;
  case HISTORY_DONE_BAD:
    run->run_stats.done_before_bad++;
    run->run_stats.done_before++;
    return false;
  case HISTORY_DONE: run->run_stats.done_before++; return false;
  default: run->run_stats.repeated++; return false;
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
  const char *shown = is_canonical ? record->text : item_show_url(run, record->text);
  uint64_t url = record->problem ? url_key_of_text(&run->key, shown) : url_key(&run->key, record->text, shown);
  run->run_stats.records++;
  enum history_seen seen = history_visit(run->history, url);
  bool is_wanted = is_new(run, seen);
  bool is_alone = seen == HISTORY_REPEATED || record->problem || sink_reserve(run->sink, record->id, record->text, url);
  if (is_wanted && record->problem) result_row_bad_url(run, record->id, shown, record->problem, NULL);
  if (!is_wanted || record->problem) {
    free(checksum);
    return false;
  }
  struct item *item = xcalloc(1, sizeof *item);
  *item = (struct item){.run = run, .id = record->id, .url = url, .checksum = checksum, .distinct = !is_alone};
  item->rejected_before = seen == HISTORY_REJECTED;
  item->url_as_written = strcmp(shown, record->text) == 0;
  if (record->rest) {
    item->input = xstrndup(record->rest, record->rest_length);
    item->input_bytes = record->rest_length;
  }
  if (!checksum) run->run_stats.without_checksum++;
  run->items++;
  run->input_bytes += item->input_bytes;
  return item_submit(item, record->text);
}

/* A malformed URL has no host: the first partition writes its row. */
static bool is_in_partition(struct run *run, const struct record *record) {
  if (run->partition.parts <= 1) return true;
  return record->problem ? run->partition.part == 0 : partition_takes(&run->partition, record->text);
}

/* Returns whether a URL was submitted. */
static bool take_record(struct run *run, struct record *record) {
  struct checksum *checksum = take_checksum(record);
  bool taken = false;
  if (is_in_partition(run, record)) {
    taken = take_url(run, record, checksum);
  } else {
    run->run_stats.other_partitions++;
    free(checksum);
  }
  return taken;
}

static bool has_room(const struct run *run) {
  return run->items < run->settings->read_ahead && run->input_bytes < INPUT_MOST &&
         manifest_backlog(run->manifest) < BACKLOG_MOST && !disk_lacks_space(run) && seine_free_slots(run->engine) > 0;
}

/* Reads records until none may be read now. Returns whether only the limits of one turn were reached. */
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
      if (event == LIST_END) run_stop_reading(run);
      return false;
    }
    /* Skipped records take no room, and a rerun skips millions, so limits are not checked each time. Rows of malformed
     * URLs do fill the backlog: every 64 records they are. */
    if (take_record(run, &record) || n % 64 == 0) room = has_room(run);
    if (n == TURN_RECORDS || (n % 64 == 0 && uv_hrtime() > until)) return room;
  }
  return false;
}

void feed_turn(struct run *run) {
  bool more = run->stage == RUN_FETCHING && !run->list_waits && read_on(run);
  if (more)
    run_keep_awake(run);
  else
    uv_idle_stop(&run->keep_loop_awake);
}

void feed_list_ready(struct list *list, void *user) {
  struct run *run = user;
  (void)list;
  run->list_waits = false;
}
