/* What the command is asked to do: one table of options, from which parsing, --help, config files and the check of the
 * man page come. */
#ifndef SEINE_CLI_OPTIONS_H
#define SEINE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/list.h"
#include "options/reject_list.h"
#include "seine.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

enum dedup_mode { DEDUP_OFF, DEDUP_ON, DEDUP_LINK };

struct settings {
  seine_options_t engine; /* strings owned by settings; `directory` is left NULL for whoever makes the folder */
  char **lists; /* files, "-", or URLs */
  size_t list_count;
  enum input_format input_format;
  char *url_column; /* NULL: the usual ones */
  char *encoding, *separator; /* NULL: found out */
  enum quote_style quote_style;
  char *checksum_column; /* NULL: the usual ones */
  char *shard; /* "I/N", sound; NULL: all */
  char *output; /* folder */
  char *name; /* preset or template */
  char *manifest; /* file; "-" is standard output */
  bool manifest_is_default; /* it was not given */
  bool null_sink, fresh, retry_failed, retry_rejected, check_files, durable, content_disposition, checksum;
  enum dedup_mode dedup;
  size_t window;
  int verbosity; /* -1 quiet, 0, 1 verbose */
  enum progress_mode progress;
  char *verify; /* folder to be verified, with nothing fetched; NULL */
  char *summary; /* file; NULL if none is wanted */
  char **proxy_files; /* that engine.proxies came from, too; NULL-terminated; NULL if there are none */
  char *reject_sha256; /* file that `rejected` came from; NULL if there is none */
  struct digest_set rejected; /* bytes that are not wanted */
  char **reject_redirect_to; /* patterns of URLs; NULL-terminated; NULL if there are none */
  char *host_rules; /* file that engine.rules came from; NULL if there is none */
};

/* Fills settings from the defaults, the config files, the command line and the environment. 0: go on; 1: done (help or
 * version was printed); -1: bad, and already said on stderr. settings_clear is needed after each of them. */
int options_parse(struct settings *settings, int argc, char **argv);
void settings_clear(struct settings *settings);

/* What they say of the lists; borrowed. */
void settings_lists(const struct settings *settings, struct list_options *lists);

/* ---- The table, for options.c, config.c, help.c and their tests ---- */

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

/* Where a value was written, for messages: a line of a file, or the command line if file is NULL. */
struct option_origin {
  const char *file;
  unsigned line;
};

/* The row of a long name or an unambiguous beginning of one; NULL, and said so on stderr. */
const struct option_row *option_find(const char *name, size_t length, const struct option_origin *origin);

/* Stores a value (NULL for a flag without one). 0, or -1 and said so on stderr. */
int option_set(struct settings *settings, const struct option_row *row, const char *value,
               const struct option_origin *origin);

/* The same, into a field of any struct. */
int option_store(void *field, const struct option_row *row, const char *value, const struct option_origin *origin);

/* seine_options_check, whose sentence calls options by the names that users know (option_words.c). */
int option_check_engine(const seine_options_t *options, char *cause, size_t size);
/* Whether the engine is what it is for. */
bool option_is_of_engine(const struct option_row *row);

/* Says what is wrong with an option: "--name: ...; try ..." or "file:line: name: ...". Returns -1. */
int option_refuse(const struct option_row *row, const struct option_origin *origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads a file of "name = value" lines (config.c). 0, or -1 and said so on stderr. */
int config_read(struct settings *settings, const char *path);

/* Prints the whole help to stdout, the short usage to stderr (help.c). */
void help_print(void);
void help_usage(void);

#endif
