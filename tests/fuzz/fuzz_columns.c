/* Lists with columns, and compressed ones. The first byte of the input says what the rest is: c CSV, t TSV, j JSON
 * lines, anything else lines.
 * Sources: src/cli/columns.c src/cli/csv.c src/cli/foreign.c src/cli/identity.c src/cli/json_line.c src/cli/list.c
 *          src/cli/list_check.c src/cli/row.c src/cli/source.c src/cli/unpack.c src/cli/util.c src/engine/error.c
 * Libraries: libarchive zlib */
#include "fuzz.h"
#include "json_line.h"
#include "list.h"
#include "util.h"

#include <sys/mman.h>
#include <unistd.h>

static void on_ready(struct list *list, void *user) {
  (void)list;
  *(int *)user = 1;
}

/* What is carried goes into the manifest as it is: one line of JSON, of which nothing acts on a terminal. */
static void check_rest(const struct record *record) {
  struct text again = {0};
  char *url, *copy = xstrdup(record->rest);
  size_t length;
  MUST(strlen(record->rest) == record->rest_length && record->rest_length >= 2);
  MUST(utf8_is_valid(record->rest, record->rest_length));
  for (size_t i = 0; i < record->rest_length; i++)
    MUST((unsigned char)record->rest[i] >= ' ' && record->rest[i] != 0x7f);
  /* It can be read once more: nothing in it is the URL that is asked for. */
  const char *problem = json_line_take(copy, strlen(copy), "a key that nobody uses", &url, &length, &again);
  MUST(problem && strcmp(problem, "has no member for the URL") == 0);
  text_clear(&again);
  free(copy);
}

static void check_record(const struct record *record, uint64_t id) {
  MUST(record->id == id);
  MUST(strlen(record->text) == record->length && record->length > 0);
  if (record->rest) check_rest(record);
}

static void read_all(const char *path, enum input_format format) {
  char *sources[] = {(char *)(uintptr_t)path};
  struct list_options options = {.sources = sources, .count = 1, .format = format};
  struct list *list;
  struct record record;
  uv_loop_t loop;
  uint64_t count = 0;
  int ready = 0;
  enum list_event event;
  MUST(uv_loop_init(&loop) == 0);
  MUST(list_open(&list, &loop, &options, on_ready, &ready) == 0);
  while ((event = list_next(list, &record)) != LIST_END) {
    if (event == LIST_RECORD) {
      check_record(&record, count++);
      continue;
    }
    ready = 0;
    while (uv_run(&loop, UV_RUN_ONCE) && !ready)
      ;
    MUST(ready);
  }
  list_close(list);
  uv_run(&loop, UV_RUN_DEFAULT);
  MUST(uv_loop_close(&loop) == 0);
}

static enum input_format format_of(uint8_t letter) {
  return letter == 'c' ? INPUT_CSV : letter == 't' ? INPUT_TSV : letter == 'j' ? INPUT_JSONL : INPUT_LINES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int file = memfd_create("list", MFD_CLOEXEC);
  char path[64];
  MUST(file >= 0);
  for (size_t at = 1; at < size;) {
    ssize_t put = write(file, data + at, size - at);
    MUST(put > 0);
    at += (size_t)put;
  }
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  read_all(path, size > 0 ? format_of(*data) : INPUT_LINES);
  close(file);
  return 0;
}
