/* What the command is given to write to: standard descriptors that are closed, and files that somebody planted in the
 * output folder. */
#include "e2e.h"

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
    {.name = "headers and passwords of the command line are not shown to others on the machine",
     .unwrapped = true,
     .given = {{.path = "list.txt", .text = "$1/img/jpeg/a?delay=2000\n"}},
     .runs = {{.bare = true,
               .options = {"-o", "out", "-H", "Authorization: s3cret1", "--header=X-Key:s3cret2", "-HCookie: s3cret3",
                           "-x", "http://u:s3cret4@127.0.0.1:1", "--no-proxy", "*",
                           "http://me:s3cret5@127.0.0.5:$PORT/img/jpeg/b?delay=2000", "list.txt"},
               .meanwhile = {1, "seen() { for p in /proc/[0-9]*; do test \"$$(readlink $$p/cwd)\" = \"$$PWD\" && "
                                "tr '\\0' ' ' <$$p/cmdline; done; }; "
                                "seen | grep -q 'X-Key:[*][*][*]' && ! seen | grep 's3c[r]et' || touch a-secret-was-seen"},
               .requests = {{.count = 2}},
               .urls = 2,
               .stored = 2}}},
};

const struct topic output_topic = {.name = "output", .cases = cases, .count = sizeof cases / sizeof cases[0]};
