"""Runs the command and reads the rows that it wrote."""
import json
import os
import subprocess

SEINE = os.path.realpath(os.environ.get("SEINE", "./seine"))
# A command built with sanitizers may be ten times slower.
TIMEOUT_S = 180


def environment():
    """The environment without proxies, which would answer in place of a case's server."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def run(options, folder):
    """Returns the exit status (negative: a signal; None: it did not end), and the text on the terminal."""
    try:
        done = subprocess.run([SEINE] + options, cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as late:
        return None, (late.output or b"").decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace")


def read(path):
    """Returns the last row of each number, and a list of faults of the manifest itself."""
    rows, faults = {}, []
    if not os.path.exists(path):
        return rows, faults
    with open(path, "rb") as manifest:
        for line in manifest:
            try:
                row = json.loads(line.decode("utf-8"))
                json.dumps(row, ensure_ascii=False).encode("utf-8")
            except ValueError as error:
                faults.append("a row is not JSON that every reader takes (%s): %r" % (error, line[:200]))
                continue
            rows[row["id"]] = row
    return rows, faults


def short(row):
    """The members of a row that explain what became of the URL."""
    if row is None:
        return "no row"
    return "%s %s http %s type %s attempts %s%s" % (row["status"], row["error"], row["http_status"], row["media_type"],
                                                    row["attempts"], ", " + row["message"] if row["message"] else "")


def ended(status, said):
    """Names an end that no server and no list may bring about, or returns None."""
    if status is None:
        return "did not end within %d s" % TIMEOUT_S
    if status < 0:
        return "ended by signal %d: %s" % (-status, said[-300:].strip())
    if status > 2 or "Sanitizer" in said or "runtime error" in said:
        return "exit status %d: %s" % (status, said[-1500:].strip())
    return None
