/* End-to-end cases of the command: what is served, the options, and the exit status, rows and files left behind.
 *
 * In all strings of a case "$1" to "$9" stand for http://127.0.0.N:PORT of the fault server, "$PORT" for its port,
 * "$OTHER" for the port of a second one, "$N" for the number of the repetition, "$x(8000)" for so many letters x, and
 * "$$" for a dollar. */
#ifndef SEINE_E2E_H
#define SEINE_E2E_H

#include <stdbool.h>
#include <stddef.h>

/* A row that must be the last one of its URL. What is NULL or 0 is not compared, apart from `error`, which must be null
 * in the row where it is NULL here and the status is ok or duplicate. */
struct expected_row {
  const char *url;
  const char *status;
  const char *error; /* alternatives are separated by "|" */
  const char *message; /* is part of it */
  const char *media_type;
  const char *path; /* a pattern, as of the shell */
  const char *final_url;
  const char *content_type, *etag, *last_modified;
  const char *retryable;
  const char *width, *height, *trailing_bytes; /* "null" for null */
  const char *input; /* JSON */
  int http_status;
  int attempts;
};

/* What a host answers for /robots.txt during this run; hosts that are not listed answer 404. */
struct given_robots {
  const char *host; /* as in a URL, without port */
  int status; /* 200 if 0 */
  const char *body; /* NULL: empty */
  const char *more; /* words of the fault server's query besides: "redirect=$2/hop/3/robots.txt&delay=100" */
};

/* How often the server was asked during this run. */
struct expected_requests {
  const char *host; /* NULL: all */
  const char *path; /* NULL: all; without a query, all queries together */
  int count; /* NONE for none */
  int pause_ms; /* at least this long between the first two */
  int apart_ms; /* at least this long between any one and the next */
};

struct expected_load {
  const char *host; /* NULL: all together */
  int at_least, at_most; /* requests at the same time, as the server saw them */
};

/* Questions for addresses (type A) that came to the fault server's name servers during this run. */
struct expected_questions {
  const char *name; /* NULL: all */
  int count; /* NONE for none */
  int by_tcp; /* of these */
};

#define NONE (-1)

struct run {
  /* What is given. */
  const char *list; /* the text of list.txt; NULL: that of the run before */
  size_t list_size; /* 0: strlen(list) */
  int repeat; /* the list is written so many times, with $N from 0 up */
  const char *input; /* standard input */
  const char *input_pack; /* how it is compressed; NULL: not */
  const char *options[16];
  bool bare; /* only these options: no short delays, no -o out, no list.txt */
  int interrupt_after; /* SIGINT once the server was asked so often */
  int interrupts; /* so many, a second between; 1 if 0 */
  const char *hangs; /* these system calls never return: "linkat", "pwrite", "pread"; "slow pread" does after 1.5 s;
                        * "clock": the time of day jumps instead */
  const char *links; /* "MOST:ERRNO": a file has no more names than that, and one more fails so */
  struct given_robots robots[4];
  const char *before; /* words of the shell, for the process that becomes the command: "ulimit -n 64" */
  struct {
    int requests; /* once the server was asked so often, */
    const char *script; /* these are run in the case's folder */
  } meanwhile;
  bool twice; /* the same command is started once more while this one runs: it must exit with 2 */

  /* What must come out. */
  int exit_status;
  const char *says[4]; /* on standard error */
  const char *prints[4]; /* on standard output */
  const char *never[4]; /* neither there, nor in the manifest */
  struct expected_row rows[24];
  struct expected_requests requests[8];
  struct expected_load loads[4];
  struct expected_questions questions[4];
  bool linked; /* all of them are names of one file */
  int stored; /* files, beside the manifest; NONE for none */
  bool waits_for_rows; /* files may have no row yet */
  bool loses_files; /* rows may name files that are gone, or are others */
  int appended; /* rows added by this run; NONE for none */
  int urls; /* distinct URLs with a row in the end, where that is not all of the list; NONE: no rows, no manifest */
  const char *manifest; /* below the case's folder; "-": standard output; NULL: out/manifest.jsonl */
  const char *output; /* the output folder; NULL: out */
  const char *also[4]; /* other files that are left, as patterns */
  struct {
    const char *url, *text; /* the file of this URL holds this text */
  } holds[4], lacks[10]; /* lacks: the file does not */
};

struct e2e_case {
  const char *name; /* a sentence */
  bool on_terminal; /* not where the system has no pseudo-terminals, as in a chroot without /dev/pts */
  bool unwrapped; /* not in valgrind, which has descriptors of its own */
  struct {
    const char *path, *text;
    const char *link; /* it is a symbolic link to this instead */
    const char *pack; /* "gzip", "zstd", "xz", "bzip2": compressed; NULL: as it is */
    int cut; /* so many bytes are missing at the end */
  } given[4]; /* files that are there before; a path that ends in a slash is a folder */
  struct run runs[4]; /* from the second on, each says options, or how many rows it appends */
};

struct topic {
  const char *name;
  const struct e2e_case *cases;
  size_t count;
};

extern const struct topic basic_topic, content_topic, disk_topic, dns_topic, ends_topic, errors_topic, formats_topic,
    inputs_topic, large_topic, limits_topic, lists_topic, names_topic, options_topic, reruns_topic, robots_topic,
    verify_topic;
extern const struct topic cookies_topic, output_topic, responses_topic, safety_hosts_topic, safety_topic, urls_topic;

#endif
