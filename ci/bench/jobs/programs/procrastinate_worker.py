"""procrastinate on PostgreSQL."""

import asyncio

from meter import CONCURRENCY, Meter, enqueue_all, given
from procrastinate import App, PsycopgConnector


async def main(address: str, meter: Meter) -> None:
    app = App(connector=PsycopgConnector(conninfo=address))

    @app.task(name="noop")
    async def noop(number: int) -> None:
        meter.count()

    async def enqueue(number: int) -> object:
        return await noop.defer_async(number=number)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await enqueue_all(meter, enqueue)
        await app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False, delete_jobs="always")


asyncio.run(main(*given()))
