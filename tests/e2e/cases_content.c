/* What arrives is judged: the sides of images, bytes behind their end, checksums given in the list. */
#include "e2e.h"

#define TEXT_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of "abc" */
#define TEXT_MD5    "900150983cd24fb0d6963f7d28e17f72"

static const struct e2e_case cases[] = {
    {.name = "width, height and what follows an image stand in the manifest",
     .runs = {{.list = "$1/img/gif/a?sides=640x480\n$1/img/jpeg/b?trail=12\n$1/img/png/c\n$1/img/webp/d\n"
                       "$1/img/gif/e?size=3000000&sides=7x9&trail=1000\n",
               .rows = {{.url = "$1/img/gif/a?sides=640x480", .status = "ok", .width = "640", .height = "480",
                         .trailing_bytes = "null"},
                        {.url = "$1/img/jpeg/b?trail=12", .status = "ok", .width = "1", .height = "1",
                         .trailing_bytes = "12"},
                        {.url = "$1/img/png/c", .status = "ok", .width = "1", .height = "1"},
                        {.url = "$1/img/webp/d", .status = "ok", .width = "1", .height = "1"},
                        {.url = "$1/img/gif/e?size=3000000&sides=7x9&trail=1000", .status = "ok", .width = "7",
                         .height = "9", .trailing_bytes = "1000"}},
               .stored = 5}}},
    {.name = "what is no image has neither width nor height, and no limit on them",
     .runs = {{.list = "$1/img/html/a\n",
               .options = {"-a", "*/*", "--min-side", "100", "--manifest", "m.csv"},
               .manifest = "m.csv",
               .also = {"m.csv"},
               .rows = {{.url = "$1/img/html/a", .status = "ok", .width = "null", .height = "null",
                         .trailing_bytes = "null"}},
               .stored = 1}}},
    {.name = "--min-side, --max-pixels and --max-aspect reject by the sides",
     .runs = {{.list = "$1/img/gif/a?sides=300x200\n$1/img/gif/b?sides=199x5000\n$1/img/gif/c?sides=1000x1001\n"
                       "$1/img/gif/d?sides=200x401\n$1/img/gif/e?sides=200x400\n$1/img/gif/f?sides=1000x1000\n"
                       "$1/img/gif/g?size=2000000&sides=199x200\n$1/img/gif/h?sides=0x300\n",
               .options = {"--min-side", "200", "--max-pixels", "1M", "--max-aspect", "2"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/gif/a?sides=300x200", .status = "ok"},
                        {.url = "$1/img/gif/b?sides=199x5000", .status = "rejected", .error = "dimensions",
                         .message = "199x5000", .width = "199", .height = "5000"},
                        {.url = "$1/img/gif/c?sides=1000x1001", .status = "rejected", .error = "dimensions"},
                        {.url = "$1/img/gif/d?sides=200x401", .status = "rejected", .error = "dimensions"},
                        {.url = "$1/img/gif/e?sides=200x400", .status = "ok"},
                        {.url = "$1/img/gif/f?sides=1000x1000", .status = "ok"},
                        {.url = "$1/img/gif/g?size=2000000&sides=199x200", .status = "rejected",
                         .error = "dimensions"},
                        {.url = "$1/img/gif/h?sides=0x300", .status = "rejected", .error = "dimensions",
                         .message = "could not be read"}},
               .stored = 3},
              {.options = {"--min-side", "200", "--max-pixels", "1M", "--max-aspect", "2"},
               .exit_status = 1,
               .appended = NONE,
               .requests = {{.count = NONE}},
               .stored = 3}}},
    {.name = "--checksum stores what has the hash that the list gives, and nothing else",
     .runs = {{.list = "$1/img/text/a?body=abc\tsha256=" TEXT_SHA256 "\n"
                       "$1/img/text/b?body=abc \t md5=900150983CD24FB0D6963F7D28E17F72\n"
                       "$1/img/text/c?body=abd\tSHA256=" TEXT_SHA256 "\n"
                       "$1/img/text/d?body=abd\tmd5=" TEXT_MD5 "\n"
                       "$1/img/text/e?body=abd\n",
               .options = {"--checksum", "-a", "*/*", "--dedup", "off"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/text/a?body=abc", .status = "ok"},
                        {.url = "$1/img/text/b?body=abc", .status = "ok"},
                        {.url = "$1/img/text/c?body=abd", .status = "rejected", .error = "checksum",
                         .message = "SHA-256 of the bytes is a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"},
                        {.url = "$1/img/text/d?body=abd", .status = "rejected", .error = "checksum", .message = "MD5"},
                        {.url = "$1/img/text/e?body=abd", .status = "ok"}},
               .urls = 5,
               .stored = 3}}},
    {.name = "--checksum holds for large bodies, which are hashed as they come",
     .runs = {{.list = "$1/img/jpeg/a?size=3000000&seed=1\tmd5=00000000000000000000000000000000\n"
                       "$1/img/jpeg/b?size=3000000&seed=1\tsha256=" TEXT_SHA256 "\n"
                       "$1/img/jpeg/c?size=3000000&seed=1\tmd5=c94bf99c92b9d6f71fd2cb56c4ef0857\n",
               .options = {"--checksum", "--dedup", "off"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a?size=3000000&seed=1", .status = "rejected", .error = "checksum"},
                        {.url = "$1/img/jpeg/b?size=3000000&seed=1", .status = "rejected", .error = "checksum"},
                        {.url = "$1/img/jpeg/c?size=3000000&seed=1", .status = "ok"}},
               .urls = 3,
               .stored = 1}}},
    {.name = "a checksum that is none fails the URL, which is not fetched",
     .runs = {{.list = "$1/img/jpeg/a\tsha256=abc\n$1/img/jpeg/b\tcats\n"
                       "$1/img/jpeg/c\tmd5=" TEXT_MD5 "0\n$1/img/jpeg/d\tmd5=" TEXT_MD5 "\tx\n",
               .options = {"--checksum"},
               .exit_status = 1,
               .rows = {{.url = "$1/img/jpeg/a", .status = "failed", .error = "url", .message = "64 hex"},
                        {.url = "$1/img/jpeg/b", .status = "failed", .error = "url"},
                        {.url = "$1/img/jpeg/c", .status = "failed", .error = "url"},
                        {.url = "$1/img/jpeg/d", .status = "failed", .error = "url"}},
               .urls = 4,
               .requests = {{.count = NONE}},
               .stored = NONE}}},
};

const struct topic content_topic = {.name = "content", .cases = cases, .count = sizeof cases / sizeof cases[0]};
