/* The bytes of one list: files by reads in the thread pool, pipes and terminals by streams, compressed ones by a worker
 * that unpacks them. */
#include "input/source.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "input/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (256 * 1024)

enum source_state {
  STATE_OPENING, /* in the pool */
  STATE_FILE, /* read by uv_fs_read */
  STATE_STREAM, /* read by a pipe or a terminal handle */
  STATE_CHANGING, /* the stream turned out to be compressed; its handle is closing */
  STATE_PACKED, /* read and unpacked in the pool */
  STATE_CLOSING, /* read to its end; its descriptor is on its way out */
  STATE_CLOSED /* nothing is left but what the buffers hold */
};

struct chunk {
  char *room; /* SOURCE_LEFT_MAX for what is left of the chunk before, CHUNK_BYTES, and one for a NUL */
  size_t length; /* of what was read, from room + SOURCE_LEFT_MAX on */
};

struct source {
  uv_loop_t *loop;
  char *name;
  enum source_state state;
  source_ready_cb on_ready;
  void *user;
  bool starved; /* SOURCE_AGAIN was answered and on_ready is owed */
  bool leaving; /* source_close was called; the memory goes with the last callback */
  bool reading; /* a read or a worker is in flight, or the stream is started */
  bool known; /* how it is packed */
  char *problem;

  struct chunk now, ahead; /* what was given; what is read meanwhile */
  char *end; /* of what was given, in `now` */

  int fd;
  int open_error;
  bool seekable;
  struct decompress *decompress;
  ssize_t unpacked; /* by the worker */
  uv_work_t work;
  uv_fs_t request;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
  } stream;
};

static void read_more(struct source *source);

static char *chunk_data(const struct chunk *chunk) {
  return chunk->room + SOURCE_LEFT_MAX;
}

const char *source_problem(const struct source *source) {
  return source->problem;
}

static void wake(struct source *source) {
  if (!source->starved || source->leaving) return;
  source->starved = false;
  source->on_ready(source->user); /* the source may be closed now */
}

static void note_problem(struct source *source, const char *problem) {
  if (source->problem == NULL) source->problem = xstrdup(problem);
}

/* ---- Closing ---- */

static void source_free(struct source *source) {
  decompress_close(source->decompress);
  free(source->name);
  free(source->now.room);
  free(source->ahead.room);
  free(source->problem);
  free(source);
}

static void source_closed(struct source *source) {
  source->state = STATE_CLOSED;
  if (source->leaving)
    source_free(source);
  else
    wake(source);
}

static void on_stream_closed(uv_handle_t *handle) {
  source_closed(handle->data);
}

static void on_file_closed(uv_fs_t *request) {
  struct source *source = request->data;
  uv_fs_req_cleanup(request);
  source_closed(source);
}

/* Lets go of the descriptor, on which nothing may be in flight. source_closed comes from the loop. */
static void shut(struct source *source) {
  bool stream = source->state == STATE_STREAM;
  source->state = STATE_CLOSING;
  source->reading = false;
  if (stream) {
    uv_close(&source->stream.handle, on_stream_closed);
    return;
  }
  /* Even closing can wait for a network file system, so it is not done on the loop. */
  source->request.data = source;
  uv_fs_close(source->loop, &source->request, source->fd, on_file_closed);
  source->fd = -1;
}

static void break_off(struct source *source, int error) {
  note_problem(source, reason_of(error));
  shut(source);
}

void source_close(struct source *source) {
  source->leaving = true;
  switch (source->state) {
  case STATE_OPENING: /* their callbacks see `leaving` */ uv_cancel((uv_req_t *)&source->work); break;
  case STATE_FILE:
    if (source->reading)
      uv_cancel((uv_req_t *)&source->request);
    else
      shut(source);
    break;
  case STATE_PACKED:
    if (source->reading) {
      decompress_interrupt(source->decompress);
      uv_cancel((uv_req_t *)&source->work);
    } else {
      shut(source);
    }
    break;
  case STATE_STREAM: shut(source); break;
  case STATE_CHANGING:
  case STATE_CLOSING: break;
  case STATE_CLOSED: source_free(source);
  }
}

/* ---- Opening ---- */

/* A descriptor of our own for standard input. A pipe is opened anew, because O_NONBLOCK belongs to the open file and
 * would otherwise be felt by every other program that shares it; a regular file is not, since its offset counts. */
static int open_input(void) {
  struct stat about;
  if (fstat(STDIN_FILENO, &about) < 0) return -1;
  if (S_ISFIFO(about.st_mode)) {
    int fd = open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) return fd;
  }
  return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
}

/* In the pool. O_NONBLOCK lets a named pipe be opened before anyone writes to it. */
static void open_descriptor(uv_work_t *work) {
  struct source *source = work->data;
  struct stat about;
  source->open_error = 0;
  if (strcmp(source->name, "-") == 0)
    source->fd = open_input();
  else
    source->fd = open(source->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (source->fd < 0 || fstat(source->fd, &about) < 0) {
    source->open_error = -errno;
    return;
  }
  source->seekable = S_ISREG(about.st_mode);
  if (S_ISDIR(about.st_mode)) source->open_error = UV_EISDIR;
}

static int stream_start(struct source *source) {
  bool terminal = uv_guess_handle(source->fd) == UV_TTY;
  int error = terminal ? uv_tty_init(source->loop, &source->stream.tty, source->fd, 1)
                       : uv_pipe_init(source->loop, &source->stream.pipe, 0);
  if (error < 0) return error;
  source->stream.handle.data = source;
  source->state = STATE_STREAM;
  uv_os_fd_t used = source->fd;
  if (terminal)
    uv_fileno(&source->stream.handle, &used); /* often opened anew by libuv, which leaves ours to us */
  else
    error = uv_pipe_open(&source->stream.pipe, source->fd);
  if (error < 0) return error;
  if (used != source->fd) close(source->fd);
  source->fd = -1; /* the handle closes it */
  return 0;
}

static void on_opened(uv_work_t *work, int status) {
  struct source *source = work->data;
  int error = status < 0 ? status : source->open_error;
  source->state = STATE_FILE;
  if (!source->leaving && error == 0 && !source->seekable) {
    uv_handle_type type = uv_guess_handle(source->fd);
    if (type == UV_TTY || type == UV_NAMED_PIPE || type == UV_TCP) error = stream_start(source);
  }
  if (!source->leaving && error < 0) note_problem(source, reason_of(error));
  if (!source->leaving && error == 0) {
    read_more(source);
    return;
  }
  if (source->state == STATE_STREAM && source->fd >= 0) { /* a handle that did not take the descriptor */
    close(source->fd);
    source->fd = -1;
  }
  if (source->state == STATE_STREAM || source->fd >= 0)
    shut(source);
  else
    source_closed(source);
}

struct source *source_open(uv_loop_t *loop, const char *name, source_ready_cb on_ready, void *user) {
  struct source *source = xcalloc(1, sizeof *source);
  source->loop = loop;
  source->name = xstrdup(name);
  source->on_ready = on_ready;
  source->user = user;
  source->now.room = xmalloc(SOURCE_LEFT_MAX + CHUNK_BYTES + 1);
  source->ahead.room = xmalloc(SOURCE_LEFT_MAX + CHUNK_BYTES + 1);
  source->end = chunk_data(&source->now);
  source->fd = -1;
  source->state = STATE_OPENING;
  source->work.data = source;
  uv_queue_work(loop, &source->work, open_descriptor, on_opened);
  return source;
}

/* ---- Compressed ones ---- */

static void begin_unpacking(struct source *source, enum packing packing) {
  source->state = STATE_PACKED;
  source->decompress = decompress_open(packing, source->fd, chunk_data(&source->ahead), source->ahead.length);
  source->ahead.length = 0;
  if (source->decompress == NULL)
    break_off(source, -errno);
  else
    read_more(source);
}

static void on_stream_left(uv_handle_t *handle) {
  struct source *source = handle->data;
  if (source->leaving)
    shut(source);
  else
    begin_unpacking(source, packing_of(chunk_data(&source->ahead), source->ahead.length));
}

/* A worker waits for its input as it needs it, which a handle of the loop does not let it. */
static void leave_stream(struct source *source) {
  uv_os_fd_t fd;
  uv_read_stop(&source->stream.stream);
  source->reading = false;
  int error = uv_fileno(&source->stream.handle, &fd);
  if (error == 0 && (source->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0) error = -errno;
  if (error < 0) {
    break_off(source, error);
    return;
  }
  source->state = STATE_CHANGING;
  uv_close(&source->stream.handle, on_stream_left);
}

/* Whether the bytes that came are to be given out as they are. */
static bool is_plain(struct source *source) {
  if (source->known) return true;
  enum packing packing = packing_of(chunk_data(&source->ahead), source->ahead.length);
  source->known = packing != PACKING_UNKNOWN;
  if (packing == PACKING_NONE) return true;
  if (packing == PACKING_UNKNOWN)
    read_more(source);
  else if (source->state == STATE_STREAM)
    leave_stream(source);
  else
    begin_unpacking(source, packing);
  return false;
}

static void unpack_more(uv_work_t *work) {
  struct source *source = work->data;
  source->unpacked = decompress_read(source->decompress, chunk_data(&source->ahead), CHUNK_BYTES);
}

static void on_unpacked(uv_work_t *work, int status) {
  struct source *source = work->data;
  source->reading = false;
  if (source->leaving || status < 0 || source->unpacked <= 0) {
    if (!source->leaving && status == 0 && source->unpacked < 0)
      note_problem(source, decompress_problem(source->decompress));
    shut(source);
    return;
  }
  source->ahead.length = (size_t)source->unpacked;
  wake(source);
}

/* ---- Reading ---- */

static void end_reading(struct source *source, ssize_t error) {
  if (error < 0 && error != UV_EOF) note_problem(source, reason_of((int)error));
  shut(source);
}

static void on_file_read(uv_fs_t *request) {
  struct source *source = request->data;
  ssize_t got = request->result;
  uv_fs_req_cleanup(request);
  source->reading = false;
  if (source->leaving || got <= 0) {
    source->known = true;
    end_reading(source, source->leaving ? 0 : got);
    return;
  }
  source->ahead.length += (size_t)got;
  if (is_plain(source)) wake(source);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  struct source *source = handle->data;
  (void)suggested;
  *buffer =
      uv_buf_init(chunk_data(&source->ahead) + source->ahead.length, (unsigned)(CHUNK_BYTES - source->ahead.length));
}

static void on_stream_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer) {
  struct source *source = stream->data;
  (void)buffer;
  if (got == 0) return;
  if (got < 0) {
    source->known = true;
    end_reading(source, got);
    return;
  }
  source->ahead.length += (size_t)got;
  if (!is_plain(source)) return;
  if (source->ahead.length == CHUNK_BYTES) {
    uv_read_stop(stream);
    source->reading = false;
  }
  wake(source);
}

static int read_file(struct source *source) {
  size_t used = source->ahead.length;
  uv_buf_t buffer = uv_buf_init(chunk_data(&source->ahead) + used, (unsigned)(CHUNK_BYTES - used));
  source->request.data = source;
  /* No offset: standard input goes on from where it stands. */
  return uv_fs_read(source->loop, &source->request, source->fd, &buffer, 1, -1, on_file_read);
}

/* Fills `ahead` while `now` is looked at. From the loop, or from source_read; a failure to start is rare enough to be
 * treated as the end of the source. */
static void read_more(struct source *source) {
  bool wanted = source->ahead.length == 0 || !source->known;
  int error = 0;
  if (source->reading) return;
  if (source->state == STATE_STREAM)
    error = uv_read_start(&source->stream.stream, on_alloc, on_stream_read);
  else if (source->state == STATE_FILE && wanted)
    error = read_file(source);
  else if (source->state == STATE_PACKED && wanted)
    error = uv_queue_work(source->loop, &source->work, unpack_more, on_unpacked);
  else
    return;
  source->reading = error == 0;
  if (error < 0) break_off(source, error);
}

/* Puts what was read behind what is left: in the same chunk if there is room, so that a line that comes in many small
 * pieces is not moved with each of them; otherwise in front of what was read. */
static char *join(struct source *source, size_t left) {
  char *limit = chunk_data(&source->now) + CHUNK_BYTES;
  struct chunk *ahead = &source->ahead;
  if (left > 0 && ahead->length <= (size_t)(limit - source->end)) {
    memcpy(source->end, chunk_data(ahead), ahead->length);
    source->end += ahead->length;
    return source->end - ahead->length - left;
  }
  char *begin = chunk_data(ahead) - left;
  memcpy(begin, source->end - left, left);
  source->end = chunk_data(ahead) + ahead->length;
  struct chunk used = source->now;
  source->now = *ahead;
  source->ahead = used;
  return begin;
}

enum source_event source_read(struct source *source, size_t left, char **data, size_t *length) {
  if (source->ahead.length > 0 && source->known) {
    *data = join(source, left);
    *length = (size_t)(source->end - *data);
    source->ahead.length = 0;
    read_more(source);
    return SOURCE_BYTES;
  }
  if (source->state == STATE_CLOSED) return SOURCE_END;
  source->starved = true;
  return SOURCE_AGAIN;
}
