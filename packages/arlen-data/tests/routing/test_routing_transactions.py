"""Transactions, streams and what follows a commit, through a router."""

import asyncio

import pytest
from arlen_data import (
    AsyncDatabase,
    AsyncDatabaseRouter,
    Database,
    DatabaseRouter,
    QueryFailed,
    Rollback,
    TransactionFailed,
    select_from,
)

STICKY = {"read_after_write_stickiness_seconds": 10}
INSERT = "INSERT INTO people VALUES ($1)"


def test_work_runs_in_a_transaction_where_writes_go_and_makes_reads_sticky(routed, asked, pair):
    router = routed(**STICKY)

    def work(connection):
        connection.execute(INSERT, ["ada"])
        return asked(router)

    assert router.run_in_transaction(work) == "writer"
    assert pair["writer"].fetch_column("SELECT name FROM people") == ["ada"]
    assert asked(router) == "writer"


def test_work_that_is_undone_returns_nothing_and_makes_no_read_sticky(routed, asked, pair):
    router = routed(**STICKY)

    def work(connection):
        connection.execute(INSERT, ["ada"])
        raise Rollback

    assert router.run_in_transaction(work) is None
    assert pair["writer"].fetch_column("SELECT name FROM people") == []
    assert asked(router) == "reader"


def test_work_is_run_again_when_the_database_gave_up(routed, pair):
    router = routed()
    attempts = []

    def work(connection):
        connection.execute(INSERT, [f"attempt {len(attempts)}"])
        attempts.append(1)
        if len(attempts) < 3:
            raise QueryFailed("gave up", code="serialization_failure", details={"sqlstate": "40001"})
        return len(attempts)

    assert router.run_in_transaction(work, attempts=3) == 3
    assert pair["writer"].fetch_column("SELECT name FROM people") == ["attempt 2"]


def test_hooks_are_called_after_the_commit_and_never_after_an_undone_block(routed, pair):
    router = routed()
    called = []
    with router.transaction():
        router.execute(INSERT, ["ada"])
        router.on_commit(lambda: called.append(router.fetch_column("SELECT name FROM people")))
        with router.pin("reader"):
            router.on_commit(lambda: called.append("pinned elsewhere"))
        with router.transaction():
            router.on_commit(lambda: called.append("undone"))
            raise Rollback
        assert called == []
    assert called == [["ada"], "pinned elsewhere"]


def test_a_hook_without_a_transaction_is_refused(routed):
    router = routed()
    with pytest.raises(TransactionFailed) as caught, router.pin("writer"):
        router.on_commit(print)
    assert caught.value.code == "no_transaction"


def test_a_stream_is_a_read_unless_it_locks_or_somebody_says_otherwise(routed):
    router = routed(**STICKY)
    me = select_from("me", "name")

    def streamed(**call):
        with router.stream(me, rows_as=tuple, size=1, **call) as rows:
            return list(rows)

    assert streamed() == [("reader",)]
    assert streamed(operation="write") == [("writer",)]
    assert streamed() == [("writer",)]
    assert streamed(context={"stickiness_scope": "somebody else"}) == [("reader",)]
    with router.transaction():
        assert streamed(context={"stickiness_scope": "somebody else"}) == [("writer",)]


def test_a_stream_that_cannot_begin_on_a_replica_begins_where_writes_go(pair, events):
    pair["reader"].close()
    router = DatabaseRouter(pair, "reader", "writer", eject_after=1, routing_diagnostics_listener=events.append)
    with router.stream("SELECT name FROM me") as rows:
        assert [row.name for row in rows] == ["writer"]
    assert [event["stage"] for event in events] == ["route", "fallback"]
    assert router.ejected() == {"reader"}


def test_a_stream_on_a_closed_pair_fails_with_the_second_error_and_the_first_as_its_context(pair):
    for database in pair.values():
        database.close()
    router = DatabaseRouter(pair, "reader", "writer")
    with pytest.raises(Exception, match=r"writer\.sqlite3 is closed") as caught, router.stream("SELECT 1"):
        pass
    assert "reader.sqlite3 is closed" in str(caught.value.__context__)


def test_tasks_have_the_same(tmp_path):
    async def scenario():
        targets = {name: AsyncDatabase.open(tmp_path / f"{name}.sqlite3") for name in ("reader", "writer")}
        called = []
        async with AsyncDatabaseRouter(targets, "reader", "writer") as router:
            for target in targets.values():
                await target.execute("CREATE TABLE people (name TEXT)")

            async def work(connection):
                await connection.execute(INSERT, ["ada"])
                router.on_commit(lambda: called.append("committed"))
                return "done"

            assert await router.run_in_transaction(work) == "done"
            async with router.stream("SELECT name FROM people", operation="write") as rows:
                return called, [row.name async for row in rows]

    assert asyncio.run(asyncio.wait_for(scenario(), 30)) == (["committed"], ["ada"])


def test_a_transaction_of_the_target_alone_is_not_one_of_the_router(pair):
    router = DatabaseRouter(pair, "reader", "writer")
    with pair["writer"].transaction(), pytest.raises(TransactionFailed):
        router.on_commit(print)
    assert isinstance(pair["writer"], Database)
