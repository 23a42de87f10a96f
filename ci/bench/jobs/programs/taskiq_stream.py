"""taskiq with a Redis stream, whose jobs survive their worker as Arlen's do."""

import asyncio

from meter import CONCURRENCY, Meter, enqueue_all, given
from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker


async def main(address: str, meter: Meter) -> None:
    broker = RedisStreamBroker(address)

    @broker.task(task_name="noop")
    async def noop(number: int) -> None:
        meter.count()

    await broker.startup()
    await enqueue_all(meter, noop.kiq)
    await run_receiver_task(broker, max_async_tasks=CONCURRENCY)


asyncio.run(main(*given()))
