/* What tests share: the fault server as a child, small HTTP requests, folders, files and child processes.
 * Nothing here returns an error: what fails says so on stderr and ends the program, unless the comment says more. */
#ifndef SEINE_TESTS_SUPPORT_H
#define SEINE_TESTS_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- The fault server; see tests/server/README ---- */

struct server;

/* Starts the program that $FAULTSERVER names, else ./tests/server/faultserver. It ends when this process does. */
struct server *server_start(void);
void server_stop(struct server *server);
int server_port(const struct server *server);

/* "http://127.0.0.N:PORT" and `path`; the caller frees. */
char *server_url(const struct server *server, int n, const char *path);

/* Forgets all figures, the attempts that status= and faults= go by, and what robots.txt is. */
void server_reset(struct server *server);

/* What a host, as in a URL without port, answers for /robots.txt from now on; until then it is a 404. */
void server_set_robots(struct server *server, const char *host, int status, const char *body);
/* The same by a query, of which tests/server/README has the words: "redirect=...&delay=200". Values are
 * percent-encoded. */
void server_set_robots_query(struct server *server, const char *host, const char *query);
/* A text as a value of a query; the caller frees. */
char *percent_encode(const char *text);

/* `host` is as in a URL, without port; NULL: all hosts. `path` with its query; without one, all queries are summed;
 * NULL: all paths. Each of these asks the server. */
uint64_t server_requests(struct server *server, const char *host, const char *path);
/* Bytes sent, heads included. */
uint64_t server_bytes(struct server *server, const char *host, const char *path);
uint64_t server_max_concurrent(struct server *server, const char *host);
uint64_t server_connections(struct server *server, const char *host);
uint64_t server_open_connections(struct server *server);

/* When requests came, in milliseconds of a monotonic clock, in order: how many there were; up to `capacity` of them
 * are in starts_ms. */
size_t server_starts(struct server *server, const char *host, const char *path, uint64_t *starts_ms, size_t capacity);

/* How many requests had begun before the first one for this host and path. */
size_t server_starts_before(struct server *server, const char *host, const char *path);

/* Questions for a name (NULL: all names) of a type, "A" or "AAAA", to the fault server's name servers: how many there
 * were, in order; `before`, if it is not NULL, gets how many requests had begun before each of the first `capacity`. */
size_t server_questions(struct server *server, const char *name, const char *type, uint64_t *before, size_t capacity);
/* How many of them came by TCP. */
size_t server_questions_by_tcp(struct server *server, const char *name, const char *type);

/* The whole body that the server has for a /img/ path and query, its faults left out. The caller frees. NULL if there
 * is none. */
uint8_t *server_body(struct server *server, const char *path, size_t *size);

/* ---- HTTP ---- */

struct answer {
  int status; /* 0 if the server could not be asked */
  char *head; /* as received; owned */
  uint8_t *body; /* NUL-terminated beyond its size; owned */
  size_t size;
};

/* A blocking GET from 127.0.0.1. */
struct answer http_get(int port, const char *target);
void answer_clear(struct answer *answer);

/* ---- Files ---- */

/* A new folder below $TMPDIR or /tmp; the caller frees. */
char *folder_make(void);
/* With all that is in it. Symbolic links are removed, not followed. */
void folder_remove(const char *path);

struct files {
  char **paths; /* relative to the folder, sorted; folders are left out, symbolic links are in */
  size_t count;
};

/* All files below a folder; none if it does not exist. */
struct files files_below(const char *folder);
void files_clear(struct files *files);

/* The content, NUL-terminated beyond its size; the caller frees. NULL if it cannot be read. */
char *file_read(const char *path, size_t *size);
/* Writes a file, making the folders above it. */
void file_write(const char *path, const void *data, size_t size);
/* The SHA-256 as 64 hex digits; false if the file cannot be read. */
bool file_sha256(const char *path, char hex[65]);
void bytes_sha256(const void *data, size_t size, char hex[65]);

/* ---- Child processes ---- */

struct command {
  const char *const *argv; /* NULL-terminated; argv[0] may be a path */
  const char *folder; /* to run in; NULL: this process's */
  const void *input; /* standard input, as a pipe if it is short, else as a file; NULL: /dev/null */
  size_t input_size;
  unsigned deadline_s; /* 60 if 0; then the child is killed */
};

struct child {
  pid_t pid;
  int output, errors; /* descriptors of unnamed files */
  unsigned deadline_s;
};

struct command_result {
  int status; /* of exit; -1 if it did not exit by itself */
  int signal; /* that ended it; 0 if none */
  bool timed_out; /* the deadline passed, and the child was killed */
  char *output, *errors; /* NUL-terminated; owned */
  size_t output_size, errors_size;
  long peak_kb; /* its memory at the highest */
};

struct child command_start(const struct command *command);
struct command_result command_wait(struct child *child);
struct command_result command_run(const struct command *command);
void outcome_clear(struct command_result *outcome);

void sleep_ms(unsigned ms);

/* printf into new memory; the caller frees. */
__attribute__((format(printf, 1, 2))) char *print(const char *format, ...);

#endif
