"""Hits per second in ``RedisCache``, decoding included, over those of redis-py, which gives bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from arlen_services import RedisCache
from arlen_testkit.servers.redis import redis_server
from redis.asyncio import Redis

CALLS = 400
ROUNDS = 15
VALUE = {"id": 7, "name": "person 7", "email": "person7@example.org", "tags": ["a", "b", "c"], "active": True}


async def seconds(read: Callable[[], Awaitable[object]]) -> float:
    started = perf_counter()
    for _ in range(CALLS):
        await read()
    return perf_counter() - started


async def ratio(url: str) -> float:
    """The median of rounds in which both are timed one after the other."""
    async with RedisCache(url, namespace="bench") as cache, Redis.from_url(url) as client:
        await cache.set("k", VALUE)
        reads = (lambda: cache.get("k"), lambda: client.get("bench|k"))
        rounds = [[await seconds(read) for read in reads] for _ in range(ROUNDS + 1)][1:]
    return median(theirs / own for own, theirs in rounds)


if __name__ == "__main__":
    with redis_server() as server:
        print(asyncio.run(ratio(server.url)))
