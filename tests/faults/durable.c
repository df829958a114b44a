/* --durable by the order of system calls: before a row is written, its file's data and names are synced, with those
 * of the folders above it; after it, the manifest is. What a power failure leaves is then what the design promises,
 * whichever call it comes after.
 *
 * SEINE: the command. FAULTSERVER: the server. builddir: where the recorder is built. Closes with
 * "durable: N passed, N failed". */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixtures/support.h"
#include "recorder.h"
#include "rows.h"

#define LARGE "/img/jpeg/large$?size=12000000&truncate=9000000&faults=1&ranges=1&etag=%22a%22"
#define URLS  40

struct scene {
  const char *name;
  const char *paths[3]; /* $ is the number of the URL */
  int urls;
  const char *options[6];
  const char *manifest; /* NULL: out/manifest.jsonl */
  int runs; /* 1 if 0; only the last one has --retries */
  bool anew; /* each run is --fresh, and judged alone */
  bool named; /* no nameless files */
  bool careless; /* without --durable: the judge must find fault */
  int stored, links; /* files below out, and how many of them have several names */
  size_t resumed; /* rows of what went on where it had broken off */
};

static const struct scene scenes[] = {
    {.name = "small files, in folders of their own",
     .paths = {"/img/png/a$?delay=$0&size=3000", "/img/gif/b$?status=503,200&size=2000", "/img/html/c$"},
     .urls = URLS,
     .stored = 2 * URLS},
    {.name = "the same without nameless files",
     .paths = {"/img/png/a$?delay=$0&size=3000"},
     .urls = URLS,
     .named = true,
     .stored = URLS},
    {.name = "files in the place of others",
     .paths = {"/img/png/a$?size=3000"},
     .urls = URLS,
     .runs = 2,
     .anew = true,
     .stored = URLS},
    {.name = "duplicates, which name the first copy",
     .paths = {"/img/png/a$?seed=1&delay=$0", "/img/png/b$?seed=2&size=1500000"},
     .urls = 12,
     .stored = 2},
    {.name = "duplicates that are links",
     .paths = {"/img/png/a$?seed=1&delay=$0", "/img/png/b$?seed=2&size=1500000"},
     .urls = 12,
     .options = {"--dedup", "link"},
     .stored = 24,
     .links = 24},
    {.name = "a large file that goes on where it broke off", .paths = {LARGE}, .urls = 2, .stored = 2, .resumed = 2},
    {.name = "a large file that the next run goes on with",
     .paths = {LARGE, "/img/png/a$"},
     .urls = 2,
     .runs = 2,
     .stored = 4,
     .resumed = 2},
    {.name = "rows without files",
     .paths = {"/img/png/a$?delay=$0"},
     .urls = URLS,
     .options = {"--output-format", "none"},
     .manifest = "rows/manifest.jsonl"},
    {.name = "nothing of this holds without --durable",
     .paths = {"/img/png/a$?delay=$0&size=3000"},
     .urls = URLS,
     .careless = true,
     .stored = URLS},
};

struct event {
  enum recorded_call call;
  unsigned long long device, inode, folder;
  long long at, size;
  char name[256];
};

struct judge {
  const struct scene *scene;
  char *folder, *record;
  struct event *events;
  size_t count, groups, rows, resumed;
  unsigned complaints;
};

static void complain(struct judge *judge, const char *what, const char *whose) {
  if (judge->complaints++ < 5 && !judge->scene->careless) printf("    %s: %s\n", whose, what);
}

/* ---- What was recorded ---- */

static void read_events(struct judge *judge) {
  size_t size, room = 0;
  char *text = file_read(judge->record, &size);
  judge->count = 0;
  for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1) {
    if (judge->count == room) judge->events = realloc(judge->events, (room = 2 * room + 256) * sizeof *judge->events);
    struct event *event = &judge->events[judge->count++];
    *event = (struct event){0};
    if (sscanf(line, "%u %llu %llu %llu %lld %lld %255[^\n]", &event->call, &event->device, &event->inode,
               &event->folder, &event->at, &event->size, event->name) != 7)
      complain(judge, "cannot be read", "the record");
  }
  free(text);
}

/* The last event of a call on a file; SIZE_MAX if there is none. */
static size_t last(const struct judge *judge, enum recorded_call call, const struct stat *st, const char *name) {
  for (size_t i = judge->count; i-- > 0;) {
    const struct event *event = &judge->events[i];
    if (event->call == call && event->device == st->st_dev && event->inode == st->st_ino &&
        (!name || strcmp(event->name, name) == 0))
      return i;
  }
  return SIZE_MAX;
}

/* Whether a sync that covers the file, or folder, began after one event and ended, well, before another. */
static bool is_synced(const struct judge *judge, size_t after, size_t before, unsigned long long device,
                      unsigned long long inode) {
  const struct event *events = judge->events;
  for (size_t i = after + 1; i < before; i++) {
    if (events[i].call != RECORDED_SYNC_BEGINS || events[i].device != device) continue;
    if (!events[i].at && events[i].inode != inode) continue;
    for (size_t j = i + 1; j < before; j++)
      if (events[j].call == RECORDED_SYNC_ENDS && events[j].device == device && events[j].inode == events[i].inode &&
          strcmp(events[j].name, events[i].name) == 0) {
        if (events[j].size == 0) return true;
        break;
      }
  }
  return false;
}

/* ---- What must have come before a row, and after it ---- */

static void judge_name(struct judge *judge, size_t row, const struct stat *st, const char *name, const char *whose) {
  size_t named = last(judge, RECORDED_NAME, st, name);
  if (named > row || !is_synced(judge, named, row, st->st_dev, judge->events[named].folder))
    complain(judge, "its row was written before its name, or that of a folder above it, was synced", whose);
}

/* The path in a row leads below out. Folders that were there before have no event. */
static void judge_file(struct judge *judge, size_t row, const char *path) {
  struct stat st;
  char *whole = print("%s/out/%s", judge->folder, path);
  if (stat(whole, &st) != 0) {
    complain(judge, "is not there", path);
    free(whole);
    return;
  }
  size_t written = last(judge, RECORDED_WRITE_ENDS, &st, NULL);
  if (written > row || !is_synced(judge, written, row, st.st_dev, st.st_ino))
    complain(judge, "its row was written before its data were synced", path);
  judge_name(judge, row, &st, strrchr(whole, '/') + 1, path);
  for (char *slash; (slash = strrchr(whole, '/')) && (size_t)(slash - whole) > strlen(judge->folder);) {
    *slash = '\0';
    if (stat(whole, &st) == 0 && last(judge, RECORDED_NAME, &st, NULL) != SIZE_MAX)
      judge_name(judge, row, &st, strrchr(whole, '/') + 1, path);
  }
  free(whole);
}

/* The event with which the bytes at an offset of the manifest began to be written. */
static size_t write_of(const struct judge *judge, const struct stat *manifest, long long offset) {
  for (size_t i = judge->count; i-- > 0;) {
    const struct event *event = &judge->events[i];
    if (event->call != RECORDED_WRITE_ENDS || event->device != manifest->st_dev || event->inode != manifest->st_ino ||
        event->at > offset || event->at + event->size <= offset)
      continue;
    while (i-- > 0)
      if (judge->events[i].call == RECORDED_WRITE_BEGINS && judge->events[i].device == manifest->st_dev &&
          judge->events[i].inode == manifest->st_ino)
        return i;
  }
  return SIZE_MAX;
}

static void judge_manifest(struct judge *judge, const struct stat *manifest) {
  const struct event *events = judge->events;
  size_t named = last(judge, RECORDED_NAME, manifest, NULL);
  for (size_t i = 0; i < judge->count; i++) {
    if (events[i].call != RECORDED_WRITE_ENDS || events[i].inode != manifest->st_ino) continue;
    size_t next = i + 1;
    while (next < judge->count &&
           !(events[next].call == RECORDED_WRITE_BEGINS && events[next].inode == manifest->st_ino))
      next++;
    judge->groups++;
    if (!is_synced(judge, i, next, manifest->st_dev, manifest->st_ino))
      complain(judge, "was not synced after rows were written", "the manifest");
    if (named != SIZE_MAX && !is_synced(judge, named, next, manifest->st_dev, events[named].folder))
      complain(judge, "its name was not synced with its first rows", "the manifest");
  }
}

static void judge_run(struct judge *judge) {
  struct stat st;
  size_t size;
  const char *manifest = judge->scene->manifest ? judge->scene->manifest : "out/manifest.jsonl";
  char *path = print("%s/%s", judge->folder, manifest), *text = file_read(path, &size);
  read_events(judge);
  judge->rows = judge->resumed = judge->groups = 0;
  if (!text || stat(path, &st) != 0) {
    complain(judge, "is not there", "the manifest");
    free(path);
    return;
  }
  struct rows rows = rows_read(text, size, false);
  if (rows.problem) complain(judge, rows.problem, "the manifest");
  const char *line = text;
  for (size_t i = 0; i < rows.count; i++, line = strchr(line, '\n') + 1) {
    size_t row = write_of(judge, &st, line - text);
    if (row == SIZE_MAX) complain(judge, "its row was not seen being written", rows.rows[i].fields[COLUMN_URL]);
    if (row == SIZE_MAX || !rows.rows[i].fields[COLUMN_PATH]) continue;
    judge->rows++;
    judge->resumed += strcmp(rows.rows[i].fields[COLUMN_HTTP_STATUS], "206") == 0;
    judge_file(judge, row, rows.rows[i].fields[COLUMN_PATH]);
  }
  judge_manifest(judge, &st);
  rows_clear(&rows);
  free(text);
  free(path);
}

/* ---- Runs ---- */

static void write_list(struct judge *judge, const struct server *server) {
  char *list = print("%s/list.txt", judge->folder);
  FILE *file = fopen(list, "w");
  for (int i = 0; file && i < judge->scene->urls; i++)
    for (int j = 0; j < 3 && judge->scene->paths[j]; j++) {
      fprintf(file, "http://127.0.0.%d:%d", 1 + i % 20, server_port(server));
      for (const char *at = judge->scene->paths[j]; *at; at++)
        if (*at == '$')
          fprintf(file, "%d", i);
        else
          fputc(*at, file);
      fputc('\n', file);
    }
  if (!file || fclose(file) != 0) complain(judge, "cannot be written", list);
  free(list);
}

static void run(struct judge *judge, bool is_last) {
  const struct scene *scene = judge->scene;
  const char *argv[24] = {getenv("SEINE") ? getenv("SEINE") : "seine", "-q", "-o", "out", "--retry-delay", "0.02"};
  size_t count = 6;
  for (size_t i = 0; i < 6 && scene->options[i]; i++)
    argv[count++] = scene->options[i];
  if (scene->manifest) argv[count++] = "--manifest", argv[count++] = scene->manifest;
  argv[count++] = "--name";
  argv[count++] = "{host}/{stem}-{urlhash}{ext}";
  argv[count++] = "--retries";
  argv[count++] = is_last ? "3" : "0";
  if (!scene->careless) argv[count++] = "--durable";
  if (scene->anew) argv[count++] = "--fresh";
  argv[count++] = "list.txt";
  if (scene->anew) unlink(judge->record);
  setenv("SEINE_RECORD", judge->record, 1);
  setenv("LD_PRELOAD", getenv("RECORDER"), 1);
  if (scene->named) setenv("SEINE_RECORD_NAMED", "1", 1);
  struct child child = command_start(&(struct command){.argv = argv, .folder = judge->folder});
  unsetenv("SEINE_RECORD");
  unsetenv("SEINE_RECORD_NAMED");
  unsetenv("LD_PRELOAD");
  struct command_result outcome = command_wait(&child);
  if (outcome.status != 0 && outcome.status != 1) complain(judge, outcome.errors, "the run did not end well");
  outcome_clear(&outcome);
}

static void count_files(struct judge *judge) {
  char *out = print("%s/out", judge->folder);
  struct files files = files_below(out);
  int stored = 0, links = 0;
  for (size_t i = 0; i < files.count; i++) {
    struct stat st;
    char *path = print("%s/%s", out, files.paths[i]);
    if (strchr(files.paths[i], '/')) stored++, links += stat(path, &st) == 0 && st.st_nlink > 1;
    free(path);
  }
  if (stored != judge->scene->stored || links != judge->scene->links) complain(judge, "not the files expected", "out");
  files_clear(&files);
  free(out);
}

static bool play(const struct scene *scene, struct server *server) {
  struct judge judge = {.scene = scene, .folder = folder_make()};
  int runs = scene->runs ? scene->runs : 1;
  judge.record = print("%s/record", judge.folder);
  server_reset(server);
  write_list(&judge, server);
  for (int i = 1; i <= runs; i++) {
    run(&judge, i == runs);
    if (scene->anew || i == runs) judge_run(&judge);
  }
  unsigned found = judge.complaints;
  count_files(&judge);
  bool good = judge.rows >= (size_t)scene->stored && judge.resumed == scene->resumed;
  good &= scene->careless ? found >= judge.rows && judge.complaints == found : judge.complaints == 0;
  printf("%s - %s: %zu rows with files, written in %zu groups\n", good ? "ok" : "not ok", scene->name, judge.rows,
         judge.groups);
  folder_remove(judge.folder);
  free(judge.folder);
  free(judge.record);
  free(judge.events);
  return good;
}

int main(void) {
  unsigned passed = 0, failed = 0;
  char *builddir = realpath(getenv("builddir") ? getenv("builddir") : ".", NULL);
  char *recorder = print("%s/tests/faults/.libs/recorder.so", builddir);
  /* The recorder comes before the sanitizer's library, which the sanitizer notices, and does not mind. */
  const char *given = getenv("ASAN_OPTIONS");
  char *asan = print("%s%sverify_asan_link_order=0", given ? given : "", given ? ":" : "");
  setvbuf(stdout, NULL, _IOLBF, 0);
  setenv("ASAN_OPTIONS", asan, 1);
  setenv("RECORDER", recorder, 1);
  struct server *server = server_start();
  for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
    if (play(&scenes[i], server))
      passed++;
    else
      failed++;
  server_stop(server);
  free(builddir);
  free(recorder);
  free(asan);
  printf("durable: %u passed, %u failed\n", passed, failed);
  return failed > 0;
}
