import signal

import pytest
from arlen_data import Database, MigrationError, MigrationRunner

BLOCKING = """
def upgrade(conn):
    conn.execute("CREATE TABLE first (x INT)")
    print("started", flush=True)
    input()
"""


@pytest.fixture
def busy(command, url, write):
    """A process that is in the middle of its first migration; it goes on when it gets a line."""
    directory = write({"1.py": BLOCKING, "2.sql": "CREATE TABLE second (x INT)"})
    process = command("--dsn", url)
    assert process.stdout.readline() == "Database target: default\n"
    assert process.stdout.readline() == "started\n"
    yield process, directory
    process.kill()
    process.communicate()


def test_processes_that_start_at_once_apply_each_file_once(command, url, write):
    write({f"{number:02}.sql": f"CREATE TABLE t{number} (x INT)" for number in range(20)})
    processes = [command("--dsn", url) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    applied = sorted(int(out.splitlines()[1].removeprefix("Applied migrations: ")) for out, _ in outputs)
    assert applied == [0, 20]


def test_who_waits_for_another_process_finds_nothing_left_to_do(busy, command, url):
    process, _ = busy
    waiting = command("--dsn", url)
    assert waiting.stdout.readline() == "Database target: default\n"
    out, error = process.communicate("go on\n", timeout=60)
    assert out.startswith("Applied migrations: 2"), error
    assert waiting.communicate(timeout=60)[0] == "Applied migrations: 0\n"


def test_who_waits_too_long_gives_up(busy, db):
    _, directory = busy
    with pytest.raises(MigrationError) as caught:
        MigrationRunner(db, directory, lock_timeout=0.1).apply()
    assert caught.value.code == "lock_timeout"


def test_another_target_does_not_wait(busy, url, write):
    _, directory = busy
    write({"reports/1.sql": "SELECT 1"})
    if url.startswith("sqlite"):
        url += ".reports"
    with Database.open(url) as database:
        assert len(MigrationRunner(database, directory, "reports", lock_timeout=0).apply()) == 1


def test_a_process_that_dies_gives_up_the_lock_and_leaves_nothing(busy, db, write, tables):
    process, directory = busy
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    write({"1.py": "def upgrade(conn): conn.execute('CREATE TABLE first (x INT)')"})
    assert len(MigrationRunner(db, directory, lock_timeout=30).apply()) == 2
    assert tables(db) == ["first", "second"]


def test_the_lock_is_given_up_after_a_failure(db, write):
    runner = MigrationRunner(db, write({"1.sql": "nonsense"}), lock_timeout=0)
    for _ in range(2):
        with pytest.raises(MigrationError) as caught:
            runner.apply()
        assert caught.value.code == "migration_failed"
