/* Runs that are told to leave while something stands still: they leave in time, and the next one goes on. */
#include "e2e.h"

/* Both are the server's, so that our clock does not matter. */
#define ASKED_BY_DATE                                                                                                  \
  "header=Date:%20Fri,%2020%20Nov%202026%2008:00:00%20GMT&header=Retry-After:%20Fri,%2020%20Nov%202026%2008:00:02%"    \
  "20GMT"

#define LIST "$1/img/jpeg/$N?size=2000\n"

static const struct e2e_case cases[] = {
    {.name = "files that hang on their way to the disk are left behind after a signal",
     .runs = {{.list = LIST,
               .repeat = 8,
               .hangs = "linkat",
               .interrupt_after = 8,
               .exit_status = 130,
               .says = {"given up", "something hangs", "unfinished"},
               .stored = NONE,
               .urls = 8},
              {.stored = 8}}},
    {.name = "a second signal waits no longer for what hangs",
     .runs = {{.list = LIST,
               .repeat = 8,
               .hangs = "linkat",
               .interrupt_after = 8,
               .interrupts = 2,
               .exit_status = 130,
               .says = {"something hangs"},
               .never = {"given up"},
               .stored = NONE,
               .urls = 8},
              {.stored = 8}}},
    {.name = "a manifest that hangs does not keep the run",
     .runs = {{.list = LIST "$2/img/jpeg/$N?silence=1\n",
               .repeat = 8,
               .hangs = "pwrite",
               .interrupt_after = 16,
               .interrupts = 2,
               .exit_status = 130,
               .says = {"writing out/manifest.jsonl hangs"},
               .waits_for_rows = true},
              {.list = LIST, .repeat = 8, .stored = 8}}},
    {.name = "with every retry waiting, a signal ends the run at once",
     .runs = {{.list = "$1/img/jpeg/$N?status=500,200&x=$N\n$2/img/jpeg/$N?status=503,200&retry-after=100&x=$N\n",
               .repeat = 8,
               .options = {"--retry-delay", "100", "--retry-max-delay", "200"},
               .interrupt_after = 9,
               .exit_status = 130,
               .says = {"unfinished"},
               .never = {"given up", "hangs"}},
              {.stored = 16}}},
    {.name = "with a full window on one silent host, a signal ends the run",
     .runs = {{.list = "$1/img/jpeg/$N?silence=1\n",
               .repeat = 500,
               .options = {"--read-ahead", "40"},
               .interrupt_after = 8,
               .interrupts = 2,
               .exit_status = 130,
               .says = {"unfinished"},
               .stored = NONE}}},
    /* Waits too short would show at the server, waits too long as a run that does not end. */
    {.name = "the time of day jumps to and fro, and every wait is as long as it should be",
     .runs = {{.list = "$1/img/jpeg/a?status=429,200&retry-after=2\n$1/img/jpeg/$N\n$2/img/png/a?stall=600&faults=1\n"
                       "$3/img/png/a?status=500,200\n$4/img/png/a?status=503,200&" ASKED_BY_DATE "\n"
                       "$6/img/png/$N?size=200000\n",
               .repeat = 4,
               .options = {"--retry-delay", "0.1", "--retry-max-delay", "8", "--stall-timeout", "1", "--per-host", "1",
                           "--limit-rate", "10M", "--dedup", "off"},
               .hangs = "clock",
               .rows = {{.url = "$1/img/jpeg/a?status=429,200&retry-after=2", .status = "ok", .attempts = 2},
                        {.url = "$2/img/png/a?stall=600&faults=1", .status = "ok", .attempts = 2},
                        {.url = "$4/img/png/a?status=503,200&" ASKED_BY_DATE, .status = "ok", .attempts = 2}},
               .requests = {{.host = "127.0.0.1", .count = 6, .pause_ms = 1000},
                            {.host = "127.0.0.2", .count = 2, .pause_ms = 500},
                            {.host = "127.0.0.4", .count = 2, .pause_ms = 1000}},
               .stored = 12}}},
    {.name = "names that no server answers for keep nobody",
     .runs = {{.list = "http://a$N.example.org/$N\n$1/img/jpeg/$N\n",
               .repeat = 8,
               .options = {"--dns-servers", "127.0.0.1:9"},
               .interrupt_after = 8,
               .exit_status = 130,
               .never = {"given up", "hangs"}}}},
};

const struct topic ends_topic = {.name = "ends", .cases = cases, .count = sizeof cases / sizeof cases[0]};
