/* What can be said of lists before anything is read of them, but for their beginnings. */
#include "list.h"
#include "unpack.h"
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Names ---- */

bool list_is_url(const char *source) {
  if (!isalpha((unsigned char)source[0])) return false;
  size_t length = 1;
  while (isalnum((unsigned char)source[length]) || (source[length] != '\0' && strchr("+-.", source[length]) != NULL))
    length++;
  return strncmp(source + length, "://", 3) == 0;
}

static const struct {
  const char *ending;
  enum input_format format;
} endings[] = {{".csv", INPUT_CSV}, {".tsv", INPUT_TSV}, {".jsonl", INPUT_JSONL}, {".ndjson", INPUT_JSONL}};

enum input_format list_format(const struct list_options *options, const char *source) {
  size_t length = packing_stem(source);
  if (options->format != INPUT_AUTO) return options->format;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t ending = strlen(endings[i].ending);
    if (length > ending && strncasecmp(source + length - ending, endings[i].ending, ending) == 0)
      return endings[i].format;
  }
  return INPUT_LINES;
}

size_t list_stem(const char *source) {
  size_t length = packing_stem(source);
  const char *dot = memrchr(source, '.', length);
  return dot != NULL && memchr(dot, '/', length - (size_t)(dot - source)) == NULL ? (size_t)(dot - source) : length;
}

/* ---- Beginnings ---- */

static void do_nothing(struct list *list, void *user) {
  (void)list;
  (void)user;
}

/* Reads as far as the first record, by the same way as the run will. */
static int check_beginning(const struct list_options *options, char *const *source, char *cause, size_t size) {
  struct list_options one = *options;
  struct list *list;
  struct record record;
  uv_loop_t loop;
  one.sources = source;
  one.count = 1;
  if (uv_loop_init(&loop) < 0 || list_open(&list, &loop, &one, do_nothing, NULL) < 0) return 0;
  while (list_next(list, &record) == LIST_AGAIN)
    uv_run(&loop, UV_RUN_ONCE);
  bool refused = list_refused(list);
  if (refused) snprintf(cause, size, "%s", list_problem(list));
  list_close(list);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return refused ? -1 : 0;
}

/* ---- Files ---- */

/* "www.example.org/cat.jpg": a host, and a path behind it. */
static bool looks_like_url(const char *source) {
  size_t host = strcspn(source, "/");
  return source[0] != '.' && memchr(source, '.', host) != NULL &&
         (source[host] == '/' || strncmp(source, "www.", 4) == 0);
}

static int check_file(const char *source, struct stat *about, char *cause, size_t size) {
  char shown[1024];
  bool input = strcmp(source, "-") == 0;
  snprintf(shown, sizeof shown, input ? "standard input" : "the list \"%s\"", source);
  if (source[0] == '\0')
    snprintf(cause, size, "a list has an empty name");
  else if ((input ? fstat(STDIN_FILENO, about) : stat(source, about)) < 0 && errno == ENOENT)
    snprintf(cause, size, "%s does not exist%s", shown,
             looks_like_url(source) ? "; a URL begins with http:// or https://" : "");
  else if ((input ? fstat(STDIN_FILENO, about) : stat(source, about)) < 0)
    snprintf(cause, size, "%s cannot be read: %s", shown, strerror(errno));
  else if (S_ISDIR(about->st_mode))
    snprintf(cause, size, "%s is a folder; give a file of URLs", shown);
  else if (!input && access(source, R_OK) < 0)
    snprintf(cause, size, "%s cannot be read: %s", shown, strerror(errno));
  else
    return 0;
  return -1;
}

int list_check(const struct list_options *options, char *cause, size_t size) {
  size_t inputs = 0, tables = 0;
  for (size_t i = 0; i < options->count; i++) {
    const char *source = options->sources[i];
    struct stat about;
    if (list_is_url(source)) continue;
    bool input = strcmp(source, "-") == 0;
    if (input && ++inputs > 1) {
      snprintf(cause, size, "standard input can be read only once, but \"-\" was given twice");
      return -1;
    }
    if (check_file(source, &about, cause, size) < 0) return -1;
    tables += list_format(options, source) != INPUT_LINES;
    /* What comes by a pipe can be read only once. */
    bool again = !input && S_ISREG(about.st_mode);
    if (again && check_beginning(options, &options->sources[i], cause, size) < 0) return -1;
  }
  if (options->url_column == NULL || tables > 0) return 0;
  snprintf(cause, size, "--url-column: no list has columns; --input-format says so where a name does not");
  return -1;
}
