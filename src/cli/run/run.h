/* A whole run of the command, from its settings to its exit status. */
#ifndef SEINE_CLI_RUN_H
#define SEINE_CLI_RUN_H

#include "options/options.h"

/* Fetches what the lists hold, records it, says what it came to. Gives the exit status. Call it once in a process: it
 * makes SIGPIPE and SIGXFSZ ignored, and sets up the thread pool. */
int run(const struct settings *settings);

#endif
