/* A whole manifest as an earlier run left it: opened, cut back to its whole lines, and gone over. The input is the
 * file, of JSON lines, or of CSV if it begins as one. */
#include "base/xalloc.h"
#include "fuzz.h"
#include "manifest/replay.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_error(const char *sentence, void *user) {
  (void)sentence, (void)user; /* a file without a name takes no rows */
}

static void on_closed(void *user, uint64_t lost) {
  (void)lost;
  *(bool *)user = true;
}

struct found {
  int status;
  uint64_t rows, not_understood;
  size_t urls;
};

/* What a run would know after it opened this manifest. */
static struct found look(const char *path) {
  uv_loop_t loop;
  struct manifest *manifest;
  struct fingerprint_key key;
  struct outdir outdir = {.fd = -1, .lock = -1};
  bool closed = false;
  MUST(uv_loop_init(&loop) == 0);
  struct manifest_options options = {.loop = &loop, .path = path, .folder = -1, .on_error = on_error};
  struct found found = {.status = manifest_open(&manifest, &options)};
  if (found.status == 0) {
    fingerprint_key_draw(&key);
    seine_options_t engine = {.retry_on = NULL};
    struct replay replay = {.outdir = &outdir, .manifest = manifest, .options = &engine};
    replay.key = &key;
    replay.history = history_new();
    replay.dedup = dedup_new(&key);
    replay.paths = taken_names_new(&key);
    replay_read(&replay);
    MUST(replay.error == 0);
    found.rows = replay.rows;
    found.not_understood = replay.not_understood;
    found.urls = history_count(replay.history);
    taken_names_free(replay.paths);
    dedup_free(replay.dedup);
    history_free(replay.history);
    manifest_close(manifest, on_closed, &closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    MUST(closed);
  }
  MUST(uv_loop_close(&loop) == 0);
  return found;
}

/* Whether the file holds data[0..size) and no more. */
static bool holds(int fd, const uint8_t *data, size_t size) {
  struct stat st;
  uint8_t *now = malloc(size + 1);
  if (!now) abort();
  bool same = fstat(fd, &st) == 0 && (size_t)st.st_size == size && pread(fd, now, size, 0) == (ssize_t)size &&
              (size == 0 || memcmp(now, data, size) == 0);
  free(now);
  return same;
}

static void check(const char *path, int fd, const uint8_t *data, size_t size, bool is_csv) {
  size_t whole = size, lines = 0;
  while (whole > 0 && data[whole - 1] != '\n')
    whole--;
  for (size_t i = 0; i < whole; i++)
    lines += data[i] == '\n';
  struct found found = look(path), again = look(path);
  MUST(found.status == again.status);
  if (found.status != 0) {
    MUST(holds(fd, data, size)); /* it is no manifest, and left alone */
    return;
  }
  MUST(found.rows + found.not_understood == lines - (is_csv && lines));
  MUST(found.urls <= found.rows);
  MUST(again.rows == found.rows && again.not_understood == found.not_understood && again.urls == found.urls);
  if (whole > 0 || !is_csv) MUST(holds(fd, data, whole)); /* an empty CSV gets its header */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bool is_csv = size >= 3 && memcmp(data, "id,", 3) == 0;
  int fd = memfd_create("manifest", MFD_CLOEXEC);
  MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
  /* The name says which of the formats it is. */
  char *path = xasprintf("/proc/self/fd/%d", fd), *named = xasprintf("/tmp/fuzz-replay-%ld.csv", (long)getpid());
  if (is_csv) MUST(symlink(path, named) == 0);
  check(is_csv ? named : path, fd, data, size, is_csv);
  if (is_csv) unlink(named);
  free(named);
  free(path);
  close(fd);
  return 0;
}
