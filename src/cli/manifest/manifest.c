/* Appends rows to a file, or to standard output and an unnamed file, writes them in groups, and reads them back. */
#include "manifest/manifest.h"
#include "base/xalloc.h"
#include "manifest/manifest_file.h"
#include "manifest/row_fast.h"
#include "manifest/row_lines.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_BYTES    ((size_t)256 << 10)
#define GROUP_MS       20 /* a kill loses the rows of so long, and their URLs are fetched again */
#define DURABLE_MS     200 /* with it, each group costs two syncs */
#define READ_BYTES     4096
#define STREAM_WAIT_MS 100

struct group {
  char *data;
  size_t used, room;
};

struct manifest {
  uv_loop_t *loop;
  struct manifest_file file;
  bool durable;
  int folder;
  manifest_error_cb on_error;
  void *user;

  /* Offsets run on: [.., start of `writing`) is on the disk, then come `writing` and `filling`, up to `tail`. */
  uint64_t earlier, tail, writing_start;
  struct group filling; /* the loop's */
  struct group writing; /* the worker's while `busy`; the loop may read it */
  bool busy, due, failed, closing;
  atomic_bool hurry;
  uv_work_t work;
  uv_timer_t timer;
  int work_error; /* errno */
  size_t work_written; /* bytes of `writing` that are in the file after an error */
  uint64_t lost; /* rows that were appended and will never be written */
  size_t reads; /* under way */

  manifest_close_cb on_closed;
  void *closed_user;
};

/* ---- Writing ---- */

/* *written: how far it came, also where it fails. */
static int write_at(int fd, const char *data, size_t size, uint64_t offset, size_t *written) {
  for (*written = 0; *written < size;) {
    ssize_t n = pwrite(fd, data + *written, size - *written, (off_t)(offset + *written));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    *written += (size_t)n;
  }
  return 0;
}

/* Rows that go to a file without a name are lost, though every write succeeds. */
static int still_there(const struct manifest_file *file) {
  struct stat st;
  if (file->rows < 0 || file->stream >= 0) return 0;
  if (fstat(file->rows, &st) != 0) return errno;
  return st.st_nlink > 0 ? 0 : ENOENT;
}

/* Of a group that failed, the whole rows that were written stay; what comes after them goes, for nothing may ever be
 * appended to half a row. How many bytes of the group stay. */
static size_t cut_back(const struct manifest_file *file, const struct group *group, uint64_t start, size_t written) {
  const char *end = written ? memrchr(group->data, '\n', written) : NULL;
  size_t whole = end ? (size_t)(end - group->data) + 1 : 0;
  /* If this fails, too, the next run cuts off the half row at its start. */
  return ftruncate(file->rows, (off_t)(start + whole)) == 0 ? whole : 0;
}

/* A pipe that is ready takes PIPE_BUF bytes without blocking, so that a worker is never stuck in it for good. */
static int write_stream(struct manifest *manifest, const char *data, size_t size) {
  while (size > 0) {
    if (atomic_load(&manifest->hurry)) return ECANCELED;
    struct pollfd ready = {.fd = manifest->file.stream, .events = POLLOUT};
    if (poll(&ready, 1, STREAM_WAIT_MS) == 0) continue;
    ssize_t n = write(manifest->file.stream, data, size < 4096 ? size : 4096);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return errno;
    data += n;
    size -= (size_t)n;
  }
  return 0;
}

/* With the first rows of a run goes the manifest's own name, which may be on another file system than the files. */
static int sync_rows(const struct manifest *manifest) {
  if (manifest->writing_start <= manifest->earlier && syncfs(manifest->file.rows) != 0) return -1;
  return fdatasync(manifest->file.rows);
}

static void write_group(uv_work_t *work) {
  struct manifest *manifest = work->data;
  struct manifest_file *file = &manifest->file;
  const struct group *group = &manifest->writing;
  uint64_t start = manifest->writing_start;
  size_t written = 0;
  int error = still_there(file);
  if (!error && manifest->durable && manifest->folder >= 0 && syncfs(manifest->folder) != 0) error = errno;
  if (!error && file->rows >= 0) error = write_at(file->rows, group->data, group->used, start, &written);
  if (!error) manifest_file_reserve(file, start + group->used);
  if (!error && file->stream >= 0) error = write_stream(manifest, group->data, group->used);
  if (!error && manifest->durable && file->stream < 0 && sync_rows(manifest) != 0) {
    error = errno;
    written = 0; /* what a failed sync leaves on the disk, nobody knows */
  }
  if (error && file->rows >= 0 && file->stream < 0) written = cut_back(file, group, start, written);
  manifest->work_written = written;
  manifest->work_error = error;
}

static uint64_t count_rows(const char *data, size_t size) {
  uint64_t rows = 0;
  for (const char *end = data + size; (data = memchr(data, '\n', (size_t)(end - data))); data++)
    rows++;
  return rows;
}

static void give_up(struct manifest *manifest, int error, const struct group *group, size_t written) {
  manifest->failed = true;
  if (group->used > written) manifest->lost += count_rows(group->data + written, group->used - written);
  if (manifest->filling.used) manifest->lost += count_rows(manifest->filling.data, manifest->filling.used);
  manifest->filling.used = 0;
  if (error == ECANCELED) return;
  char *sentence;
  if (error == EPIPE)
    sentence = xasprintf("nobody reads %s any more, so the run ends here; what has no row is fetched by the next run",
                         manifest->file.name);
  else
    sentence =
        xasprintf("%s could not be written: %s; once that is mended, run the same command again: it goes on from "
                  "here",
                  manifest->file.name, error == ENOENT ? "it was removed" : strerror(error));
  manifest->on_error(sentence, manifest->user);
  free(sentence);
}

static void flush(struct manifest *manifest);
static void end_if_idle(struct manifest *manifest);

static void group_written(uv_work_t *work, int status) {
  struct manifest *manifest = work->data;
  manifest->busy = false;
  int error = status < 0 ? ECANCELED : manifest->work_error;
  if (error && !manifest->failed) give_up(manifest, error, &manifest->writing, status < 0 ? 0 : manifest->work_written);
  manifest->writing.used = 0;
  if (manifest->due || manifest->closing || manifest->filling.used >= GROUP_BYTES) flush(manifest);
  end_if_idle(manifest);
}

static void flush(struct manifest *manifest) {
  manifest->due = false;
  if (manifest->filling.used == 0) return;
  if (manifest->busy) {
    manifest->due = true;
    return;
  }
  manifest->writing_start = manifest->tail - manifest->filling.used;
  struct group full = manifest->filling;
  manifest->filling = manifest->writing;
  manifest->writing = full;
  manifest->busy = true;
  manifest->work.data = manifest;
  uv_timer_stop(&manifest->timer);
  uv_queue_work(manifest->loop, &manifest->work, write_group, group_written);
}

static void flush_on_time(uv_timer_t *timer) {
  flush(timer->data);
}

static char *reserve(struct group *group, size_t more) {
  if (group->room - group->used < more) {
    group->room = group->used + more > 2 * group->room ? group->used + more : 2 * group->room;
    group->data = xrealloc(group->data, group->room);
  }
  return group->data + group->used;
}

uint64_t manifest_append(struct manifest *manifest, const struct row *row) {
  uint64_t offset = manifest->tail;
  if (manifest->failed) {
    manifest->lost++;
    return offset;
  }
  char *start = reserve(&manifest->filling, row_bound(row));
  size_t size = (size_t)(row_write(start, row, manifest->file.format) - start);
  manifest->filling.used += size;
  manifest->tail += size;
  if (manifest->filling.used >= GROUP_BYTES)
    flush(manifest);
  else if (!uv_is_active((uv_handle_t *)&manifest->timer))
    uv_timer_start(&manifest->timer, flush_on_time, manifest->durable ? DURABLE_MS : GROUP_MS, 0);
  return offset;
}

size_t manifest_backlog(const struct manifest *manifest) {
  return manifest->filling.used + (manifest->busy ? manifest->writing.used : 0);
}

/* ---- Reading ---- */

struct read_back {
  uv_work_t work;
  struct manifest *manifest;
  uint64_t offset;
  char *line; /* NULL if it could not be read */
  size_t length;
  manifest_read_cb on_read;
  void *user;
};

static void read_line(uv_work_t *work) {
  struct read_back *read = work->data;
  size_t room = READ_BYTES, used = 0;
  char *line = xmalloc(room + 1);
  for (;;) {
    ssize_t n = pread(read->manifest->file.rows, line + used, room - used, (off_t)(read->offset + used));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    char *end = memchr(line + used, '\n', (size_t)n);
    used += (size_t)n;
    if (end) {
      read->line = line;
      read->length = (size_t)(end - line);
      return;
    }
    if (used == ROW_LINES_MOST) break;
    if (used == room) line = xrealloc(line, (room *= 4) + 1);
  }
  free(line);
}

static void line_read(uv_work_t *work, int status) {
  struct read_back *read = work->data;
  struct manifest *manifest = read->manifest;
  struct row_view view;
  bool good = status == 0 && read->line && row_read(read->line, read->length, manifest->file.format, &view);
  manifest->reads--;
  read->on_read(good ? &view : NULL, read->user);
  free(read->line);
  free(read);
  end_if_idle(manifest);
}

/* The row at an offset, if it is still in memory. */
static const char *find_in_memory(const struct manifest *manifest, uint64_t offset) {
  uint64_t start = manifest->tail - manifest->filling.used;
  if (offset >= start && offset < manifest->tail) return manifest->filling.data + (offset - start);
  if (!manifest->busy || offset >= start || offset < manifest->writing_start) return NULL;
  return manifest->writing.data + (offset - manifest->writing_start);
}

void manifest_read(struct manifest *manifest, uint64_t offset, manifest_read_cb on_read, void *user) {
  const char *row = find_in_memory(manifest, offset);
  if (row) {
    /* Reading changes the line, and what is appended meanwhile may move it. */
    size_t length = (size_t)((const char *)rawmemchr(row, '\n') - row);
    char *line = xstrndup(row, length);
    struct row_view view;
    bool good = row_read(line, length, manifest->file.format, &view);
    on_read(good ? &view : NULL, user);
    free(line);
    return;
  }
  struct read_back *read = xcalloc(1, sizeof *read);
  *read = (struct read_back){.manifest = manifest, .offset = offset, .on_read = on_read, .user = user};
  read->work.data = read;
  manifest->reads++;
  uv_queue_work(manifest->loop, &read->work, read_line, line_read);
}

static bool scan_row(char *line, size_t length, enum row_format format, struct row_view *view) {
  return (format == ROW_JSON && row_read_fast(line, length, view)) || row_read(line, length, format, view);
}

int manifest_scan(const struct manifest *manifest, manifest_scan_cb on_row, void *user) {
  enum row_format format = manifest->file.format;
  struct row_lines lines;
  struct row_view view;
  char *line;
  size_t length;
  uint64_t offset;
  bool goes_on = true;
  row_lines_open(&lines, manifest->file.rows, manifest->earlier);
  while (goes_on && row_lines_next(&lines, &line, &length, &offset)) {
    if (offset == 0 && format == ROW_CSV) continue; /* the header */
    goes_on = on_row(scan_row(line, length, format, &view) ? &view : NULL, offset, user);
  }
  row_lines_close(&lines);
  return lines.error;
}

uint64_t manifest_earlier_bytes(const struct manifest *manifest) {
  return manifest->earlier;
}

/* ---- Opening and closing ---- */

int manifest_open(struct manifest **manifest, const struct manifest_options *options) {
  struct manifest *new = xcalloc(1, sizeof *new);
  int status = manifest_file_open(&new->file, options);
  *manifest = NULL;
  if (status != 0) {
    free(new);
    return status;
  }
  new->loop = options->loop;
  new->folder = options->folder;
  new->durable = options->durable;
  new->on_error = options->on_error;
  new->user = options->user;
  new->earlier = new->tail = new->file.size;
  manifest_file_reserve(&new->file, new->tail);
  atomic_init(&new->hurry, false);
  uv_timer_init(new->loop, &new->timer);
  new->timer.data = new;
  if (new->tail == 0) {
    const char *header = row_header(new->file.format);
    size_t length = strlen(header);
    memcpy(reserve(&new->filling, length + 1), header, length);
    new->filling.used = new->tail = length;
  }
  *manifest = new;
  return 0;
}

void manifest_hurry(struct manifest *manifest) {
  atomic_store(&manifest->hurry, true);
}

static void timer_closed(uv_handle_t *handle) {
  struct manifest *manifest = handle->data;
  manifest_close_cb on_closed = manifest->on_closed;
  void *user = manifest->closed_user;
  uint64_t lost = manifest->lost;
  manifest_file_close(&manifest->file);
  free(manifest->filling.data);
  free(manifest->writing.data);
  free(manifest);
  on_closed(user, lost);
}

static void end_if_idle(struct manifest *manifest) {
  if (!manifest->closing || manifest->busy || manifest->reads > 0) return;
  if (!uv_is_closing((uv_handle_t *)&manifest->timer)) uv_close((uv_handle_t *)&manifest->timer, timer_closed);
}

void manifest_close(struct manifest *manifest, manifest_close_cb on_closed, void *user) {
  manifest->closing = true;
  manifest->on_closed = on_closed;
  manifest->closed_user = user;
  if (!manifest->busy) flush(manifest);
  end_if_idle(manifest);
}
