/* Large bodies, slow ones, and headers without end. */
#include "e2e.h"

static const struct e2e_case cases[] = {
    {.name = "--min-speed ends what trickles, and tries it again",
     .runs = {{.list = "$1/img/png/a?rate=10&size=12000\n$2/img/png/b\n",
               .options = {"--min-speed", "1k", "--stall-timeout", "0.4", "--retries", "1"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/png/a?rate=10&size=12000",
                         .status = "failed",
                         .error = "timeout",
                         .message = "fewer than 1024 bytes a second",
                         .attempts = 2},
                        {.url = "$2/img/png/b", .status = "ok"}},
               .stored = 1}}},
};

const struct topic large_topic = {.name = "large", .cases = cases, .count = sizeof cases / sizeof cases[0]};
