/* The reader of lists, and what rows show of URLs in them. The input is a file. */
#include "base/url_key.h"
#include "fuzz.h"
#include "input/decompress.h"
#include "input/list.h"

#include <seine_tools.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fingerprint_key key;

static void on_ready(struct list *list, void *user) {
  (void)list;
  *(int *)user = 1;
}

static void check_record(const struct record *record, uint64_t id) {
  char once[LIST_LINE_MAX * 3 + 1], twice[sizeof once], small[8];
  MUST(record->id == id);
  MUST(strlen(record->text) == record->length && record->length > 0);
  MUST(record->length <= (record->problem ? 3 * LIST_SHOWN_MAX : LIST_LINE_MAX));
  MUST(!strchr(record->text, '\n'));
  size_t length = url_shown(record->text, once, sizeof once);
  MUST(length == strlen(once));
  MUST(url_shown(once, twice, sizeof twice) == length && strcmp(once, twice) == 0);
  /* A row that is read back has the key of the record. */
  seine_url_t url;
  if (seine_url_parse(&url, record->text, NULL, 0) == 0)
    MUST(url_key(&key, record->text, once) == url_key(&key, once, once));
  seine_url_clear(&url);
  url_shown(record->text, small, sizeof small);
  MUST(strlen(small) < sizeof small);
}

/* packed: as the first bytes say; only then may the file turn out to be damaged. */
static void read_all(const char *path, bool packed) {
  char *sources[] = {(char *)(uintptr_t)path};
  struct list *list;
  struct record record;
  uv_loop_t loop;
  uint64_t count = 0;
  int ready = 0;
  enum list_event event;
  MUST(uv_loop_init(&loop) == 0);
  MUST(list_open(&list, &loop, &(struct list_options){.sources = sources, .count = 1}, on_ready, &ready) == 0);
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
  MUST(packed || list_refused(list) || list_problem(list) == NULL);
  list_close(list);
  uv_run(&loop, UV_RUN_DEFAULT);
  MUST(uv_loop_close(&loop) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int file = memfd_create("list", MFD_CLOEXEC);
  char path[64];
  MUST(file >= 0);
  for (size_t at = 0; at < size;) {
    ssize_t put = write(file, data + at, size - at);
    MUST(put > 0);
    at += (size_t)put;
  }
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  read_all(path, packing_of((const char *)data, size) > PACKING_UNKNOWN);
  close(file);
  return 0;
}
