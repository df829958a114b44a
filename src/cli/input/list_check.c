/* What can be said of lists before anything is read of them, but for their beginnings. */
#include "input/decompress.h"
#include "input/encoding.h"
#include "input/list.h"
#include "input/separator.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Beginnings ---- */

static void do_nothing(struct list *list, void *user) {
  (void)list;
  (void)user;
}

/* Reads as far as the first record, by the same way as the run will. *format becomes what the content says. */
static int check_beginning(const struct list_options *options, char *const *source, enum input_format *format,
                           char *cause, size_t size) {
  struct list_options one = *options;
  struct list *list;
  struct record record;
  uv_loop_t loop;
  one.sources = source;
  one.count = 1;
  one.mixed = true;
  if (uv_loop_init(&loop) < 0 || list_open(&list, &loop, &one, do_nothing, NULL) < 0) return 0;
  while (list_next(list, &record) == LIST_AGAIN)
    uv_run(&loop, UV_RUN_ONCE);
  bool refused = list_refused(list);
  if (refused) snprintf(cause, size, "%s", list_problem(list));
  if (list_format_found(list) != INPUT_AUTO) *format = list_format_found(list);
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

/* What the lists turned out to be. */
struct kinds {
  size_t tables, json;
  size_t unknown; /* pipes, whose content may be JSON */
};

static void count_kind(struct kinds *kinds, enum input_format format, bool is_known) {
  kinds->tables += format == INPUT_CSV || format == INPUT_TSV;
  kinds->json += format == INPUT_JSON;
  kinds->unknown += format == INPUT_LINES && !is_known;
}

/* An option that no list has a use for is a mistake that would go unseen. */
static int check_fit(const struct list_options *options, const struct kinds *kinds, char *cause, size_t size) {
  const char *option = NULL;
  bool has_columns = kinds->tables > 0 || kinds->json > 0 || kinds->unknown > 0;
  if (options->url_column != NULL && !has_columns) option = "--url-column: no list has columns";
  if (options->checksum_column != NULL && !has_columns) option = "--checksum-column: no list has columns";
  if (options->separator != NULL && kinds->tables == 0) option = "--separator: no list is CSV or TSV";
  if (options->quotes != QUOTES_AUTO && kinds->tables == 0) option = "--quote-style: no list is CSV or TSV";
  if (option == NULL) return 0;
  snprintf(cause, size, "%s; --input-format says so where a name does not", option);
  return -1;
}

/* The values that only this layer can judge. */
static int check_values(const struct list_options *options, char *cause, size_t size) {
  if (options->encoding != NULL && !encoding_is_utf8(options->encoding) && !encoding_is_known(options->encoding))
    snprintf(cause, size, "--encoding: \"%s\" is no encoding that this system knows; \"iconv -l\" lists them",
             options->encoding);
  else if (options->separator != NULL && separator_named(options->separator) == 0)
    snprintf(cause, size, "--separator: \"%s\" is neither one character nor tab, comma, semicolon, bar or space",
             options->separator);
  else
    return 0;
  return -1;
}

int list_check(const struct list_options *options, char *cause, size_t size) {
  size_t inputs = 0;
  struct kinds kinds = {0};
  if (check_values(options, cause, size) < 0) return -1;
  for (size_t i = 0; i < options->count; i++) {
    const char *source = options->sources[i];
    struct stat about;
    bool by_name;
    if (list_is_url(source)) continue;
    bool input = strcmp(source, "-") == 0;
    if (input && ++inputs > 1) {
      snprintf(cause, size, "standard input can be read only once, but \"-\" was given twice");
      return -1;
    }
    if (check_file(source, &about, cause, size) < 0) return -1;
    enum input_format format = list_format(options->format, source, &by_name);
    /* What comes by a pipe can be read only once. */
    bool again = !input && S_ISREG(about.st_mode);
    if (again && check_beginning(options, &options->sources[i], &format, cause, size) < 0) return -1;
    count_kind(&kinds, format, again || !by_name);
  }
  return check_fit(options, &kinds, cause, size);
}
