/* Plays the end-to-end cases of the command, and closes with a line "e2e: N passed, N failed".
 * Usage: e2e [TEXT...] plays the cases whose topic or name contains one of the texts; $SEINE is the command. */
#include "fixtures/compressed.h"
#include "scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGUMENTS_MAX 64
#define DEADLINE_S    120

void complain(struct scene *scene, const char *format, ...) {
  char *text, *before = scene->complaints;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) exit(99);
  va_end(arguments);
  scene->complaints = print("%s    run %d: %s\n", before ? before : "", scene->run_number, text);
  free(before);
  free(text);
}

char *scene_path(const struct scene *scene, const char *relative) {
  return print("%s/%s", scene->folder, relative);
}

const char *scene_output(const struct scene *scene) {
  return scene->run->output ? scene->run->output : "out";
}

const char *scene_manifest(const struct scene *scene) {
  return scene->run->manifest ? scene->run->manifest : "out/manifest.jsonl";
}

/* ---- What is given ---- */

/* Makes a symbolic link, and moves what is in its place aside. */
static void plant(const struct scene *scene, const char *path, const char *target) {
  char *full = scene_path(scene, path), *aside = scene_path(scene, "aside"), *above = print("%s", full);
  *strrchr(above, '/') = '\0';
  mkdir(above, 0755);
  rename(full, aside);
  if (symlink(target, full) != 0) exit(99);
  free(above);
  free(aside);
  free(full);
}

static void write_packed(const char *path, const char *text, const char *pack, int cut) {
  size_t size;
  char *bytes = packed(pack, text, strlen(text), &size);
  file_write(path, bytes, size - (size_t)cut);
  free(bytes);
}

static void write_given(struct scene *scene) {
  for (size_t i = 0; i < 4 && scene->play->given[i].path; i++) {
    const char *path = scene->play->given[i].path, *text = scene->play->given[i].text;
    char *full = scene_path(scene, path), *content = expand(scene->server, text ? text : "");
    if (scene->play->given[i].link)
      plant(scene, path, scene->play->given[i].link);
    else if (path[strlen(path) - 1] == '/')
      mkdir(full, 0755);
    else
      write_packed(full, content, scene->play->given[i].pack, scene->play->given[i].cut);
    free(content);
    free(full);
  }
}

static void write_list(struct scene *scene) {
  const struct run *run = scene->run;
  if (!run->list) return;
  free(scene->list);
  scene->list = NULL;
  scene->list_size = 0;
  for (int i = 0; i < (run->repeat ? run->repeat : 1); i++) {
    size_t size = run->list_size ? run->list_size : strlen(run->list);
    char *text = expand_bytes(scene->server, run->list, &size, i);
    scene->list = realloc(scene->list, scene->list_size + size + 1);
    memcpy(scene->list + scene->list_size, text, size);
    scene->list_size += size;
    free(text);
  }
  char *path = scene_path(scene, "list.txt");
  file_write(path, scene->list, scene->list_size);
  free(path);
}

static void set_robots(struct scene *scene) {
  const struct given_robots *robots = scene->run->robots;
  for (size_t i = 0; i < 4 && robots[i].host; i++) {
    char *body = percent_encode(robots[i].body ? robots[i].body : "");
    char *more = expand(scene->server, robots[i].more ? robots[i].more : "");
    char *query = print("status=%d&body=%s&%s", robots[i].status ? robots[i].status : 200, body, more);
    server_set_robots_query(scene->server, robots[i].host, query);
    free(query);
    free(more);
    free(body);
  }
}

/* Where appending starts: rows of earlier runs stay, unless the run begins afresh. */
static void note_earlier_rows(struct scene *scene) {
  size_t size = 0;
  char *path = scene_path(scene, scene_manifest(scene)), *text = file_read(path, &size);
  size_t length = strlen(path);
  scene->rows_earlier = 0;
  if (text) {
    struct rows rows = rows_read(text, size, length > 4 && strcmp(path + length - 4, ".csv") == 0);
    scene->rows_earlier = rows.count - (rows.problem ? 1 : 0); /* a torn row is no row */
    rows_clear(&rows);
  }
  for (size_t i = 0; i < 16 && scene->run->options[i]; i++)
    if (strcmp(scene->run->options[i], "--fresh") == 0) scene->rows_earlier = 0;
  free(text);
  free(path);
}

/* ---- The command ---- */

struct arguments {
  const char *argv[ARGUMENTS_MAX + 1];
  char *owned[ARGUMENTS_MAX];
  size_t count;
};

static void push(struct arguments *arguments, char *text) {
  if (arguments->count == ARGUMENTS_MAX) exit(99);
  arguments->owned[arguments->count] = text;
  arguments->argv[arguments->count++] = text;
}

/* A program that is given by the environment, as an absolute path since the command runs in another folder. */
static char *program(void) {
  const char *name = getenv("SEINE");
  char *path = realpath(name ? name : "./seine", NULL);
  if (path) return path;
  fprintf(stderr, "e2e: %s is not there; build it, or name the command by SEINE\n", name ? name : "./seine");
  exit(99);
}

static void push_wrapper(struct arguments *arguments) {
  const char *wrapper = getenv("SEINE_WRAPPER");
  char *words = print("%s", wrapper ? wrapper : ""), *rest = words;
  for (char *word; (word = strsep(&rest, " "));)
    if (*word) push(arguments, print("%s", word));
  free(words);
}

/* A library put before libc's, which the build has made. */
static void push_hangs(struct arguments *arguments, const struct run *run) {
  const char *given = getenv("builddir"), *asan = getenv("ASAN_OPTIONS");
  char *folder = realpath(given ? given : ".", NULL);
  push(arguments, print("/usr/bin/env"));
  push(arguments, print("LD_PRELOAD=%s/tests/e2e/.libs/hang.so", folder));
  push(arguments, print("SEINE_HANGS=%s", run->hangs ? run->hangs : ""));
  push(arguments, print("SEINE_LINKS=%s", run->links ? run->links : ""));
  push(arguments, print("ASAN_OPTIONS=%s:verify_asan_link_order=0", asan ? asan : ""));
  free(folder);
}

static struct arguments make_arguments(const struct scene *scene) {
  struct arguments arguments = {.count = 0};
  if (scene->run->hangs || scene->run->links) push_hangs(&arguments, scene->run);
  if (scene->run->before) {
    push(&arguments, print("/bin/sh"));
    push(&arguments, print("-c"));
    push(&arguments, print("%s && exec \"$@\"", scene->run->before));
    push(&arguments, print("sh"));
  }
  push_wrapper(&arguments);
  push(&arguments, program());
  static const char *const usual[] = {"--retry-delay", "0.02", "--retry-max-delay", "0.2", "-o", "out"};
  for (size_t i = 0; i < sizeof usual / sizeof usual[0] && !scene->run->bare; i++)
    push(&arguments, print("%s", usual[i]));
  for (size_t i = 0; i < 16 && scene->run->options[i]; i++)
    push(&arguments, expand(scene->server, scene->run->options[i]));
  if (!scene->run->bare) push(&arguments, print("list.txt"));
  return arguments;
}

static void await_requests(struct scene *scene, int count) {
  for (int i = 0; i < DEADLINE_S * 100; i++) {
    if (server_requests(scene->server, NULL, NULL) >= (uint64_t)count) return;
    sleep_ms(10);
  }
  complain(scene, "the server was not asked %d times", count);
}

static void run_again_beside(struct scene *scene, const struct command *command) {
  struct command_result second = command_run(command);
  if (second.status != 2) complain(scene, "the second run exits with %d instead of 2", second.status);
  if (second.errors_size == 0) complain(scene, "the second run does not say why it ends");
  outcome_clear(&second);
}

static void run_meanwhile(struct scene *scene) {
  char *script = expand(scene->server, scene->run->meanwhile.script);
  struct command_result ended = command_run(
      &(struct command){.argv = (const char *const[]){"/bin/sh", "-c", script, NULL}, .folder = scene->folder});
  if (ended.status != 0) complain(scene, "\"%s\" ended with %d: %s", script, ended.status, ended.errors);
  outcome_clear(&ended);
  free(script);
}

static void run_command(struct scene *scene) {
  const struct run *run = scene->run;
  struct arguments arguments = make_arguments(scene);
  char *text = run->input ? expand(scene->server, run->input) : NULL;
  size_t input_size = 0;
  char *input = text ? packed(run->input_pack, text, strlen(text), &input_size) : NULL;
  struct command command = {.argv = arguments.argv,
                            .folder = scene->folder,
                            .input = input,
                            .input_size = input_size,
                            .deadline_s = DEADLINE_S};
  struct child child = command_start(&command);
  if (run->interrupt_after) {
    await_requests(scene, run->interrupt_after);
    for (int i = 0; i < (run->interrupts ? run->interrupts : 1); i++) {
      if (i > 0) sleep_ms(1000);
      kill(child.pid, SIGINT);
    }
  }
  if (run->meanwhile.script) {
    await_requests(scene, run->meanwhile.requests);
    run_meanwhile(scene);
  }
  if (run->twice) {
    await_requests(scene, 1);
    run_again_beside(scene, &command);
  }
  outcome_clear(&scene->outcome);
  scene->outcome = command_wait(&child);
  for (size_t i = 0; i < arguments.count; i++)
    free(arguments.owned[i]);
  free(input);
  free(text);
}

/* ---- Cases ---- */

static void play_runs(struct scene *scene) {
  for (int i = 0; i < 4 && (i == 0 || scene->play->runs[i].options[0] || scene->play->runs[i].appended); i++) {
    scene->run = &scene->play->runs[i];
    scene->run_number = i + 1;
    if (i == 0) write_given(scene);
    write_list(scene);
    note_earlier_rows(scene);
    server_reset(scene->server);
    set_robots(scene);
    run_command(scene);
    verify(scene);
    if (scene->complaints) return;
  }
}

static bool play(struct server *server, const struct topic *topic, const struct e2e_case *play) {
  struct scene scene = {.server = server, .play = play, .folder = folder_make()};
  play_runs(&scene);
  bool passed = scene.complaints == NULL;
  printf("%s - %s: %s\n", passed ? "ok" : "not ok", topic->name, play->name);
  if (!passed) {
    printf("%s", scene.complaints);
    if (scene.outcome.errors_size > 0) printf("    it said: %.2000s\n", scene.outcome.errors);
  }
  fflush(stdout);
  outcome_clear(&scene.outcome);
  rows_clear(&scene.rows);
  if (getenv("E2E_KEEP") && !passed)
    printf("    its folder: %s\n", scene.folder);
  else
    folder_remove(scene.folder);
  free(scene.folder);
  free(scene.list);
  free(scene.complaints);
  return passed;
}

static bool has_terminals(void) {
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal >= 0) close(terminal);
  return terminal >= 0;
}

/* Without words all, or every eighth if SEINE_TESTS_REDUCED is set, as where the command runs in valgrind. */
static bool is_chosen(const struct topic *topic, const struct e2e_case *play, int argc, char **argv) {
  static unsigned number;
  if (play->on_terminal && !has_terminals()) {
    printf("left out, as no pseudo-terminal can be made here: %s\n", play->name);
    return false;
  }
  if (play->unwrapped && getenv("SEINE_WRAPPER")) return false;
  for (int i = 1; i < argc; i++)
    if (strstr(play->name, argv[i]) || strcmp(topic->name, argv[i]) == 0) return true;
  return argc < 2 && (!getenv("SEINE_TESTS_REDUCED") || number++ % 8 == 0);
}

/* Settings of whoever runs the tests must not reach the command. */
static void clean_environment(void) {
  static const char *const names[] = {"http_proxy",  "https_proxy", "all_proxy", "no_proxy",     "HTTP_PROXY",
                                      "HTTPS_PROXY", "ALL_PROXY",   "NO_PROXY",  "NOTIFY_SOCKET"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unsetenv(names[i]);
  setenv("LC_ALL", "C.UTF-8", 1);
}

int main(int argc, char **argv) {
  static const struct topic *const topics[] = {
      &basic_topic,   &cookies_topic, &disk_topic,      &dns_topic,    &names_topic,        &errors_topic,
      &limits_topic,  &inputs_topic,  &options_topic,   &reruns_topic, &robots_topic,       &large_topic,
      &content_topic, &verify_topic,  &ends_topic,      &safety_topic, &safety_hosts_topic, &formats_topic,
      &lists_topic,   &output_topic,  &responses_topic, &urls_topic};
  int passed = 0, failed = 0;
  clean_environment();
  free(program());
  struct server *server = server_start(), *other = server_start();
  char *port = print("%d", server_port(other));
  setenv("OTHER_PORT", port, 1); /* for expand() */
  free(port);
  for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
    for (size_t j = 0; j < topics[i]->count; j++) {
      if (!is_chosen(topics[i], &topics[i]->cases[j], argc, argv)) continue;
      if (play(server, topics[i], &topics[i]->cases[j]))
        passed++;
      else
        failed++;
    }
  server_stop(server);
  server_stop(other);
  printf("e2e: %d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0;
}
