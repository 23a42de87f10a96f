import asyncio

import pytest
from arlen_data import (
    AsyncDatabase,
    AsyncDatabaseRouter,
    Database,
    DatabaseRouter,
    QueryFailed,
    Replication,
    expr,
    tsql,
)


@pytest.fixture
def router(replicated):
    writer, replica = replicated
    with DatabaseRouter(
        {"writer": Database.open(writer.dsn), "replica": Database.open(replica.dsn)},
        "replica",
        "writer",
        read_after_write_stickiness_seconds=3600,
        replication=Replication.postgresql(),
    ) as router:
        router.execute("DROP TABLE IF EXISTS notes")
        router.execute("CREATE TABLE notes (text TEXT)")
        yield router


def notes_and_place(router, **call):
    row = router.fetch_one("SELECT count(*) AS notes, pg_is_in_recovery() AS on_replica FROM notes", **call)
    return row["notes"], row["on_replica"]


def wait_for_replica(router):
    router.configure(replication=Replication.postgresql(patience=30))
    router.fetch_value("SELECT 1")
    router.configure(replication=Replication.postgresql())


def test_a_write_that_the_replica_lacks_is_read_from_the_writer(router, replicated):
    wait_for_replica(router)
    _, replica = replicated
    replica.execute("SELECT pg_wal_replay_pause()")
    try:
        router.execute("INSERT INTO notes VALUES ('new')")
        assert notes_and_place(router) == (1, False)
        assert notes_and_place(router, context={"stickiness_scope": "somebody else"}) == (0, True)
    finally:
        replica.execute("SELECT pg_wal_replay_resume()")
    wait_for_replica(router)
    assert notes_and_place(router) == (1, True)


def test_a_patient_read_waits_for_the_replica(router):
    router.configure(replication=Replication.postgresql(patience=30))
    for count in range(1, 4):
        with router.transaction() as connection:
            connection.execute("INSERT INTO notes VALUES ('new')")
        assert notes_and_place(router) == (count, True)


def test_a_read_only_transaction_runs_on_the_replica_and_refuses_changes(router):
    wait_for_replica(router)
    with router.transaction(read_only=True) as connection:
        assert connection.fetch_value("SELECT pg_is_in_recovery()")
        assert router.fetch_value("SELECT pg_is_in_recovery()")
    with pytest.raises(QueryFailed) as caught, router.transaction(read_only=True):
        router.execute("INSERT INTO notes VALUES ('refused')")
    assert caught.value.code == "read_only"


def test_tasks_read_their_writes_too(router, replicated):
    async def scenario():
        writer, replica = (AsyncDatabase.open(server.dsn) for server in replicated)
        async with AsyncDatabaseRouter(
            {"writer": writer, "replica": replica},
            "replica",
            "writer",
            read_after_write_stickiness_seconds=3600,
            replication=Replication.postgresql(patience=30),
        ) as tasks:
            await tasks.execute("INSERT INTO notes VALUES ('new')")
            return await tasks.fetch_one("SELECT count(*) AS notes, pg_is_in_recovery() AS on_replica FROM notes")

    assert asyncio.run(scenario()) == {"notes": 1, "on_replica": True}


def test_positions_are_asked_for_under_strict_sql_too(replicated):
    targets = dict(zip(("writer", "replica"), (Database.open(s.dsn, strict_sql=True) for s in replicated), strict=True))
    with DatabaseRouter(
        targets,
        "replica",
        "writer",
        read_after_write_stickiness_seconds=3600,
        replication=Replication.postgresql(patience=30),
    ) as router:
        router.execute(tsql(expr("CREATE TABLE IF NOT EXISTS strict_notes (text TEXT)")))
        assert router.fetch_value(tsql(expr("SELECT pg_is_in_recovery()")))
