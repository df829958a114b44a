/* Settings files: lines of text that people write, each with its number for messages. */
#ifndef SEINE_CLI_CONFIG_LINES_H
#define SEINE_CLI_CONFIG_LINES_H

#include "options/option_origin.h"

/* A line without blanks at its ends; it may be changed. 0, or -1 if it is bad, which has been said. */
typedef int (*line_cb)(char *line, const struct option_origin *origin, void *user);

/* Gives every line to on_line, until one is bad. Empty lines and those that begin with # are passed over; a byte order
 * mark and carriage returns are tolerated. `what` names the kind of file in messages, as in "the config file". 0, or -1
 * and said so on stderr. */
int config_lines_read(const char *path, const char *what, line_cb on_line, void *user);

#endif
