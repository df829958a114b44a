/* Opens the file of a manifest, and refuses any other file before it is changed. */
#include "manifest/manifest_file.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/xalloc.h"
#include "output/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK   65536
#define RESERVE 524288 /* the rows of a thousand URLs */

static bool is_csv(const char *path) {
  size_t length = strlen(path);
  return length >= 4 && strcasecmp(path + length - 4, ".csv") == 0;
}

/* Whether the file begins with this text, as far as it goes. */
static bool begins_with(int fd, const char *text) {
  char found[512];
  size_t length = strlen(text);
  ssize_t n = pread(fd, found, length < sizeof found ? length : sizeof found, 0);
  return n >= 0 && memcmp(found, text, (size_t)n) == 0;
}

/* Whether the file begins as a manifest of ours in this format does, as far as it goes. */
static bool begins_as(int fd, enum row_format format) {
  return begins_with(fd, format == ROW_JSON ? "{\"id\":" : "id,url,status,path,");
}

/* The size of the file up to the end of its last whole line. */
static int64_t whole_lines(int fd, int64_t size) {
  static const size_t block = BLOCK;
  char *data = xmalloc(block);
  int64_t end = size;
  while (end > 0) {
    size_t part = (size_t)end < block ? (size_t)end : block;
    if (pread(fd, data, part, end - (int64_t)part) != (ssize_t)part) {
      end = -1;
      break;
    }
    const char *newline = memrchr(data, '\n', part);
    end -= (int64_t)part;
    if (!newline) continue;
    end += newline - data + 1;
    break;
  }
  free(data);
  return end;
}

static int cut_unfinished_line(struct manifest_file *file, int64_t size) {
  int64_t whole = whole_lines(file->rows, size);
  if (whole < 0 || (whole < size && ftruncate(file->rows, whole) != 0)) {
    say("%s cannot be read to its end: %s", file->name, strerror(errno));
    return EXIT_BROKEN;
  }
  if (whole < size)
    say("the last line of %s was not whole, as after a crash; it is cut off, and its URL will be fetched again",
        file->name);
  file->size = (uint64_t)whole;
  return 0;
}

static int take_regular(struct manifest_file *file, const char *path, int64_t size, bool fresh) {
  if (flock(file->rows, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    say("%s is being written by another run; wait for its end, or choose another with --manifest", file->name);
    return EXIT_USAGE;
  }
  bool ours = begins_as(file->rows, file->format);
  bool other = begins_as(file->rows, file->format == ROW_JSON ? ROW_CSV : ROW_JSON);
  if (!ours && !(fresh && other)) {
    say("%s is not a manifest in %s; it is left as it is: choose another file with --manifest", path,
        file->format == ROW_JSON ? "JSON lines" : "CSV");
    return EXIT_USAGE;
  }
  if (!fresh && !begins_with(file->rows, row_header(file->format))) {
    say("%s has other columns than this version of seine writes; it is left as it is: choose another file with "
        "--manifest, or replace this one with --fresh",
        path);
    return EXIT_USAGE;
  }
  if (!fresh) return cut_unfinished_line(file, size);
  if (ftruncate(file->rows, 0) == 0) return 0;
  say("%s cannot be emptied: %s", file->name, strerror(errno));
  return EXIT_BROKEN;
}

/* A file without a name, which goes when it is closed. */
static int open_unnamed(int folder) {
  int place = folder >= 0 ? folder : AT_FDCWD;
  const char *here = folder >= 0 ? "." : P_tmpdir;
  int fd = openat(place, here, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  /* Not every file system has such files. The name is one that the next run would remove after a crash. */
  char *name = xasprintf("%s/.seine-rows-%ld.part", here, (long)getpid());
  fd = openat(place, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) unlinkat(place, name, 0);
  free(name);
  return fd;
}

static int keep_rows_aside(struct manifest_file *file, const struct manifest_options *options) {
  if (!options->read_back) return 0;
  file->rows = open_unnamed(options->folder);
  if (file->rows >= 0) return 0;
  say("a temporary file for the rows that go to %s cannot be made: %s; make room for it, or use --dedup off",
      file->name, strerror(errno));
  return EXIT_BROKEN;
}

static int refuse_to_open(const char *path) {
  int status = errno == EISDIR || errno == ELOOP ? EXIT_USAGE : EXIT_BROKEN;
  say("the manifest %s cannot be opened: %s; choose another with --manifest", path,
      errno == ELOOP ? "it is a symbolic link" : strerror(errno));
  return status;
}

/* A manifest that nobody chose: what somebody planted under its name is neither followed nor written to. */
static int open_default(struct manifest_file *file, const struct manifest_options *options) {
  const char *slash = strrchr(options->path, '/'), *name = slash ? slash + 1 : options->path;
  int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  struct stat st;
  file->rows = openat(options->folder, name, flags, 0666);
  if (file->rows < 0 || fstat(file->rows, &st) != 0) return refuse_to_open(options->path);
  const char *objection = outdir_objection(options->folder, &st);
  if (!objection) return take_regular(file, options->path, st.st_size, options->fresh);
  say("the manifest %s %s; remove it, or choose another with --manifest", options->path, objection);
  return EXIT_USAGE;
}

/* Opened for reading as well, a pipe would take rows that nobody ever reads. */
static int open_pipe(const char *path) {
  int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0 || errno != ENXIO) return fd;
  say("the manifest %s is a pipe that nobody reads yet: waiting for its reader", path);
  return open(path, O_WRONLY | O_CLOEXEC);
}

static int open_chosen(struct manifest_file *file, const struct manifest_options *options) {
  struct stat st;
  char cause[512];
  if (folders_make_above(options->path, cause, sizeof cause) != 0) {
    say("%s", cause);
    return EXIT_BROKEN;
  }
  bool is_pipe = stat(options->path, &st) == 0 && S_ISFIFO(st.st_mode);
  int fd = is_pipe ? open_pipe(options->path) : open(options->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
  if (fd < 0) return refuse_to_open(options->path);
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    file->rows = fd;
    return take_regular(file, options->path, st.st_size, options->fresh);
  }
  file->stream = fd;
  return keep_rows_aside(file, options);
}

int manifest_file_open(struct manifest_file *file, const struct manifest_options *options) {
  bool is_stdout = strcmp(options->path, "-") == 0;
  *file = (struct manifest_file){.rows = -1, .stream = -1};
  file->format = is_csv(options->path) ? ROW_CSV : ROW_JSON;
  file->name = is_stdout ? xstrdup("standard output") : xasprintf("the manifest %s", options->path);
  int status;
  if (is_stdout) {
    file->stream = STDOUT_FILENO;
    status = keep_rows_aside(file, options);
  } else {
    status = options->is_default && options->folder >= 0 ? open_default(file, options) : open_chosen(file, options);
  }
  if (status != 0) manifest_file_close(file);
  return status;
}

void manifest_file_reserve(const struct manifest_file *file, uint64_t offset) {
  if (file->rows < 0 || file->stream >= 0) return;
  int without = fallocate(file->rows, FALLOC_FL_KEEP_SIZE, (off_t)offset, RESERVE);
  (void)without; /* then the write that finds no room says so */
}

/* What was reserved beyond the end is given back. */
static void give_back(const struct manifest_file *file) {
  struct stat st;
  if (file->rows < 0 || file->stream >= 0 || fstat(file->rows, &st) != 0) return;
  int kept = ftruncate(file->rows, st.st_size);
  (void)kept; /* it is the next run's reserve */
}

void manifest_file_close(struct manifest_file *file) {
  give_back(file);
  if (file->rows >= 0) close(file->rows);
  if (file->stream >= 0 && file->stream != STDOUT_FILENO) close(file->stream);
  free(file->name);
  *file = (struct manifest_file){.rows = -1, .stream = -1};
}
