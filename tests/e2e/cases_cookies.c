/* Cookies: within one redirect chain, to the hosts they are for, and nowhere else. */
#include "e2e.h"

#define SERVER     "--dns-servers", "127.0.0.1:$PORT"
#define SET(value) "&header=Set-Cookie:%20" value
#define NAME(host) "http://" host ":$PORT"

static const struct e2e_case cases[] = {
    {.name = "a redirect to itself that sets a cookie is followed with it",
     .runs = {{.list = "$1/img/jpeg/a?redirect=%23x&until=Cookie:%20seen=1" SET("seen=1;%20path=/") "\n",
               .rows = {{.url = "$1/img/jpeg/a?redirect=%23x&until=Cookie:%20seen=1" SET("seen=1;%20path=/"),
                         .status = "ok",
                         .attempts = 1}},
               .requests = {{.count = 2}},
               .stored = 1}}},
    {.name = "cookies of all hops are sent on, each to its path, and a new value replaces the old one",
     .runs = {{.list = "$1/img/jpeg/a?redirect=/img/jpeg/b%3Fredirect=/echo%26header=Set-Cookie:%2520two=2;%2520Path=/"
                       "%26header=Set-Cookie:%2520one=new;%2520Path=/" SET("one=1;%20Path=/") SET("deep=1;%20Path=/img")
                           SET("gone=1;%20Path=/;%20Max-Age=0") "\n",
               .options = {"-a", "*/*", "--name", "id"},
               .holds = {{.url = "$1/img/jpeg/a?redirect=/img/jpeg/b%3Fredirect=/echo%26header=Set-Cookie:%2520two=2;"
                                 "%2520Path=/%26header=Set-Cookie:%2520one=new;%2520Path=/" SET("one=1;%20Path=/")
                                     SET("deep=1;%20Path=/img") SET("gone=1;%20Path=/;%20Max-Age=0"),
                          .text = "one=new"}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=/img/jpeg/b%3Fredirect=/echo%26header=Set-Cookie:%2520two=2;"
                                 "%2520Path=/%26header=Set-Cookie:%2520one=new;%2520Path=/" SET("one=1;%20Path=/")
                                     SET("deep=1;%20Path=/img") SET("gone=1;%20Path=/;%20Max-Age=0"),
                          .text = "deep=1"}},
               .requests = {{.count = 3}},
               .stored = 1}}},
    {.name = "a cookie of one host goes to no other, and a secure one not by http",
     .runs = {{.list = "$1/img/jpeg/a?redirect=$2/echo" SET("one=1;%20path=/") "\n" NAME(
                   "127-0-0-1.test") "/img/jpeg/b?redirect=/echo%3Fx=1" SET("one=1;%20path=/;%20Secure") "\n",
               .options = {SERVER, "-a", "*/*"},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=$2/echo" SET("one=1;%20path=/"), .text = "Cookie"},
                         {.url = NAME("127-0-0-1.test") "/img/jpeg/b?redirect=/echo%3Fx=1" SET(
                              "one=1;%20path=/;%20Secure"),
                          .text = "Cookie"}},
               .stored = 2}}},
    {.name = "a cookie of a domain goes to the hosts below it, but none is set for a public suffix",
     .runs =
         {{.list = NAME("a.127-0-0-1.test") "/img/jpeg/a?redirect=" NAME("b.127-0-0-1.test") "/echo" SET(
               "one=1;%"
               "20Domain=127-"
               "0-0-1.test;%"
               "20path=/") "\n" NAME("127-0-0-1.test") "/img/jpeg/b?redirect=" NAME("127-0-0-2.test") "/echo" SET("one="
                                                                                                                  "1;%"
                                                                                                                  "20Do"
                                                                                                                  "main"
                                                                                                                  "=tes"
                                                                                                                  "t;%"
                                                                                                                  "20pa"
                                                                                                                  "th="
                                                                                                                  "/") "\n" NAME("127-0-0-1.co.uk") "/img/jpeg/"
                                                                                                                                                    "c?"
                                                                                                                                                    "redirect"
                                                                                                                                                    "=" NAME(
                                                                                                                                                        "1"
                                                                                                                                                        "2"
                                                                                                                                                        "7"
                                                                                                                                                        "-"
                                                                                                                                                        "0"
                                                                                                                                                        "-"
                                                                                                                                                        "0"
                                                                                                                                                        "-"
                                                                                                                                                        "2"
                                                                                                                                                        "."
                                                                                                                                                        "c"
                                                                                                                                                        "o"
                                                                                                                                                        "."
                                                                                                                                                        "u"
                                                                                                                                                        "k") "/echo%3Fx=1" SET("one=1;%20Domain=.co.uk;%20path=/") "\n",
           .options = {SERVER, "-a", "*/*", "--dedup", "off"},
           .holds = {{.url = NAME("a.127-0-0-1.test") "/img/jpeg/a?redirect=" NAME("b.127-0-0-1.test") "/echo" SET(
                          "one=1;%20Domain=127-0-0-1.test;%20path=/"),
                      .text = "Cookie: one=1\r\n"}},
           .lacks = {{.url = NAME("127-0-0-1.test") "/img/jpeg/b?redirect=" NAME("127-0-0-2.test") "/echo" SET(
                          "one=1;%20Domain=test;%20path=/"),
                      .text = "Cookie"},
                     {.url = NAME("127-0-0-1.co.uk") "/img/jpeg/c?redirect=" NAME("127-0-0-2.co.uk") "/echo%3Fx=1" SET(
                          "one=1;%20Domain=.co.uk;%20path=/"),
                      .text = "Cookie"}},
           .stored = 3}}},
    {.name = "cookies of a chain stand in one line with those of -H, and both stay at home",
     .runs = {{.list = "$1/img/jpeg/a?redirect=/echo" SET("one=1;%20path=/") "\n"
                                                                             "$1/img/jpeg/b?redirect=$2/echo%3Fx=1" SET(
                                                                                 "one=1;%20path=/") "\n",
               .options = {"-a", "*/*", "-H", "Cookie: mine=7", "-H", "X-A: 1"},
               .holds = {{.url = "$1/img/jpeg/a?redirect=/echo" SET("one=1;%20path=/"),
                          .text = "Cookie: one=1; mine=7\r\n"},
                         {.url = "$1/img/jpeg/a?redirect=/echo" SET("one=1;%20path=/"), .text = "X-A: 1\r\n"}},
               .lacks = {{.url = "$1/img/jpeg/b?redirect=$2/echo%3Fx=1" SET("one=1;%20path=/"), .text = "Cookie"}},
               .stored = 2}}},
    /* libcurl writes a cookie as one line, with tabs between its parts, and reads it anew for the next hop. */
    {.name = "tabs in a cookie make no other cookie of it, and send it to no other host",
     .runs =
         {{.list =
               "$1/img/jpeg/a0?redirect=/echo%3Fx=0&header=Set-Cookie:%20a=b%09TRUE%09/%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/b0?redirect=$2/echo%3Fx=20&header=Set-Cookie:%20a=b%09TRUE%09/%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/a1?redirect=/echo%3Fx=1&header=Set-Cookie:%20a=b;%20path=/%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/b1?redirect=$2/echo%3Fx=21&header=Set-Cookie:%20a=b;%20path=/%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/a2?redirect=/echo%3Fx=2&header=Set-Cookie:%20a=b;%20domain=127.0.0.2\n"
               "$1/img/jpeg/b2?redirect=$2/echo%3Fx=22&header=Set-Cookie:%20a=b;%20domain=127.0.0.2\n"
               "$1/img/jpeg/a3?redirect=/echo%3Fx=3&header=Set-Cookie:%20a=b;%20domain=127.0.0.1%09TRUE%09/"
               "%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/b3?redirect=$2/echo%3Fx=23&header=Set-Cookie:%20a=b;%20domain=127.0.0.1%09TRUE%09/"
               "%09FALSE%090%09evil%09x\n"
               "$1/img/jpeg/a4?redirect=/echo%3Fx=4&header=Set-Cookie:%20%23HttpOnly_127.0.0.2=x;%20path=/\n"
               "$1/img/jpeg/b4?redirect=$2/echo%3Fx=24&header=Set-Cookie:%20%23HttpOnly_127.0.0.2=x;%20path=/\n",
           .options = {"-a", "*/*", "--name", "id", "--dedup", "off"},
           .lacks =
               {{.url =
                     "$1/img/jpeg/a0?redirect=/echo%3Fx=0&header=Set-Cookie:%20a=b%09TRUE%09/%09FALSE%090%09evil%09x",
                 .text = "evil="},
                {.url = "$1/img/jpeg/b0?redirect=$2/echo%3Fx=20&header=Set-Cookie:%20a=b%09TRUE%09/"
                        "%09FALSE%090%09evil%09x",
                 .text = "Cookie"},
                {.url = "$1/img/jpeg/a1?redirect=/echo%3Fx=1&header=Set-Cookie:%20a=b;%20path=/%09FALSE%090%09evil%09x",
                 .text = "evil="},
                {.url =
                     "$1/img/jpeg/b1?redirect=$2/echo%3Fx=21&header=Set-Cookie:%20a=b;%20path=/%09FALSE%090%09evil%09x",
                 .text = "Cookie"},
                {.url = "$1/img/jpeg/a2?redirect=/echo%3Fx=2&header=Set-Cookie:%20a=b;%20domain=127.0.0.2",
                 .text = "evil="},
                {.url = "$1/img/jpeg/b2?redirect=$2/echo%3Fx=22&header=Set-Cookie:%20a=b;%20domain=127.0.0.2",
                 .text = "Cookie"},
                {.url = "$1/img/jpeg/a3?redirect=/echo%3Fx=3&header=Set-Cookie:%20a=b;%20domain=127.0.0.1%09TRUE%09/"
                        "%09FALSE%090%09evil%09x",
                 .text = "evil="},
                {.url = "$1/img/jpeg/b3?redirect=$2/echo%3Fx=23&header=Set-Cookie:%20a=b;%20domain=127.0.0.1%09TRUE%09/"
                        "%09FALSE%090%09evil%09x",
                 .text = "Cookie"},
                {.url = "$1/img/jpeg/a4?redirect=/echo%3Fx=4&header=Set-Cookie:%20%23HttpOnly_127.0.0.2=x;%20path=/",
                 .text = "evil="},
                {.url = "$1/img/jpeg/b4?redirect=$2/echo%3Fx=24&header=Set-Cookie:%20%23HttpOnly_127.0.0.2=x;%20path=/",
                 .text = "Cookie"}},
           .stored = 10}}},
    {.name = "another attempt begins without the cookies of the one before",
     .runs = {{.list = "$1/img/jpeg/a?redirect=/img/jpeg/b%3Fstatus=503,200&refuse=Cookie:%20one" SET(
                   "one=1;%20path=/") "\n",
               .rows = {{.url = "$1/img/jpeg/a?redirect=/img/jpeg/b%3Fstatus=503,200&refuse=Cookie:%20one" SET(
                             "one=1;%20path=/"),
                         .status = "ok",
                         .attempts = 2}},
               .requests = {{.count = 4}},
               .stored = 1}}},
};

const struct topic cookies_topic = {.name = "cookies", .cases = cases, .count = sizeof cases / sizeof cases[0]};
