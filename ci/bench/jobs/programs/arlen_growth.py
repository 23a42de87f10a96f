"""How long a claim takes while few jobs wait, and while many do: ``arlen_growth.py <store> <address> <few> <many>``."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from arlen_services.jobs import JobQueue, NewJob, Release
from arlen_services.jobs.postgres import PostgresJobQueue
from arlen_services.jobs.redis import RedisJobQueue

CLAIMS = 200
SIZE = 10
BATCH = 5_000


async def fill(queue: JobQueue, jobs: int) -> None:
    for begun in range(0, jobs, BATCH):
        await queue.enqueue_many([NewJob("noop", {"number": 1})] * min(BATCH, jobs - begun))


async def p95_us(queue: JobQueue) -> float:
    """Of claims whose jobs are released again, so that as many wait as before."""
    seconds = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        leases = await queue.claim(SIZE)
        seconds.append(time.perf_counter() - began)
        await queue.settle([Release(lease) for lease in leases])
    return sorted(seconds)[int(CLAIMS * 0.95)] * 1e6


async def in_redis(address: str) -> JobQueue:
    return RedisJobQueue(address, socket_timeout=60)


async def in_postgres(address: str) -> JobQueue:
    queue = PostgresJobQueue(address)
    await queue.install()
    return queue


STORES = {"redis": in_redis, "postgres": in_postgres}


async def main(store: str, address: str, few: int, many: int) -> None:
    queue = await STORES[store](address)
    await fill(queue, few)
    found = {"few_us": await p95_us(queue)}
    await fill(queue, many - few)
    found["many_us"] = await p95_us(queue)
    await queue.close()
    print(json.dumps(found))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
