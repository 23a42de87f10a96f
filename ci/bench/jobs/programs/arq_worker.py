"""arq, its poll tuned to a millisecond and without results."""

import asyncio
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func
from meter import CONCURRENCY, Meter, enqueue_all, given


async def main(address: str, meter: Meter) -> None:
    settings = RedisSettings.from_dsn(address)
    pool = await create_pool(settings)

    async def noop(context: dict[str, Any], number: int) -> None:
        meter.count()

    async def enqueue(number: int) -> object:
        return await pool.enqueue_job("noop", number)

    await enqueue_all(meter, enqueue)
    worker = Worker(
        [func(noop, name="noop")],
        redis_settings=settings,
        max_jobs=CONCURRENCY,
        keep_result=0,
        poll_delay=0.001,
        handle_signals=False,
    )
    await worker.main()


asyncio.run(main(*given()))
