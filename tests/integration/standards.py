"""Replays standards/*.json: plain socket servers on loopback, what they send, and what must become of each URL."""
import glob
import json
import os
import shutil
import socket
import tempfile
import threading
import time

import report
import rows

# Seconds for which a server that "holds" a connection keeps silent.
HOLD_S = 10


class Server:
    """One host of a case: answers requests as its part of "serve" says, and remembers them."""

    def __init__(self, number, answers, names):
        self.answers, self.names = answers, names
        self.counts, self.asked, self.lock = {}, [], threading.Lock()
        self.ended = threading.Event()
        self.door = socket.socket()
        self.door.bind(("127.0.0.%d" % number, 0))
        self.door.listen(64)
        self.address = "%s:%d" % self.door.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.door.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.converse, args=(client,), daemon=True).start()

    def close(self):
        self.ended.set()
        self.door.close()

    def choose(self, target):
        """Returns the next answer for target; the last one of a list repeats."""
        answers, key = self.answers, None
        if isinstance(answers, dict):
            answers, key = answers.get(target), target
        if not answers:
            return {"send": "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}
        with self.lock:
            turn = self.counts.get(key, 0)
            self.counts[key] = turn + 1
        return answers[min(turn, len(answers) - 1)]

    def bytes_of(self, text):
        for name, address in self.names.items():
            text = text.replace(name, address)
        return text.encode("latin-1")

    def answer(self, client, target):
        """Sends an answer; returns whether further requests are read from the connection."""
        answer = self.choose(target)
        data = self.bytes_of(answer["send"])
        if "repeat" in answer:
            data += self.bytes_of(answer["repeat"][0]) * answer["repeat"][1]
        client.sendall(data)
        if "extra" in answer:
            self.ended.wait(answer.get("later_ms", 0) / 1000)
            client.sendall(self.bytes_of(answer["extra"]))
        if answer.get("then") == "hold":
            self.ended.wait(HOLD_S)
        return answer.get("then") == "keep"

    def converse(self, client):
        data = b""
        client.settimeout(60)
        try:
            while True:
                while b"\r\n\r\n" not in data:
                    more = client.recv(65536)
                    if not more:
                        return
                    data += more
                head, data = data.split(b"\r\n\r\n", 1)
                lines = head.decode("latin-1").split("\r\n")
                target = lines[0].split(" ")[1]
                headers = [line.partition(":") for line in lines[1:]]
                with self.lock:
                    self.asked.append({
                        "at": time.monotonic(), "target": target,
                        "headers": [(name.strip().lower(), value.strip()) for name, _, value in headers]})
                if not self.answer(client, target):
                    return
        except OSError:
            pass
        finally:
            client.close()


def compare(row, wanted, out, names):
    """Yields what a row lacks of what is wanted of it."""
    for key, value in wanted.items():
        if key == "status_any":
            if row["status"] not in value:
                yield "status %s, not one of %s" % (row["status"], ", ".join(value))
        elif key == "body":
            path = os.path.join(out, row["path"] or "")
            body = open(path, encoding="latin-1").read() if row["path"] and os.path.isfile(path) else None
            if body != value:
                yield "the file holds %r instead of %r" % (body, value)
        else:
            for name, address in names.items():
                value = value.replace(name, address) if isinstance(value, str) else value
            if row.get(key) != value:
                yield "%s is %r instead of %r" % (key, row.get(key), value)


def check_asked(server, wanted):
    """Yields what a host was, or was not, asked for."""
    if "targets" in wanted:
        targets = sorted(request["target"] for request in server.asked)
        if targets != sorted(wanted["targets"]):
            yield "asked for %s instead of %s" % (targets, wanted["targets"])
    if "never_a_header" in wanted:
        for request in server.asked:
            if wanted["never_a_header"] in (name for name, _ in request["headers"]):
                yield "%s was asked with the header %s" % (request["target"], wanted["never_a_header"])
    if "hosts" in wanted:
        hosts = sorted(value for request in server.asked for name, value in request["headers"] if name == "host")
        if hosts != sorted(wanted["hosts"]):
            yield "Host was %s instead of %s" % (hosts, wanted["hosts"])


def check_rows(expect, found, out, names):
    for number in sorted(key for key in expect if key.isdigit()):
        row = found.get(int(number))
        if row is None:
            yield "row %s is missing" % number
            continue
        faults = list(compare(row, expect[number], out, names))
        if faults:
            yield "row %s: %s (%s)" % (number, ", ".join(faults), rows.short(row))


def check(case, expect, servers, names, out, status, said):
    """Yields every fault of a case that has run."""
    bad_end = rows.ended(status, said)
    if bad_end:
        yield bad_end
    found, faults = rows.read(os.path.join(out, "manifest.jsonl"))
    yield from faults
    yield from check_rows(expect, found, out, names)
    if "exit_status" in expect and status != expect["exit_status"]:
        yield "exit status %s instead of %d" % (status, expect["exit_status"])
    if "exit_status_any" in expect and status not in expect["exit_status_any"]:
        yield "exit status %s, not one of %s" % (status, expect["exit_status_any"])
    if "gap_ms_least" in expect:
        times = [request["at"] for request in servers["$1"].asked]
        gap_ms = (times[1] - times[0]) * 1000 if len(times) > 1 else None
        if gap_ms is None or gap_ms < expect["gap_ms_least"]:
            yield "%s ms between the first two requests instead of %d" % (gap_ms, expect["gap_ms_least"])
    for name, wanted in case.get("asked", {}).items():
        yield from check_asked(servers[name], wanted)


def replay(path):
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    work = tempfile.mkdtemp(prefix="seine-cases.")
    names = {}
    servers = {name: Server(number, answers, names)
               for number, (name, answers) in enumerate(sorted(case["serve"].items()), 1)}
    names.update((name, server.address) for name, server in servers.items())

    def filled(text):
        for name, address in names.items():
            text = text.replace(name, address)
        return text

    list_name = "list.jsonl" if "list_jsonl" in case else "list.txt"
    with open(os.path.join(work, list_name), "w", encoding="utf-8") as file:
        file.writelines(filled(line) + "\n" for line in case.get("list_jsonl", case.get("list")))
    options = [filled(option) for option in case["options"]]
    status, said = rows.run(options + ["--progress", "none", "-o", "out", list_name], work)
    faults = list(check(case, case["expect"], servers, names, os.path.join(work, "out"), status, said))
    for server in servers.values():
        server.close()
    shutil.rmtree(work)
    report.result("standards/" + case["name"], faults)


def jobs(folder):
    """Returns a function for each case."""
    return [lambda path=path: replay(path) for path in sorted(glob.glob(os.path.join(folder, "standards", "*.json")))]
