/* What the command is given to write to: standard descriptors that are closed, and files that somebody planted in the
 * output folder. */
#include "e2e.h"

#define ROW       "{\"id\":0,\"url\":\"$1/img/jpeg/z\",\"status\":\"failed\"}\n"
#define UNTOUCHED .requests = {{.count = NONE}}, .stored = NONE, .urls = NONE, .manifest = "none"

/* Rows of files with the bytes "hello". */
#define HELLO(path)                                                                                                    \
  "{\"id\":9,\"url\":\"http://other/\",\"status\":\"ok\",\"path\":\"" path                                             \
  "\",\"sha256\":\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\",\"bytes\":5,\"media_type\":"     \
  "\"text/plain\",\"width\":null,\"height\":null,\"trailing_bytes\":null,\"http_status\":200,\"error\":null,"          \
  "\"message\":null,\"retryable\":null,\"attempts\":1,\"final_url\":null,\"content_type\":null,\"etag\":null,\"last_"  \
  "modified\":null,"                                                                                                   \
  "\"ip\":null,\"started_at\":null,\"elapsed_ms\":0,\"input\":null}\n"
#define NOT_BELIEVED(path_, ...)                                                                                       \
  .given = {{.path = "out/manifest.jsonl", .text = HELLO(path_)}, __VA_ARGS__},                                        \
  .runs = {{.list = "$1/img/text/a?body=hello\n",                                                                      \
            .options = {"-a", "*/*"},                                                                                  \
            .loses_files = true,                                                                                       \
            .also = {"out/other*"},                                                                                    \
            .rows = {{.url = "$1/img/text/a?body=hello", .status = "ok", .path = "a-*"}},                              \
            .requests = {{.count = 2}},                                                                                \
            .urls = 2,                                                                                                 \
            .appended = 1}}

static const struct e2e_case cases[] = {
    {.name = "standard input, output and error may be closed",
     .unwrapped = true,
     .runs = {{.list = "$1/img/jpeg/a\n", .before = "exec <&-", .stored = 1},
              {.list = "$1/img/jpeg/b\n", .before = "exec >&-", .stored = 2, .urls = 2},
              {.list = "$1/img/jpeg/c\n", .before = "exec 2>&-", .stored = 3, .urls = 3},
              {.list = "$1/img/jpeg/d\n", .before = "exec <&- >&- 2>&-", .stored = 4, .urls = 4}}},
    {.name = "what cannot be read from or written to a closed descriptor is not lost in silence",
     .unwrapped = true,
     .runs = {{.bare = true,
               .options = {"-o", "out", "-"},
               .before = "exec <&-",
               .exit_status = 3,
               .says = {"standard input could not be read to its end: bad file descriptor"},
               .urls = NONE},
              {.list = "$1/img/jpeg/a\n",
               .options = {"--manifest", "-"},
               .before = "exec >&-",
               .exit_status = 3,
               .says = {"standard output could not be written: Bad file descriptor"},
               .manifest = "none",
               .urls = NONE}}},
    {.name = "a manifest that is a symbolic link is not followed, to a file or to none",
     .given = {{.path = "victim/rows.jsonl", .text = ROW},
               {.path = "out/manifest.jsonl", .link = "../victim/rows.jsonl"}},
     .runs = {{.list = "$1/img/jpeg/a\n",
               .options = {"--fresh"},
               .exit_status = 2,
               .says = {"the manifest out/manifest.jsonl cannot be opened: it is a symbolic link"},
               UNTOUCHED},
              {.before = "rm out/manifest.jsonl && ln -s ../victim/new.jsonl out/manifest.jsonl",
               .exit_status = 2,
               .says = {"symbolic link"},
               UNTOUCHED},
              {.before = "rm out/manifest.jsonl && mkfifo out/manifest.jsonl",
               .exit_status = 2,
               .says = {"the manifest out/manifest.jsonl is not a regular file; remove it"},
               UNTOUCHED},
              {.before = "rm out/manifest.jsonl && ln victim/rows.jsonl out/manifest.jsonl",
               .exit_status = 2,
               .says = {"has another name elsewhere"},
               .also = {"victim/*"},
               .urls = 1,
               .appended = 1,
               .requests = {{.count = NONE}},
               .stored = NONE}}},
    {.name = "a manifest of the user's choice may be a link",
     .given = {{.path = "elsewhere/"}, {.path = "rows.jsonl", .link = "elsewhere/rows.jsonl"}},
     .runs = {{.list = "$1/img/jpeg/a\n",
               .options = {"--manifest", "rows.jsonl"},
               .manifest = "rows.jsonl",
               .also = {"elsewhere/rows.jsonl"},
               .stored = 1,
               .appended = 1}}},
    {.name = "a lock that no run made is not written to",
     .given = {{.path = "text", .text = "mine\n"}, {.path = "out/"}},
     .runs = {{.list = "$1/img/jpeg/a\n",
               .before = "ln text out/.seine.lock",
               .exit_status = 2,
               .says = {"the lock file out/.seine.lock has another name elsewhere"},
               UNTOUCHED},
              {.before = "rm out/.seine.lock && cp text out/.seine.lock",
               .exit_status = 2,
               .says = {"holds something that no run wrote; remove it"},
               UNTOUCHED},
              {.before = "rm out/.seine.lock && mkfifo out/.seine.lock",
               .exit_status = 2,
               .says = {"the lock file out/.seine.lock is not a regular file"},
               UNTOUCHED},
              {.before = "rm out/.seine.lock && printf run >out/.seine.lock", .stored = 1, .urls = 1}}},
    {.name = "rows go to a pipe once somebody reads it",
     .runs = {{.list = "$1/img/jpeg/a\n",
               .before = "mkfifo pipe && { (sleep 0.3; cat pipe >rows) & }",
               .options = {"--manifest", "pipe"},
               .manifest = "rows",
               .says = {"the manifest pipe is a pipe that nobody reads yet: waiting for its reader"},
               .also = {"pipe"},
               .stored = 1}}},
    {.name = "a first copy is looked for below the output folder alone",
     NOT_BELIEVED("../secret.txt", {.path = "secret.txt", .text = "hello"})},
    {.name = "a first copy is not looked for through a link",
     NOT_BELIEVED("other/secret.txt", {.path = "elsewhere/secret.txt", .text = "hello"},
                  {.path = "out/other", .link = "../elsewhere"})},
    {.name = "a first copy of another size is none",
     NOT_BELIEVED("other.txt", {.path = "out/other.txt", .text = "hell"})},
    {.name = "a first copy that is a folder is none", NOT_BELIEVED("other", {.path = "out/other/"})},
    {.name = "with --dedup link, a first copy outside of the output folder is none",
     .given = {{.path = "out/manifest.jsonl", .text = HELLO("../secret.txt")}, {.path = "secret.txt", .text = "hello"}},
     .runs = {{.list = "$1/img/text/a?body=hello\n",
               .options = {"-a", "*/*", "--dedup", "link"},
               .loses_files = true,
               .rows = {{.url = "$1/img/text/a?body=hello", .status = "ok", .path = "a-*"}},
               .urls = 2,
               .appended = 1}}},
    {.name = "headers and passwords of the command line are not shown to others on the machine",
     .unwrapped = true,
     .given = {{.path = "list.txt", .text = "$1/img/jpeg/a?delay=2000\n"}},
     .runs = {{.bare = true,
               .options = {"-o", "out", "-H", "Authorization: s3cret1", "--header=X-Key:s3cret2", "-HCookie: s3cret3",
                           "-x", "http://u:s3cret4@127.0.0.1:1", "--no-proxy", "*",
                           "http://me:s3cret5@127.0.0.5:$PORT/img/jpeg/b?delay=2000", "list.txt"},
               .meanwhile = {1,
                             "seen() { for p in /proc/[0-9]*; do test \"$$(readlink $$p/cwd)\" = \"$$PWD\" && "
                             "tr '\\0' ' ' <$$p/cmdline; done; }; "
                             "seen | grep -q 'X-Key:[*][*][*]' && ! seen | grep 's3c[r]et' || touch a-secret-was-seen"},
               .requests = {{.count = 2}},
               .urls = 2,
               .stored = 2}}},
};

const struct topic output_topic = {.name = "output", .cases = cases, .count = sizeof cases / sizeof cases[0]};
