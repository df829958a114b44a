/* Lists with columns, compressed lists, and lists that are divided among machines. */
#include "e2e.h"

#define BARE(...) .bare = true, .options = {"-o", "out", "--retries", "0", __VA_ARGS__}

/* Of 127.0.0.1 to 127.0.0.4, hashed into two parts, 127.0.0.1 is in part 1. */
#define EIGHT                                                                                                          \
  "$1/img/jpeg/a\n$2/img/jpeg/b\n$3/img/jpeg/c\n$4/img/jpeg/d\n$1/img/png/a\n$2/img/png/b\n$3/img/png/c\n$4/img/png/"  \
  "d\n"

/* Of eight URLs and a good list behind: libarchive drops the block that broke off, the others give what they have. */
#define PACKED(pack_, file_, cut_, left_)                                                                              \
  {.name = "a list is unpacked: " pack_,                                                                               \
   .given = {{.path = file_, .text = EIGHT, .pack = pack_}},                                                           \
   .runs = {{BARE(file_), .rows = {{.url = "$1/img/jpeg/a", .status = "ok"}, {.url = "$4/img/png/d", .status = "ok"}}, \
             .urls = 8, .stored = 8}}},                                                                                \
      {.name = "a list is unpacked from standard input: " pack_,                                                       \
       .runs = {{BARE("-"), .input = EIGHT, .input_pack = pack_, .rows = {{.url = "$2/img/jpeg/b", .status = "ok"}},   \
                 .urls = 8, .stored = 8}}},                                                                            \
  {                                                                                                                    \
    .name = "a packed list that is cut short is said to be: " pack_,                                                   \
    .given = {{.path = file_, .text = EIGHT, .pack = pack_, .cut = cut_},                                              \
              {.path = "good.txt", .text = "$1/img/gif/z\n"}},                                                         \
    .runs = {                                                                                                          \
      {BARE(file_, "good.txt"), .exit_status = 3,                                                                      \
       .says = {"the list \"" file_ "\" could not be read to its end: its " pack_ " data"},                            \
       .rows = {{.url = "$1/img/gif/z", .status = "ok"}}, .urls = left_, .stored = left_}                              \
    }                                                                                                                  \
  }

static const struct e2e_case cases[] = {
    PACKED("gzip", "list.gz", 8, 9),
    PACKED("zstd", "list.zst", 9, 1),
    PACKED("xz", "list.xz", 9, 9),
    PACKED("bzip2", "list.bz2", 9, 1),
    {.name = "a CSV list carries its other columns into the manifest",
     .given =
         {{.path = "cats.csv",
           .text =
               "id,url,\"a \"\"note\"\"\"\r\n7,$1/img/jpeg/a,\"two,\r\nlines\"\r\n8,$1/img/jpeg/b?status=404,\r\n"}},
     .runs = {{.bare = true,
               .options = {"cats.csv"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a",
                         .status = "ok",
                         .input = "{\"id\":\"7\",\"a \\\"note\\\"\":\"two,\\u000d\\u000alines\"}"},
                        {.url = "$1/img/jpeg/b?status=404",
                         .status = "failed",
                         .error = "http",
                         .input = "{\"id\":\"8\",\"a \\\"note\\\"\":\"\"}"}},
               .output = "cats",
               .manifest = "cats/manifest.jsonl",
               .urls = 2,
               .stored = 1},
              {.bare = true,
               .options = {"cats.csv"},
               .exit_status = 1,
               .output = "cats",
               .manifest = "cats/manifest.jsonl",
               .appended = NONE,
               .requests = {{.count = NONE}},
               .urls = 2,
               .stored = 1}}},
    {.name = "the manifest as CSV has the other columns as JSON",
     .given = {{.path = "cats.tsv", .text = "image_url\tname\n$1/img/jpeg/a\tO\"Malley, \"the cat\"\n"}},
     .runs =
         {{BARE("--url-column", "image_url", "--manifest", "out/m.csv", "cats.tsv"), .manifest = "out/m.csv",
           .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"name\":\"O\\\"Malley, \\\"the cat\\\"\"}"}},
           .urls = 1, .stored = 1}}},
    {.name = "JSON lines keep the order and the numbers of their members",
     .given = {{.path = "cats.jsonl.gz",
                .text =
                    "{\"n\": 1.50, \"src\": \"$1/img/jpeg/a\", \"tags\": [\"x\", null]}\n{\"src\":\"$1/img/png/a\"}\n",
                .pack = "gzip"}},
     .runs = {{.bare = true,
               .options = {"--url-column=src", "cats.jsonl.gz"},
               .output = "cats",
               .manifest = "cats/manifest.jsonl",
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"n\":1.50,\"tags\":[\"x\",null]}"},
                        {.url = "$1/img/png/a", .status = "ok", .input = "{}"}},
               .urls = 2,
               .stored = 2}}},
    {.name = "duplicates keep what their own records carry",
     .runs = {{BARE("--input-format", "csv", "-"), .input = "url,n\n$1/img/jpeg/a,1\n$2/img/jpeg/a,2\nftp://h/a,3\n",
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a", .input = "{\"n\":\"1\"}"},
                        {.url = "$2/img/jpeg/a", .input = "{\"n\":\"2\"}"},
                        {.url = "ftp://h/a", .status = "failed", .error = "url", .input = "{\"n\":\"3\"}"}},
               .urls = 3, .stored = 1}}},
    {.name = "bad records get rows of their own and stop nothing",
     .given = {{.path = "a.csv",
                .text = "url,n\na\n$1/img/jpeg/b,\"x\"y\n,3\n$1/img/jpeg/c,\"4\nann:s3cret@h/"
                        ",5,6\n$1/img/jpeg/d,7\n"},
               {.path = "b.jsonl", .text = "{}\n{\"url\":1}\n{\"url\":\"$1/img/png/a\"}\n"}},
     .runs = {{BARE("a.csv", "b.jsonl"), .exit_status = 1,
               .rows = {{.url = "a.csv:2",
                         .status = "failed",
                         .error = "url",
                         .message = "line 2 of a.csv has 1 field instead of 2"},
                        {.url = "a.csv:3", .status = "failed", .error = "url", .message = "closing quote"},
                        {.url = "a.csv:4", .status = "failed", .error = "url", .message = "has no URL"},
                        {.url = "a.csv:5", .status = "failed", .error = "url", .message = "not closed"},
                        {.url = "a.csv:6", .status = "failed", .error = "url", .message = "has 3 fields instead of 2"},
                        {.url = "$1/img/jpeg/d", .status = "ok", .input = "{\"n\":\"7\"}"},
                        {.url = "b.jsonl:1",
                         .status = "failed",
                         .error = "url",
                         .message = "line 1 of b.jsonl has no member for the URL"},
                        {.url = "b.jsonl:2", .status = "failed", .error = "url", .message = "no string"},
                        {.url = "$1/img/png/a", .status = "ok"}},
               .never = {"s3cret"}, .urls = 9, .stored = 2}}},
    {.name = "an archive that is no list is refused before anything starts",
     .given = {{.path = "good.txt", .text = "$1/img/jpeg/a\n"}, {.path = "list.zip", .text = "PK\3\4$1/img/jpeg/a\n"}},
     .runs = {{BARE("good.txt", "list.zip"), .exit_status = 2,
               .says = {"the list \"list.zip\" is a zip archive or an office document; unpack it"},
               .requests = {{.count = NONE}}, .urls = NONE}}},
    {.name = "an archive by standard input is said at the end",
     .given = {{.path = "good.txt", .text = "$1/img/jpeg/a\n"}},
     .runs = {{BARE("-", "good.txt"), .input = "PK\3\4\n$1/img/jpeg/b\n", .input_pack = "gzip", .exit_status = 3,
               .says = {"standard input is a zip archive or an office document; unpack it"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok"}}, .urls = 1, .stored = 1}}},
    {.name = "a file without the column is refused before anything starts",
     .given = {{.path = "a.csv", .text = "id,link\n1,$1/img/jpeg/a\n"}},
     .runs = {{BARE("a.csv"), .exit_status = 2, .says = {"the list \"a.csv\" has no column \"url\"", "id, link"},
               .requests = {{.count = NONE}}, .urls = NONE},
              {BARE("--url-column", "img", "a.csv"), .exit_status = 2,
               .says = {"has no column \"img\"; its columns are: id, link"}, .urls = NONE},
              {BARE("--url-column", "2", "a.csv"),
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"id\":\"1\"}"}}, .urls = 1, .stored = 1}}},
    {.name = "standard input without the column could not be read",
     .runs = {{BARE("--input-format", "tsv", "-"), .input = "id\tlink\n", .exit_status = 3,
               .says = {"standard input has no column \"url\""}, .urls = NONE}}},
    {.name = "a column of lines that have none is bad usage",
     .given = {{.path = "a.txt", .text = "$1/img/jpeg/a\n"}},
     .runs = {{BARE("--url-column", "x", "a.txt"), .exit_status = 2, .says = {"no list has columns"}, .urls = NONE}}},
    {.name = "partitions are disjoint by host, and together the whole",
     .given = {{.path = "a.txt", .text = EIGHT "not a url\n"}},
     .runs = {{BARE("--partition", "1/2", "a.txt"), .exit_status = 1, .says = {"other parts"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok"},
                        {.url = "$1/img/png/a", .status = "ok"},
                        {.url = "not a url", .status = "failed", .error = "url"}},
               .urls = 3, .stored = 2},
              {BARE("--partition", "2/2", "a.txt"), .exit_status = 0,
               .rows = {{.url = "$2/img/jpeg/b", .status = "ok"},
                        {.url = "$3/img/jpeg/c", .status = "ok"},
                        {.url = "$4/img/jpeg/d", .status = "ok"},
                        {.url = "$2/img/png/b", .status = "ok"},
                        {.url = "$3/img/png/c", .status = "ok"},
                        {.url = "$4/img/png/d", .status = "ok"}},
               .urls = 9, .appended = 6, .stored = 8}}},
    {.name = "a partition that there is not is bad usage",
     .runs = {{BARE("--partition", "3/2", "-"), .input = "", .exit_status = 2, .says = {"\"3/2\" is not I/N"},
               .urls = NONE}}},
};

const struct topic formats_topic = {.name = "formats", .cases = cases, .count = sizeof cases / sizeof cases[0]};
