"""The contract suite of job queues finds what is broken: each broken adapter fails the laws that it breaks."""

import inspect
from dataclasses import replace

import pytest
from arlen_services.jobs import (
    Acknowledge,
    JobState,
    LeaseStatus,
    MemoryJobQueue,
    Outcome,
    Retry,
)
from arlen_testkit.contracts.jobs import JobQueueContract


class Sound(MemoryJobQueue):
    pass


class GivesTwice(MemoryJobQueue):
    async def claim(self, limit, **options):
        return await super().claim(limit, **options) * 2


class IgnoresTokens(MemoryJobQueue):
    async def settle(self, settlements):
        return [Outcome.ACKNOWLEDGED for _ in await super().settle(settlements)]


class ForgetsDelays(MemoryJobQueue):
    async def settle(self, settlements):
        return await super().settle([Retry(s.lease) if isinstance(s, Retry) else s for s in settlements])


class RenewsNothing(MemoryJobQueue):
    async def heartbeat(self, leases, lease_seconds=300.0):
        return [LeaseStatus.HELD for _ in leases]


class NeverRecovers(MemoryJobQueue):
    async def recover(self, at=None):
        return []


class DropsFollowers(MemoryJobQueue):
    async def settle(self, settlements):
        return await super().settle(
            [Acknowledge(s.lease, s.result, s.keep) if isinstance(s, Acknowledge) else s for s in settlements]
        )


class IgnoresKeys(MemoryJobQueue):
    async def enqueue_many(self, jobs):
        self._ledger.keys.clear()
        return await super().enqueue_many(jobs)


class IgnoresLimits(MemoryJobQueue):
    async def enqueue_many(self, jobs):
        return await super().enqueue_many([replace(job, limit=None) for job in jobs])


class IgnoresPauses(MemoryJobQueue):
    async def pause(self, queue):
        pass


class StoresHalfABatch(MemoryJobQueue):
    async def enqueue_many(self, jobs):
        return [job_id for job in jobs for job_id in await super(StoresHalfABatch, self).enqueue_many([job])]


class ListsWrongly(MemoryJobQueue):
    async def find(self, *arguments, **options):
        return list(reversed(await super().find(*arguments, **options)))


class CancelsNothing(MemoryJobQueue):
    async def cancel(self, job_id):
        record = await self.get(job_id)
        return record is not None and record.state in (JobState.PENDING, JobState.LEASED)


class SleepsOn(MemoryJobQueue):
    async def wait(self, queues, seconds):
        await self._sleep(seconds)


LAWS = [
    name
    for name, law in inspect.getmembers(JobQueueContract, inspect.isfunction)
    if name.startswith("test_") and list(inspect.signature(law).parameters) == ["self"]
]


def broken_laws(adapter):
    class Suite(JobQueueContract):
        patience = 2.0

        def make_queue(self):
            return adapter()

    broken = []
    for law in LAWS:
        try:
            getattr(Suite(), law)()
        except (Exception, pytest.fail.Exception):  # noqa: BLE001
            broken.append(law)
    return broken


@pytest.mark.parametrize(
    ("adapter", "law"),
    [
        (GivesTwice, "test_twenty_claimers_get_each_job_once"),
        (IgnoresTokens, "test_an_acknowledged_job_is_forgotten_and_a_second_acknowledgement_is_refused"),
        (ForgetsDelays, "test_a_delayed_retry_waits"),
        (RenewsNothing, "test_a_heartbeat_extends_the_lease"),
        (NeverRecovers, "test_an_expired_lease_comes_back_with_its_attempt_spent_and_the_old_token_is_refused"),
        (DropsFollowers, "test_followers_are_enqueued_with_the_acknowledgement_and_never_by_a_stale_lease"),
        (IgnoresKeys, "test_a_key_is_held_while_its_job_waits_runs_and_waits_again"),
        (IgnoresLimits, "test_no_more_jobs_of_a_key_run_than_its_limit_says"),
        (IgnoresPauses, "test_a_paused_queue_gives_nothing_out_and_loses_no_lease"),
        (StoresHalfABatch, "test_a_conflict_may_refuse_or_replace"),
        (ListsWrongly, "test_lists_are_read_by_the_page_and_dead_letters_oldest_first"),
        (CancelsNothing, "test_a_cancelled_job_that_waits_never_runs_and_one_that_runs_is_told"),
        (SleepsOn, "test_waiting_ends_when_a_job_comes_or_becomes_due_or_the_time_is_over"),
    ],
)
def test_a_broken_queue_breaks_its_law(adapter, law):
    assert law in broken_laws(adapter)


def test_a_sound_queue_breaks_none():
    assert broken_laws(Sound) == []
