/* The command: what it is asked, whether its lists can be read, and then the run. */
#include "list.h"
#include "options.h"
#include "run.h"
#include "util.h"
#include "verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EXIT_USAGE  2
#define EXIT_BROKEN 3

static int finish_output(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  say("standard output cannot be written: %s", strerror(errno));
  return EXIT_BROKEN;
}

int main(int argc, char **argv) {
  struct settings settings;
  char cause[1536];
  int status = EXIT_USAGE;
  int done = options_parse(&settings, argc, argv);
  if (done > 0)
    status = finish_output();
  else if (done == 0 && settings.verify)
    status = verify(&settings);
  else if (done == 0 && list_check(settings.lists, settings.list_count, cause, sizeof cause) < 0)
    say("%s", cause);
  else if (done == 0)
    status = run(&settings);
  settings_clear(&settings);
  return status;
}
