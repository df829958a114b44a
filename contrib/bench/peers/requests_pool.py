"""requests in a pool of threads, as people write it: a session a thread, the body streamed into a file and a SHA-256.

Usage: requests_pool.py [-j THREADS] LIST DIR; prints how many came, and ends with 1 if any did not.
"""
import argparse
import concurrent.futures
import hashlib
import os
import sys
import threading

import requests

local = threading.local()


def session():
    if not hasattr(local, "session"):
        local.session = requests.Session()
    return local.session


def fetch(url, folder):
    path = os.path.join(folder, url.rsplit("/", 1)[1])
    digest = hashlib.sha256()
    with session().get(url, stream=True, timeout=30) as response:
        response.raise_for_status()
        with open(path, "wb") as file:
            for chunk in response.iter_content(65536):
                digest.update(chunk)
                file.write(chunk)
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=12)
    parser.add_argument("list")
    parser.add_argument("folder")
    options = parser.parse_args()
    with open(options.list) as file:
        urls = file.read().split()
    done = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        for future in concurrent.futures.as_completed([pool.submit(fetch, url, options.folder) for url in urls]):
            if future.exception():
                failed += 1
                print(future.exception(), file=sys.stderr)
            else:
                done += 1
    print(f"{done} done, {failed} failed")
    return failed > 0


sys.exit(main())
