"""Arlen's jobs in Redis."""

import asyncio

from arlen_services.jobs.redis import RedisJobQueue
from arlen_worker import measure
from meter import given

address, meter = given()
asyncio.run(measure(RedisJobQueue(address), meter))
