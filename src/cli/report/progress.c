/* Progress as text, and its drawing on a terminal or into a log. */
#include "report/progress.h"
#include "base/human_format.h"
#include "base/message.h"
#include "base/xalloc.h"

#include <seine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_MS             200
#define PLAIN_MS           10000
#define AGAIN_MS           30 /* until a bar that made way for a line comes back */
#define THROUGHPUT_SECONDS 5.0
#define BAR_LEAST          12 /* columns; a shorter bar says nothing */
#define BAR_MOST           30
#define GAP                "  "

/* ---- Text ---- */

/* A column of a line, shown in array order. Where a line is too narrow, columns of high rank are dropped first. */
struct column {
  unsigned rank; /* 0: dropped last */
  char text[64];
};

static size_t width_of(const struct column *columns, size_t count) {
  size_t width = 0;
  for (size_t i = 0; i < count; i++)
    if (*columns[i].text) width += strlen(columns[i].text) + (width > 0 ? strlen(GAP) : 0);
  return width;
}

/* Drops columns until the others fit, and joins these. */
static void lay_out(struct column *columns, size_t count, size_t width, char line[PROGRESS_ROOM]) {
  size_t room = width < PROGRESS_ROOM ? width : PROGRESS_ROOM;
  while (width_of(columns, count) >= room) {
    struct column *last = NULL;
    for (size_t i = 0; i < count; i++)
      if (*columns[i].text && (!last || columns[i].rank > last->rank)) last = &columns[i];
    if (!last) break;
    last->text[0] = '\0';
  }
  char *end = line;
  *end = '\0';
  for (size_t i = 0; i < count; i++)
    if (*columns[i].text) end = stpcpy(end > line ? stpcpy(end, GAP) : end, columns[i].text);
}

static bool has_end(const struct run_stats *run_stats) {
  return run_stats->list_ended && run_stats_distinct(run_stats) > 0;
}

static double share_done(const struct run_stats *run_stats) {
  double share = (double)run_stats_ended(run_stats) / (double)run_stats_distinct(run_stats);
  return share < 1 ? share : 1;
}

/* Whether all remaining URLs are in flight or waiting for a retry: throughput does not predict when they end. */
static bool is_last_few(const struct run_stats *run_stats) {
  uint64_t left = run_stats_distinct(run_stats) - run_stats_ended(run_stats);
  return left <= run_stats->in_flight || left - run_stats->in_flight <= run_stats->waiting;
}

static bool time_left(const struct run_stats *run_stats, const struct throughput *throughput, char *out) {
  uint64_t total = run_stats_distinct(run_stats), ended = run_stats_ended(run_stats);
  if (!has_end(run_stats) || throughput->files < 0.01 || ended > total || is_last_few(run_stats)) return false;
  format_seconds((uint64_t)((double)(total - ended) / throughput->files + 0.999), out);
  return true;
}

static void add_bar(char line[PROGRESS_ROOM], size_t width, double share) {
  char bar[BAR_MOST + 1];
  size_t length = strlen(line), used = length + strlen(GAP) + 1;
  if (width > PROGRESS_ROOM) width = PROGRESS_ROOM;
  if (width < used + BAR_LEAST) return;
  size_t columns = width - used < BAR_MOST ? width - used : BAR_MOST, inside = columns - 2;
  size_t full = (size_t)(share * (double)inside);
  memset(bar, ' ', columns);
  memset(bar + 1, '=', full);
  if (full < inside) bar[1 + full] = '>';
  bar[0] = '[';
  bar[columns - 1] = ']';
  bar[columns] = '\0';
  stpcpy(stpcpy(line + length, GAP), bar);
}

static double share_replayed(const struct run_stats *run_stats) {
  double share = (double)run_stats->replay.bytes / (double)run_stats->replay.of_bytes;
  return share < 1 ? share : 1;
}

/* Progress of the scan of the manifest of earlier runs, which comes before all transfers. */
static void replay_line(const struct run_stats *run_stats, const struct throughput *throughput, size_t width,
                        char line[PROGRESS_ROOM]) {
  enum { ROWS, SHARE, RATE, TIME, COLUMNS };
  struct column columns[COLUMNS] = {
      [ROWS] = {.rank = 1}, [SHARE] = {.rank = 0}, [RATE] = {.rank = 2}, [TIME] = {.rank = 3}};
  const size_t room = sizeof columns[0].text;
  char text[AMOUNT_ROOM];
  double share = share_replayed(run_stats), left = (1 - share) * (double)run_stats->replay.of_bytes;
  snprintf(columns[ROWS].text, room, "%.40s rows", format_count(run_stats->replay.rows, text));
  snprintf(columns[SHARE].text, room, "%3d%%", (int)(share * 100));
  snprintf(columns[RATE].text, room, "%6s/s", format_rate(throughput->files, text));
  if (throughput->bytes >= 1)
    snprintf(columns[TIME].text, room, "eta %s", format_seconds((uint64_t)(left / throughput->bytes + 0.999), text));
  lay_out(columns, COLUMNS, width, line);
  add_bar(line, width, share);
}

static void whole_line(const struct run_stats *run_stats, const struct throughput *throughput, size_t width,
                       char line[PROGRESS_ROOM]) {
  enum { WHOLE, SHARE, FILES, BYTES, TIME, COLUMNS };
  struct column columns[COLUMNS] = {
      [WHOLE] = {.rank = 1}, [SHARE] = {.rank = 0}, [FILES] = {.rank = 2}, [BYTES] = {.rank = 4}, [TIME] = {.rank = 3}};
  const size_t room = sizeof columns[0].text;
  char a[AMOUNT_ROOM], b[AMOUNT_ROOM];
  bool end = has_end(run_stats);
  format_count(run_stats_ended(run_stats), a);
  format_count(run_stats_distinct(run_stats), b);
  snprintf(columns[WHOLE].text, room, end ? "%.26s of %.26s" : "%.24s done, %.24s read", a, b);
  if (end) snprintf(columns[SHARE].text, room, "%3d%%", (int)(share_done(run_stats) * 100));
  snprintf(columns[FILES].text, room, "%6s/s", format_rate(throughput->files, a));
  snprintf(columns[BYTES].text, room, "%8s/s", format_bytes(throughput->bytes, a));
  if (time_left(run_stats, throughput, a))
    snprintf(columns[TIME].text, room, "eta %s", a);
  else
    snprintf(columns[TIME].text, room, "%s", format_seconds(run_stats->elapsed_ms / 1000, a));
  lay_out(columns, COLUMNS, width, line);
  if (end) add_bar(line, width, share_done(run_stats));
}

static void state_line(const struct run_stats *run_stats, size_t width, char line[PROGRESS_ROOM]) {
  const struct {
    const char *format;
    uint64_t count;
    unsigned rank;
    bool always;
  } counts[] = {
      {"ok %s", run_stats->by_status[SEINE_STATUS_OK], 0, true},
      {"dup %s", run_stats->by_status[SEINE_STATUS_DUPLICATE], 8, true},
      {"rejected %s", run_stats->by_status[SEINE_STATUS_REJECTED], 3, true},
      {"failed %s", run_stats->by_status[SEINE_STATUS_FAILED], 1, true},
      {"in flight %s", run_stats->in_flight, 2, true},
      {"hosts %s", run_stats_active(run_stats), 6, true},
      {"frozen %s", run_stats->hosts_throttled, 5, false},
      {"down %s", run_stats->hosts_down, 4, false},
      {"proxies down %s", run_stats->proxies_down, 7, false},
      {"to retry %s", run_stats->waiting, 9, false},
      {"done before %s", run_stats->done_before, 10, false},
  };
  enum { COLUMNS = sizeof counts / sizeof *counts };
  struct column columns[COLUMNS] = {{.rank = 0}};
  for (size_t i = 0; i < COLUMNS; i++) {
    char count[AMOUNT_ROOM];
    columns[i].rank = counts[i].rank;
    if (counts[i].always || counts[i].count > 0)
      snprintf(columns[i].text, sizeof columns[i].text, counts[i].format, format_count(counts[i].count, count));
  }
  lay_out(columns, COLUMNS, width, line);
}

void progress_bar(const struct run_stats *run_stats, const struct throughput *throughput, size_t width,
                  char lines[PROGRESS_LINES][PROGRESS_ROOM]) {
  if (run_stats->replay.of_bytes > 0) {
    struct column what = {.text = "reading what is done already"};
    replay_line(run_stats, throughput, width, lines[0]);
    lay_out(&what, 1, width, lines[1]);
    return;
  }
  whole_line(run_stats, throughput, width, lines[0]);
  state_line(run_stats, width, lines[1]);
}

static void replay_plain(const struct run_stats *run_stats, const struct throughput *throughput,
                         char line[PROGRESS_ROOM]) {
  char rows[AMOUNT_ROOM], rate[AMOUNT_ROOM];
  snprintf(line, PROGRESS_ROOM, "reading what is done already: %s rows, %d%%, %s/s",
           format_count(run_stats->replay.rows, rows), (int)(share_replayed(run_stats) * 100),
           format_rate(throughput->files, rate));
}

void progress_plain(const struct run_stats *run_stats, const struct throughput *throughput, char line[PROGRESS_ROOM]) {
  char ended[AMOUNT_ROOM], met[AMOUNT_ROOM], rate[AMOUNT_ROOM], bytes[AMOUNT_ROOM], left[AMOUNT_ROOM];
  char state[PROGRESS_ROOM];
  if (run_stats->replay.of_bytes > 0) {
    replay_plain(run_stats, throughput, line);
    return;
  }
  state_line(run_stats, PROGRESS_ROOM / 2, state);
  bool eta = time_left(run_stats, throughput, left);
  if (!eta) format_seconds(run_stats->elapsed_ms / 1000, left);
  snprintf(line, PROGRESS_ROOM, "%s %s %s%s, %s/s, %s/s, %s%s; %.255s", format_count(run_stats_ended(run_stats), ended),
           has_end(run_stats) ? "of" : "done,", format_count(run_stats_distinct(run_stats), met),
           has_end(run_stats) ? "" : " read", format_rate(throughput->files, rate),
           format_bytes(throughput->bytes, bytes), eta ? "eta " : "", left, state);
}

struct throughput throughput_update(struct throughput before, double files, double bytes, double seconds) {
  if (seconds <= 0) return before;
  /* A decaying average: the newest THROUGHPUT_SECONDS count for half. */
  double weight = seconds / (THROUGHPUT_SECONDS + seconds);
  return (struct throughput){.files = before.files + (files / seconds - before.files) * weight,
                             .bytes = before.bytes + (bytes / seconds - before.bytes) * weight};
}

/* ---- Drawing ---- */

struct progress {
  enum progress_mode mode;
  struct run_stats *run_stats;
  progress_collect_cb collect;
  void *user;
  uv_timer_t timer;
  struct throughput throughput;
  uint64_t last_files, last_bytes, last_ns;
  bool begun; /* the throughput has been measured once */
  size_t drawn[PROGRESS_LINES]; /* columns of what stands on the terminal; [1] is 0 if nothing does */
  bool shown;
};

static size_t terminal_width(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* How far up the bar begins. A terminal that was made narrower has broken its lines. */
static size_t rows_up(const struct progress *progress, size_t width) {
  size_t rows = 0;
  for (size_t i = 0; i < PROGRESS_LINES; i++)
    rows += progress->drawn[i] > width ? (progress->drawn[i] + width - 1) / width : 1;
  return rows - 1;
}

static void write_stderr(const char *text, size_t length) {
  /* A terminal that takes no more misses a drawing; the next one comes soon. */
  ssize_t n = write(STDERR_FILENO, text, length);
  (void)n;
}

static void tick(uv_timer_t *timer);

void progress_hide(struct progress *progress) {
  char erase[64];
  if (!progress || !progress->shown) return;
  size_t up = rows_up(progress, terminal_width());
  int length = snprintf(erase, sizeof erase, up ? "\r\x1b[%zuA\x1b[J" : "\r\x1b[J", up);
  write_stderr(erase, (size_t)length);
  progress->shown = false;
  /* Soon, but not at once: more lines may follow, and a thousand of them are not to cost a thousand drawings. */
  if (!uv_is_closing((uv_handle_t *)&progress->timer)) uv_timer_start(&progress->timer, tick, AGAIN_MS, BAR_MS);
}

static void draw_bar(struct progress *progress) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM], up[32] = "\r", drawing[2 * PROGRESS_ROOM + 64];
  size_t width = terminal_width();
  /* A job in the background leaves the terminal to the one in front. */
  if (tcgetpgrp(STDERR_FILENO) != getpgrp()) return;
  if (progress->shown && rows_up(progress, width) > 0) snprintf(up, sizeof up, "\r\x1b[%zuA", rows_up(progress, width));
  progress_bar(progress->run_stats, &progress->throughput, width, lines);
  int length = snprintf(drawing, sizeof drawing, "%s%s\x1b[K\n%s\x1b[K\x1b[J", up, lines[0], lines[1]);
  write_stderr(drawing, (size_t)length);
  for (size_t i = 0; i < PROGRESS_LINES; i++)
    progress->drawn[i] = strlen(lines[i]);
  progress->shown = true;
}

static void measure(struct progress *progress) {
  const struct run_stats *run_stats = progress->run_stats;
  bool replaying = run_stats->replay.of_bytes > 0;
  uint64_t files = replaying ? run_stats->replay.rows : run_stats_ended(run_stats) - run_stats->done_before;
  uint64_t bytes = replaying ? run_stats->replay.bytes : run_stats->received_bytes, now = uv_hrtime();
  double seconds = (double)(now - progress->last_ns) / 1e9;
  double more_files = (double)(files - progress->last_files);
  double more_bytes = (double)(bytes - progress->last_bytes);
  if (progress->begun)
    progress->throughput = throughput_update(progress->throughput, more_files, more_bytes, seconds);
  else if (seconds > 0)
    progress->throughput = (struct throughput){more_files / seconds, more_bytes / seconds};
  progress->begun = true;
  progress->last_files = files;
  progress->last_bytes = bytes;
  progress->last_ns = now;
}

static void tick(uv_timer_t *timer) {
  struct progress *progress = timer->data;
  progress->collect(progress->run_stats, progress->user);
  measure(progress);
  if (progress->mode == PROGRESS_BAR) {
    draw_bar(progress);
    return;
  }
  char line[PROGRESS_ROOM];
  progress_plain(progress->run_stats, &progress->throughput, line);
  say("%s", line);
}

enum progress_mode progress_choose(const struct settings *settings) {
  const char *terminal = getenv("TERM");
  bool on_terminal = isatty(STDERR_FILENO);
  if (settings->progress == PROGRESS_BAR && !on_terminal) return PROGRESS_PLAIN;
  if (settings->progress != PROGRESS_AUTO) return settings->progress;
  if (settings->verbosity < 0) return PROGRESS_NONE;
  if (!on_terminal || !terminal || strcmp(terminal, "dumb") == 0) return PROGRESS_PLAIN;
  /* Rows on the same terminal would run through the bar, and are progress enough. */
  bool rows_shown = settings->manifest && strcmp(settings->manifest, "-") == 0 && isatty(STDOUT_FILENO);
  return rows_shown ? PROGRESS_NONE : PROGRESS_BAR;
}

static void start(struct progress *progress, uint64_t first_bar_ms) {
  if (progress->mode == PROGRESS_BAR) uv_timer_start(&progress->timer, tick, first_bar_ms, BAR_MS);
  if (progress->mode == PROGRESS_PLAIN) uv_timer_start(&progress->timer, tick, PLAIN_MS, PLAIN_MS);
}

struct progress *progress_open(uv_loop_t *loop, enum progress_mode mode, struct run_stats *run_stats,
                               progress_collect_cb collect, void *user) {
  struct progress *progress = xcalloc(1, sizeof *progress);
  progress->mode = mode;
  progress->run_stats = run_stats;
  progress->collect = collect;
  progress->user = user;
  progress->last_ns = uv_hrtime();
  uv_timer_init(loop, &progress->timer);
  progress->timer.data = progress;
  uv_unref((uv_handle_t *)&progress->timer);
  start(progress, PROGRESS_FIRST_MS);
  return progress;
}

void progress_restart(struct progress *progress) {
  progress_hide(progress);
  progress->throughput = (struct throughput){0};
  progress->begun = false;
  progress->last_files = progress->last_bytes = 0;
  progress->last_ns = uv_hrtime();
  start(progress, BAR_MS);
}

static void timer_closed(uv_handle_t *handle) {
  free(handle->data);
}

void progress_close(struct progress *progress) {
  if (!progress) return;
  progress_hide(progress);
  uv_close((uv_handle_t *)&progress->timer, timer_closed);
}
