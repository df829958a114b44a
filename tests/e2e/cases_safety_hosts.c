/* Secrets that must stay with their host, and addresses that must not be asked. The fault server is the name server
 * of these cases: 10-0-0-1.any.name leads to 10.0.0.1, 64-ff9b--a00-1.any.name to 64:ff9b::a00:1.
 *
 *   risk                                           case
 *   headers of the user on another host            "headers that may be secret ..."
 *   headers of the user on another port            "... another port is another host"
 *   headers of the user on another scheme          tests/integration/http2/run: "from https to http no header ..."
 *   userinfo on another host                       "a password goes to its host alone ..."
 *   back again by way of another host              "what came by another host ..."
 *   a password in a redirect                       "a password that a redirect brings ..."
 *   userinfo in what is shown                      "a password is shown nowhere ...", and inputs
 *   inside addresses, spelt oddly                  "--deny-private reads addresses as they are connected to"
 *   inside addresses, by DNS                       "--deny-private looks at what names lead to"
 *   inside addresses, by redirect, by DNS or not   tests/integration/private_network/run
 */
#include "e2e.h"

#define DENIED(address)                                                                                                \
  { .url = "http://" address ".test:$PORT/", .status = "failed", .error = "denied", .attempts = 1 }
/* Where there is no way out by IPv6, such addresses are not asked for. tests/integration/private_network/run makes
 * itself one. */
#define DENIED6(address)                                                                                               \
  { .url = "http://" address ".test:$PORT/", .status = "failed", .error = "denied|dns", .attempts = 1 }
/* The list gives each spelling a path of its own: those of one URL would have one row and one attempt. */
#define REFUSED(authority, path)                                                                                       \
  { .url = "http://" authority ":$PORT/" path, .status = "failed", .error = "denied", .attempts = 1 }

static const struct e2e_case cases[] = {
    {.name = "headers that may be secret stay with the host that was asked",
     .runs = {{.list = "$1/img/jpeg/a?redirect=$2/echo\n$1/img/jpeg/b?redirect=/echo%3Fx=1\n",
               .options = {"-a", "*/*", "-H", "Authorization: Bearer t0ken", "-H", "Cookie: id=c00kie", "-H",
                           "X-Api-Key: k3y", "-H", "Accept-Language: de"},
               .rows = {{.url = "$1/img/jpeg/a?redirect=$2/echo", .status = "ok", .final_url = "$2/echo"}},
               .holds = {{.url = "$1/img/jpeg/a?redirect=$2/echo", .text = "Accept-Language: de"},
                         {.url = "$1/img/jpeg/b?redirect=/echo%3Fx=1", .text = "X-Api-Key: k3y"},
                         {.url = "$1/img/jpeg/b?redirect=/echo%3Fx=1", .text = "Authorization: Bearer t0ken"}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=$2/echo", .text = "t0ken"},
                         {.url = "$1/img/jpeg/a?redirect=$2/echo", .text = "c00kie"},
                         {.url = "$1/img/jpeg/a?redirect=$2/echo", .text = "k3y"}},
               .never = {"t0ken", "c00kie", "k3y"}}}},
    {.name = "headers that may be secret do not go to the robots.txt of a host that only a redirect names",
     .runs = {{.list = "$1/img/jpeg/a?redirect=$2/img/jpeg/b\n$1/img/jpeg/c?redirect=$3/img/jpeg/d\n",
               .options = {"--robots", "-H", "Authorization: Bearer t0ken", "-H", "Cookie: id=c00kie", "--dedup", "off",
                           "-H", "Accept-Language: de", "--retries", "0"},
               .robots = {{.host = "127.0.0.1", .more = "redirect=$1/loop/1&until=t0ken"},
                          {.host = "127.0.0.2", .more = "refuse=t0ken"},
                          {.host = "127.0.0.3", .more = "redirect=$3/img/text/r%3Frefuse=Cookie:%2520id"}},
               .rows = {{.url = "$1/img/jpeg/a?redirect=$2/img/jpeg/b", .status = "ok"},
                        {.url = "$1/img/jpeg/c?redirect=$3/img/jpeg/d", .status = "ok"}},
               .requests = {{.host = "127.0.0.2", .path = "/robots.txt", .count = 1},
                            {.host = "127.0.0.3", .path = "/robots.txt", .count = 1},
                            {.host = "127.0.0.3", .path = "/img/text/r", .count = 1}},
               .stored = 2}}},
    {.name = "headers go to the robots.txt of a host of the list, at every attempt",
     .runs = {{.list = "$1/img/jpeg/a\n",
               .options = {"--robots", "-H", "Authorization: Bearer t0ken"},
               .robots = {{.host = "127.0.0.1", .more = "redirect=$1/loop/1&until=t0ken&status=500,200"}},
               .requests = {{.host = "127.0.0.1", .path = "/robots.txt", .count = 2}},
               .stored = 1}}},
    {.name = "for secrets, another port is another host",
     .runs = {{.list = "$1/img/jpeg/a?redirect=http://127.0.0.1:$OTHER/echo\n"
                       "http://ann:s3cret@127.0.0.1:$PORT/img/jpeg/b?redirect=http://127.0.0.1:$OTHER/echo%3Fx=1\n",
               .options = {"-a", "*/*", "-H", "X-Api-Key: k3y", "--dedup", "off"},
               .rows = {{.url = "$1/img/jpeg/a?redirect=http://127.0.0.1:$OTHER/echo",
                         .status = "ok",
                         .final_url = "http://127.0.0.1:$OTHER/echo"}},
               .holds = {{.url = "$1/img/jpeg/a?redirect=http://127.0.0.1:$OTHER/echo", .text = "GET /echo"}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=http://127.0.0.1:$OTHER/echo", .text = "k3y"},
                         {.url = "$1/img/jpeg/b?redirect=http://127.0.0.1:$OTHER/echo%3Fx=1", .text = "k3y"},
                         {.url = "$1/img/jpeg/b?redirect=http://127.0.0.1:$OTHER/echo%3Fx=1", .text = "Authorization"}},
               .stored = 2}}},
    {.name = "an IPv6 address and a name over one proxy have the Host headers that are theirs",
     .runs = {{.list = "http://[2001:db8::1]/echo\nhttp://h.test/echo?x=1\nhttp://[2001:db8::2]:81/echo?x=2\n"
                       "http://i.test:82/echo?x=3\n",
               .options = {"-a", "*/*", "-x", "http://127.0.0.1:$PORT", "--no-proxy", "", "-j", "1"},
               .holds = {{.url = "http://[2001:db8::1]/echo", .text = "Host: [2001:db8::1]\r\n"},
                         {.url = "http://h.test/echo?x=1", .text = "Host: h.test\r\n"},
                         {.url = "http://[2001:db8::2]:81/echo?x=2", .text = "Host: [2001:db8::2]:81\r\n"},
                         {.url = "http://i.test:82/echo?x=3", .text = "Host: i.test:82\r\n"}},
               .stored = 4}}},
    {.name = "a password goes to its host alone, over redirects there too",
     .runs = {{.list = "http://ann:s3cret@127.0.0.1:$PORT/img/jpeg/a?redirect=$2/echo\n"
                       "http://ann:s3cret@127.0.0.1:$PORT/img/jpeg/b?redirect=/echo%3Fx=1\n$1/echo?x=2\n",
               .options = {"-a", "*/*", "-v"},
               .holds = {{.url = "$1/img/jpeg/b?redirect=/echo%3Fx=1",
                          .text = "Authorization: Basic YW5uOnMzY3JldA=="}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=$2/echo", .text = "Authorization"},
                         {.url = "$1/echo?x=2", .text = "Authorization"}},
               .never = {"s3cret", "YW5uOnMzY3JldA"}}}},
    {.name = "what came by another host is another's, back at the first host too",
     .runs = {{.list = "http://ann:s3cret@127.0.0.1:$PORT/img/jpeg/a?redirect=$2/img/jpeg/b%3Fredirect=$1/echo\n",
               .options = {"-a", "*/*", "-H", "X-Api-Key: k3y"},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=$2/img/jpeg/b%3Fredirect=$1/echo", .text = "Authorization"},
                         {.url = "$1/img/jpeg/a?redirect=$2/img/jpeg/b%3Fredirect=$1/echo", .text = "k3y"}},
               .stored = 1}}},
    {.name = "a password that a redirect brings is not used, and not shown",
     .runs = {{.list = "$1/img/jpeg/a?redirect=http://ann:s3cre7@127.0.0.2:$PORT/echo\n",
               .options = {"-a", "*/*", "-v"},
               .rows = {{.url = "$1/img/jpeg/a?redirect=http://ann:s3cre7@127.0.0.2:$PORT/echo",
                         .status = "ok",
                         .final_url = "$2/echo"}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=http://ann:s3cre7@127.0.0.2:$PORT/echo",
                          .text = "Authorization"}}}}},
    {.name = "a password is shown nowhere, however the URL fails",
     .runs = {{.list = "http://ann:s3cret@127.0.0.1:$PORT/nothing\nhttp://ann:s3cret@127.0.0.1:1/\n"
                       "http://ann:s3cret@127.0.0.1:99999/\nhttp://ann:s3cret@no.such.name.invalid/\n"
                       "ftp://ann:s3cret@h/\nhttp://ann:s3cret@/\nhttp://ann:s3cret@h h/\n"
                       "http://ann:s3cret@127.0.0.1:$PORT/img/html/a\n",
               .options = {"-v", "--summary", "-", "--retries", "0", "--dns-servers", "127.0.0.1:$PORT"},
               .exit_status = 1,
               .urls = 8,
               .never = {"s3cret", "ann:"}}}},
    {.name = "--deny-private reads addresses as they are connected to",
     .runs = {{.list = "http://0x7f.1:$PORT/1\nhttp://2130706433:$PORT/2\nhttp://0177.0.0.1:$PORT/3\n"
                       "http://127.1:$PORT/4\nhttp://0:$PORT/5\nhttp://0.0.0.0:$PORT/6\nhttp://[::]:$PORT/7\n"
                       "http://[::1]:$PORT/8\nhttp://[::ffff:127.0.0.1]:$PORT/9\nhttp://[::ffff:7f00:1]:$PORT/10\n"
                       "http://[::127.0.0.1]:$PORT/11\nhttp://[64:ff9b::7f00:1]:$PORT/12\n"
                       "http://[2002:7f00:1::]:$PORT/13\nhttp://[fe80::1]:$PORT/14\nhttp://[fc00::1]:$PORT/15\n"
                       "http://127.0.0.1.:$PORT/16\nhttp://localhost:$PORT/17\nhttp://LOCALHOST.:$PORT/18\n"
                       "http://169.254.169.254:$PORT/19\nhttp://100.64.0.1:$PORT/20\nhttp://255.255.255.255:$PORT/21\n"
                       "http://224.0.0.1:$PORT/22\nhttp://[ff02::1]:$PORT/23\nhttp://%31%32%37.0.0.1:$PORT/24\n",
               .options = {"--deny-private", "--retries", "0", "--dns-servers", "127.0.0.1:$PORT"},
               .exit_status = 1,
               .rows = {REFUSED("0x7f.1", "1"),
                        REFUSED("2130706433", "2"),
                        REFUSED("0177.0.0.1", "3"),
                        REFUSED("127.1", "4"),
                        REFUSED("0", "5"),
                        REFUSED("0.0.0.0", "6"),
                        REFUSED("[::]", "7"),
                        REFUSED("[::1]", "8"),
                        REFUSED("[::ffff:127.0.0.1]", "9"),
                        REFUSED("[::ffff:7f00:1]", "10"),
                        REFUSED("[::127.0.0.1]", "11"),
                        REFUSED("[64:ff9b::7f00:1]", "12"),
                        REFUSED("[2002:7f00:1::]", "13"),
                        REFUSED("[fe80::1]", "14"),
                        REFUSED("[fc00::1]", "15"),
                        REFUSED("127.0.0.1.", "16"),
                        REFUSED("localhost", "17"),
                        REFUSED("LOCALHOST.", "18"),
                        REFUSED("169.254.169.254", "19"),
                        REFUSED("100.64.0.1", "20"),
                        REFUSED("255.255.255.255", "21"),
                        REFUSED("224.0.0.1", "22"),
                        REFUSED("[ff02::1]", "23"),
                        REFUSED("%31%32%37.0.0.1", "24")},
               .requests = {{.count = NONE}},
               .stored = NONE}}},
    {.name = "--deny-private looks at what names lead to",
     .runs = {{.list = "http://127-0-0-1.test:$PORT/\nhttp://10-0-0-1.test:$PORT/\nhttp://172-16-9-9.test:$PORT/\n"
                       "http://192-168-1-1.test:$PORT/\nhttp://169-254-169-254.test:$PORT/\n"
                       "http://100-64-0-1.test:$PORT/\nhttp://0-0-0-0.test:$PORT/\nhttp://224-0-0-1.test:$PORT/\n"
                       "http://255-255-255-255.test:$PORT/\nhttp://0--1.test:$PORT/\nhttp://0--0.test:$PORT/\n"
                       "http://0--ffff-7f00-1.test:$PORT/\nhttp://64-ff9b--7f00-1.test:$PORT/\n"
                       "http://64-ff9b-1--7f00-1.test:$PORT/\nhttp://2002-7f00-1--1.test:$PORT/\n"
                       "http://2001-0--1.test:$PORT/\nhttp://fe80--1.test:$PORT/\nhttp://fd00--1.test:$PORT/\n"
                       "http://ff02--1.test:$PORT/\n",
               .options = {"--deny-private", "--dns-servers", "127.0.0.1:$PORT"},
               .exit_status = 1,
               .rows = {DENIED("127-0-0-1"), DENIED("10-0-0-1"), DENIED("172-16-9-9"), DENIED("192-168-1-1"),
                        DENIED("169-254-169-254"), DENIED("100-64-0-1"), DENIED("0-0-0-0"), DENIED("224-0-0-1"),
                        DENIED("255-255-255-255"), DENIED6("0--1"), DENIED6("0--0"), DENIED6("0--ffff-7f00-1"),
                        DENIED6("64-ff9b--7f00-1"), DENIED6("64-ff9b-1--7f00-1"), DENIED6("2002-7f00-1--1"),
                        DENIED6("2001-0--1"), DENIED6("fe80--1"), DENIED6("fd00--1"), DENIED6("ff02--1")},
               .requests = {{.count = NONE}},
               .stored = NONE}}},
    {.name = "names lead to the addresses that the name server says, without --deny-private",
     .runs = {{.list = "http://127-0-0-1.test:$PORT/img/jpeg/a\nhttp://127-0-0-9.test:$PORT/img/jpeg/b\n",
               .options = {"--dns-servers", "127.0.0.1:$PORT"},
               .requests = {{.host = "127-0-0-1.test", .count = 1}, {.host = "127-0-0-9.test", .count = 1}},
               .stored = 2}}},
};

const struct topic safety_hosts_topic = {
    .name = "safety-hosts", .cases = cases, .count = sizeof cases / sizeof cases[0]};
