/* A run of the command, from its settings to its exit status. Loop thread only. */
#ifndef SEINE_CLI_RUN_H
#define SEINE_CLI_RUN_H

#include "options/options.h"

/* Fetches the URLs of the lists, writes the manifest, prints the summary, and returns the exit status. process_prepare
 * is called before. */
int run(const struct settings *settings);

#endif
