/* Ends the command at random moments, by SIGKILL, SIGTERM and SIGINT twice, starts it again until it ends by itself,
 * and checks after each time that nothing is lost, and that nothing is asked for that was there.
 *
 *   random_kills [kills N] [terms N] [ints N] [large N] [urls N] [seed N]
 *
 * large: SIGINT twice and SIGKILL in turn, over a few bodies of megabytes, whose parts the runs go on from.
 *
 * SEINE: the command. FAULTSERVER: the server. Closes with "random_kills: N passed, N failed". */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oracle.h"

#define DELAY_MS    60
#define DEADLINE_S  60
#define MOMENTS_MS  700 /* the last moment of a run that is killed: rows are written every 200 ms */
#define LARGE_URLS  ((size_t)16)
#define TORN_ONE_IN 8
#define TORN_ROW    "{\"id\":1,\"url\":\"http://127.0.0.1/to"

struct plan {
  const char *name;
  int signal;
  bool twice;
  bool large; /* and every second time by SIGKILL */
  unsigned count; /* how many times */
};

static unsigned long seed;

/* xorshift: the same on every machine, so that a seed means the same moments. */
static unsigned draw(unsigned below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed % below);
}

static struct child start(const struct shelf *shelf) {
  const char *argv[32] = {shelf_program(), "-j", "16", "--per-host", "4"};
  size_t n = 5;
  for (size_t i = 0; shelf_options[i]; i++)
    argv[n++] = shelf_options[i];
  argv[n] = "list.txt";
  return command_start(&(struct command){.argv = argv, .folder = shelf->folder, .deadline_s = DEADLINE_S});
}

static void wrong(struct shelf *shelf, const char *what, const struct command_result *outcome) {
  shelf->complaints++;
  printf("    %s: status %d, signal %d%s: %.600s\n", what, outcome->status, outcome->signal,
         outcome->timed_out ? ", did not end" : "", outcome->errors);
}

/* As a crash of the machine may leave it. */
static void tear(const struct shelf *shelf) {
  char *path = print("%s/out/manifest.jsonl", shelf->folder);
  FILE *file = fopen(path, "a");
  if (file) {
    fputs(TORN_ROW, file);
    fclose(file);
  }
  free(path);
}

/* One run, ended at a random moment. True if it came to its end before that. */
static bool run_once(struct shelf *shelf, const struct plan *plan, bool torn) {
  shelf_run_begins(shelf);
  struct child child = start(shelf);
  unsigned moment_ms = draw(2) ? draw(MOMENTS_MS) : draw(MOMENTS_MS / 5);
  sleep_ms(moment_ms);
  int sig = plan->large && draw(2) ? SIGKILL : plan->signal;
  kill(child.pid, sig);
  if (plan->twice && sig != SIGKILL) {
    sleep_ms(draw(30));
    kill(child.pid, plan->signal);
  }
  struct command_result outcome = command_wait(&child);
  bool own = outcome.status == 0 || outcome.status == 1;
  /* Before the command listens for signals they do what they do to any program; so does the second one at times. */
  bool by_signal = outcome.signal == sig && !outcome.timed_out;
  if (!own && !by_signal && outcome.status != 130) wrong(shelf, plan->name, &outcome);
  bool gentle = sig != SIGKILL && !plan->twice && outcome.status == 130;
  if (torn && outcome.status >= 0 && !strstr(outcome.errors, "was not whole"))
    wrong(shelf, "a torn row was not said", &outcome);
  shelf_run_ended(shelf, own ? END_OWN : gentle ? END_GENTLE : END_KILLED);
  outcome_clear(&outcome);
  return own;
}

static void run_to_the_end(struct shelf *shelf) {
  shelf_run_begins(shelf);
  struct child child = start(shelf);
  struct command_result outcome = command_wait(&child);
  if (outcome.status != 1) wrong(shelf, "the last run", &outcome);
  shelf_run_ended(shelf, END_OWN);
  outcome_clear(&outcome);
}

/* One list after another, until the command was ended so many times. */
static bool play(struct server *server, const struct plan *plan, size_t urls) {
  unsigned ended = 0, lists = 0, complaints = 0;
  size_t rows = 0, in_flight = 0;
  while (ended < plan->count && complaints == 0) {
    struct shelf shelf;
    shelf_open(&shelf, server, plan->large ? LARGE_URLS : urls, DELAY_MS, plan->large);
    bool done = false, torn = false;
    while (!done && ended < plan->count && shelf.complaints == 0) {
      done = run_once(&shelf, plan, torn);
      ended += !done;
      torn = !done && shelf.checked > 0 && draw(TORN_ONE_IN) == 0;
      if (torn) tear(&shelf);
    }
    if (!done && shelf.complaints == 0) run_to_the_end(&shelf);
    if (shelf.complaints == 0) shelf_check_end(&shelf);
    lists++;
    rows += shelf_rows(&shelf);
    in_flight += shelf.kills_in_flight;
    complaints += shelf.complaints;
    shelf_close(&shelf);
  }
  printf("%s - %s at %u moments, %u list%s of %zu URLs, %zu rows, %zu requests again for what was in flight\n",
         complaints ? "not ok" : "ok", plan->name, ended, lists, lists == 1 ? "" : "s", plan->large ? LARGE_URLS : urls,
         rows, in_flight);
  return complaints == 0;
}

int main(int argc, char **argv) {
  struct plan plans[] = {{"SIGKILL", SIGKILL, false, false, 12},
                         {"SIGTERM", SIGTERM, false, false, 6},
                         {"SIGINT twice", SIGINT, true, false, 4},
                         {"SIGINT twice or SIGKILL, large bodies,", SIGINT, true, true, 0}};
  size_t urls = 210;
  seed = (unsigned long)time(NULL) * 2654435761u ^ (unsigned long)getpid();
  for (int i = 1; i + 1 < argc; i += 2) {
    unsigned long value = strtoul(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "kills") == 0) plans[0].count = (unsigned)value;
    if (strcmp(argv[i], "terms") == 0) plans[1].count = (unsigned)value;
    if (strcmp(argv[i], "ints") == 0) plans[2].count = (unsigned)value;
    if (strcmp(argv[i], "large") == 0) plans[3].count = (unsigned)value;
    if (strcmp(argv[i], "urls") == 0) urls = value;
    if (strcmp(argv[i], "seed") == 0) seed = value;
  }
  printf("seed %lu\n", seed);
  if (seed == 0) seed = 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct server *server = server_start();
  unsigned passed = 0, failed = 0;
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
    if (plans[i].count == 0) continue;
    if (play(server, &plans[i], urls))
      passed++;
    else
      failed++;
  }
  server_stop(server);
  printf("random_kills: %u passed, %u failed\n", passed, failed);
  return failed > 0;
}
