/* Decompresses lists: gzip by zlib, xz by liblzma, the others by libarchive.
 *
 * libarchive gives xz data all the memory that they ask for, 1.5 GiB and more; liblzma has a limit. It also passes over
 * the check sum that gzip data end with, and so calls a list with flipped bits whole; zlib
 * compares it. */
#include "input/decompress.h"
#include "base/xalloc.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <lzma.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zlib.h>

#define INPUT_BYTES   65536
#define XZ_MEMORY_MIB 128 /* xz -9 needs 65; a list that needs more is refused */

struct decompress {
  enum packing packing;
  int fd;
  int wake; /* readable once it was interrupted */
  char *input; /* INPUT_BYTES, or the head if that is longer */
  size_t head; /* bytes of it that nobody took yet */
  bool dry; /* the end of the input was seen */
  bool ended;
  char *problem;

  z_stream gzip;
  bool between; /* two gzip members, or behind the last */

  lzma_stream xz;

  struct archive *archive;
  const char *block; /* what libarchive gave and did not fit */
  size_t block_length;
};

/* ---- Formats ---- */

static const struct {
  enum packing packing;
  const char *suffix, *name;
  size_t length;
  const char *magic;
} packings[] = {
    {PACKING_GZIP, ".gz", "gzip", 3, "\x1f\x8b\x08"},
    {PACKING_ZSTD, ".zst", "zstd", 4, "\x28\xb5\x2f\xfd"},
    {PACKING_XZ, ".xz", "xz", 6, "\xfd\x37\x7a\x58\x5a\x00"},
    {PACKING_BZIP2, ".bz2", "bzip2", 3, "BZh"},
};

#define PACKINGS (sizeof packings / sizeof *packings)

/* A line of text may begin with "BZh"; none goes on with a digit and the magic number of a block, or of the end. */
static bool is_bzip2(const char *data, size_t length, bool *short_of) {
  static const char block[] = "\x31\x41\x59\x26\x53\x59", end[] = "\x17\x72\x45\x38\x50\x90";
  if (length > 3 && (data[3] < '1' || data[3] > '9')) return false;
  size_t more = length > 4 ? (length < 10 ? length : 10) - 4 : 0;
  *short_of = length < 10;
  return memcmp(data + 4, block, more) == 0 || memcmp(data + 4, end, more) == 0;
}

enum packing packing_of(const char *data, size_t length) {
  for (size_t i = 0; i < PACKINGS; i++) {
    size_t known = length < packings[i].length ? length : packings[i].length;
    bool short_of = length < packings[i].length;
    if (memcmp(data, packings[i].magic, known) != 0) continue;
    if (!short_of && packings[i].packing == PACKING_BZIP2 && !is_bzip2(data, length, &short_of)) continue;
    return short_of ? PACKING_UNKNOWN : packings[i].packing;
  }
  return PACKING_NONE;
}

size_t packing_stem(const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < PACKINGS; i++) {
    size_t suffix = strlen(packings[i].suffix);
    if (length > suffix && strcasecmp(name + length - suffix, packings[i].suffix) == 0) return length - suffix;
  }
  return length;
}

static const char *name_of(enum packing packing) {
  for (size_t i = 0; i < PACKINGS; i++)
    if (packings[i].packing == packing) return packings[i].name;
  return "";
}

/* ---- What goes in ---- */

/* Only the first problem is told: the others follow from it. */
static void fail(struct decompress *decompress, const char *what, const char *more) {
  if (decompress->problem == NULL)
    decompress->problem = xasprintf("its %s data %s%s%s", name_of(decompress->packing), what, more != NULL ? ": " : "",
                                    more != NULL ? more : "");
}

static ssize_t fail_reading(struct decompress *decompress, int error) {
  if (decompress->problem == NULL) decompress->problem = xstrdup(strerror(error));
  return -1;
}

/* The next bytes of the descriptor, at unpack->input; 0 at its end. */
static ssize_t take_input(struct decompress *decompress) {
  if (decompress->head > 0) {
    ssize_t head = (ssize_t)decompress->head;
    decompress->head = 0;
    return head;
  }
  for (;;) {
    struct pollfd ready[] = {{.fd = decompress->fd, .events = POLLIN}, {.fd = decompress->wake, .events = POLLIN}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return fail_reading(decompress, errno);
    if (ready[1].revents != 0) return fail_reading(decompress, ECANCELED);
    ssize_t got = read(decompress->fd, decompress->input, INPUT_BYTES);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_reading(decompress, errno);
    decompress->dry = got == 0;
    return got;
  }
}

static bool must_wait(const struct decompress *decompress) {
  struct pollfd ready = {.fd = decompress->fd, .events = POLLIN};
  return decompress->head == 0 && !decompress->dry && poll(&ready, 1, 0) == 0;
}

/* ---- gzip ---- */

static int open_gzip(struct decompress *decompress) {
  decompress->between = true;
  return inflateInit2(&decompress->gzip, 16 + MAX_WBITS) == Z_OK ? 0 : -1;
}

/* Between members there may be zeros, with which tapes were filled up. False if there is anything else. */
static bool begin_member(struct decompress *decompress) {
  z_stream *gzip = &decompress->gzip;
  while (gzip->avail_in > 0 && *gzip->next_in == '\0') {
    gzip->next_in++;
    gzip->avail_in--;
  }
  if (gzip->avail_in == 0) return true;
  if (*gzip->next_in != 0x1f) {
    fail(decompress, "are followed by something else", NULL);
    return false;
  }
  decompress->between = false;
  return inflateReset(gzip) == Z_OK;
}

static bool inflate_some(struct decompress *decompress) {
  z_stream *gzip = &decompress->gzip;
  int code = inflate(gzip, Z_NO_FLUSH);
  if (code == Z_STREAM_END)
    decompress->between = true;
  else if (code != Z_OK && code != Z_BUF_ERROR)
    fail(decompress, "are damaged", gzip->msg);
  return decompress->problem == NULL;
}

static ssize_t read_gzip(struct decompress *decompress, char *out, size_t room) {
  z_stream *gzip = &decompress->gzip;
  gzip->next_out = (Bytef *)out;
  gzip->avail_out = (uInt)room;
  while (gzip->avail_out == room) {
    if (gzip->avail_in == 0) {
      ssize_t got = take_input(decompress);
      if (got < 0) return -1;
      if (got == 0 && decompress->between) return 0;
      if (got == 0) {
        fail(decompress, "end too early", NULL);
        return -1;
      }
      gzip->next_in = (Bytef *)decompress->input;
      gzip->avail_in = (uInt)got;
    }
    bool good = !decompress->between || begin_member(decompress);
    if (good && !decompress->between) good = inflate_some(decompress);
    if (!good && gzip->avail_out == room) return -1; /* what came before the damage is given first */
    if (!good) break;
  }
  return (ssize_t)(room - gzip->avail_out);
}

/* ---- xz ---- */

static int open_xz(struct decompress *decompress) {
  decompress->xz = (lzma_stream)LZMA_STREAM_INIT;
  uint64_t most = (uint64_t)XZ_MEMORY_MIB << 20;
  return lzma_stream_decoder(&decompress->xz, most, LZMA_CONCATENATED) == LZMA_OK ? 0 : -1;
}

static void fail_xz(struct decompress *decompress, lzma_ret code) {
  char memory[96];
  uint64_t mib = (lzma_memusage(&decompress->xz) >> 20) + 1;
  snprintf(memory, sizeof memory, "%llu MiB, and %d MiB is the limit; xz -9 stays below it", (unsigned long long)mib,
           XZ_MEMORY_MIB);
  if (code == LZMA_MEMLIMIT_ERROR)
    fail(decompress, "need too much memory to be unpacked", memory);
  else
    fail(decompress, decompress->dry ? "are damaged, or end too early" : "are damaged", NULL);
}

/* At the end of the input, liblzma is told so: only then it knows that no further stream follows. */
static ssize_t read_xz(struct decompress *decompress, char *out, size_t room) {
  lzma_stream *xz = &decompress->xz;
  lzma_ret code = LZMA_OK;
  xz->next_out = (uint8_t *)out;
  xz->avail_out = room;
  while (xz->avail_out == room && code == LZMA_OK) {
    if (xz->avail_in == 0 && !decompress->dry) {
      ssize_t got = take_input(decompress);
      if (got < 0) return -1;
      xz->next_in = (const uint8_t *)decompress->input;
      xz->avail_in = (size_t)got;
    }
    code = lzma_code(xz, decompress->dry && xz->avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
  }
  if (xz->avail_out < room) return (ssize_t)(room - xz->avail_out); /* a failure comes again */
  if (code == LZMA_STREAM_END) return 0;
  fail_xz(decompress, code);
  return -1;
}

/* ---- The others ---- */

static la_ssize_t give_input(struct archive *archive, void *user, const void **data) {
  struct decompress *decompress = user;
  ssize_t got = take_input(decompress);
  if (got < 0) archive_set_error(archive, EIO, "%s", decompress->problem);
  *data = decompress->input;
  return got;
}

static void fail_archive(struct decompress *decompress) {
  const char *more = archive_error_string(decompress->archive);
  fail(decompress, decompress->dry ? "are damaged, or end too early" : "are damaged", more);
}

static int open_archive(struct decompress *decompress) {
  static const int filters[] = {[PACKING_ZSTD] = ARCHIVE_FILTER_ZSTD, [PACKING_BZIP2] = ARCHIVE_FILTER_BZIP2};
  decompress->archive = archive_read_new();
  if (decompress->archive == NULL) return -1;
  archive_read_support_format_empty(decompress->archive);
  archive_read_support_format_raw(decompress->archive);
  /* Named, not guessed: what is packed twice is unpacked once. */
  return archive_read_append_filter(decompress->archive, filters[decompress->packing]) == ARCHIVE_OK ? 0 : -1;
}

/* Looks at the first bytes, which waits for them, and so is not done before a worker reads. */
static ssize_t begin_archive(struct decompress *decompress) {
  struct archive_entry *entry;
  int code = archive_read_open(decompress->archive, decompress, NULL, give_input, NULL);
  /* libarchive opens data that are damaged from the start as an empty archive, and reports the damage only. */
  if (code == ARCHIVE_OK && archive_errno(decompress->archive) != 0) code = ARCHIVE_FATAL;
  if (code == ARCHIVE_OK) code = archive_read_next_header(decompress->archive, &entry);
  if (code == ARCHIVE_OK) return 1;
  if (code == ARCHIVE_EOF) return 0;
  fail_archive(decompress);
  return -1;
}

static ssize_t read_archive(struct decompress *decompress, char *out, size_t room) {
  if (decompress->block == NULL) {
    decompress->block = "";
    ssize_t begun = begin_archive(decompress);
    if (begun <= 0) return begun;
  }
  while (decompress->block_length == 0) {
    const void *block;
    la_int64_t offset;
    int code = archive_read_data_block(decompress->archive, &block, &decompress->block_length, &offset);
    if (code == ARCHIVE_EOF) return 0;
    if (code != ARCHIVE_OK) {
      decompress->block_length = 0;
      fail_archive(decompress);
      return -1;
    }
    decompress->block = block;
  }
  size_t length = decompress->block_length < room ? decompress->block_length : room;
  memcpy(out, decompress->block, length);
  decompress->block += length;
  decompress->block_length -= length;
  return (ssize_t)length;
}

static void close_gzip(struct decompress *decompress) {
  inflateEnd(&decompress->gzip);
}

static void close_xz(struct decompress *decompress) {
  lzma_end(&decompress->xz);
}

static void close_archive(struct decompress *decompress) {
  archive_read_free(decompress->archive);
}

/* ---- The whole ---- */

struct unpacker {
  int (*open)(struct decompress *decompress);
  ssize_t (*read)(struct decompress *decompress, char *out, size_t room);
  void (*close)(struct decompress *decompress);
};

static const struct unpacker *unpacker_of(enum packing packing) {
  static const struct unpacker gzip = {open_gzip, read_gzip, close_gzip}, xz = {open_xz, read_xz, close_xz},
                               others = {open_archive, read_archive, close_archive};
  return packing == PACKING_GZIP ? &gzip : packing == PACKING_XZ ? &xz : &others;
}

struct decompress *decompress_open(enum packing packing, int fd, const char *head, size_t length) {
  int wake = eventfd(0, EFD_CLOEXEC);
  if (wake < 0) return NULL;
  struct decompress *decompress = xcalloc(1, sizeof *decompress);
  decompress->packing = packing;
  decompress->fd = fd;
  decompress->wake = wake;
  decompress->input = xmalloc(length > INPUT_BYTES ? length : INPUT_BYTES);
  memcpy(decompress->input, head, length);
  decompress->head = length;
  if (unpacker_of(packing)->open(decompress) == 0) return decompress;
  decompress_close(decompress);
  errno = ENOMEM;
  return NULL;
}

ssize_t decompress_read(struct decompress *decompress, char *out, size_t room) {
  size_t used = 0;
  while (used < room && !decompress->ended && decompress->problem == NULL && (used == 0 || !must_wait(decompress))) {
    ssize_t got = unpacker_of(decompress->packing)->read(decompress, out + used, room - used);
    if (got == 0) decompress->ended = true;
    if (got > 0) used += (size_t)got;
  }
  if (used > 0) return (ssize_t)used;
  return decompress->problem != NULL ? -1 : 0;
}

const char *decompress_problem(const struct decompress *decompress) {
  return decompress->problem;
}

void decompress_interrupt(struct decompress *decompress) {
  eventfd_write(decompress->wake, 1);
}

void decompress_close(struct decompress *decompress) {
  if (decompress == NULL) return;
  unpacker_of(decompress->packing)->close(decompress);
  close(decompress->wake);
  free(decompress->input);
  free(decompress->problem);
  free(decompress);
}
