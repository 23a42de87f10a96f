import asyncio
from datetime import timedelta

import pytest
from arlen_services.jobs import (
    FileJobQueue,
    JobFilter,
    JobState,
    MemoryJobQueue,
    NewJob,
    RetryPolicy,
    Tasks,
    Unique,
    Worker,
    chain,
    drain,
    enqueue_group,
    pending,
    run_due,
)


@pytest.fixture
def seen():
    return []


@pytest.fixture
def tasks(seen):
    tasks = Tasks(MemoryJobQueue())

    @tasks.task(name="step")
    async def step(n: int) -> None:
        seen.append(n)

    @tasks.task(name="bad", retry=RetryPolicy(max_attempts=1))
    async def bad() -> None:
        raise ValueError("no")

    return tasks


def step(n, **fields):
    return NewJob("step", {"n": n}, **fields)


def test_the_jobs_of_a_chain_run_one_after_the_other(tasks, seen):
    async def law():
        later = step(3, not_before=timedelta(seconds=50), unique=Unique("k"), queue="other", priority=2)
        await tasks.queue.enqueue_many([chain(step(1), step(2), later)])
        assert [job.payload["n"] for job in await pending(tasks.queue)] == [1]
        await drain(tasks.queue, tasks)
        assert seen == [1, 2]
        [last] = await pending(tasks.queue)
        assert (last.payload, last.queue, last.priority, last.unique_key) == ({"n": 3}, "other", 2, "k")
        assert last.not_before - last.created_at == timedelta(seconds=50)

    asyncio.run(law())


def test_a_chain_stops_where_a_job_dies_and_goes_on_when_it_is_mended(tasks, seen):
    async def law():
        await tasks.queue.enqueue_many([chain(NewJob("bad", max_attempts=1), step(2))])
        await drain(tasks.queue, tasks)
        assert seen == []
        [dead] = await tasks.queue.find(JobFilter(JobState.DEAD))
        mended = Tasks(tasks.queue)
        mended.task(name="bad")(lambda: None)
        await tasks.queue.requeue([dead.job_id])
        await run_due(tasks.queue, mended, limit=1)
        await drain(tasks.queue, tasks)
        assert seen == [2]

    asyncio.run(law())


@pytest.mark.parametrize(
    ("members", "called"),
    [
        ([step(1), step(2), step(3)], {100, 200}),
        ([step(1), NewJob("bad", max_attempts=1), step(3)], {200}),
        ([NewJob("bad", max_attempts=1)], {200}),
        ([NewJob("unknown", max_attempts=1)], {200}),
        ([], {100, 200}),
    ],
)
def test_what_follows_a_group_follows_once(tasks, seen, members, called):
    async def law():
        await enqueue_group(tasks.queue, members, on_success=step(100), on_complete=step(200))
        while (await drain(tasks.queue, tasks)).leased_count:
            pass
        assert sorted(n for n in seen if n >= 100) == sorted(called)
        assert {n for n in seen if n < 100} == {job.payload["n"] for job in members if job.name == "step"}

    asyncio.run(law())


def test_a_group_whose_members_finish_together_in_many_workers_is_followed_once(tasks, seen, tmp_path):
    async def law():
        path = tmp_path / "jobs.json"
        queue = FileJobQueue(path)
        await enqueue_group(queue, [step(n) for n in range(12)], on_success=step(100), on_complete=step(200))
        workers = [Worker(FileJobQueue(path), tasks, concurrency=3) for _ in range(4)]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        while not {100, 200} <= set(seen):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for worker in workers:
            worker.stop()
        await asyncio.gather(*running)
        await drain(queue, tasks)
        assert sorted(seen) == [*range(12), 100, 200]

    asyncio.run(asyncio.wait_for(law(), 30))


def test_a_member_that_is_cancelled_while_it_waits_is_noticed_by_the_watch(tasks, seen):
    async def law():
        group = await enqueue_group(tasks.queue, [step(1, not_before=3600)], on_complete=step(200))
        await drain(tasks.queue, tasks)
        await tasks.queue.cancel(group.job_ids[0])
        [watch] = await pending(tasks.queue)
        await drain(tasks.queue, tasks, at=watch.not_before)
        assert seen == [200]
        assert await tasks.queue.mark(f"group:{group.group_id}") is None

    asyncio.run(law())


def test_two_who_see_a_group_complete_at_once_let_its_callback_follow_once(seen):
    class BothSee(MemoryJobQueue):
        """Every check finds the note of the group, as if another had not yet removed it."""

        async def change_mark(self, key, old, new):
            return new is None or await super().change_mark(key, old, new)

    async def law():
        tasks = Tasks(BothSee())
        tasks.task(name="call")(lambda: seen.append("called"))
        await enqueue_group(tasks.queue, [], on_success=NewJob("call"))
        await drain(tasks.queue, tasks)
        [watch] = await pending(tasks.queue)
        await drain(tasks.queue, tasks, at=watch.not_before)
        assert seen == ["called"]

    asyncio.run(law())
