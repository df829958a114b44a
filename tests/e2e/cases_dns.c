/* Look-ups: what name servers say, do not say or say wrongly, and names that are odd. The fault server is the name
 * server: tests/server/README says what the names mean. */
#include "e2e.h"

#define SERVER "--dns-servers", "127.0.1.1:$PORT"
#define OK(host)                                                                                                       \
  { .url = "http://" host ":$PORT/img/jpeg/a", .status = "ok", .attempts = 1 }
#define A_55      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL_63  A_55 "aaaaaaaa"
#define FAR_BELOW A_55 "." A_55 "." A_55 "." A_55 /* 223 */

static const struct e2e_case cases[] = {
    {.name = "an answer that is truncated is asked for again by TCP",
     .runs = {{.list = "http://127-0-0-1.truncated.test:$PORT/img/jpeg/a\n",
               .options = {SERVER},
               .rows = {OK("127-0-0-1.truncated.test")},
               .questions = {{.name = "127-0-0-1.truncated.test", .count = 2, .by_tcp = 1}},
               .stored = 1}}},
    /* In CURLOPT_RESOLVE a dash at the start means "remove". */
    {.name = "a name that begins with a dash is looked up as any other, in a list and in a redirect",
     .runs = {{.list = "http://-a.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "http://-127-0-0-1.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "http://--.127-0-0-1.test.:$PORT/img/jpeg/a\n"
                       "http://a-.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "$1/img/jpeg/a?redirect=http://-b.127-0-0-1.test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "--dedup", "off"},
               .rows = {OK("-a.127-0-0-1.test"),
                        OK("-127-0-0-1.127-0-0-1.test"),
                        OK("--.127-0-0-1.test."),
                        OK("a-.127-0-0-1.test"),
                        {.url = "$1/img/jpeg/a?redirect=http://-b.127-0-0-1.test:$PORT/img/jpeg/a",
                         .status = "ok",
                         .final_url = "http://-b.127-0-0-1.test:$PORT/img/jpeg/a",
                         .attempts = 1}},
               .questions = {{.name = "-a.127-0-0-1.test", .count = 1}, {.name = "-b.127-0-0-1.test", .count = 1}},
               .requests = {{.count = 6}},
               .stored = 5}}},
    {.name = "a proxy whose name begins with a dash is looked up as any other",
     .runs = {{.list = "http://h.test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "-x", "http://-p.127-0-0-1.test:$PORT"},
               .rows = {OK("h.test")},
               .questions = {{.name = "-p.127-0-0-1.test", .count = 1}, {.name = "h.test", .count = NONE}},
               .requests = {{.count = 1}},
               .stored = 1}}},
    {.name = "all addresses of a name are tried before it counts as one that failed",
     .runs = {{.list = "http://127-0-0-200.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "http://127-0-0-201.127-0-0-202.127-0-0-203.127-0-0-204.127-0-0-205.127-0-0-2.test:$PORT/img/"
                       "jpeg/a\n"
                       "http://0--1.127-0-0-3.test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "--dedup", "off"},
               .rows = {OK("127-0-0-200.127-0-0-1.test"), OK("0--1.127-0-0-3.test"),
                        OK("127-0-0-201.127-0-0-202.127-0-0-203.127-0-0-204.127-0-0-205.127-0-0-2.test")},
               .requests = {{.count = 3}},
               .stored = 3}}},
    {.name = "aliases are followed, also where they do not fit into a datagram",
     .runs = {{.list = "http://alias-9.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "http://alias-50.127-0-0-2.test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "--dedup", "off"},
               .rows = {OK("alias-9.127-0-0-1.test"), OK("alias-50.127-0-0-2.test")},
               .questions = {{.name = "alias-9.127-0-0-1.test", .count = 1},
                             {.name = "alias-50.127-0-0-2.test", .count = 2, .by_tcp = 1}},
               .stored = 2}}},
    {.name = "aliases in a circle are no address",
     .runs = {{.list = "http://alias-loop.127-0-0-1.test:$PORT/img/jpeg/a\n",
               .options = {SERVER},
               .exit_status = 1,
               .rows = {{.url = "http://alias-loop.127-0-0-1.test:$PORT/img/jpeg/a",
                         .status = "failed",
                         .error = "dns",
                         .attempts = 1}},
               .questions = {{.name = "alias-loop.127-0-0-1.test", .count = 1}},
               .stored = NONE}}},
    /* The resolver asks three times by itself; a failure is remembered for a second. */
    {.name = "a server that fails is asked again, and so is one that refuses",
     .runs = {{.list = "http://servfail-2.127-0-0-1.test:$PORT/img/jpeg/a\n"
                       "http://servfail-3.127-0-0-2.test:$PORT/img/jpeg/a\n"
                       "http://refused-3.127-0-0-3.test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "--retry-delay", "1", "--retry-max-delay", "8", "--dedup", "off"},
               .rows = {OK("servfail-2.127-0-0-1.test")},
               .questions = {{.name = "servfail-2.127-0-0-1.test", .count = 3},
                             {.name = "servfail-3.127-0-0-2.test", .count = 4},
                             {.name = "refused-3.127-0-0-3.test", .count = 4}},
               .requests = {{.count = 3}},
               .stored = 3}}},
    {.name = "a server that always fails, or refuses, is a failure that the next run tries again",
     .runs = {{.list = "http://servfail.test:$PORT/a\nhttp://refused.test:$PORT/a\n",
               .options = {SERVER, "--retries", "0"},
               .exit_status = 1,
               .rows = {{.url = "http://servfail.test:$PORT/a", .status = "failed", .error = "dns", .attempts = 1},
                        {.url = "http://refused.test:$PORT/a", .status = "failed", .error = "dns", .attempts = 1}},
               .stored = NONE},
              {.options = {SERVER, "--retries", "0"}, .exit_status = 1, .appended = 2, .stored = NONE}}},
    {.name = "a name that does not exist is asked for once a run, however many URLs have it",
     .runs = {{.list = "http://nxdomain.test:$PORT/$N\n",
               .repeat = 100,
               .options = {SERVER},
               .exit_status = 1,
               .rows = {{.url = "http://nxdomain.test:$PORT/0",
                         .status = "failed",
                         .error = "dns",
                         .message = "no such name",
                         .attempts = 1}},
               .questions = {{.name = "nxdomain.test", .count = 1}},
               .stored = NONE},
              {.options = {SERVER}, .exit_status = 1, .questions = {{.count = 1}}, .stored = NONE}}},
    {.name = "a name is asked for once, however many URLs have it",
     .runs = {{.list = "http://127-0-0-1.test:$PORT/img/jpeg/$N?size=300\n",
               .repeat = 100,
               .options = {SERVER, "--per-host", "100"},
               .questions = {{.name = "127-0-0-1.test", .count = 1}},
               .requests = {{.host = "127-0-0-1.test", .count = 100}},
               .stored = 100}}},
    /* The server says a minute, which is the least that is kept otherwise. */
    {.name = "an answer is forgotten after --dns-max-ttl",
     .runs = {{.list = "http://127-0-0-1.test:$PORT/img/jpeg/a?status=503,200&retry-after=2\n",
               .options = {SERVER, "--dns-min-ttl", "0", "--dns-max-ttl", "1"},
               .questions = {{.name = "127-0-0-1.test", .count = 2}},
               .stored = 1}}},
    {.name = "a name server that never answers is passed over for one that does",
     .runs = {{.list = "http://127-0-0-1.k$N.test:$PORT/img/jpeg/$N?size=300\n",
               .repeat = 20,
               .options = {"--dns-servers", "127.0.1.2:$PORT,127.0.1.1:$PORT"},
               .rows = {{.url = "http://127-0-0-1.k7.test:$PORT/img/jpeg/7?size=300", .status = "ok", .attempts = 1}},
               .questions = {{.count = 20}},
               .requests = {{.count = 20}},
               .stored = 20}}},
    {.name = "and so is one that is not there",
     .runs = {{.list = "http://127-0-0-1.k$N.test:$PORT/img/jpeg/$N?size=300\n",
               .repeat = 20,
               .options = {"--dns-servers", "127.0.0.1:1,127.0.1.1:$PORT"},
               .rows = {{.url = "http://127-0-0-1.k7.test:$PORT/img/jpeg/7?size=300", .status = "ok", .attempts = 1}},
               .questions = {{.count = 20}},
               .requests = {{.count = 20}},
               .stored = 20}}},
    {.name = "names that are odd, and yet names",
     .runs = {{.list = "http://127-0-0-1.test.:$PORT/img/jpeg/a\nhttp://a_b.127-0-0-2.test:$PORT/img/jpeg/a\n"
                       "http://" LABEL_63 ".127-0-0-3.test:$PORT/img/jpeg/a\n"
                       "http://" FAR_BELOW ".aaaaaaaaaaaaaa.127-0-0-4.test:$PORT/img/jpeg/a\n"
                       "http://127-0-0-5.b\xc3\xbc"
                       "cher.test:$PORT/img/jpeg/a\n"
                       "http://127-0-0-6.XN--Bcher-KVA.Test:$PORT/img/jpeg/a\n",
               .options = {SERVER, "--dedup", "off"},
               .rows = {OK("127-0-0-1.test."), OK("a_b.127-0-0-2.test"), OK(LABEL_63 ".127-0-0-3.test"),
                        OK(FAR_BELOW ".aaaaaaaaaaaaaa.127-0-0-4.test")}, /* 253 */
               .questions = {{.name = "127-0-0-1.test", .count = 1},
                             {.name = "a_b.127-0-0-2.test", .count = 1},
                             {.name = "127-0-0-5.xn--bcher-kva.test", .count = 1},
                             {.name = "127-0-0-6.xn--bcher-kva.test", .count = 1}},
               .stored = 6}}},
    {.name = "names that are none are not asked for",
     .runs = {{.list = "http://a" LABEL_63 ".127-0-0-1.test:$PORT/a\n"
                       "http://" FAR_BELOW ".aaaaaaaaaaaaaaa.127-0-0-4.test:$PORT/a\n"
                       "http://a..127-0-0-1.test:$PORT/a\nhttp://127-0-0-1.test..:$PORT/a\n"
                       "http://\xe2\x80\xae.127-0-0-1.test:$PORT/a\n",
               .options = {SERVER},
               .exit_status = 1,
               .rows = {{.url = "http://a" LABEL_63 ".127-0-0-1.test:$PORT/a",
                         .status = "failed",
                         .error = "dns",
                         .message = "malformed",
                         .attempts = 1},
                        {.url = "http://" FAR_BELOW ".aaaaaaaaaaaaaaa.127-0-0-4.test:$PORT/a",
                         .status = "failed",
                         .error = "dns",
                         .message = "malformed",
                         .attempts = 1},
                        {.url = "http://a..127-0-0-1.test:$PORT/a", .status = "failed", .error = "dns|url"},
                        {.url = "http://127-0-0-1.test..:$PORT/a", .status = "failed", .error = "dns|url"},
                        {.url = "http://\xe2\x80\xae.127-0-0-1.test:$PORT/a", .status = "failed", .error = "url"}},
               .questions = {{.count = NONE}},
               .requests = {{.count = NONE}},
               .stored = NONE}}},
};

const struct topic dns_topic = {.name = "dns", .cases = cases, .count = sizeof cases / sizeof cases[0]};
