/* A list whose URLs behave in known ways, and what must hold of the output folder and of the server at any moment. */
#ifndef SEINE_TESTS_SHELF_H
#define SEINE_TESTS_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fixtures/support.h"

#define SHELF_RETRIES 3 /* what the command is to be run with; some URLs need two of them */

struct entry;
struct resource;

struct shelf {
  struct server *server;
  char *folder; /* list.txt and out are in it */
  struct entry *entries;
  size_t count;
  bool large; /* of the kinds whose bodies are megabytes */
  struct entry *by_url;
  struct resource *by_key;
  bool failed_again; /* this run is given --retry-failed */
  size_t checked; /* bytes of the manifest that were looked at */
  size_t kills_in_flight; /* over all URLs: runs that were killed while this one had been asked for */
  unsigned complaints;
};

/* How a run came to its end, which says how much of what it asked for may be lost. */
enum run_end {
  END_OWN, /* by itself: each URL has a row now */
  END_GENTLE, /* a signal; whatever was received to its end has a row */
  END_KILLED, /* what was received since the last row was written may be lost */
};

/* `count` URLs, of every kind in turn, of the large ones or of the others, `delay_ms` before each answer. */
void shelf_open(struct shelf *shelf, struct server *server, size_t count, unsigned delay_ms, bool large);
void shelf_close(struct shelf *shelf);
/* As it was after shelf_open: no output folder, no figures, no complaints. */
void shelf_clear(struct shelf *shelf);

/* The options of the command up to the list, NULL-terminated. */
extern const char *const shelf_options[];

/* The command to be tested, for any working directory. */
const char *shelf_program(void);

/* Before and after each run. What does not hold is printed and counted. */
void shelf_run_begins(struct shelf *shelf);
void shelf_run_ended(struct shelf *shelf, enum run_end end);

/* Only the rows and the files that they name, when what the server saw does not matter. */
void shelf_check_rows(struct shelf *shelf);

/* After the last run: a final row for each URL, nothing else in the folder. */
void shelf_check_end(struct shelf *shelf);

size_t shelf_rows(const struct shelf *shelf); /* URLs with a row */

#endif
