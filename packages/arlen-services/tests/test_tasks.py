import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from arlen_services.jobs import (
    EagerJobQueue,
    HeldUntil,
    JobContext,
    JobError,
    LimitBy,
    MemoryJobQueue,
    RetryPolicy,
    Runs,
    Tasks,
    UniqueBy,
    pending,
    run_due,
)
from arlen_services.jobs.codec import codec_of
from hypothesis import given
from hypothesis import strategies as st


class Colour(Enum):
    RED = "red"


@pytest.fixture
def tasks():
    return Tasks(MemoryJobQueue())


def test_a_task_is_the_function_and_can_be_enqueued(tasks):
    seen = []

    @tasks.task(name="add", queue="maths", priority=1, version=4, retry=RetryPolicy(max_attempts=9))
    async def add(a: int, b: int = 2, *, label: str = "sum") -> int:
        seen.append((a, b, label))
        return a + b

    async def law():
        assert await add(1) == 3
        job_id = await add.enqueue(3, label="x")
        later = await add.using(priority=0, not_before=60).enqueue(4)
        jobs = {job.job_id: job for job in await pending(tasks.queue)}
        assert (jobs[job_id].payload, jobs[job_id].name) == ({"a": 3, "label": "x"}, "add")
        assert (jobs[job_id].queue, jobs[job_id].priority, jobs[job_id].version) == ("maths", 1, 4)
        assert jobs[job_id].max_attempts == 9
        assert (jobs[later].priority, jobs[later].queue) == (0, "maths")
        assert jobs[later].not_before - jobs[later].created_at == timedelta(seconds=60)
        await run_due(tasks.queue, tasks, queues=["maths"])

    asyncio.run(law())
    assert seen == [(1, 2, "sum"), (3, 2, "x")]
    assert add.name == "add"
    assert [task.name for task in tasks] == ["add"]


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "missing a required argument: 'a'"),
        ((1, 2, 3), {}, "too many positional arguments"),
        ((1,), {"c": 1}, "unexpected keyword argument 'c'"),
        (("1",), {}, "a: '1' is not int"),
        ((True,), {}, "a: True is not int"),
        ((1,), {"b": [object()]}, "b: "),
    ],
)
def test_arguments_are_checked_when_a_job_is_enqueued(tasks, args, kwargs, message):
    @tasks.task()
    def work(a: int, b: list[str] | None = None) -> None: ...

    with pytest.raises(JobError, match="does not take these arguments") as caught:
        work.job(*args, **kwargs)
    assert caught.value.code == "invalid_arguments"
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "value", "encoded"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (bool, True, True),
        (str, "ü", "ü"),
        (None, None, None),
        (int | None, None, None),
        (int | str, "a", "a"),
        (list[int], [1, 2], [1, 2]),
        (dict[str, list[float]], {"a": [1.5]}, {"a": [1.5]}),
        (Literal["a", 1], 1, 1),
        (Any, {"a": [None]}, {"a": [None]}),
        (Colour, Colour.RED, "red"),
        (UUID, UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Decimal, Decimal("1.10"), "1.10"),
        (date, date(2026, 1, 2), "2026-01-02"),
        (timedelta, timedelta(minutes=1), 60.0),
        (datetime, datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
    ],
)
def test_a_value_travels_as_json_and_comes_back(annotation, value, encoded):
    codec = codec_of(annotation)
    assert codec.encode(value) == encoded
    assert codec.decode(encoded) == value


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, 1.5),
        (float, "1"),
        (float, True),
        (str, 1),
        (bool, 1),
        (list[int], ["a"]),
        (list[int], "ab"),
        (dict[str, int], {1: 1}),
        (Literal["a", 1], True),
        (Colour, "red"),
        (UUID, "x"),
        (int | None, "a"),
    ],
)
def test_a_value_of_another_type_is_refused(annotation, value):
    with pytest.raises((TypeError, ValueError)):
        codec_of(annotation).encode(value)


@given(st.dictionaries(st.text(), st.lists(st.one_of(st.none(), st.integers(), st.text()))))
def test_encoding_and_decoding_are_inverse(value):
    codec = codec_of(dict[str, list[int | str | None]])
    assert codec.decode(codec.encode(value)) == value


def test_a_function_that_no_payload_can_call_is_no_task(tasks):
    def custom(value: object) -> None: ...

    def variadic(*values: int) -> None: ...

    def plain(context: JobContext) -> None: ...

    for function, fields in ((custom, {}), (variadic, {}), (plain, {"runs": Runs.PROCESS}), (plain, {"runs": "loop"})):
        with pytest.raises(JobError) as caught:
            tasks.task(**fields)(function)
        assert caught.value.code == "invalid_task"


def test_names_are_unique_and_the_queue_is_needed(tasks):
    @tasks.task(name="a")
    def first() -> None: ...

    with pytest.raises(JobError) as caught:
        tasks.task(name="a")(lambda: None)
    assert caught.value.code == "duplicate_task"
    tasks.queue = None
    with pytest.raises(JobError) as caught:
        asyncio.run(first.enqueue())
    assert caught.value.code == "no_queue"


def test_keys_and_limits_are_made_of_arguments(tasks):
    @tasks.task(
        name="sync",
        unique=UniqueBy(["user.id"], until=HeldUntil.STARTED, period=5),
        limit=LimitBy("tenant:{tenant}", running=3),
    )
    def sync(user: dict[str, Any], tenant: int, note: str = "") -> None: ...

    first, same = sync.job({"id": 7, "name": "a"}, 1), sync.job({"id": 7, "name": "b"}, 1, note="x")
    other = sync.job({"id": 8}, 2)
    assert first.unique == same.unique != other.unique
    assert (first.unique.until, first.unique.period) == (HeldUntil.STARTED, 5)
    assert [job.limit.key for job in (first, other)] == ["tenant:1", "tenant:2"]


def test_a_job_that_a_job_enqueues_belongs_to_the_same_story(tasks):
    @tasks.task(name="child")
    def child() -> None: ...

    @tasks.task(name="parent")
    async def parent() -> None:
        await child.enqueue()

    async def law():
        await parent.using(correlation_id="c", traceparent="t").enqueue()
        await run_due(tasks.queue, tasks, limit=1)
        [job] = await pending(tasks.queue)
        assert (job.name, job.correlation_id, job.traceparent) == ("child", "c", "t")

    asyncio.run(law())


def test_an_eager_queue_runs_a_job_where_it_is_enqueued_and_raises_what_it_raises():
    tasks = Tasks()
    tasks.queue = EagerJobQueue(tasks)
    seen = []

    @tasks.task(queue="other")
    async def note(value: int) -> None:
        seen.append(value)
        if value < 0:
            raise ValueError("negative")

    async def law():
        await note.enqueue(1)
        assert seen == [1]
        with pytest.raises(ValueError, match="negative"):
            await note.enqueue(-1)

    asyncio.run(law())
