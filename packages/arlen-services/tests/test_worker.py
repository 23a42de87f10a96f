import asyncio
import os
import random
import sys
import threading
from collections import Counter

import pytest
from arlen_services.jobs import (
    FileJobQueue,
    JobContext,
    JobError,
    JobState,
    LimitBy,
    MemoryJobQueue,
    NewJob,
    Outcome,
    RetryPolicy,
    Tasks,
    Worker,
    dead_letters,
    pending,
)
from arlen_services.jobs.intake import Pace, Rotation


@pytest.fixture
def queue():
    return MemoryJobQueue()


@pytest.fixture
def tasks(queue):
    return Tasks(queue)


def run(law):
    asyncio.run(asyncio.wait_for(law(), 30))


async def until(condition):
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def work_until(worker, done):
    """Run the worker until `done` is set, and return its statistics."""
    running = asyncio.create_task(worker.run())
    await done.wait()
    worker.stop()
    return await running


def test_a_worker_runs_jobs_side_by_side_and_settles_them_together(queue, tasks):
    together = []

    @tasks.task(name="work")
    async def work(n: int) -> None:
        nonlocal running
        running += 1
        together.append(running)
        await asyncio.sleep(0)
        running -= 1
        if n == 499:
            done.set()

    class Counting(MemoryJobQueue):
        settled = 0

        async def settle(self, settlements):
            Counting.settled += 1
            return await super().settle(settlements)

    async def law():
        tasks.queue = Counting()
        await tasks.queue.enqueue_many([work.job(n) for n in range(500)])
        statistics = await work_until(Worker(tasks.queue, tasks, concurrency=10), done)
        assert statistics.outcomes == {("work", "acknowledged"): 500}
        assert max(together) == 10
        assert Counting.settled < 250
        assert statistics.claims < 100
        assert await tasks.queue.find() == []

    running = 0
    done = asyncio.Event()
    run(law)


def test_a_worker_that_waits_takes_a_new_job_at_once(queue, tasks):
    @tasks.task()
    async def work() -> None:
        done.set()

    async def law():
        worker = Worker(queue, tasks)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.claims)
        await work.enqueue()
        await done.wait()
        worker.stop()
        assert (await running).outcomes.total() == 1

    done = asyncio.Event()
    run(law)


def test_a_failed_job_is_tried_again_and_then_dead(queue, tasks):
    attempts = []

    @tasks.task(retry=RetryPolicy(max_attempts=3, delay=0))
    async def bad(context: JobContext) -> None:
        attempts.append(context.job.attempt)
        if len(attempts) == 3:
            done.set()
        raise ValueError("no")

    async def law():
        await bad.enqueue()
        statistics = await work_until(Worker(queue, tasks), done)
        assert attempts == [1, 2, 3]
        assert statistics.outcomes == {(bad.name, "requeued"): 2, (bad.name, "dead_lettered"): 1}
        assert statistics.errors == {bad.name: 3}
        assert len(await dead_letters(queue)) == 1

    done = asyncio.Event()
    run(law)


def test_an_attempt_that_takes_too_long_ends(queue, tasks):
    @tasks.task(timeout=0.01, retry=RetryPolicy(max_attempts=1))
    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            done.set()

    async def law():
        job_id = await slow.enqueue()
        await work_until(Worker(queue, tasks), done)
        record = await queue.get(job_id)
        assert record.state is JobState.DEAD
        assert record.failures[0].kind == "JobTimeout"

    done = asyncio.Event()
    run(law)


def test_plain_functions_run_in_threads_with_their_context(queue, tasks):
    @tasks.task(keep_result=60)
    def work(n: int, context: JobContext) -> list[object]:
        context.progress_from_thread(n, 3)
        here.wait(10)
        return [threading.current_thread() is not threading.main_thread(), context.job.payload["n"]]

    async def law():
        ids = await queue.enqueue_many([work.job(n) for n in range(3)])
        worker = Worker(queue, tasks, concurrency=3)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.settled >= 3)
        worker.stop()
        await running
        assert [(await queue.get(job_id)).result for job_id in ids] == [[True, n] for n in range(3)]
        assert [(await queue.get(job_id)).progress.done for job_id in ids] == [0, 1, 2]

    here = threading.Barrier(3)
    run(law)


BUSY = """
import os
from arlen_services.jobs import Runs, Tasks

tasks = Tasks()


@tasks.task(runs=Runs.PROCESS, keep_result=60)
def busy(n: int) -> list[int]:
    return [os.getpid(), n * n]


@tasks.task(runs=Runs.PROCESS)
def broken() -> None:
    raise ValueError("no")


@tasks.task(runs=Runs.PROCESS)
def killed() -> None:
    os._exit(3)
"""


def test_functions_that_keep_a_processor_busy_run_in_processes(queue, tmp_path, monkeypatch):
    tmp_path.joinpath("busy_jobs.py").write_text(BUSY)
    monkeypatch.syspath_prepend(tmp_path)
    import busy_jobs

    async def law():
        busy_jobs.tasks.queue = queue
        good, bad = await busy_jobs.busy.enqueue(7), await busy_jobs.broken.enqueue()
        worker = Worker(queue, busy_jobs.tasks)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.settled >= 2)
        worker.stop()
        await running
        pid, square = (await queue.get(good)).result
        assert pid != os.getpid()
        assert square == 49
        [failure] = (await queue.get(bad)).failures
        assert (failure.kind, failure.message) == ("ValueError", "no")

    run(law)


def test_a_process_that_dies_fails_its_job_and_no_later_one(queue, tmp_path, monkeypatch):
    tmp_path.joinpath("busy_jobs.py").write_text(BUSY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "busy_jobs", raising=False)
    import busy_jobs

    async def law():
        await queue.enqueue(busy_jobs.killed.name)
        worker = Worker(queue, busy_jobs.tasks)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.errors[busy_jobs.killed.name])
        good = await queue.enqueue(busy_jobs.busy.name, {"n": 3})
        await until(lambda: worker.statistics.outcomes[busy_jobs.busy.name, "acknowledged"])
        worker.stop()
        await running
        assert (await queue.get(good)).result[1] == 9

    run(law)


def test_leases_are_renewed_while_a_job_runs(queue, tasks):
    @tasks.task()
    async def long() -> None:
        await done.wait()

    class Renewing(MemoryJobQueue):
        async def heartbeat(self, leases, lease_seconds=300):
            renewed.append(len(leases))
            if len(renewed) == 3:
                done.set()
            return await super().heartbeat(leases, lease_seconds)

    async def law():
        tasks.queue = Renewing()
        await long.enqueue()
        await work_until(Worker(tasks.queue, tasks, heartbeat_seconds=0.001), done)
        assert renewed[:3] == [1, 1, 1]
        assert await tasks.queue.find() == []

    renewed = []
    done = asyncio.Event()
    run(law)


def test_a_cancelled_job_stops_and_is_cancelled(queue, tasks):
    @tasks.task()
    async def long() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    @tasks.task()
    def busy(context: JobContext) -> None:
        loop.call_soon_threadsafe(started.set)
        while True:
            context.stop_if_cancelled()

    async def law():
        nonlocal loop
        loop = asyncio.get_running_loop()
        worker = Worker(queue, tasks, heartbeat_seconds=0.001)
        running = asyncio.create_task(worker.run())
        for task in (long, busy):
            started.clear()
            job_id = await task.enqueue()
            await started.wait()
            assert await queue.cancel(job_id)
            await until(lambda: worker.statistics.outcomes[task.name, "cancelled"])  # noqa: B023
            assert (await queue.get(job_id)).state is JobState.CANCELLED
        assert stopped.is_set()
        worker.stop()
        await running

    loop = None
    started, stopped = asyncio.Event(), asyncio.Event()
    run(law)


def test_a_worker_that_stops_lets_jobs_finish_and_releases_what_it_did_not_begin(queue, tasks):
    @tasks.task()
    async def work(n: int) -> None:
        started.set()
        await go_on.wait()

    async def law():
        await queue.enqueue_many([work.job(n) for n in range(30)])
        worker = Worker(queue, tasks, concurrency=2)
        worker._pace.took(0.01)
        running = asyncio.create_task(worker.run())
        await started.wait()
        worker.stop()
        await asyncio.sleep(0)
        go_on.set()
        statistics = await running
        acknowledged = statistics.outcomes[work.name, Outcome.ACKNOWLEDGED]
        assert acknowledged >= 2
        waiting = await pending(queue)
        assert len(waiting) == 30 - acknowledged
        assert {job.attempt for job in waiting} == {0}

    started, go_on = asyncio.Event(), asyncio.Event()
    run(law)


def test_a_worker_that_stops_releases_what_does_not_finish_in_time(queue, tasks):
    @tasks.task()
    async def long() -> None:
        started.set()
        await asyncio.Event().wait()

    async def law():
        job_id = await long.enqueue()
        await work_until(Worker(queue, tasks, shutdown_seconds=0.01), started)
        record = await queue.get(job_id)
        assert (record.state, record.envelope.attempt) == (JobState.PENDING, 0)

    started = asyncio.Event()
    run(law)


def test_a_worker_that_is_cancelled_releases_what_it_holds(queue, tasks):
    @tasks.task()
    async def long() -> None:
        started.set()
        await asyncio.Event().wait()

    async def law():
        job_id = await long.enqueue()
        running = asyncio.create_task(Worker(queue, tasks).run())
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        record = await queue.get(job_id)
        assert (record.state, record.envelope.attempt) == (JobState.PENDING, 0)

    started = asyncio.Event()
    run(law)


def test_a_worker_is_recycled_after_so_many_jobs(queue, tasks):
    @tasks.task()
    async def work() -> None: ...

    async def law():
        await queue.enqueue_many([work.job() for _ in range(30)])
        statistics = await Worker(queue, tasks, max_jobs=7).run()
        assert statistics.outcomes.total() == 7
        assert (await Worker(queue, tasks, max_memory=1).run()).outcomes.total() <= 23
        assert await queue.claim(100) != []

    run(law)


def test_a_queue_that_fails_now_and_then_loses_no_job_and_stops_no_worker(tasks):
    @tasks.task()
    async def work(n: int) -> None:
        ran[n] += 1

    class Flaky(MemoryJobQueue):
        chance = random.Random(7)

        def fail(self):
            if self.chance.random() < 0.5:
                raise JobError("gone", code="connection_failed")

        async def claim(self, limit, **options):
            self.fail()
            return await super().claim(limit, **options)

        async def settle(self, settlements):
            self.fail()
            return await super().settle(settlements)

        async def wait(self, queues, seconds):
            self.fail()
            await super().wait(queues, seconds)

        async def heartbeat(self, leases, lease_seconds=300):
            raise JobError("gone", code="connection_failed")

        async def recover(self, at=None):
            raise JobError("gone", code="connection_failed")

    async def brief(seconds):
        await asyncio.sleep(min(seconds, 0.001))

    async def law():
        tasks.queue = Flaky()
        await tasks.queue.enqueue_many([work.job(n) for n in range(50)])
        worker = Worker(tasks.queue, tasks, concurrency=4, sleep=brief)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.settled >= 50)
        worker.stop()
        await running
        assert ran == Counter(range(50))
        assert await tasks.queue.find() == []

    ran = Counter()
    run(law)


def test_a_limit_is_kept_by_all_workers_together(tmp_path, tasks):
    @tasks.task(limit=LimitBy("tenant:{tenant}", running=3))
    async def work(tenant: int) -> None:
        now[tenant] += 1
        most[tenant] = max(most[tenant], now[tenant])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now[tenant] -= 1

    async def law():
        tasks.queue = FileJobQueue(tmp_path / "jobs.json")
        await tasks.queue.enqueue_many([work.job(n % 2) for n in range(40)])
        workers = [Worker(FileJobQueue(tmp_path / "jobs.json"), tasks) for _ in range(4)]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        await until(lambda: sum(worker.statistics.settled for worker in workers) >= 40)
        for worker in workers:
            worker.stop()
        await asyncio.gather(*running)
        assert max(most.values()) == 3

    now, most = Counter(), Counter()
    run(law)


def test_every_queue_progresses_by_its_weight():
    rotation = Rotation({"high": 6, "middle": 3, "low": 1})
    turns = [rotation.turn() for _ in range(100)]
    assert Counter(turn[0] for turn in turns) == {"high": 60, "middle": 30, "low": 10}
    assert all(sorted(turn) == ["high", "low", "middle"] for turn in turns)


def test_low_queues_progress_while_high_ones_are_full(queue, tasks):
    @tasks.task()
    async def work(first: bool) -> None:
        order.append(first)

    async def law():
        await queue.enqueue_many([work.using(queue="high").job(True) for _ in range(1000)])
        await queue.enqueue_many([work.using(queue="low").job(False) for _ in range(20)])
        await Worker(queue, tasks, queues={"high": 3, "low": 1}, concurrency=2, max_jobs=600).run()
        assert order.count(False) == 20
        assert order.count(True) == 580

    order = []
    run(law)


@pytest.mark.parametrize(
    ("seconds", "lease", "batch"), [(1e-9, 300, 100), (0.05, 300, 100), (0.5, 300, 20), (60, 300, 0), (0.5, 1, 2)]
)
def test_no_more_than_a_little_work_waits_in_a_worker(seconds, lease, batch):
    pace = Pace(10, lease)
    assert pace.batch == 0
    pace.took(seconds)
    assert pace.batch == batch


def test_jobs_of_a_worker_that_died_are_finished_by_another(tasks, queue):
    ran = []

    @tasks.task()
    async def work(n: int) -> None:
        ran.append(n)
        if len(ran) == 5:
            done.set()

    async def law():
        await queue.enqueue_many([work.job(n) for n in range(5)])
        [stale, *_] = await queue.claim(3, lease_seconds=0)
        await work_until(Worker(queue, tasks), done)
        assert sorted(ran) == list(range(5))
        assert (await queue.heartbeat([stale]))[0] == "lost"

    done = asyncio.Event()
    run(law)


def test_statistics_are_plain_data(queue, tasks):
    tasks.task(name="work")(lambda: None)

    async def law():
        await queue.enqueue_many([NewJob("work"), NewJob("unknown", max_attempts=1)])
        worker = Worker(queue, tasks)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.statistics.settled >= 2)
        worker.stop()
        data = (await running).to_dict()
        assert data["outcomes"] == {"unknown": {"dead_lettered": 1}, "work": {"acknowledged": 1}}
        assert (data["leased"], data["discarded"]) == (2, 1)
        assert set(data["seconds"]) == {"work", "unknown"}

    run(law)
