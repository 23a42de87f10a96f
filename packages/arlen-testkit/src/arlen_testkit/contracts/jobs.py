"""The laws of job queues: what holds for every `arlen_services.jobs.JobQueue`."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arlen_services.errors import JobError
from arlen_services.jobs import (
    Acknowledge,
    Discard,
    Failure,
    HeldUntil,
    JobFilter,
    JobQueue,
    JobState,
    LeaseStatus,
    Limit,
    NewJob,
    OnConflict,
    Outcome,
    Progress,
    Release,
    Retry,
    Unique,
    acknowledge,
    dead_letters,
    dequeue,
    heartbeat,
    pending,
    release,
    retry,
)

__all__ = ["JobQueueContract"]

Law = Callable[[JobQueue], Awaitable[None]]

HOUR = timedelta(hours=1)
NESTED: dict[str, Any] = {"text": "Grüße ✓ \u2028", "list": [1, 2.5, None, True, {"deep": []}], "empty": {}}


def later(hours: float = 1) -> datetime:
    return datetime.now(UTC) + hours * HOUR


class JobQueueContract(ABC):
    """Inherit from this class in a test module and say in `make_queue` what to test; pytest does the rest.

    Every test opens a new adapter, resets what it leads to, and closes it. Nothing waits for a clock: where time has to
    pass, the calls are told a later moment.

    Attributes:
        patience: seconds after which a test that still waits has failed.
        durable: whether a second adapter made by `make_queue` finds what the first one stored.
    """

    patience: float = 30.0
    durable: bool = False

    @abstractmethod
    def make_queue(self) -> JobQueue:
        """A new adapter; in one test all of them lead to the same place."""

    # Enqueueing

    def test_a_job_comes_out_as_it_went_in(self) -> None:
        async def law(queue: JobQueue) -> None:
            before = datetime.now(UTC) - timedelta(minutes=1)
            job_id = await queue.enqueue(
                " mail.send ",
                NESTED,
                queue="mail",
                priority=2,
                max_attempts=7,
                version=3,
                traceparent="00-aa-bb-01",
                correlation_id="c-1",
            )
            [lease] = await queue.claim(10, queues=["mail"], lease_seconds=60)
            job = lease.envelope
            assert (job.job_id, job.name, job.payload) == (job_id, "mail.send", NESTED)
            assert (job.queue, job.priority, job.attempt, job.max_attempts, job.version) == ("mail", 2, 1, 7, 3)
            assert (job.traceparent, job.correlation_id) == ("00-aa-bb-01", "c-1")
            assert before < job.created_at <= later()
            assert job.created_at.tzinfo is not None

        self._hold(law)

    @pytest.mark.parametrize(
        ("job", "code"),
        [
            (NewJob(" "), "blank_name"),
            (NewJob("a", queue=""), "blank_queue"),
            (NewJob("a", payload=[1]), "payload_not_mapping"),  # type: ignore[arg-type]
            (NewJob("a", {"moment": datetime(2026, 1, 1, tzinfo=UTC)}), "payload_not_serializable"),
            (NewJob("a", {"number": float("nan")}), "payload_not_serializable"),
            (NewJob("a", {"big": "x" * 300_000}), "payload_too_large"),
            (NewJob("a", priority=10), "invalid_priority"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_bad_job_is_refused_and_nothing_of_its_batch_is_stored(self, job: NewJob, code: str) -> None:
        async def law(queue: JobQueue) -> None:
            with pytest.raises(JobError) as caught:
                await queue.enqueue_many([NewJob("good"), job])
            assert caught.value.code == code
            assert await pending(queue) == []

        self._hold(law)

    def test_an_unknown_option_is_refused(self) -> None:
        async def law(queue: JobQueue) -> None:
            with pytest.raises(JobError) as caught:
                await queue.enqueue("a", colour="blue")
            assert caught.value.code == "unsupported_option"

        self._hold(law)

    def test_no_payload_is_an_empty_one_and_too_few_attempts_are_three(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("a", max_attempts=0)
            [job] = await pending(queue)
            assert (job.payload, job.max_attempts, job.attempt) == ({}, 3, 0)

        self._hold(law)

    def test_a_batch_keeps_its_order_and_every_job_has_an_id_of_its_own(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a", {"n": n}) for n in range(250)])
            leases = await queue.claim(1000)
            assert len(set(ids)) == 250
            assert [lease.job_id for lease in leases] == ids
            assert [lease.envelope.payload["n"] for lease in leases] == list(range(250))
            assert await queue.enqueue_many([]) == []

        self._hold(law)

    def test_a_payload_belongs_to_the_queue(self) -> None:
        async def law(queue: JobQueue) -> None:
            payload: dict[str, Any] = {"names": ["hank"]}
            await queue.enqueue("a", payload)
            payload["names"].append("peggy")
            [seen] = await pending(queue)
            seen.payload["names"].append("bobby")
            [lease] = await queue.claim(1)
            assert lease.envelope.payload == {"names": ["hank"]}

        self._hold(law)

    # Order and leasing

    def test_due_jobs_come_by_priority_then_moment_then_sequence(self) -> None:
        async def law(queue: JobQueue) -> None:
            base = datetime.now(UTC) - HOUR
            jobs = [
                NewJob("late", not_before=base + timedelta(minutes=2)),
                NewJob("early", not_before=base + timedelta(minutes=1)),
                NewJob("early, second", not_before=base + timedelta(minutes=1)),
                NewJob("first", priority=0, not_before=base + timedelta(minutes=3)),
                NewJob("last", priority=9, not_before=base),
            ]
            await queue.enqueue_many(jobs)
            expected = ["first", "early", "early, second", "late", "last"]
            assert [job.name for job in await pending(queue)] == expected
            one_by_one = [await dequeue(queue) for _ in range(2)]
            together = await queue.claim(10)
            assert [lease.envelope.name for lease in [*one_by_one, *together] if lease] == expected

        self._hold(law)

    def test_a_job_is_not_given_out_before_its_moment(self) -> None:
        async def law(queue: JobQueue) -> None:
            at = later(2)
            await queue.enqueue("absolute", not_before=at)
            await queue.enqueue("seconds", not_before=7200)
            await queue.enqueue("timedelta", not_before=timedelta(hours=2))
            await queue.enqueue("past", not_before=-5)
            assert [lease.envelope.name for lease in await queue.claim(10)] == ["past"]
            assert await queue.claim(10, at=later(1)) == []
            leases = await queue.claim(10, at=later(3))
            assert {lease.envelope.name for lease in leases} == {"absolute", "seconds", "timedelta"}
            moments = {lease.envelope.name: lease.envelope.not_before for lease in leases}
            assert abs(moments["absolute"] - at) < timedelta(milliseconds=1)

        self._hold(law)

    def test_a_moment_without_a_time_zone_is_refused(self) -> None:
        async def law(queue: JobQueue) -> None:
            with pytest.raises(ValueError, match="time zone"):
                await queue.enqueue("a", not_before=datetime(2026, 1, 1))  # noqa: DTZ001

        self._hold(law)

    def test_looking_ahead_does_not_make_a_job_due(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue_many([NewJob("a", not_before=3600), NewJob("b", not_before=7200)])
            assert len(await queue.claim(1, at=later(3))) == 1
            assert await queue.claim(5) == []
            assert len(await queue.claim(5, at=later(3))) == 1

        self._hold(law)

    def test_a_leased_job_is_given_to_nobody_else(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("a")
            lease = await dequeue(queue, lease_seconds=600)
            assert lease is not None
            assert lease.envelope.attempt == 1
            assert await queue.claim(10) == []
            assert await pending(queue) == []

        self._hold(law)

    def test_queues_are_served_in_the_order_in_which_they_are_named(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue_many([NewJob(name, queue=name) for name in ("a", "b", "c") for _ in range(2)])
            leases = await queue.claim(3, queues=["b", "a"])
            assert [lease.envelope.queue for lease in leases] == ["b", "b", "a"]
            assert await queue.claim(9, queues=["nowhere"]) == []

        self._hold(law)

    def test_a_paused_queue_gives_nothing_out_and_loses_no_lease(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue_many([NewJob("a"), NewJob("a"), NewJob("b", queue="other")])
            held = await dequeue(queue)
            assert held is not None
            await queue.pause("default")
            assert await queue.claim(5) == []
            assert len(await queue.claim(5, queues=["default", "other"])) == 1
            assert (await queue.counts())["default"].paused
            await acknowledge(queue, held)
            await queue.resume("default")
            assert len(await queue.claim(5)) == 1

        self._hold(law)

    def test_twenty_claimers_get_each_job_once(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a") for _ in range(200)])

            async def claimer() -> list[str]:
                got: list[str] = []
                while leases := await queue.claim(3):
                    got += [lease.job_id for lease in leases]
                return got

            got = await asyncio.gather(*(claimer() for _ in range(20)))
            assert Counter(job_id for some in got for job_id in some) == Counter(ids)

        self._hold(law)

    # Settling

    def test_an_acknowledged_job_is_forgotten_and_a_second_acknowledgement_is_refused(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a")
            lease = await dequeue(queue)
            assert lease is not None
            await acknowledge(queue, lease)
            assert await queue.get(job_id) is None
            with pytest.raises(JobError) as caught:
                await acknowledge(queue, lease)
            assert caught.value.code == "lease_lost"

        self._hold(law)

    def test_a_retried_job_keeps_what_it_is_and_dies_with_its_last_attempt(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a", {"n": 1}, max_attempts=2)
            first = await dequeue(queue)
            assert first is not None
            assert await retry(queue, first) is Outcome.REQUEUED
            second = await dequeue(queue)
            assert second is not None
            assert (second.job_id, second.envelope.attempt) == (job_id, 2)
            assert second.envelope.created_at == first.envelope.created_at
            assert second.envelope.sequence == first.envelope.sequence
            assert await retry(queue, second) is Outcome.DEAD_LETTERED
            assert [(job.job_id, job.attempt) for job in await dead_letters(queue)] == [(job_id, 2)]
            assert await pending(queue) == []

        self._hold(law)

    def test_a_delayed_retry_waits(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a")
            lease = await dequeue(queue)
            assert lease is not None
            await retry(queue, lease, 1800)
            assert await queue.claim(1) == []
            assert await _state(queue, job_id) is JobState.SCHEDULED
            [again] = await queue.claim(1, at=later())
            assert timedelta(minutes=29) < again.envelope.not_before - datetime.now(UTC) < timedelta(minutes=31)

        self._hold(law)

    def test_a_released_job_has_not_spent_its_attempt(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("a", max_attempts=1)
            lease = await dequeue(queue)
            assert lease is not None
            assert await release(queue, lease) is Outcome.REQUEUED
            lease = await dequeue(queue)
            assert lease is not None
            assert lease.envelope.attempt == 1
            await release(queue, lease, 1800)
            assert await queue.claim(1) == []

        self._hold(law)

    def test_a_discarded_job_is_dead_with_its_reason_and_its_story(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a", max_attempts=5)
            now = datetime(2026, 3, 1, 12, tzinfo=UTC)
            for attempt in (1, 2):
                [lease] = await queue.claim(1)
                failure = Failure(attempt, now, "ValueError", f"no {attempt}", "trace")
                last = Discard(lease, "too_silly", failure)
                await queue.settle([Retry(lease, failure=failure) if attempt == 1 else last])
            record = await queue.get(job_id)
            assert record is not None
            assert (record.state, record.reason) == (JobState.DEAD, "too_silly")
            assert [(f.attempt, f.at, f.kind, f.message, f.traceback) for f in record.failures] == [
                (1, now, "ValueError", "no 1", "trace"),
                (2, now, "ValueError", "no 2", "trace"),
            ]
            assert record.finished_at is not None

        self._hold(law)

    def test_many_leases_are_settled_together_each_by_its_own_right(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a", max_attempts=1 + n % 2) for n in range(6)])
            leases = await queue.claim(6)
            await acknowledge(queue, leases[5])
            outcomes = await queue.settle(
                [
                    Acknowledge(leases[0]),
                    Retry(leases[1]),
                    Retry(leases[2]),
                    Discard(leases[3], "no"),
                    Release(leases[4]),
                    Acknowledge(leases[5]),
                ]
            )
            assert outcomes == [
                Outcome.ACKNOWLEDGED,
                Outcome.REQUEUED,
                Outcome.DEAD_LETTERED,
                Outcome.DEAD_LETTERED,
                Outcome.REQUEUED,
                Outcome.LOST,
            ]
            assert sorted(job.job_id for job in await pending(queue)) == sorted([ids[1], ids[4]])
            assert sorted(job.job_id for job in await dead_letters(queue)) == sorted([ids[2], ids[3]])

        self._hold(law)

    def test_followers_are_enqueued_with_the_acknowledgement_and_never_by_a_stale_lease(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("first")
            [lease] = await queue.claim(1)
            settlement = Acknowledge(lease, then=[NewJob("second", {"n": 2}), NewJob("third")])
            assert await queue.settle([settlement]) == [Outcome.ACKNOWLEDGED]
            assert await queue.settle([settlement]) == [Outcome.LOST]
            assert [job.name for job in await pending(queue)] == ["second", "third"]

        self._hold(law)

    # Leases

    def test_an_expired_lease_comes_back_with_its_attempt_spent_and_the_old_token_is_refused(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a", max_attempts=2)
            [old] = await queue.claim(1, lease_seconds=60)
            assert old.expires_at is not None
            assert await queue.recover() == []
            [record] = await queue.recover(at=later())
            assert (record.job_id, record.state) == (job_id, JobState.PENDING)
            [new] = await queue.claim(1, at=later())
            assert (new.job_id, new.envelope.attempt) == (job_id, 2)
            assert await queue.settle([Acknowledge(old), Retry(old), Release(old)]) == [Outcome.LOST] * 3
            assert await queue.heartbeat([old, new]) == [LeaseStatus.LOST, LeaseStatus.HELD]
            with pytest.raises(JobError) as caught:
                await heartbeat(queue, old)
            assert caught.value.code == "lease_lost"
            await acknowledge(queue, new)

        self._hold(law)

    def test_a_lease_that_expires_with_the_last_attempt_is_a_death(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a", max_attempts=1)
            await queue.claim(1, lease_seconds=60)
            [record] = await queue.recover(at=later())
            assert (record.state, record.reason) == (JobState.DEAD, "lease_expired")
            assert [job.job_id for job in await dead_letters(queue)] == [job_id]

        self._hold(law)

    def test_a_heartbeat_extends_the_lease(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("a")
            [lease] = await queue.claim(1, lease_seconds=60)
            assert await queue.heartbeat([lease], 7200) == [LeaseStatus.HELD]
            assert await queue.recover(at=later()) == []
            assert len(await queue.recover(at=later(3))) == 1

        self._hold(law)

    def test_an_expired_lease_that_nobody_took_still_counts(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.enqueue("a")
            [lease] = await queue.claim(1, lease_seconds=0)
            await acknowledge(queue, lease)

        self._hold(law)

    # Unique keys

    def test_a_key_is_held_while_its_job_waits_runs_and_waits_again(self) -> None:
        async def law(queue: JobQueue) -> None:
            async def again() -> str:
                return await queue.enqueue("other", {"n": 2}, idempotency_key=" key ")

            job_id = await queue.enqueue("a", {"n": 1}, idempotency_key="key", max_attempts=2)
            assert await again() == job_id
            [lease] = await queue.claim(1)
            assert lease.envelope.payload == {"n": 1}
            assert await again() == job_id
            await retry(queue, lease)
            assert await again() == job_id
            [lease] = await queue.claim(1)
            await acknowledge(queue, lease)
            assert await again() != job_id

        self._hold(law)

    def test_a_key_is_free_when_its_job_is_dead_cancelled_or_deleted(self) -> None:
        async def law(queue: JobQueue) -> None:
            first = await queue.enqueue("a", idempotency_key="k", max_attempts=1)
            [lease] = await queue.claim(1)
            await retry(queue, lease)
            second = await queue.enqueue("a", idempotency_key="k")
            await queue.cancel(second)
            third = await queue.enqueue("a", idempotency_key="k")
            await queue.delete([third])
            fourth = await queue.enqueue("a", idempotency_key="k")
            assert len({first, second, third, fourth}) == 4

        self._hold(law)

    def test_a_blank_key_is_no_key(self) -> None:
        async def law(queue: JobQueue) -> None:
            assert await queue.enqueue("a", idempotency_key=" ") != await queue.enqueue("a", idempotency_key=" ")

        self._hold(law)

    def test_a_key_held_until_the_start_lets_the_next_one_in_while_the_first_runs(self) -> None:
        async def law(queue: JobQueue) -> None:
            unique = Unique("k", until=HeldUntil.STARTED)
            first = await queue.enqueue("a", unique=unique)
            assert await queue.enqueue("a", unique=unique) == first
            await queue.claim(1)
            assert await queue.enqueue("a", unique=unique) != first

        self._hold(law)

    def test_a_period_holds_the_key_beyond_the_job(self) -> None:
        async def law(queue: JobQueue) -> None:
            unique = Unique("k", period=3600)
            first = await queue.enqueue("a", unique=unique)
            [lease] = await queue.claim(1)
            await acknowledge(queue, lease)
            assert await queue.enqueue("a", unique=unique) == first
            await queue.recover()
            assert await queue.enqueue("a", unique=unique) == first
            assert await pending(queue) == []

        self._hold(law)

    def test_a_conflict_may_refuse_or_replace(self) -> None:
        async def law(queue: JobQueue) -> None:
            first = await queue.enqueue("a", unique=Unique("k"))
            with pytest.raises(JobError) as caught:
                await queue.enqueue_many([NewJob("b"), NewJob("a", unique=Unique("k", on_conflict=OnConflict.REFUSE))])
            assert caught.value.code == "duplicate_job"
            replacing = Unique("k", on_conflict=OnConflict.REPLACE)
            second = await queue.enqueue("a", {"n": 2}, unique=replacing)
            assert [job.job_id for job in await pending(queue)] == [second]
            assert await _state(queue, first) in (JobState.CANCELLED, None)
            await queue.claim(1)
            assert await queue.enqueue("a", {"n": 3}, unique=replacing) == second

        self._hold(law)

    def test_one_key_in_one_batch_is_one_job(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a", {"n": n}, unique=Unique("k")) for n in range(3)])
            assert len(set(ids)) == 1
            assert [job.payload for job in await pending(queue)] == [{"n": 0}]

        self._hold(law)

    def test_fifty_enqueues_with_one_key_are_one_job(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await asyncio.gather(*(queue.enqueue("a", {"n": n}, idempotency_key="k") for n in range(50)))
            assert len(set(ids)) == 1
            assert len(await pending(queue)) == 1

        self._hold(law)

    # Limits

    def test_no_more_jobs_of_a_key_run_than_its_limit_says(self) -> None:
        async def law(queue: JobQueue) -> None:
            jobs = [NewJob("a", limit=Limit("tenant:1", running=3)) for _ in range(10)]
            if await self._lacks(queue, "limits", jobs[0]):
                return
            await queue.enqueue_many([*jobs, NewJob("free")])
            leases = await queue.claim(20)
            assert Counter(lease.envelope.name for lease in leases) == {"a": 3, "free": 1}
            assert await queue.claim(20) == []
            limited = [lease for lease in leases if lease.envelope.name == "a"]
            await queue.settle([Acknowledge(limited[0]), Release(limited[1])])
            again = await queue.claim(20)
            assert [lease.envelope.attempt for lease in again] == [1, 1]
            assert await queue.claim(20) == []

        self._hold(law)

    def test_no_more_jobs_of_a_key_start_in_a_window_than_its_limit_says(self) -> None:
        async def law(queue: JobQueue) -> None:
            jobs = [NewJob("a", limit=Limit("api", starts=2, per=3600)) for _ in range(5)]
            if await self._lacks(queue, "limits", jobs[0]):
                return
            await queue.enqueue_many(jobs)
            leases = await queue.claim(20)
            assert len(leases) == 2
            await queue.settle([Acknowledge(lease) for lease in leases])
            assert await queue.claim(20) == []

        self._hold(law)

    # Looking and intervening

    def test_every_state_can_be_seen_and_counted(self) -> None:
        async def law(queue: JobQueue) -> None:
            keep = 3600.0 if "results" in queue.capabilities else 0.0
            done, dead, running = await queue.enqueue_many([NewJob("done"), NewJob("dead"), NewJob("running")])
            leases = await queue.claim(3)
            await queue.settle([Acknowledge(leases[0], {"sum": [3]}, keep), Discard(leases[1], "no")])
            cancelled = await queue.enqueue("cancelled")
            assert await queue.cancel(cancelled)
            scheduled = await queue.enqueue("scheduled", not_before=3600)
            waiting = await queue.enqueue("waiting")
            expected = {
                dead: JobState.DEAD,
                running: JobState.LEASED,
                cancelled: JobState.CANCELLED,
                scheduled: JobState.SCHEDULED,
                waiting: JobState.PENDING,
            } | ({done: JobState.SUCCEEDED} if keep else {})
            for job_id, state in expected.items():
                assert await _state(queue, job_id) is state
                assert [record.job_id for record in await queue.find(JobFilter(state))] == [job_id]
            assert {record.job_id for record in await queue.find()} == set(expected)
            assert [record.job_id for record in await queue.find(JobFilter(name="running"))] == [running]
            assert await queue.find(JobFilter(queue="other")) == []
            counts = (await queue.counts())["default"]
            assert (counts.pending, counts.scheduled, counts.leased, counts.dead, counts.cancelled) == (1, 1, 1, 1, 1)
            assert counts.succeeded == (1 if keep else 0)
            assert counts.oldest_due is not None
            if keep:
                record = await queue.get(done)
                assert record is not None
                assert record.result == {"sum": [3]}
            assert await queue.get("job-unknown") is None

        self._hold(law)

    def test_lists_are_read_by_the_page_and_dead_letters_oldest_first(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a") for _ in range(5)])
            for lease in await queue.claim(5):
                await queue.settle([Discard(lease, "no")])
            wanted = JobFilter(JobState.DEAD)
            pages = [await queue.find(wanted, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
            assert [[record.job_id for record in page] for page in pages] == [ids[:2], ids[2:4], ids[4:], []]

        self._hold(law)

    def test_a_cancelled_job_that_waits_never_runs_and_one_that_runs_is_told(self) -> None:
        async def law(queue: JobQueue) -> None:
            waiting, running = await queue.enqueue_many([NewJob("a", priority=6), NewJob("b")])
            [lease] = await queue.claim(1)
            assert await queue.cancel(waiting)
            assert await queue.cancel(running)
            assert await queue.claim(1) == []
            assert await queue.heartbeat([lease]) == [LeaseStatus.CANCELLED]
            assert await queue.settle([Release(lease)]) == [Outcome.CANCELLED]
            assert await _state(queue, running) is JobState.CANCELLED
            assert not await queue.cancel(running)
            assert not await queue.cancel("job-unknown")
            assert await queue.claim(1) == []

        self._hold(law)

    def test_a_job_that_was_cancelled_too_late_is_done_all_the_same(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a")
            [lease] = await queue.claim(1)
            assert await queue.cancel(job_id)
            assert await queue.settle([Acknowledge(lease)]) == [Outcome.ACKNOWLEDGED]
            assert await queue.get(job_id) is None

        self._hold(law)

    def test_a_waiting_job_can_be_given_another_moment(self) -> None:
        async def law(queue: JobQueue) -> None:
            job_id = await queue.enqueue("a")
            assert await queue.reschedule(job_id, later(2))
            assert await queue.claim(1) == []
            assert await queue.reschedule(job_id, datetime.now(UTC) - HOUR)
            assert len(await queue.claim(5)) == 1
            assert not await queue.reschedule(job_id, later())

        self._hold(law)

    def test_dead_letters_are_requeued_with_their_attempts_reset_or_kept(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a", max_attempts=2), NewJob("b", max_attempts=2)])
            await queue.settle([Discard(lease, "no") for lease in await queue.claim(2)])
            assert await queue.requeue([ids[0], "job-unknown"]) == 1
            assert await queue.requeue([ids[1]], attempts=2) == 1
            assert await queue.requeue(ids) == 0
            leases = {lease.job_id: lease.envelope for lease in await queue.claim(5)}
            assert [(leases[job_id].attempt, leases[job_id].max_attempts) for job_id in ids] == [(1, 2), (3, 3)]

        self._hold(law)

    def test_finished_jobs_are_deleted_one_by_one_or_by_age(self) -> None:
        async def law(queue: JobQueue) -> None:
            ids = await queue.enqueue_many([NewJob("a") for _ in range(3)])
            leases = await queue.claim(3)
            await queue.settle([Discard(lease, "no") for lease in leases[:2]])
            assert await queue.delete([ids[0], ids[2], "job-unknown"]) == 1
            assert await queue.prune(datetime.now(UTC) - HOUR) == 0
            assert await queue.prune(later()) == 1
            assert [record.job_id for record in await queue.find()] == [ids[2]]

        self._hold(law)

    def test_progress_is_seen_while_the_lease_holds(self) -> None:
        async def law(queue: JobQueue) -> None:
            if "progress" not in queue.capabilities:
                return
            job_id = await queue.enqueue("a")
            [lease] = await queue.claim(1)
            assert await queue.report(lease, Progress(2, 7, "mailing"))
            record = await queue.get(job_id)
            assert record is not None
            assert record.progress == Progress(2, 7, "mailing")
            await retry(queue, lease)
            assert not await queue.report(lease, Progress(3))

        self._hold(law)

    def test_a_mark_is_changed_by_the_one_who_knew_it(self) -> None:
        async def law(queue: JobQueue) -> None:
            if "marks" not in queue.capabilities:
                return
            assert await queue.mark("m") is None
            changed = await asyncio.gather(*(queue.change_mark("m", None, str(n)) for n in range(10)))
            assert changed.count(True) == 1
            value = str(changed.index(True))
            assert await queue.mark("m") == value
            assert not await queue.change_mark("m", "else", "x")
            assert await queue.change_mark("m", value, None)
            assert await queue.mark("m") is None

        self._hold(law)

    def test_waiting_ends_when_a_job_comes_or_becomes_due_or_the_time_is_over(self) -> None:
        async def law(queue: JobQueue) -> None:
            await queue.wait(["default"], 0.01)
            waiting = asyncio.ensure_future(queue.wait(["default"], 3600))
            await asyncio.sleep(0)
            await queue.enqueue("a")
            await asyncio.wait_for(waiting, 10)
            await queue.wait(["default"], 3600)
            await queue.claim(1)
            await queue.enqueue("b", not_before=0.2)
            while not await queue.claim(1):
                await asyncio.wait_for(queue.wait(["default"], 3600), 10)

        self._hold(law)

    def test_a_reset_forgets_everything(self) -> None:
        async def law(queue: JobQueue) -> None:
            first = await queue.enqueue("a", idempotency_key="k")
            await queue.enqueue_many([NewJob("b", not_before=60), NewJob("c")])
            [lease] = await queue.claim(1)
            await queue.pause("default")
            await queue.reset()
            assert await queue.find() == []
            assert await queue.counts() == {}
            assert await queue.settle([Acknowledge(lease)]) == [Outcome.LOST]
            await queue.enqueue("a", idempotency_key="k")
            [job] = await pending(queue)
            assert job.sequence == 1
            assert first

        self._hold(law)

    # Durability

    def test_a_durable_queue_is_found_as_it_was_left(self) -> None:
        async def law(queue: JobQueue) -> None:
            if not self.durable:
                return
            job_id = await queue.enqueue("a", NESTED, idempotency_key="k", max_attempts=1)
            await queue.enqueue("dead", priority=0)
            [dead] = await queue.claim(1)
            await queue.settle([Discard(dead, "no", Failure(1, later(), "Error", "text"))])
            await queue.pause("paused")
            other = self.make_queue()
            await other.open()
            try:
                assert await other.enqueue("a", idempotency_key="k") == job_id
                [lease] = await other.claim(1)
                assert (lease.job_id, lease.envelope.payload) == (job_id, NESTED)
                assert await queue.heartbeat([lease]) == [LeaseStatus.HELD]
                await acknowledge(queue, lease)
                assert await other.enqueue("a", idempotency_key="k") != job_id
                assert [job.name for job in await dead_letters(other)] == ["dead"]
                assert (await other.counts())["paused"].paused
            finally:
                await other.close()

        self._hold(law)

    async def _lacks(self, queue: JobQueue, capability: str, job: NewJob) -> bool:
        if capability in queue.capabilities:
            return False
        with pytest.raises(JobError) as caught:
            await queue.enqueue_many([job])
        assert caught.value.code == "unsupported_option"
        return True

    def _hold(self, law: Law) -> None:
        async def run() -> None:
            queue = self.make_queue()
            await queue.open()
            try:
                await queue.reset()
                await law(queue)
                await queue.reset()
            finally:
                await queue.close()

        asyncio.run(asyncio.wait_for(run(), self.patience))


async def _state(queue: JobQueue, job_id: str) -> JobState | None:
    record = await queue.get(job_id)
    return None if record is None else record.state
