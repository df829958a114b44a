/* What the tests of options share: words of a command line that are parsed, and what is said of them. */
#ifndef SEINE_TESTS_OPTIONS_BENCH_H
#define SEINE_TESTS_OPTIONS_BENCH_H

#include "options.h"

extern struct settings settings;

/* Parses words split at blanks; "~" stands for an empty word, "_" for a blank. */
int parse(const char *line);
/* They must be refused, and the settings are cleared; the caller frees what was said. */
char *parse_bad(const char *line);
/* They must be taken without a word. */
void parse_good(const char *line);

/* Collects what is written to a descriptor. */
struct capture {
  int fd, saved, file;
};
struct capture capture_start(int fd);
char *capture_end(struct capture *capture); /* the caller frees */

/* Without the variables that proxies come from. */
void clear_environment(void);

/* A file below /tmp with this text; the caller unlinks it and frees its path. */
char *write_file(const char *text);

#endif
