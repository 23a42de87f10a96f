import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress

import pytest
from arlen_services.__main__ import main
from arlen_services.commands.worker import weights
from arlen_services.jobs import Discard, FileJobQueue, JobError, MemoryJobQueue, NewJob, open_jobs

PROGRAM = """
    import asyncio, time
    from pathlib import Path
    from arlen_services.jobs import Tasks

    tasks = Tasks()

    @tasks.task(name="write")
    async def write(name: str) -> None:
        Path(name).write_text("done")

    @tasks.task(name="hang")
    async def hang() -> None:
        Path("hanging").write_text("")
        await asyncio.Event().wait()

    @tasks.task(name="block")
    def block() -> None:
        Path("blocking").write_text("")
        time.sleep(600)

    @tasks.every(3600)
    @tasks.task(name="hourly")
    async def hourly() -> None: ...
"""


@pytest.fixture
def queue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARLEN_JOBS_URL", "file:jobs.json")
    tmp_path.joinpath("shop_jobs.py").write_text(textwrap.dedent(PROGRAM))
    return FileJobQueue(tmp_path / "jobs.json")


@pytest.fixture
def answer(capsys):
    def run(*arguments):
        assert main([*arguments, "--json"]) == 0
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return run


def run(step):
    return asyncio.run(step)


def kill_dead(queue, count):
    async def law():
        ids = await queue.enqueue_many([NewJob("a", max_attempts=2) for _ in range(count)])
        await queue.settle([Discard(lease, "no") for lease in await queue.claim(count)])
        return ids

    return run(law())


def test_jobs_are_listed_shown_and_counted(queue, answer, capsys):
    [dead] = kill_dead(queue, 1)
    waiting = run(queue.enqueue("b", {"n": 1}))
    assert [job["job_id"] for job in answer("jobs", "list")] == [waiting, dead]
    assert [job["job_id"] for job in answer("jobs", "list", "--state", "dead", "--name", "a")] == [dead]
    assert answer("jobs", "show", waiting)["payload"] == {"n": 1}
    assert answer("jobs", "stats")["default"]["dead"] == 1
    main(["jobs", "list", "--state", "dead"])
    titles, row = capsys.readouterr().out.splitlines()
    assert titles.split() == ["job_id", "state", "queue", "name", "attempt", "max_attempts", "reason"]
    assert row.split() == [dead, "dead", "default", "a", "1", "2", "no"]


def test_dead_letters_are_retried_one_by_one_or_by_filter(queue, answer):
    ids = kill_dead(queue, 3)
    assert answer("jobs", "retry", ids[0], "--keep-attempts") == {"requeued": 1}
    assert answer("jobs", "retry", "--name", "other") == {"requeued": 0}
    assert answer("jobs", "retry", "--name", "a") == {"requeued": 2}
    assert [run(queue.get(job_id)).envelope.attempt for job_id in ids] == [1, 0, 0]


def test_jobs_are_cancelled_deleted_and_pruned_and_queues_paused(queue, answer):
    dead = kill_dead(queue, 2)
    waiting = run(queue.enqueue("b"))
    assert answer("jobs", "cancel", waiting, "job-99") == {"cancelled": 1}
    assert answer("jobs", "delete", dead[0]) == {"deleted": 1}
    assert answer("jobs", "prune") == {"pruned": 0}
    assert answer("jobs", "prune", "--days", "-1") == {"pruned": 2}
    answer("jobs", "pause", "default")
    assert run(queue.counts())["default"].paused
    answer("jobs", "resume", "default")
    assert run(queue.counts()) == {}


def test_schedules_are_listed_paused_and_triggered(queue, answer):
    [schedule] = answer("schedule", "list", "shop_jobs:tasks")
    assert (schedule["name"], schedule["ticks"], schedule["paused"]) == ("hourly", "every 3600 s", False)
    answer("schedule", "pause", "shop_jobs:tasks", "hourly")
    assert answer("schedule", "list", "shop_jobs:tasks")[0]["paused"]
    assert answer("schedule", "trigger", "shop_jobs:tasks", "hourly") == {"job_id": "job-1"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["jobs", "show", "job-9"], "unknown_job"),
        (["jobs", "stats", "--url", "ftp://user:secret@host"], "unknown_scheme"),
        (["worker", "shop_jobs"], "invalid_reference"),
        (["worker", "shop_jobs:write"], "no_tasks"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(queue, capsys, arguments, code):
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(code)
    assert "secret" not in told
    assert told.count("\n") == 1


def test_without_a_queue_a_command_asks_for_one(queue, capsys, monkeypatch):
    monkeypatch.delenv("ARLEN_JOBS_URL")
    assert main(["jobs", "stats"]) == 2
    assert capsys.readouterr().err.startswith("no_queue")


@pytest.mark.parametrize(("text", "queues"), [("a, b", ["a", "b"]), ("a=3,b", {"a": 3, "b": 1}), ("", ["default"])])
def test_queues_are_named_in_order_or_by_weight(text, queues):
    assert weights(text) == queues


def start_worker(tmp_path, *arguments):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ARLEN_JOBS_URL": "file:jobs.json"}
    return subprocess.Popen(
        [sys.executable, "-m", "arlen_services", "worker", "shop_jobs:tasks", *arguments],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def there(path):
    while not path.exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def appears(path):
    run(asyncio.wait_for(there(path), 30))


def test_a_worker_process_works_until_it_is_told_to_stop(queue, tmp_path):
    run(queue.enqueue("write", {"name": "result"}))
    with start_worker(tmp_path, "--liveness-file", "alive") as worker:
        appears(tmp_path / "result")
        appears(tmp_path / "alive")
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out.splitlines()[-1]) == (0, "1 jobs were settled"), err
    assert run(queue.find()) == []


@pytest.mark.parametrize(("name", "sign"), [("hang", "hanging"), ("block", "blocking")])
def test_a_stopped_worker_releases_what_does_not_end_and_exits_with_0(queue, tmp_path, name, sign):
    job_id = run(queue.enqueue(name))
    with start_worker(tmp_path, "--shutdown-seconds", "0.05") as worker:
        appears(tmp_path / sign)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=30)
    assert worker.returncode == 0, err
    record = run(queue.get(job_id))
    assert (record.state, record.envelope.attempt) == ("pending", 0)


def test_a_second_signal_ends_a_worker_at_once(queue, tmp_path):
    run(queue.enqueue("hang"))
    with start_worker(tmp_path, "--shutdown-seconds", "600") as worker:
        appears(tmp_path / "hanging")
        ended = False
        while not ended:
            worker.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):  # one after the other: a flood would keep the loop from its work
                ended = worker.wait(0.05) is not None
    assert worker.returncode == 1


def test_the_job_of_a_killed_worker_is_finished_by_another_and_its_late_word_is_refused(queue, tmp_path):
    job_id = run(queue.enqueue("hang", max_attempts=3))
    with start_worker(tmp_path, "--lease-seconds", "0.3") as worker:
        appears(tmp_path / "hanging")
        worker.kill()
    while not run(queue.recover()):
        pass
    [lease] = run(queue.claim(1))
    assert (lease.job_id, lease.envelope.attempt) == (job_id, 2)


def test_an_address_names_a_queue(tmp_path):
    assert isinstance(open_jobs("memory:"), MemoryJobQueue)
    assert isinstance(open_jobs(f"file:{tmp_path}/a%20b.json"), FileJobQueue)
    assert tmp_path.joinpath("a b.json").exists()
    with pytest.raises(JobError) as caught:
        open_jobs("amqp://x")
    assert caught.value.code == "unknown_scheme"
