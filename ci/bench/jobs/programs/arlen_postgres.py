"""Arlen's jobs in PostgreSQL."""

import asyncio

from arlen_services.jobs.postgres import PostgresJobQueue
from arlen_worker import measure
from meter import Meter, given


async def main(address: str, meter: Meter) -> None:
    queue = PostgresJobQueue(address)
    await queue.install()
    await measure(queue, meter)


asyncio.run(main(*given()))
