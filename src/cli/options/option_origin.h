/* Where the value of an option was written. */
#ifndef SEINE_CLI_OPTION_ORIGIN_H
#define SEINE_CLI_OPTION_ORIGIN_H

/* Where a value was written, for messages: a line of a file, or the command line if file is NULL. */
struct option_origin {
  const char *file;
  unsigned line;
};

#endif
