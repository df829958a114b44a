/* Makes a list of URLs of every kind, and holds what a run left against what the server has and what it was asked. */
#include "oracle.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#include "rows.h"

#define HOSTS        40
#define CLOSED_PORT  1
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What the server answers for a URL, and what must become of it. In the paths %1$zu is the URL's number, %2$zu one that
 * four neighbours of the kind share, %3$u the delay. */
struct kind {
  const char *path;
  const char *target; /* what a redirect leads to */
  const char *body; /* the kind's bytes, as /_/plain has them; NULL: `path` */
  const char *status; /* alternatives are separated by "|" */
  const char *type; /* that the bytes have, by libmagic's rules; NULL: one that is known without them */
  unsigned needed; /* requests until the answer that is final; 0: it never comes, and every run tries again */
  bool may_pass; /* a page in place of an image: its first row is not final, the one of another run is */
  bool unreachable;
};

static const struct kind kinds[] = {
    {.path = "/img/png/a%1$zu?size=9000&delay=%3$u", .status = "ok", .needed = 1},
    {.path = "/img/jpeg/b%1$zu?seed=%2$zu&size=5000&delay=%3$u", .status = "ok|duplicate", .needed = 1},
    {.path = "/img/gif/c%1$zu?status=500,502,200&size=3000&delay=%3$u", .status = "ok", .needed = 3},
    {.path = "/img/html/d%1$zu?delay=%3$u", .status = "rejected", .needed = 2, .may_pass = true},
    {.path = "/img/png/e%1$zu?truncate=800&faults=1&size=9000&delay=%3$u", .status = "ok", .needed = 2},
    {.path = "/img/png/f%1$zu?redirect=/img/png/g%1$zu&delay=%3$u",
     .target = "/img/png/g%1$zu",
     .body = "/img/png/g%1$zu",
     .status = "ok",
     .needed = 1},
    {.path = "/img/jpeg/h%1$zu?size=1500000&delay=%3$u", .status = "ok", .needed = 1},
    {.path = "/img/png/i%1$zu?status=404&delay=%3$u", .status = "failed", .needed = 1},
    {.path = "/img/jpeg/j%1$zu?seed=%2$zu&size=7000&delay=%3$u", .status = "ok|duplicate", .needed = 1},
    {.path = "/img/webp/k%1$zu?reset=900&faults=1&size=8000&delay=%3$u", .status = "ok", .needed = 2},
    {.path = "/img/png/l%1$zu?status=500&delay=%3$u", .status = "failed", .needed = 0},
    {.path = "/m%1$zu", .status = "failed", .needed = 0, .unreachable = true},
    {.path = "/img/png/n%1$zu?size=20000&rate=200000&delay=%3$u", .status = "ok", .needed = 1},
    {.path = "/img/html/o%1$zu?type=image/png&delay=%3$u",
     .status = "rejected",
     .type = "text/html",
     .needed = 2,
     .may_pass = true},
};

/* Bodies that are long enough on their way to leave parts, which the next run goes on from. */
static const struct kind large_kinds[] = {
    {.path = "/img/jpeg/a%1$zu?size=12000000&etag=%%22a%%22"
             "&ranges=1&rate=24000000&delay=%3$u",
     .status = "ok",
     .needed = 1},
    {.path = "/img/jpeg/b%1$zu?size=12000000&etag=%%22a%%22&rate=24000000&delay=%3$u", .status = "ok", .needed = 1},
    {.path = "/img/png/c%1$zu?size=6000000&etag=%%22a%%22"
             "&ranges=1&rate=24000000&delay=%3$u",
     .status = "ok",
     .needed = 1},
    {.path = "/img/png/d%1$zu?status=404&delay=%3$u", .status = "failed", .needed = 1},
};

/* What the server counts: a host and a path. */
struct resource {
  UT_hash_handle hh;
  char *key;
  struct entry *entry;
  uint64_t count, before; /* requests by now, and before this run */
  uint64_t kills; /* runs that were killed after they had asked for it, and left no row */
  bool leads_on; /* a redirect */
};

struct entry {
  UT_hash_handle hh;
  char *url, *body;
  const struct kind *kind;
  char hex[65]; /* of what the server has; "" until it was asked */
  char *path; /* in the last row */
  char *saying; /* that row's status, error and message */
  bool has_row, final, was_final, row_in_run;
};

const char *const shelf_options[] = {"-q",   "--progress",        "none", "-o",
                                     "out",  "--retries",         "3",    "--retry-delay",
                                     "0.01", "--retry-max-delay", "0.05", NULL};

__attribute__((format(printf, 2, 3))) static void complain(struct shelf *shelf, const char *format, ...) {
  va_list arguments;
  if (++shelf->complaints > 40) return;
  fputs("    ", stdout);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  fputc('\n', stdout);
}

const char *shelf_program(void) {
  static char program[PATH_MAX];
  const char *given = getenv("SEINE");
  if (!realpath(given ? given : "./seine", program)) complain(&(struct shelf){0}, "the command is not there: SEINE=");
  return program;
}

/* ---- The list ---- */

/* A format from the table above, which the compiler has not seen. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *fill(const char *format, size_t number, unsigned delay_ms) {
  char text[256];
  snprintf(text, sizeof text, format, number, number / COUNT(kinds) / 4, delay_ms);
  return print("%s", text);
}
#pragma GCC diagnostic pop

static void add_resource(struct shelf *shelf, struct entry *entry, int host, const char *path) {
  struct resource *resource = calloc(1, sizeof *resource);
  resource->key = print("127.0.0.%d %s", host, path);
  resource->entry = entry;
  resource->leads_on = strstr(path, "redirect=") != NULL;
  HASH_ADD_KEYPTR(hh, shelf->by_key, resource->key, strlen(resource->key), resource);
}

static void make_entry(struct shelf *shelf, size_t number, unsigned delay_ms) {
  struct entry *entry = &shelf->entries[number];
  int host = 1 + (int)(number / 3 % HOSTS);
  entry->kind = shelf->large ? &large_kinds[number % COUNT(large_kinds)] : &kinds[number % COUNT(kinds)];
  char *path = fill(entry->kind->path, number, delay_ms);
  int port = entry->kind->unreachable ? CLOSED_PORT : server_port(shelf->server);
  entry->url = print("http://127.0.0.%d:%d%s", host, port, path);
  entry->body = fill(entry->kind->body ? entry->kind->body : entry->kind->path, number, delay_ms);
  HASH_ADD_KEYPTR(hh, shelf->by_url, entry->url, strlen(entry->url), entry);
  if (!entry->kind->unreachable) add_resource(shelf, entry, host, path);
  free(path);
  if (!entry->kind->target) return;
  path = fill(entry->kind->target, number, delay_ms);
  add_resource(shelf, entry, host, path);
  free(path);
}

void shelf_open(struct shelf *shelf, struct server *server, size_t count, unsigned delay_ms, bool large) {
  *shelf = (struct shelf){.server = server, .folder = folder_make(), .count = count, .large = large};
  shelf->entries = calloc(count, sizeof *shelf->entries);
  size_t room = count * 128 + 1, used = 0;
  char *list = malloc(room), *path = print("%s/list.txt", shelf->folder);
  for (size_t i = 0; i < count; i++) {
    make_entry(shelf, i, delay_ms);
    used += (size_t)snprintf(list + used, room - used, "%s\n", shelf->entries[i].url);
  }
  file_write(path, list, used);
  free(path);
  free(list);
  server_reset(server);
}

void shelf_close(struct shelf *shelf) {
  struct resource *resource, *next;
  HASH_ITER (hh, shelf->by_key, resource, next) {
    HASH_DEL(shelf->by_key, resource);
    free(resource->key);
    free(resource);
  }
  HASH_CLEAR(hh, shelf->by_url);
  for (size_t i = 0; i < shelf->count; i++) {
    free(shelf->entries[i].url);
    free(shelf->entries[i].body);
    free(shelf->entries[i].path);
    free(shelf->entries[i].saying);
  }
  free(shelf->entries);
  folder_remove(shelf->folder);
  free(shelf->folder);
  *shelf = (struct shelf){0};
}

void shelf_clear(struct shelf *shelf) {
  struct resource *resource, *next;
  char *output = print("%s/out", shelf->folder);
  folder_remove(output);
  free(output);
  HASH_ITER (hh, shelf->by_key, resource, next)
    resource->count = resource->before = resource->kills = 0;
  for (size_t i = 0; i < shelf->count; i++) {
    struct entry *entry = &shelf->entries[i];
    free(entry->path);
    free(entry->saying);
    entry->path = entry->saying = NULL;
    entry->has_row = entry->final = entry->was_final = entry->row_in_run = false;
  }
  shelf->failed_again = false;
  shelf->checked = 0;
  shelf->complaints = 0;
  server_reset(shelf->server);
}

/* ---- Rows and files ---- */

static bool is_one_of(const char *text, const char *alternatives) {
  size_t length = strlen(text);
  for (const char *at = alternatives; *at; at += strspn(at, "|")) {
    size_t part = strcspn(at, "|");
    if (part == length && strncmp(at, text, part) == 0) return true;
    at += part;
  }
  return false;
}

/* The SHA-256 of what the server has for a URL, its faults left out. */
static const char *server_hex(struct shelf *shelf, struct entry *entry) {
  size_t size;
  if (entry->hex[0]) return entry->hex;
  uint8_t *body = server_body(shelf->server, entry->body, &size);
  if (body) bytes_sha256(body, size, entry->hex);
  free(body);
  return entry->hex;
}

static void check_file(struct shelf *shelf, struct entry *entry, const char *path) {
  char hex[65];
  char *full = print("%s/out/%s", shelf->folder, path);
  if (!file_sha256(full, hex))
    complain(shelf, "a row names %s, which is not there: %s", path, entry->url);
  else if (strcmp(hex, server_hex(shelf, entry)) != 0)
    complain(shelf, "%s is not what the server has for %s", path, entry->url);
  free(full);
}

/* Whether the next run is to try again: a fault that was injected, a host that was given up, an interruption before the
 * retries were used up fail any URL for a while. */
static bool is_retryable(const struct row *row) {
  return row->fields[COLUMN_RETRYABLE] && strcmp(row->fields[COLUMN_RETRYABLE], "true") == 0;
}

static void check_row(struct shelf *shelf, const struct row *row) {
  const char *url = row->fields[COLUMN_URL], *status = row->fields[COLUMN_STATUS], *path = row->fields[COLUMN_PATH];
  struct entry *entry = NULL;
  if (url) HASH_FIND_STR(shelf->by_url, url, entry);
  if (!entry || !status) {
    complain(shelf, "a row of a URL that is not in the list: %s", url ? url : "none");
    return;
  }
  bool good = is_one_of(status, "ok|duplicate");
  bool again = is_retryable(row);
  if (entry->final && !(shelf->failed_again && strcmp(status, "failed") == 0))
    complain(shelf, "a further row of a URL that was done with: %s", url);
  if (entry->row_in_run) complain(shelf, "two rows by one run: %s", url);
  if (!is_one_of(status, entry->kind->status) && !again)
    complain(shelf, "%s is %s (%s)", url, status, row->fields[COLUMN_MESSAGE] ? row->fields[COLUMN_MESSAGE] : "");
  const char *type = row->fields[COLUMN_MEDIA_TYPE];
  if (entry->kind->type && !again && (!type || strcmp(type, entry->kind->type) != 0))
    complain(shelf, "%s is %s instead of %s", url, type ? type : "of no type", entry->kind->type);
  if (good &&
      (!path || !row->fields[COLUMN_SHA256] || strcmp(row->fields[COLUMN_SHA256], server_hex(shelf, entry)) != 0))
    complain(shelf, "the row does not have the path and the digest of %s", url);
  if (good && path) check_file(shelf, entry, path);
  entry->has_row = entry->row_in_run = true;
  entry->final = !again && entry->kind->needed > 0;
  const char *message = row->fields[COLUMN_MESSAGE], *error = row->fields[COLUMN_ERROR];
  free(entry->saying);
  entry->saying = print("%s, %s, %s", status, error ? error : "no error", message ? message : "no message");
  free(entry->path);
  entry->path = good && path ? print("%s", path) : NULL;
}

/* The manifest to the end of its last whole line. */
static char *read_manifest(const struct shelf *shelf, size_t *size) {
  char *path = print("%s/out/manifest.jsonl", shelf->folder);
  char *text = file_read(path, size);
  free(path);
  if (!text) {
    *size = 0;
    return NULL;
  }
  while (*size > 0 && text[*size - 1] != '\n')
    --*size;
  return text;
}

void shelf_check_rows(struct shelf *shelf) {
  size_t size;
  char *text = read_manifest(shelf, &size);
  if (size < shelf->checked) complain(shelf, "rows that were written have gone from the manifest");
  if (size > shelf->checked) {
    struct rows rows = rows_read(text + shelf->checked, size - shelf->checked, false);
    if (rows.problem) complain(shelf, "%s", rows.problem);
    for (size_t i = 0; i < rows.count && !rows.problem; i++)
      check_row(shelf, &rows.rows[i]);
    rows_clear(&rows);
    shelf->checked = size;
  }
  free(text);
}

size_t shelf_rows(const struct shelf *shelf) {
  size_t rows = 0;
  for (size_t i = 0; i < shelf->count; i++)
    rows += shelf->entries[i].has_row;
  return rows;
}

/* ---- What the server saw ---- */

/* The server counts a request when it reads it: what a dead run had sent is counted once its connections are closed. */
static void await_quiet(struct shelf *shelf) {
  for (int i = 0; server_open_connections(shelf->server) > 1; i++) {
    if (i == 5000) {
      complain(shelf, "connections stay open after the end of the run");
      return;
    }
    sleep_ms(1);
  }
}

static void count_requests(struct shelf *shelf) {
  await_quiet(shelf);
  struct answer answer = http_get(server_port(shelf->server), "/_/stats");
  char *rest = (char *)answer.body;
  for (char *line; rest && (line = strsep(&rest, "\n"));) {
    if (strncmp(line, "target ", 7) != 0) continue;
    char *host = line + 7, *path = strchr(host, ' '), *end = path ? strchr(path + 1, ' ') : NULL;
    struct resource *resource = NULL;
    if (end) HASH_FIND(hh, shelf->by_key, host, (size_t)(end - host), resource);
    if (resource)
      resource->count = strtoull(end + 1, NULL, 10);
    else
      complain(shelf, "the server was asked for what is not in the list: %s", line);
  }
  answer_clear(&answer);
}

/* A URL may be asked for as often as its behaviour needs, and once more for each run that was killed after it had asked
 * and before the row was on the disk: the answers that count up status= and faults= are not asked for again, so a kill
 * costs a URL one request at most. What fails for ever is tried retries + 1 times a run. */
static void check_requests(struct shelf *shelf, struct resource *resource, enum run_end end) {
  const struct entry *entry = resource->entry;
  uint64_t asked = resource->count - resource->before, needed = entry->kind->needed;
  if (asked == 0) return;
  if (entry->was_final) complain(shelf, "the server was asked again for %s, which had a row", entry->url);
  if (needed == 0) {
    if (asked > SHELF_RETRIES + 1)
      complain(shelf, "one run asked %llu times for %s", (unsigned long long)asked, entry->url);
    return;
  }
  /* A redirect is not followed any more by a run that was told to end. */
  bool lost = end == END_KILLED || (end == END_GENTLE && resource->leads_on);
  if (!entry->final && lost) {
    resource->kills++;
    shelf->kills_in_flight++;
  }
  if (!entry->final && end == END_GENTLE && resource->count >= needed + resource->kills)
    complain(shelf, "%s was received to its end, and has no row", entry->url);
  if (resource->count > needed + resource->kills)
    complain(shelf, "the server was asked %llu times for %s, which needs %llu, and was in flight at %llu kills",
             (unsigned long long)resource->count, entry->url, (unsigned long long)needed,
             (unsigned long long)resource->kills);
}

void shelf_run_begins(struct shelf *shelf) {
  struct resource *resource, *next;
  for (size_t i = 0; i < shelf->count; i++) {
    shelf->entries[i].was_final = shelf->entries[i].final;
    shelf->entries[i].row_in_run = false;
  }
  HASH_ITER (hh, shelf->by_key, resource, next)
    resource->before = resource->count;
}

void shelf_run_ended(struct shelf *shelf, enum run_end end) {
  struct resource *resource, *next;
  count_requests(shelf);
  shelf_check_rows(shelf);
  HASH_ITER (hh, shelf->by_key, resource, next)
    check_requests(shelf, resource, end);
}

/* ---- The end ---- */

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_files(struct shelf *shelf) {
  static const char *const others[] = {"list.txt", "out/manifest.jsonl", "out/.seine.lock"};
  char **named = calloc(shelf->count + COUNT(others), sizeof *named);
  size_t count = 0;
  for (size_t i = 0; i < COUNT(others); i++)
    named[count++] = print("%s", others[i]);
  for (size_t i = 0; i < shelf->count; i++)
    if (shelf->entries[i].path) named[count++] = print("out/%s", shelf->entries[i].path);
  qsort(named, count, sizeof *named, compare_texts);
  struct files files = files_below(shelf->folder);
  for (size_t i = 0; i < files.count; i++)
    if (!bsearch(&files.paths[i], named, count, sizeof *named, compare_texts))
      complain(shelf, "a file that no row names: %s", files.paths[i]);
  files_clear(&files);
  for (size_t i = 0; i < count; i++)
    free(named[i]);
  free(named);
}

void shelf_check_end(struct shelf *shelf) {
  struct stat lock;
  for (size_t i = 0; i < shelf->count; i++) {
    struct entry *entry = &shelf->entries[i];
    bool ended = entry->final == (entry->kind->needed > 0) || entry->kind->may_pass;
    if (!entry->has_row || !ended)
      complain(shelf, "%s was not brought to its end: %s", entry->url, entry->has_row ? entry->saying : "no row");
    if (entry->path) check_file(shelf, entry, entry->path);
  }
  check_files(shelf);
  char *path = print("%s/out/.seine.lock", shelf->folder);
  if (stat(path, &lock) != 0 || lock.st_size != 0) complain(shelf, "the last run did not take its mark away");
  free(path);
}
