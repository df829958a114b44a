"""aiohttp with a number of workers on one queue, as people write it: the body in chunks into a file and a SHA-256.

Usage: aiohttp_pool.py [-j WORKERS] LIST DIR; prints how many came, and ends with 1 if any did not.
"""
import argparse
import asyncio
import hashlib
import os
import sys

import aiohttp


async def fetch(session, url, folder):
    digest = hashlib.sha256()
    async with session.get(url) as response:
        response.raise_for_status()
        with open(os.path.join(folder, url.rsplit("/", 1)[1]), "wb") as file:
            async for chunk in response.content.iter_chunked(65536):
                digest.update(chunk)
                file.write(chunk)
    return digest.hexdigest()


async def work(session, queue, folder, counts):
    while not queue.empty():
        url = queue.get_nowait()
        try:
            await fetch(session, url, folder)
            counts["done"] += 1
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            counts["failed"] += 1
            print(url, error, file=sys.stderr)


async def run(options):
    queue = asyncio.Queue()
    with open(options.list) as file:
        for url in file.read().split():
            queue.put_nowait(url)
    counts = {"done": 0, "failed": 0}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=options.j)) as session:
        await asyncio.gather(*(work(session, queue, options.folder, counts) for _ in range(options.j)))
    print(f"{counts['done']} done, {counts['failed']} failed")
    return counts["failed"] > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=64)
    parser.add_argument("list")
    parser.add_argument("folder")
    return asyncio.run(run(parser.parse_args()))


sys.exit(main())
