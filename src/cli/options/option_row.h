/* The table of options, one row each, from which parsing, --help, config files and the check of the manual come. */
#ifndef SEINE_CLI_OPTION_ROW_H
#define SEINE_CLI_OPTION_ROW_H

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
  OPTION_FLAG, /* no argument; stores `value` */
  OPTION_CHOICE, /* one of choices; stores its index */
  OPTION_COUNT, /* a whole number */
  OPTION_BYTES, /* a number with k, M, G; 1.5M is fine */
  OPTION_PIXELS, /* the same with powers of 1000 */
  OPTION_SECONDS, /* a decimal number; stores milliseconds */
  OPTION_RATE, /* a decimal number; stores a double */
  OPTION_RATIO, /* the same, of no unit */
  OPTION_TEXT,
  OPTION_LINES, /* a text, repeatable: a NULL-terminated array */
  OPTION_CONFIG,
  OPTION_HELP,
  OPTION_VERSION
};

enum option_rule {
  RULE_ANY,
  RULE_FILLED, /* not empty */
  RULE_CLEAN, /* no control bytes */
  RULE_HEADER,
  RULE_HOSTS /* as --no-proxy has them */
};

enum option_section {
  ABOUT_LISTS,
  ABOUT_FILES,
  ABOUT_CONTENT,
  ABOUT_PACE,
  ABOUT_RETRIES,
  ABOUT_HTTP,
  ABOUT_RUN,
  SECTION_COUNT
};

struct option_row {
  const char *name;
  char letter; /* 0: none */
  enum option_kind kind;
  enum option_section section;
  const char *argument; /* its name in --help; NULL if there is none */
  size_t field, width; /* where in struct settings the value goes, and how wide it is */
  const char *member; /* the field's name, "engine.per_host" */
  const char *preset; /* the default, set through the same parser as any value; NULL: none */
  const char *shown; /* the default for people, where it is worked out later */
  const char *help;
  const char *const *choices; /* NULL-terminated */
  double least, most; /* range, in the units that the user writes */
  bool optional; /* "none" and 0 mean no limit */
  enum option_rule rule;
  bool is_proxy; /* a URL that may hold a password, which is wiped from the arguments */
  int value;
};

extern const struct option_row option_table[]; /* sorted by name */
extern const size_t option_count;
extern const char *const option_sections[SECTION_COUNT];

#endif
