/* The command: reads its options, checks its lists, and runs. */
#include "base/cli_allocator.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/process.h"
#include "input/list.h"
#include "manifest/verify.h"
#include "options/options.h"
#include "run/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int finish_output(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  say("standard output cannot be written: %s", strerror(errno));
  return EXIT_BROKEN;
}

static int check_and_run(const struct settings *settings) {
  struct list_options lists;
  char cause[1536];
  int status = process_prepare();
  if (status) return status;
  settings_lists(settings, &lists);
  if (list_check(&lists, cause, sizeof cause) == 0) return run(settings);
  say("%s", cause);
  return EXIT_USAGE;
}

int main(int argc, char **argv) {
  struct settings settings;
  int status = EXIT_USAGE;
  process_open_missing_descriptors();
  memory_prepare();
  int done = options_parse(&settings, argc, argv);
  if (done > 0)
    status = finish_output();
  else if (done == 0 && settings.verify)
    status = verify(&settings);
  else if (done == 0)
    status = check_and_run(&settings);
  settings_clear(&settings);
  return status;
}
