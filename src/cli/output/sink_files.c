/* --output-format=files: each body is a file below the output folder, named by the template of --name. */
#include "base/xalloc.h"
#include "output/sink_type.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_LEAST 64 /* bytes; a file system that reports a lower limit is not believed, each file will show */

struct files {
  struct naming *naming;
  struct taken_names *taken; /* NULL: no two URLs can get the same name */
};

/* A record's number is in no other name of this run, but an earlier run may have had another list. */
static bool names_may_meet(const struct naming *naming, const char *template) {
  if (naming_is_late(naming)) return false;
  return !naming_is_unique(naming) || strcmp(template, "id") == 0 || strstr(template, "{id") != NULL;
}

static int open_files(void **state, const struct sink_options *options, struct naming *naming) {
  int status = outdir_open(options->outdir, options->folder);
  if (status != 0) return status;
  long most = fpathconf(options->outdir->fd, _PC_NAME_MAX);
  if (most >= NAME_LEAST) naming_limit(naming, (size_t)most);
  struct files *files = xcalloc(1, sizeof *files);
  files->naming = naming;
  if (names_may_meet(naming, options->name)) files->taken = taken_names_new(options->key);
  *state = files;
  return 0;
}

/* Names are reserved in list order, also for finished URLs, so that they do not depend on response order or on
 * interruptions. */
static bool reserve(void *state, uint64_t id, const char *text, uint64_t url) {
  struct files *files = state;
  char path[SEINE_PATH_MAX];
  if (!files->taken || naming_is_unique(files->naming)) return true;
  seine_url_t parsed;
  struct naming_input input = {.id = id};
  int error = seine_url_parse(&parsed, text, NULL, 0);
  input.url = parsed.public_url;
  input.parsed = &parsed;
  if (!error) error = naming_key(files->naming, &input, path, sizeof path);
  seine_url_clear(&parsed);
  return error || taken_names_add(files->taken, path, url);
}

static int place(void *state, const struct sink_record *record, const seine_result_t *result, char *path, size_t size) {
  struct files *files = state;
  seine_url_t url;
  struct naming_input input = {.id = record->id, .disposition = result->disposition};
  input.type = result->type;
  input.sha256 = result->sha256;
  int error = seine_url_parse(&url, result->url, NULL, 0);
  input.url = url.public_url;
  input.parsed = &url;
  bool distinct = record->distinct || naming_is_late(files->naming);
  if (!error) error = naming_path(files->naming, &input, distinct, path, size);
  if (!error && !distinct && files->taken && !taken_names_would_add(files->taken, path, record->url))
    error = naming_path(files->naming, &input, true, path, size);
  seine_url_clear(&url);
  /* A name with the record's number can only meet names of earlier runs, so names of this run are not added. */
  if (!error && files->taken && !naming_is_unique(files->naming)) taken_names_add(files->taken, path, record->url);
  if (error == SEINE_ENOMEM) return error;
  return error ? SEINE_EIO : SEINE_PLACE_STORE;
}

/* A killed run may have stored this URL's file without writing its row. If that file exists it is replaced and named by
 * the row, so that no file is left without a row. No file is ever removed. */
static int place_duplicate(void *state, const struct sink_record *record, const seine_result_t *result, char *path,
                           size_t size) {
  struct files *files = state;
  if (!naming_is_own(files->naming)) return SEINE_PLACE_DUPLICATE;
  return place(state, record, result, path, size) == SEINE_PLACE_STORE ? SEINE_PLACE_REPLACE : SEINE_PLACE_DUPLICATE;
}

static struct taken_names *taken_names(void *state) {
  return ((struct files *)state)->taken;
}

static void close_files(void *state) {
  struct files *files = state;
  taken_names_free(files->taken);
  free(files);
}

const struct sink_type sink_files = {
    .body = SEINE_SINK_FILE,
    .stores = true,
    .open = open_files,
    .reserve = reserve,
    .place = place,
    .place_duplicate = place_duplicate,
    .taken_names = taken_names,
    .close = close_files,
};
