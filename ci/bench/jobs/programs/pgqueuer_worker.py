"""pgqueuer on PostgreSQL, with as many jobs at once as the others."""

import asyncio

import psycopg
from meter import CONCURRENCY, Meter, enqueue_all, given
from pgqueuer import PgQueuer
from pgqueuer.db import PsycopgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries


async def main(address: str, meter: Meter) -> None:
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
    driver = PsycopgDriver(connection)
    queries = Queries(driver)
    await queries.install()
    queuer = PgQueuer(driver)

    @queuer.entrypoint("noop")
    async def noop(job: Job) -> None:
        meter.count()

    async def enqueue(number: int) -> object:
        return await queries.enqueue(["noop"], [b'{"number": %d}' % number], [0])

    await enqueue_all(meter, enqueue)
    await queuer.run(batch_size=CONCURRENCY // 2, max_concurrent_tasks=CONCURRENCY)


asyncio.run(main(*given()))
