/* Goes over a manifest twice: first to find the last row of each URL, then to hold the files against those rows, on
 * several threads at once. */
#include "manifest/verify.h"
#include "base/exit_status.h"
#include "base/fingerprint_table.h"
#include "base/folder_walk.h"
#include "base/human_format.h"
#include "base/message.h"
#include "base/process.h"
#include "base/text.h"
#include "base/text_escape.h"
#include "base/url_key.h"
#include "base/xalloc.h"
#include "manifest/row.h"
#include "manifest/row_lines.h"
#include "manifest/verify_file.h"
#include "output/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#define AT_WORK_MOST 32 /* files with the thread pool */
#define SHOW_MS      200

struct check {
  uv_work_t work;
  struct verify *verify;
  struct verify_file file;
};

struct verify {
  const struct settings *settings;
  uv_loop_t loop;
  uv_timer_t show;
  bool shows; /* the bar is on */
  int folder, lock;
  int manifest;
  enum row_format format;
  uint64_t size; /* of the manifest, in bytes */
  struct row_lines lines;
  struct fingerprint_key key;
  struct fingerprint_table *last; /* URL to the offset of its last row */
  struct fingerprint_table *seen; /* path and SHA-256, which several rows may share */
  struct fingerprint_table *named; /* paths */
  size_t at_work;
  bool ended; /* the rows are */
  uint64_t files, bytes, differences[VERIFY_ENDS], not_understood;
  uv_work_t walk;
  uint64_t unnamed; /* files */
  uint64_t too_deep; /* folders that were not looked into */
};

/* ---- Rows ---- */

/* The next row and its offset; false at the end. */
static bool next_row(struct verify *verify, struct row_view *view, uint64_t *offset) {
  char *line;
  size_t length;
  while (row_lines_next(&verify->lines, &line, &length, offset)) {
    if (row_read(line, length, verify->format, view)) return true;
    if (*offset > 0 || verify->format != ROW_CSV) verify->not_understood++;
  }
  return false;
}

static uint64_t key_of(const struct verify *verify, const struct row_view *view) {
  if (view->error == SEINE_EURL) return url_key_of_text(&verify->key, view->url);
  return url_key(&verify->key, view->url, view->url);
}

static void find_last_rows(struct verify *verify) {
  struct row_view view;
  struct table_slot slot;
  uint64_t offset;
  row_lines_open(&verify->lines, verify->manifest, verify->size);
  while (next_row(verify, &view, &offset)) {
    fingerprint_table_insert(verify->last, key_of(verify, &view), &slot);
    *slot.value = offset;
  }
  row_lines_close(&verify->lines);
  verify->not_understood = 0;
}

static bool is_last(const struct verify *verify, const struct row_view *view, uint64_t offset) {
  struct table_slot slot;
  return fingerprint_table_find(verify->last, key_of(verify, view), &slot) && *slot.value == offset;
}

/* Whether this path was not yet asked for with these bytes. */
static bool is_new(struct verify *verify, const struct row_view *view) {
  struct table_slot slot;
  uint8_t both[16 + sizeof view->sha256] = {0};
  uint64_t path = fingerprint(&verify->key, view->path, strlen(view->path));
  fingerprint_table_insert(verify->named, path, &slot);
  memcpy(both, &path, sizeof path);
  memcpy(both + 8, &view->bytes, sizeof view->bytes);
  if (view->has_sha256) memcpy(both + 16, view->sha256, sizeof view->sha256);
  return fingerprint_table_insert(verify->seen, fingerprint(&verify->key, both, sizeof both), &slot);
}

/* ---- Files ---- */

static void hide_bar(const struct verify *verify) {
  if (!verify->shows) return;
  fputs("\r\x1b[K", stderr);
  fflush(stderr);
}

static void print_difference(const struct verify *verify, const struct verify_file *file) {
  static const char *const words[VERIFY_ENDS] = {
      [VERIFY_MISSING] = "missing", [VERIFY_KIND] = "no file",          [VERIFY_SIZE] = "size",
      [VERIFY_SHA256] = "sha256",   [VERIFY_UNREADABLE] = "unreadable",
  };
  size_t room = strlen(file->path) * 4 + 1;
  char *shown = xmalloc(room), is[AMOUNT_ROOM], was[AMOUNT_ROOM];
  escape_for_terminal(file->path, strlen(file->path), shown, room);
  hide_bar(verify);
  printf("%-10s  %s", words[file->end], shown);
  if (file->end == VERIFY_SIZE)
    printf("  (%s bytes instead of %s)", format_count(file->found_bytes, is), format_count(file->bytes, was));
  if (file->end == VERIFY_UNREADABLE) printf("  (%s)", strerror(file->error));
  if (file->end == VERIFY_KIND) printf("  (not a regular file)");
  putchar('\n');
  if (verify->shows) fflush(stdout);
  free(shown);
}

static void pump(struct verify *verify);

static void hash_file(uv_work_t *work) {
  verify_file_read(&((struct check *)work->data)->file);
}

static void file_hashed(uv_work_t *work, int status) {
  struct check *check = work->data;
  struct verify *verify = check->verify;
  struct verify_file *file = &check->file;
  (void)status;
  verify->at_work--;
  verify->files++;
  verify->bytes += file->found_bytes;
  verify->differences[file->end]++;
  if (file->end != VERIFY_SAME) print_difference(verify, file);
  free(file->path);
  free(check);
  pump(verify);
}

static void check_file(struct verify *verify, const struct row_view *view) {
  struct check *check = xcalloc(1, sizeof *check);
  check->verify = verify;
  check->work.data = check;
  check->file.folder = verify->folder;
  check->file.path = xstrdup(view->path);
  check->file.bytes = view->bytes;
  check->file.has_sha256 = view->has_sha256;
  memcpy(check->file.sha256, view->sha256, sizeof check->file.sha256);
  verify->at_work++;
  uv_queue_work(&verify->loop, &check->work, hash_file, file_hashed);
}

/* ---- Files that no row names ---- */

static void count_file(int folder, const char *name, const char *path, void *user) {
  struct verify *verify = user;
  struct table_slot slot;
  struct stat st, manifest = {0};
  if (strcmp(name, OUTDIR_LOCK) == 0) return;
  if (fingerprint_table_find(verify->named, fingerprint(&verify->key, path, strlen(path)), &slot)) return;
  fstat(verify->manifest, &manifest);
  bool is_manifest = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == manifest.st_dev &&
                     st.st_ino == manifest.st_ino;
  if (!is_manifest) verify->unnamed++;
}

static void count_unnamed(uv_work_t *work) {
  struct verify *verify = work->data;
  verify->too_deep = walk_files(verify->folder, OUTDIR_PARTIAL, count_file, verify);
}

static void unnamed_counted(uv_work_t *work, int status) {
  struct verify *verify = work->data;
  (void)status;
  uv_close((uv_handle_t *)&verify->show, NULL);
}

/* Reads on while there is room at the workers, and walks over the folder at the end. */
static void pump(struct verify *verify) {
  struct row_view view;
  uint64_t offset;
  while (!verify->ended && verify->at_work < AT_WORK_MOST) {
    if (!next_row(verify, &view, &offset)) {
      verify->ended = true;
      break;
    }
    bool stored = view.status <= SEINE_STATUS_DUPLICATE && view.path;
    if (stored && is_last(verify, &view, offset) && is_new(verify, &view)) check_file(verify, &view);
  }
  if (!verify->ended || verify->at_work > 0) return;
  verify->walk.data = verify;
  uv_queue_work(&verify->loop, &verify->walk, count_unnamed, unnamed_counted);
}

/* ---- What is shown ---- */

static void show_bar(uv_timer_t *timer) {
  const struct verify *verify = timer->data;
  char files[AMOUNT_ROOM], bytes[AMOUNT_ROOM];
  double part = verify->size ? 100.0 * (double)verify->lines.offset / (double)verify->size : 100;
  fprintf(stderr, "\r\x1b[Kverifying  %3.0f%%  %s files  %s", part, format_count(verify->files, files),
          format_bytes((double)verify->bytes, bytes));
  fflush(stderr);
}

static uint64_t count_differences(const struct verify *verify) {
  return verify->files - verify->differences[VERIFY_SAME];
}

static void add_count(struct text *text, uint64_t count, const char *what) {
  char number[AMOUNT_ROOM];
  if (count > 0) text_printf(text, ", %s %s", format_count(count, number), what);
}

static void say_the_sum(const struct verify *verify) {
  struct text text = {0};
  char files[AMOUNT_ROOM], same[AMOUNT_ROOM], bytes[AMOUNT_ROOM], unnamed[AMOUNT_ROOM];
  const uint64_t *differences = verify->differences;
  text_printf(&text, "%s file%s (%s) in %s: %s as the manifest says", format_count(verify->files, files),
              verify->files == 1 ? "" : "s", format_bytes((double)verify->bytes, bytes), verify->settings->output,
              format_count(differences[VERIFY_SAME], same));
  add_count(&text, differences[VERIFY_MISSING], "missing");
  add_count(&text, differences[VERIFY_SIZE], "of another size");
  add_count(&text, differences[VERIFY_SHA256], "with other bytes");
  add_count(&text, differences[VERIFY_KIND], "not regular");
  add_count(&text, differences[VERIFY_UNREADABLE], "not readable");
  say("%s", text.data);
  if (verify->not_understood > 0)
    say("not understood in %s, and passed over: %s line%s", verify->settings->manifest,
        format_count(verify->not_understood, files), verify->not_understood == 1 ? "" : "s");
  if (verify->unnamed > 0)
    say("beside them, %s file%s that no last row names", format_count(verify->unnamed, unnamed),
        verify->unnamed == 1 ? "" : "s");
  if (verify->too_deep > 0)
    say("not looked into, since they lie in more than %d folders: %s folder%s", WALK_DEPTH,
        format_count(verify->too_deep, unnamed), verify->too_deep == 1 ? "" : "s");
  text_clear(&text);
}

/* ---- Opening ---- */

static int open_folder(struct verify *verify) {
  const char *path = verify->settings->output;
  verify->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (verify->folder < 0) {
    say("the folder %s cannot be opened: %s", path, strerror(errno));
    return EXIT_USAGE;
  }
  /* A run that begins meanwhile is kept out as long as this goes on; where there is no lock, no run was there. */
  verify->lock = outdir_share(verify->folder);
  if (verify->lock < 0 && errno == EWOULDBLOCK) {
    say("a run is writing to %s; wait for its end", path);
    return EXIT_USAGE;
  }
  return 0;
}

static int open_manifest(struct verify *verify) {
  const char *path = verify->settings->manifest, *dot = strrchr(path, '.');
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    say("the manifest %s cannot be read: %s; name another with --manifest", path,
        fd < 0 ? strerror(errno) : "not a regular file");
    if (fd >= 0) close(fd);
    return EXIT_USAGE;
  }
  if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    say("a run is writing to %s; wait for its end", path);
    close(fd);
    return EXIT_USAGE;
  }
  verify->manifest = fd;
  verify->size = (uint64_t)st.st_size;
  verify->format = dot && strcasecmp(dot, ".csv") == 0 ? ROW_CSV : ROW_JSON;
  return 0;
}

static void close_all(struct verify *verify) {
  fingerprint_table_free(verify->last);
  fingerprint_table_free(verify->seen);
  fingerprint_table_free(verify->named);
  row_lines_close(&verify->lines);
  if (verify->manifest >= 0) close(verify->manifest);
  if (verify->lock >= 0) close(verify->lock);
  if (verify->folder >= 0) close(verify->folder);
}

static bool wants_bar(const struct settings *settings) {
  if (settings->progress == PROGRESS_BAR) return true;
  return settings->progress == PROGRESS_AUTO && settings->verbosity >= 0 && isatty(STDERR_FILENO);
}

static int go_over(struct verify *verify) {
  fingerprint_key_draw(&verify->key);
  verify->last = fingerprint_table_new(true);
  verify->seen = fingerprint_table_new(false);
  verify->named = fingerprint_table_new(false);
  if (uv_loop_init(&verify->loop) != 0) return EXIT_BROKEN;
  uv_timer_init(&verify->loop, &verify->show);
  verify->show.data = verify;
  find_last_rows(verify);
  row_lines_open(&verify->lines, verify->manifest, verify->size);
  if (verify->shows) uv_timer_start(&verify->show, show_bar, SHOW_MS, SHOW_MS);
  pump(verify);
  uv_run(&verify->loop, UV_RUN_DEFAULT);
  uv_loop_close(&verify->loop);
  hide_bar(verify);
  if (verify->lines.error) {
    say("%s: %s", verify->settings->manifest, strerror(verify->lines.error));
    return EXIT_BROKEN;
  }
  if (fflush(stdout) != 0 || ferror(stdout)) {
    say("standard output: %s", strerror(errno));
    return EXIT_BROKEN;
  }
  if (verify->settings->verbosity >= 0) say_the_sum(verify);
  return count_differences(verify) > 0 ? EXIT_NOT_ALL : 0;
}

int verify(const struct settings *settings) {
  struct verify state = {.settings = settings, .folder = -1, .lock = -1, .manifest = -1, .shows = wants_bar(settings)};
  int status = process_prepare();
  if (status == 0) status = open_folder(&state);
  if (status == 0) status = open_manifest(&state);
  if (status == 0) status = go_over(&state);
  close_all(&state);
  return status;
}
