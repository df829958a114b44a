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
};

const struct topic output_topic = {.name = "output", .cases = cases, .count = sizeof cases / sizeof cases[0]};
