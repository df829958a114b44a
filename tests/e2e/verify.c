/* Checks what came out of a run: against the case, and against what holds for every run. */
#include "scene.h"

#include <ctype.h>
#include <fnmatch.h>
#include <seine_tools.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is(const char *text, const char *expected) {
  return text && strcmp(text, expected) == 0;
}

static const char *shown(const char *text) {
  return text ? text : "null";
}

/* ---- The end of the process ---- */

static void check_outcome(struct scene *scene) {
  const struct run *run = scene->run;
  const struct command_result *outcome = &scene->outcome;
  if (outcome->timed_out)
    complain(scene, "it did not end");
  else if (outcome->signal)
    complain(scene, "it was ended by signal %d", outcome->signal);
  else if (outcome->status != run->exit_status)
    complain(scene, "exit status %d instead of %d", outcome->status, run->exit_status);
  for (size_t i = 0; i < COUNT(run->says) && run->says[i]; i++) {
    char *text = expand(scene->server, run->says[i]);
    if (!strstr(outcome->errors, text)) complain(scene, "standard error does not say \"%s\"", text);
    free(text);
  }
  for (size_t i = 0; i < COUNT(run->prints) && run->prints[i]; i++) {
    char *text = expand(scene->server, run->prints[i]);
    if (!strstr(outcome->output, text)) complain(scene, "standard output does not say \"%s\"", text);
    free(text);
  }
  for (size_t i = 0; i < COUNT(run->never) && run->never[i]; i++)
    if (strstr(outcome->errors, run->never[i]) || strstr(outcome->output, run->never[i]))
      complain(scene, "the output says \"%s\"", run->never[i]);
  for (const char *c = outcome->errors; *c; c++)
    if (iscntrl((unsigned char)*c) && *c != '\n' && *c != '\t') {
      complain(scene, "standard error has the control character 0x%02x", (unsigned char)*c);
      break;
    }
}

/* ---- Rows ---- */

static void load_manifest(struct scene *scene) {
  const char *name = scene_manifest(scene);
  size_t length = strlen(name), size = 0;
  char *path = scene_path(scene, name);
  char *text = is(name, "-") ? print("%s", scene->outcome.output) : file_read(path, &size);
  if (is(name, "-")) size = scene->outcome.output_size;
  free(path);
  rows_clear(&scene->rows);
  if (text) {
    bool csv = length > 4 && strcmp(name + length - 4, ".csv") == 0;
    scene->rows = rows_read(text, size, csv);
    if (scene->rows.problem) complain(scene, "%s", scene->rows.problem);
    for (size_t i = 0; i < COUNT(scene->run->never) && scene->run->never[i]; i++)
      if (memmem(text, size, scene->run->never[i], strlen(scene->run->never[i])))
        complain(scene, "the manifest has \"%s\"", scene->run->never[i]);
  } else if (scene->run->urls != NONE) {
    complain(scene, "there is no manifest");
  }
  free(text);
}

/* `error` with alternatives separated by "|". */
static bool is_one_of(const char *text, const char *alternatives) {
  if (!text) return false;
  size_t length = strlen(text);
  for (const char *at = alternatives; *at; at += strspn(at, "|")) {
    size_t part = strcspn(at, "|");
    if (part == length && strncmp(at, text, part) == 0) return true;
    at += part;
  }
  return false;
}

static void compare_field(struct scene *scene, const struct row *row, enum column column, const char *expected) {
  if (!expected) return;
  char *text = expand(scene->server, expected);
  if (strcmp(text, "null") == 0 ? row->fields[column] != NULL : !is(row->fields[column], text))
    complain(scene, "%s is %s instead of %s, of %s", column_names[column], shown(row->fields[column]), text,
             shown(row->fields[COLUMN_URL]));
  free(text);
}

static void compare_number(struct scene *scene, const struct row *row, enum column column, int expected) {
  char *text = print("%d", expected);
  if (expected) compare_field(scene, row, column, text);
  free(text);
}

static void check_row(struct scene *scene, const struct expected_row *expected) {
  char *url = expand(scene->server, expected->url);
  const struct row *row = rows_find(&scene->rows, url);
  if (!row) {
    complain(scene, "there is no row of %.200s", url);
    free(url);
    return;
  }
  const char *error = row->fields[COLUMN_ERROR], *path = row->fields[COLUMN_PATH];
  const char *message = row->fields[COLUMN_MESSAGE];
  compare_field(scene, row, COLUMN_STATUS, expected->status);
  compare_field(scene, row, COLUMN_MEDIA_TYPE, expected->media_type);
  compare_field(scene, row, COLUMN_FINAL_URL, expected->final_url);
  compare_field(scene, row, COLUMN_CONTENT_TYPE, expected->content_type);
  compare_field(scene, row, COLUMN_RETRYABLE, expected->retryable);
  compare_field(scene, row, COLUMN_ETAG, expected->etag);
  compare_field(scene, row, COLUMN_LAST_MODIFIED, expected->last_modified);
  compare_field(scene, row, COLUMN_WIDTH, expected->width);
  compare_field(scene, row, COLUMN_HEIGHT, expected->height);
  compare_field(scene, row, COLUMN_TRAILING_BYTES, expected->trailing_bytes);
  compare_field(scene, row, COLUMN_INPUT, expected->input);
  compare_number(scene, row, COLUMN_HTTP_STATUS, expected->http_status);
  compare_number(scene, row, COLUMN_ATTEMPTS, expected->attempts);
  if (expected->error && !is_one_of(error, expected->error))
    complain(scene, "error is %s (%s) instead of %s, of %.200s", shown(error), shown(message), expected->error, url);
  if (expected->path && (!path || fnmatch(expected->path, path, FNM_PATHNAME) != 0))
    complain(scene, "path is %s instead of %s, of %.200s", shown(path), expected->path, url);
  if (expected->message && (!message || !strstr(message, expected->message)))
    complain(scene, "message is %s, without \"%s\", of %.200s", shown(message), expected->message, url);
  free(url);
}

/* ---- What holds for every row ---- */

/* The path of an image with its query, as it is sent for a URL; NULL if it is none. The caller frees. */
static char *image_path(const char *text) {
  seine_url_t url;
  const char *path = seine_url_parse(&url, text, NULL, 0) == 0 ? strstr(url.public_url, "/img/") : NULL;
  char *copy = path ? print("%s", path) : NULL;
  seine_url_clear(&url);
  return copy;
}

/* The size of what a row is to have of a body: the e2e cases ask for no parts but from the first byte on. */
static size_t size_asked_for(const struct row *row, size_t size) {
  const char *message = row->fields[COLUMN_MESSAGE], *bytes = row->fields[COLUMN_BYTES];
  size_t part = message && bytes && strstr(message, "a part of the whole") ? strtoul(bytes, NULL, 10) : size;
  return part < size ? part : size;
}

/* The bytes that the server has for the URL that the row's body came from. */
static void check_bytes(struct scene *scene, const struct row *row) {
  const char *url = row->fields[COLUMN_FINAL_URL] ? row->fields[COLUMN_FINAL_URL] : row->fields[COLUMN_URL];
  bool is_cut = strstr(url, "cut=") || strstr(url, "no-length=1&truncate=");
  if (!row->fields[COLUMN_SHA256] || (is_cut && !is(row->fields[COLUMN_STATUS], "rejected"))) return;
  char hex[65], *path = image_path(url);
  size_t size;
  if (!path) return;
  uint8_t *body = server_body(scene->server, path, &size);
  if (body) {
    size = size_asked_for(row, size);
    bytes_sha256(body, size, hex);
    char *bytes = print("%zu", size);
    if (!is(row->fields[COLUMN_SHA256], hex) || !is(row->fields[COLUMN_BYTES], bytes))
      complain(scene, "the row's sha256 and bytes are not those of what the server sends for %.200s", url);
    free(bytes);
  }
  free(body);
  free(path);
}

/* No part of it is empty or begins with a dot. */
static bool is_safe(const char *path) {
  for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
    if (*part == '\0' || *part == '.' || *part == '/') return false;
  return true;
}

static void check_file(struct scene *scene, const struct row *row) {
  const char *path = row->fields[COLUMN_PATH], *url = row->fields[COLUMN_URL];
  if (!path && scene->run->stored == NONE) return; /* --output-format none */
  if (!path) {
    complain(scene, "no path in the row of %.200s", url);
    return;
  }
  char *full = print("%s/%s/%s", scene->folder, scene_output(scene), path);
  char hex[65];
  struct stat status;
  if (lstat(full, &status) != 0)
    complain(scene, "there is no file %s", path);
  else if (!S_ISREG(status.st_mode) || !file_sha256(full, hex) || !is(row->fields[COLUMN_SHA256], hex))
    complain(scene, "the file %s does not have the row's sha256", path);
  if (!is_safe(path)) complain(scene, "the path %s is not a safe one", path);
  free(full);
}

static void check_any_row(struct scene *scene, const struct row *row) {
  const char *status = row->fields[COLUMN_STATUS], *error = row->fields[COLUMN_ERROR];
  for (size_t i = 0; i < COLUMN_COUNT; i++)
    if (!row->fields[i] && column_is_always[i] && i != COLUMN_URL) complain(scene, "a row without %s", column_names[i]);
  bool good = is(status, "ok") || is(status, "duplicate");
  if (good && error) complain(scene, "a row that is %s with the error %s", status, error);
  if (!good && !error)
    complain(scene, "a row that is %s without an error: %.200s", shown(status), row->fields[COLUMN_URL]);
  if (!good && !is_one_of(status, "rejected|failed")) complain(scene, "a row with the status %s", shown(status));
  if (!good && row->fields[COLUMN_PATH]) complain(scene, "a %s row with a path", status);
  if (row->fields[COLUMN_URL] && strchr(row->fields[COLUMN_URL], '\n')) complain(scene, "a row with a line break");
  if (!good) return;
  check_bytes(scene, row);
  if (!scene->run->loses_files) check_file(scene, row);
}

/* ---- One final row for each distinct URL ---- */

static void check_each_url_once(struct scene *scene) {
  const struct rows *rows = &scene->rows;
  for (size_t i = scene->rows_earlier; i < rows->count; i++) {
    const char *url = rows->rows[i].fields[COLUMN_URL];
    if (rows_find(rows, shown(url)) != &rows->rows[i] && url)
      complain(scene, "this run wrote more than one row of %.200s", url);
  }
}

static size_t count_final_rows(const struct rows *rows) {
  size_t count = 0;
  for (size_t i = 0; i < rows->count; i++)
    if (!rows->rows[i].fields[COLUMN_URL] || rows_find(rows, rows->rows[i].fields[COLUMN_URL]) == &rows->rows[i])
      count++;
  return count;
}

static bool was_stopped(const struct run *run) {
  return run->interrupt_after || run->exit_status == 3;
}

static void check_counts(struct scene *scene) {
  const struct run *run = scene->run;
  size_t expected = 0;
  char **urls = scene->list ? list_urls(scene->list, scene->list_size, &expected) : NULL;
  for (size_t i = 0; i < expected; i++)
    free(urls[i]);
  free(urls);
  if (run->urls) expected = run->urls == NONE ? 0 : (size_t)run->urls;
  size_t count = count_final_rows(&scene->rows), added = scene->rows.count - scene->rows_earlier;
  /* What was stopped has rows for a part, and in the worst case files that wait for theirs. */
  if (was_stopped(run) ? count > expected : count != expected)
    complain(scene, "%zu URLs have a row, instead of %zu", count, expected);
  if (run->appended && added != (run->appended == NONE ? 0 : (size_t)run->appended))
    complain(scene, "%zu rows were added, instead of %d", added, run->appended == NONE ? 0 : run->appended);
}

/* ---- Files ---- */

static bool is_allowed(const struct scene *scene, const char *file) {
  const struct run *run = scene->run;
  if (is(file, "list.txt") || is(file, scene_manifest(scene))) return true;
  const char *output = scene_output(scene);
  size_t length = strlen(output);
  bool inside = strncmp(file, output, length) == 0 && file[length] == '/';
  if (inside && is(file + length, "/.seine.lock")) return true;
  for (size_t i = 0; i < COUNT(scene->play->given) && scene->play->given[i].path; i++)
    if (scene->play->given[i].link && is(file, scene->play->given[i].path)) return true;
  /* What is given inside of the output folder is there to be removed. */
  for (size_t i = 0; i < COUNT(scene->play->given) && scene->play->given[i].path && !inside; i++)
    if (is(file, scene->play->given[i].path)) return true;
  for (size_t i = 0; i < COUNT(run->also) && run->also[i]; i++)
    if (fnmatch(run->also[i], file, FNM_PATHNAME) == 0) return true;
  return false;
}

static void check_link(struct scene *scene, const char *file) {
  char *full = print("%s/%s", scene->folder, file);
  struct stat status;
  if (lstat(full, &status) != 0 || !S_ISREG(status.st_mode) || (int)status.st_nlink != scene->run->stored)
    complain(scene, "%s is not one of %d names of a file", file, scene->run->stored);
  free(full);
}

/* Of all files below the case's folder, each must be allowed, or be in the output folder with a row that names it. */
static void check_files(struct scene *scene) {
  const struct run *run = scene->run;
  struct files files = files_below(scene->folder);
  const char *output = scene_output(scene);
  size_t length = strlen(output);
  int stored = 0;
  for (size_t i = 0; i < files.count; i++) {
    const char *file = files.paths[i];
    if (is_allowed(scene, file)) continue;
    bool inside = strncmp(file, output, length) == 0 && file[length] == '/', named = false;
    for (size_t j = 0; j < scene->rows.count && inside && !named; j++)
      named = is(scene->rows.rows[j].fields[COLUMN_PATH], file + length + 1);
    if (!named && run->exit_status != 3 && !run->waits_for_rows)
      complain(scene, "there is a file that no row names: %s", file);
    stored++;
    if (run->linked) check_link(scene, file);
  }
  int expected = scene->run->stored == NONE ? 0 : scene->run->stored;
  if (scene->run->stored && stored != expected)
    complain(scene, "%d files were stored, instead of %d", stored, expected);
  files_clear(&files);
}

/* What was there outside of the output folder is as it was. */
static void check_given(struct scene *scene) {
  size_t length = strlen(scene_output(scene));
  for (size_t i = 0; i < COUNT(scene->play->given) && scene->play->given[i].path; i++) {
    const char *path = scene->play->given[i].path, *text = scene->play->given[i].text;
    if (!text || is(path, scene_manifest(scene)) || is(path, "list.txt")) continue;
    if (scene->play->given[i].pack) continue; /* its bytes may hold the time when it was packed */
    if (strncmp(path, scene_output(scene), length) == 0 && path[length] == '/') continue;
    char *full = scene_path(scene, path), *expected = expand(scene->server, text);
    size_t size = 0;
    char *content = file_read(full, &size);
    if (!content || size != strlen(expected) || memcmp(content, expected, size) != 0)
      complain(scene, "%s was changed", path);
    free(content);
    free(expected);
    free(full);
  }
}

static void check_lacks(struct scene *scene) {
  const struct run *run = scene->run;
  for (size_t i = 0; i < COUNT(run->lacks) && run->lacks[i].url; i++) {
    char *url = expand(scene->server, run->lacks[i].url);
    const struct row *row = rows_find(&scene->rows, url);
    char *full = print("%s/%s/%s", scene->folder, scene_output(scene), shown(row ? row->fields[COLUMN_PATH] : NULL));
    size_t size = 0;
    char *content = file_read(full, &size);
    if (!content || memmem(content, size, run->lacks[i].text, strlen(run->lacks[i].text)))
      complain(scene, "the file of %s is missing, or holds \"%s\"", url, run->lacks[i].text);
    free(content);
    free(full);
    free(url);
  }
}

static void check_contents(struct scene *scene) {
  const struct run *run = scene->run;
  for (size_t i = 0; i < COUNT(run->holds) && run->holds[i].url; i++) {
    char *url = expand(scene->server, run->holds[i].url), *text = expand(scene->server, run->holds[i].text);
    const struct row *row = rows_find(&scene->rows, url);
    const char *path = row ? row->fields[COLUMN_PATH] : NULL;
    char *full = print("%s/%s/%s", scene->folder, scene_output(scene), shown(path));
    size_t size = 0;
    char *content = file_read(full, &size);
    if (!content || !memmem(content, size, text, strlen(text)))
      complain(scene, "the file of %s does not hold \"%s\"", url, text);
    free(content);
    free(full);
    free(text);
    free(url);
  }
}

/* ---- What the server saw ---- */

#define STARTS_MAX 256

static void check_pace(struct scene *scene, const struct expected_requests *expected) {
  uint64_t starts[STARTS_MAX];
  size_t count = server_starts(scene->server, expected->host, expected->path, starts, STARTS_MAX);
  for (size_t i = 1; i < count && i < STARTS_MAX; i++)
    if (starts[i] - starts[i - 1] < (uint64_t)expected->apart_ms)
      complain(scene, "the server was asked %zu times, and before %d ms had passed since the last time", i + 1,
               expected->apart_ms);
}

static void check_questions(struct scene *scene) {
  for (size_t i = 0; i < COUNT(scene->run->questions) && scene->run->questions[i].count; i++) {
    const struct expected_questions *expected = &scene->run->questions[i];
    size_t count = server_questions(scene->server, expected->name, "A", NULL, 0);
    size_t by_tcp = server_questions_by_tcp(scene->server, expected->name, "A");
    if (count != (expected->count == NONE ? 0 : (size_t)expected->count) || by_tcp != (size_t)expected->by_tcp)
      complain(scene, "the name server was asked %zu times, by TCP %zu, instead of %d and %d, for %s", count, by_tcp,
               expected->count == NONE ? 0 : expected->count, expected->by_tcp,
               expected->name ? expected->name : "all");
  }
}

static void check_server(struct scene *scene) {
  const struct run *run = scene->run;
  for (size_t i = 0; i < COUNT(run->requests) && run->requests[i].count; i++) {
    const struct expected_requests *expected = &run->requests[i];
    uint64_t starts[2], count = server_requests(scene->server, expected->host, expected->path);
    if (count != (expected->count == NONE ? 0 : (uint64_t)expected->count))
      complain(scene, "the server was asked %llu times instead of %d, for %s%s", (unsigned long long)count,
               expected->count == NONE ? 0 : expected->count, expected->host ? expected->host : "",
               expected->path ? expected->path : " in all");
    if (expected->pause_ms && (server_starts(scene->server, expected->host, expected->path, starts, 2) < 2 ||
                               starts[1] - starts[0] < (uint64_t)expected->pause_ms))
      complain(scene, "the server was asked again before %d ms had passed", expected->pause_ms);
    if (expected->apart_ms) check_pace(scene, expected);
  }
  for (size_t i = 0; i < COUNT(run->loads) && run->loads[i].at_most; i++) {
    const struct expected_load *expected = &run->loads[i];
    uint64_t load = server_max_concurrent(scene->server, expected->host);
    if (load < (uint64_t)expected->at_least || load > (uint64_t)expected->at_most)
      complain(scene, "the server saw %llu requests at the same time, instead of %d to %d", (unsigned long long)load,
               expected->at_least, expected->at_most);
  }
}

void verify(struct scene *scene) {
  const struct run *run = scene->run;
  check_questions(scene);
  check_server(scene); /* before anything else asks it */
  check_outcome(scene);
  load_manifest(scene);
  for (size_t i = 0; i < COUNT(run->rows) && run->rows[i].url; i++)
    check_row(scene, &run->rows[i]);
  for (size_t i = 0; i < scene->rows.count; i++)
    if (rows_find(&scene->rows, shown(scene->rows.rows[i].fields[COLUMN_URL])) == &scene->rows.rows[i])
      check_any_row(scene, &scene->rows.rows[i]);
  check_each_url_once(scene);
  check_counts(scene);
  check_files(scene);
  check_given(scene);
  check_contents(scene);
  check_lacks(scene);
}
