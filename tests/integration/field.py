"""Replays field/*: starts the server of a case on its fixed port, in a network of its own where that is possible, and
compares rows, exit status and requests with what field_table.py asks for.
Usage: field.py CASE_FOLDER, which one process for each case is, in its own network."""
import fcntl
import hashlib
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

import report
import rows
from field_table import CASES

PORT, DNS_PORT = 21500, 21553
OPTIONS = ["--retry-delay", "0.2"]


# ---- Networks and servers ----

def raise_loopback():
    """Sets the loopback device of a new network up. It is up already elsewhere."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS, IFF_UP|RUNNING
    except OSError:
        pass


def network():
    """Returns the words by which a program gets a network of its own; none where that is not allowed."""
    for words in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        try:
            if subprocess.run(words + ["true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return words
        except OSError:
            return []
    return []


def is_taken():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return True
    return False


def wait_for(answers):
    """Waits until a server answers."""
    for _ in range(200):
        if answers():
            return
        time.sleep(0.05)


def web_answers():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def dns_answers():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        try:
            probe.connect(("127.0.0.1", DNS_PORT))
            probe.send(b"\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1")
            return bool(probe.recv(512))
        except OSError:
            return False


# ---- Comparing ----

def asked_of(log):
    """Returns seconds and target of each request that the server has written down."""
    with open(log, encoding="latin-1") as file:
        return [(float(found[1]), found[2]) for found in re.finditer(r"asked: *([0-9.]+) \S+ (.*) HTTP/", file.read())]


def compare(row, wanted):
    for key, value in wanted.items():
        allowed = value if isinstance(value, tuple) else (value,)
        if row is None or row.get(key) not in allowed:
            return "wanted %s" % " ".join(map(str, wanted.values()))
    return None


def check_rows(run, found):
    if "count" in run and len(found) != run["count"]:
        yield "%d rows instead of %d" % (len(found), run["count"])
    pairs = [("row %s" % number, found.get(number), wanted) for number, wanted in run.get("rows", {}).items()]
    for end, wanted in run.get("urls", {}).items():
        match = [row for row in found.values() if row["url"].endswith(end)]
        pairs.append((end, match[0] if match else None, wanted))
    if "all" in run:
        pairs += [("row %s" % number, row, run["all"]) for number, row in sorted(found.items())]
    for name, row, wanted in pairs:
        difference = compare(row, wanted)
        if difference:
            yield "%s: %s: %s" % (name, difference, rows.short(row))


def check_asked(run, asked):
    if "asked" in run and not run["asked"][0] <= len(asked) <= run["asked"][1]:
        yield "%d requests instead of %d to %d" % ((len(asked),) + run["asked"])
    targets = [target for _, target in asked]
    for target in run.get("targets", ()):
        if target not in targets:
            yield "%s was not asked for" % target
    for target, least_s in run.get("gap_s", {}).items():
        times = [at for at, other in asked if other == target]
        if len(times) < 2 or times[1] - times[0] < least_s:
            yield "asked for %s at %s, less than %s s apart" % (target, times, least_s)


def check(run, status, said, found, asked):
    bad_end = rows.ended(status, said)
    if bad_end:
        yield bad_end
    if run.get("refused") and status == 2 and said.strip():
        return
    yield from check_rows(run, found)
    if status not in run["exit"]:
        yield "exit status %s instead of %s" % (status, " or ".join(map(str, run["exit"])))
    if "said_or_ok" in run and any(row["status"] != "ok" for row in found.values()) \
            and not re.search(run["said_or_ok"], said):
        yield "the terminal does not say %s" % run["said_or_ok"]
    yield from check_asked(run, asked)


# ---- One case ----

def options_of(run, folder, work):
    """Returns the words of a run's command line; "{sha256 NAME}" is a file with the digest of NAME.http's body."""
    def digest_file(match):
        with open(os.path.join(folder, match[1] + ".http"), "rb") as file:
            body = file.read().split(b"\r\n\r\n", 1)[1]
        path = os.path.join(work, "digests")
        with open(path, "w", encoding="ascii") as file:
            file.write(hashlib.sha256(body).hexdigest() + "\n")
        return path
    return re.sub(r"\{sha256 (\S+)\}", digest_file, run["options"]).split()


def replay_here(folder):
    """Runs a case in this process and its network, and prints its result."""
    raise_loopback()
    name, work = os.path.basename(folder), tempfile.mkdtemp(prefix="seine-cases.")
    log = os.path.join(work, "asked")
    with open(log, "w", encoding="ascii") as output:
        servers = [subprocess.Popen([sys.executable, os.path.join(folder, "..", "serve.py"), folder, str(PORT)],
                                    stdout=output, stderr=subprocess.STDOUT)]
    if os.path.exists(os.path.join(folder, "dns.py")):
        servers.append(subprocess.Popen([sys.executable, os.path.join(folder, "dns.py")]))
        wait_for(dns_answers)
    wait_for(web_answers)
    faults, out = [], os.path.join(work, "out")
    for run in CASES[name]:
        options = (OPTIONS if run.get("loud") else OPTIONS + ["-q"]) + ["-o", out] + options_of(run, folder, work)
        status, said = rows.run(options, folder)
        found, bad_rows = rows.read(os.path.join(out, "manifest.jsonl"))
        differences = bad_rows + list(check(run, status, said, found, asked_of(log)))
        if differences:
            faults.append("[%s] %s" % (run["options"], "; ".join(differences[:4])))
    for server in servers:
        server.kill()
        server.wait()
    shutil.rmtree(work)
    report.result("field/" + name, faults)


def replay(folder, words):
    """Runs a case in a process and a network of its own, and counts its result."""
    done = subprocess.run(words + [sys.executable, os.path.abspath(__file__), folder], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace").strip()
    name = "field/" + os.path.basename(folder)
    report.result(name, [] if text == "ok - " + name else [text.replace("not ok - %s: " % name, "")])


def jobs(folder):
    """Returns a function for each case; one for all of them where they must share a network."""
    field = os.path.join(folder, "field")
    folders = [entry.path for entry in sorted(os.scandir(field), key=lambda entry: entry.name) if entry.is_dir()]
    unknown = [path for path in folders if os.path.basename(path) not in CASES]
    lost = [lambda path=path: report.result("field/" + os.path.basename(path), ["field_table.py has no such case"])
            for path in unknown]
    known = [path for path in folders if path not in unknown]
    words = network()
    if words:
        return lost + [lambda path=path: replay(path, words) for path in known]
    if is_taken():
        print("SKIP field: there is no network of one's own here, and port %d is taken" % PORT)
        return lost
    return lost + [lambda: [replay(path, []) for path in known]]


if __name__ == "__main__":
    replay_here(os.path.abspath(sys.argv[1]))
