/* What hostile lists and servers try, and what comes of it: names, links, escapes, and responses that do not end.
 * After every run verify.c checks that no file lies outside of the output folder, that what was there is as it was, and
 * that neither standard error nor a manifest has a control character.
 *
 *   risk                                           case
 *   path traversal by URL                          "dots, slashes and backslashes ...", "... with --name path", and
 * names
 *   path traversal by Content-Disposition          "a Content-Disposition cannot climb, ..."
 *   path traversal by redirect                     "a redirect cannot choose a path ..."
 *   a symbolic link for a folder of the output     "a folder that is a symbolic link ...", "... planted while it runs"
 *   a symbolic link for a file of the output       "a name that is a symbolic link ..."
 *   a symbolic link for the output folder itself   "the output folder may be a link, since the user made it"
 *   terminal escapes, bidirectional characters     "escapes of a list ...", "escapes of a server ...", "escapes in
 * names ..."
 *   formulas in a CSV                              "a CSV has no formulas"
 *   header floods                                  "headers without end ...", "a few hundred headers ..."
 *   header lines of 100 MB                         "headers without end ..."
 *   1xx floods                                     "interim responses without end ..."
 *   endless bodies                                 "bodies without end ..."
 *   endless redirects                              "redirects without end, ...", errors: "redirects that never end,
 * end"
 *   compressed bombs                               "what is compressed unasked ...", "a compressed transfer ..."
 *   trailers, chunk extensions, chunk sizes        "trailers without end ...", "chunks that ..." (two)
 *   HTTP/0.9, broken status lines                  "what is no HTTP/1.1 ...", errors: "responses that break the
 * protocol ..."
 *   trickling                                      errors: "a server that answers a byte at a time ..."
 *   line breaks in URLs, headers, settings         "line breaks get into no request ..."
 *   file: and other schemes                        "only http and https ..."
 *   cookies                                        "cookies are not kept"
 *   libmagic on hostile bytes                      "hostile bytes are looked at within bounds"
 *   secrets on other hosts, inside addresses       cases_safety_hosts.c
 */
#include "e2e.h"

static const struct e2e_case cases[] = {
    {.name = "dots, slashes and backslashes of a URL, encoded once or twice, stay in one name",
     .runs = {{.list = "$1/img/jpeg/../../../../../img/jpeg/../jpeg/raw?seed=1\n"
                       "$1/img/jpeg/..%2f..%2f..%2fonce\n"
                       "$1/img/jpeg/..%252f..%252f..%252ftwice\n$1/img/jpeg/..%5c..%5c..%5cback\n"
                       "$1/..\\..\\img\\jpeg\\a\\..\\rawback\n$1/img/jpeg/%2e%2e%2f%2e%2e%2fdots\n"
                       "$1/img/jpeg/%c0%ae%c0%ae%c0%afoverlong\n$1/img/jpeg/%00%2e%2e%2fnul\n",
               .stored = 8}}},
    {.name = "the same holds with --name path and folders of the URL",
     .runs = {{.list = "$1/img/jpeg/../../../../../img/jpeg/raw?seed=1\n$1/img/jpeg/..%2f..%2f..%2fonce\n"
                       "$1/img/jpeg/..%252f..%252f..%252ftwice\n$1/img/jpeg/..%5c..%5c..%5cback\n"
                       "$1/%2e%2e/%2e%2e/img/jpeg/%2e%2e/%2E./img/jpeg/x\n"
                       "$1/img/jpeg/a/./b/..%2f/%2f/%2f/etc/passwd?seed=2\n",
               .options = {"--name", "path"},
               .stored = 6}}},
    {.name = "a Content-Disposition cannot climb, hide, or name a device",
     .runs = {{.list = "$1/img/jpeg/a?disposition=attachment;%20filename=%22../../../evil.jpg%22\n"
                       "$1/img/jpeg/b?disposition=attachment;%20filename=%22..%5C..%5Cevil.jpg%22\n"
                       "$1/img/jpeg/c?disposition=attachment;%20filename*=UTF-8''..%252F..%252Fevil.jpg\n"
                       "$1/img/jpeg/d?disposition=attachment;%20filename=%22..%252F..%252Fevil.jpg%22\n"
                       "$1/img/jpeg/e?disposition=attachment;%20filename=%22/etc/passwd%22\n"
                       "$1/img/jpeg/f?disposition=attachment;%20filename=%22.wgetrc%22\n"
                       "$1/img/jpeg/g?disposition=attachment;%20filename=%22..%22\n"
                       "$1/img/jpeg/h?disposition=attachment;%20filename=%22CON.jpg%22\n",
               .options = {"--content-disposition", "--name", "{stem}{ext}"},
               .rows = {{.url = "$1/img/jpeg/e?disposition=attachment;%20filename=%22/etc/passwd%22",
                         .status = "ok",
                         .path = "passwd*.jpg"}},
               .stored = 8}}},
    {.name = "a redirect cannot choose a path, whatever it leads to",
     .runs = {{.list = "$1/img/jpeg/a?redirect=/img/jpeg/..%252f..%252fevil\n"
                       "$1/img/jpeg/b?redirect=/img/jpeg/../../../../img/jpeg/evil2\n"
                       "$1/img/jpeg/c?redirect=/img/jpeg/.bashrc%3Fdisposition=attachment;%2520filename=../../x\n",
               .options = {"--name", "path"},
               .rows = {{.url = "$1/img/jpeg/a?redirect=/img/jpeg/..%252f..%252fevil",
                         .status = "ok",
                         .path = "127.0.0.1+*/img/jpeg/a*"},
                        {.url = "$1/img/jpeg/b?redirect=/img/jpeg/../../../../img/jpeg/evil2",
                         .status = "ok",
                         .path = "127.0.0.1+*/img/jpeg/b*"}},
               .stored = 3}}},
    {.name = "a folder that is a symbolic link is not followed, out of the output or within it",
     .given = {{.path = "outside/"}, {.path = "out/00000", .link = "../outside"}},
     .runs = {{.list = "$1/img/jpeg/a\n$1/img/jpeg/large?size=3000000\n",
               .options = {"--name", "id", "--retries", "0"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a", .status = "failed", .error = "io", .message = "symbolic link"},
                        {.url = "$1/img/jpeg/large?size=3000000",
                         .status = "failed",
                         .error = "io",
                         .message = "symbolic link"}},
               .stored = NONE}}},
    {.name = "a symbolic link that is planted while it runs is not followed",
     .given = {{.path = "outside/"}},
     .runs = {{.list = "$1/img/jpeg/early\n$1/img/jpeg/small?delay=2500\n$1/img/jpeg/large?size=3000000&delay=2500\n",
               .options = {"--name", "{host}/{stem}{ext}", "--retries", "0"},
               /* once the first file is in the folder, nobody makes another one between these two commands */
               .meanwhile = {.requests = 1,
                             .script = "until test -e out/127.0.0.1+*/early.jpg; do sleep 0.02; done; "
                                       "mv out/127.0.0.1+* aside; ln -s ../outside out/127.0.0.1+$PORT"},
               .exit_status = 1,
               .loses_files = true,
               .also = {"out/127.0.0.1+*", "aside/early.jpg"},
               .rows = {{.url = "$1/img/jpeg/early", .status = "ok"},
                        {.url = "$1/img/jpeg/small?delay=2500",
                         .status = "failed",
                         .error = "io",
                         .message = "symbolic link"},
                        {.url = "$1/img/jpeg/large?size=3000000&delay=2500",
                         .status = "failed",
                         .error = "io",
                         .message = "symbolic link"}}}}},
    {.name = "a name that is a symbolic link is replaced, and what it led to is left alone",
     .given = {{.path = "outside/victim.txt", .text = "precious"},
               {.path = "out/a.jpg", .link = "../outside/victim.txt"},
               {.path = "out/b.jpg", .link = "/nowhere/at/all"}},
     .runs = {{.list = "$1/img/jpeg/a\n$1/img/jpeg/b?size=3000000\n",
               .options = {"--name", "{stem}{ext}"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .path = "a.jpg"},
                        {.url = "$1/img/jpeg/b?size=3000000", .status = "ok", .path = "b.jpg"}}}}},
    {.name = "the output folder may be a link, since the user made it",
     .given = {{.path = "elsewhere/"}, {.path = "out", .link = "elsewhere"}},
     .runs = {{.list = "$1/img/jpeg/a\n",
               .also = {"elsewhere/*"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok"}}}}},

    {.name = "escapes of a list reach neither the terminal nor the manifest",
     .runs = {{.list = "http://h\x1b]0;x\x07/\n\x1b[2Jnonsense\nhttp://\xc2\x9b"
                       "1m/\n$1/nothing\xe2\x80\xaegpj\n$1/\xe2\x81\xa6x\n$1/\xef\xbb\xbfy\n",
               .options = {"-v", "--summary", "-"},
               .exit_status = 1,
               .never = {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"}}}},
    {.name = "escapes of a server reach neither the terminal nor the manifest",
     .runs = {{.list = "$1/img/html/a?type=%1b%5b31mred/html&header=X-A:%1b%5d0;title%07\n"
                       "$1/img/jpeg/b?etag=%22%1b%5b2J%e2%80%ae%22&last-modified=%c2%9b31m\n"
                       "$1/img/jpeg/c?redirect=http://%1b%5b31m/\n$1/img/jpeg/d?redirect=/img/%1b%5b31m\n"
                       "$1/img/jpeg/e?header=X-Robots-Tag:%20%1b%5b31m,noai\n"
                       "$1/img/jpeg/f?type=text/%1b%5b31m\n",
               .options = {"-v", "--summary", "-"},
               .exit_status = 1,
               .never = {"\x1b", "\xc2\x9b", "\xe2\x80\xae", "\x07"}}}},
    {.name = "escapes in names become part of no name",
     .runs =
         {{.list =
               "$1/img/jpeg/%1b%5b31m?x=1\n$1/img/jpeg/b?disposition=attachment;%20filename=%22%e2%80%aegpj.exe%22\n"
               "$1/img/jpeg/c?disposition=attachment;%20filename=%22%1b%5d0;x%07.jpg%22\n"
               "$1/img/jpeg/%c2%9b31m\n$1/img/jpeg/%0d%0a.jpg\n",
           .options = {"-v", "--content-disposition"},
           .stored = 5,
           .never = {"\x1b", "\xe2\x80\xae", "\xc2\x9b"}}}},
    {.name = "a CSV has no formulas",
     .runs = {{.list = "=HYPERLINK(\"http://x\")\n@SUM(1)\n-1+cmd\n+1\n"
                       "$1/img/jpeg/a?etag==1%2b1&type=%40x/y&last-modified=-1\n$1/img/jpeg/=b\n",
               .options = {"--manifest", "out/rows.csv", "--name", "{stem}{ext}"},
               .manifest = "out/rows.csv",
               .exit_status = 1,
               .urls = 6,
               .never = {",=", ",@", ",-", ",+"},
               .rows = {{.url = "$1/img/jpeg/=b", .status = "ok", .path = "_b.jpg"}}},
              {.options = {"--manifest", "out/rows.csv", "--name", "{stem}{ext}"},
               .manifest = "out/rows.csv",
               .exit_status = 1,
               .urls = 6,
               .appended = NONE}}},

    {.name = "headers without end, of any shape, end within bounds and in one attempt",
     .runs = {{.list = "$1/img/jpeg/a?malformed=endless-headers\n$2/img/jpeg/b?malformed=endless-line\n"
                       "$3/img/jpeg/c?malformed=many-headers\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?malformed=endless-headers",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1},
                        {.url = "$2/img/jpeg/b?malformed=endless-line",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1},
                        {.url = "$3/img/jpeg/c?malformed=many-headers",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1}},
               .stored = NONE}}},
    {.name = "interim responses without end, of any status, end within bounds and in one attempt",
     .runs =
         {{.list =
               "$1/img/jpeg/a?malformed=100-flood\n$2/img/jpeg/b?malformed=102-flood\n"
               "$3/img/jpeg/c?malformed=1xx-flood\n",
           .exit_status = 1,
           .rows =
               {{.url = "$1/img/jpeg/a?malformed=100-flood", .status = "failed", .error = "protocol", .attempts = 1},
                {.url = "$2/img/jpeg/b?malformed=102-flood", .status = "failed", .error = "protocol", .attempts = 1},
                {.url = "$3/img/jpeg/c?malformed=1xx-flood", .status = "failed", .error = "protocol", .attempts = 1}},
           .stored = NONE}}},
    {.name = "trailers without end, end within bounds and in one attempt",
     .runs = {{.list = "$1/img/jpeg/a?malformed=endless-trailers\n",
               .options = {"-a", "*/*"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?malformed=endless-trailers",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1}},
               .stored = NONE}}},
    {.name = "chunks that are larger than any body, or of no size, end in one attempt",
     .runs =
         {{.list = "$1/img/jpeg/a?malformed=huge-chunk\n$2/img/jpeg/b?malformed=bad-chunk\n",
           .exit_status = 1,
           .rows =
               {{.url = "$1/img/jpeg/a?malformed=huge-chunk", .status = "failed", .error = "protocol", .attempts = 1},
                {.url = "$2/img/jpeg/b?malformed=bad-chunk", .status = "failed", .error = "protocol", .attempts = 1}},
           .stored = NONE}}},
    {.name = "chunks that say nothing without end, end after --stall-timeout",
     .runs = {{.list = "$1/img/jpeg/a?malformed=endless-extension\n",
               .options = {"--retries", "0", "--stall-timeout", "1"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?malformed=endless-extension", .status = "failed", .error = "timeout"}},
               .stored = NONE}}},
    {.name = "bodies without end, end at --max-size or --max-time",
     .runs =
         {{.list = "$1/img/jpeg/a?malformed=endless-body\n",
           .options = {"--max-size", "3M"},
           .exit_status = 1,
           .rows =
               {{.url = "$1/img/jpeg/a?malformed=endless-body", .status = "rejected", .error = "size", .attempts = 1}},
           .stored = NONE},
          {.list = "$2/img/jpeg/a?malformed=endless-body\n",
           .options = {"--max-time", "1", "--retries", "0", "--limit-rate", "5M"},
           .exit_status = 1,
           .rows =
               {{.url = "$2/img/jpeg/a?malformed=endless-body", .status = "failed", .error = "timeout", .attempts = 1}},
           .urls = 2,
           .stored = NONE}}},
    {.name = "redirects without end, and more of them than allowed, end",
     .runs = {{.list = "$1/loop/0\n"
                       "$2/hop/30/img/jpeg/a\n",
               .options = {"--max-redirects", "5"},
               .exit_status = 1,
               .rows = {{.url = "$1/loop/0", .status = "failed", .error = "redirect", .attempts = 1},
                        {.url = "$2/hop/30/img/jpeg/a", .status = "failed", .error = "redirect", .attempts = 1}},
               .requests = {{.host = "127.0.0.2", .count = 6}},
               .stored = NONE}}},
    {.name = "what is compressed unasked is taken as it came",
     .runs = {{.list =
                   "$1/img/jpeg/a?header=Content-Encoding:%20gzip\n$1/img/random/b?header=Content-Encoding:%20br\n"
                   "$1/img/jpeg/c?header=Content-Encoding:%20gzip,%20gzip,%20gzip,%20gzip,%20gzip,%20gzip,%20gzip\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?header=Content-Encoding:%20gzip",
                         .status = "ok",
                         .media_type = "image/jpeg"},
                        {.url = "$1/img/random/b?header=Content-Encoding:%20br", .status = "rejected", .error = "type"},
                        {.url = "$1/img/jpeg/c?header=Content-Encoding:%20gzip,%20gzip,%20gzip,%20gzip,%20gzip,%20gzip,"
                                "%20gzip",
                         .status = "ok"}},
               .stored = 2}}},
    {.name = "a transfer coding that nobody asked for is no HTTP",
     .runs = {{.list = "$1/img/random/a?malformed=gzip-transfer\n$1/img/random/b?malformed=packed-transfer\n",
               .options = {"-a", "*/*"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/random/a?malformed=gzip-transfer",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1},
                        {.url = "$1/img/random/b?malformed=packed-transfer",
                         .status = "failed",
                         .error = "protocol",
                         .attempts = 1}},
               .stored = NONE}}},
    {.name = "--max-size counts what a body unpacks to that was compressed unasked",
     .runs = {{.list = "$1/img/random/a?malformed=packed-body\n",
               .options = {"-a", "*/*", "--max-size", "99999"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/random/a?malformed=packed-body",
                         .status = "rejected",
                         .error = "size",
                         .message = "99999 bytes",
                         .attempts = 1}},
               .stored = NONE}}},
    {.name = "--min-size counts what a body unpacks to that was compressed unasked",
     .runs = {{.list = "$1/img/random/b?malformed=packed-body\n",
               .options = {"-a", "*/*", "--min-size", "100001"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/random/b?malformed=packed-body",
                         .status = "rejected",
                         .error = "size",
                         .message = "100000 bytes"}},
               .stored = NONE}}},
    {.name = "what is no HTTP/1.1 is not taken for a body",
     .runs = {{.list = "$1/img/jpeg/a?malformed=no-head\n$1/img/jpeg/b?malformed=bad-status\n"
                       "$1/img/jpeg/c?malformed=no-status\n$1/img/jpeg/d?malformed=garbage\n",
               .options = {"-a", "*/*"},
               .exit_status = 1,
               .rows =
                   {{.url = "$1/img/jpeg/a?malformed=no-head", .status = "failed", .error = "protocol", .attempts = 1},
                    {.url = "$1/img/jpeg/b?malformed=bad-status", .status = "failed", .error = "protocol"},
                    {.url = "$1/img/jpeg/c?malformed=no-status", .status = "failed", .error = "protocol"},
                    {.url = "$1/img/jpeg/d?malformed=garbage", .status = "failed", .error = "protocol"}},
               .stored = NONE}}},
    {.name = "line breaks get into no request by a URL",
     .runs = {{.list = "$1/echo?x=\vX-Evil:1\n$1/echo?x=a\tb\n$1/echo?x=a b\nhttp://h\v/\n$1/echo%0d%0aX-Evil:%201\n"
                       "http://u%0d%0aX-Evil:%201@127.0.0.1:$PORT/echo\n",
               .options = {"-a", "*/*"},
               .exit_status = 1,
               .rows = {{.url = "$1/echo%0d%0aX-Evil:%201", .status = "ok"}, {.url = "$1/echo", .status = "ok"}},
               .holds = {{.url = "$1/echo%0d%0aX-Evil:%201", .text = "GET /echo%0d%0aX-Evil:%201 HTTP"},
                         {.url = "$1/echo?x=\vX-Evil:1", .text = "GET /echo?x=%0BX-Evil:1 HTTP"},
                         {.url = "$1/echo?x=a\tb", .text = "GET /echo?x=ab HTTP"},
                         {.url = "$1/echo?x=a b", .text = "GET /echo?x=a%20b HTTP"}},
               .lacks = {{.url = "$1/echo", .text = "\nX-Evil"}},
               .requests = {{.count = 5}},
               .stored = 5}}},
    {.name = "line breaks get into no request by a header of the command line",
     .runs = {{.list = "$1/echo\n",
               .options = {"-H", "X-A: b\r\nX-Evil: 1"},
               .exit_status = 2,
               .says = {"control character"},
               .urls = NONE,
               .requests = {{.count = NONE}}}}},
    {.name = "line breaks get into no request by the user agent",
     .runs = {{.list = "$1/echo\n",
               .options = {"-U", "a\nX-Evil: 1"},
               .exit_status = 2,
               .says = {"control character"},
               .urls = NONE,
               .requests = {{.count = NONE}}}}},
    {.name = "line breaks get into no request by a settings file",
     .given = {{.path = "settings", .text = "header = X-A: b\rX-Evil: 1\n"}},
     .runs = {{.list = "$1/echo\n",
               .options = {"--config", "settings"},
               .exit_status = 2,
               .says = {"settings:1", "control character"},
               .urls = NONE,
               .requests = {{.count = NONE}}}}},
    {.name = "line breaks get into no request by the user name of a proxy",
     .runs = {{.list = "$1/echo\n",
               .options = {"-a", "*/*", "-x", "http://u%0d%0aX-Evil:%201:p%0d%0a%0d%0aGET%20%2fevil@127.0.0.1:$PORT"},
               .rows = {{.url = "$1/echo", .status = "ok"}},
               .lacks = {{.url = "$1/echo", .text = "X-Evil"}},
               .requests = {{.count = 1}},
               .stored = 1}}},
    {.name = "line breaks get into no request by a redirect",
     .runs = {{.list = "$1/img/jpeg/a?redirect=/echo%0d%0a%20X-Evil:1\n$1/img/jpeg/b?redirect=/echo%09x\n"
                       "$1/img/jpeg/c?redirect=/echo%253d%250d%250aX-Evil:1\n",
               .options = {"-a", "*/*", "--retries", "0"},
               .rows =
                   {{.url = "$1/img/jpeg/a?redirect=/echo%0d%0a%20X-Evil:1", .status = "ok", .final_url = "$1/echo"},
                    {.url = "$1/img/jpeg/b?redirect=/echo%09x", .status = "ok", .final_url = "$1/echox"},
                    {.url = "$1/img/jpeg/c?redirect=/echo%253d%250d%250aX-Evil:1", .status = "ok"}},
               .lacks = {{.url = "$1/img/jpeg/a?redirect=/echo%0d%0a%20X-Evil:1", .text = "\nX-Evil"}},
               .holds = {{.url = "$1/img/jpeg/c?redirect=/echo%253d%250d%250aX-Evil:1",
                          .text = "%0d%0aX-Evil:1 HTTP"}}}}},
    {.name = "only http and https are fetched, from a list and from a redirect",
     .given = {{.path = "secret", .text = "root:x:0"}},
     .runs = {{.list = "file:///etc/passwd\nftp://127.0.0.1/\ngopher://127.0.0.1:$PORT/_GET\ndict://127.0.0.1/\n"
                       "scp://127.0.0.1/x\ndata:text/plain,x\n$1/img/jpeg/a?redirect=file:///etc/passwd\n"
                       "$1/img/jpeg/b?redirect=gopher://127.0.0.1:$PORT/_x\n$1/img/jpeg/c?redirect=FILE:/etc/passwd\n"
                       "$1/img/jpeg/d?redirect=dict://127.0.0.1/x\n$1/img/jpeg/e?redirect=javascript:alert(1)\n",
               .options = {"-a", "*/*"},
               .exit_status = 1,
               .rows = {{.url = "file:///etc/passwd", .status = "failed", .error = "url"},
                        {.url = "gopher://127.0.0.1:$PORT/_GET", .status = "failed", .error = "url"},
                        {.url = "$1/img/jpeg/a?redirect=file:///etc/passwd", .status = "failed", .error = "redirect"},
                        {.url = "$1/img/jpeg/b?redirect=gopher://127.0.0.1:$PORT/_x",
                         .status = "failed",
                         .error = "redirect"},
                        {.url = "$1/img/jpeg/c?redirect=FILE:/etc/passwd", .status = "failed", .error = "redirect"},
                        {.url = "$1/img/jpeg/d?redirect=dict://127.0.0.1/x", .status = "failed", .error = "redirect"}},
               .requests = {{.count = 5}},
               .never = {"root:"},
               .stored = NONE}}},
    {.name = "cookies are not kept for other URLs",
     .runs = {{.list = "$1/img/jpeg/a?header=Set-Cookie:%20session=s3cret;%20Path=/\n"
                       "$1/img/jpeg/b?redirect=/echo%3Fx=1&header=Set-Cookie:%20session=s3cret\n$1/echo?x=2\n",
               .options = {"-a", "*/*", "--per-host", "1"},
               .lacks = {{.url = "$1/img/jpeg/b?redirect=/echo%3Fx=1&header=Set-Cookie:%20session=s3cret",
                          .text = "Cookie"},
                         {.url = "$1/echo?x=2", .text = "Cookie"}},
               .stored = 3}}},
    {.name = "hostile bytes are looked at within bounds",
     .runs = {{.list = "$1/img/random/$N?size=3000000\n$1/img/text/$N?size=2000000\n$1/img/json/$N?size=2000000\n",
               .repeat = 3,
               .options = {"--max-time", "60"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/random/0?size=3000000", .status = "rejected", .error = "type"},
                        {.url = "$1/img/text/0?size=2000000", .status = "rejected", .error = "type"},
                        {.url = "$1/img/json/0?size=2000000", .status = "rejected", .error = "type"}},
               .stored = NONE}}},
};

const struct topic safety_topic = {.name = "safety", .cases = cases, .count = sizeof cases / sizeof cases[0]};
