import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from arlen_services.errors import JobError
from arlen_services.jobs import (
    Acknowledge,
    JobState,
    LeaseStatus,
    NewJob,
    OnConflict,
    Outcome,
    Retry,
    Unique,
    acknowledge,
    pending,
)
from arlen_services.jobs.postgres import PostgresJobQueue, Wake
from arlen_testkit.contracts.jobs import JobQueueContract
from arlen_testkit.processes import free_port


@pytest.fixture(scope="module")
def jobs_dsn(arlen_postgres_server):
    with arlen_postgres_server.database() as database:
        asyncio.run(install(database.dsn))
        yield database.dsn


async def install(dsn):
    queue = PostgresJobQueue(dsn)
    await queue.install()
    await queue.install()
    await queue.close()


@pytest.fixture
def with_queue(jobs_dsn):
    def hold(law, **options):
        async def run():
            queue = PostgresJobQueue(jobs_dsn, **options)
            await queue.open()
            try:
                await queue.reset()
                await law(queue)
                await queue.reset()
            finally:
                await queue.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    return hold


class TestPostgresJobQueue(JobQueueContract):
    durable = True

    @pytest.fixture(autouse=True)
    def place(self, jobs_dsn):
        self.dsn = jobs_dsn

    def make_queue(self):
        return PostgresJobQueue(self.dsn)


class TestPostgresJobQueueBehindAPooler(TestPostgresJobQueue):
    def make_queue(self):
        return PostgresJobQueue(self.dsn, wake=Wake.POLL, prepare_threshold=None)


def test_a_job_of_a_transaction_exists_from_its_commit_on(with_queue, jobs_dsn):
    async def law(queue):
        async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
            waiting = asyncio.ensure_future(queue.wait(["default"], 3600))
            job_id = await queue.enqueue("mail", {"n": 1}, connection=connection)
            assert await queue.claim(5) == []
            await connection.commit()
            await asyncio.wait_for(waiting, 10)
        [lease] = await queue.claim(5)
        assert (lease.job_id, lease.envelope.payload) == (job_id, {"n": 1})

    with_queue(law)


def test_a_job_of_a_transaction_that_is_rolled_back_never_was(with_queue, jobs_dsn):
    async def law(queue):
        async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
            await queue.enqueue_many([NewJob("a", unique=Unique("k")), NewJob("b")], connection=connection)
            await connection.rollback()
        assert await pending(queue) == []
        assert await queue.enqueue("a", idempotency_key="k")

    with_queue(law)


def test_a_refused_job_leaves_the_transaction_of_the_caller_usable(with_queue, jobs_dsn):
    async def law(queue):
        await queue.enqueue("a", idempotency_key="k")
        refused = NewJob("b", unique=Unique("k", on_conflict=OnConflict.REFUSE))
        async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
            with pytest.raises(JobError) as caught:
                await queue.enqueue_many([refused], connection=connection)
            assert caught.value.code == "duplicate_job"
            await queue.enqueue("c", connection=connection)
        assert [job.name for job in await pending(queue)] == ["a", "c"]

    with_queue(law)


@pytest.mark.parametrize(("end", "names"), [("commit", ["a", "b"]), ("rollback", [])])
def test_a_connection_that_is_not_asynchronous_takes_jobs_along(with_queue, jobs_dsn, end, names):
    async def law(queue):
        with psycopg.connect(jobs_dsn, row_factory=psycopg.rows.dict_row) as connection:
            assert len(queue.enqueue_within(connection, [NewJob("a"), NewJob("b")])) == 2
            getattr(connection, end)()
        assert [job.name for job in await pending(queue)] == names

    with_queue(law)


def test_two_transactions_with_one_key_make_one_job(with_queue, jobs_dsn):
    async def law(queue):
        async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
            first = await queue.enqueue("a", idempotency_key="k", connection=connection)
            second = asyncio.ensure_future(queue.enqueue("a", idempotency_key="k"))
            await asyncio.wait([second], timeout=0.2)
            assert not second.done()
            await connection.commit()
            assert await second == first

    with_queue(law)


def test_twenty_claimers_get_two_thousand_jobs_once_each(with_queue):
    async def law(queue):
        ids = await queue.enqueue_many([NewJob("a", priority=n % 10) for n in range(2000)])

        async def claimer():
            got = []
            while leases := await queue.claim(17):
                assert await queue.settle([]) == []
                got += [lease.job_id for lease in leases]
            return got

        got = await asyncio.gather(*(claimer() for _ in range(20)))
        assert Counter(job_id for some in got for job_id in some) == Counter(ids)

    with_queue(law, connections=8)


def test_a_queue_lives_on_when_its_connections_are_cut(with_queue, arlen_postgres_server):
    async def law(queue):
        await queue.wait(["default"], 0.01)
        await queue.enqueue("a")
        [lease] = await queue.claim(1)
        await asyncio.to_thread(
            arlen_postgres_server.execute,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'arlen'",
        )
        await answering(lambda: queue.heartbeat([lease]))
        assert await queue.heartbeat([lease]) == [LeaseStatus.HELD]
        waiting = asyncio.ensure_future(queue.wait(["default"], 3600))
        await queue.enqueue("b")
        await asyncio.wait_for(waiting, 10)
        assert [lease.envelope.name for lease in await queue.claim(5)] == ["b"]

    with_queue(law)


async def answering(ask):
    """Ask until the store answers; until then it says that it does not."""
    while True:
        try:
            return await ask()
        except JobError as error:
            if error.code != "connection_failed":
                raise


HOLDER = """
import asyncio, sys
from arlen_services.jobs.postgres import PostgresJobQueue

async def hold():
    queue = PostgresJobQueue(sys.argv[1])
    [lease] = await queue.claim(1, lease_seconds=60)
    print(lease.job_id, lease.token, flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


def killed_while_holding(*arguments):
    """The id and the token of the lease with which a process of its own died."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, *arguments], stdout=subprocess.PIPE, text=True) as worker:
        held, token = worker.stdout.readline().split()
        os.kill(worker.pid, signal.SIGKILL)
    return held, token


def test_the_job_of_a_killed_worker_is_done_by_another_and_its_late_acknowledgement_is_refused(with_queue, jobs_dsn):
    async def law(queue):
        job_id = await queue.enqueue("a", max_attempts=2)
        held, token = await asyncio.to_thread(killed_while_holding, jobs_dsn)
        assert held == job_id
        assert await queue.recover() == []
        [record] = await queue.recover(datetime.now(UTC) + timedelta(minutes=2))
        assert [failure.kind for failure in record.failures] == ["LeaseExpired"]
        [lease] = await queue.claim(5, at=datetime.now(UTC) + timedelta(minutes=3))
        assert (lease.job_id, lease.envelope.attempt) == (job_id, 2)
        assert lease.token != token
        late = type(lease)(lease.envelope, token)
        assert await queue.heartbeat([late]) == [LeaseStatus.LOST]
        with pytest.raises(JobError, match="not held"):
            await acknowledge(queue, late)
        await acknowledge(queue, lease)

    with_queue(law)


def test_a_server_that_is_not_there_is_named_without_its_password():
    async def ask():
        queue = PostgresJobQueue(f"postgresql://hank:secret@127.0.0.1:{free_port()}/jobs", timeout=0.5)
        try:
            with pytest.raises(JobError) as caught:
                await queue.enqueue("a")
            assert caught.value.code == "connection_failed"
            assert "127.0.0.1" in str(caught.value)
            assert "secret" not in str(caught.value)
        finally:
            await queue.close()

    asyncio.run(ask())


def test_a_database_without_the_tables_says_what_to_do(arlen_postgres_server):
    async def law(dsn):
        queue = PostgresJobQueue(dsn)
        try:
            for ask in (queue.open, lambda: queue.enqueue("a")):
                with pytest.raises(JobError, match=r"install\(\)") as caught:
                    await ask()
                assert caught.value.code == "schema_missing"
        finally:
            await queue.close()

    with arlen_postgres_server.database() as database:
        asyncio.run(law(database.dsn))


def test_queues_of_different_prefixes_know_nothing_of_each_other(with_queue, jobs_dsn):
    async def law(queue):
        other = PostgresJobQueue(jobs_dsn, prefix="other")
        await other.install()
        try:
            await other.enqueue("theirs")
            await queue.enqueue("ours")
            assert [job.name for job in await pending(queue)] == ["ours"]
            await other.reset()
            assert [job.name for job in await pending(queue)] == ["ours"]
        finally:
            await other.close()

    with_queue(law)


def test_a_prefix_that_is_no_name_is_refused():
    with pytest.raises(JobError) as caught:
        PostgresJobQueue("postgresql://", prefix="jobs; DROP")
    assert caught.value.code == "invalid_prefix"


def test_a_retry_that_settles_with_others_is_told_apart(with_queue):
    async def law(queue):
        await queue.enqueue_many([NewJob("a"), NewJob("b")])
        first, second = await queue.claim(2)
        followers = [NewJob("then")]
        assert await queue.settle([Acknowledge(first, then=followers), Retry(second, 60)]) == [
            Outcome.ACKNOWLEDGED,
            Outcome.REQUEUED,
        ]
        assert [job.name for job in await pending(queue)] == ["then", "b"]
        assert (await queue.get(second.job_id)).state is JobState.SCHEDULED

    with_queue(law)


def test_a_follower_gives_way_to_the_job_that_holds_its_key(with_queue):
    async def law(queue):
        await queue.enqueue("holder", idempotency_key="k", not_before=3600)
        await queue.enqueue("first")
        [lease] = await queue.claim(1)
        follower = NewJob("second", unique=Unique("k", on_conflict=OnConflict.REFUSE))
        assert await queue.settle([Acknowledge(lease, then=[follower])]) == [Outcome.ACKNOWLEDGED]
        assert [job.name for job in await pending(queue)] == ["holder"]

    with_queue(law)


def test_a_job_that_may_be_refused_waits_for_the_commit_too(with_queue, jobs_dsn):
    async def law(queue):
        job = NewJob("a", unique=Unique("k", on_conflict=OnConflict.REFUSE))
        async with await psycopg.AsyncConnection.connect(jobs_dsn) as connection:
            await queue.enqueue_many([job], connection=connection)
            await connection.rollback()
        with psycopg.connect(jobs_dsn) as connection:
            queue.enqueue_within(connection, [job])
            connection.rollback()
        assert await pending(queue) == []

    with_queue(law)
