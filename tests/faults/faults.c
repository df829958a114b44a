/* Runs the command over a few URLs of every kind while the n-th call of a kind fails, for each n, and then once more
 * without a fault: it must not crash, hang or leak, every row must be true, and the second run must complete the rest.
 *
 *   faults [most N] [call TEXT] [not TEXT] [from N] [stop N]
 *
 * most: faults of a kind at most, evenly spread, the first of them by `from`; 0: every one; call, not: only the kinds
 * whose name has this text, or has it not; stop: after so many failures of a kind.
 * Of the first failures the output folder and the core are kept, where the output says.
 * SEINE: the command. FAULTSERVER: the server. builddir: where the shim and the wrapped command are built. Closes with
 * "faults: N passed, N failed". */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "oracle.h"

#define URLS       28 /* two of every kind */
#define DEADLINE_S 60 /* far above what a run takes: this is how a hang is known */
#define KEPT_MOST  20 /* cores have some 20 MB each */

struct trial {
  const char *call;
  const char *means; /* for people, where the call does not say it */
  const char *scope; /* of SEINE_FAULT */
  bool named; /* the file system knows no nameless files */
  bool wrapped; /* by the linker, rather than by the shim */
};

static const struct trial trials[] = {
    {.call = "open"},
    {.call = "openat"},
    {.call = "openat", .means = "openat, named files", .named = true},
    {.call = "openat2"},
    {.call = "write"},
    {.call = "writev"},
    {.call = "pwrite"},
    {.call = "linkat"},
    {.call = "rename"},
    {.call = "renameat", .named = true},
    {.call = "mkdir"},
    {.call = "mkdirat"},
    {.call = "ftruncate"},
    {.call = "fsync"},
    {.call = "fdatasync"},
    {.call = "syncfs"},
    {.call = "malloc", .means = "malloc, of seine", .wrapped = true},
#ifndef __SANITIZE_ADDRESS__
    {.call = "malloc", .means = "malloc, of libraries too", .scope = ":libraries"},
    {.call = "malloc", .means = "malloc, of libmagic", .scope = ":libmagic"},
    {.call = "limit", .means = "malloc, in limited memory", .scope = ""},
#endif
};

/* EROFS: a file system that has a file open for writing cannot be mounted read-only by hand, but makes itself so. */
static const int errors[] = {ENOSPC, EIO, ENOMEM, EMFILE, EDQUOT, EROFS};
#define ERRORS (sizeof errors / sizeof *errors)

static char *builddir, *report, *kept;
static unsigned kept_count;
static unsigned long stop_after = 5;

static const char *name_of(const struct trial *trial) {
  return trial->means ? trial->means : trial->call;
}

/* ---- One run ---- */

static const char *program_of(const struct trial *trial) {
  static char wrapped[PATH_MAX];
  snprintf(wrapped, sizeof wrapped, "%s/tests/faults/wrapped", builddir);
  return trial && trial->wrapped ? wrapped : shelf_program();
}

static void set_fault(const struct trial *trial, unsigned long n, int error) {
  char *fault = print("%s:%lu:%d%s", trial->call, n, error, trial->scope ? trial->scope : "");
  char *shim = print("%s/tests/faults/.libs/fault_preload.so", builddir);
  setenv("SEINE_FAULT", fault, 1);
  setenv("SEINE_FAULT_REPORT", report, 1);
  if (trial->named) setenv("SEINE_FAULT_NAMED", "1", 1);
  if (!trial->wrapped) setenv("LD_PRELOAD", shim, 1);
  free(shim);
  free(fault);
}

static void unset_fault(void) {
  static const char *const names[] = {"SEINE_FAULT", "SEINE_FAULT_REPORT", "SEINE_FAULT_NAMED", "LD_PRELOAD"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    unsetenv(names[i]);
}

static struct command_result run(const struct shelf *shelf, const struct trial *trial, unsigned long n, int error,
                                 bool again) {
  const char *argv[32] = {program_of(trial), "-j", "8", "--durable", "--name", "{host}/{stem}-{urlhash}{ext}"};
  size_t count = 6;
  for (size_t i = 0; shelf_options[i]; i++)
    argv[count++] = shelf_options[i];
  /* A library may tell of memory as of something else, which then is a failure for good, if not a wrong row. */
  if (again) argv[count++] = "--retry-failed";
  argv[count] = "list.txt";
  if (trial) set_fault(trial, n, error);
  struct child child =
      command_start(&(struct command){.argv = argv, .folder = shelf->folder, .deadline_s = DEADLINE_S});
  unset_fault();
  return command_wait(&child);
}

/* ---- One fault ---- */

static bool is_sound(const struct command_result *outcome, bool faulted) {
  bool ended = !outcome->timed_out && !outcome->signal;
  bool said = strstr(outcome->errors, "Sanitizer") || strstr(outcome->errors, "runtime error");
  /* The list has URLs that fail, so that 0 would be a lie. */
  return ended && !said && (outcome->status == 1 || (faulted && outcome->status == 3));
}

static void show(const char *what, const struct command_result *outcome) {
  printf("    %s: status %d, signal %d%s\n%.3000s\n", what, outcome->status, outcome->signal,
         outcome->timed_out ? ", did not end" : "", outcome->errors);
}

/* Moves what a failed run left to where it stays. */
static void keep(const struct shelf *shelf, const struct trial *trial, unsigned long n) {
  if (kept_count == KEPT_MOST) return;
  if (!kept) kept = folder_make();
  char *to = print("%s/%s-%lu-%u", kept, trial->call, n, ++kept_count), *pattern = print("%s/core*", shelf->folder);
  char *from = print("%s/out", shelf->folder), *end = print("%s/out", to);
  glob_t cores = {0};
  bool good = mkdir(to, 0700) == 0;
  if (good && access(from, F_OK) == 0) good = rename(from, end) == 0;
  glob(pattern, 0, NULL, &cores);
  for (size_t i = 0; i < cores.gl_pathc; i++) {
    free(end);
    end = print("%s%s", to, strrchr(cores.gl_pathv[i], '/'));
    good &= rename(cores.gl_pathv[i], end) == 0;
  }
  printf("    %s in %s\n", good ? "kept" : "not all is kept", to);
  globfree(&cores);
  free(end);
  free(from);
  free(pattern);
  free(to);
}

/* Whether a run was as it has to be; what it said is in *outcome. */
static bool play_run(struct shelf *shelf, const struct trial *trial, struct command_result *outcome, unsigned long n,
                     int error) {
  shelf_run_begins(shelf);
  *outcome = run(shelf, trial, n, error, shelf->failed_again);
  shelf_check_rows(shelf);
  bool sound = is_sound(outcome, trial);
  if (sound && !trial) shelf_check_end(shelf);
  return sound && shelf->complaints == 0;
}

static bool play_fault(struct shelf *shelf, const struct trial *trial, unsigned long n, int error) {
  struct command_result first = {0}, second = {0};
  shelf_clear(shelf);
  bool good = play_run(shelf, trial, &first, n, error);
  if (good) {
    shelf->failed_again = trial->scope;
    good = play_run(shelf, NULL, &second, 0, 0);
  }
  if (!good) {
    show("the run with the fault", &first);
    if (second.errors) show("the run after it", &second);
    printf("    so with %s call %lu failing by %s\n", name_of(trial), n, strerror(error));
    keep(shelf, trial, n);
  }
  outcome_clear(&first);
  outcome_clear(&second);
  return good;
}

/* ---- All faults of a kind ---- */

static unsigned long count_calls(struct shelf *shelf, const struct trial *trial) {
  size_t size;
  shelf_clear(shelf);
  unlink(report);
  struct command_result outcome = run(shelf, trial, 0, 0, false);
  char *text = file_read(report, &size);
  unsigned long calls = text ? strtoul(text, NULL, 10) : 0;
  if (!text || !is_sound(&outcome, false)) {
    show("counting", &outcome);
    shelf->complaints++;
  }
  free(text);
  outcome_clear(&outcome);
  return calls;
}

static bool play(struct shelf *shelf, const struct trial *trial, unsigned long most, unsigned long from) {
  unsigned long calls = count_calls(shelf, trial), faults = 0, failed = shelf->complaints;
  /* Threads make the number differ a little from run to run. */
  unsigned long last = calls ? calls + calls / 50 : 0;
  unsigned long step = most && last > most ? (last + most - 1) / most : 1;
  for (unsigned long n = from % step + 1; n <= last && failed < stop_after; n += step, faults++) {
    int error = strcmp(trial->call, "malloc") == 0 ? ENOMEM : errors[(n + n / ERRORS) % ERRORS];
    if (!play_fault(shelf, trial, n, error)) failed++;
  }
  printf("%s - %s: %lu faults in %lu calls\n", failed ? "not ok" : "ok", name_of(trial), faults, calls);
  return failed == 0;
}

int main(int argc, char **argv) {
  unsigned long most = 3, from = (unsigned long)time(NULL);
  const char *only = "", *not = NULL;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "most") == 0) most = strtoul(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "from") == 0) from = strtoul(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "stop") == 0) stop_after = strtoul(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "call") == 0) only = argv[i + 1];
    if (strcmp(argv[i], "not") == 0) not = argv[i + 1];
  }
  struct rlimit core;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (getrlimit(RLIMIT_CORE, &core) == 0) core.rlim_cur = core.rlim_max, setrlimit(RLIMIT_CORE, &core);
  printf("from %lu\n", from);
  builddir = realpath(getenv("builddir") ? getenv("builddir") : ".", NULL);
  char *folder = folder_make();
  report = print("%s/calls", folder);
  /* The shim comes before the sanitizer's library, which the sanitizer notices, and does not mind. */
  const char *given = getenv("ASAN_OPTIONS");
  char *asan = print("%s%sverify_asan_link_order=0", given ? given : "", given ? ":" : "");
  setenv("ASAN_OPTIONS", asan, 1);
  free(asan);
  struct server *server = server_start();
  struct shelf shelf;
  shelf_open(&shelf, server, URLS, 0, false);
  unsigned passed = 0, failed = 0;
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
    const char *name = name_of(&trials[i]);
    if (!strstr(name, only) || (not &&strstr(name, not ))) continue;
    if (play(&shelf, &trials[i], most, from))
      passed++;
    else
      failed++;
  }
  shelf_close(&shelf);
  server_stop(server);
  folder_remove(folder);
  if (kept) printf("what failed is kept in %s\n", kept);
  free(kept);
  free(folder);
  free(report);
  free(builddir);
  printf("faults: %u passed, %u failed\n", passed, failed);
  return failed > 0;
}
