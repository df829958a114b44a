/* Words and files made into settings, and what is said of them. */
#include "options_bench.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

struct settings settings;

struct capture capture_start(int fd) {
  struct capture capture = {.fd = fd};
  char path[] = "/tmp/test-options.XXXXXX";
  fflush(NULL);
  capture.file = mkstemp(path);
  ck_assert_int_ge(capture.file, 0);
  unlink(path);
  capture.saved = dup(fd);
  dup2(capture.file, fd);
  return capture;
}

char *capture_end(struct capture *capture) {
  fflush(NULL);
  dup2(capture->saved, capture->fd);
  close(capture->saved);
  off_t size = lseek(capture->file, 0, SEEK_END);
  char *text = xcalloc((size_t)size + 1, 1);
  ck_assert_int_eq(pread(capture->file, text, (size_t)size, 0), size);
  close(capture->file);
  return text;
}

int parse(const char *line) {
  char *copy = xasprintf("seine %s", line), *rest = NULL;
  char *argv[128];
  int argc = 0;
  for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
    for (char *at = word; *at != '\0'; at++)
      if (*at == '_') *at = ' ';
    if (strcmp(word, "~") == 0) *word = '\0';
    argv[argc++] = word;
  }
  argv[argc] = NULL;
  int result = options_parse(&settings, argc, argv);
  free(copy);
  return result;
}

char *parse_bad(const char *line) {
  struct capture capture = capture_start(STDERR_FILENO);
  int result = parse(line);
  char *said = capture_end(&capture);
  ck_assert_msg(result == -1, "\"%s\" was accepted", line);
  settings_clear(&settings);
  return said;
}

void parse_good(const char *line) {
  struct capture capture = capture_start(STDERR_FILENO);
  int result = parse(line);
  char *said = capture_end(&capture);
  ck_assert_msg(result == 0, "\"%s\" was refused: %s", line, said);
  ck_assert_msg(*said == '\0', "\"%s\" said: %s", line, said);
  free(said);
}

void clear_environment(void) {
  static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                      "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unsetenv(names[i]);
}

char *write_file(const char *text) {
  char *path = xstrdup("/tmp/test-options.XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  close(fd);
  return path;
}
