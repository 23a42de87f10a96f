import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from arlen_services.jobs import (
    DiscardJob,
    JobContext,
    JobError,
    JobFilter,
    JobState,
    MemoryJobQueue,
    RetryJob,
    RetryPolicy,
    RunSummary,
    SnoozeJob,
    Tasks,
    dead_letters,
    drain,
    pending,
    run_due,
)

START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def queue():
    return MemoryJobQueue(clock=lambda: START)


@pytest.fixture
def tasks(queue):
    tasks = Tasks(queue)

    @tasks.task(name="fine")
    async def fine() -> None: ...

    @tasks.task(name="bad", retry=RetryPolicy(delay=0))
    async def bad() -> None:
        raise ValueError("no")

    return tasks


def summary(leased, acknowledged, retried, errors, limited):
    return RunSummary(leased, acknowledged, retried, errors, limited)


def test_a_run_says_what_it_did(queue, tasks):
    async def law():
        for _ in range(2):
            await queue.enqueue("fine")
        assert await run_due(queue, tasks, limit=10) == summary(2, 2, 0, 0, False)
        for _ in range(3):
            await queue.enqueue("fine")
        assert await run_due(queue, tasks, limit=2) == summary(2, 2, 0, 0, True)
        assert len(await pending(queue)) == 1
        assert await run_due(queue, tasks, limit=0) == summary(1, 1, 0, 0, True)
        assert await run_due(queue, tasks) == summary(0, 0, 0, 0, False)

    asyncio.run(law())


def test_a_job_that_fails_runs_once_per_run_even_without_a_delay(queue, tasks):
    async def law():
        await queue.enqueue("bad", max_attempts=2)
        assert await run_due(queue, tasks, limit=5) == summary(1, 0, 1, 1, False)
        assert [job.attempt for job in await pending(queue)] == [1]
        assert await run_due(queue, tasks, limit=1) == summary(1, 0, 1, 1, True)
        assert (await pending(queue), len(await dead_letters(queue))) == ([], 1)

    asyncio.run(law())


def test_draining_goes_on_until_nothing_is_due(queue, tasks):
    async def law():
        for _ in range(7):
            await queue.enqueue("fine")
        await queue.enqueue("fine", not_before=60)
        assert await drain(queue, tasks, limit=3) == summary(7, 7, 0, 0, False)
        assert await drain(queue, tasks, at=START + timedelta(hours=1)) == summary(1, 1, 0, 0, False)

    asyncio.run(law())


@pytest.mark.parametrize(
    ("raised", "policy", "state", "attempt", "delay", "reason"),
    [
        (ValueError("x"), RetryPolicy(delay=7), JobState.SCHEDULED, 1, 7, None),
        (RetryJob(), RetryPolicy(delay=7), JobState.SCHEDULED, 1, 7, None),
        (RetryJob(after=40), RetryPolicy(), JobState.SCHEDULED, 1, 40, None),
        (SnoozeJob(90), RetryPolicy(), JobState.SCHEDULED, 0, 90, None),
        (DiscardJob("spam"), RetryPolicy(), JobState.DEAD, 1, 0, "spam"),
        (KeyError("x"), RetryPolicy(discard_on=(KeyError,)), JobState.DEAD, 1, 0, "not_retried"),
        (OSError("x"), RetryPolicy(retry_on=(KeyError,)), JobState.DEAD, 1, 0, "not_retried"),
        (asyncio.CancelledError(), RetryPolicy(delay=7), JobState.SCHEDULED, 1, 7, None),
        (RetryJob(), RetryPolicy(max_attempts=1), JobState.DEAD, 1, 0, "attempts_exhausted"),
    ],
)
def test_what_a_handler_raises_decides_what_becomes_of_the_job(queue, raised, policy, state, attempt, delay, reason):
    tasks = Tasks(queue)

    @tasks.task(retry=policy)
    async def work() -> None:
        raise raised

    async def law():
        record = await queue.get(await work.enqueue())
        await run_due(queue, tasks, clock=lambda: START)
        record = await queue.get(record.job_id)
        assert (record.state, record.envelope.attempt, record.reason) == (state, attempt, reason)
        assert record.envelope.not_before - START == timedelta(seconds=delay)
        if not isinstance(raised, SnoozeJob):
            [failure] = record.failures
            assert failure.attempt == 1
            assert failure.at == START

    asyncio.run(law())


def test_a_failure_tells_its_story_shortly(queue):
    tasks = Tasks(queue)

    @tasks.task(retry=RetryPolicy(max_attempts=1))
    def deep() -> None:
        def down(n):
            down(n + 1)

        down(0)

    async def law():
        job_id = await deep.enqueue()
        await run_due(queue, tasks)
        [failure] = (await queue.get(job_id)).failures
        assert failure.kind == "RecursionError"
        assert "maximum recursion depth" in failure.message
        assert 0 < len(failure.traceback) <= 4000

    asyncio.run(law())


def test_a_name_without_a_task_is_tried_again_and_then_dead(queue):
    async def law():
        job_id = await queue.enqueue("tomorrow.task", max_attempts=2)
        await run_due(queue, Tasks())
        record = await queue.get(job_id)
        assert record.state is JobState.SCHEDULED
        await run_due(queue, Tasks(), at=record.envelope.not_before)
        record = await queue.get(job_id)
        assert (record.state, record.reason) == (JobState.DEAD, "unknown_job")

    asyncio.run(law())


def test_a_payload_that_no_longer_fits_is_dead_at_once(queue):
    tasks = Tasks(queue)
    called = []
    tasks.task(name="typed")(lambda: called.append(1))

    async def law():
        await queue.enqueue("typed", {"gone": 1})
        await run_due(queue, tasks)
        [record] = await queue.find(JobFilter(JobState.DEAD))
        assert (record.reason, called) == ("invalid_payload", [])

    asyncio.run(law())


def test_results_and_progress_are_kept(queue):
    tasks = Tasks(queue)

    @tasks.task(keep_result=60)
    async def count(upto: int, context: JobContext) -> dict[str, int]:
        await context.progress(1, upto, "counting")
        assert (await queue.get(context.job.job_id)).progress.note == "counting"
        return {"sum": upto}

    @tasks.task(keep_result=60)
    def odd() -> object:
        return object()

    async def law():
        good, bad = await count.enqueue(3), await odd.enqueue()
        await run_due(queue, tasks)
        record = await queue.get(good)
        assert (record.state, record.result) == (JobState.SUCCEEDED, {"sum": 3})
        assert (await queue.get(bad)).reason == "result_not_serializable"
        await queue.recover(at=START + timedelta(seconds=61))
        assert await queue.get(good) is None

    asyncio.run(law())


def test_a_cancelled_run_puts_its_job_back(queue):
    tasks = Tasks(queue)

    @tasks.task()
    async def long() -> None:
        started.set()
        await asyncio.Event().wait()

    async def law():
        job_id = await long.enqueue()
        run = asyncio.create_task(run_due(queue, tasks))
        await started.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        record = await queue.get(job_id)
        assert (record.state, record.envelope.attempt) == (JobState.PENDING, 0)

    started = asyncio.Event()
    asyncio.run(law())


def test_a_queue_that_fails_ends_the_run_with_what_was_done(queue, tasks):
    class Failing(MemoryJobQueue):
        async def settle(self, settlements):
            raise JobError("gone", code="connection_failed")

    async def law():
        failing = Failing(clock=lambda: START)
        await failing.enqueue("fine")
        with pytest.raises(JobError) as caught:
            await run_due(failing, tasks)
        assert caught.value.details["summary"]["leased_count"] == 1

    asyncio.run(law())
