/* The mode of --verify: are the files of a folder what its manifest says? */
#ifndef SEINE_CLI_VERIFY_H
#define SEINE_CLI_VERIFY_H

#include "options/options.h"

/* Rehashes every file that a last row names, prints each difference, and says what it came to. Changes nothing. Gives
 * the exit status: 0, 1 if anything differs, 2 if the folder or the manifest cannot be used, 3 if they cannot be
 * read. */
int verify(const struct settings *settings);

#endif
