"""Replays the cases below a folder, several at once. Usage: replay.py FOLDER [NAME...], with parts of names."""
import concurrent.futures
import os
import sys

import field
import images
import report
import standards

# Most of a case's time is waiting.
AT_ONCE = 4


def main():
    folder = sys.argv[1]
    jobs = []
    for part in (field, standards, images):
        if os.path.isdir(os.path.join(folder, part.__name__)):
            jobs += part.jobs(folder)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        for done in [threads.submit(job) for job in jobs]:
            done.result()
    print("cases: %d passed, %d failed" % (report.passed, report.failed))
    return report.failed != 0 or report.passed == 0


sys.exit(main())
