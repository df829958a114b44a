/* Reads the lines of a settings file. */
#include "options/config_lines.h"
#include "base/message.h"

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

static int refuse(const struct option_origin *origin, const char *why) {
  say("%s:%u: %s", origin->file, origin->line, why);
  return -1;
}

static int take_line(char *line, size_t length, const struct option_origin *origin, line_cb on_line, void *user) {
  if (length > LINE_MAX_BYTES) return refuse(origin, "the line is longer than 64 KiB");
  if (strlen(line) != length) return refuse(origin, "the line contains a NUL byte");
  if (origin->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0) line += 3;
  line = trim(line);
  return *line == '\0' || *line == '#' ? 0 : on_line(line, origin, user);
}

int config_lines_read(const char *path, const char *what, line_cb on_line, void *user) {
  struct option_origin origin = {.file = path, .line = 0};
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    say("%s \"%s\" cannot be read: %s", what, path, strerror(errno));
    return -1;
  }
  char *line = NULL;
  size_t room = 0;
  int error = 0;
  for (ssize_t length; error == 0 && (length = getline(&line, &room, file)) >= 0;) {
    origin.line++;
    error = take_line(line, (size_t)length, &origin, on_line, user);
  }
  if (error == 0 && ferror(file)) {
    say("%s \"%s\" cannot be read: %s", what, path, strerror(errno));
    error = -1;
  }
  free(line);
  fclose(file);
  return error;
}
