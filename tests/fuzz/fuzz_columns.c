/* Lists with columns, and compressed ones. The first byte of the input chooses the options, and the rest is the list:
 * see `ways`. */
#include "base/utf8.h"
#include "base/xalloc.h"
#include "fuzz.h"
#include "input/json_line.h"
#include "input/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void on_ready(struct list *list, void *user) {
  (void)list;
  *(int *)user = 1;
}

/* Reads one value of strict JSON (RFC 8259); NULL if it is none. */
static const char *strict_value(const char *at, int depth);

static const char *strict_string(const char *at) {
  if (*at++ != '"') return NULL;
  for (; *at != '"'; at++) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    unsigned unit, low;
    if (*++at != 'u') {
      if (*at == '\0' || !strchr("\"\\/bfnrt", *at)) return NULL;
      continue;
    }
    if (strspn(at + 1, "0123456789abcdefABCDEF") < 4 || sscanf(at + 1, "%4x", &unit) != 1) return NULL;
    at += 4;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff || sscanf(at + 1, "\\u%4x", &low) != 1 || low < 0xdc00 || low > 0xdfff) return NULL;
    at += 6;
  }
  return at + 1;
}

static const char *strict_number(const char *at) {
  at += *at == '-';
  size_t digits = strspn(at, "0123456789");
  if (digits == 0 || (*at == '0' && digits > 1)) return NULL;
  at += digits;
  if (*at == '.') {
    if ((digits = strspn(at + 1, "0123456789")) == 0) return NULL;
    at += 1 + digits;
  }
  if (*at != 'e' && *at != 'E') return at;
  at += at[1] == '+' || at[1] == '-' ? 2 : 1;
  digits = strspn(at, "0123456789");
  return digits > 0 ? at + digits : NULL;
}

static const char *strict_items(const char *at, char closer, int depth) {
  if (*at == closer) return at + 1;
  for (;; at++) {
    if (closer == '}' && (!(at = strict_string(at)) || *at++ != ':')) return NULL;
    if (!(at = strict_value(at, depth))) return NULL;
    if (*at == closer) return at + 1;
    if (*at != ',') return NULL;
  }
}

static const char *strict_value(const char *at, int depth) {
  if (depth > 70) return NULL;
  if (*at == '{') return strict_items(at + 1, '}', depth + 1);
  if (*at == '[') return strict_items(at + 1, ']', depth + 1);
  if (*at == '"') return strict_string(at);
  if (strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0) return at + 4;
  return strncmp(at, "false", 5) == 0 ? at + 5 : strict_number(at);
}

/* Reads text as a list does, wanting a member that it has not; `taken` becomes the rest. */
static void read_again(const char *text, struct json_taken *taken) {
  struct json_wanted wanted = {.url = "a key that nobody uses"};
  char *copy = xstrdup(text);
  const char *problem = json_line_take(copy, strlen(copy), &wanted, taken);
  MUST(problem && strncmp(problem, "has no member for the URL", 25) == 0);
  free(copy);
}

/* What is carried goes into the manifest as it is: one line of strict JSON, of which nothing acts on a terminal. A
 * second pass changes nothing. */
static void check_rest(const struct record *record) {
  struct json_taken once = {0}, twice = {0};
  MUST(strlen(record->rest) == record->rest_length && record->rest_length >= 2);
  MUST(utf8_is_valid(record->rest, record->rest_length));
  for (size_t i = 0; i < record->rest_length; i++)
    MUST((unsigned char)record->rest[i] >= ' ' && record->rest[i] != 0x7f);
  const char *end = strict_value(record->rest, 0);
  MUST(end && *end == '\0');
  read_again(record->rest, &once);
  read_again(once.rest.data, &twice);
  MUST(strcmp(once.rest.data, twice.rest.data) == 0);
  json_taken_clear(&once);
  json_taken_clear(&twice);
}

static void check_record(const struct record *record, uint64_t id) {
  MUST(record->id == id);
  MUST(strlen(record->text) == record->length && record->length > 0);
  if (record->rest) check_rest(record);
}

static void read_all(const char *path, struct list_options options) {
  char *sources[] = {(char *)(uintptr_t)path};
  options.sources = sources;
  options.count = 1;
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

static const struct {
  char letter;
  struct list_options options;
} ways[] = {
    {'c', {.format = INPUT_CSV}},
    {'t', {.format = INPUT_TSV}},
    {'j', {.format = INPUT_JSON}},
    {'a', {.format = INPUT_AUTO}},
    {'b', {.format = INPUT_CSV, .quotes = QUOTES_BACKSLASH}},
    {'B', {.format = INPUT_TSV, .quotes = QUOTES_BACKSLASH, .separator = ";"}},
    {'k', {.format = INPUT_CSV, .checksums = true}},
    {'K', {.format = INPUT_JSON, .checksums = true, .url_column = "urls"}},
    {'l', {.format = INPUT_CSV, .encoding = "windows-1252", .url_column = "2"}},
    {'u', {.format = INPUT_AUTO, .encoding = "utf-16le"}},
    {'U', {.format = INPUT_CSV, .encoding = "utf-32be"}},
    {'g', {.format = INPUT_CSV, .encoding = "gb18030"}},
};

static struct list_options options_of(uint8_t letter) {
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (ways[i].letter == letter) return ways[i].options;
  return (struct list_options){.format = INPUT_LINES};
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
  read_all(path, options_of(size > 0 ? *data : 0));
  close(file);
  return 0;
}
