/* Progress as text, and its drawing on a terminal or into a log. */
#include "progress.h"
#include "amount.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_MS       200
#define PLAIN_MS     10000
#define PACE_SECONDS 5.0
#define BAR_LEAST    12 /* columns; a shorter bar says nothing */
#define BAR_MOST     30
#define GAP          "  "

/* ---- Text ---- */

/* Adds a piece to the line if it fits whole. */
static bool add_piece(char line[PROGRESS_ROOM], size_t width, const char *piece) {
  size_t used = strlen(line), gap = used ? strlen(GAP) : 0, length = strlen(piece);
  size_t room = width < PROGRESS_ROOM ? width : PROGRESS_ROOM;
  if (used + gap + length >= room) return false;
  memcpy(line + used, GAP, gap);
  memcpy(line + used + gap, piece, length + 1);
  return true;
}

static bool has_end(const struct figures *figures) {
  return figures->list_ended && figures_distinct(figures) > 0;
}

static double share_done(const struct figures *figures) {
  double share = (double)figures_ended(figures) / (double)figures_distinct(figures);
  return share < 1 ? share : 1;
}

static bool time_left(const struct figures *figures, const struct pace *pace, char *out) {
  uint64_t total = figures_distinct(figures), ended = figures_ended(figures);
  if (!has_end(figures) || pace->files < 0.01 || ended > total) return false;
  amount_time((uint64_t)((double)(total - ended) / pace->files + 0.999), out);
  return true;
}

static void add_bar(char line[PROGRESS_ROOM], size_t width, double share) {
  char bar[BAR_MOST + 1];
  size_t used = strlen(line) + strlen(GAP) + 1;
  if (width < used + BAR_LEAST) return;
  size_t length = width - used < BAR_MOST ? width - used : BAR_MOST, inside = length - 2;
  size_t full = (size_t)(share * (double)inside);
  memset(bar, ' ', length);
  memset(bar + 1, '=', full);
  if (full < inside) bar[1 + full] = '>';
  bar[0] = '[';
  bar[length - 1] = ']';
  bar[length] = '\0';
  add_piece(line, width, bar);
}

static void whole_line(const struct figures *figures, const struct pace *pace, size_t width, char line[PROGRESS_ROOM]) {
  char piece[128], a[AMOUNT_ROOM], b[AMOUNT_ROOM];
  amount_count(figures_ended(figures), a);
  amount_count(figures_distinct(figures), b);
  snprintf(piece, sizeof piece, has_end(figures) ? "%s of %s" : "%s done, %s read", a, b);
  add_piece(line, width, piece);
  if (has_end(figures)) {
    snprintf(piece, sizeof piece, "%3d%%", (int)(share_done(figures) * 100));
    add_piece(line, width, piece);
  }
  snprintf(piece, sizeof piece, "%6s/s", amount_rate(pace->files, a));
  add_piece(line, width, piece);
  snprintf(piece, sizeof piece, "%8s/s", amount_bytes(pace->bytes, a));
  add_piece(line, width, piece);
  if (time_left(figures, pace, a))
    snprintf(piece, sizeof piece, "eta %s", a);
  else
    snprintf(piece, sizeof piece, "%s", amount_time(figures->elapsed_ms / 1000, a));
  add_piece(line, width, piece);
  if (has_end(figures)) add_bar(line, width, share_done(figures));
}

static void state_line(const struct figures *figures, size_t width, char line[PROGRESS_ROOM]) {
  const struct {
    const char *format;
    uint64_t count;
    bool always;
  } pieces[] = {
      {"ok %s", figures->by_status[0], true},
      {"dup %s", figures->by_status[1], true},
      {"rejected %s", figures->by_status[2], true},
      {"failed %s", figures->by_status[3], true},
      {"in flight %s", figures->in_flight, true},
      {"hosts %s", figures->hosts, true},
      {"waiting %s", figures->waiting + figures->queued, true},
      {"frozen %s", figures->hosts_frozen, false},
      {"down %s", figures->hosts_down, false},
      {"done before %s", figures->done_before, false},
  };
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    char piece[64], count[AMOUNT_ROOM];
    if (!pieces[i].always && pieces[i].count == 0) continue;
    snprintf(piece, sizeof piece, pieces[i].format, amount_count(pieces[i].count, count));
    if (!add_piece(line, width, piece)) return;
  }
}

void progress_bar(const struct figures *figures, const struct pace *pace, size_t width,
                  char lines[PROGRESS_LINES][PROGRESS_ROOM]) {
  lines[0][0] = lines[1][0] = '\0';
  whole_line(figures, pace, width, lines[0]);
  state_line(figures, width, lines[1]);
}

void progress_plain(const struct figures *figures, const struct pace *pace, char line[PROGRESS_ROOM]) {
  char ended[AMOUNT_ROOM], met[AMOUNT_ROOM], rate[AMOUNT_ROOM], bytes[AMOUNT_ROOM], left[AMOUNT_ROOM];
  char state[PROGRESS_ROOM] = "";
  state_line(figures, PROGRESS_ROOM / 2, state);
  bool eta = time_left(figures, pace, left);
  if (!eta) amount_time(figures->elapsed_ms / 1000, left);
  snprintf(line, PROGRESS_ROOM, "%s %s %s%s, %s/s, %s/s, %s%s; %.255s", amount_count(figures_ended(figures), ended),
           has_end(figures) ? "of" : "done,", amount_count(figures_distinct(figures), met),
           has_end(figures) ? "" : " read", amount_rate(pace->files, rate), amount_bytes(pace->bytes, bytes),
           eta ? "eta " : "", left, state);
}

struct pace progress_pace(struct pace before, double files, double bytes, double seconds) {
  if (seconds <= 0) return before;
  /* An average that forgets: what is new counts for half once it is PACE_SECONDS long. */
  double weight = seconds / (PACE_SECONDS + seconds);
  return (struct pace){.files = before.files + (files / seconds - before.files) * weight,
                       .bytes = before.bytes + (bytes / seconds - before.bytes) * weight};
}

/* ---- Drawing ---- */

struct progress {
  enum progress_mode mode;
  struct figures *figures;
  progress_collect_cb collect;
  void *user;
  uv_timer_t timer;
  struct pace pace;
  uint64_t last_files, last_bytes, last_ns;
  bool begun; /* the pace has been measured once */
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

void progress_hide(struct progress *progress) {
  char erase[64];
  if (!progress || !progress->shown) return;
  size_t up = rows_up(progress, terminal_width());
  int length = snprintf(erase, sizeof erase, up ? "\r\x1b[%zuA\x1b[J" : "\r\x1b[J", up);
  write_stderr(erase, (size_t)length);
  progress->shown = false;
}

static void draw_bar(struct progress *progress) {
  char lines[PROGRESS_LINES][PROGRESS_ROOM], up[32] = "\r", drawing[2 * PROGRESS_ROOM + 64];
  size_t width = terminal_width();
  /* A job in the background leaves the terminal to the one in front. */
  if (tcgetpgrp(STDERR_FILENO) != getpgrp()) return;
  if (progress->shown && rows_up(progress, width) > 0) snprintf(up, sizeof up, "\r\x1b[%zuA", rows_up(progress, width));
  progress_bar(progress->figures, &progress->pace, width, lines);
  int length = snprintf(drawing, sizeof drawing, "%s%s\x1b[K\n%s\x1b[K\x1b[J", up, lines[0], lines[1]);
  write_stderr(drawing, (size_t)length);
  for (size_t i = 0; i < PROGRESS_LINES; i++)
    progress->drawn[i] = strlen(lines[i]);
  progress->shown = true;
}

static void measure(struct progress *progress) {
  const struct figures *figures = progress->figures;
  uint64_t files = figures_ended(figures) - figures->done_before, now = uv_hrtime();
  double seconds = (double)(now - progress->last_ns) / 1e9;
  double more_files = (double)(files - progress->last_files);
  double more_bytes = (double)(figures->received_bytes - progress->last_bytes);
  if (progress->begun)
    progress->pace = progress_pace(progress->pace, more_files, more_bytes, seconds);
  else if (seconds > 0)
    progress->pace = (struct pace){more_files / seconds, more_bytes / seconds};
  progress->begun = true;
  progress->last_files = files;
  progress->last_bytes = figures->received_bytes;
  progress->last_ns = now;
}

static void tick(uv_timer_t *timer) {
  struct progress *progress = timer->data;
  progress->collect(progress->figures, progress->user);
  measure(progress);
  if (progress->mode == PROGRESS_BAR) {
    draw_bar(progress);
    return;
  }
  char line[PROGRESS_ROOM];
  progress_plain(progress->figures, &progress->pace, line);
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

struct progress *progress_open(uv_loop_t *loop, enum progress_mode mode, struct figures *figures,
                               progress_collect_cb collect, void *user) {
  struct progress *progress = xcalloc(1, sizeof *progress);
  uint64_t every = mode == PROGRESS_BAR ? BAR_MS : PLAIN_MS;
  progress->mode = mode;
  progress->figures = figures;
  progress->collect = collect;
  progress->user = user;
  progress->last_ns = uv_hrtime();
  uv_timer_init(loop, &progress->timer);
  progress->timer.data = progress;
  if (mode != PROGRESS_NONE) uv_timer_start(&progress->timer, tick, every, every);
  uv_unref((uv_handle_t *)&progress->timer);
  return progress;
}

static void timer_closed(uv_handle_t *handle) {
  free(handle->data);
}

void progress_close(struct progress *progress) {
  if (!progress) return;
  progress_hide(progress);
  uv_close((uv_handle_t *)&progress->timer, timer_closed);
}
