import asyncio
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from arlen_services.errors import MissingDependencyError
from arlen_services.jobs import (
    Acknowledge,
    FileJobQueue,
    JobError,
    MemoryJobQueue,
    Missed,
    Scheduler,
    Tasks,
    Worker,
    pending,
)
from arlen_services.jobs.cron import Cron
from arlen_services.jobs.schedule import Every

START = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Clock:
    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now

    def pass_(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


def steps(cron, start, count):
    moments = []
    for _ in range(count):
        start = cron.next_after(start)
        moments.append(start.astimezone(cron._zone).strftime("%m-%d %H:%M %z"))
    return moments


@pytest.mark.parametrize(
    ("expression", "start", "moments"),
    [
        ("30 2 * * *", (2026, 3, 28, 12), ["03-29 03:00 +0200", "03-30 02:30 +0200", "03-31 02:30 +0200"]),
        ("30 2 * * *", (2026, 10, 24, 12), ["10-25 02:30 +0200", "10-26 02:30 +0100", "10-27 02:30 +0100"]),
        ("30 * * * *", (2026, 3, 29, 0, 45), ["03-29 01:30 +0100", "03-29 03:30 +0200", "03-29 04:30 +0200"]),
        ("30 * * * *", (2026, 10, 25, 2), ["10-25 02:30 +0200", "10-25 02:30 +0100", "10-25 03:30 +0100"]),
        ("@daily", (2026, 1, 1), ["01-02 00:00 +0100", "01-03 00:00 +0100", "01-04 00:00 +0100"]),
        ("0 0 29 2 *", (2026, 1, 1), ["02-29 00:00 +0100", "02-29 00:00 +0100", "02-29 00:00 +0100"]),
        ("0 9 * * 5#2", (2026, 1, 1), ["01-09 09:00 +0100", "02-13 09:00 +0100", "03-13 09:00 +0100"]),
    ],
)
def test_cron_follows_the_wall_clock_through_the_changes_of_the_year(expression, start, moments):
    assert steps(Cron(expression, "Europe/Berlin"), datetime(*start, tzinfo=BERLIN), 3) == moments


@pytest.mark.parametrize(
    "expression", ["", "* * * *", "* * * * * *", "60 * * * *", "0 0 31 2 *", "@sometimes", "a b c d e"]
)
def test_what_is_no_cron_expression_is_refused(expression):
    with pytest.raises(JobError) as caught:
        Cron(expression)
    assert caught.value.code == "invalid_cron"


def test_an_unknown_time_zone_and_an_empty_interval_are_refused():
    with pytest.raises(JobError) as caught:
        Cron("* * * * *", "Moon/Base")
    assert caught.value.code == "invalid_timezone"
    with pytest.raises(JobError) as caught:
        Every(0)
    assert caught.value.code == "invalid_interval"


def scheduled(queue, missed=Missed.RUN_ONCE):
    tasks = Tasks(queue)

    @tasks.every(60, missed=missed)
    @tasks.task(name="tick")
    async def tick() -> None: ...

    return tasks


@pytest.mark.parametrize(
    ("missed", "minutes"), [(Missed.RUN_ONCE, [10]), (Missed.SKIP, [10]), (Missed.ALL, list(range(1, 11)))]
)
def test_missed_ticks_are_made_up_for_as_the_schedule_says(clock, missed, minutes):
    async def law():
        queue = MemoryJobQueue(clock=clock)
        scheduler = Scheduler(queue, scheduled(queue, missed).schedules, clock=clock)
        assert await scheduler.step() == []
        clock.pass_(minutes=10)
        await scheduler.step()
        assert [job.not_before.minute for job in await pending(queue)] == minutes
        await scheduler.step()
        assert len(await pending(queue)) == len(minutes)

    asyncio.run(law())


def test_a_tick_that_is_seen_too_late_is_skipped_where_that_is_wanted(clock):
    async def law():
        queue = MemoryJobQueue(clock=clock)
        tasks = Tasks(queue)
        tasks.cron("0 3 * * *", missed=Missed.SKIP)(tasks.task(name="nightly")(lambda: None))
        scheduler = Scheduler(queue, tasks.schedules, clock=clock)
        await scheduler.step()
        clock.now = datetime(2026, 5, 2, 8, tzinfo=UTC)
        assert await scheduler.step() == []
        clock.now = datetime(2026, 5, 3, 3, 0, 1, tzinfo=UTC)
        assert len(await scheduler.step()) == 1

    asyncio.run(law())


def test_ten_schedulers_enqueue_each_tick_once(tmp_path, clock):
    async def law():
        path = tmp_path / "jobs.json"
        schedules = scheduled(None).schedules
        schedulers = [Scheduler(FileJobQueue(path, clock=clock), schedules, clock=clock) for _ in range(10)]
        for _ in range(5):
            await asyncio.gather(*(scheduler.step() for scheduler in schedulers))
            clock.pass_(minutes=1)
        assert [job.not_before.minute for job in await pending(FileJobQueue(path))] == [1, 2, 3, 4]

    asyncio.run(law())


def test_a_scheduler_that_dies_between_enqueueing_and_noting_repeats_nothing(clock):
    class Dying(MemoryJobQueue):
        dying = False

        async def change_mark(self, key, old, new):
            if self.dying:
                raise JobError("gone", code="connection_failed")
            return await super().change_mark(key, old, new)

    async def law():
        queue = Dying(clock=clock)
        scheduler = Scheduler(queue, scheduled(queue).schedules, clock=clock)
        await scheduler.step()
        clock.pass_(minutes=1)
        queue.dying = True
        with pytest.raises(JobError):
            await scheduler.step()
        for lease in await queue.claim(1):
            await queue.settle([Acknowledge(lease)])
        queue.dying = False
        await scheduler.step()
        assert await pending(queue) == []
        clock.pass_(minutes=1)
        await scheduler.step()
        assert len(await pending(queue)) == 1

    asyncio.run(law())


def test_schedules_are_listed_paused_resumed_and_triggered(clock):
    async def law():
        queue = MemoryJobQueue(clock=clock)
        scheduler = Scheduler(queue, scheduled(queue).schedules, clock=clock)
        await scheduler.step()
        await scheduler.pause("tick")
        clock.pass_(minutes=5)
        assert await scheduler.step() == []
        [status] = await scheduler.status()
        assert (status.name, status.task, status.ticks, status.paused) == ("tick", "tick", "every 60 s", True)
        assert status.next == START.replace(minute=6, second=0)
        await scheduler.resume("tick")
        assert await scheduler.step() == []
        clock.pass_(minutes=1)
        assert len(await scheduler.step()) == 1
        await scheduler.trigger("tick")
        assert len(await pending(queue)) == 2
        with pytest.raises(JobError) as caught:
            await scheduler.trigger("tock")
        assert caught.value.code == "unknown_schedule"

    asyncio.run(law())


def test_a_worker_runs_the_schedules_of_its_tasks():
    tasks = Tasks(MemoryJobQueue())
    done = asyncio.Event()

    @tasks.every(0.01)
    @tasks.task()
    async def tick() -> None:
        done.set()

    async def law():
        worker = Worker(tasks.queue, tasks)
        running = asyncio.create_task(worker.run())
        await asyncio.wait_for(done.wait(), 10)
        worker.stop()
        await running

    asyncio.run(law())


def test_two_schedules_of_one_name_are_refused():
    tasks = scheduled(MemoryJobQueue())
    with pytest.raises(JobError) as caught:
        tasks.every(5)(tasks.get("tick"))
    assert caught.value.code == "duplicate_schedule"


def test_without_its_library_a_cron_schedule_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "cronsim", None)
    monkeypatch.delitem(sys.modules, "arlen_services.jobs.cron")
    tasks = Tasks()
    with pytest.raises(MissingDependencyError) as caught:
        tasks.cron("@daily")(tasks.task()(lambda: None))
    assert caught.value.details == {"extra": "cron"}
