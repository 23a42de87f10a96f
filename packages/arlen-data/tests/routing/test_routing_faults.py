import asyncio
from contextlib import suppress

import pytest
from arlen_data import (
    AsyncDatabase,
    AsyncDatabaseRouter,
    ConnectionFailed,
    Database,
    DatabaseRouter,
    PoolExhausted,
    QueryFailed,
)


class Unreachable:
    """A database on the other side of a network that can be cut."""

    adapter_name = "unreachable"

    def __init__(self, database):
        self._database = database
        self.cut = True
        self.tries = 0

    def __getattr__(self, name):
        method = getattr(self._database, name)

        def call(*args, **how):
            self.tries += 1
            if self.cut:
                raise ConnectionFailed("the network is cut", code="cannot_open")
            return method(*args, **how)

        return call


@pytest.fixture
def flaky(pair):
    return Unreachable(pair["reader"])


@pytest.fixture
def router(pair, flaky, clock, events):
    return DatabaseRouter(
        {"reader": flaky, "writer": pair["writer"]},
        "reader",
        "writer",
        clock=clock,
        routing_diagnostics_listener=events.append,
        eject_after=2,
        probe_after=5,
    )


def test_a_read_that_fails_is_run_once_more_where_writes_go(router, asked, events):
    assert asked(router) == "writer"
    assert [event["stage"] for event in events] == ["route", "fallback"]
    assert events[1] | {"stage": "route"} == {
        **events[0],
        "fallback_target": "writer",
        "error": "ConnectionFailed",
        "error_code": "cannot_open",
    }


def test_a_reader_whose_pool_is_exhausted_gives_two_events_and_the_writers_rows(tmp_path, pair, asked, events):
    reader = Database.open(tmp_path / "reader.sqlite3", max_connections=1, busy_timeout=0)
    with reader, reader.connection():
        targets = {"reader": reader, "writer": pair["writer"]}
        router = DatabaseRouter(targets, "reader", "writer", routing_diagnostics_listener=events.append)
        assert asked(router) == "writer"
    facts = ("stage", "selected_target", "fallback_target", "error_code")
    assert [tuple(event.get(fact) for fact in facts) for event in events] == [
        ("route", "reader", None, None),
        ("fallback", "reader", "writer", "pool_exhausted"),
    ]
    assert router.ejected() == frozenset()


def test_when_the_second_try_fails_too_its_error_knows_the_first(router):
    with pytest.raises(QueryFailed) as caught:
        router.fetch_all("SELECT * FROM nowhere")
    assert caught.value.code == "undefined_table"
    assert isinstance(caught.value.__context__, ConnectionFailed)


@pytest.mark.parametrize(
    "options", [{"fallback_read_to_write_on_error": False}, {"fallback_filter": lambda e: isinstance(e, PoolExhausted)}]
)
def test_fallback_can_be_narrowed_and_switched_off(router, asked, events, options):
    router.configure(**options)
    with pytest.raises(ConnectionFailed):
        asked(router)
    assert [event["stage"] for event in events] == ["route"]


def test_writes_and_transactions_never_fall_back(pair, flaky, events):
    router = DatabaseRouter(
        {"reader": pair["reader"], "writer": flaky}, "reader", "writer", routing_diagnostics_listener=events.append
    )
    for call in (
        lambda: router.execute("DELETE FROM people"),
        lambda: router.fetch_all("DELETE FROM people RETURNING name", operation="write"),
        lambda: router.transaction().__enter__(),
        lambda: router.acquire(),
    ):
        with pytest.raises(ConnectionFailed):
            call()
    assert {event["stage"] for event in events} == {"route"}


def test_a_write_is_not_run_again_although_the_resolver_changed_its_mind(pair, flaky):
    choices = iter(["flaky", "writer"])
    router = DatabaseRouter(
        {"flaky": flaky, "writer": pair["writer"]}, "writer", "writer", route_target_resolver=lambda *_: next(choices)
    )
    with pytest.raises(ConnectionFailed):
        router.execute("INSERT INTO people VALUES ('a')")
    assert pair["writer"].fetch_column("SELECT name FROM people") == []


def test_a_read_in_a_pinned_block_or_a_transaction_never_falls_back(router, asked):
    with router.pin("reader"), pytest.raises(ConnectionFailed):
        asked(router)


def test_the_fallback_of_a_shard_is_where_that_shard_writes(pair, flaky, asked):
    def shard(operation, context, default):
        return f"b-{operation}" if context.get("shard") == "b" else None

    targets = {"a-read": pair["reader"], "a-write": pair["reader"], "b-read": flaky, "b-write": pair["writer"]}
    router = DatabaseRouter(targets, "a-read", "a-write", route_target_resolver=shard)
    assert asked(router, context={"shard": "b"}) == "writer"


def test_a_replica_that_cannot_be_reached_gets_no_reads_until_a_probe_succeeds(router, asked, flaky, clock):
    assert [asked(router) for _ in range(4)] == ["writer"] * 4
    assert (flaky.tries, router.ejected()) == (2, {"reader"})
    clock.now += 5
    assert [asked(router) for _ in range(3)] == ["writer"] * 3
    assert flaky.tries == 3
    flaky.cut = False
    clock.now += 4.9
    assert (asked(router), flaky.tries) == ("writer", 3)
    clock.now += 0.2
    assert [asked(router) for _ in range(2)] == ["reader"] * 2
    assert router.ejected() == frozenset()


def test_an_answer_ends_the_count_of_failures(router, asked, flaky):
    for _ in range(3):
        flaky.cut = True
        asked(router)
        flaky.cut = False
        assert asked(router) == "reader"
    assert router.ejected() == frozenset()


def test_errors_of_statements_are_no_sign_of_sickness(router, flaky):
    flaky.cut = False
    for _ in range(5):
        with pytest.raises(QueryFailed):
            router.fetch_all("SELECT * FROM nowhere")
    assert router.ejected() == frozenset()


def test_the_other_replicas_take_over_the_share_of_one_that_is_gone(pair, flaky, asked):
    router = DatabaseRouter(
        {"gone": flaky, "near": pair["reader"], "writer": pair["writer"]},
        {"gone": 1, "near": 1},
        "writer",
        eject_after=1,
        probe_after=3600,
    )
    answers = [asked(router) for _ in range(10)]
    assert (answers.count("writer"), answers.count("reader")) == (1, 9)


def test_a_cancelled_read_is_not_run_again(pair, tmp_path):
    async def scenario():
        started = asyncio.Event()

        class Slow:
            adapter_name = "slow"
            acquire = release = execute = transaction = print

            async def fetch_all(self, statement, parameters=()):
                started.set()
                await asyncio.Event().wait()

        async with AsyncDatabase.open(tmp_path / "writer.sqlite3") as writer:
            events = []
            router = AsyncDatabaseRouter(
                {"slow": Slow(), "writer": writer}, "slow", "writer", routing_diagnostics_listener=events.append
            )
            task = asyncio.create_task(router.fetch_all("SELECT name FROM me"))
            await started.wait()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            return task.cancelled(), [event["stage"] for event in events], writer.connected

    assert asyncio.run(scenario()) == (True, ["route"], False)


def test_a_replica_that_is_terminated_and_comes_back_serves_again(arlen_postgres, arlen_postgres_server, clock, events):
    targets = {name: Database.open(arlen_postgres.dsn) for name in ("reader", "writer")}
    with DatabaseRouter(
        targets, "reader", "writer", clock=clock, eject_after=1, routing_diagnostics_listener=events.append
    ) as router:
        pid = router.fetch_value("SELECT pg_backend_pid()")
        arlen_postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
        assert router.fetch_value("SELECT 1") == 1
        assert (router.ejected(), events[-1]["error_code"]) == ({"reader"}, "connection_lost")
        clock.now += 60
        assert router.fetch_value("SELECT 1") == 1
        assert (router.ejected(), targets["reader"].stats().in_use) == (frozenset(), 0)
