/* What a compressed list holds: gzip by zlib, xz by liblzma, the others by libarchive.
 *
 * libarchive gives xz data all the memory that they ask for, 1.5 GiB and more; liblzma has a limit. It also passes over
 * the check sum that gzip data end with, and so calls a list with flipped bits whole; zlib
 * compares it. */
#include "input/decompress.h"
#include "base/util.h"

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

struct unpack {
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

/* ---- What it is ---- */

static const struct {
  enum packing packing;
  const char *ending, *name;
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
    size_t ending = strlen(packings[i].ending);
    if (length > ending && strcasecmp(name + length - ending, packings[i].ending) == 0) return length - ending;
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
static void fail(struct unpack *unpack, const char *what, const char *more) {
  if (unpack->problem == NULL)
    unpack->problem = xasprintf("its %s data %s%s%s", name_of(unpack->packing), what, more != NULL ? ": " : "",
                                more != NULL ? more : "");
}

static ssize_t fail_reading(struct unpack *unpack, int error) {
  if (unpack->problem == NULL) unpack->problem = xstrdup(strerror(error));
  return -1;
}

/* The next bytes of the descriptor, at unpack->input; 0 at its end. */
static ssize_t take_input(struct unpack *unpack) {
  if (unpack->head > 0) {
    ssize_t head = (ssize_t)unpack->head;
    unpack->head = 0;
    return head;
  }
  for (;;) {
    struct pollfd ready[] = {{.fd = unpack->fd, .events = POLLIN}, {.fd = unpack->wake, .events = POLLIN}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return fail_reading(unpack, errno);
    if (ready[1].revents != 0) return fail_reading(unpack, ECANCELED);
    ssize_t got = read(unpack->fd, unpack->input, INPUT_BYTES);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_reading(unpack, errno);
    unpack->dry = got == 0;
    return got;
  }
}

static bool must_wait(const struct unpack *unpack) {
  struct pollfd ready = {.fd = unpack->fd, .events = POLLIN};
  return unpack->head == 0 && !unpack->dry && poll(&ready, 1, 0) == 0;
}

/* ---- gzip ---- */

static int open_gzip(struct unpack *unpack) {
  unpack->between = true;
  return inflateInit2(&unpack->gzip, 16 + MAX_WBITS) == Z_OK ? 0 : -1;
}

/* Between members there may be zeros, with which tapes were filled up. False if there is anything else. */
static bool begin_member(struct unpack *unpack) {
  z_stream *gzip = &unpack->gzip;
  while (gzip->avail_in > 0 && *gzip->next_in == '\0') {
    gzip->next_in++;
    gzip->avail_in--;
  }
  if (gzip->avail_in == 0) return true;
  if (*gzip->next_in != 0x1f) {
    fail(unpack, "are followed by something else", NULL);
    return false;
  }
  unpack->between = false;
  return inflateReset(gzip) == Z_OK;
}

static bool inflate_some(struct unpack *unpack) {
  z_stream *gzip = &unpack->gzip;
  int code = inflate(gzip, Z_NO_FLUSH);
  if (code == Z_STREAM_END)
    unpack->between = true;
  else if (code != Z_OK && code != Z_BUF_ERROR)
    fail(unpack, "are damaged", gzip->msg);
  return unpack->problem == NULL;
}

static ssize_t read_gzip(struct unpack *unpack, char *out, size_t room) {
  z_stream *gzip = &unpack->gzip;
  gzip->next_out = (Bytef *)out;
  gzip->avail_out = (uInt)room;
  while (gzip->avail_out == room) {
    if (gzip->avail_in == 0) {
      ssize_t got = take_input(unpack);
      if (got < 0) return -1;
      if (got == 0 && unpack->between) return 0;
      if (got == 0) {
        fail(unpack, "end too early", NULL);
        return -1;
      }
      gzip->next_in = (Bytef *)unpack->input;
      gzip->avail_in = (uInt)got;
    }
    bool good = !unpack->between || begin_member(unpack);
    if (good && !unpack->between) good = inflate_some(unpack);
    if (!good && gzip->avail_out == room) return -1; /* what came before the damage is given first */
    if (!good) break;
  }
  return (ssize_t)(room - gzip->avail_out);
}

/* ---- xz ---- */

static int open_xz(struct unpack *unpack) {
  unpack->xz = (lzma_stream)LZMA_STREAM_INIT;
  uint64_t most = (uint64_t)XZ_MEMORY_MIB << 20;
  return lzma_stream_decoder(&unpack->xz, most, LZMA_CONCATENATED) == LZMA_OK ? 0 : -1;
}

static void fail_xz(struct unpack *unpack, lzma_ret code) {
  char memory[96];
  uint64_t mib = (lzma_memusage(&unpack->xz) >> 20) + 1;
  snprintf(memory, sizeof memory, "%llu MiB, and %d MiB is the limit; xz -9 stays below it", (unsigned long long)mib,
           XZ_MEMORY_MIB);
  if (code == LZMA_MEMLIMIT_ERROR)
    fail(unpack, "need too much memory to be unpacked", memory);
  else
    fail(unpack, unpack->dry ? "are damaged, or end too early" : "are damaged", NULL);
}

/* At the end of the input, liblzma is told so: only then it knows that no further stream follows. */
static ssize_t read_xz(struct unpack *unpack, char *out, size_t room) {
  lzma_stream *xz = &unpack->xz;
  lzma_ret code = LZMA_OK;
  xz->next_out = (uint8_t *)out;
  xz->avail_out = room;
  while (xz->avail_out == room && code == LZMA_OK) {
    if (xz->avail_in == 0 && !unpack->dry) {
      ssize_t got = take_input(unpack);
      if (got < 0) return -1;
      xz->next_in = (const uint8_t *)unpack->input;
      xz->avail_in = (size_t)got;
    }
    code = lzma_code(xz, unpack->dry && xz->avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
  }
  if (xz->avail_out < room) return (ssize_t)(room - xz->avail_out); /* a failure comes again */
  if (code == LZMA_STREAM_END) return 0;
  fail_xz(unpack, code);
  return -1;
}

/* ---- The others ---- */

static la_ssize_t give_input(struct archive *archive, void *user, const void **data) {
  struct unpack *unpack = user;
  ssize_t got = take_input(unpack);
  if (got < 0) archive_set_error(archive, EIO, "%s", unpack->problem);
  *data = unpack->input;
  return got;
}

static void fail_archive(struct unpack *unpack) {
  const char *more = archive_error_string(unpack->archive);
  fail(unpack, unpack->dry ? "are damaged, or end too early" : "are damaged", more);
}

static int open_archive(struct unpack *unpack) {
  static const int filters[] = {[PACKING_ZSTD] = ARCHIVE_FILTER_ZSTD, [PACKING_BZIP2] = ARCHIVE_FILTER_BZIP2};
  unpack->archive = archive_read_new();
  if (unpack->archive == NULL) return -1;
  archive_read_support_format_empty(unpack->archive);
  archive_read_support_format_raw(unpack->archive);
  /* Named, not guessed: what is packed twice is unpacked once. */
  return archive_read_append_filter(unpack->archive, filters[unpack->packing]) == ARCHIVE_OK ? 0 : -1;
}

/* Looks at the first bytes, which waits for them, and so is not done before a worker reads. */
static ssize_t begin_archive(struct unpack *unpack) {
  struct archive_entry *entry;
  int code = archive_read_open(unpack->archive, unpack, NULL, give_input, NULL);
  /* What is damaged from the beginning is opened all the same, as an empty archive; but it is said. */
  if (code == ARCHIVE_OK && archive_errno(unpack->archive) != 0) code = ARCHIVE_FATAL;
  if (code == ARCHIVE_OK) code = archive_read_next_header(unpack->archive, &entry);
  if (code == ARCHIVE_OK) return 1;
  if (code == ARCHIVE_EOF) return 0;
  fail_archive(unpack);
  return -1;
}

static ssize_t read_archive(struct unpack *unpack, char *out, size_t room) {
  if (unpack->block == NULL) {
    unpack->block = "";
    ssize_t begun = begin_archive(unpack);
    if (begun <= 0) return begun;
  }
  while (unpack->block_length == 0) {
    const void *block;
    la_int64_t offset;
    int code = archive_read_data_block(unpack->archive, &block, &unpack->block_length, &offset);
    if (code == ARCHIVE_EOF) return 0;
    if (code != ARCHIVE_OK) {
      unpack->block_length = 0;
      fail_archive(unpack);
      return -1;
    }
    unpack->block = block;
  }
  size_t length = unpack->block_length < room ? unpack->block_length : room;
  memcpy(out, unpack->block, length);
  unpack->block += length;
  unpack->block_length -= length;
  return (ssize_t)length;
}

static void close_gzip(struct unpack *unpack) {
  inflateEnd(&unpack->gzip);
}

static void close_xz(struct unpack *unpack) {
  lzma_end(&unpack->xz);
}

static void close_archive(struct unpack *unpack) {
  archive_read_free(unpack->archive);
}

/* ---- The whole ---- */

struct unpacker {
  int (*open)(struct unpack *unpack);
  ssize_t (*read)(struct unpack *unpack, char *out, size_t room);
  void (*close)(struct unpack *unpack);
};

static const struct unpacker *unpacker_of(enum packing packing) {
  static const struct unpacker gzip = {open_gzip, read_gzip, close_gzip}, xz = {open_xz, read_xz, close_xz},
                               others = {open_archive, read_archive, close_archive};
  return packing == PACKING_GZIP ? &gzip : packing == PACKING_XZ ? &xz : &others;
}

struct unpack *unpack_open(enum packing packing, int fd, const char *head, size_t length) {
  int wake = eventfd(0, EFD_CLOEXEC);
  if (wake < 0) return NULL;
  struct unpack *unpack = xcalloc(1, sizeof *unpack);
  unpack->packing = packing;
  unpack->fd = fd;
  unpack->wake = wake;
  unpack->input = xmalloc(length > INPUT_BYTES ? length : INPUT_BYTES);
  memcpy(unpack->input, head, length);
  unpack->head = length;
  if (unpacker_of(packing)->open(unpack) == 0) return unpack;
  unpack_close(unpack);
  errno = ENOMEM;
  return NULL;
}

ssize_t unpack_read(struct unpack *unpack, char *out, size_t room) {
  size_t used = 0;
  while (used < room && !unpack->ended && unpack->problem == NULL && (used == 0 || !must_wait(unpack))) {
    ssize_t got = unpacker_of(unpack->packing)->read(unpack, out + used, room - used);
    if (got == 0) unpack->ended = true;
    if (got > 0) used += (size_t)got;
  }
  if (used > 0) return (ssize_t)used;
  return unpack->problem != NULL ? -1 : 0;
}

const char *unpack_problem(const struct unpack *unpack) {
  return unpack->problem;
}

void unpack_interrupt(struct unpack *unpack) {
  eventfd_write(unpack->wake, 1);
}

void unpack_close(struct unpack *unpack) {
  if (unpack == NULL) return;
  unpacker_of(unpack->packing)->close(unpack);
  close(unpack->wake);
  free(unpack->input);
  free(unpack->problem);
  free(unpack);
}
