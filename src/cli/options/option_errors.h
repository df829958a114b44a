/* Errors about options of the engine, in the words of the command line. */
#ifndef SEINE_CLI_OPTION_ERRORS_H
#define SEINE_CLI_OPTION_ERRORS_H

#include "options/option_row.h"
#include "seine.h"

/* seine_options_check, whose sentence calls options by the names that users know. */
int option_check_engine(const seine_options_t *options, char *cause, size_t size);
/* Whether the engine is what it is for. */
bool option_is_of_engine(const struct option_row *row);

#endif
