"""The cache by itself: a hit in memory, and a hit in Redis beside the client that it stands on."""

from __future__ import annotations

from ci.bench.goals import AtLeast, AtMost
from ci.bench.measurements.programs import Program, Programs

from .suite import Suite

CACHE = Suite(
    "cache",
    "hits in memory and in Redis",
    (
        Programs(
            "hits",
            (
                Program("cache.memory_get_us", "cache_memory_get", AtMost(2)),
                Program("cache.redis_get_vs_redispy", "cache_redis_get", AtLeast(0.9)),
            ),
        ),
    ),
)
