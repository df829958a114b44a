/* Config files: long options, one a line, "name = value". */
#include "options.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 65536

static char *trim(char *text) {
  text += strspn(text, " \t\r\n");
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
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

static int refuse(const struct option_origin *origin, const char *why) {
  say("%s:%u: %s", origin->file, origin->line, why);
  return -1;
}

static int read_line(struct settings *settings, char *line, const struct option_origin *origin) {
  line = trim(line);
  if (*line == '\0' || *line == '#') return 0;
  char *value = strchr(line, '=');
  if (value != NULL) {
    *value = '\0';
    value = unquote(trim(value + 1));
  }
  char *name = trim(line);
  if (*name == '\0') return refuse(origin, "the name before \"=\" is missing");
  const struct option_row *row = option_find(name, strlen(name), origin);
  if (row == NULL) return -1;
  if (row->kind == OPTION_CONFIG || row->kind == OPTION_HELP || row->kind == OPTION_VERSION)
    return option_refuse(row, origin, "cannot stand in a config file");
  if (value == NULL && row->kind != OPTION_FLAG)
    return option_refuse(row, origin, "needs a value: \"%s = %s\"", row->name, row->argument);
  return option_set(settings, row, value, origin);
}

int config_read(struct settings *settings, const char *path) {
  struct option_origin origin = {.file = path, .line = 0};
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    say("the config file \"%s\" cannot be read: %s", path, strerror(errno));
    return -1;
  }
  char *line = NULL;
  size_t room = 0;
  int error = 0;
  errno = 0;
  for (ssize_t length; error == 0 && (length = getline(&line, &room, file)) >= 0;) {
    char *begin = line;
    if (origin.line++ == 0 && strncmp(line, "\xef\xbb\xbf", 3) == 0) begin += 3;
    if (length > LINE_MAX_BYTES)
      error = refuse(&origin, "the line is longer than 64 KiB");
    else if (strlen(line) != (size_t)length)
      error = refuse(&origin, "the line contains a NUL byte");
    else
      error = read_line(settings, begin, &origin);
  }
  if (error == 0 && ferror(file)) {
    say("the config file \"%s\" cannot be read: %s", path, strerror(errno));
    error = -1;
  }
  free(line);
  fclose(file);
  return error;
}
