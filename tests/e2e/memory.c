/* Runs the command over long lists whose URLs are done with at once, and holds its memory against the number of URLs: a
 * fingerprint of each may stay, and nothing else of it.
 *
 * SEINE: the command. Closes with "memory: N passed, N failed". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures/support.h"

#define FEW        30000
#define MANY       300000
#define EACH_BYTES 24 /* of a fingerprint, 16 with the room that its table has to spare */
#define NAME_BYTES 40 /* of a name that is taken and the URL that took it, 30 with that room */
#define SLACK_KB   (2048 + 2 * 8192) /* rows that wait for a slow disk: 8 MB, and once more while they move */
#define MOST_KB    (64 * 1024 + 16 * MANY / 1024)
#define DEADLINE_S 120

/* One that is held costs a multiple of EACH_BYTES by its length alone. */
#define LONG_PATH                                                                                                      \
  "/an/archive/of/pictures/by/year/and/by/subject/whose/names/are/as/long/as/those/that/are/seen/in/the/field/"        \
  "so/that/one/of/them/in/memory/is/some/two/hundred/bytes/and/never/less/"

struct kind {
  const char *name; /* what becomes of the URLs */
  const char *prefix;
  unsigned distinct; /* so many URLs again and again; 0: all differ */
  const char *read_ahead; /* bounds the records that wait in the engine, however long the list is */
  const char *template; /* of names that may meet and are all remembered; NULL: the default, which makes them unique */
  bool again; /* the run is over a folder where all are done */
  int status;
};

static const struct kind kinds[] = {
    {.name = "URLs that are refused", .prefix = "ftp://127.0.0.1", .read_ahead = "100000", .status = 1},
    {.name = "URLs that were done before",
     .prefix = "ftp://127.0.0.1",
     .read_ahead = "100000",
     .again = true,
     .status = 1},
    {.name = "URLs that repeat", .prefix = "ftp://127.0.0.1", .distinct = 100, .read_ahead = "100000", .status = 1},
    /* The read-ahead limit is reached again and again: the end of a fetch must wake the reading. */
    {.name = "URLs of a host that is down", .prefix = "http://127.0.0.1:1", .read_ahead = "200", .status = 1},
    {.name = "URLs whose names are remembered",
     .prefix = "http://127.0.0.1:1",
     .read_ahead = "5000",
     .template = "{stem}{ext}",
     .status = 1},
};

static void write_list(const char *folder, const struct kind *kind, unsigned count) {
  char *path = print("%s/list.txt", folder);
  FILE *list = fopen(path, "w");
  for (unsigned i = 0; list && i < count; i++)
    fprintf(list, "%s%s%u.jpg\n", kind->prefix, LONG_PATH, kind->distinct ? i % kind->distinct : i);
  if (!list || fclose(list) != 0) exit(99);
  free(path);
}

static long run(const char *program, const char *folder, const struct kind *kind) {
  const char *argv[] = {
      program,    "-q",  "--progress",   "none",           "--retries", "0",
      "-o",       "out", "--read-ahead", kind->read_ahead, "--name",    kind->template ? kind->template : "url",
      "list.txt", NULL};
  struct command_result outcome =
      command_run(&(struct command){.argv = argv, .folder = folder, .deadline_s = DEADLINE_S});
  bool good = outcome.status == kind->status;
  if (!good) printf("    status %d, signal %d: %.600s\n", outcome.status, outcome.signal, outcome.errors);
  long peak_kb = good ? outcome.peak_kb : -1;
  outcome_clear(&outcome);
  return peak_kb;
}

/* -1 where the run did not end as it must. */
static long measure(const char *program, const struct kind *kind, unsigned count) {
  char *folder = folder_make();
  write_list(folder, kind, count);
  long peak_kb = run(program, folder, kind);
  if (kind->again && peak_kb > 0) peak_kb = run(program, folder, kind);
  folder_remove(folder);
  free(folder);
  return peak_kb;
}

static bool play(const char *program, const struct kind *kind) {
  long few_kb = measure(program, kind, FEW), many_kb = measure(program, kind, MANY), more_kb = many_kb - few_kb;
  long each_bytes = EACH_BYTES + (kind->template ? NAME_BYTES : 0);
  long bound_kb = each_bytes * (MANY - FEW) / 1024 + SLACK_KB;
  bool good = few_kb > 0 && many_kb > 0 && more_kb <= bound_kb && many_kb <= MOST_KB;
  printf("%s - %s: %ld kB for %d, %ld kB for %d (at most %ld kB more, and %d kB)\n", good ? "ok" : "not ok", kind->name,
         few_kb, FEW, many_kb, MANY, bound_kb, MOST_KB);
  return good;
}

/* Why memory cannot be measured here; NULL if it can. */
static const char *obstacle(void) {
  const char *wrapper = getenv("SEINE_WRAPPER");
  if (wrapper && *wrapper) return "the command is wrapped in another program, whose memory would be measured";
#ifdef __SANITIZE_ADDRESS__
  return "the sanitizer's own memory would be measured";
#endif
  return NULL;
}

int main(void) {
  unsigned passed = 0, failed = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (obstacle()) {
    printf("SKIP memory: %s\n", obstacle());
    return 77;
  }
  char *program = realpath(getenv("SEINE") ? getenv("SEINE") : "./seine", NULL);
  if (!program) {
    fprintf(stderr, "memory: the command is not there; build it, or name it by SEINE\n");
    return 99;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (play(program, &kinds[i]))
      passed++;
    else
      failed++;
  }
  free(program);
  printf("memory: %u passed, %u failed\n", passed, failed);
  return failed > 0;
}
