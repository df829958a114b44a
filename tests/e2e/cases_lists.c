/* Lists as people have them: other separators, line ends, quotes and encodings, JSON of every layout, checksums in
 * columns, and options that a list has no use for. */
#include "e2e.h"

#define BARE(...) .bare = true, .options = {"-o", "out", "--retries", "0", __VA_ARGS__}

#define TEXT_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of "abc" */
#define TEXT_MD5    "900150983cd24fb0d6963f7d28e17f72"
#define ZERO_SHA256 "0000000000000000000000000000000000000000000000000000000000000000"

/* One file, read with these options; both of $1/img/jpeg/a and b are stored. */
#define BOTH(name_, file_, text_, ...)                                                                                 \
  {                                                                                                                    \
    .name = name_, .given = {{.path = file_, .text = text_}}, .runs = {                                                \
      {BARE(__VA_ARGS__),                                                                                              \
       .rows = {{.url = "$1/img/jpeg/a", .status = "ok"}, {.url = "$1/img/jpeg/b", .status = "ok"}}, .urls = 2,        \
       .stored = 2}                                                                                                    \
    }                                                                                                                  \
  }

/* Bad usage: nothing starts. */
#define REFUSED(name_, file_, text_, says_, ...)                                                                       \
  {                                                                                                                    \
    .name = name_, .given = {{.path = file_, .text = text_}}, .runs = {                                                \
      {BARE(__VA_ARGS__), .exit_status = 2, .says = {says_}, .requests = {{.count = NONE}}, .urls = NONE}              \
    }                                                                                                                  \
  }

static const struct e2e_case cases[] = {
    BOTH("a carriage return alone ends lines of a table", "a.csv", "url,n\r$1/img/jpeg/a,1\r$1/img/jpeg/b,2", "a.csv"),
    BOTH("a carriage return alone ends lines of a plain list", "a.txt", "$1/img/jpeg/a\r$1/img/jpeg/b\r", "a.txt"),
    BOTH("semicolons are found in the header", "a.csv", "url;n\n$1/img/jpeg/a;1,5\n$1/img/jpeg/b;2\n", "a.csv"),
    BOTH("tabs are found in the header", "a.csv", "id\turl\n1\t$1/img/jpeg/a\n2\t$1/img/jpeg/b\n", "a.csv"),
    BOTH("a first line names the separator", "a.csv", "sep=|\r\nurl|n\r\n$1/img/jpeg/a|1\r\n$1/img/jpeg/b|2\r\n",
         "a.csv"),
    BOTH("--separator names the separator", "a.csv", "n,^url\n1^$1/img/jpeg/a\n2^$1/img/jpeg/b\n", "--separator", "^",
         "a.csv"),
    BOTH("columns are trimmed, and a name goes before a number", "a.csv", " 2 , 1 \n$1/img/jpeg/a,x\n$1/img/jpeg/b,y\n",
         "--url-column", "2", "a.csv"),
    BOTH("rows with fewer fields are read", "a.tsv", "$1/img/jpeg/a\t1:1\t2:0.9\n$1/img/jpeg/b\t5:1\n", "--url-column",
         "1", "a.tsv"),
    BOTH("an array is read from .json", "a.json", "[{\"url\":\"$1/img/jpeg/a\"}, {\"url\":\"$1/img/jpeg/b\"}]",
         "a.json"),
    BOTH("JSON is known by its content", "a.txt",
         "{\n \"url\": \"$1/img/jpeg/a\"\n}\n{\n \"url\": \"$1/img/jpeg/b\"\n}\n", "a.txt"),
    BOTH("a member may list URLs", "a.jl", "{\"image_urls\":[\"$1/img/jpeg/a\",\"$1/img/jpeg/b\"],\"n\":1}\n",
         "--url-column", "image_urls", "a.jl"),
    {.name = "UTF-16 with a mark is read, and without one it is bad usage",
     .given = {{.path = "plain", .text = "url,n\n$1/img/jpeg/a,\xc3\xa9\n"}},
     .runs = {{BARE("wide.csv"), .before = "iconv -f utf-8 -t utf-16 <plain >wide.csv", .also = {"wide.csv"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"n\":\"\xc3\xa9\"}"}}, .urls = 1,
               .stored = 1},
              {BARE("bare.csv"), .before = "iconv -f utf-8 -t utf-16be <plain >bare.csv",
               .also = {"wide.csv", "bare.csv"}, .exit_status = 2, .appended = NONE, .urls = 1, .stored = 1,
               .says = {"the list \"bare.csv\" is in UTF-16BE without a byte order mark, it seems; --encoding UTF-16BE "
                        "reads it"},
               .requests = {{.count = NONE}}},
              {BARE("--encoding", "utf-16be", "bare.csv"), .also = {"wide.csv", "bare.csv"}, .appended = NONE,
               .urls = 1, .stored = 1}}},
    {.name = "bytes that are not UTF-8 are reported once, and --encoding reads them",
     .given = {{.path = "a.csv", .text = "url,n\n$1/img/jpeg/a,caf\xe9\n$1/img/jpeg/b,caf\xe9\n"}},
     .runs = {{BARE("a.csv"),
               .says = {"the list \"a.csv\" holds bytes that are not UTF-8; --encoding says what they are"},
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"n\":\"caf%E9\"}"}}, .urls = 2,
               .stored = 2},
              {BARE("--fresh", "--encoding", "latin1", "a.csv"), .never = {"not UTF-8"},
               .rows = {{.url = "$1/img/jpeg/b", .status = "ok", .input = "{\"n\":\"caf\xc3\xa9\"}"}}, .urls = 2,
               .stored = 2}}},
    {.name = "a quote that a later line closes costs one record",
     .given = {{.path = "a.csv",
                .text = "url,n\n$1/img/jpeg/z,\"never closed\n$1/img/jpeg/a,b\n$1/img/jpeg/b,\"later\"\n"}},
     .runs = {{BARE("a.csv"), .exit_status = 1,
               .rows = {{.url = "a.csv:2", .status = "failed", .error = "url", .message = "closing quote"},
                        {.url = "$1/img/jpeg/a", .status = "ok"},
                        {.url = "$1/img/jpeg/b", .status = "ok", .input = "{\"n\":\"later\"}"}},
               .urls = 3, .stored = 2}}},
    {.name = "URLs inside of sound quotes are reported",
     .given = {{.path = "a.csv", .text = "url,n\n$1/img/jpeg/a,\"x\n$1/img/jpeg/b,y\n$1/img/jpeg/c,\"\n"}},
     .runs = {{BARE("a.csv"), .says = {"has URLs inside of quotes that hold several lines", "--quote-style none"},
               .urls = 1, .stored = 1}}},
    {.name = "backslash quotes are named, and read by --quote-style",
     .given = {{.path = "a.csv", .text = "url,n\n$1/img/jpeg/a,\"say \\\"hi\\\", all\"\n"}},
     .runs = {{BARE("a.csv"), .exit_status = 1,
               .rows = {{.url = "a.csv:2", .error = "url", .message = "--quote-style backslash reads that"}}, .urls = 1,
               .stored = NONE},
              {BARE("--fresh", "--quote-style", "backslash", "a.csv"),
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"n\":\"say \\\"hi\\\", all\"}"}},
               .urls = 1, .stored = 1}}},
    {.name = "flaws of other members cost no URL, and the manifest is strict JSON",
     .given = {{.path = "a.jsonl",
                .text = "{\"w\":NaN,\"url\":\"$1/img/jpeg/a\",\"x\":[1 2,]}\n"
                        "{\"c\":\"cut \\ud83d\",\"d\":\"caf\xe9\ttab\",\"url\":\"$1/img/jpeg/b\"}\n"}},
     .runs = {{BARE("a.jsonl"),
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"w\":null,\"x\":[1,2]}"},
                        {.url = "$1/img/jpeg/b",
                         .status = "ok",
                         .input = "{\"c\":\"cut \\ufffd\",\"d\":\"caf%E9\\u0009tab\"}"}},
               .urls = 2, .stored = 2}}},
    {.name = "a plain list that holds a table is reported with the options that read it",
     .given = {{.path = "a.txt", .text = "n01\t$1/img/jpeg/a\nn02\t$1/img/jpeg/b\n"}},
     .runs = {{BARE("a.txt"), .exit_status = 1,
               .says = {"the list \"a.txt\" has lines that hold tabs; --input-format tsv --url-column 2 reads them"},
               .urls = 2, .stored = NONE},
              {BARE("--fresh", "--input-format", "tsv", "--url-column", "2", "a.txt"),
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok", .input = "{\"1\":\"n01\"}"}}, .urls = 2,
               .stored = 2}}},
    {.name = "--checksum compares with a column or a member",
     .given = {{.path = "a.csv",
                .text = "SHA256,url\n" TEXT_SHA256 ",$1/img/text/a?body=abc\n" ZERO_SHA256 ",$1/img/text/b?body=abc\n"
                        ",$1/img/text/c?body=abc\nxyz,$1/img/text/d?body=abc\n"},
               {.path = "b.jsonl",
                .text = "{\"url\":\"$1/img/text/e?body=abc\",\"md5\":\"" TEXT_MD5 "\"}\n"
                        "{\"md5\":\"" TEXT_MD5 "\",\"url\":\"$1/img/text/f?body=abd\"}\n"},
               {.path = "c.tsv", .text = "url\tsum\n$1/img/text/g?body=abd\tmd5=" TEXT_MD5 "\n"}},
     .runs = {{BARE("--checksum", "-a", "*/*", "--dedup", "off", "a.csv", "b.jsonl"), .exit_status = 1,
               .says = {"--checksum: 1 URL has no checksum in the list, and nothing was compared for it"},
               .rows = {{.url = "$1/img/text/a?body=abc", .status = "ok"},
                        {.url = "$1/img/text/b?body=abc", .status = "rejected", .error = "checksum"},
                        {.url = "$1/img/text/c?body=abc", .status = "ok"},
                        {.url = "$1/img/text/d?body=abc", .status = "failed", .error = "url", .message = "64 hex"},
                        {.url = "$1/img/text/e?body=abc", .status = "ok"},
                        {.url = "$1/img/text/f?body=abd", .status = "rejected", .error = "checksum"}},
               .urls = 6, .stored = 3},
              {BARE("--checksum-column", "sum", "-a", "*/*", "c.tsv"), .exit_status = 1,
               .rows = {{.url = "$1/img/text/g?body=abd", .status = "rejected", .error = "checksum"}}, .urls = 7,
               .stored = 3}}},
    REFUSED(
        "--checksum is refused for a table without such a column", "a.csv", "url,hash\n$1/img/jpeg/a,x\n",
        "has no column \"sha256\" or \"md5\"; --checksum-column says which of its columns holds the checksums: url, "
        "hash",
        "--checksum", "a.csv"),
    REFUSED("--checksum is refused for JSON without such a member", "a.jsonl", "{\"url\":\"$1/img/jpeg/a\"}\n",
            "has no member \"sha256\" or \"md5\" in its first record", "--checksum", "a.jsonl"),
    REFUSED("--separator is refused for a plain list", "a.txt", "$1/img/jpeg/a\n", "--separator: no list is CSV or TSV",
            "--separator", ";", "a.txt"),
    REFUSED("--separator must be one character", "a.csv", "url\n$1/img/jpeg/a\n", "--separator: \"ab\" is neither",
            "--separator", "ab", "a.csv"),
    REFUSED("--quote-style is refused for JSON", "a.json", "[\"$1/img/jpeg/a\"]",
            "--quote-style: no list is CSV or TSV", "--quote-style", "none", "a.json"),
    REFUSED("--checksum-column is refused for a plain list", "a.txt", "$1/img/jpeg/a\n",
            "--checksum-column: no list has columns", "--checksum-column", "x", "a.txt"),
    REFUSED("an unknown encoding is refused", "a.txt", "$1/img/jpeg/a\n",
            "--encoding: \"klingon\" is no encoding that this system knows", "--encoding", "klingon", "a.txt"),
    {.name = "an option that standard input has no use for is reported at its end",
     .runs = {{BARE("--url-column", "src", "-"), .input = "$1/img/jpeg/a\n", .exit_status = 3,
               .says = {"standard input has no columns, which --url-column is for"}, .urls = NONE},
              {BARE("--url-column", "src", "-"), .input = "{\"src\":\"$1/img/jpeg/a\"}\n",
               .rows = {{.url = "$1/img/jpeg/a", .status = "ok"}}, .urls = 1, .stored = 1}}},
};

const struct topic lists_topic = {.name = "lists", .cases = cases, .count = sizeof cases / sizeof cases[0]};
