import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from arlen_services.errors import JobError
from arlen_services.jobs import Acknowledge, LeaseStatus, NewJob, OnConflict, Outcome, Unique, acknowledge, pending
from arlen_services.jobs.redis import RedisJobQueue
from arlen_testkit.contracts.jobs import JobQueueContract
from arlen_testkit.processes import Line, free_port, serve_process
from arlen_testkit.servers.redis import bundled_program, system_program


class TestRedisJobQueue(JobQueueContract):
    durable = True

    @pytest.fixture(autouse=True)
    def place(self, arlen_redis):
        self.space = arlen_redis

    def make_queue(self):
        return RedisJobQueue(self.space.url, namespace=f"{self.space.prefix}jobs")


@pytest.fixture
def with_queue(arlen_redis):
    def hold(law, **options):
        async def run():
            queue = RedisJobQueue(arlen_redis.url, namespace=f"{arlen_redis.prefix}jobs", **options)
            try:
                await law(queue)
            finally:
                await queue.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    return hold


def test_twenty_claimers_get_two_thousand_jobs_once_each(with_queue):
    async def law(queue):
        ids = await queue.enqueue_many([NewJob("a", priority=n % 10) for n in range(2000)])

        async def claimer():
            got = []
            while leases := await queue.claim(17):
                got += [lease.job_id for lease in leases]
                assert set(await queue.settle([Acknowledge(lease) for lease in leases])) == {Outcome.ACKNOWLEDGED}
            return got

        got = await asyncio.gather(*(claimer() for _ in range(20)))
        assert Counter(job_id for some in got for job_id in some) == Counter(ids)
        assert await queue.counts() == {}

    with_queue(law)


def test_what_is_done_leaves_nothing_behind(with_queue, arlen_redis_server):
    async def law(queue):
        await queue.enqueue_many([NewJob("a"), NewJob("b", queue="other")])
        leases = await queue.claim(5, queues=["default", "other"])
        await queue.settle([Acknowledge(lease) for lease in leases])
        await queue.reset()
        assert await asyncio.to_thread(arlen_redis_server.execute, "DBSIZE") == "0"

    with_queue(law)


def test_a_clock_of_the_caller_takes_the_place_of_the_servers(with_queue):
    present = datetime(2026, 1, 1, tzinfo=UTC)

    async def law(queue):
        job_id = await queue.enqueue("a", not_before=60)
        record = await queue.get(job_id)
        assert record.envelope.created_at == present
        assert record.envelope.not_before == present + timedelta(minutes=1)

    with_queue(law, clock=lambda: present)


HOLDER = """
import asyncio, sys
from arlen_services.jobs.redis import RedisJobQueue

async def hold():
    queue = RedisJobQueue(sys.argv[1], namespace=sys.argv[2])
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


def test_the_job_of_a_killed_worker_is_done_by_another_and_its_late_acknowledgement_is_refused(with_queue, arlen_redis):
    async def law(queue):
        job_id = await queue.enqueue("a", max_attempts=2)
        held, token = await asyncio.to_thread(killed_while_holding, arlen_redis.url, f"{arlen_redis.prefix}jobs")
        assert held == job_id
        assert await queue.recover() == []
        [record] = await queue.recover(datetime.now(UTC) + timedelta(minutes=2))
        assert [failure.kind for failure in record.failures] == ["LeaseExpired"]
        [lease] = await queue.claim(5, at=datetime.now(UTC) + timedelta(minutes=3))
        assert (lease.job_id, lease.envelope.attempt) == (job_id, 2)
        late = type(lease)(lease.envelope, token)
        assert await queue.heartbeat([late]) == [LeaseStatus.LOST]
        with pytest.raises(JobError, match="not held"):
            await acknowledge(queue, late)
        await acknowledge(queue, lease)

    with_queue(law)


@contextmanager
def persistent_server(port, folder):
    program = str(system_program() or bundled_program())
    settings = {
        "--port": port,
        "--bind": "127.0.0.1",
        "--dir": folder,
        "--appendonly": "yes",
        "--appendfsync": "always",
    }
    command = [program, *(str(part) for setting in settings.items() for part in setting)]
    with serve_process(command, ready=Line("Ready to accept connections"), cwd=folder) as server:
        yield server


def test_jobs_and_leases_outlive_a_server_that_keeps_a_log(tmp_path):
    port = free_port()

    async def before(queue):
        await queue.enqueue_many([NewJob("a"), NewJob("b", not_before=3600)])
        return await queue.claim(1)

    async def after(queue, leases):
        assert await queue.settle([Acknowledge(lease) for lease in leases]) == [Outcome.ACKNOWLEDGED]
        assert [job.name for job in await pending(queue)] == ["b"]
        await queue.enqueue("c")
        assert [lease.envelope.name for lease in await queue.claim(5)] == ["c"]

    with asyncio.Runner() as runner:
        queue = RedisJobQueue(f"redis://127.0.0.1:{port}/0")
        with persistent_server(port, tmp_path):
            leases = runner.run(before(queue))
        with pytest.raises(JobError) as caught:
            runner.run(queue.enqueue("nowhere"))
        assert caught.value.code == "connection_failed"
        with persistent_server(port, tmp_path):
            runner.run(after(queue, leases))
        runner.run(queue.close())


def test_a_wait_is_not_cut_by_the_time_that_a_command_may_take(with_queue):
    async def law(queue):
        waiting = asyncio.ensure_future(queue.wait(["default"], 0.4))
        await asyncio.wait([waiting], timeout=5)
        assert waiting.exception() is None
        assert await queue.claim(1) == []

    with_queue(law, socket_timeout=0.2)


def test_a_server_that_is_not_there_is_named_without_its_password():
    async def ask():
        queue = RedisJobQueue(f"redis://hank:secret@127.0.0.1:{free_port()}/0")
        with pytest.raises(JobError) as caught:
            await queue.enqueue("a")
        assert caught.value.code == "connection_failed"
        assert "127.0.0.1" in str(caught.value)
        assert "secret" not in str(caught.value)
        await queue.close()

    asyncio.run(ask())


def test_queues_of_different_namespaces_know_nothing_of_each_other(with_queue, arlen_redis):
    async def law(queue):
        other = RedisJobQueue(arlen_redis.url, namespace=f"{arlen_redis.prefix}jobs:other")
        await other.enqueue("theirs")
        await queue.enqueue("ours")
        assert [job.name for job in await pending(queue)] == ["ours"]
        await queue.reset()
        assert [job.name for job in await pending(other)] == ["theirs"]
        await other.reset()
        await other.close()

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
