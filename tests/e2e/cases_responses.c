/* Responses that are none of HTTP, and what the headers of the others decide. */
#include "e2e.h"

#define SWITCHES    "$1/img/jpeg/a?as=101\n"
#define LOOKS       "$2/img/jpeg/b?header=HTTP/x:%20404\n"
#define TWICE(a, b) "&no-length=1&header=Content-Length:%20" a "&header=Content-Length:%20" b

#define EVIL "HTTP/1.1%20200%20OK%0d%0aContent-Type:%20text/plain%0d%0aContent-Length:%204%0d%0a%0d%0aevil"

static const struct e2e_case cases[] = {
    {.name = "an unasked change of protocol ends no run, and is not tried again",
     .runs = {{.list = SWITCHES LOOKS "$1/img/jpeg/c\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?as=101",
                         .status = "failed",
                         .error = "protocol",
                         .message = "another protocol",
                         .retryable = "false",
                         .attempts = 1},
                        {.url = "$2/img/jpeg/b?header=HTTP/x:%20404", .status = "ok", .http = 200},
                        {.url = "$1/img/jpeg/c", .status = "ok"}},
               .stored = 2}}},
    {.name = "nor does one that nothing is stored of",
     .runs = {{.list = SWITCHES LOOKS,
               .options = {"--sink", "null", "--http1.1"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?as=101", .status = "failed", .error = "protocol"},
                        {.url = "$2/img/jpeg/b?header=HTTP/x:%20404", .status = "ok", .http = 200}},
               .stored = NONE}}},
    {.name = "nor does one of a robots.txt",
     .runs =
         {{.list = "$1/img/jpeg/a\n$2/img/jpeg/b\n$3/img/jpeg/c\n",
           .options = {"--robots"},
           .robots = {{.host = "127.0.0.1", .body = "User-agent: *\nAllow: /\n", .more = "as=101"},
                      {.host = "127.0.0.2", .body = "User-agent: *\nDisallow: /\n", .more = "header=HTTP/x:%20404"}},
           .exit_status = 1,
           .rows = {{.url = "$1/img/jpeg/a", .status = "failed", .error = "robots"},
                    {.url = "$2/img/jpeg/b", .status = "rejected", .error = "robots"},
                    {.url = "$3/img/jpeg/c", .status = "ok"}},
           .stored = 1}}},
    {.name = "headers that begin with a continuation line are no harm, on a handle that had other headers before",
     /* Whether such headers are a fault depends on libcurl's version. */
     .runs = {{.list = "$1/img/jpeg/$N\n$2/img/jpeg/$N?malformed=folded-first\n$3/img/jpeg/a?status=404\n",
               .repeat = 30,
               .options = {"-j", "1"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/0", .status = "ok"}, {.url = "$1/img/jpeg/29", .status = "ok"}}}}},
    {.name = "a Content-Length that is not one number breaks the protocol",
     .runs = {{.list = "$1/img/jpeg/a?malformed=two-lengths\n$1/img/jpeg/b?x=1" TWICE(
                   "16384",
                   "16,384") "\n"
                             "$1/img/jpeg/c?x=1" TWICE("16384,%2016384", "16384") "\n$1/img/jpeg/d?x=1" TWICE(
                                 "+16384",
                                 "16384") "\n"
                                          "$1/img/jpeg/e?as=302&header=Location:%20/img/jpeg/c" TWICE("5", "6") "\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?malformed=two-lengths",
                         .status = "failed",
                         .error = "protocol",
                         .message = "Content-Length",
                         .attempts = 1},
                        {.url = "$1/img/jpeg/b?x=1" TWICE("16384", "16,384"), .status = "failed", .error = "protocol"},
                        {.url = "$1/img/jpeg/c?x=1" TWICE("16384,%2016384", "16384"), .status = "ok"},
                        {.url = "$1/img/jpeg/d?x=1" TWICE("+16384", "16384"), .status = "failed", .error = "protocol"},
                        {.url = "$1/img/jpeg/e?as=302&header=Location:%20/img/jpeg/c" TWICE("5", "6"),
                         .status = "failed",
                         .error = "protocol"}},
               .stored = 1}}},
    {.name = "what comes unasked on an idle connection is not taken for the next response",
     .runs = {{.list = "$1/img/a?body=1&later=30&unasked=" EVIL "\n$1/img/b?body=2&later=30&unasked=%3c/body%3e\n"
                       "$1/img/c?body=3&later=0&unasked=" EVIL "\n$1/img/d?body=4\n$1/img/e?body=5\n",
               .options = {"-a", "*/*", "--per-host", "1", "--rate-per-host", "5", "--dedup", "off"},
               .rows = {{.url = "$1/img/d?body=4", .status = "ok", .attempts = 1},
                        {.url = "$1/img/e?body=5", .status = "ok", .attempts = 1}},
               .holds = {{"$1/img/b?body=2&later=30&unasked=%3c/body%3e", "2"},
                         {"$1/img/c?body=3&later=0&unasked=" EVIL, "3"},
                         {"$1/img/d?body=4", "4"},
                         {"$1/img/e?body=5", "5"}},
               .requests = {{.count = 5}},
               .stored = 5}}},
    {.name = "where a redirect leads does not depend on its page",
     .runs = {{.list = "$1/img/jpeg/a?as=302&header=Location:%20/img/png/1&truncate=100\n"
                       "$1/img/jpeg/b?as=301&header=Location:%20/img/png/2&size=300000\n"
                       "$1/img/jpeg/c?as=302&header=Location:%20/img/png/3&chunked=1&stall=100\n"
                       "$1/img/jpeg/d?as=307&header=Location:%20/img/png/4&chunked=1&size=200000\n"
                       "$1/img/jpeg/e?as=308&header=Location:%20/img/png/5&no-length=1&reset=200\n"
                       "$1/img/jpeg/f?as=303&header=Location:%20../png/6&trickle=30\n",
               .options = {"--retries", "0"},
               .rows = {{.url = "$1/img/jpeg/a?as=302&header=Location:%20/img/png/1&truncate=100",
                         .status = "ok",
                         .final_url = "$1/img/png/1",
                         .attempts = 1},
                        {.url = "$1/img/jpeg/f?as=303&header=Location:%20../png/6&trickle=30",
                         .status = "ok",
                         .final_url = "$1/img/png/6"}},
               .requests = {{.count = 12}},
               .stored = 6}}},
    {.name = "an error status is one whatever its page",
     .runs = {{.list = "$1/img/jpeg/a?as=404&truncate=100\n$1/img/jpeg/b?as=410&size=300000&chunked=1\n"
                       "$1/img/jpeg/c?as=403&stall=100\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?as=404&truncate=100",
                         .status = "failed",
                         .error = "http",
                         .http = 404,
                         .retryable = "false",
                         .attempts = 1},
                        {.url = "$1/img/jpeg/b?as=410&size=300000&chunked=1",
                         .status = "failed",
                         .error = "http",
                         .attempts = 1},
                        {.url = "$1/img/jpeg/c?as=403&stall=100", .status = "failed", .error = "http", .attempts = 1}},
               .stored = NONE}}},
    {.name = "Retry-After counts whatever the page of its status",
     .runs = {{.list = "$1/img/jpeg/a?as=429&header=Retry-After:%201&truncate=100&faults=1\n",
               .rows = {{.url = "$1/img/jpeg/a?as=429&header=Retry-After:%201&truncate=100&faults=1",
                         .status = "ok",
                         .attempts = 2}},
               .requests = {{.count = 2, .pause_ms = 950}},
               .stored = 1}}},
    {.name = "what the status of a robots.txt says does not depend on its page",
     .runs = {{.list = "$1/img/jpeg/a\n$2/img/jpeg/b\n$3/img/jpeg/c\n$4/img/jpeg/d\n",
               .options = {"--robots", "--retries", "0"},
               .robots =
                   {{.host = "127.0.0.1", .body = "a page", .more = "as=404&truncate=2"},
                    {.host = "127.0.0.2", .body = "a page", .more = "as=503&truncate=2"},
                    {.host = "127.0.0.3", .body = "a page", .more = "as=302&header=Location:%20$4/robots.txt&stall=2"},
                    {.host = "127.0.0.4", .body = "User-agent: *\nDisallow: /\n"}},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok"},
                        {.url = "$2/img/jpeg/b", .status = "failed", .error = "robots"},
                        {.url = "$3/img/jpeg/c", .status = "rejected", .error = "robots"},
                        {.url = "$4/img/jpeg/d", .status = "rejected", .error = "robots"}},
               .stored = 1}}},
};

const struct topic responses_topic = {.name = "responses", .cases = cases, .count = sizeof cases / sizeof cases[0]};
