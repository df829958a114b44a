"""Replays images/cases.tsv: serves each file as application/octet-stream and compares what its row says with what the
column "wanted" asks for."""
import functools
import http.server
import os
import re
import shutil
import tempfile
import threading

import report
import rows


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def guess_type(self, path):
        return "application/octet-stream"

    def log_message(self, *_):
        pass


def wanted_of(text):
    """Returns what a cell of the column asks for, as a dict."""
    words = re.sub(r"\([^)]*\)", "", text).replace(",", " ").split()
    wanted = {}
    if words[0] in ("ok", "truncated"):
        wanted["status"] = words[0]
    if "rejected by image/*" in text:
        wanted["rejected"] = True
    if "accepted by image/*" in text:
        wanted["status"] = "ok"
    for word in words:
        if re.fullmatch(r"\d+x\d+", word):
            wanted["sides"] = word
        elif re.fullmatch(r"\.[a-z0-9]+", word):
            wanted["extension"] = word
        elif word.startswith("image/") and word != "image/*" and not wanted.get("rejected"):
            wanted["type"] = word
    if "never octet-stream" in text:
        wanted["types"] = ("image/heif", "image/avif", "image/heic")
    if "sides from the track" in text:
        wanted["some_sides"] = True
    if "an extension" in text:
        wanted["some_extension"] = True
    if "reduced image" in text:
        wanted["sides_or_null"] = wanted.pop("sides")  # of the image or null, never of the thumbnail
    return wanted


def sides_of(row):
    return "%sx%s" % (row["width"], row["height"]) if row["width"] is not None else None


def compare(wanted, row):
    """Yields what differs in the row of a run that takes any type."""
    if wanted.get("status") == "ok" and row["status"] not in ("ok", "duplicate"):
        yield "not ok"
    if wanted.get("status") == "truncated" and row["error"] != "truncated":
        yield "not truncated"
    if wanted.get("status") == "truncated":
        return
    extension = os.path.splitext(row["path"] or "")[1]
    if "type" in wanted and row["media_type"] != wanted["type"]:
        yield "type %s instead of %s" % (row["media_type"], wanted["type"])
    if "types" in wanted and row["media_type"] not in wanted["types"]:
        yield "type %s is none of %s" % (row["media_type"], ", ".join(wanted["types"]))
    if "sides" in wanted and sides_of(row) != wanted["sides"]:
        yield "sides %s instead of %s" % (sides_of(row), wanted["sides"])
    if "sides_or_null" in wanted and sides_of(row) not in (None, wanted["sides_or_null"]):
        yield "sides %s instead of %s or null" % (sides_of(row), wanted["sides_or_null"])
    if "some_sides" in wanted and sides_of(row) is None:
        yield "no sides"
    if "extension" in wanted and extension != wanted["extension"]:
        yield "the name %s does not end in %s" % (row["path"], wanted["extension"])
    if "some_extension" in wanted and not extension:
        yield "the name %s has no extension" % row["path"]


def compare_accepted(wanted, row):
    """Yields what differs in the row of a run that takes image/* alone, as is the default."""
    if wanted.get("rejected"):
        if (row["status"], row["error"]) != ("rejected", "type"):
            yield "not rejected by image/*"
    elif wanted.get("status") == "ok" and row["status"] not in ("ok", "duplicate"):
        yield "rejected by image/*"


def fetch(work, list_name, out, options):
    same = ["--progress", "none", "--retries", "0", "--dedup", "off", "-o", out, list_name]
    status, said = rows.run(options + same, work)
    found, faults = rows.read(os.path.join(work, out, "manifest.jsonl"))
    bad_end = rows.ended(status, said)
    return found, faults + ([bad_end] if bad_end else [])


def replay(folder):
    door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=door.serve_forever, daemon=True).start()
    with open(os.path.join(folder, "cases.tsv"), encoding="utf-8") as table:
        cases = [line.rstrip("\n").split("\t") for line in table][1:]
    work = tempfile.mkdtemp(prefix="seine-cases.")
    with open(os.path.join(work, "list.txt"), "w", encoding="utf-8") as file:
        file.writelines("http://127.0.0.1:%d/%s\n" % (door.server_address[1], case[1]) for case in cases)
    found, faults = fetch(work, "list.txt", "any", ["-a", "*/*"])
    as_images, more_faults = fetch(work, "list.txt", "images", [])
    door.shutdown()
    shutil.rmtree(work)
    report.result("images/the runs", faults + more_faults)
    for number, case in enumerate(cases):
        wanted, row, as_image = wanted_of(case[3]), found.get(number), as_images.get(number)
        if row is None or as_image is None:
            report.result("images/" + case[1], ["its row is missing"])
            continue
        differences = list(compare(wanted, row)) + list(compare_accepted(wanted, as_image))
        if differences:
            differences.append("%s (%s)" % (case[0], rows.short(row)))
        report.result("images/" + case[1], differences)


def jobs(folder):
    """Returns the one function that replays all files, by two runs."""
    return [lambda: replay(os.path.join(folder, "images"))]
