import asyncio

import pytest
from arlen_services.jobs import DiscardJob, JobError, MemoryJobQueue, Tasks, result_of, run_due


def test_waiting_for_a_result_ends_with_it_or_says_why_there_is_none():
    tasks = Tasks(MemoryJobQueue())

    @tasks.task(keep_result=60)
    async def double(n: int) -> int:
        if n < 0:
            raise DiscardJob("negative")
        return 2 * n

    async def refused(job_id, code, **options):
        with pytest.raises(JobError) as caught:
            await result_of(tasks.queue, job_id, **options)
        assert caught.value.code == code
        return caught.value.details

    async def law():
        naps = []

        async def nap(seconds):
            naps.append(seconds)
            if len(naps) == 5:
                await run_due(tasks.queue, tasks)

        assert await result_of(tasks.queue, await double.enqueue(21), sleep=nap) == 42
        assert naps == sorted(naps)
        bad = await double.enqueue(-1)
        await run_due(tasks.queue, tasks)
        assert (await refused(bad, "job_failed"))["reason"] == "negative"
        await refused("job-99", "unknown_job")
        waited = []

        async def count(seconds):
            waited.append(seconds)

        waiting = await double.enqueue(1)
        assert (await refused(waiting, "result_timeout", seconds=3, sleep=count))["state"] == "pending"
        assert 3 <= sum(waited) < 3.6

    asyncio.run(law())
