/* Records out of lists: files by reads in the thread pool, pipes and terminals by streams, URLs as they are. */
#include "list.h"
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (256 * 1024)
#define MARK_BYTES  3 /* the byte order mark of UTF-8 */

enum source_state {
  SOURCE_NONE, /* between two sources, or after the last */
  SOURCE_URL, /* the source is the record */
  SOURCE_OPENING, /* in the pool */
  SOURCE_FILE, /* read by uv_fs_read */
  SOURCE_STREAM, /* read by a pipe or a terminal handle */
  SOURCE_CLOSING, /* read to its end; its descriptor is on its way out */
  SOURCE_CLOSED /* nothing is left but what the buffers hold */
};

struct chunk {
  char *data; /* CHUNK_BYTES, and one for a NUL */
  size_t length;
};

struct list {
  uv_loop_t *loop;
  char **sources;
  size_t source_count;
  size_t source; /* the one that is open, or the next to open */
  enum source_state state;
  uint64_t next_id;
  list_ready_cb on_ready;
  void *user;
  bool starved; /* LIST_AGAIN was answered and on_ready is owed */
  bool leaving; /* list_close was called; the memory goes with the last callback */
  bool reading; /* a read of the file is in flight, or the stream is started */
  char *problem;

  struct chunk now, ahead; /* what list_next looks at; what is read meanwhile */
  size_t at; /* how far `now` was looked at */

  char *line; /* the beginning of a line that spans chunks; LIST_LINE_MAX and a NUL */
  size_t line_length;
  bool line_overlong;
  size_t mark; /* how much of a byte order mark was passed over; MARK_BYTES: no more is looked for */
  bool torn; /* reading broke off: the last line is not whole */
  char shown[3 * LIST_SHOWN_MAX + 1];

  int fd;
  int open_error;
  bool seekable;
  uv_work_t work;
  uv_fs_t request;
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
  } stream;
};

static void source_next(struct list *list);
static void read_more(struct list *list);

bool list_is_url(const char *source) {
  if (!isalpha((unsigned char)source[0])) return false;
  size_t length = 1;
  while (isalnum((unsigned char)source[length]) || (source[length] != '\0' && strchr("+-.", source[length]) != NULL))
    length++;
  return strncmp(source + length, "://", 3) == 0;
}

int list_check(char *const *sources, size_t count, char *cause, size_t size) {
  size_t inputs = 0;
  char shown[1024];
  for (size_t i = 0; i < count; i++) {
    const char *source = sources[i];
    struct stat about;
    if (list_is_url(source)) continue;
    bool input = strcmp(source, "-") == 0;
    snprintf(shown, sizeof shown, input ? "standard input" : "the list \"%s\"", source);
    if (input && ++inputs > 1) {
      snprintf(cause, size, "standard input can be read only once, but \"-\" was given twice");
      return -1;
    }
    if (source[0] == '\0') {
      snprintf(cause, size, "a list has an empty name");
      return -1;
    }
    if ((input ? fstat(STDIN_FILENO, &about) : stat(source, &about)) < 0) {
      if (errno == ENOENT)
        snprintf(cause, size, "%s does not exist", shown);
      else
        snprintf(cause, size, "%s cannot be read: %s", shown, strerror(errno));
      return -1;
    }
    if (S_ISDIR(about.st_mode)) {
      snprintf(cause, size, "%s is a folder; give a file of URLs", shown);
      return -1;
    }
    if (!input && access(source, R_OK) < 0) {
      snprintf(cause, size, "%s cannot be read: %s", shown, strerror(errno));
      return -1;
    }
  }
  return 0;
}

/* ---- The life of a list ---- */

int list_open(struct list **out, uv_loop_t *loop, char *const *sources, size_t count, list_ready_cb on_ready,
              void *user) {
  struct list *list = xcalloc(1, sizeof *list);
  list->loop = loop;
  list->sources = xcalloc(count, sizeof *list->sources);
  for (size_t i = 0; i < count; i++)
    list->sources[i] = xstrdup(sources[i]);
  list->source_count = count;
  list->on_ready = on_ready;
  list->user = user;
  list->now.data = xmalloc(CHUNK_BYTES + 1);
  list->ahead.data = xmalloc(CHUNK_BYTES + 1);
  list->line = xmalloc(LIST_LINE_MAX + 1);
  list->fd = -1;
  source_next(list);
  *out = list;
  return 0;
}

static void list_free(struct list *list) {
  for (size_t i = 0; i < list->source_count; i++)
    free(list->sources[i]);
  free(list->sources);
  free(list->now.data);
  free(list->ahead.data);
  free(list->line);
  free(list->problem);
  free(list);
}

const char *list_problem(const struct list *list) {
  return list->problem;
}

static void wake(struct list *list) {
  if (!list->starved) return;
  list->starved = false;
  list->on_ready(list, list->user); /* the list may be gone now */
}

static void note_problem(struct list *list, int error) {
  list->torn = true;
  if (list->problem != NULL) return;
  const char *source = list->sources[list->source];
  if (strcmp(source, "-") == 0)
    list->problem = xasprintf("standard input could not be read to its end: %s", uv_strerror(error));
  else
    list->problem = xasprintf("the list \"%s\" could not be read to its end: %s", source, uv_strerror(error));
}

/* ---- Closing a source ---- */

static void source_closed(struct list *list) {
  if (list->leaving) {
    list_free(list);
    return;
  }
  list->state = SOURCE_CLOSED;
  wake(list);
}

static void on_stream_closed(uv_handle_t *handle) {
  source_closed(handle->data);
}

static void on_file_closed(uv_fs_t *request) {
  struct list *list = request->data;
  uv_fs_req_cleanup(request);
  source_closed(list);
}

/* Lets go of the descriptor, on which nothing may be in flight. source_closed comes from the loop. */
static void source_close(struct list *list) {
  bool stream = list->state == SOURCE_STREAM;
  list->state = SOURCE_CLOSING;
  list->reading = false;
  if (stream) {
    uv_close(&list->stream.handle, on_stream_closed);
    return;
  }
  /* Even closing can wait for a network file system, so it is not done on the loop. */
  list->request.data = list;
  uv_fs_close(list->loop, &list->request, list->fd, on_file_closed);
  list->fd = -1;
}

void list_close(struct list *list) {
  list->leaving = true;
  list->starved = false;
  switch (list->state) {
  case SOURCE_OPENING: /* its callback sees `leaving` */
    uv_cancel((uv_req_t *)&list->work);
    break;
  case SOURCE_FILE:
    if (list->reading)
      uv_cancel((uv_req_t *)&list->request);
    else
      source_close(list);
    break;
  case SOURCE_STREAM:
    source_close(list);
    break;
  case SOURCE_CLOSING:
    break;
  default:
    list_free(list);
  }
}

/* ---- Opening a source ---- */

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
static void open_source(uv_work_t *work) {
  struct list *list = work->data;
  const char *source = list->sources[list->source];
  struct stat about;
  list->open_error = 0;
  if (strcmp(source, "-") == 0)
    list->fd = open_input();
  else
    list->fd = open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (list->fd < 0 || fstat(list->fd, &about) < 0) {
    list->open_error = -errno;
    return;
  }
  list->seekable = S_ISREG(about.st_mode);
  if (S_ISDIR(about.st_mode)) list->open_error = UV_EISDIR;
}

static int stream_start(struct list *list) {
  bool terminal = uv_guess_handle(list->fd) == UV_TTY;
  int error = terminal ? uv_tty_init(list->loop, &list->stream.tty, list->fd, 1)
                       : uv_pipe_init(list->loop, &list->stream.pipe, 0);
  if (error < 0) return error;
  list->stream.handle.data = list;
  list->state = SOURCE_STREAM;
  uv_os_fd_t used = list->fd;
  if (terminal)
    uv_fileno(&list->stream.handle, &used); /* often opened anew by libuv, which leaves ours to us */
  else
    error = uv_pipe_open(&list->stream.pipe, list->fd);
  if (error < 0) return error;
  if (used != list->fd) close(list->fd);
  list->fd = -1; /* the handle closes it */
  return 0;
}

static void on_opened(uv_work_t *work, int status) {
  struct list *list = work->data;
  int error = status < 0 ? status : list->open_error;
  list->state = SOURCE_FILE;
  if (!list->leaving && error == 0 && !list->seekable) {
    uv_handle_type type = uv_guess_handle(list->fd);
    if (type == UV_TTY || type == UV_NAMED_PIPE || type == UV_TCP) error = stream_start(list);
  }
  if (!list->leaving && error < 0) note_problem(list, error);
  if (!list->leaving && error == 0) {
    read_more(list);
    return;
  }
  if (list->state == SOURCE_STREAM && list->fd >= 0) { /* a handle that did not take the descriptor */
    close(list->fd);
    list->fd = -1;
  }
  if (list->state == SOURCE_STREAM || list->fd >= 0)
    source_close(list);
  else
    source_closed(list);
}

/* Begins the source at list->source, or notices that there is none left. */
static void source_next(struct list *list) {
  list->now.length = list->ahead.length = list->at = 0;
  list->line_length = 0;
  list->line_overlong = list->torn = false;
  list->mark = 0;
  list->state = SOURCE_NONE;
  if (list->source == list->source_count) return;
  if (list_is_url(list->sources[list->source])) {
    list->state = SOURCE_URL;
    return;
  }
  list->state = SOURCE_OPENING;
  list->work.data = list;
  uv_queue_work(list->loop, &list->work, open_source, on_opened);
}

/* ---- Reading ---- */

static void end_reading(struct list *list, ssize_t error) {
  if (error < 0 && error != UV_EOF) note_problem(list, (int)error);
  source_close(list);
}

static void on_file_read(uv_fs_t *request) {
  struct list *list = request->data;
  ssize_t got = request->result;
  uv_fs_req_cleanup(request);
  list->reading = false;
  if (list->leaving || got <= 0) {
    end_reading(list, list->leaving ? 0 : got);
    return;
  }
  list->ahead.length += (size_t)got;
  wake(list);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  struct list *list = handle->data;
  (void)suggested;
  *buffer = uv_buf_init(list->ahead.data + list->ahead.length, (unsigned)(CHUNK_BYTES - list->ahead.length));
}

static void on_stream_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer) {
  struct list *list = stream->data;
  (void)buffer;
  if (got == 0) return;
  if (got < 0) {
    end_reading(list, got);
    return;
  }
  list->ahead.length += (size_t)got;
  if (list->ahead.length == CHUNK_BYTES) {
    uv_read_stop(stream);
    list->reading = false;
  }
  wake(list);
}

/* Fills `ahead` while `now` is looked at. From the loop, or from list_next; a failure to start is rare enough to be
 * treated as the end of the source. */
static void read_more(struct list *list) {
  if (list->reading) return;
  int error = 0;
  if (list->state == SOURCE_STREAM) {
    error = uv_read_start(&list->stream.stream, on_alloc, on_stream_read);
    list->reading = error == 0;
  } else if (list->state == SOURCE_FILE && list->ahead.length == 0) {
    uv_buf_t buffer = uv_buf_init(list->ahead.data, CHUNK_BYTES);
    list->request.data = list;
    /* No offset: standard input goes on from where it stands. */
    error = uv_fs_read(list->loop, &list->request, list->fd, &buffer, 1, -1, on_file_read);
    list->reading = error == 0;
  }
  if (error < 0) {
    note_problem(list, error);
    source_close(list);
  }
}

/* ---- Lines to records ---- */

static bool is_blank(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The beginning of a line that cannot be a URL, with its NUL bytes made visible. */
static void show_line(struct list *list, const char *text, size_t length, struct record *record) {
  size_t end = 0;
  length = utf8_cut(text, length, LIST_SHOWN_MAX);
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '\0')
      end += (size_t)sprintf(list->shown + end, "%%00");
    else
      list->shown[end++] = text[i];
  }
  list->shown[end] = '\0';
  record->text = list->shown;
  record->length = end;
}

/* Makes a record of a line, if it is one. text[length] may be overwritten. */
static bool take_line(struct list *list, char *text, size_t length, bool overlong, struct record *record) {
  while (length > 0 && is_blank(*text)) {
    text++;
    length--;
  }
  while (length > 0 && is_blank(text[length - 1]))
    length--;
  if (length == 0 || *text == '#') return false;

  record->id = list->next_id++;
  record->problem = NULL;
  if (overlong)
    record->problem = "the line is longer than 64 KiB";
  else if (memchr(text, '\0', length) != NULL)
    record->problem = "the line contains a NUL byte; a list is plain text, in UTF-8";
  if (record->problem != NULL) {
    show_line(list, text, length, record);
    return true;
  }
  text[length] = '\0';
  record->text = text;
  record->length = length;
  return true;
}

/* Adds to the line that began in an earlier chunk. What is past the limit is only noted. */
static void carry(struct list *list, const char *bytes, size_t length) {
  if (list->line_length == 0) {
    for (; length > 0 && is_blank(*bytes); length--)
      bytes++;
  }
  size_t room = LIST_LINE_MAX - list->line_length;
  if (length > room) {
    list->line_overlong = true;
    length = room;
  }
  memcpy(list->line + list->line_length, bytes, length);
  list->line_length += length;
}

static bool take_carried(struct list *list, struct record *record) {
  size_t length = list->line_length;
  bool overlong = list->line_overlong;
  list->line_length = 0;
  list->line_overlong = false;
  return take_line(list, list->line, length, overlong, record);
}

/* What looked like a byte order mark and was not belongs to the line. */
static void end_mark(struct list *list) {
  size_t passed = list->mark;
  list->mark = MARK_BYTES;
  if (passed < MARK_BYTES) carry(list, "\xef\xbb\xbf", passed);
}

static void pass_mark(struct list *list) {
  static const char mark[] = "\xef\xbb\xbf";
  for (; list->mark < MARK_BYTES && list->at < list->now.length; list->at++, list->mark++)
    if (list->now.data[list->at] != mark[list->mark]) {
      end_mark(list);
      return;
    }
}

/* The next record of what was read; false once that is used up. */
static bool scan(struct list *list, struct record *record) {
  pass_mark(list);
  while (list->at < list->now.length) {
    char *begin = list->now.data + list->at;
    size_t left = list->now.length - list->at;
    char *end = memchr(begin, '\n', left);
    if (end == NULL) {
      carry(list, begin, left);
      list->at = list->now.length;
      return false;
    }
    size_t length = (size_t)(end - begin);
    list->at += length + 1;
    bool found;
    if (list->line_length > 0) {
      carry(list, begin, length);
      found = take_carried(list, record);
    } else {
      /* A line that is whole in the chunk is trimmed before it is measured, as one that is carried. */
      while (length > 0 && is_blank(*begin)) {
        begin++;
        length--;
      }
      found = take_line(list, begin, length, length > LIST_LINE_MAX, record);
    }
    if (found) return true;
  }
  return false;
}

static void swap_chunks(struct list *list) {
  struct chunk used = list->now;
  list->now = list->ahead;
  list->ahead = used;
  list->ahead.length = 0;
  list->at = 0;
  read_more(list);
}

static bool take_url(struct list *list, struct record *record) {
  char *text = list->sources[list->source++];
  size_t length = strlen(text);
  bool found = take_line(list, text, length, length > LIST_LINE_MAX, record);
  source_next(list);
  return found;
}

enum list_event list_next(struct list *list, struct record *record) {
  for (;;) {
    if (list->state == SOURCE_NONE) return LIST_END;
    if (list->state == SOURCE_URL) {
      if (take_url(list, record)) return LIST_RECORD;
      continue;
    }
    if (scan(list, record)) return LIST_RECORD;
    if (list->ahead.length > 0) {
      swap_chunks(list);
      continue;
    }
    if (list->state != SOURCE_CLOSED) break;
    end_mark(list);
    if (list->line_length > 0 && !list->torn && take_carried(list, record)) return LIST_RECORD;
    list->source++;
    source_next(list);
  }
  list->starved = true;
  return LIST_AGAIN;
}

/* ---- What a URL is known by ---- */

/* Where user:password@ would stand. One slash or three are read as two, as lenient parsers do, so that no password gets
 * through for being written badly. */
static const char *find_authority(const char *text) {
  size_t length = 0;
  while (isalnum((unsigned char)text[length]) || (text[length] != '\0' && strchr("+-.", text[length]) != NULL))
    length++;
  if (text[length] != ':' || text[length + 1] != '/') return text;
  const char *authority = text + length + 1;
  while (*authority == '/')
    authority++;
  return authority;
}

/* How many of the next bytes stand for themselves, whatever comes before and after them. */
static size_t plain_run(const char *from, size_t room) {
  size_t length = 0;
  while (length < room && from[length] >= ' ' && from[length] < 0x7f && from[length] != '#')
    length++;
  return length;
}

/* What follows the userinfo that an authority begins with; the authority itself if there is none. */
static const char *skip_userinfo(const char *authority) {
  const char *host = authority;
  for (const char *at = authority; *at != '\0' && strchr("/?#", *at) == NULL; at++)
    if (*at == '@') host = at + 1;
  return host;
}

size_t url_identity(const char *text, char *out, size_t size) {
  if (size == 0) return 0;
  const char *authority = find_authority(text), *from = text, *host;
  size_t end = 0, fragment = SIZE_MAX;
  while (*from != '\0') {
    /* What is left may begin with userinfo again, where a malformed text has it twice. */
    while (from == authority && (host = skip_userinfo(authority)) != authority) {
      from = host;
      authority = end > 0 ? host + strspn(host, "/") : find_authority(host);
    }
    size_t room = from < authority ? (size_t)(authority - from) : SIZE_MAX;
    if (room > size - end - 1) room = size - end - 1;
    size_t run = plain_run(from, room);
    memcpy(out + end, from, run);
    end += run;
    from += run;
    if (run > 0) continue;
    uint32_t code;
    size_t step = (unsigned char)*from < 0x80 ? 1 : utf8_decode(from, strnlen(from, 4), &code);
    if (*from == '\0' || end + (step > 0 ? step : 3) >= size) break;
    if (*from == '#' && fragment == SIZE_MAX) fragment = end;
    if (step == 0) {
      end += (size_t)sprintf(out + end, "%%%02X", (unsigned char)*from++);
      continue;
    }
    memcpy(out + end, from, step);
    end += step;
    from += step;
  }
  out[end] = '\0';
  return fragment < end ? fragment : end;
}
