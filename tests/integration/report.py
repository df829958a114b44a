"""Counts and prints what held of each case. Any thread."""
import threading

passed, failed = 0, 0
_lock = threading.Lock()


def result(name, faults):
    """Reports one case: faults is a list of sentences, empty if all held."""
    global passed, failed
    with _lock:
        if faults:
            failed += 1
            print("not ok - %s: %s" % (name, "; ".join(faults)), flush=True)
        else:
            passed += 1
            print("ok - %s" % name, flush=True)
