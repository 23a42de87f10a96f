import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
from collections import Counter

import pytest
from arlen_services import system
from arlen_services.atomic_file import write_atomically
from arlen_services.jobs import Discard, FileJobQueue, JobError, NewJob, acknowledge, pending
from arlen_testkit.contracts.jobs import JobQueueContract


class TestFileJobQueue(JobQueueContract):
    durable = True

    @pytest.fixture(autouse=True)
    def one_place(self, tmp_path):
        self.path = tmp_path / "deep" / "jobs.json"

    def make_queue(self):
        return FileJobQueue(self.path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "jobs.json"


def run(*steps):
    async def all_steps():
        return [await step for step in steps]

    return asyncio.run(all_steps())


def test_the_document_is_json_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    queue = FileJobQueue("~/private/jobs.json")
    path = tmp_path / "private" / "jobs.json"
    assert [path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777] == [0o600, 0o700]
    [job_id] = run(queue.enqueue("a", {"n": 1}, idempotency_key="k"))
    document = json.loads(path.read_text())
    assert document["sequence_counter"] == 1
    assert [entry["job_id"] for entry in document["pending"]] == [job_id] == ["job-1"]
    assert document["idempotency_map"]["k"]["job_id"] == job_id
    assert (document["leased"], document["dead_letters"]) == ({}, [])
    run(queue.claim(1))
    [leased] = json.loads(path.read_text())["leased"].values()
    assert leased["lease_token"]
    assert leased["lease_expires_at"] > leased["created_at"]


def test_an_existing_document_is_not_rewritten_on_open_and_its_unknown_keys_survive(path):
    path.write_text('{ "sequence_counter": 4, "colour": "blue" }')
    queue = FileJobQueue(path)
    assert path.read_text() == '{ "sequence_counter": 4, "colour": "blue" }'
    assert run(queue.enqueue("a")) == ["job-5"]
    assert json.loads(path.read_text())["colour"] == "blue"


def test_an_entry_that_cannot_be_read_is_skipped_told_and_kept(path, caplog):
    run(FileJobQueue(path).enqueue("a"))
    document = json.loads(path.read_text())
    document["pending"].append({"name": "no id"})
    path.write_text(json.dumps(document))
    queue = FileJobQueue(path)
    [_, waiting] = run(queue.enqueue("b"), pending(queue))
    assert [job.name for job in waiting] == ["a", "b"]
    assert json.loads(path.read_text())["malformed"] == [{"name": "no id"}]
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', '{"pending": 3}', '{"leased": []}', '{"marks": 1}'])
def test_a_document_that_cannot_be_read_is_never_overwritten(path, text):
    path.write_text(text)
    queue = FileJobQueue(path)
    for call in (lambda: queue.enqueue("a"), lambda: queue.claim(1), queue.counts):
        with pytest.raises(JobError) as caught:
            run(call())
        assert caught.value.code == "state_malformed"
    assert path.read_text() == text


def test_a_blank_path_and_one_below_a_file_are_refused(tmp_path):
    with pytest.raises(JobError) as caught:
        FileJobQueue("  ")
    assert caught.value.code == "blank_path"
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(JobError) as caught:
        FileJobQueue(tmp_path / "file" / "jobs.json")
    assert caught.value.code == "directory_not_created"


@pytest.mark.parametrize("call", ["create_file", "write", "sync", "rename"])
def test_a_write_that_fails_changes_nothing(path, monkeypatch, call):
    queue = FileJobQueue(path)
    run(queue.enqueue("a"))
    before = path.read_bytes()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(system, call, full)
        with pytest.raises(JobError) as caught:
            run(queue.enqueue("b"))
    assert caught.value.code == "state_not_written"
    assert path.read_bytes() == before
    assert sorted(os.listdir(path.parent)) == ["jobs.json", "jobs.json.lock"]
    [_, waiting] = run(queue.enqueue("c"), pending(queue))
    assert [job.job_id for job in waiting] == ["job-1", "job-2"]


def test_a_full_disk_leaves_the_queue_as_it_was(path):
    script = """
        import asyncio, resource, signal, sys
        from arlen_services.jobs import FileJobQueue, JobError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        queue = FileJobQueue(sys.argv[1])
        asyncio.run(queue.enqueue("a"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            asyncio.run(queue.enqueue("b", {"big": "x" * 2000}))
        except JobError as error:
            print(error.code)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "state_not_written\n", done.stderr
    assert [job.name for [jobs] in [run(pending(FileJobQueue(path)))] for job in jobs] == ["a"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


def test_short_writes_are_completed(path, monkeypatch):
    write = system.write
    monkeypatch.setattr(system, "write", lambda descriptor, data: write(descriptor, data[:7]))
    write_atomically(path, b"0123456789" * 10)
    assert path.read_bytes() == b"0123456789" * 10


def test_what_a_killed_writer_left_is_swept_on_open(path):
    FileJobQueue(path)
    left = path.with_name(".jobs.json.0123.partial")
    left.write_text("half")
    FileJobQueue(path)
    assert not left.exists()


def test_a_lock_that_others_hold_times_out(path):
    queue = FileJobQueue(path, lock_timeout=0.02)
    descriptor = system.open_lock_file(path.with_name("jobs.json.lock"))
    try:
        assert system.try_lock(descriptor)
        with pytest.raises(JobError) as caught:
            run(queue.enqueue("a"))
        assert caught.value.code == "lock_timeout"
    finally:
        system.close(descriptor)
    run(queue.enqueue("a"))


WRITER = """
    import asyncio, sys
    from arlen_services.jobs import FileJobQueue
    async def main():
        queue = FileJobQueue(sys.argv[1])
        n = 0
        while True:
            job_id = await queue.enqueue("a", {"n": n, "fill": "x" * 2000})
            print(job_id, flush=True)
            n += 1
    asyncio.run(main())
"""


def test_a_writer_that_is_killed_loses_nothing_that_it_was_told_is_stored(path):
    acknowledged = []
    for kills in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            acknowledged += [writer.stdout.readline().strip() for _ in range(20 + kills)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += writer.stdout.read().split()
    [waiting] = run(pending(FileJobQueue(path)))
    stored = [job.job_id for job in waiting]
    assert set(acknowledged) <= set(stored)
    assert len(stored) <= len(acknowledged) + 3
    assert len(set(stored)) == len(stored)


CLAIMER = """
    import asyncio, sys
    from arlen_services.jobs import FileJobQueue, acknowledge
    async def main():
        queue = FileJobQueue(sys.argv[1])
        while leases := await queue.claim(2):
            for lease in leases:
                print(lease.job_id)
                await acknowledge(queue, lease)
    asyncio.run(main())
"""


def test_processes_share_the_jobs_and_each_job_goes_to_one(path):
    [ids] = run(FileJobQueue(path).enqueue_many([NewJob("a") for _ in range(60)]))
    claimers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(CLAIMER), str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    got = [claimer.communicate(timeout=60)[0].split() for claimer in claimers]
    assert Counter(job_id for some in got for job_id in some) == Counter(ids)


def test_a_waiter_notices_what_another_queue_object_has_written(path):
    async def law():
        here, there = FileJobQueue(path), FileJobQueue(path)
        waiting = asyncio.ensure_future(here.wait(["default"], 3600))
        while not waiting.done():
            await there.enqueue("a")
            await asyncio.wait([waiting], timeout=0.1)

    asyncio.run(asyncio.wait_for(law(), 20))


def test_limits_and_their_windows_outlive_the_process(path):
    async def law():
        from arlen_services.jobs import Limit

        first = FileJobQueue(path)
        limit = Limit("k", running=2, starts=3, per=3600)
        await first.enqueue_many([NewJob("a", limit=limit) for _ in range(6)])
        leases = await first.claim(6)
        assert len(leases) == 2
        second = FileJobQueue(path)
        assert await second.claim(6) == []
        await acknowledge(second, leases[0])
        [third] = await second.claim(6)
        await second.settle([Discard(third, "no")])
        await acknowledge(second, leases[1])
        assert await FileJobQueue(path).claim(6) == []

    asyncio.run(law())
