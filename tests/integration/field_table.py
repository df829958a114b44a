"""What the README of each case in field/ asks for, as data.

A case is a list of runs, one after another in one folder and against one server. A run has
  options   the command line, behind the options that all have
  rows      the members wanted of each row, by its number; a tuple holds what is allowed; any: status or error alike
  urls      likewise, by the end of the row's URL
  count     the number of rows
  all       the members wanted of every row
  exit      what is allowed as exit status
  refused   exit status 2 and a sentence on the terminal would do as well
  said      a pattern that the terminal's text must match; said_or_ok: only where a row is not ok
  asked     the lowest and highest number of requests that the server may have seen, this run and those before it
  targets   targets that the server must have been asked for
  gap_s     the least number of seconds between the first two requests for a target
"""

OK = {"status": "ok"}
OK_OR_DUPLICATE = {"status": ("ok", "duplicate")}
GONE = {"status": "rejected"}

CASES = {
    "01-redirect-space": [
        {"options": "list.txt", "rows": {0: OK, 1: OK}, "exit": (0,), "asked": (4, 4),
         "targets": ("/my%20pictures/cat%201.jpg", "/my%20pictures/cat%202.jpg")}],
    "02-cookie-redirect": [{"options": "list.txt", "rows": {0: {"status": "ok", "attempts": 1}}, "exit": (0,),
                            "asked": (2, 2)}],
    "03-cr-only": [{"options": "header.csv", "rows": {0: OK, 1: OK}, "count": 2, "exit": (0,), "refused": True}],
    "04-semicolon": [
        {"options": "excel.csv", "urls": {"/1.jpg": OK, "/2.jpg": OK}, "count": 2, "exit": (0,), "refused": True},
        {"options": "--fresh comma-inside.csv", "urls": {"/3.jpg": OK}, "count": 1, "exit": (0,), "refused": True}],
    "05-utf16": [{"options": "powershell.txt", "urls": {"/0.jpg": OK, "/1.jpg": OK, "/2.jpg": OK}, "count": 3,
                  "exit": (0,)}],
    "06-json": [
        {"options": "lines.json", "urls": {"/0.jpg": OK, "/1.jpg": OK}, "count": 2, "exit": (0,)},
        {"options": "--fresh array.json", "urls": {"/0.jpg": OK, "/1.jpg": OK}, "count": 2, "exit": (0,)},
        {"options": "--fresh pretty.json", "urls": {"/0.jpg": OK, "/1.jpg": OK}, "count": 2, "exit": (0,)}],
    "07-nan": [{"options": "list.jsonl", "urls": {"/3.jpg": OK, "/4.jpg": OK, "/5.jpg": OK}, "count": 3, "exit": (0,)}],
    "08-space-in-url": [
        {"options": "list.txt", "urls": {"/my cat.jpg": OK, "/a%20b c.jpg": OK}, "count": 2, "exit": (0,),
         "targets": ("/my%20cat.jpg", "/a%20b%20c.jpg")}],
    "09-raw-characters": [{"options": "list.txt", "all": OK_OR_DUPLICATE, "count": 10, "exit": (0,)}],
    "10-svg-heads": [{"options": "list.txt", "all": {"status": "ok", "media_type": "image/svg+xml"}, "count": 3,
                      "exit": (0,)}],
    "11-declared-otherwise": [
        {"options": "list.txt", "rows": {0: OK, 1: OK}, "count": 5, "exit": (0, 1)},
        {"options": "--fresh --trust-bytes list.txt", "all": {"status": "ok", "media_type": "image/jpeg"}, "count": 5,
         "exit": (0,)}],
    "12-unasked-206": [
        {"options": "list.txt", "rows": {0: OK, 1: {"status": "failed", "error": "truncated"}}, "exit": (1,)}],
    "13-cloudflare-52x": [{"options": "list.txt", "all": {"status": "ok", "attempts": 2}, "count": 7, "exit": (0,),
                           "asked": (14, 14)}],
    "14-retry-after-403": [{"options": "--retry-on +403 list.txt", "all": OK_OR_DUPLICATE, "count": 20, "exit": (0,),
                            "asked": (20, 48)}],
    "15-retry-after-forms": [
        {"options": "-v --retry-max-delay 1 --fresh --progress none --retry-max-time 3 decimal.list",
         "rows": {0: {"status": "ok", "attempts": 2}}, "exit": (0,), "asked": (2, 2), "gap_s": {"/decimal": 1.9}},
        {"options": "-v --retry-max-delay 1 --fresh --progress none --retry-max-time 3 good.list",
         "rows": {0: {"status": "ok", "attempts": 2}}, "exit": (0,), "asked": (4, 4), "gap_s": {"/good": 1.9}}],
    "17-rejected-for-good": [
        {"options": "--min-image-size 20 list.txt", "rows": {1: {"status": "rejected", "error": "dimensions"}}, "count": 2,
         "exit": (1,)},
        {"options": "list.txt", "rows": {1: OK}, "count": 2, "exit": (0, 1)},
        {"options": "--retry-failed list.txt", "rows": {0: OK, 1: OK}, "count": 2, "exit": (0,)}],
    "18-same-broken-bytes": [
        {"options": "list.txt", "all": {"status": ("failed", "rejected"), "error": "truncated", "attempts": (1, 2)},
         "count": 2, "exit": (1,), "asked": (2, 4)},
        {"options": "list.txt", "all": {"status": ("failed", "rejected"), "error": "truncated"}, "count": 2,
         "exit": (0, 1), "asked": (2, 4)},
        {"options": "--fresh --allow-truncated list.txt", "urls": {"/no-eoi": OK}, "count": 2, "exit": (0, 1)}],
    "19-host-with-dash": [
        {"options": "--dns-servers 127.0.0.1:21553 list.txt", "all": OK, "count": 4, "exit": (0,)},
        {"options": "--fresh --dns-servers 127.0.0.1:21553 hop.txt", "all": OK, "count": 1, "exit": (0,)},
        {"options": "--fresh --dns-servers 127.0.0.1:21553 mix.txt", "all": OK_OR_DUPLICATE, "count": 305,
         "exit": (0,)}],
    "20-checksum-in-tables": [
        {"options": "--checksum list.csv", "all": {"status": ("rejected", "failed"), "error": "checksum"}, "count": 1,
         "exit": (1,), "refused": True},
        {"options": "--fresh --checksum list.tsv", "all": {"status": ("rejected", "failed"), "error": "checksum"},
         "count": 1, "exit": (1,), "refused": True},
        {"options": "--fresh --checksum list.jsonl", "all": {"status": ("rejected", "failed"), "error": "checksum"},
         "count": 1, "exit": (1,), "refused": True}],
    "21-quote-swallows": [
        {"options": "broken.csv", "urls": {"/2.jpg": OK, "/3.jpg": OK, "/4.jpg": OK,
                                           "broken.csv:2": {"status": "failed", "error": "url"}},
         "count": 4, "exit": (1,)}],
    "22-content-encoding": [{"options": "list.txt", "all": {"status": "ok", "media_type": "image/jpeg"}, "count": 2,
                             "exit": (0,)}],
    "24-placeholder": [
        {"options": "--reject-redirect-to *photo_unavailable* list.txt",
         "rows": {0: GONE, 1: GONE, 2: GONE, 3: GONE, 4: OK}, "exit": (1,)},
        {"options": "--fresh --reject-sha256 {sha256 photo_unavailable.png} list.txt",
         "rows": {0: GONE, 1: GONE, 2: GONE, 3: GONE, 4: OK}, "exit": (1,)}],
    "25-tab-lists": [
        {"options": "--progress none imagenet.txt", "loud": True, "count": 1, "exit": (0, 1),
         "said_or_ok": r"--input-format tsv --url-column 2"},
        {"options": "--fresh --progress none mlimages.txt", "loud": True, "count": 2, "exit": (0, 1),
         "said_or_ok": r"--input-format tsv --url-column 1"},
        {"options": "--fresh --progress none photos.tsv000", "loud": True, "exit": (0, 1),
         "said_or_ok": r"--input-format tsv --url-column (2|photo_image_url)"},
        {"options": "--fresh --input-format tsv --url-column 2 imagenet.txt", "urls": {"/1.jpg": OK}, "count": 1,
         "exit": (0,)},
        {"options": "--fresh --input-format tsv --url-column 1 mlimages.txt", "urls": {"/2.jpg": OK, "/3.jpg": OK},
         "count": 2, "exit": (0,)},
        {"options": "--fresh --input-format tsv --url-column photo_image_url photos.tsv000", "urls": {"/6.jpg": OK},
         "count": 1, "exit": (0,)}],
}
