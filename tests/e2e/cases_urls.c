/* URLs as people and servers write them: the requests that are sent for them. */
#include "e2e.h"

static const struct e2e_case cases[] = {
    {.name = "octets that a URL may not hold are sent percent-encoded, and recorded as listed",
     .runs = {{.list = "$1/img/jpeg/my cat.jpg\n$1/img/jpeg/a%20b c.jpg\n$1/img/jpeg/a|[1]{2}\"q\"<b>^`\n"
                       "$1/img/jpeg/d.jpg?x=a|b [c]{d}'\n$1/img/jpeg/\xc3\xa4\n$1/img/jpeg/\xe4\n"
                       "$1/img/jpeg/%c3%a4%2F\n$1\\img\\jpeg\\e\n$1/img/jpeg/x/.%2e/f\n$1/img/jpeg/g\tt\n",
               .rows = {{.url = "$1/img/jpeg/my cat.jpg", .status = "ok"},
                        {.url = "$1/img/jpeg/a%20b c.jpg", .status = "ok"},
                        {.url = "$1/img/jpeg/a|[1]{2}\"q\"<b>^`", .status = "ok"},
                        {.url = "$1/img/jpeg/\xc3\xa4", .status = "ok"},
                        {.url = "$1/img/jpeg/%E4", .status = "ok"},
                        {.url = "$1\\img\\jpeg\\e", .status = "ok"},
                        {.url = "$1/img/jpeg/x/.%2e/f", .status = "ok"},
                        {.url = "$1/img/jpeg/g\tt", .status = "ok"}},
               .requests = {{.path = "/img/jpeg/my%20cat.jpg", .count = 1},
                            {.path = "/img/jpeg/a%20b%20c.jpg", .count = 1},
                            {.path = "/img/jpeg/a%7C%5B1%5D%7B2%7D%22q%22%3Cb%3E%5E%60", .count = 1},
                            {.path = "/img/jpeg/d.jpg?x=a%7Cb%20%5Bc%5D%7Bd%7D%27", .count = 1},
                            {.path = "/img/jpeg/%C3%A4", .count = 1},
                            {.path = "/img/jpeg/%E4", .count = 1},
                            {.path = "/img/jpeg/%c3%a4%2F", .count = 1},
                            {.path = "/img/jpeg/e", .count = 1}},
               .stored = 10,
               .appended = 10},
              {.appended = NONE, .requests = {{.count = NONE}}}}},
    {.name = "a Location is resolved as browsers do, and sent as a listed URL",
     .runs = {{.list = "$1/img/jpeg/a?redirect=$1/img/jpeg/my%20pictures/cat%20%7C1.jpg\n"
                       "$1/img/jpeg/b?redirect=/img/jpeg/my%20pictures/cat%202.jpg\n"
                       "$1/img/jpeg/c?redirect=c%C3%A4\n$1/img/jpeg/d?redirect=?x=d%20e\n"
                       "$1/img/jpeg/e?redirect=..%5Cjpeg%5Ce2\n$1/img/jpeg/f?redirect=//127.0.0.2:$PORT/img/jpeg/f2\n"
                       "$1/img/jpeg/g?redirect=http:g2\n$1/img/jpeg/h?redirect=HTTP://0x7f.2:0$PORT/img/jpeg/h2%23x\n",
               .rows =
                   {{.url = "$1/img/jpeg/a?redirect=$1/img/jpeg/my%20pictures/cat%20%7C1.jpg",
                     .status = "ok",
                     .final_url = "$1/img/jpeg/my%20pictures/cat%20%7C1.jpg"},
                    {.url = "$1/img/jpeg/b?redirect=/img/jpeg/my%20pictures/cat%202.jpg",
                     .status = "ok",
                     .final_url = "$1/img/jpeg/my%20pictures/cat%202.jpg"},
                    {.url = "$1/img/jpeg/c?redirect=c%C3%A4", .status = "ok", .final_url = "$1/img/jpeg/c%C3%A4"},
                    {.url = "$1/img/jpeg/d?redirect=?x=d%20e", .status = "ok", .final_url = "$1/img/jpeg/d?x=d%20e"},
                    {.url = "$1/img/jpeg/e?redirect=..%5Cjpeg%5Ce2", .status = "ok", .final_url = "$1/img/jpeg/e2"},
                    {.url = "$1/img/jpeg/f?redirect=//127.0.0.2:$PORT/img/jpeg/f2",
                     .status = "ok",
                     .final_url = "$2/img/jpeg/f2"},
                    {.url = "$1/img/jpeg/g?redirect=http:g2", .status = "ok", .final_url = "$1/img/jpeg/g2"},
                    {.url = "$1/img/jpeg/h?redirect=HTTP://0x7f.2:0$PORT/img/jpeg/h2%23x",
                     .status = "ok",
                     .final_url = "$2/img/jpeg/h2"}},
               .requests = {{.path = "/img/jpeg/my%20pictures/cat%20%7C1.jpg", .count = 1},
                            {.path = "/img/jpeg/my%20pictures/cat%202.jpg", .count = 1},
                            {.path = "/img/jpeg/c%C3%A4", .count = 1}},
               .stored = 8}}},
    {.name = "a Location that is empty or a fragment leads to the same URL, with its query",
     .runs = {{.list = "$1/img/jpeg/dir/a?status=302,200&header=Location:%20%23x\n"
                       "$1/img/jpeg/dir/b?status=302,200&header=Location:\n",
               .rows = {{.url = "$1/img/jpeg/dir/a?status=302,200&header=Location:%20%23x",
                         .status = "ok",
                         .final_url = "$1/img/jpeg/dir/a?status=302,200&header=Location:%20%23x"},
                        {.url = "$1/img/jpeg/dir/b?status=302,200&header=Location:", .status = "ok"}},
               .requests = {{.count = 4}},
               .stored = 2}}},
    {.name = "a URL that programs read in two ways is refused, in lists and in redirects",
     .runs = {{.list = "http://127.0.0.1:$PORT\\@127.0.0.2:$PORT/img/jpeg/a\n"
                       "$1/img/jpeg/b?redirect=%5C%5C127.0.0.2:$PORT%5C@127.0.0.3:$PORT/img/jpeg/b\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/b?redirect=%5C%5C127.0.0.2:$PORT%5C@127.0.0.3:$PORT/img/jpeg/b",
                         .status = "failed",
                         .error = "redirect",
                         .message = "a backslash before an @"}},
               .requests = {{.count = 1}},
               .appended = 2}}},
    {.name = "no user name is no user name",
     .runs = {{.list = "http://@127.0.0.1:$PORT/echo\nhttp://:@127.0.0.1:$PORT/echo?x=1\n",
               .options = {"-a", "*/*"},
               .lacks = {{.url = "$1/echo", .text = "Authorization"},
                         {.url = "$1/echo?x=1", .text = "Authorization"}}}}},
};

const struct topic urls_topic = {"urls", cases, sizeof cases / sizeof cases[0]};
