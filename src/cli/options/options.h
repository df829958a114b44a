/* What the command is asked to do: one table of options, from which parsing, --help, config files and the check of the
 * man page come. */
#ifndef SEINE_CLI_OPTIONS_H
#define SEINE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options/option_value.h"

/* Fills settings from the defaults, the config files, the command line and the environment. 0: go on; 1: done (help or
 * version was printed); -1: bad, and already said on stderr. settings_clear is needed after each of them. */
int options_parse(struct settings *settings, int argc, char **argv);
void settings_clear(struct settings *settings);

/* Fills list options from the settings; strings are borrowed. */
void settings_lists(const struct settings *settings, struct list_options *lists);

/* Reads a file of "name = value" lines (config.c). 0, or -1 and said so on stderr. */
int config_read(struct settings *settings, const char *path);

/* Prints the whole help to stdout, the short usage to stderr (help.c). */
void help_print(void);
void help_usage(void);

#endif
