/* What tests share: the fault server as a child, small HTTP requests, folders, files and child processes. */
#include "support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIPE_INPUT_MAX 60000 /* a pipe takes this much without a reader */

__attribute__((format(printf, 1, 2), noreturn)) static void give_up(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("tests: ", stderr);
  vfprintf(stderr, format, arguments);
  fputs("\n", stderr);
  va_end(arguments);
  exit(99);
}

static void *must(void *memory) {
  if (!memory) give_up("out of memory");
  return memory;
}

char *print(const char *format, ...) {
  char *text;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) give_up("out of memory");
  return text;
}

void sleep_ms(unsigned ms) {
  struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
  while (nanosleep(&time, &time) < 0 && errno == EINTR)
    ;
}

/* ---- Files ---- */

char *folder_make(void) {
  const char *base = getenv("TMPDIR");
  char *path = print("%s/seine-test-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(path)) give_up("%s: %s", path, strerror(errno));
  return path;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)place;
  if (kind == FTW_DP || kind == FTW_DNR) return rmdir(path);
  return unlink(path);
}

void folder_remove(const char *path) {
  if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
    give_up("%s could not be removed: %s", path, strerror(errno));
}

static void collect(struct files *files, const char *folder, const char *prefix) {
  DIR *stream = opendir(folder);
  if (!stream) return;
  for (struct dirent *entry; (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char *path = print("%s/%s", folder, entry->d_name);
    char *name = print("%s%s", prefix, entry->d_name);
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
      char *deeper = print("%s/", name);
      collect(files, path, deeper);
      free(deeper);
      free(name);
    } else {
      files->paths = must(realloc(files->paths, (files->count + 1) * sizeof *files->paths));
      files->paths[files->count++] = name;
    }
    free(path);
  }
  closedir(stream);
}

static int compare_paths(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

struct files files_below(const char *folder) {
  struct files files = {0};
  collect(&files, folder, "");
  if (files.count > 1) qsort(files.paths, files.count, sizeof *files.paths, compare_paths);
  return files;
}

void files_clear(struct files *files) {
  for (size_t i = 0; i < files->count; i++)
    free(files->paths[i]);
  free(files->paths);
  *files = (struct files){0};
}

/* All that can be read from a descriptor. */
static char *read_all(int descriptor, size_t *size) {
  size_t capacity = 65536;
  char *data = must(malloc(capacity));
  *size = 0;
  for (;;) {
    ssize_t got = read(descriptor, data + *size, capacity - *size - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    *size += (size_t)got;
    if (capacity - *size < 2) data = must(realloc(data, capacity *= 2));
  }
  data[*size] = '\0';
  return data;
}

char *file_read(const char *path, size_t *size) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  char *data = read_all(descriptor, size);
  close(descriptor);
  return data;
}

static void write_all(int descriptor, const void *data, size_t size) {
  for (const char *from = data; size > 0;) {
    ssize_t put = write(descriptor, from, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) give_up("write: %s", strerror(errno));
    from += put;
    size -= (size_t)put;
  }
}

void file_write(const char *path, const void *data, size_t size) {
  char *above = print("%s", path);
  for (char *slash = strchr(above + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(above, 0755);
    *slash = '/';
  }
  free(above);
  int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) give_up("%s: %s", path, strerror(errno));
  write_all(descriptor, data, size);
  close(descriptor);
}

void bytes_sha256(const void *data, size_t size, char hex[65]) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) != 1) give_up("SHA-256 is not to be had");
  for (int i = 0; i < 32; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

bool file_sha256(const char *path, char hex[65]) {
  size_t size;
  char *data = file_read(path, &size);
  if (!data) return false;
  bytes_sha256(data, size, hex);
  free(data);
  return true;
}

/* ---- Child processes ---- */

static int unnamed_file(void) {
  FILE *file = tmpfile();
  int descriptor = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
  if (descriptor < 0) give_up("temporary file: %s", strerror(errno));
  fclose(file);
  return descriptor;
}

static int open_input(const struct command *command) {
  if (!command->input) return open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (command->input_size > PIPE_INPUT_MAX) {
    int descriptor = unnamed_file();
    write_all(descriptor, command->input, command->input_size);
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) give_up("pipe: %s", strerror(errno));
  write_all(ends[1], command->input, command->input_size);
  close(ends[1]);
  return ends[0];
}

struct child command_start(const struct command *command) {
  struct child child = {.deadline_s = command->deadline_s ? command->deadline_s : 60};
  int input = open_input(command);
  child.output = unnamed_file();
  child.errors = unnamed_file();
  fflush(NULL);
  child.pid = fork();
  if (child.pid < 0) give_up("fork: %s", strerror(errno));
  if (child.pid > 0) {
    close(input);
    return child;
  }
  if (command->folder && chdir(command->folder) < 0) _exit(126);
  dup2(input, 0);
  dup2(child.output, 1);
  dup2(child.errors, 2);
  execvp(command->argv[0], (char *const *)(uintptr_t)command->argv);
  fprintf(stderr, "%s: %s\n", command->argv[0], strerror(errno));
  _exit(127);
}

static char *collect_output(int descriptor, size_t *size) {
  lseek(descriptor, 0, SEEK_SET);
  char *text = read_all(descriptor, size);
  close(descriptor);
  return text;
}

struct command_result command_wait(struct child *child) {
  struct command_result outcome = {.status = -1};
  struct rusage usage = {0};
  int status;
  for (uint64_t waited_ms = 0; wait4(child->pid, &status, WNOHANG, &usage) == 0; waited_ms += 2) {
    if (waited_ms / 1000 >= child->deadline_s && !outcome.timed_out) {
      outcome.timed_out = true;
      kill(child->pid, SIGKILL);
    }
    sleep_ms(2);
  }
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  outcome.peak_kb = usage.ru_maxrss;
  outcome.output = collect_output(child->output, &outcome.output_size);
  outcome.errors = collect_output(child->errors, &outcome.errors_size);
  return outcome;
}

struct command_result command_run(const struct command *command) {
  struct child child = command_start(command);
  return command_wait(&child);
}

void outcome_clear(struct command_result *outcome) {
  free(outcome->output);
  free(outcome->errors);
  *outcome = (struct command_result){0};
}

/* ---- HTTP ---- */

static int connect_to(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval deadline = {.tv_sec = 30};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
  close(descriptor);
  return -1;
}

struct answer http_get(int port, const char *target) {
  struct answer answer = {0};
  int descriptor = connect_to(port);
  if (descriptor < 0) return answer;
  char *request = print("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", target, port);
  write_all(descriptor, request, strlen(request));
  free(request);
  size_t size;
  char *data = read_all(descriptor, &size);
  close(descriptor);
  char *end = memmem(data, size, "\r\n\r\n", 4);
  if (end && sscanf(data, "HTTP/1.%*d %d", &answer.status) == 1) {
    size_t head = (size_t)(end - data) + 4;
    answer.size = size - head;
    answer.head = must(strndup(data, head));
    answer.body = must(malloc(answer.size + 1));
    memcpy(answer.body, data + head, answer.size);
    answer.body[answer.size] = '\0';
  }
  free(data);
  return answer;
}

void answer_clear(struct answer *answer) {
  free(answer->head);
  free(answer->body);
  *answer = (struct answer){0};
}

/* ---- The fault server ---- */

struct server {
  pid_t pid;
  int port;
  int lifeline; /* the server ends when this is closed, also by the end of this process */
};

static int read_port(int descriptor) {
  char line[64];
  size_t size = 0;
  while (size < sizeof line - 1 && read(descriptor, line + size, 1) == 1 && line[size] != '\n')
    size++;
  line[size] = '\0';
  int port;
  return sscanf(line, "port %d", &port) == 1 ? port : 0;
}

struct server *server_start(void) {
  const char *program = getenv("FAULTSERVER");
  if (!program) program = "./tests/server/faultserver";
  int lifeline[2], report[2];
  if (pipe2(lifeline, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) give_up("pipe: %s", strerror(errno));
  struct server *server = must(calloc(1, sizeof *server));
  fflush(NULL);
  server->pid = fork();
  if (server->pid < 0) give_up("fork: %s", strerror(errno));
  if (server->pid == 0) {
    dup2(lifeline[0], 0);
    dup2(report[1], 1);
    execl(program, program, "--with-parent", (char *)NULL);
    fprintf(stderr, "tests: %s: %s\n", program, strerror(errno));
    _exit(127);
  }
  close(lifeline[0]);
  close(report[1]);
  server->lifeline = lifeline[1];
  server->port = read_port(report[0]);
  close(report[0]);
  if (server->port == 0) give_up("%s did not start; is it built, or named by FAULTSERVER?", program);
  return server;
}

void server_stop(struct server *server) {
  int status;
  close(server->lifeline);
  kill(server->pid, SIGTERM);
  waitpid(server->pid, &status, 0);
  free(server);
}

int server_port(const struct server *server) {
  return server->port;
}

char *server_url(const struct server *server, int n, const char *path) {
  return print("http://127.0.0.%d:%d%s", n, server->port, path);
}

static struct answer ask(struct server *server, const char *target) {
  struct answer answer = http_get(server->port, target);
  if (answer.status == 0) give_up("the fault server does not answer");
  return answer;
}

void server_reset(struct server *server) {
  struct answer answer = ask(server, "/_/reset");
  answer_clear(&answer);
}

char *percent_encode(const char *text) {
  char *encoded = must(malloc(3 * strlen(text) + 1)), *out = encoded;
  for (; *text; text++) {
    if (strchr("-._~/", *text) || (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
        (*text >= 'a' && *text <= 'z'))
      *out++ = *text;
    else
      out += sprintf(out, "%%%02X", (unsigned char)*text);
  }
  *out = '\0';
  return encoded;
}

void server_set_robots_query(struct server *server, const char *host, const char *query) {
  char *target = print("/_/robots?host=%s&%s", host, query);
  struct answer answer = ask(server, target);
  if (answer.status != 200) give_up("%s: the server answers %d", target, answer.status);
  answer_clear(&answer);
  free(target);
}

void server_set_robots(struct server *server, const char *host, int status, const char *body) {
  char *encoded = percent_encode(body), *query = print("status=%d&body=%s", status, encoded);
  server_set_robots_query(server, host, query);
  free(query);
  free(encoded);
}

uint8_t *server_body(struct server *server, const char *path, size_t *size) {
  char *target = print("/_/plain%s", path);
  struct answer answer = ask(server, target);
  uint8_t *body = answer.status == 200 ? answer.body : NULL;
  if (body) answer.body = NULL;
  *size = answer.size;
  answer_clear(&answer);
  free(target);
  return body;
}

/* What the server counted: the words of one line of /_/stats after the other. */
#define WORDS_MAX 9
struct line {
  struct answer answer;
  char *text; /* the lines behind this one */
  char *words[WORDS_MAX];
  size_t count;
};

/* Before the first line. each: every request and every question has one of its own, too. */
static struct line first_line(struct server *server, bool each) {
  struct line line = {.answer = ask(server, each ? "/_/stats?starts=1" : "/_/stats")};
  line.text = (char *)line.answer.body;
  return line;
}

/* False behind the last line, with nothing left to be freed. */
static bool next_line(struct line *line) {
  char *rest = line->text, *end = strchr(rest, '\n');
  line->count = 0;
  if (end) {
    *end = '\0';
    line->text = end + 1;
    for (char *word; line->count < WORDS_MAX && (word = strsep(&rest, " "));)
      line->words[line->count++] = word;
  }
  if (line->count < 2) answer_clear(&line->answer);
  return line->count > 1;
}

static uint64_t number(const struct line *line, size_t index) {
  return index < line->count ? strtoull(line->words[index], NULL, 10) : 0;
}

static bool same_path(const char *target, const char *path) {
  if (!path) return true;
  size_t length = strchr(path, '?') ? strlen(target) : strcspn(target, "?");
  return strlen(path) == length && strncmp(target, path, length) == 0;
}

static bool is_line(const struct line *line, const char *kind, const char *host, const char *path) {
  if (strcmp(line->words[0], kind) != 0 || (host && strcmp(line->words[1], host) != 0)) return false;
  return !path || same_path(line->words[2], path);
}

static uint64_t target_figure(struct server *server, const char *host, const char *path, size_t index) {
  uint64_t figure = 0;
  for (struct line line = first_line(server, false); next_line(&line);)
    if (is_line(&line, "target", host, path)) figure += number(&line, index);
  return figure;
}

uint64_t server_requests(struct server *server, const char *host, const char *path) {
  return target_figure(server, host, path, 3);
}

uint64_t server_bytes(struct server *server, const char *host, const char *path) {
  return target_figure(server, host, path, 6);
}

/* One number of the line of a host, or another one of the line of the total. */
static uint64_t host_figure(struct server *server, const char *host, size_t of_host, size_t of_total) {
  uint64_t figure = 0;
  for (struct line line = first_line(server, false); next_line(&line);)
    if (host ? is_line(&line, "host", host, NULL) : strcmp(line.words[0], "total") == 0)
      figure = number(&line, host ? of_host : of_total);
  return figure;
}

uint64_t server_max_concurrent(struct server *server, const char *host) {
  return host_figure(server, host, 4, 3);
}

uint64_t server_connections(struct server *server, const char *host) {
  return host_figure(server, host, 6, 5);
}

uint64_t server_open_connections(struct server *server) {
  return host_figure(server, NULL, 0, 6);
}

size_t server_starts(struct server *server, const char *host, const char *path, uint64_t *starts_ms, size_t capacity) {
  size_t count = 0;
  for (struct line line = first_line(server, true); next_line(&line);) {
    if (!is_line(&line, "start", host, path)) continue;
    if (count < capacity) starts_ms[count] = number(&line, 3);
    count++;
  }
  return count;
}

size_t server_starts_before(struct server *server, const char *host, const char *path) {
  size_t before = 0;
  bool met = false;
  for (struct line line = first_line(server, true); next_line(&line);) {
    met |= is_line(&line, "start", host, path);
    before += !met && strcmp(line.words[0], "start") == 0;
  }
  return before;
}

static bool is_question(const struct line *line, const char *name, const char *type) {
  if (strcmp(line->words[0], "question") != 0 || line->count < 6) return false;
  return (!name || strcmp(line->words[1], name) == 0) && strcmp(line->words[2], type) == 0;
}

size_t server_questions(struct server *server, const char *name, const char *type, uint64_t *before, size_t capacity) {
  size_t count = 0;
  for (struct line line = first_line(server, true); next_line(&line);) {
    if (!is_question(&line, name, type)) continue;
    if (before && count < capacity) before[count] = number(&line, 5);
    count++;
  }
  return count;
}

size_t server_questions_by_tcp(struct server *server, const char *name, const char *type) {
  size_t count = 0;
  for (struct line line = first_line(server, true); next_line(&line);)
    count += is_question(&line, name, type) && strcmp(line.words[3], "tcp") == 0;
  return count;
}
