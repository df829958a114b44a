/* Config files: long options, one a line, "name = value". */
#include "base/message.h"
#include "options/config_lines.h"
#include "options/option_value.h"
#include "options/options.h"

#include <string.h>

static char *trim(char *text) {
  text += strspn(text, " \t");
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t", text[length - 1]) != NULL)
    text[--length] = '\0';
  return text;
}

/* Quotes keep blanks at the ends of a value; they are not part of it. */
static char *unquote(char *value) {
  size_t length = strlen(value);
  if (length < 2 || value[0] != '"' || value[length - 1] != '"') return value;
  value[length - 1] = '\0';
  return value + 1;
}

static int read_line(char *line, const struct option_origin *origin, void *user) {
  char *value = strchr(line, '=');
  if (value != NULL) {
    *value = '\0';
    value = unquote(trim(value + 1));
  }
  char *name = trim(line);
  if (*name == '\0') {
    say("%s:%u: the name before \"=\" is missing", origin->file, origin->line);
    return -1;
  }
  const struct option_row *row = option_find(name, strlen(name), origin);
  if (row == NULL) return -1;
  if (row->kind == OPTION_CONFIG || row->kind == OPTION_HELP || row->kind == OPTION_VERSION)
    return option_refuse(row, origin, "cannot stand in a config file");
  if (value == NULL && row->kind != OPTION_FLAG)
    return option_refuse(row, origin, "needs a value: \"%s = %s\"", row->name, row->argument);
  return option_set(user, row, value, origin);
}

int config_read(struct settings *settings, const char *path) {
  return config_lines_read(path, "the config file", read_line, settings);
}
